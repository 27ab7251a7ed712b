// SPDX-License-Identifier: Apache-2.0
//
// Stage neighbour: corrects a prediction by what the channels before it were just mispredicted by
// (docs/bitstream.md, section 10). Electrodes side by side share a part of their noise. Optional.
// RTL: nrc_neighbour.
#pragma once

#include <array>
#include <cstdint>

#include "nrc/format.hpp"

namespace nrc {

/// State of one channel.
struct NeighbourState {
  std::array<std::int32_t, kNeighbourInputs> gain{};  ///< 1/256, -256..255
};

/// What a channel is corrected by, 1/64 code: the innovations of the channel before it and of the
/// one before that, and a running mean of all before it. A frame begins with zeros.
using NeighbourInputs = std::array<std::int32_t, kNeighbourInputs>;

class Neighbour {
 public:
  /// @param code_width  bits of a code, 2..16
  explicit Neighbour(int code_width);

  /// The prediction (1/64 code) with the correction. With reset the state counts as just reset.
  std::int32_t correct(const NeighbourState& state, const NeighbourInputs& inputs,
                       std::int32_t prediction, bool reset) const;

  /// Moves the state past an innovation of the corrected prediction; `boost` of stage pace, `step`
  /// the packet's rounding step, other arguments as for correct().
  static void update(NeighbourState& state, const NeighbourInputs& inputs, std::int32_t innovation,
                     bool reset, int boost, int step = 1);

  /// Moves the inputs on to the next channel of the frame, past a channel's innovation of the
  /// uncorrected prediction.
  void pass(NeighbourInputs& inputs, std::int32_t innovation) const;

 private:
  std::int32_t min_value_;  ///< smallest prediction, 1/64 code
  std::int32_t max_value_;  ///< largest prediction, 1/64 code
};

}  // namespace nrc
