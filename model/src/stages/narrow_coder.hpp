// SPDX-License-Identifier: Apache-2.0
//
// Stage narrow_coder: the range coder of stage range with fewer bits, and with intervals that leave
// no gaps between them, so that a frequency of 1 is enough (docs/bitstream.md, section 16). RTL:
// nrc_narrow_coder.
#pragma once

#include "nrc/format.hpp"
#include "stages/range.hpp"

namespace nrc {

constexpr RangePrecision kNarrowPrecision{kNarrowRangeBits, kNarrowFrequencyBits, kNarrowEscapeBits,
                                          true};

}  // namespace nrc
