// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "nrc/format.hpp"
#include "recording.hpp"

namespace nrc::study {

/// A channel as the codec sees it.
struct ChannelCodes {
  std::vector<Code> codes;
  int width = 16;  ///< bits of a code
};

/// Numbers on the channel's value grid, about zero.
ChannelCodes channel_codes(const Samples& samples);

/// What the adaptive predictor did not know.
struct Innovations {
  std::vector<std::int32_t> residuals;  ///< code - predicted code
  std::vector<double> values;           ///< codes, with fractions
};

/// @param channel  of at least one code
Innovations innovations(const ChannelCodes& channel);

/// What an entropy of `count` samples comes out too low by when `values` of them are different
/// (Miller and Madow, 1955), bits.
double entropy_bias(double values, double count);

/// Entropy of numbers that are taken as independent, bits; the bias is corrected.
double entropy(const std::vector<std::int32_t>& numbers);

/// Correlation of two series at lag 0, as long as the shorter one; 0 where one is constant.
double correlation(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace nrc::study
