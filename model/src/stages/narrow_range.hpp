// SPDX-License-Identifier: Apache-2.0
//
// Stage narrow_range: where a channel's next code lies and how wide its distribution is, from fewer
// bits of state than predictor and dispersion, whose place it takes in hardware that must save
// energy (docs/bitstream.md, section 16). Part of the state is read for every code, the rest only
// in frames in which it moves. RTL: nrc_narrow_range.
#pragma once

#include <cstdint>

#include "nrc/format.hpp"

namespace nrc {

/// State of one channel.
struct NarrowRangeState {
  std::int32_t last = 0;       ///< value of the previous code, 1/2 code
  std::int32_t deviation = 0;  ///< codes that it lies above the level
  int burst = 0;               ///< 0..3, raised by large innovations
  std::int32_t rest = 0;       ///< 1/1024, 0..1023: part of the deviation that does not persist
  std::int32_t scale = 0;      ///< running mean of |innovation|, 1/512 code
  int steady = 0;              ///< logarithm of the scale, 1/8 octave
};

class NarrowRange {
 public:
  /// @param initial_scale  of the range tables, 1/1024 code
  /// @param code_width     bits of a code, kMinNarrowWidth..16
  NarrowRange(std::uint32_t initial_scale, int code_width);

  /// The predicted place of the next code, 1/16 code.
  static std::int32_t predict(const NarrowRangeState& state);

  /// Logarithm of the distribution's width, 1/8 octave.
  static int index(const NarrowRangeState& state) {
    return state.steady + (state.burst << kNarrowBurstShift);
  }

  /// Moves the state past a code. With reset it is the first one of a key packet.
  /// @param prediction  of predict()
  /// @param value       of the code, 1/2 code
  /// @param boost       of stage pace
  /// @param slow        whether steady, rest and scale move: what stage pace says of the frame
  void update(NarrowRangeState& state, std::int32_t prediction, std::int32_t value, bool reset,
              int boost, bool slow) const;

 private:
  static int steady_of(std::int32_t scale);

  std::int32_t scale_reset_;    ///< 1/512 code
  std::int32_t max_deviation_;  ///< codes
  std::int32_t max_magnitude_;  ///< largest |innovation| that counts, 1/16 code
};

}  // namespace nrc
