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
  intervals_.reserve(static_cast<std::size_t>(max_code_ - min_code_ + 1));
  for (std::int32_t code = min_code_; code <= max_code_; ++code) {
    CodeInterval interval{edge_below(rounder_.first_code(code)),
                          edge_below(rounder_.first_code(code + 1)), 0};
    interval.value = code == min_code_ || code == max_code_
                         ? rounder_.code(code) * kOne
                         : ((interval.low + interval.high) >> 1) & ~(kValueStep - 1);
    intervals_.push_back(interval);
  }
  std::size_t at = 0;
  for (std::int32_t code = -half; code < half; ++code) {
    const std::int32_t place = code * kOne + kOne / 2;
    while (at + 1 < intervals_.size() && intervals_[at].high <= place) ++at;
    near_.push_back(static_cast<Code>(static_cast<std::int32_t>(at) + min_code_));
  }
}

Code Linearizer::code_near(std::int64_t place) const {
  const std::int64_t half = std::int64_t{1} << (code_width_ - 1);
  const std::int64_t cell = std::clamp<std::int64_t>(place >> kFracBits, -half, half - 1);
  return near_[static_cast<std::size_t>(cell + half)];
}

}  // namespace nrc
