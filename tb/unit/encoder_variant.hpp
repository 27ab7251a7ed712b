// SPDX-License-Identifier: Apache-2.0
//
// What differs between the variants of the bench of nrc_encoder: their parameters and the verilated
// design. The bench is compiled once, encoder_variant.cpp for each variant.
#pragma once

#include <cstdint>
#include <memory>

#include "bench_design.hpp"
#include "nrc/format.hpp"

namespace nrc::tb {

extern const std::uint32_t kMaxChannels;
extern const bool kVariable;           ///< the number of channels is chosen at run time
extern const std::uint32_t kChannels;  ///< of the bench's frames
extern const int kCodeWidth;
extern const Mapping kMapping;
extern const std::uint16_t kPacketFrames;
extern const std::uint16_t kKeyInterval;
extern const Profile kProfile;
extern const bool kLoadable;
extern const bool kShallow;
extern const bool kNarrow;
extern const bool kRateControl;
extern const bool kEvents;
extern const bool kClasses;
extern const std::uint32_t kBufferWords;
extern const bool kTaps;
extern const bool kNeighbour;
extern const char* const kTableSet;

/// The ports by name, as numbers of fixed widths.
struct EncoderPorts {
  std::uint8_t rst_ni = 0;
  std::uint8_t enable_i = 0;
  std::uint8_t flush_i = 0;
  std::uint8_t key_request_i = 0;
  std::uint8_t s_axis_tvalid = 0;
  std::uint8_t s_axis_tlast = 0;
  std::uint8_t m_axis_tready = 0;
  std::uint8_t table_we_i = 0;
  std::uint16_t s_axis_tdata = 0;
  std::uint16_t table_addr_i = 0;
  std::uint16_t table_wdata_i = 0;
  std::uint32_t table_id_i = 0;
  std::uint32_t stream_number_i = 0;
  std::uint32_t channels_i = 0;
  std::uint8_t max_step_i = 0;
  std::uint8_t min_step_i = 0;
  std::uint8_t first_step_i = 0;
  std::uint32_t link_words_i = 0;
  std::uint8_t event_threshold_i = 0;
  std::uint8_t events_only_i = 0;
  std::uint8_t class_we_i = 0;
  std::uint16_t class_addr_i = 0;
  std::uint8_t class_wdata_i = 0;
  std::uint8_t s_axis_tready = 0;
  std::uint8_t m_axis_tvalid = 0;
  std::uint8_t m_axis_tlast = 0;
  std::uint8_t overflow_o = 0;
  std::uint8_t sample_packed_o = 0;
  std::uint32_t m_axis_tdata = 0;
  std::uint8_t status_o = 0;
  std::uint32_t packets_o = 0;
  std::uint32_t dropped_o = 0;
  std::uint32_t framing_errors_o = 0;
  std::uint32_t off_grid_o = 0;
  std::uint8_t step_o = 0;
  std::uint8_t largest_step_o = 0;
  std::uint32_t waiting_o = 0;
  std::uint32_t events_lost_o = 0;
};

using EncoderDesign = Design<EncoderPorts>;

std::unique_ptr<EncoderDesign> make_encoder();

}  // namespace nrc::tb
