// SPDX-License-Identifier: Apache-2.0
//
// Stage pace: how much faster than usual weight and scale adapt in the frames after a key packet
// began, the same for all channels (docs/bitstream.md, section 3). RTL: nrc_pace.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "nrc/format.hpp"
#include "stages/floor_log2.hpp"

namespace nrc {

class Pace {
 public:
  /// Begins a frame. With reset it is the first one of a key packet.
  /// @return boost of the frame: weight and scale move by 2^boost times their usual step. 0..7
  int next(bool reset) {
    frame_ = reset ? 0 : std::min(frame_ + 1, kPaceFrames);
    return reset ? 0 : boost_of(frame_);
  }

  /// Frames to come that have one boost, if none of them is the first of a key packet.
  struct Run {
    int boost;
    std::size_t frames;  ///< 1 at least
  };
  Run ahead() const {
    const int frame = std::min(frame_ + 1, kPaceFrames);
    if (frame == kPaceFrames) return {boost_of(frame), ~std::size_t{0}};
    const auto number = static_cast<std::uint32_t>(frame + kPaceOffset);
    return {boost_of(frame), (std::size_t{2} << floor_log2(number)) - number};
  }
  /// The same as next(false) for each of these frames.
  void pass(std::size_t frames) {
    const auto most = static_cast<std::size_t>(kPaceFrames - frame_);
    frame_ += static_cast<int>(std::min(frames, most));
  }

 private:
  static int boost_of(int frame) {
    return kPaceBits - floor_log2(static_cast<std::uint32_t>(frame + kPaceOffset));
  }

  int frame_ = 0;  ///< since the key packet's first, 0..kPaceFrames
};

}  // namespace nrc
