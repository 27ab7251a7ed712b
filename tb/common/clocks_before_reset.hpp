// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace nrc::tb {

/// Clocks that a bench runs before the first reset: nothing is defined yet, and no assertion may
/// speak.
inline constexpr int kClocksBeforeReset = 8;

}  // namespace nrc::tb
