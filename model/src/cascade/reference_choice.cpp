// SPDX-License-Identifier: Apache-2.0
#include "cascade/reference_choice.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "cascade/least_squares.hpp"
#include "cascade/reference_code.hpp"

namespace nrc {

namespace {

constexpr std::size_t kLooked = 1024;  ///< frames that are looked at, at most
constexpr std::size_t kReach = 96;     ///< how far back references are looked for
constexpr std::size_t kOrder = 8;
constexpr double kSlotBits = 5;      ///< what a reference in a list costs, about
constexpr double kLeastRest = 0.02;  ///< a signal with less of its own says nothing new

using Signal = std::vector<double>;

/// What linear prediction from the past leaves of a signal, with a power of 1.
Signal innovation(const Signal& x) {
  std::array<double, kOrder + 1> r = {};
  for (std::size_t t = kOrder; t < x.size(); ++t) {
    for (std::size_t i = 0; i <= kOrder; ++i) r[i] += x[t] * x[t - i];
  }
  r[0] = r[0] * (1 + 1.0 / (1 << 23)) + 1;
  std::array<double, kOrder + 1> a = {1};
  double error = r[0];
  for (std::size_t i = 1; i <= kOrder; ++i) {
    double k = r[i];
    for (std::size_t j = 1; j < i; ++j) k += a[j] * r[i - j];
    k = -k / error;
    const std::array<double, kOrder + 1> before = a;
    for (std::size_t j = 1; j < i; ++j) a[j] = before[j] + k * before[i - j];
    a[i] = k;
    error *= 1 - k * k;
  }
  Signal e(x.size());
  double power = 1e-9;
  for (std::size_t t = kOrder; t < x.size(); ++t) {
    for (std::size_t i = 0; i <= kOrder; ++i) e[t] += a[i] * x[t - i];
    power += e[t] * e[t];
  }
  const double scale = 1 / std::sqrt(power);
  for (double& v : e) v *= scale;
  return e;
}

/// Correlations of channels at most kReach apart.
class Correlations {
 public:
  explicit Correlations(const std::vector<Signal>& signals)
      : rows_(signals.size(), std::vector<double>(kReach + 1)) {
    for (std::size_t c = 0; c < signals.size(); ++c) {
      for (std::size_t d = 0; d <= std::min(c, kReach); ++d) {
        rows_[c][d] = dot_product(signals[c].data(), signals[c - d].data(), signals[c].size());
      }
    }
  }
  double of(std::size_t a, std::size_t b) const {
    const std::size_t later = std::max(a, b);
    return rows_[later][later - std::min(a, b)];
  }

 private:
  std::vector<std::vector<double>> rows_;
};

/// A channel's candidates, less what the ones that were taken explain.
class Candidates {
 public:
  Candidates(const Correlations& correlations, std::size_t channel)
      : correlations_(correlations), first_(channel - std::min(channel, kReach)) {
    for (std::size_t c = first_; c < channel; ++c) {
      gain_.push_back(correlations.of(channel, c));
      rest_.push_back(1);
    }
  }

  /// The one that explains most; the number of the channel if none is left.
  std::size_t best() const {
    std::size_t best = gain_.size();
    double most = 0;
    for (std::size_t i = 0; i < gain_.size(); ++i) {
      if (rest_[i] <= kLeastRest) continue;
      const double explained = gain_[i] * gain_[i] / rest_[i];
      if (best != gain_.size() && explained <= most) continue;
      best = i;
      most = explained;
    }
    return first_ + best;
  }

  void take(std::size_t channel) {
    const std::size_t b = channel - first_;
    if (rest_[b] <= kLeastRest) return;
    std::vector<double> row(gain_.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = correlations_.of(channel, first_ + i);
      for (const std::vector<double>& other : rows_) row[i] -= other[b] * other[i];
    }
    const double scale = 1 / std::sqrt(rest_[b]);
    for (double& v : row) v *= scale;
    const double gain = gain_[b] * scale;
    explained_ += gain * gain;
    for (std::size_t i = 0; i < row.size(); ++i) {
      gain_[i] -= gain * row[i];
      rest_[i] -= row[i] * row[i];
    }
    rest_[b] = 0;
    rows_.push_back(std::move(row));
  }

  /// Part of the channel's power.
  double explained() const { return std::min(explained_, 0.9999); }

 private:
  const Correlations& correlations_;
  std::size_t first_;
  std::vector<double> gain_;
  std::vector<double> rest_;
  std::vector<std::vector<double>> rows_;
  double explained_ = 0;
};

}  // namespace

std::vector<std::vector<std::size_t>> choose_references(const WideCode* codes, std::size_t frames,
                                                        std::size_t channels) {
  std::vector<std::vector<std::size_t>> chosen(channels);
  for (std::size_t c = 0; c < channels; ++c) chosen[c] = nearest_references(c);
  const std::size_t looked = std::min(frames, kLooked) / 8 * 8;
  if (channels < 3 || looked < 8 * kOrder) return chosen;

  const std::size_t first = (frames - looked) / 2;
  std::vector<Signal> signals;
  for (std::size_t c = 0; c < channels; ++c) {
    Signal x(looked);
    for (std::size_t t = 0; t < looked; ++t) {
      x[t] = codes[(first + t) * channels + c] - codes[first * channels + c];
    }
    signals.push_back(innovation(x));
  }
  const Correlations correlations(signals);
  for (std::size_t c = 2; c < channels; ++c) {
    Candidates nearest(correlations, c);
    for (const std::size_t r : chosen[c]) nearest.take(r);
    Candidates best(correlations, c);
    std::vector<std::size_t> list;
    while (list.size() < chosen[c].size()) {
      const std::size_t r = best.best();
      if (r >= c) break;
      list.push_back(r);
      best.take(r);
    }
    if (list.size() < chosen[c].size()) continue;
    const double saved_bits = 0.5 * std::log2((1 - nearest.explained()) / (1 - best.explained())) *
                              static_cast<double>(frames);
    if (saved_bits > kSlotBits * static_cast<double>(list.size())) chosen[c] = std::move(list);
  }
  return chosen;
}

}  // namespace nrc
