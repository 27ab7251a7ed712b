// SPDX-License-Identifier: Apache-2.0
#include "cascade/channel_signals.hpp"

namespace nrc {

namespace {

constexpr std::size_t kPast = 16;           ///< values of the part itself
constexpr std::size_t kWideReferences = 3;  ///< of these also the frame before and the one after
constexpr std::size_t kAfter = 8;           ///< of the other phase

}  // namespace

ChannelSignals::ChannelSignals(std::size_t channels, std::size_t frames, std::size_t phases)
    : frames_(frames),
      phases_(phases),
      stride_((frames + phases - 1) / phases + 2 * kMargin),
      values_(channels * phases * stride_),
      sum_(stride_),
      mean_(stride_) {}

void ChannelSignals::begin_channel(std::size_t channel,
                                   const std::vector<std::size_t>& references) {
  channel_ = channel;
  references_.clear();
  for (const std::size_t r : references) references_.push_back(part(r, 0));
  if (channel == 0) return;
  const double* const before = part(channel - 1, 0) - kMargin;
  for (std::size_t i = 0; i < stride_; ++i) {
    sum_[i] += before[i];
    mean_[i] = sum_[i] / static_cast<double>(channel);
  }
}

void ChannelSignals::fill(std::size_t phase, std::size_t at, Regressors& x) const {
  double* to = x.data();
  const double* const own = part(channel_, phase) + at;
  for (std::size_t i = 1; i <= kPast; ++i) *to++ = *(own - i);
  if (phase == 1) {
    const double* const even = part(channel_, 0) + at;
    for (std::size_t i = 0; i < kRegressors - kPast; ++i) *to++ = *(even + kAfter - i);
    return;
  }
  std::size_t r = 0;
  for (; r < references_.size() && r < kWideReferences; ++r) {
    const double* const other = references_[r] + at;
    *to++ = *(other + 1);
    *to++ = *other;
    *to++ = *(other - 1);
  }
  for (; r < kWideReferences; ++r) {
    for (int i = 0; i < 3; ++i) *to++ = 0;
  }
  for (; r < kReferences; ++r) *to++ = r < references_.size() ? references_[r][at] : 0;
  const double* const mean = mean_.data() + kMargin + at;
  *to++ = *(mean + 1);
  *to++ = *mean;
  *to++ = *(mean - 1);
}

}  // namespace nrc
