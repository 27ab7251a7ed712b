// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace nrc::tb {

/// The RTL encoder's number of a stream, counted from 0 since the last reset (docs/bitstream.md,
/// section 8).
constexpr std::uint32_t stream_number(std::uint32_t first, std::uint64_t count) {
  for (unsigned bit = 0; bit < 8; ++bit) {
    if ((count >> bit & 1) != 0) first ^= 1U << (15 - bit);
  }
  return first;
}

}  // namespace nrc::tb
