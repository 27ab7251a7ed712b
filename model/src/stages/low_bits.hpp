// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace nrc {

/// The low `bits` bits (0..63) of a number; of a negative one, those of its two's complement.
inline std::uint64_t low_bits(std::uint64_t value, int bits) {
  return value & ((std::uint64_t{1} << bits) - 1);
}

}  // namespace nrc
