// SPDX-License-Identifier: Apache-2.0
#include "stages/linearizer.hpp"

#include <algorithm>

namespace nrc {

Linearizer::Linearizer(const RangeTables& tables, int code_width, int step)
    : code_width_(code_width),
      rounder_(code_width, step),
      min_code_(static_cast<Code>(rounder_.min_number())),
      max_code_(static_cast<Code>(rounder_.max_number())) {
  tables.check_code_width(code_width);
  constexpr std::int32_t kOne = 1 << kFracBits;
  const std::int32_t half = 1 << (code_width - 1);
  // The edge below one of the ADC's codes; the lowest code has none.
  const auto edge_below = [&](std::int32_t code) {
    if (tables.edges.empty() || code <= -half || code >= half) return code * kOne - kOne / 2;
    return tables.edges[static_cast<std::size_t>(code + half - 1)];
  };
  intervals_.reserve(static_cast<std::size_t>(max_code_ - min_code_) + 1);
  std::int32_t low = edge_below(rounder_.first_code(min_code_));
  for (std::int32_t code = min_code_; code <= max_code_; ++code) {
    const std::int32_t high = edge_below(rounder_.first_code(code + 1));
    CodeInterval interval{low, high, 0};
    low = high;
    interval.value = code == min_code_ || code == max_code_
                         ? rounder_.code(code) * kOne
                         : ((interval.low + interval.high) >> 1) & ~(kValueStep - 1);
    intervals_.push_back(interval);
  }
  // A run of cells for each interval: those whose middles lie below its upper edge.
  const auto cells = 2 * static_cast<std::size_t>(half);
  near_.reserve(cells);
  for (std::int32_t code = min_code_; code <= max_code_; ++code) {
    const std::int32_t cells_below =
        ((interval(static_cast<Code>(code)).high + kOne / 2 - 1) >> kFracBits) + half;
    const std::size_t end =
        code == max_code_ ? cells : std::min<std::size_t>(std::max(cells_below, 0), cells);
    if (end > near_.size()) near_.resize(end, static_cast<Code>(code));
  }
}

Code Linearizer::code_near(std::int64_t place) const {
  const std::int64_t half = std::int64_t{1} << (code_width_ - 1);
  const std::int64_t cell = std::clamp<std::int64_t>(place >> kFracBits, -half, half - 1);
  return near_[static_cast<std::size_t>(cell + half)];
}

}  // namespace nrc
