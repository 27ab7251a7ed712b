// SPDX-License-Identifier: Apache-2.0
//
// Stage code_to_sample: the int16 sample of a code (docs/bitstream.md, section 1); the inverse of
// stage shift6. RTL: nrc_code_to_sample.
#pragma once

#include "nrc/format.hpp"
#include "stages/shift6.hpp"

namespace nrc {

/// int16 sample of a code under a mapping.
inline std::int16_t sample_of(Mapping mapping, Code code) {
  return mapping == Mapping::kShift6 ? Shift6::sample(code) : code;
}

}  // namespace nrc
