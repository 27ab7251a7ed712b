// SPDX-License-Identifier: Apache-2.0
#include "stages/dispersion.hpp"

#include <algorithm>
#include <cstdlib>

#include "stages/floor_log2.hpp"

namespace nrc {

Dispersion::Dispersion(std::uint32_t initial_scale, int code_width)
    : initial_scale_(initial_scale), cap_((1 << (code_width + 2)) - 1) {}

int Dispersion::index(const DispersionState& state, bool reset, int step) const {
  const std::uint32_t scale =
      std::max(this->scale(state, reset), kMinScale * static_cast<std::uint32_t>(step));
  const int burst = reset ? 0 : static_cast<int>(state.burst);
  const int octave = floor_log2(scale) - floor_log2(kMinScale);
  const auto mantissa =
      static_cast<int>((scale >> (octave + 2)) & ((1U << kScaleMantissaBits) - 1));
  return (octave << kScaleMantissaBits) + mantissa + burst;
}

void Dispersion::update(DispersionState& state, std::int32_t innovation, bool reset,
                        int boost) const {
  if (reset) {
    state = {initial_scale_, 0};
    return;
  }
  const std::int32_t magnitude = std::min(std::abs(innovation), cap_) << (kScaleFrac - kFracBits);
  const auto scale = static_cast<std::int32_t>(state.scale);
  if (2 * std::int64_t{magnitude} >= 7 * std::int64_t{scale}) {
    const std::uint32_t raise = magnitude >= 7 * std::int64_t{scale} ? 2 * kBurstStep : kBurstStep;
    state.burst = std::min<std::uint32_t>(state.burst + raise, kBurstMax);
  } else if (state.burst > 0) {
    --state.burst;
  }
  state.scale = static_cast<std::uint32_t>(scale + ((magnitude - scale) >> (kScaleShift - boost)));
}

}  // namespace nrc
