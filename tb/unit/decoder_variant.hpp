// SPDX-License-Identifier: Apache-2.0
//
// What differs between the variants of the bench of nrc_decoder: their parameters and the verilated
// design. The bench is compiled once, decoder_variant.cpp for each variant.
#pragma once

#include <cstdint>
#include <memory>

#include "bench_design.hpp"
#include "nrc/format.hpp"

namespace nrc::tb {

extern const bool kVariable;               ///< parameter VariableChannels
extern const std::uint32_t kMostChannels;  ///< parameter Channels
extern const std::uint32_t kChannels;      ///< of most streams: two in five with kVariable
extern const int kCodeWidth;
extern const Profile kProfile;
extern const Mapping kMapping;
extern const std::uint16_t kPacketFrames;
extern const char* const kTableSet;

/// The ports by name, as numbers of fixed widths.
struct DecoderPorts {
  std::uint8_t rst_ni = 0;
  std::uint8_t s_axis_tvalid = 0;
  std::uint8_t s_axis_tlast = 0;
  std::uint8_t m_axis_tready = 0;
  std::uint32_t s_axis_tdata = 0;
  std::uint8_t s_axis_tready = 0;
  std::uint8_t m_axis_tvalid = 0;
  std::uint8_t m_axis_tlast = 0;
  std::uint8_t mismatch_o = 0;
  std::uint8_t synchronised_o = 0;
  std::uint16_t m_axis_tdata = 0;
  std::uint32_t packets_o = 0;
  std::uint32_t damaged_o = 0;
  std::uint32_t lost_o = 0;
  std::uint32_t skipped_o = 0;
  std::uint32_t channels_o = 0;
  std::uint64_t m_axis_tuser = 0;
};

using DecoderDesign = Design<DecoderPorts>;

std::unique_ptr<DecoderDesign> make_decoder();

}  // namespace nrc::tb
