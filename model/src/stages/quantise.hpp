// SPDX-License-Identifier: Apache-2.0
//
// Rounding of a lossy stream (docs/bitstream.md, section 14).
#pragma once

#include <vector>

#include "nrc/format.hpp"

namespace nrc {

/// Codes -> multiples of `step`, rounded half up.
inline void quantise(std::vector<Code>& codes, int step) {
  for (Code& code : codes) {
    const int shifted = code + step / 2;
    code = static_cast<Code>(shifted >= 0 ? shifted / step : -((step - 1 - shifted) / step));
  }
}

}  // namespace nrc
