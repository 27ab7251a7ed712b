// SPDX-License-Identifier: Apache-2.0
#include "stages/predictor.hpp"

#include <algorithm>

#include "stages/sign.hpp"

namespace nrc {

namespace {

/// weight * d in 1/64 code; the product has up to 35 bits.
std::int32_t persistence(std::int32_t weight, std::int32_t deviation) {
  return static_cast<std::int32_t>((std::int64_t{weight} * deviation) >> kWeightFrac);
}

}  // namespace

Predictor::Predictor(int code_width)
    : min_value_(-(1 << (code_width - 1)) * (1 << kFracBits)),
      max_value_(((1 << (code_width - 1)) - 1) * (1 << kFracBits)) {}

Prediction Predictor::predict(const PredictorState& state, bool reset) const {
  const PredictorState s = reset ? PredictorState{} : state;
  Prediction p{s.last - s.level, 0, 0};
  p.value = std::clamp(s.level + persistence(s.weight, p.deviation), min_value_, max_value_);
  p.code = (p.value + (1 << (kFracBits - 1))) >> kFracBits;
  return p;
}

void Predictor::update_value(PredictorState& state, const Prediction& prediction,
                             std::int32_t value, bool reset, int boost, int step) const {
  if (reset) {
    state.weight = kWeightReset;
    state.level = value;
  } else {
    const int change =
        sign(prediction.deviation) * innovation_sign(value - prediction.value, step) * (1 << boost);
    state.weight = std::clamp(state.weight + change, kWeightMin, kWeightMax);
    state.level += (value - state.level) >> kLevelShift;
  }
  state.last = value;
}

}  // namespace nrc
