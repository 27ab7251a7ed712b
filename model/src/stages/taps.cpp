// SPDX-License-Identifier: Apache-2.0
#include "stages/taps.hpp"

#include <algorithm>

#include "stages/sign.hpp"

namespace nrc {

Taps::Taps(int code_width)
    : min_code_(-(1 << (code_width - 1))), max_code_((1 << (code_width - 1)) - 1) {}

std::int32_t Taps::correct(const TapsState& state, std::int32_t prediction, bool reset) const {
  if (reset) return prediction;
  std::int32_t sum = 0;  // up to 26 bits
  for (std::size_t i = 0; i < state.past.size(); ++i) sum += state.weight[i] * state.past[i];
  constexpr std::int32_t kOne = 1 << kFracBits;
  return std::clamp(prediction + (sum >> (kTapFrac - kFracBits)), min_code_ * kOne,
                    max_code_ * kOne);
}

void Taps::update(TapsState& state, std::int32_t innovation, std::int32_t remaining, bool reset,
                  int boost, int step) const {
  if (reset) {
    state = {};
    return;
  }
  for (std::size_t i = 0; i < state.past.size(); ++i) {
    const int change = sign(state.past[i]) * innovation_sign(remaining, step) * (1 << (boost >> 1));
    state.weight[i] = std::clamp(state.weight[i] + change, kTapMin, kTapMax);
  }
  std::copy_backward(state.past.begin(), state.past.end() - 1, state.past.end());
  state.past[0] =
      std::clamp((innovation + (1 << (kFracBits - 1))) >> kFracBits, min_code_, max_code_);
}

}  // namespace nrc
