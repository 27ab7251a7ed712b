// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "nrc/format.hpp"

namespace nrc {

/// -1, 0 or 1.
inline int sign(std::int32_t v) { return (v > 0) - (v < 0); }

/// The sign of an innovation (1/64 code) that weights and gains follow: 0 within half a code, where
/// it is that of the ADC's rounding.
/// @param step  the range profile's rounding step, half of which takes the place of half a code
inline int innovation_sign(std::int32_t innovation, int step = 1) {
  const std::int32_t quiet = step * (1 << kQuietShift);
  return innovation >= -quiet && innovation < quiet ? 0 : sign(innovation);
}

}  // namespace nrc
