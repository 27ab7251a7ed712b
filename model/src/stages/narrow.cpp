// SPDX-License-Identifier: Apache-2.0
#include "stages/narrow.hpp"

#include <algorithm>
#include <cstdlib>

#include "stages/sign.hpp"

namespace nrc {

Narrow::Narrow(const TableSet& tables, int code_width)
    : context_(tables, code_width),
      scale_reset_(
          static_cast<std::int32_t>(tables.initial_scale >> (kScaleFrac - kNarrowScaleFrac))),
      max_deviation_((1 << (code_width - kNarrowSavedBits - 1)) - 1),
      max_magnitude_((1 << (code_width - kNarrowSavedBits)) - 1) {}

int Narrow::class_of(std::int32_t scale) const {
  return context_.class_of(static_cast<std::uint32_t>(scale) << (kScaleFrac - kNarrowScaleFrac));
}

std::int32_t Narrow::predict(const NarrowState& state) {
  // The first bits of rest alone, so that the product is small. No clamp: the level and the last
  // code are codes, and the prediction lies between them.
  const std::int32_t rest = state.rest >> (kNarrowRestFrac - kNarrowRestBits);
  const std::int32_t one = 1 << kNarrowRestBits;
  return (state.last * one - rest * state.deviation + one / 2) >> kNarrowRestBits;
}

void Narrow::update(NarrowState& state, std::int32_t predicted_code, Code code, bool reset,
                    int boost, bool slow) const {
  if (reset) {
    state = {code, 0, class_of(scale_reset_), kNarrowRestReset, scale_reset_};
    return;
  }
  if (slow) {
    const std::int32_t residual = code - predicted_code;
    const std::int32_t step = sign(state.deviation) * sign(residual) * (1 << boost);
    state.rest = std::clamp(state.rest - step, 0, (1 << kNarrowRestFrac) - 1);
    const int shift = boost > 0 ? kScaleShift - boost : kNarrowScaleShift;
    const std::int32_t target = std::min(std::abs(residual), max_magnitude_) << kNarrowScaleFrac;
    state.scale += (target - state.scale) >> shift;
    state.noise_class = class_of(state.scale);
  }
  const std::int32_t moved = state.deviation + code - state.last;
  const std::int32_t decay = 1 << kLevelShift;
  state.deviation = std::clamp((moved * (decay - 1) + decay / 2) >> kLevelShift,
                               -max_deviation_ - 1, max_deviation_);
  state.last = code;
}

}  // namespace nrc
