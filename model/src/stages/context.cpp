// SPDX-License-Identifier: Apache-2.0
#include "stages/context.hpp"

#include <algorithm>
#include <cstdlib>

namespace nrc {

Context::Context(const TableSet& tables, int code_width)
    : tables_(tables), cap_((1 << (code_width + 2)) - 1) {}

int Context::class_of(std::uint32_t scale) const {
  const std::uint32_t s = scale >> (kScaleFrac - kThresholdFrac);
  const int last = static_cast<int>(tables_.classes.size()) - 1;
  int k = 0;
  while (k < last && s >= tables_.classes[static_cast<std::size_t>(k)].below) ++k;
  return k;
}

CodingContext Context::select(const ContextState& state, std::int32_t predicted_code,
                              bool reset) const {
  const std::uint32_t scale = reset ? tables_.initial_scale : state.scale;
  return of_class(class_of(scale), predicted_code);
}

CodingContext Context::of_class(int noise_class, std::int32_t predicted_code) const {
  const ScaleClass& c = tables_.classes[static_cast<std::size_t>(noise_class)];
  const std::int32_t modulus = 1 << c.modulus_bits;
  std::int32_t phase = predicted_code & (modulus - 1);
  if (c.split && (predicted_code < -(modulus / 2) || predicted_code >= modulus / 2)) {
    phase += modulus;
  }
  return {c.first_table + phase, c.raw_bits};
}

void Context::update(ContextState& state, std::int32_t innovation, bool reset, int boost) const {
  if (reset) {
    state.scale = tables_.initial_scale;
    return;
  }
  const std::int32_t magnitude = std::min(std::abs(innovation), cap_);
  const auto scale = static_cast<std::int32_t>(state.scale);
  const std::int32_t target = magnitude << (kScaleFrac - kFracBits);
  state.scale = static_cast<std::uint32_t>(scale + ((target - scale) >> (kScaleShift - boost)));
}

}  // namespace nrc
