// SPDX-License-Identifier: Apache-2.0
#include "preset.hpp"

#include <fmt/format.h>

#include <array>

#include "nrc/error.hpp"

namespace nrc::cli {

namespace {

constexpr std::array kPresets = {Preset{"best", Profile::kCascade}};

}  // namespace

const Preset& preset_argument(const std::string& name) {
  for (const Preset& preset : kPresets) {
    if (name == preset.name) return preset;
  }
  throw Error(fmt::format("there is no preset '{}'; give one of: {}", name,
                          fmt::join(preset_names(), ", ")));
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const Preset& preset : kPresets) names.emplace_back(preset.name);
  return names;
}

}  // namespace nrc::cli
