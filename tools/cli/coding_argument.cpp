// SPDX-License-Identifier: Apache-2.0
#include "coding_argument.hpp"

#include <fmt/format.h>

#include "nrc/error.hpp"

namespace nrc::cli {

Corrections corrections_argument(bool taps, bool neighbour, Profile profile) {
  if ((taps || neighbour) && profile != Profile::kRange) {
    throw Error(fmt::format("{} needs the range profile; add --profile range",
                            taps ? "--taps" : "--neighbour"));
  }
  return {taps, neighbour};
}

const Preset& preset_argument(const std::string& name) {
  if (const Preset* const preset = find_preset(name)) return *preset;
  std::string names;
  for (const Preset& preset : presets()) names += (names.empty() ? "" : ", ") + preset.name;
  throw Error(fmt::format("there is no preset {}; give one of {}", name, names));
}

std::string preset_help() {
  std::string help = "choice of codings by the samples";
  char separator = ':';
  for (const Preset& preset : presets()) {
    help += fmt::format("{} {}, {}", separator, preset.name, preset.purpose);
    separator = ';';
  }
  return help;
}

}  // namespace nrc::cli
