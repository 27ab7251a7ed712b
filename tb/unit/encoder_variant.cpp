// SPDX-License-Identifier: Apache-2.0
#include "encoder_variant.hpp"

#include <memory>

#include "Vnrc_encoder.h"
#include "bench_random.hpp"
#include "rtl_constants.hpp"
#include "verilated_design.hpp"

// Defaults of the module.
#ifndef NRC_PARAM_VariableChannels
#define NRC_PARAM_VariableChannels 0
#endif
#ifndef NRC_PARAM_CodeWidth
#define NRC_PARAM_CodeWidth 10
#endif
#ifndef NRC_PARAM_Mapping
#define NRC_PARAM_Mapping 1
#endif
#ifndef NRC_PARAM_KeyInterval
#define NRC_PARAM_KeyInterval 384
#endif
#ifndef NRC_PARAM_Profile
#define NRC_PARAM_Profile 0
#endif
#ifndef NRC_PARAM_LoadableTables
#define NRC_PARAM_LoadableTables 0
#endif
#ifndef NRC_PARAM_Pipeline
#define NRC_PARAM_Pipeline 0
#endif
#ifndef NRC_PARAM_Narrow
#define NRC_PARAM_Narrow 0
#endif
#ifndef NRC_PARAM_RateControl
#define NRC_PARAM_RateControl 0
#endif
#ifndef NRC_PARAM_Events
#define NRC_PARAM_Events 0
#endif
#ifndef NRC_PARAM_Classes
#define NRC_PARAM_Classes 0
#endif
#ifndef NRC_PARAM_BufferWords
#define NRC_PARAM_BufferWords 16384
#endif
#ifndef NRC_PARAM_Taps
#define NRC_PARAM_Taps 0
#endif
#ifndef NRC_PARAM_Neighbour
#define NRC_PARAM_Neighbour 0
#endif

namespace nrc::tb {

const bool kNarrow = NRC_PARAM_Narrow != 0;
const std::uint32_t kMaxChannels = NRC_PARAM_Channels;
const bool kVariable = NRC_PARAM_VariableChannels != 0;
// Less than half of them, and with the narrow state a multiple of 4.
const std::uint32_t kChannels = !kVariable ? kMaxChannels
                                : kNarrow  ? kMaxChannels / 12 * 4
                                           : kMaxChannels * 2 / 5;
const int kCodeWidth = NRC_PARAM_CodeWidth;
const Mapping kMapping = static_cast<Mapping>(NRC_PARAM_Mapping);
const std::uint16_t kPacketFrames = NRC_PARAM_PacketFrames;
const std::uint16_t kKeyInterval = NRC_PARAM_KeyInterval;
const Profile kProfile = static_cast<Profile>(NRC_PARAM_Profile);
const bool kLoadable = NRC_PARAM_LoadableTables != 0;
const bool kShallow = NRC_PARAM_Pipeline == rtl::kPipelineShallow;
const bool kRateControl = NRC_PARAM_RateControl != 0;
const bool kEvents = NRC_PARAM_Events != 0;
const bool kClasses = NRC_PARAM_Classes != 0;
const std::uint32_t kBufferWords = NRC_PARAM_BufferWords;
const bool kTaps = NRC_PARAM_Taps != 0;
const bool kNeighbour = NRC_PARAM_Neighbour != 0;
const char* const kTableSet = NRC_TABLES;

using VerilatedEncoder = VerilatedDesign<Vnrc_encoder, EncoderPorts>;

template <>
void VerilatedEncoder::write() {
  drive(dut_->rst_ni, ports_.rst_ni);
  drive(dut_->enable_i, ports_.enable_i);
  drive(dut_->flush_i, ports_.flush_i);
  drive(dut_->key_request_i, ports_.key_request_i);
  drive(dut_->s_axis_tvalid, ports_.s_axis_tvalid);
  drive(dut_->s_axis_tlast, ports_.s_axis_tlast);
  drive(dut_->m_axis_tready, ports_.m_axis_tready);
  drive(dut_->table_we_i, ports_.table_we_i);
  drive(dut_->s_axis_tdata, ports_.s_axis_tdata);
  drive(dut_->table_addr_i, ports_.table_addr_i);
  drive(dut_->table_wdata_i, ports_.table_wdata_i);
  drive(dut_->table_id_i, ports_.table_id_i);
  drive(dut_->stream_number_i, ports_.stream_number_i);
  drive(dut_->channels_i, ports_.channels_i);
  drive(dut_->max_step_i, ports_.max_step_i);
  drive(dut_->min_step_i, ports_.min_step_i);
  drive(dut_->first_step_i, ports_.first_step_i);
  drive(dut_->link_words_i, ports_.link_words_i);
  drive(dut_->event_threshold_i, ports_.event_threshold_i);
  drive(dut_->events_only_i, ports_.events_only_i);
  drive(dut_->class_we_i, ports_.class_we_i);
  drive(dut_->class_addr_i, ports_.class_addr_i);
  drive(dut_->class_wdata_i, ports_.class_wdata_i);
}

template <>
void VerilatedEncoder::read() {
  ports_.s_axis_tready = dut_->s_axis_tready;
  ports_.m_axis_tvalid = dut_->m_axis_tvalid;
  ports_.m_axis_tlast = dut_->m_axis_tlast;
  ports_.overflow_o = dut_->overflow_o;
  ports_.sample_packed_o = dut_->sample_packed_o;
  ports_.m_axis_tdata = dut_->m_axis_tdata;
  ports_.status_o = dut_->status_o;
  ports_.packets_o = dut_->packets_o;
  ports_.dropped_o = dut_->dropped_o;
  ports_.framing_errors_o = dut_->framing_errors_o;
  ports_.off_grid_o = dut_->off_grid_o;
  ports_.step_o = dut_->step_o;
  ports_.largest_step_o = dut_->largest_step_o;
  ports_.waiting_o = dut_->waiting_o;
  ports_.events_lost_o = dut_->events_lost_o;
}

std::unique_ptr<EncoderDesign> make_encoder() { return std::make_unique<VerilatedEncoder>(); }

}  // namespace nrc::tb
