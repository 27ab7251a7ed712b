// SPDX-License-Identifier: Apache-2.0
#include "innovation.hpp"

#include <algorithm>
#include <vector>

namespace nrc::study {

ChannelCodes::ChannelCodes(const Recording& recording, std::uint32_t channel, std::size_t frames)
    : recording_(recording), channel_(channel), frames_(std::min(frames, recording.frames())) {
  ValueCounts counts;
  for (std::size_t i = 0; i < frames_; ++i) {
    counts.add(&recording.samples.data()[i * recording.channels + channel], 1);
  }
  const std::vector<std::int16_t> values = counts.values();
  grid_ = ValueGrid::detect(values);
  if (grid_.kind() == ValueGrid::Kind::kFullScale) {
    width_ = grid_.bits();
    middle_ = 1 << (grid_.bits() - 1);
  } else {
    middle_ = (grid_.index(values.front()) + grid_.index(values.back()) + 1) / 2;
  }
}

Innovation InnovationStream::next() {
  const Code code = channel_[frame_];
  const bool reset = frame_ == 0;
  const Prediction prediction = predictor_.predict(state_, reset);
  predictor_.update(state_, prediction, code, reset, pace_.next(reset));
  ++frame_;
  return {code - prediction.code,
          Predictor::innovation(prediction, code) / static_cast<double>(1 << kFracBits)};
}

double entropy_bias(double values, double count) {
  return (values - 1.0) / (2.0 * std::log(2.0) * count);
}

double NumberCounts::entropy() const {
  // Sorted, so that the sum is the same on every machine.
  std::vector<std::uint64_t> sorted;
  sorted.reserve(counts_.size());
  for (const auto& [number, count] : counts_) sorted.push_back(count);
  std::sort(sorted.begin(), sorted.end());
  const auto total = static_cast<double>(total_);
  double bits = 0.0;
  for (const std::uint64_t count : sorted) {
    const double share = static_cast<double>(count) / total;
    bits -= share * std::log2(share);
  }
  return bits + entropy_bias(static_cast<double>(sorted.size()), total);
}

}  // namespace nrc::study
