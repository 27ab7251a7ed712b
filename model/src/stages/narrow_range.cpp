// SPDX-License-Identifier: Apache-2.0
#include "stages/narrow_range.hpp"

#include <algorithm>
#include <cstdlib>

#include "stages/floor_log2.hpp"
#include "stages/sign.hpp"

namespace nrc {

namespace {

constexpr std::int32_t kLeastScale = 1 << (kNarrowRangeScaleFrac - kNarrowEdgeFrac);  // 1/16 code

}  // namespace

NarrowRange::NarrowRange(std::uint32_t initial_scale, int code_width)
    : scale_reset_(
          static_cast<std::int32_t>(initial_scale >> (kScaleFrac - kNarrowRangeScaleFrac))),
      max_deviation_((1 << (code_width - kNarrowRangeSavedBits - 1)) - 1),
      max_magnitude_((1 << (code_width - kNarrowRangeSavedBits + kNarrowEdgeFrac)) - 1) {}

std::int32_t NarrowRange::predict(const NarrowRangeState& state) {
  // The first bits of rest are in 1/16, so the product is in the unit of the prediction. No clamp:
  // it lies between the level and the last value, which are values of codes or lie between two.
  const std::int32_t rest = state.rest >> (kNarrowRestFrac - kNarrowRestBits);
  return state.last * (1 << (kNarrowEdgeFrac - kNarrowValueFrac)) - rest * state.deviation;
}

int NarrowRange::steady_of(std::int32_t scale) {
  const auto s = static_cast<std::uint32_t>(std::max(scale, kLeastScale));
  const int octave = floor_log2(s) - floor_log2(static_cast<std::uint32_t>(kLeastScale));
  const int below = floor_log2(static_cast<std::uint32_t>(kLeastScale)) - kNarrowMantissaBits;
  const auto mantissa =
      static_cast<int>((s >> (octave + below)) & ((1U << kNarrowMantissaBits) - 1));
  return (octave << kNarrowMantissaBits) + mantissa;
}

void NarrowRange::update(NarrowRangeState& state, std::int32_t prediction, std::int32_t value,
                         bool reset, int boost, bool slow) const {
  if (reset) {
    state = {value, 0, 0, kNarrowRestReset, scale_reset_, steady_of(scale_reset_)};
    return;
  }
  const std::int32_t innovation = value * (1 << (kNarrowEdgeFrac - kNarrowValueFrac)) - prediction;
  const std::int32_t magnitude = std::min(std::abs(innovation), max_magnitude_);
  // How often the first scale of the octave, four times, goes into it.
  const int excess = magnitude >> ((state.steady >> kNarrowMantissaBits) + kNarrowBurstOctave);
  state.burst = excess > 1    ? std::min(state.burst + 2, kNarrowBurstMax)
                : excess == 1 ? std::min(state.burst + 1, kNarrowBurstMax)
                              : std::max(state.burst - 1, 0);
  if (slow) {
    const std::int32_t step = sign(state.deviation) * sign(innovation) * (1 << boost);
    state.rest = std::clamp(state.rest - step, 0, (1 << kNarrowRestFrac) - 1);
    const int shift = boost > 0 ? kNarrowRangeFastShift - boost : kNarrowRangeScaleShift;
    const std::int32_t target = magnitude << (kNarrowRangeScaleFrac - kNarrowEdgeFrac);
    state.scale += (target - state.scale) >> shift;
    state.steady = steady_of(state.scale);
  }
  const std::int32_t moved = state.deviation * (1 << kNarrowValueFrac) + value - state.last;
  const int shift = kLevelShift + kNarrowValueFrac;
  state.deviation = std::clamp((moved * ((1 << kLevelShift) - 1) + (1 << (shift - 1))) >> shift,
                               -max_deviation_ - 1, max_deviation_);
  state.last = value;
}

}  // namespace nrc
