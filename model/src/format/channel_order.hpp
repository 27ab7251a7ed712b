// SPDX-License-Identifier: Apache-2.0
//
// The channel order in stream headers (docs/bitstream.md, section 8).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nrc {

constexpr std::size_t kMaxOrderVarintBytes = 3;

/// Appends the part of a stream header that holds the order.
void append_channel_order(const std::vector<std::uint16_t>& order,
                          std::vector<std::uint8_t>& payload);

/// @throws Error if the part is not exactly a valid order.
std::vector<std::uint16_t> parse_channel_order(const std::uint8_t* bytes, std::size_t size,
                                               std::uint32_t channels);

}  // namespace nrc
