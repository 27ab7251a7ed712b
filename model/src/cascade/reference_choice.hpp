// SPDX-License-Identifier: Apache-2.0
//
// The encoder's choice of the channels that a channel is predicted from. Streams tell decoders what
// was chosen, so that any other choice would do as well.
#pragma once

#include <cstddef>
#include <vector>

#include "nrc/format.hpp"

namespace nrc {

/// References of each channel: the ones directly before it, or others where these save more bits
/// than their list costs.
/// @param codes  [frame * channels + channel]
std::vector<std::vector<std::size_t>> choose_references(const WideCode* codes, std::size_t frames,
                                                        std::size_t channels);

}  // namespace nrc
