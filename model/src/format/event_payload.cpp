// SPDX-License-Identifier: Apache-2.0
#include "format/event_payload.hpp"

#include <algorithm>
#include <string>

#include "format/bytes.hpp"
#include "nrc/error.hpp"

namespace nrc {

namespace {

/// Bits that hold the numbers of so many channels.
int channel_bits(std::uint32_t channels) {
  int bits = 0;
  while ((channels - 1) >> bits != 0) ++bits;
  return bits;
}

}  // namespace

EventLayout::EventLayout(std::uint32_t channels, int code_width)
    : channels_(channels),
      amplitude_bits_(std::min(code_width, kEventPeakBits - channel_bits(channels))),
      amplitude_shift_(code_width - amplitude_bits_),
      time_bits_(kEventBits - channel_bits(channels) - amplitude_bits_) {}

std::uint32_t EventLayout::pack(const Event& event, std::uint64_t first_frame) const {
  const auto amplitude = static_cast<std::uint32_t>(event.amplitude >> amplitude_shift_);
  const std::uint32_t mask = (std::uint32_t{1} << amplitude_bits_) - 1;
  const auto time = static_cast<std::uint32_t>(event.frame - first_frame);
  const std::uint32_t channel_and_amplitude = event.channel << amplitude_bits_ | (amplitude & mask);
  return channel_and_amplitude << time_bits_ | time;
}

Event EventLayout::unpack(std::uint32_t bits, std::uint64_t first_frame) const {
  const std::uint32_t amplitude = bits >> time_bits_;
  Event event;
  event.frame = first_frame + (bits & ((std::uint32_t{1} << time_bits_) - 1));
  event.channel = amplitude >> amplitude_bits_;
  // Sign extension.
  const std::int32_t half = std::int32_t{1} << (amplitude_bits_ - 1);
  const auto low =
      static_cast<std::int32_t>(amplitude & ((std::uint32_t{1} << amplitude_bits_) - 1));
  event.amplitude = ((low ^ half) - half) * (1 << amplitude_shift_);
  return event;
}

std::vector<std::uint8_t> event_payload(const EventLayout& layout, const Event* events,
                                        std::size_t count, std::uint64_t first_frame) {
  std::vector<std::uint8_t> payload(4 * count);
  std::uint8_t* p = payload.data();
  for (std::size_t i = 0; i < count; ++i) {
    p = put_little_endian(p, layout.pack(events[i], first_frame));
  }
  return payload;
}

void parse_events(const EventLayout& layout, const std::uint8_t* payload, std::size_t size,
                  std::uint64_t first_frame, std::vector<Event>& events) {
  for (std::size_t at = 0; at + 4 <= size; at += 4) {
    const Event event = layout.unpack(get_little_endian<std::uint32_t>(payload + at), first_frame);
    if (!layout.contains(event)) {
      throw Error("an event of channel " + std::to_string(event.channel) +
                  ", which the stream does not have");
    }
    events.push_back(event);
  }
}

}  // namespace nrc
