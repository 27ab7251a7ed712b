// SPDX-License-Identifier: Apache-2.0
#include "stages/context.hpp"

#include <algorithm>
#include <cstdlib>

#include "stages/floor_log2.hpp"

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

CodingContext Context::select_rounded(std::uint32_t scale, int step) const {
  // step = factor * 2^shift
  const int shift = floor_log2(static_cast<std::uint32_t>(step)) - (step % 3 == 0 ? 1 : 0);
  const auto factor = static_cast<std::uint32_t>(step >> shift);
  const std::uint32_t s = scale >> (kScaleFrac - kThresholdFrac + shift);
  std::size_t k = 0;
  while (k + 1 < tables_.classes.size() && s >= factor * tables_.classes[k].below) ++k;
  return {tables_.classes[k].first_table, tables_.classes[k].raw_bits};
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
