// SPDX-License-Identifier: Apache-2.0
#include "host/spikes.hpp"

#include <algorithm>
#include <cmath>

namespace nrc::host {
namespace {

constexpr double kPi = 3.14159265358979323846;
/// Median magnitude of a normal distribution in its deviations.
constexpr double kMedian = 0.6745;
constexpr double kPeakSeconds = 0.0005;
constexpr double kDeadSeconds = 0.001;

/// One section of second order: y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''.
struct Section {
  double b0, b1, b2, a1, a2;

  void run(Signal& signal) const {
    double x1 = signal.empty() ? 0.0 : signal.front();
    double x2 = x1;
    // As if the first value had always been there.
    double y1 = x1 * (b0 + b1 + b2) / (1.0 + a1 + a2);
    double y2 = y1;
    for (double& value : signal) {
      const double y = b0 * value + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
      x2 = x1;
      x1 = value;
      y2 = y1;
      y1 = y;
      value = y;
    }
  }
};

Section section(double cutoff_hz, double rate_hz, bool high) {
  const double k = std::tan(kPi * std::min(cutoff_hz / rate_hz, 0.49));
  const double norm = 1.0 / (1.0 + std::sqrt(2.0) * k + k * k);
  const double b = high ? norm : k * k * norm;
  return {b, high ? -2.0 * b : 2.0 * b, b, 2.0 * (k * k - 1.0) * norm,
          (1.0 - std::sqrt(2.0) * k + k * k) * norm};
}

Signal both_ways(Signal signal, const Section& s) {
  for (int pass = 0; pass < 2; ++pass) {
    s.run(signal);
    std::reverse(signal.begin(), signal.end());
  }
  return signal;
}

}  // namespace

Signal high_pass(const Signal& signal, double cutoff_hz, double rate_hz) {
  return both_ways(signal, section(cutoff_hz, rate_hz, true));
}

Signal low_pass(const Signal& signal, double cutoff_hz, double rate_hz) {
  return both_ways(signal, section(cutoff_hz, rate_hz, false));
}

Spikes detect_spikes(const Signal& signal, double rate_hz, double threshold) {
  const Signal x = high_pass(signal, kSpikeBandHz, rate_hz);
  Spikes spikes;
  if (x.empty()) return spikes;
  if (threshold <= 0.0) {
    Signal magnitudes(x.size());
    std::transform(x.begin(), x.end(), magnitudes.begin(), [](double v) { return std::abs(v); });
    const auto middle = magnitudes.begin() + static_cast<std::ptrdiff_t>(magnitudes.size() / 2);
    std::nth_element(magnitudes.begin(), middle, magnitudes.end());
    threshold = kNoiseDeviations * *middle / kMedian;
  }
  spikes.threshold = threshold;
  const auto peak = static_cast<std::size_t>(std::ceil(kPeakSeconds * rate_hz));
  const auto dead = static_cast<std::size_t>(std::ceil(kDeadSeconds * rate_hz));
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!(std::abs(x[i]) > threshold)) continue;
    const auto begin = x.begin() + static_cast<std::ptrdiff_t>(i);
    const auto end = x.begin() + static_cast<std::ptrdiff_t>(std::min(i + peak + 1, x.size()));
    const auto top =
        std::max_element(begin, end, [](double a, double b) { return std::abs(a) < std::abs(b); });
    spikes.places.push_back(static_cast<std::size_t>(top - x.begin()));
    i = spikes.places.back() + dead;
  }
  return spikes;
}

SpikeMatch match_spikes(const Spikes& original, const Spikes& decoded, double rate_hz) {
  const double reach = kMatchSeconds * rate_hz;
  SpikeMatch match;
  std::size_t next = 0;
  for (const std::size_t place : original.places) {
    const auto at = static_cast<double>(place);
    while (next < decoded.places.size() && static_cast<double>(decoded.places[next]) < at - reach) {
      ++next;
    }
    if (next < decoded.places.size() && static_cast<double>(decoded.places[next]) <= at + reach) {
      ++match.kept;
      ++next;
    } else {
      ++match.lost;
    }
  }
  match.added = decoded.places.size() - match.kept;
  return match;
}

}  // namespace nrc::host
