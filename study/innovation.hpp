// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <unordered_map>

#include "nrc/format.hpp"
#include "recording.hpp"
#include "stages/pace.hpp"
#include "stages/predictor.hpp"
#include "value_grid.hpp"

namespace nrc::study {

/// A channel of a recording as the codec sees it: numbers on the channel's value grid, about zero.
class ChannelCodes {
 public:
  /// The first `frames` of a channel. The recording outlives the object.
  ChannelCodes(const Recording& recording, std::uint32_t channel, std::size_t frames = SIZE_MAX);

  std::size_t size() const { return frames_; }
  int width() const { return width_; }  ///< bits of a code
  Code operator[](std::size_t frame) const {
    return static_cast<Code>(
        grid_.index(recording_.samples[frame * recording_.channels + channel_]) - middle_);
  }

 private:
  const Recording& recording_;
  std::uint32_t channel_;
  std::size_t frames_;
  ValueGrid grid_;
  int width_ = 16;
  std::int32_t middle_ = 0;
};

/// What the adaptive predictor did not know of a code.
struct Innovation {
  std::int32_t residual;  ///< code - predicted code
  double value;           ///< codes, with fractions
};

/// Runs the adaptive predictor over a channel, code by code.
class InnovationStream {
 public:
  explicit InnovationStream(const ChannelCodes& channel)
      : channel_(channel), predictor_(channel.width()) {}
  /// That of the next code; there must be one.
  Innovation next();

 private:
  const ChannelCodes& channel_;
  Predictor predictor_;
  PredictorState state_;
  Pace pace_;
  std::size_t frame_ = 0;
};

/// What an entropy of `count` samples comes out too low by when `values` of them are different
/// (Miller and Madow, 1955), bits.
double entropy_bias(double values, double count);

/// How often numbers occur, and their entropy if they are taken as independent.
class NumberCounts {
 public:
  void add(std::int32_t number) {
    ++counts_[number];
    ++total_;
  }
  /// Bits; the bias is corrected.
  double entropy() const;

 private:
  std::unordered_map<std::int32_t, std::uint64_t> counts_;
  std::uint64_t total_ = 0;
};

/// Correlation at lag 0 of two series of `count` numbers, which a(i) and b(i) give; 0 where one is
/// constant.
template <typename A, typename B>
double correlation(std::size_t count, const A& a, const B& b) {
  double mean_a = 0.0;
  double mean_b = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    mean_a += a(i);
    mean_b += b(i);
  }
  mean_a /= static_cast<double>(count);
  mean_b /= static_cast<double>(count);
  double aa = 0.0;
  double bb = 0.0;
  double ab = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    aa += (a(i) - mean_a) * (a(i) - mean_a);
    bb += (b(i) - mean_b) * (b(i) - mean_b);
    ab += (a(i) - mean_a) * (b(i) - mean_b);
  }
  return aa <= 0.0 || bb <= 0.0 ? 0.0 : ab / std::sqrt(aa * bb);
}

}  // namespace nrc::study
