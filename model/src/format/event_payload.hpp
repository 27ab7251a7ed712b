// SPDX-License-Identifier: Apache-2.0
//
// Payload of an event packet (docs/bitstream.md, section 17).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/event.hpp"

namespace nrc {

/// Fields of an event's 32 bits, which the stream's channels and code width decide.
class EventLayout {
 public:
  EventLayout(std::uint32_t channels, int code_width);

  /// @param first_frame  of the packet; event.frame is up to kEventPacketFrames after it
  std::uint32_t pack(const Event& event, std::uint64_t first_frame) const;
  Event unpack(std::uint32_t bits, std::uint64_t first_frame) const;
  /// Whether the stream has its channel.
  bool contains(const Event& event) const { return event.channel < channels_; }

 private:
  std::uint32_t channels_;
  int amplitude_bits_;
  int amplitude_shift_;  ///< low bits of an amplitude that are not sent
  int time_bits_;
};

/// The payload of so many events.
std::vector<std::uint8_t> event_payload(const EventLayout& layout, const Event* events,
                                        std::size_t count, std::uint64_t first_frame);

/// Appends the events of a payload. @throws Error if one has a channel that the stream has not
void parse_events(const EventLayout& layout, const std::uint8_t* payload, std::size_t size,
                  std::uint64_t first_frame, std::vector<Event>& events);

}  // namespace nrc
