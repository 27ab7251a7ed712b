// SPDX-License-Identifier: Apache-2.0
//
// Threshold detection of spikes, and which of them a lossy code keeps.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace nrc::host {

using Signal = std::vector<double>;

/// Butterworth high pass of second order, forwards and backwards, so without delay.
Signal high_pass(const Signal& signal, double cutoff_hz, double rate_hz);
/// The same as a low pass.
Signal low_pass(const Signal& signal, double cutoff_hz, double rate_hz);

/// Where spikes are, in samples.
struct Spikes {
  std::vector<std::size_t> places;
  double threshold = 0.0;  ///< in the unit of the signal
};

/// Detects spikes in what is above 300 Hz: magnitudes over the threshold, at their peak within 0.5
/// ms, at least 1 ms apart.
/// @param threshold  0: kNoiseDeviations deviations of the noise, which are median |x| / 0.6745
Spikes detect_spikes(const Signal& signal, double rate_hz, double threshold = 0.0);
constexpr double kNoiseDeviations = 5.0;
constexpr double kSpikeBandHz = 300.0;
constexpr double kMatchSeconds = 0.0005;
/// Spikes a second. A channel with more is clipped or disturbed: its median says nothing of its
/// noise, and what a detector finds are not spikes.
constexpr double kMaxSpikeRate = 100.0;

/// How many spikes of the original there are in the decoded signal, within kMatchSeconds.
struct SpikeMatch {
  std::size_t kept = 0;
  std::size_t lost = 0;
  std::size_t added = 0;  ///< in the decoded signal alone
};
SpikeMatch match_spikes(const Spikes& original, const Spikes& decoded, double rate_hz);

}  // namespace nrc::host
