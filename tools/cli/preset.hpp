// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "nrc/format.hpp"

namespace nrc::cli {

/// A choice of options by its purpose.
struct Preset {
  const char* name;
  Profile profile;
};

/// The preset that a --preset option names. @throws Error for another name.
const Preset& preset_argument(const std::string& name);
std::vector<std::string> preset_names();

}  // namespace nrc::cli
