// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nrc/format.hpp"

namespace nrc::cli {

constexpr const char* kTapsHelp =
    "range profile: also predict a channel from more of its past, for oversampled signals";
constexpr const char* kNeighbourHelp =
    "range profile: also predict a channel from those before it, for channels of adjacent "
    "electrodes";

/// What --taps and --neighbour say. @throws Error if the profile has no corrections.
Corrections corrections_argument(bool taps, bool neighbour, Profile profile);

}  // namespace nrc::cli
