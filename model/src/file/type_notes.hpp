// SPDX-License-Identifier: Apache-2.0
//
// Whether samples without a header are what they are said to be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "nrc/packet.hpp"

namespace nrc {

/// One line if samples look like those of another type, byte order or number of channels, or like
/// floating-point numbers; nothing if they do not, or are too few to say.
/// @param samples  of whole frames from the stream's beginning, such as those of its first packet,
/// in the byte order of the machine
std::vector<std::string> type_notes(const std::vector<std::uint8_t>& samples,
                                    const StreamHeader& header);

}  // namespace nrc
