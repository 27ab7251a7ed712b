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

}  // namespace nrc::cli
