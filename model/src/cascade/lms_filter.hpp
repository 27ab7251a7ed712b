// SPDX-License-Identifier: Apache-2.0
//
// Stage LMS filter of the cascade profile: predicts what the stages before it leave, by normalised
// least mean squares (docs/bitstream.md, section 15). No RTL.
#pragma once

#include <array>
#include <cstddef>

#include "cascade/least_squares.hpp"

namespace nrc {

template <std::size_t Taps>
class LmsFilter {
 public:
  /// @param rate  fraction of an error that one step takes away
  explicit LmsFilter(double rate) : rate_(rate) {}

  /// Forgets the past, but not the weights.
  void begin_channel() {
    past_ = {};
    power_ = 0;
  }

  double predict() const { return dot_product(weights_.data(), past_.data(), Taps); }

  /// @param value       what was to be predicted
  /// @param prediction  that predict() gave
  void update(double value, double prediction) {
    add_multiple(weights_.data(), rate_ * (value - prediction) / (1 + power_), past_.data(), Taps);
    const double oldest = past_[Taps - 1];
    power_ = power_ + value * value - oldest * oldest;
    if (!(power_ > 0)) power_ = 0;
    for (std::size_t i = Taps - 1; i > 0; --i) past_[i] = past_[i - 1];
    past_[0] = value;
  }

 private:
  double rate_;
  double power_ = 0;  ///< sum of the squares of the past
  alignas(64) std::array<double, Taps> weights_ = {};
  alignas(64) std::array<double, Taps> past_ = {};  ///< the latest first
};

}  // namespace nrc
