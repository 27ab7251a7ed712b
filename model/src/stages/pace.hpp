// SPDX-License-Identifier: Apache-2.0
//
// Stage pace: how much faster than usual weight and scale adapt in the frames after a key packet
// began, the same for all channels (docs/bitstream.md, section 3), and in which frames the slow
// part of the narrow state moves (section 16). RTL: nrc_pace.
#pragma once

#include <algorithm>

#include "nrc/format.hpp"
#include "stages/floor_log2.hpp"

namespace nrc {

class Pace {
 public:
  /// Begins a frame. With reset it is the first one of a key packet.
  /// @return boost of the frame: weight and scale move by 2^boost times their usual step. 0..7
  int next(bool reset) {
    frame_ = reset ? 0 : frame_ < kPaceFrames + kNarrowPeriod - 1 ? frame_ + 1 : kPaceFrames;
    boost_ =
        reset
            ? 0
            : std::max(kPaceBits - floor_log2(static_cast<std::uint32_t>(frame_ + kPaceOffset)), 0);
    return boost_;
  }

  /// Whether the slow part of the narrow state moves in the frame that next() began.
  bool slow() const { return boost_ > 0 || (frame_ + kPaceOffset) % kNarrowPeriod == 0; }

 private:
  int frame_ = 0;  ///< since the key packet's first; from kPaceFrames on modulo kNarrowPeriod
  int boost_ = 0;
};

}  // namespace nrc
