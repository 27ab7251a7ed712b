// SPDX-License-Identifier: Apache-2.0
#include "stages/neighbour.hpp"

#include <algorithm>

#include "stages/sign.hpp"

namespace nrc {

Neighbour::Neighbour(int code_width)
    : min_value_(-(1 << (code_width - 1)) * (1 << kFracBits)),
      max_value_(((1 << (code_width - 1)) - 1) * (1 << kFracBits)) {}

std::int32_t Neighbour::input(std::int32_t innovation) const {
  return std::clamp(innovation, min_value_, -min_value_ - 1);
}

std::int32_t Neighbour::correct(const NeighbourState& state, std::int32_t input,
                                std::int32_t prediction, bool reset) const {
  const std::int32_t gain = reset ? 0 : state.gain;
  // Up to 33 bits.
  const std::int64_t correction = (std::int64_t{gain} * input) >> kGainFrac;
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(prediction + correction, min_value_, max_value_));
}

void Neighbour::update(NeighbourState& state, std::int32_t input, std::int32_t innovation,
                       bool reset) {
  state.gain =
      reset ? 0 : std::clamp(state.gain + sign(input) * sign(innovation), kGainMin, kGainMax);
}

}  // namespace nrc
