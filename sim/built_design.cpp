// SPDX-License-Identifier: Apache-2.0
#include "built_design.hpp"

namespace nrc::sim {

Design built_design() {
  Design design;
  design.header.profile = static_cast<Profile>(NRC_PARAM_Profile);
  design.tables = &Tables::builtin(design.header.profile, NRC_TABLES);
  design.header.narrow = NRC_PARAM_Narrow != 0;
  design.header.corrections = {NRC_PARAM_Taps != 0, NRC_PARAM_Neighbour != 0};
  design.header.stream_number = kStreamNumber;
  design.header.channels = NRC_PARAM_Channels;
  design.header.packet_frames = NRC_PARAM_PacketFrames;
  design.key_interval = NRC_PARAM_KeyInterval;
  design.rate_control = NRC_PARAM_RateControl != 0;
  design.header.rounding = design.rate_control;
  design.header.proportional = design.rate_control;
  design.header.events = NRC_PARAM_Events != 0;
  design.header.classes = NRC_PARAM_Classes != 0;
  design.buffer_words = NRC_PARAM_BufferWords;
  design.header.rate_millihertz = NRC_PARAM_RateMillihertz;
  return design;
}

}  // namespace nrc::sim
