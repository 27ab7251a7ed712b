// SPDX-License-Identifier: Apache-2.0
//
// Stage pace: how much faster than usual weight and scale adapt in the frames after a key packet
// began, the same for all channels (docs/bitstream.md, section 3). RTL: nrc_pace.
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
    frame_ = reset ? 0 : std::min(frame_ + 1, kPaceFrames);
    return reset ? 0 : kPaceBits - floor_log2(static_cast<std::uint32_t>(frame_ + kPaceOffset));
  }

 private:
  int frame_ = 0;  ///< since the key packet's first, 0..kPaceFrames
};

}  // namespace nrc
