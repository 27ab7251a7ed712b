// SPDX-License-Identifier: Apache-2.0
//
// Presets: named trades of size for time, each a choice of codings that the samples decide.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nrc/format.hpp"

namespace nrc {

/// How codes are coded.
struct Coding {
  Profile profile = Profile::kHuffman;
  Corrections corrections;
};

struct Preset {
  std::string name;
  std::string purpose;
  std::vector<Coding> codings;  ///< the quickest first
  /// A quicker coding is taken if it makes a few packets larger than the best one by at most so
  /// many thousandths.
  int slack = 0;
  /// Whether channels may be coded in another order, if neighbours save half a percent by it.
  bool orders = false;
};

/// All presets, the quickest first.
const std::vector<Preset>& presets();

/// Null if there is none of this name.
const Preset* find_preset(std::string_view name);

}  // namespace nrc
