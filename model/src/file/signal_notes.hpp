// SPDX-License-Identifier: Apache-2.0
//
// What makes a signal larger than it needs to be, although it is coded without a fault. A note lets
// the user store it better.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nrc/packet.hpp"

namespace nrc {

/// Values of samples in the byte order of the machine (docs/bitstream.md, section 1).
std::vector<std::int32_t> note_values(const std::vector<std::uint8_t>& samples,
                                      const StreamHeader& header);

/// How many of the lowest bits are 0; 0 if all are.
int low_zero_bits(std::uint32_t bits);

/// One line for each thing that costs much: a mapping that does not use the samples' own grid, low
/// bits that never change, every second frame interpolated from its neighbours.
/// @param samples  of whole frames from the stream's beginning, such as those of its first packet
std::vector<std::string> signal_notes(const std::vector<std::int32_t>& samples,
                                      const StreamHeader& header);

}  // namespace nrc
