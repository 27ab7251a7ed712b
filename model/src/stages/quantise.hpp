// SPDX-License-Identifier: Apache-2.0
//
// Rounding of a lossy stream (docs/bitstream.md, section 14).
#pragma once

#include <vector>

#include "nrc/format.hpp"

namespace nrc {

/// Codes -> multiples of `step`, rounded half up.
/// @tparam C  Code or WideCode
template <typename C>
void quantise(std::vector<C>& codes, int step) {
  for (C& code : codes) {
    const int shifted = code + step / 2;
    code = static_cast<C>(shifted >= 0 ? shifted / step : -((step - 1 - shifted) / step));
  }
}

}  // namespace nrc
