// SPDX-License-Identifier: Apache-2.0
//
// Stage shift6: int16 sample <-> code (docs/bitstream.md, section 1). RTL: nrc_shift6.
#pragma once

#include <cstdint>

#include "nrc/format.hpp"

namespace nrc {

class Shift6 {
 public:
  /// Code of a sample: floor(sample / 64), -512..511. Defined for every int16.
  static constexpr Code code(std::int16_t sample) { return static_cast<Code>(sample >> 6); }

  /// Sample of a 10-bit code: trunc((code + 512) * 65535 / 1023 - 32768).
  static constexpr std::int16_t sample(Code code) {
    constexpr std::int32_t kOffset = 32768 * 1023;
    return static_cast<std::int16_t>(((code + 512) * 65535 - kOffset) / 1023);
  }

  /// True if the sample survives the way to a code and back.
  static constexpr bool on_grid(std::int16_t s) { return sample(code(s)) == s; }
};

}  // namespace nrc
