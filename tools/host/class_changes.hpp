// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nrc/format.hpp"

namespace nrc::host {

/// From when on channels have these classes.
struct ClassChange {
  double seconds = 0.0;
  std::vector<ChannelClass> classes;  ///< one for each channel
};

/// Reads the file of an option --channel-classes. A line is `CHANNELS CLASS`, with CHANNELS as 7 or
/// 0-99 and CLASS rounded, lossless, off or events; or `at SECONDS`, from which on the lines after
/// it hold, besides those before. What no line names is rounded. # begins a comment.
/// @throws Error for a line that is none of these
std::vector<ClassChange> read_class_changes(const std::string& path, std::uint32_t channels);

}  // namespace nrc::host
