// SPDX-License-Identifier: Apache-2.0
//
// Value maps in stream headers (docs/bitstream.md, section 8).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/value_map.hpp"

namespace nrc {

/// Appends the part of a stream header that holds the map. @throws Error if it is not a valid map,
/// or too long for a stream header.
void append_value_map(const ValueMap& map, std::vector<std::uint8_t>& payload);

/// Whether a stream header that has `others` bytes besides a valid map is not too long: with
/// offsets of many channels it may be.
bool value_map_fits(const ValueMap& map, std::size_t others);

struct SizeBounds {
  std::size_t least = 0;
  std::size_t most = 0;
};

/// The sizes that the part that begins with these 4 bytes may have.
SizeBounds value_map_sizes(const std::uint8_t* bytes, std::uint32_t channels);

/// The map that the part begins with; `size` becomes its own.
/// @throws Error if it is not a valid map.
ValueMap parse_value_map(const std::uint8_t* bytes, std::size_t& size, std::uint32_t channels);

}  // namespace nrc
