// SPDX-License-Identifier: Apache-2.0
//
// Stage predictor: predicts a channel's next code from its past (docs/bitstream.md, section 3).
// A leaky mean follows the local field; the last deviation from it persists with a weight that a
// sign-sign LMS adapts, except to innovations within half a code. RTL: nrc_predictor.
#pragma once

#include <cstdint>

#include "nrc/format.hpp"

namespace nrc {

/// Predictor state of one channel.
struct PredictorState {
  std::int32_t level = 0;              ///< 1/64 code, code width + 6 bits signed
  std::int32_t weight = kWeightReset;  ///< 1/1024, -512..1280
  std::int32_t last = 0;               ///< previous value, 1/64 code
};

/// What the predictor says of one code before it is known.
struct Prediction {
  std::int32_t deviation;  ///< d, 1/64 code
  std::int32_t value;      ///< p, 1/64 code
  std::int32_t code;       ///< q, p rounded to a code
};

class Predictor {
 public:
  /// @param code_width  bits of a code, 2..16
  explicit Predictor(int code_width);

  /// Prediction of the next code. With reset the state counts as just reset.
  Prediction predict(const PredictorState& state, bool reset) const;

  /// Moves the state past a code. `reset` as given to predict(); `boost` of stage pace.
  void update(PredictorState& state, const Prediction& prediction, Code code, bool reset,
              int boost) const {
    update_value(state, prediction, value_of(code), reset, boost);
  }
  /// The same for the value of a code, 1/64 code (section 10), in a packet with a rounding step.
  void update_value(PredictorState& state, const Prediction& prediction, std::int32_t value,
                    bool reset, int boost, int step = 1) const;

  /// Innovation e = (code << 6) - p, in 1/64 code.
  static std::int32_t innovation(const Prediction& prediction, Code code) {
    return value_of(code) - prediction.value;
  }

  static std::int32_t value_of(Code code) { return std::int32_t{code} * (1 << kFracBits); }

 private:
  std::int32_t min_value_;  ///< smallest p, 1/64 code
  std::int32_t max_value_;  ///< largest p, 1/64 code
};

}  // namespace nrc
