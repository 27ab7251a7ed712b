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

/// Whether the part that begins with these 4 bytes may have this size.
bool value_map_size_possible(const std::uint8_t* bytes, std::size_t size, std::uint32_t channels);

/// @throws Error if the part is not exactly a valid map.
ValueMap parse_value_map(const std::uint8_t* bytes, std::size_t size, std::uint32_t channels);

}  // namespace nrc
