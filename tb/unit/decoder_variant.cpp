// SPDX-License-Identifier: Apache-2.0
#include "decoder_variant.hpp"

#include <memory>

#include "Vnrc_decoder.h"
#include "bench_random.hpp"
#include "verilated_design.hpp"

// Defaults of the module.
#ifndef NRC_PARAM_CodeWidth
#define NRC_PARAM_CodeWidth 10
#endif
#ifndef NRC_PARAM_VariableChannels
#define NRC_PARAM_VariableChannels 0
#endif
#ifndef NRC_PARAM_Profile
#define NRC_PARAM_Profile 0
#endif
#ifndef NRC_PARAM_Mapping
#define NRC_PARAM_Mapping 1
#endif

namespace nrc::tb {

const bool kVariable = NRC_PARAM_VariableChannels != 0;
const std::uint32_t kMostChannels = NRC_PARAM_Channels;
const std::uint32_t kChannels = kVariable ? 2 * kMostChannels / 5 : kMostChannels;
const int kCodeWidth = NRC_PARAM_CodeWidth;
const Profile kProfile = static_cast<Profile>(NRC_PARAM_Profile);
const Mapping kMapping = static_cast<Mapping>(NRC_PARAM_Mapping);
const std::uint16_t kPacketFrames = NRC_PARAM_PacketFrames;
const char* const kTableSet = NRC_TABLES;

using VerilatedDecoder = VerilatedDesign<Vnrc_decoder, DecoderPorts>;

template <>
void VerilatedDecoder::write() {
  drive(dut_->rst_ni, ports_.rst_ni);
  drive(dut_->s_axis_tvalid, ports_.s_axis_tvalid);
  drive(dut_->s_axis_tlast, ports_.s_axis_tlast);
  drive(dut_->m_axis_tready, ports_.m_axis_tready);
  drive(dut_->s_axis_tdata, ports_.s_axis_tdata);
}

template <>
void VerilatedDecoder::read() {
  ports_.s_axis_tready = dut_->s_axis_tready;
  ports_.m_axis_tvalid = dut_->m_axis_tvalid;
  ports_.m_axis_tlast = dut_->m_axis_tlast;
  ports_.mismatch_o = dut_->mismatch_o;
  ports_.synchronised_o = dut_->synchronised_o;
  ports_.m_axis_tdata = dut_->m_axis_tdata;
  ports_.packets_o = dut_->packets_o;
  ports_.damaged_o = dut_->damaged_o;
  ports_.lost_o = dut_->lost_o;
  ports_.skipped_o = dut_->skipped_o;
  ports_.channels_o = dut_->channels_o;
  ports_.m_axis_tuser = dut_->m_axis_tuser;
}

std::unique_ptr<DecoderDesign> make_decoder() { return std::make_unique<VerilatedDecoder>(); }

}  // namespace nrc::tb
