// SPDX-License-Identifier: Apache-2.0
#include "innovation.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "stages/pace.hpp"
#include "stages/predictor.hpp"
#include "value_grid.hpp"

namespace nrc::study {

ChannelCodes channel_codes(const Samples& samples) {
  ValueCounts counts;
  counts.add(samples.data(), samples.size());
  const std::vector<std::int16_t> values = counts.values();
  const ValueGrid grid = ValueGrid::detect(values);
  ChannelCodes channel;
  std::int32_t middle = 0;
  if (grid.kind() == ValueGrid::Kind::kFullScale) {
    channel.width = grid.bits();
    middle = 1 << (grid.bits() - 1);
  } else {
    middle = (grid.index(values.front()) + grid.index(values.back()) + 1) / 2;
  }
  channel.codes.reserve(samples.size());
  for (const std::int16_t s : samples) {
    channel.codes.push_back(static_cast<Code>(grid.index(s) - middle));
  }
  return channel;
}

Innovations innovations(const ChannelCodes& channel) {
  const Predictor predictor(channel.width);
  PredictorState state;
  Pace pace;
  Innovations result;
  result.residuals.reserve(channel.codes.size());
  result.values.reserve(channel.codes.size());
  bool reset = true;
  for (const Code code : channel.codes) {
    const Prediction prediction = predictor.predict(state, reset);
    predictor.update(state, prediction, code, reset, pace.next(reset));
    reset = false;
    result.residuals.push_back(code - prediction.code);
    result.values.push_back(Predictor::innovation(prediction, code) /
                            static_cast<double>(1 << kFracBits));
  }
  return result;
}

double entropy_bias(double values, double count) {
  return (values - 1.0) / (2.0 * std::log(2.0) * count);
}

double entropy(const std::vector<std::int32_t>& numbers) {
  std::unordered_map<std::int32_t, std::uint64_t> counts;
  for (const std::int32_t n : numbers) ++counts[n];
  // Sorted, so that the sum is the same on every machine.
  std::vector<std::uint64_t> sorted;
  sorted.reserve(counts.size());
  for (const auto& [number, count] : counts) sorted.push_back(count);
  std::sort(sorted.begin(), sorted.end());
  double bits = 0.0;
  for (const std::uint64_t count : sorted) {
    const double share = static_cast<double>(count) / static_cast<double>(numbers.size());
    bits -= share * std::log2(share);
  }
  return bits +
         entropy_bias(static_cast<double>(sorted.size()), static_cast<double>(numbers.size()));
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const std::size_t count = std::min(a.size(), b.size());
  double mean_a = 0.0;
  double mean_b = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    mean_a += a[i];
    mean_b += b[i];
  }
  mean_a /= static_cast<double>(count);
  mean_b /= static_cast<double>(count);
  double aa = 0.0;
  double bb = 0.0;
  double ab = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
    ab += (a[i] - mean_a) * (b[i] - mean_b);
  }
  return aa <= 0.0 || bb <= 0.0 ? 0.0 : ab / std::sqrt(aa * bb);
}

}  // namespace nrc::study
