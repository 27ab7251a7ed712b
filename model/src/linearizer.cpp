// SPDX-License-Identifier: Apache-2.0
#include "nrc/linearizer.hpp"

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
}

}  // namespace nrc
