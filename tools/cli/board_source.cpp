// SPDX-License-Identifier: Apache-2.0
#include "board_source.hpp"

#include <algorithm>

namespace nrc::cli {
namespace {

constexpr int kSpike = 96;  ///< codes
constexpr std::uint32_t kSpikeBits = 10;
constexpr int kNoiseShift[4] = {2, 3, 2, 1};  ///< by channel modulo 4

/// `count` bits of r from bit `low` on.
int bits(std::uint32_t r, int low, int count) {
  return static_cast<int>(r >> low & ((1U << count) - 1));
}

}  // namespace

void BoardSource::frame(std::int16_t* codes) {
  for (std::size_t channel = 0; channel < fields_.size(); ++channel) {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 17;
    random_ ^= random_ << 5;
    const std::uint32_t r = random_;
    // The shifts of negative numbers round down.
    std::int32_t& field = fields_[channel];
    field += 8 * (bits(r, 5, 3) + bits(r, 13, 3) - 7) - (field >> 8);
    const int noise = bits(r, 0, 5) + bits(r, 8, 5) + bits(r, 16, 5) + bits(r, 24, 5) - 62;
    const int spike = r >> (32 - kSpikeBits) == 0 ? kSpike : 0;
    const int code = (field >> 4) + (noise >> kNoiseShift[channel % 4]) + spike;
    codes[channel] = static_cast<std::int16_t>(std::clamp(code, -512, 511));
  }
}

}  // namespace nrc::cli
