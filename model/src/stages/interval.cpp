// SPDX-License-Identifier: Apache-2.0
#include "stages/interval.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "stages/floor_log2.hpp"

namespace nrc {

namespace {

/// 1024 / (1 + (j + 1/2) / 16), rounded: how many 1/1024 of an octave's reciprocal.
constexpr std::array<std::int32_t, 1 << kScaleMantissaBits> make_reciprocals() {
  std::array<std::int32_t, 1 << kScaleMantissaBits> r{};
  for (std::int32_t j = 0; j < static_cast<std::int32_t>(r.size()); ++j) {
    const std::int32_t divisor = 33 + 2 * j;
    r[static_cast<std::size_t>(j)] = (2 * 32 * 1024 / divisor + 1) / 2;
  }
  return r;
}
constexpr auto kReciprocals = make_reciprocals();

}  // namespace

std::uint32_t IntervalModel::at_edge(std::int32_t edge, std::int32_t prediction, int index) const {
  const std::int32_t octave = index >> kScaleMantissaBits;
  const auto mantissa = static_cast<std::size_t>(index & ((1 << kScaleMantissaBits) - 1));
  const std::int64_t product = std::int64_t{edge - prediction} * kReciprocals[mantissa];
  return at_deviate(static_cast<std::int32_t>(
      std::clamp<std::int64_t>(product >> (octave + 5), -kDeviates, kDeviates - 1)));
}

std::uint32_t IntervalModel::at_deviate(std::int32_t z) const {
  if (z >= 0) return tables_.cumulative[static_cast<std::size_t>(z)];
  return kTopFrequency + kEscapeFrequency - tables_.cumulative[static_cast<std::size_t>(-1 - z)];
}

std::int32_t IntervalModel::reciprocal(int mantissa) {
  return kReciprocals[static_cast<std::size_t>(mantissa)];
}

std::uint32_t IntervalModel::cumulative(Code code, std::int32_t prediction, int index) const {
  if (code == linearizer_.min_code()) return kEscapeFrequency;
  return at_edge(linearizer_.interval(code).low, prediction, index);
}

std::uint32_t IntervalModel::group_begin(std::int32_t code, int plain, std::int32_t prediction,
                                         int index) const {
  if (plain == 0 && code <= linearizer_.max_code()) {
    return cumulative(static_cast<Code>(code), prediction, index);
  }
  // Rounded codes of the lowest group may begin before the lowest one.
  if (code <= linearizer_.min_code()) return kEscapeFrequency;
  if (code > linearizer_.max_code()) return kTopFrequency;
  return at_edge(linearizer_.even_edge(code), prediction, index);
}

Interval IntervalModel::of(Code code, std::int32_t prediction, int index) const {
  const int plain = plain_bits(index);
  if (plain > 0) {
    const std::int32_t first = code & ~((1 << plain) - 1);
    const std::uint32_t begin = group_begin(first, plain, prediction, index);
    return {begin, group_begin(first + (1 << plain), plain, prediction, index) - begin};
  }
  const std::uint32_t low = cumulative(code, prediction, index);
  const std::uint32_t high = code == linearizer_.max_code()
                                 ? kTopFrequency
                                 : at_edge(linearizer_.interval(code).high, prediction, index);
  return {low, high - low};
}

double IntervalModel::deviate_width(int index) {
  const auto mantissa = static_cast<std::size_t>(index & ((1 << kScaleMantissaBits) - 1));
  return std::ldexp(1.0, (index >> kScaleMantissaBits) + 5) / kReciprocals[mantissa];
}

IntervalModel::IntervalModel(const RangeTables& tables, const Linearizer& linearizer)
    : tables_(tables),
      linearizer_(linearizer),
      plain_octave_(linearizer.code_width() > kPlainWidth
                        ? kPlainOctave +
                              floor_log2(static_cast<std::uint32_t>(linearizer.rounder().step()))
                        : std::numeric_limits<int>::max()) {
  std::int32_t z = -kDeviates;
  for (std::uint32_t f = 0; f < (1U << 16); f += 1U << kInverseShift) {
    while (z + 1 < kDeviates && at_deviate(z + 1) <= f) ++z;
    inverse_.push_back(static_cast<std::int16_t>(z));
  }
}

Code IntervalModel::near(std::uint32_t target, std::int32_t prediction, int index) const {
  // The place with about this frequency: z deviates of 2^(octave + 5) / M[j] each.
  const std::int64_t z = inverse_[target >> kInverseShift];
  const std::int64_t mantissa = index & ((1 << kScaleMantissaBits) - 1);
  const std::int64_t place =
      prediction +
      ((z * (33 + 2 * mantissa) * (std::int64_t{1} << (index >> kScaleMantissaBits))) >> 10);
  return linearizer_.code_near(place);
}

Code IntervalModel::find(std::uint32_t target, std::int32_t prediction, int index) const {
  const int plain = plain_bits(index);
  // In groups from here on.
  const std::int32_t start = near(target, prediction, index) >> plain;
  // Double the step away from `start` until the target lies between, then halve.
  std::int32_t low = start;
  std::int32_t high = start;
  const std::int32_t first = linearizer_.min_code() >> plain;
  const std::int32_t last = linearizer_.max_code() >> plain;
  const auto below = [&](std::int32_t group) {
    return group_begin(group * (1 << plain), plain, prediction, index) <= target;
  };
  if (below(start)) {
    for (std::int32_t step = 1;; step *= 2) {
      high = std::min(low + step, last + 1);
      if (high > last || !below(high)) break;
      low = high;
    }
  } else {
    for (std::int32_t step = 1;; step *= 2) {
      low = std::max(high - step, first);
      if (low == first || below(low)) break;
      high = low;
    }
  }
  while (high - low > 1) {
    const std::int32_t middle = (low + high) >> 1;
    (below(middle) ? low : high) = middle;
  }
  return static_cast<Code>(low * (1 << plain));
}

}  // namespace nrc
