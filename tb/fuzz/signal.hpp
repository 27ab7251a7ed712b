// SPDX-License-Identifier: Apache-2.0
//
// Signals from a few bytes: what the encoders must give back, whatever it is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fuzz_input.hpp"
#include "nrc/format.hpp"

namespace fuzz {

/// Codes of `width` bits until the input ends or there are `most`. An input byte's two highest bits
/// choose a value, a walk, a run of equal codes or noise; the other six say how much of it.
inline std::vector<nrc::Code> codes_from(FuzzInput& input, int width, std::size_t most) {
  const std::int32_t half = 1 << (width - 1);
  std::vector<nrc::Code> codes;
  std::int32_t value = 0;
  const auto put = [&](std::int32_t next) {
    value = std::clamp(next, -half, half - 1);
    if (codes.size() < most) codes.push_back(static_cast<nrc::Code>(value));
  };
  while (input.size() > 0 && codes.size() < most) {
    const std::uint8_t choice = input.u8();
    const std::uint32_t amount = choice & 63U;
    switch (choice >> 6) {
      case 0:
        put(((input.u16() & (2 * half - 1)) ^ half) - half);  // sign-extended
        break;
      case 1:
        for (std::uint32_t i = 0; i <= amount; ++i) {
          put(value + static_cast<std::int8_t>(input.u8()));
        }
        break;
      case 2:
        for (std::uint32_t i = 0; i <= amount * amount; ++i) put(value);
        break;
      default: {
        const std::int32_t middle = value;
        const std::int32_t spread = 1 << input.below(static_cast<std::uint32_t>(width));
        Noise noise(amount);
        for (std::uint32_t i = 0; i <= 4 * amount; ++i) {
          const auto span = static_cast<std::uint32_t>(2 * spread);
          put(middle + static_cast<std::int32_t>(noise.below(span)) - spread);
        }
        value = middle;
      }
    }
  }
  return codes;
}

}  // namespace fuzz
