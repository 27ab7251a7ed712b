// SPDX-License-Identifier: Apache-2.0
#include "file/stream_index.hpp"

#include <algorithm>
#include <limits>

#include "format/bytes.hpp"
#include "format/varint.hpp"
#include "nrc/error.hpp"
#include "nrc/format.hpp"

namespace nrc {

namespace {

/// Of the payload's own length, at its end.
constexpr std::size_t kLengthBytes = 4;

/// With every `step`-th key packet.
std::vector<std::uint8_t> payload_of(const StreamIndex& index, std::size_t step) {
  std::vector<std::uint8_t> payload;
  append_varint(payload, index.bytes);
  append_varint(payload, index.frames);
  append_varint(payload, (index.keys.size() + step - 1) / step);
  KeyPacket before;
  for (std::size_t i = 0; i < index.keys.size(); i += step) {
    append_varint(payload, index.keys[i].offset - before.offset);
    append_varint(payload, index.keys[i].first_frame - before.first_frame);
    before = index.keys[i];
  }
  pad_to_words(payload);
  append_little_endian(payload, static_cast<std::uint32_t>(payload.size() + kLengthBytes));
  return payload;
}

}  // namespace

std::vector<std::uint8_t> index_payload(const StreamIndex& index) {
  std::vector<std::uint8_t> payload = payload_of(index, 1);
  for (std::size_t step = 2; payload.size() > kMaxIndexBytes; step *= 2) {
    payload = payload_of(index, step);
  }
  return payload;
}

StreamIndex parse_index(const std::uint8_t* payload, std::size_t size) {
  const auto fail = [] { throw Error("an index packet contradicts itself"); };
  if (size < kLengthBytes ||
      get_little_endian<std::uint32_t>(payload + size - kLengthBytes) != size) {
    fail();
  }
  VarintReader reader(payload, payload + size - kLengthBytes);
  StreamIndex index;
  std::uint64_t count = 0;
  if (!reader.read(index.bytes) || !reader.read(index.frames) || !reader.read(count) ||
      count > reader.left() / 2) {
    fail();
  }
  KeyPacket key;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t bytes = 0;
    std::uint64_t frames = 0;
    // Sums of 2^19 numbers of 56 bits would not fit.
    if (!reader.read(bytes) || !reader.read(frames) || bytes > index.bytes - key.offset ||
        frames > index.frames - key.first_frame || (i != 0 && (bytes == 0 || frames == 0))) {
      fail();
    }
    key.offset += bytes;
    key.first_frame += frames;
    index.keys.push_back(key);
  }
  if (reader.left() > 3 || std::any_of(reader.at(), reader.at() + reader.left(),
                                       [](std::uint8_t b) { return b != 0; })) {
    fail();
  }
  return index;
}

}  // namespace nrc
