// SPDX-License-Identifier: Apache-2.0
#include "stages/neighbour.hpp"

#include <algorithm>

#include "stages/sign.hpp"

namespace nrc {

Neighbour::Neighbour(int code_width)
    : min_value_(-(1 << (code_width - 1)) * (1 << kFracBits)),
      max_value_(((1 << (code_width - 1)) - 1) * (1 << kFracBits)) {}

std::int32_t Neighbour::correct(const NeighbourState& state, const NeighbourInputs& inputs,
                                std::int32_t prediction, bool reset) const {
  if (reset) return prediction;
  std::int64_t sum = 0;  // up to 33 bits
  for (std::size_t i = 0; i < inputs.size(); ++i) sum += std::int64_t{state.gain[i]} * inputs[i];
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(prediction + (sum >> kGainFrac), min_value_, max_value_));
}

void Neighbour::update(NeighbourState& state, const NeighbourInputs& inputs,
                       std::int32_t innovation, bool reset, int boost, int step) {
  if (reset) {
    state = {};
    return;
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const int change = sign(inputs[i]) * innovation_sign(innovation, step) * (1 << (boost >> 1));
    state.gain[i] = std::clamp(state.gain[i] + change, kGainMin, kGainMax);
  }
}

void Neighbour::pass(NeighbourInputs& inputs, std::int32_t innovation) const {
  auto& [before, second, mean] = inputs;
  second = before;
  before = std::clamp(innovation, min_value_, -min_value_ - 1);
  mean += (before - mean) >> kNeighbourMeanShift;
}

}  // namespace nrc
