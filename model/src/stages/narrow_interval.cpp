// SPDX-License-Identifier: Apache-2.0
#include "stages/narrow_interval.hpp"

#include <algorithm>

#include "stages/narrow_coder.hpp"

namespace nrc {

namespace {

constexpr std::int32_t kOne = 1 << kNarrowEdgeFrac;  // a code

/// A frequency of the tables.
constexpr std::uint32_t narrow(std::uint32_t frequency) {
  return frequency >> (kFrequencyBits - kNarrowFrequencyBits);
}

}  // namespace

NarrowInterval::NarrowInterval(const RangeTables& tables, int code_width)
    : tables_(tables), code_width_(code_width), half_(1 << (code_width - 1)) {
  tables.check_code_width(code_width);
}

std::int32_t NarrowInterval::edge_below(std::int32_t code) const {
  if (tables_.edges.empty() || code <= -half_ || code >= half_) return code * kOne - kOne / 2;
  return tables_.edges[static_cast<std::size_t>(code + half_ - 1)] >> (kFracBits - kNarrowEdgeFrac);
}

std::int32_t NarrowInterval::value(Code code) const {
  if (code == -half_ || code == half_ - 1) return code * (1 << kNarrowValueFrac);
  const int shift = kNarrowEdgeFrac - kNarrowValueFrac + 1;  // of a sum of two
  return (edge_below(code) + edge_below(code + 1) + (1 << (shift - 1))) >> shift;
}

std::int32_t NarrowInterval::reciprocal(int mantissa) {
  // 32 / (1 + (mantissa + 1/2) / 8), rounded.
  const std::int32_t divisor = 17 + 2 * mantissa;
  return (2 * (16 << kNarrowReciprocalBits) / divisor + 1) / 2;
}

std::uint32_t NarrowInterval::at_edge(std::int32_t edge, std::int32_t prediction, int index) const {
  const int octave = index >> kNarrowMantissaBits;
  const int mantissa = index & ((1 << kNarrowMantissaBits) - 1);
  const std::int64_t product = std::int64_t{4} * (edge - prediction) * reciprocal(mantissa);
  const auto z = static_cast<std::int32_t>(
      std::clamp<std::int64_t>(product >> octave, -kDeviates, kDeviates - 1));
  if (z >= 0) return narrow(tables_.cumulative[static_cast<std::size_t>(z)]);
  return narrow(kTopFrequency + kEscapeFrequency -
                tables_.cumulative[static_cast<std::size_t>(-1 - z)]);
}

std::uint32_t NarrowInterval::begin(std::int32_t code, int plain, std::int32_t prediction,
                                    int index) const {
  if (code <= -half_) return narrow(kEscapeFrequency);
  if (code >= half_) return narrow(kTopFrequency);
  return at_edge(plain == 0 ? edge_below(code) : code * kOne - kOne / 2, prediction, index);
}

Interval NarrowInterval::of(Code code, std::int32_t prediction, int index) const {
  const int plain = plain_bits(index);
  const std::int32_t first = code & ~((1 << plain) - 1);
  const std::uint32_t low = begin(first, plain, prediction, index);
  return {low, begin(first + (1 << plain), plain, prediction, index) - low};
}

Code NarrowInterval::find(std::uint32_t target, std::int32_t prediction, int index) const {
  const int plain = plain_bits(index);
  // In groups: the last one that does not begin above the target.
  std::int32_t low = -half_ >> plain;
  std::int32_t high = half_ >> plain;
  while (high - low > 1) {
    const std::int32_t middle = (low + high) >> 1;
    (begin(middle * (1 << plain), plain, prediction, index) <= target ? low : high) = middle;
  }
  return static_cast<Code>(low * (1 << plain));
}

}  // namespace nrc
