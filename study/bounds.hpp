// SPDX-License-Identifier: Apache-2.0
//
// How far the recordings can be compressed without loss, from their entropies, and what a given
// ratio leaves.
#pragma once

#include <array>
#include <vector>

#include "document.hpp"
#include "gnuplot.hpp"
#include "recording.hpp"

namespace nrc::study {

/// Bits per sample, means over all samples.
struct Bounds {
  int value_bits = 16;          ///< of the grid that all values are on
  double rate = 0.0;            ///< of the first recording that states it, Hz
  double order0_all = 0.0;      ///< of the values of all recordings together
  double order0_channel = 0.0;  ///< of each channel's values
  double order1_all = 0.0;      ///< given the value before, over all recordings together
  double difference = 0.0;      ///< of each channel's differences
  double innovation = 0.0;      ///< of what each channel's adaptive predictor did not know
  double range_profile = 0.0;   ///< measured with the codec, decoded and compared
  double innovation_rms = 0.0;  ///< steps of the grid, geometric mean over the channels
  static constexpr std::size_t kLags = 16;
  std::array<double, kLags> autocorrelation = {};  ///< of the innovation at lags 1 and up

  /// The least of them.
  double least() const;
};

/// @param threads  0: as many as there are processors
Bounds measure_bounds(const std::vector<RecordingFile>& files, unsigned threads);

/// A section of the report, with its pictures.
void report_bounds(const Bounds& bounds, Document& document, std::vector<Picture>& pictures);

/// The least root-mean-square error of a code of `bits` bits per sample, of samples whose entropy
/// is `entropy` bits, in steps of the samples: Shannon's lower bound, 0 where no loss is needed.
double least_error(double entropy, double bits);

}  // namespace nrc::study
