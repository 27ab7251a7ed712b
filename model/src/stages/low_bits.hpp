// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace nrc {

/// The low `bits` bits (0..63) of a number; of a negative one, those of its two's complement.
inline std::uint64_t low_bits(std::uint64_t value, int bits) {
  return value & ((std::uint64_t{1} << bits) - 1);
}

/// The number whose two's complement of `width` bits (1..31) these bits are.
inline std::int32_t from_low_bits(std::uint32_t bits, int width) {
  const std::int32_t half = 1 << (width - 1);
  const auto value = static_cast<std::int32_t>(bits);
  return value >= half ? value - 2 * half : value;
}

}  // namespace nrc
