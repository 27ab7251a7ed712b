// SPDX-License-Identifier: Apache-2.0
#include "stages/context.hpp"

#include <algorithm>
#include <cstdlib>

#include "stages/floor_log2.hpp"

namespace nrc {

Context::Context(const TableSet& tables, int code_width)
    : tables_(tables), cap_((1 << (code_width + 2)) - 1) {}

int Context::class_of(std::uint32_t scale) const {
  return class_at(scale >> (kScaleFrac - kThresholdFrac), 1);
}

int Context::class_at(std::uint32_t level, std::uint32_t factor) const {
  const int last = static_cast<int>(tables_.classes.size()) - 1;
  int k = 0;
  while (k < last && level >= factor * tables_.classes[static_cast<std::size_t>(k)].below) ++k;
  return k;
}

CodingContext Context::select(const ContextState& state, std::int32_t predicted_code,
                              bool reset) const {
  return of_class(class_of(scale(state, reset)), predicted_code);
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

CodingContext Context::select_rounded(std::uint32_t scale, int step) const {
  // step = factor * 2^shift
  const int shift = floor_log2(static_cast<std::uint32_t>(step)) - (step % 3 == 0 ? 1 : 0);
  const auto factor = static_cast<std::uint32_t>(step >> shift);
  return of_class(class_at(scale >> (kScaleFrac - kThresholdFrac + shift), factor), 0);
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
