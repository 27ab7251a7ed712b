// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace nrc {

/// Position of the leading one. @param v  not 0
inline int floor_log2(std::uint32_t v) {
#if defined(__GNUC__)
  return 31 - __builtin_clz(v);
#else
  int n = 0;
  while ((v >> n) > 1) ++n;
  return n;
#endif
}

}  // namespace nrc
