// SPDX-License-Identifier: Apache-2.0
#include "nrc/preset.hpp"

#include <algorithm>

namespace nrc {

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = {
      {"implant",
       "the Huffman profile, as the hardware of an implant sends it",
       {{Profile::kHuffman, {}}},
       0},
      {"fast",
       "the Huffman profile, or the range profile where that is far smaller",
       {{Profile::kHuffman, {}}, {Profile::kRange, {}}},
       15},
      {"balanced",
       "the range profile, with taps and neighbour where they make it smaller",
       {{Profile::kRange, {}},
        {Profile::kRange, {true, false}},
        {Profile::kRange, {false, true}},
        {Profile::kRange, {true, true}}},
       2,
       true},
      {"best", "the smallest files, at about a microsecond a sample", {{Profile::kCascade, {}}}, 0},
  };
  return all;
}

const Preset* find_preset(std::string_view name) {
  const auto found = std::find_if(presets().begin(), presets().end(),
                                  [name](const Preset& preset) { return preset.name == name; });
  return found == presets().end() ? nullptr : &*found;
}

}  // namespace nrc
