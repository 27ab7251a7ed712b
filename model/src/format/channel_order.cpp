// SPDX-License-Identifier: Apache-2.0
#include "format/channel_order.hpp"

#include <algorithm>
#include <string>

#include "format/bytes.hpp"
#include "format/varint.hpp"
#include "nrc/error.hpp"
#include "nrc/packet.hpp"

namespace nrc {

void check_order(const std::vector<std::uint16_t>& order, std::uint32_t channels) {
  if (order.empty()) return;
  if (order.size() != channels) {
    throw Error("the channel order has " + std::to_string(order.size()) + " channels, the stream " +
                std::to_string(channels));
  }
  std::vector<bool> seen(channels);
  for (const std::uint16_t channel : order) {
    if (channel >= channels) {
      throw Error("the channel order has channel " + std::to_string(channel) +
                  ", the stream channels 0 to " + std::to_string(channels - 1));
    }
    if (seen[channel]) {
      throw Error("the channel order has channel " + std::to_string(channel) + " twice");
    }
    seen[channel] = true;
  }
}

void append_channel_order(const std::vector<std::uint16_t>& order,
                          std::vector<std::uint8_t>& payload) {
  std::int64_t next = 0;
  for (const std::uint16_t channel : order) {
    append_varint(payload, zigzag(channel - next));
    next = channel + 1;
  }
  pad_to_words(payload);
}

std::vector<std::uint16_t> parse_channel_order(const std::uint8_t* bytes, std::size_t size,
                                               std::uint32_t channels) {
  std::vector<std::uint16_t> order;
  VarintReader reader(bytes, bytes + size);
  std::int64_t next = 0;
  while (order.size() < channels) {
    std::uint64_t difference = 0;
    if (!reader.read(difference)) throw Error("stream header: the channel order ends too soon");
    const std::int64_t channel = next + unzigzag(difference);
    if (channel < 0 || channel >= channels) {
      throw Error("stream header: the channel order has channel " + std::to_string(channel) +
                  " of " + std::to_string(channels));
    }
    order.push_back(static_cast<std::uint16_t>(channel));
    next = channel + 1;
  }
  if (reader.left() > 3 || !std::all_of(reader.at(), reader.at() + reader.left(),
                                        [](std::uint8_t byte) { return byte == 0; })) {
    throw Error("stream header: the channel order has bytes after its last channel");
  }
  check_order(order, channels);
  return order;
}

}  // namespace nrc
