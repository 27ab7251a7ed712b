// SPDX-License-Identifier: Apache-2.0
#include "cascade/cascade_predictor.hpp"

#include <cmath>

namespace nrc {

namespace {

constexpr double kUnit = 64;  ///< predictions are in 1/64 code
constexpr double kFastMemory = 1 - 1.0 / 32;
constexpr double kSlowMemory = 1 - 1.0 / 512;
constexpr int kFastInterval = 4;  ///< blocks
constexpr int kSlowInterval = 8;
constexpr double kLongRate = 1.0 / 512;
constexpr double kShortRate = 1.0 / 128;
constexpr double kErrorRate = 1.0 / 32;
constexpr double kLeastError = 1.0 / 64;

/// Written so that a number that is none becomes `low`.
double limited(double v, double low, double high) {
  if (!(v > low)) return low;
  return v < high ? v : high;
}

void follow(double& error, double value, double prediction) {
  error += (std::abs(value - prediction) - error) * kErrorRate;
  if (!(error > kLeastError)) error = kLeastError;
}

}  // namespace

CascadePredictor::CascadePredictor(int code_width)
    : min_value_(-std::ldexp(kUnit, code_width - 1)),
      max_value_(std::ldexp(kUnit, code_width - 1) - kUnit),
      fast_(kFastMemory, kFastInterval),
      slow_(kSlowMemory, kSlowInterval),
      long_filter_(kLongRate),
      short_filter_(kShortRate) {}

void CascadePredictor::begin_channel(std::int32_t origin, bool first) {
  origin_ = origin;
  // The slow one stays with what channels have in common.
  if (!first) fast_.fade();
  long_filter_.begin_channel();
  short_filter_.begin_channel();
}

std::int32_t CascadePredictor::place(double prediction) const {
  const double place = std::floor(prediction * kUnit + 0.5) + origin_;
  return static_cast<std::int32_t>(limited(place, min_value_, max_value_));
}

CascadePrediction CascadePredictor::predict() {
  const Regressors& x = regressors();
  const double low = (min_value_ - origin_) / kUnit;
  const double high = (max_value_ - origin_) / kUnit;
  fast_value_ = limited(fast_.predict(x), low, high);
  slow_value_ = limited(slow_.predict(x), low, high);
  const double fast_share = slow_error_ * slow_error_;
  const double slow_share = fast_error_ * fast_error_;
  joined_ = (fast_value_ * fast_share + slow_value_ * slow_share) / (fast_share + slow_share);
  long_correction_ = long_filter_.predict();
  short_correction_ = short_filter_.predict();
  return {place(joined_ + long_correction_ + short_correction_), place(slow_value_),
          place(fast_value_)};
}

void CascadePredictor::update(double value) {
  follow(fast_error_, value, fast_value_);
  follow(slow_error_, value, slow_value_);
  const double left = value - joined_;
  long_filter_.update(left, long_correction_);
  short_filter_.update(left - long_correction_, short_correction_);
  block_.values[filled_] = value;
  if (++filled_ < kFitBlock) return;
  filled_ = 0;
  fast_.add(block_);
  slow_.add(block_);
}

}  // namespace nrc
