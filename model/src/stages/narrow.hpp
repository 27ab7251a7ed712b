// SPDX-License-Identifier: Apache-2.0
//
// Stage narrow: predicts a channel's next code and gives its noise class from fewer bits of state
// than predictor and context, whose place it takes in hardware that must save energy
// (docs/bitstream.md, section 16). Part of the state is read for every code, the rest only in
// frames in which it moves. RTL: nrc_narrow.
#pragma once

#include <cstdint>

#include "nrc/format.hpp"
#include "stages/context.hpp"

namespace nrc {

/// State of one channel.
struct NarrowState {
  std::int32_t last = 0;       ///< previous code
  std::int32_t deviation = 0;  ///< codes that it lies above the level
  int noise_class = 0;         ///< of the scale
  std::int32_t rest = 0;       ///< 1/1024, 0..1023: part of the deviation that does not persist
  std::int32_t scale = 0;      ///< running mean of |residual|, 1/256 code
};

class Narrow {
 public:
  /// Keeps a reference: the table set outlives the object.
  /// @param code_width  bits of a code, kMinNarrowWidth..16
  Narrow(const TableSet& tables, int code_width);

  /// The predicted code.
  static std::int32_t predict(const NarrowState& state);

  /// Table and raw bits for the code predicted as `predicted_code`.
  CodingContext select(const NarrowState& state, std::int32_t predicted_code) const {
    return context_.of_class(state.noise_class, predicted_code);
  }

  /// Moves the state past a code. With reset it is the first one of a key packet.
  /// @param boost  of stage pace
  /// @param slow   whether class, rest and scale move: what stage pace says of the frame
  void update(NarrowState& state, std::int32_t predicted_code, Code code, bool reset, int boost,
              bool slow) const;

 private:
  int class_of(std::int32_t scale) const;

  Context context_;
  std::int32_t scale_reset_;    ///< 1/256 code
  std::int32_t max_deviation_;  ///< codes
  std::int32_t max_magnitude_;  ///< largest |residual| that counts, codes
};

}  // namespace nrc
