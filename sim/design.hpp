// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "nrc/event.hpp"
#include "nrc/format.hpp"
#include "nrc/packet.hpp"
#include "nrc/payload.hpp"
#include "nrc/tables.hpp"
#include "rtl_constants.hpp"

namespace nrc::sim {

constexpr std::uint64_t kClockPeriodNs = 50;  ///< 20 MHz

/// With fewer channels the RTL rests after each frame (docs/rtl.md, "Framing"), so that neither the
/// clock budget nor an input that is always ready can be asked of it.
constexpr std::uint32_t kChannelsWithoutRest = rtl::kLoopLatency;

constexpr std::uint32_t kStreamNumber = 0x12345678;

/// Classes of the channels, from the packet on that begins with the first frame at this time or
/// after it.
struct ClassTable {
  std::size_t packet = 0;
  std::vector<ChannelClass> classes;
};

/// The RTL's parameters and what its ports are set to, as far as they show in its stream.
struct Design {
  StreamHeader header;
  const Tables* tables = nullptr;
  bool rate_control = false;
  std::uint32_t buffer_words = 0;       ///< of packets that wait
  unsigned key_interval = 0;            ///< packets; 0: only the first is sure to be a key packet
  std::optional<EventSettings> events;  ///< none: there are none
  std::vector<ClassTable> classes;      ///< in their order; empty: channels have none

  std::uint64_t frame_samples() const { return header.channels; }
  std::uint64_t group_samples() const {
    return std::uint64_t{header.packet_frames} * header.channels;
  }
  /// Clocks for the frames of one packet, at one sample a clock.
  std::uint64_t group_budget() const { return group_samples(); }
  /// Clocks in a second of the recording, which few channels do not fill.
  double clocks_per_second() const {
    return static_cast<double>(std::max(header.channels, kChannelsWithoutRest)) *
           static_cast<double>(header.rate_millihertz) / 1000.0;
  }
  bool events_only() const { return events && events->only; }
  /// Of a time in the recording.
  std::size_t packet_from(double seconds) const {
    const double frames = seconds * static_cast<double>(header.rate_millihertz) / 1000.0;
    return static_cast<std::size_t>(std::ceil(frames / header.packet_frames));
  }
  bool rests() const { return header.channels < kChannelsWithoutRest; }

  /// Bytes of the largest possible packet (docs/bitstream.md, section 5).
  std::uint64_t max_packet() const {
    const std::uint64_t samples =
        max_payload_bytes(header.profile, header.code_width, group_samples());
    const std::uint64_t event_payload = events ? 4 * kMaxPacketEvents : 0;
    return kPacketHeaderBytes + std::max(samples, event_payload) + kPacketCrcBytes;
  }
};

}  // namespace nrc::sim
