// SPDX-License-Identifier: Apache-2.0
//
// Stage pace: how much faster than usual weight and scale adapt in the frames after a key packet
// began, the same for all channels (docs/bitstream.md, section 3), and in which frames the slow
// part of the narrow state moves (section 16). RTL: nrc_pace.
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
    frame_ = reset ? 0 : after(std::size_t{1});
    boost_ = reset ? 0 : boost_of(frame_);
    return boost_;
  }

  /// Frames to come that have one boost, if none of them is the first of a key packet.
  struct Run {
    int boost;
    std::size_t frames;  ///< 1 at least
  };
  Run ahead() const {
    const int frame = after(std::size_t{1});
    if (frame >= kPaceFrames) return {0, ~std::size_t{0}};
    const auto number = static_cast<std::uint32_t>(frame + kPaceOffset);
    return {boost_of(frame), (std::size_t{2} << floor_log2(number)) - number};
  }
  /// The same as calling next(false) once per frame, for one or more frames.
  void pass(std::size_t frames) {
    frame_ = after(frames);
    boost_ = boost_of(frame_);
  }

  /// Whether the slow part of the narrow state moves in the frame that next() began.
  bool slow() const { return boost_ > 0 || (frame_ + kPaceOffset) % kNarrowPeriod == 0; }

 private:
  static int boost_of(int frame) {
    return std::max(kPaceBits - floor_log2(static_cast<std::uint32_t>(frame + kPaceOffset)), 0);
  }
  /// `frame_` after so many frames.
  int after(std::size_t frames) const {
    const std::size_t frame = static_cast<std::size_t>(frame_) + frames;
    constexpr std::size_t kFast = kPaceFrames;
    return static_cast<int>(frame < kFast ? frame : kFast + (frame - kFast) % kNarrowPeriod);
  }

  int frame_ = 0;  ///< since the key packet's first; from kPaceFrames on modulo kNarrowPeriod
  int boost_ = 0;
};

}  // namespace nrc
