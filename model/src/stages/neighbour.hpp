// SPDX-License-Identifier: Apache-2.0
//
// Stage neighbour: corrects a prediction by what the channel before it was just mispredicted by
// (docs/bitstream.md, section 10). Electrodes side by side share a part of their noise. Optional.
// RTL: nrc_neighbour.
#pragma once

#include <cstdint>

#include "nrc/format.hpp"

namespace nrc {

/// State of one channel.
struct NeighbourState {
  std::int32_t gain = 0;  ///< 1/1024, -1024..1023
};

class Neighbour {
 public:
  /// @param code_width  bits of a code, 2..16
  explicit Neighbour(int code_width);

  /// What a channel gives to the next one of the frame: the innovation of its uncorrected
  /// prediction, 1/64 code, limited to code width + 6 bits signed. The first channel of a frame is
  /// given 0.
  std::int32_t input(std::int32_t innovation) const;

  /// The prediction (1/64 code) with the correction. With reset the state counts as just reset.
  std::int32_t correct(const NeighbourState& state, std::int32_t input, std::int32_t prediction,
                       bool reset) const;

  /// Moves the state past an innovation of the corrected prediction. Arguments as for correct().
  static void update(NeighbourState& state, std::int32_t input, std::int32_t innovation,
                     bool reset);

 private:
  std::int32_t min_value_;  ///< smallest prediction, 1/64 code
  std::int32_t max_value_;  ///< largest prediction, 1/64 code
};

}  // namespace nrc
