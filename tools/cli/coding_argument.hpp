// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nrc/format.hpp"
#include "nrc/preset.hpp"

namespace nrc::cli {

constexpr double kMaxRate = 4294967.295;  ///< Hz, of a stream header, which has millihertz

constexpr const char* kTapsHelp =
    "range profile: also predict a channel from more of its past, for oversampled signals";
constexpr const char* kNeighbourHelp =
    "range profile: also predict a channel from those before it, for channels of adjacent "
    "electrodes";

constexpr const char* kNarrowHelp =
    "huffman and range profile: with the narrow state of an encoder in silicon that must save "
    "energy; costs 0.2 % and more";

constexpr const char* kLongHeadersHelp =
    "packet headers of 20 bytes only, which hardware reads; packets of less than 2 kB have 16";

/// What --narrow says. @throws Error if the profile has no narrow state.
bool narrow_argument(bool narrow, Profile profile);

/// What --taps and --neighbour say. @throws Error if the profile has no corrections.
Corrections corrections_argument(bool taps, bool neighbour, Profile profile);

/// What --channel-order says: channels by number with commas between them, or a file of such
/// numbers. Empty for an empty argument. @throws Error if it is neither.
std::vector<std::uint16_t> order_argument(const std::string& argument);

/// What --preset says. @throws Error if there is none of this name.
const Preset& preset_argument(const std::string& name);

/// The presets and what they are for.
std::string preset_help();

}  // namespace nrc::cli
