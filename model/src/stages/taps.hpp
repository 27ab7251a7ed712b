// SPDX-License-Identifier: Apache-2.0
//
// Stage taps: corrects a prediction by what the channel's last two codes were mispredicted by
// (docs/bitstream.md, section 10). Far oversampled signals go on as they did. Optional. RTL:
// nrc_taps.
#pragma once

#include <array>
#include <cstdint>

#include "nrc/format.hpp"

namespace nrc {

/// State of one channel.
struct TapsState {
  std::array<std::int32_t, kTaps> past{};    ///< innovations, the latest first, in codes
  std::array<std::int32_t, kTaps> weight{};  ///< 1/256, -512..511
};

class Taps {
 public:
  /// @param code_width  bits of a code, 2..16
  explicit Taps(int code_width);

  /// The prediction (1/64 code) with the correction. With reset the state counts as just reset.
  std::int32_t correct(const TapsState& state, std::int32_t prediction, bool reset) const;

  /// Moves the state past a code.
  /// @param innovation  of the uncorrected prediction, 1/64 code
  /// @param remaining   of the prediction with all corrections, those of stage neighbour too
  /// @param boost       of stage pace
  /// @param step        the packet's rounding step
  void update(TapsState& state, std::int32_t innovation, std::int32_t remaining, bool reset,
              int boost, int step = 1) const;

 private:
  std::int32_t min_code_;
  std::int32_t max_code_;
};

}  // namespace nrc
