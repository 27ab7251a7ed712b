// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace nrc {

/// -1, 0 or 1.
inline int sign(std::int32_t v) { return (v > 0) - (v < 0); }

}  // namespace nrc
