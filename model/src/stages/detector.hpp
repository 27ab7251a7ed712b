// SPDX-License-Identifier: Apache-2.0
//
// Stage detector: spikes of a channel, from how far its codes lie from its level, in relation to
// its scale (docs/bitstream.md, section 17). RTL: nrc_detector.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "nrc/format.hpp"

namespace nrc {

/// Detector state of one channel.
struct DetectorState {
  int age = 0;            ///< frames since the crossing, that one included; 0: none
  int at = 0;             ///< frames from the crossing to the highest code so far
  std::int32_t peak = 0;  ///< that code above the level, codes
};

/// A peak that is complete.
struct Peak {
  int frames_ago;
  std::int32_t amplitude;  ///< codes
};

class Detector {
 public:
  /// @param rate_millihertz  of a channel, which the frames of a spike follow from; 0: unknown
  Detector(int code_width, std::uint32_t rate_millihertz, int threshold)
      : max_amplitude_((1 << (code_width - 1)) - 1),
        window_(window(rate_millihertz)),
        rest_(rest(rate_millihertz)),
        threshold_(static_cast<std::uint32_t>(threshold)) {}

  /// Frames of the search for a peak: half a millisecond from the crossing on.
  static int window(std::uint32_t rate_millihertz) {
    if (rate_millihertz == 0) return kUsualEventWindow;
    return static_cast<int>(std::min<std::uint64_t>(
        (std::uint64_t{rate_millihertz} + 1999999) / 2000000 + 1, kMaxEventWindow));
  }
  /// Frames from a peak to the next crossing: a millisecond.
  static int rest(std::uint32_t rate_millihertz) {
    if (rate_millihertz == 0) return kUsualEventRest;
    return static_cast<int>(std::min<std::uint64_t>(
        (std::uint64_t{rate_millihertz} + 999999) / 1000000 + 1, kMaxEventRest));
  }

  /// Whether a code crosses the threshold.
  /// @param deviation  of the code from the level before it, 1/64 code
  /// @param scale      before the code, 1/1024 code
  bool crosses(std::int32_t deviation, std::uint32_t scale) const {
    const auto magnitude = static_cast<std::uint64_t>(std::abs(deviation));
    return magnitude << (kScaleFrac - kFracBits + 2) >
           std::uint64_t{threshold_} * std::max(scale, std::uint32_t{kMinEventScale});
  }

  /// Takes the next code. `reset` in the first frame of a key packet, where nothing is found;
  /// `boost` of stage pace, as nothing crosses while the scale is still far off.
  std::optional<Peak> next(DetectorState& state, std::int32_t deviation, std::uint32_t scale,
                           bool reset, int boost) const {
    if (reset) {
      state = {};
      return std::nullopt;
    }
    const std::int32_t amplitude = std::clamp((deviation + (1 << (kFracBits - 1))) >> kFracBits,
                                              -max_amplitude_ - 1, max_amplitude_);
    if (state.age == 0) {
      if (boost <= kMaxEventBoost && crosses(deviation, scale)) state = {1, 0, amplitude};
      return std::nullopt;
    }
    const bool searching = state.age < window_;
    if (searching && std::abs(amplitude) > std::abs(state.peak)) {
      state.peak = amplitude;
      state.at = state.age;
    }
    ++state.age;
    const Peak peak = {state.age - 1 - state.at, state.peak};
    if (state.age == state.at + rest_) state.age = 0;
    return searching && state.age == window_ ? std::optional<Peak>(peak) : std::nullopt;
  }

 private:
  std::int32_t max_amplitude_;
  int window_;
  int rest_;
  std::uint32_t threshold_;
};

}  // namespace nrc
