// SPDX-License-Identifier: Apache-2.0
#include "stages/linearizer.hpp"

#include <algorithm>

namespace nrc {

Linearizer::Linearizer(const RangeTables& tables, int code_width)
    : min_code_(static_cast<Code>(-(1 << (code_width - 1)))),
      max_code_(static_cast<Code>((1 << (code_width - 1)) - 1)) {
  tables.check_code_width(code_width);
  constexpr std::int32_t kOne = 1 << kFracBits;
  const std::size_t count = std::size_t{1} << code_width;
  intervals_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t even = (static_cast<std::int32_t>(i) + min_code_) * kOne;
    CodeInterval interval{even - kOne / 2, even + kOne / 2, even};
    if (!tables.edges.empty()) {
      if (i > 0) interval.low = tables.edges[i - 1];
      if (i + 1 < count) interval.high = tables.edges[i];
      if (i > 0 && i + 1 < count) {
        interval.value = ((interval.low + interval.high) >> 1) & ~(kValueStep - 1);
      }
    }
    intervals_.push_back(interval);
  }
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t place = (static_cast<std::int32_t>(i) + min_code_) * kOne + kOne / 2;
    while (at + 1 < count && intervals_[at].high <= place) ++at;
    near_.push_back(static_cast<Code>(static_cast<std::int32_t>(at) + min_code_));
  }
}

Code Linearizer::code_near(std::int64_t place) const {
  const std::int64_t cell = std::clamp<std::int64_t>(place >> kFracBits, min_code_, max_code_);
  return near_[static_cast<std::size_t>(cell - min_code_)];
}

}  // namespace nrc
