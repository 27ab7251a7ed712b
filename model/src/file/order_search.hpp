// SPDX-License-Identifier: Apache-2.0
//
// Finds an order of the channels in which stage neighbour saves the most: one after the other, that
// channel whose innovations those of the two before it explain best.
#pragma once

#include <cstdint>
#include <vector>

#include "nrc/packet.hpp"

namespace nrc {

/// The search compares each channel with each other one.
constexpr std::uint32_t kMaxSearchedChannels = 4096;

/// @param packets  samples of a stream with this header; at least one channel
std::vector<std::uint16_t> find_channel_order(const std::vector<std::vector<std::uint8_t>>& packets,
                                              const StreamHeader& header);

}  // namespace nrc
