// SPDX-License-Identifier: Apache-2.0
//
// Index packets: where the key packets of a file are (docs/bitstream.md, section 9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nrc {

/// A place where decoding can begin.
struct KeyPacket {
  std::uint64_t offset = 0;       ///< bytes of the stream before it
  std::uint64_t first_frame = 0;  ///< counted on beyond 32 bits
};

struct StreamIndex {
  std::uint64_t bytes = 0;   ///< of the stream before the index packet
  std::uint64_t frames = 0;  ///< of the stream
  std::vector<KeyPacket> keys;
};

/// Payload of an index packet. Leaves key packets out if it would be too long.
std::vector<std::uint8_t> index_payload(const StreamIndex& index);

/// @throws Error if the payload breaks a rule of docs/bitstream.md, section 9.
StreamIndex parse_index(const std::uint8_t* payload, std::size_t size);

}  // namespace nrc
