// SPDX-License-Identifier: Apache-2.0
//
// Stage cascade predictor: two least-squares predictions, one that adapts fast and one that adapts
// slowly, joined by their errors, and two LMS filters of what they leave (docs/bitstream.md,
// section 15). No RTL.
#pragma once

#include <cstdint>

#include "cascade/least_squares.hpp"
#include "cascade/lms_filter.hpp"

namespace nrc {

/// Predictions of a code, in 1/64 code.
struct CascadePrediction {
  std::int32_t full;  ///< of all stages
  std::int32_t slow;  ///< of the slow least squares alone
  std::int32_t fast;
};

class CascadePredictor {
 public:
  /// @param code_width  of the codes that are predicted
  explicit CascadePredictor(int code_width);

  /// Forgets a channel's past.
  /// @param origin  what all values of the channel are counted from, 1/64 code
  /// @param first   whether there was no channel before
  void begin_channel(std::int32_t origin, bool first);

  /// Where the regressors of the next prediction go, in codes from their channels' origins.
  Regressors& regressors() { return block_.regressors[filled_]; }

  CascadePrediction predict();
  /// @param value  of the code that was predicted, from the origin, in codes
  void update(double value);

 private:
  /// The place in 1/64 code of a prediction from the origin, in the range of the codes.
  std::int32_t place(double prediction) const;

  double min_value_;  ///< 1/64 code
  double max_value_;
  std::int32_t origin_ = 0;
  LeastSquares fast_;
  LeastSquares slow_;
  LmsFilter<32> long_filter_;
  LmsFilter<16> short_filter_;
  FitBlock block_ = {};
  std::size_t filled_ = 0;
  double fast_error_ = 1;  ///< mean magnitude, codes
  double slow_error_ = 1;
  // Of the latest prediction.
  double fast_value_ = 0;
  double slow_value_ = 0;
  double joined_ = 0;
  double long_correction_ = 0;
  double short_correction_ = 0;
};

}  // namespace nrc
