// SPDX-License-Identifier: Apache-2.0
#include "format/lanes.hpp"

#include "format/bytes.hpp"
#include "format/varint.hpp"

namespace nrc {

std::array<LaneBytes, kMaxLanes> split_lanes(const std::uint8_t* payload, std::size_t size,
                                             int lanes) {
  std::array<LaneBytes, kMaxLanes> bytes;
  VarintReader reader(payload, payload + size);
  std::array<std::uint64_t, kMaxLanes> lengths = {};
  std::uint64_t sum = 0;
  for (int l = 0; l + 1 < lanes; ++l) {
    std::uint64_t& length = lengths[static_cast<std::size_t>(l)];
    if (!reader.read(length) || length > size) {
      throw Error("the payload is shorter than its lanes");
    }
    sum += length;
  }
  if (sum > reader.left()) throw Error("the payload is shorter than its lanes");
  for (int l = 0; l < lanes; ++l) {
    const std::size_t length = l + 1 < lanes
                                   ? static_cast<std::size_t>(lengths[static_cast<std::size_t>(l)])
                                   : reader.left();
    bytes[static_cast<std::size_t>(l)] = {reader.at(), length};
    reader.skip(length);
  }
  return bytes;
}

void join_lanes(const std::array<LaneBytes, kMaxLanes>& bytes, int lanes,
                std::vector<std::uint8_t>& payload) {
  payload.clear();
  for (int l = 0; l + 1 < lanes; ++l) {
    append_varint(payload, bytes[static_cast<std::size_t>(l)].size);
  }
  for (int l = 0; l < lanes; ++l) {
    const LaneBytes& lane = bytes[static_cast<std::size_t>(l)];
    payload.insert(payload.end(), lane.data, lane.data + lane.size);
  }
  pad_to_words(payload);
}

}  // namespace nrc
