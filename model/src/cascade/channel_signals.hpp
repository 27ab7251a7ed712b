// SPDX-License-Identifier: Apache-2.0
//
// Stage channel signals of the cascade profile: the codes of a packet channel by channel, and the
// regressors made of them (docs/bitstream.md, section 15). No RTL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cascade/least_squares.hpp"

namespace nrc {

/// Channels that a channel is predicted from, the most useful first.
constexpr std::size_t kReferences = 7;

/// The packet's frames are taken apart into one or two phases: all, or those with an even and those
/// with an odd number. A part is one phase of one channel.
class ChannelSignals {
 public:
  ChannelSignals(std::size_t channels, std::size_t frames, std::size_t phases);

  std::size_t frames(std::size_t phase) const { return (frames_ + phases_ - 1 - phase) / phases_; }

  /// Begins a channel; all parts of the channels before are complete.
  /// @param references  at most kReferences channels before this one
  void begin_channel(std::size_t channel, const std::vector<std::size_t>& references);

  /// The value of a code from the channel's origin, in codes.
  void set(std::size_t phase, std::size_t at, double value) { part(channel_, phase)[at] = value; }

  /// What the value at this place of a part of the channel is predicted from.
  void fill(std::size_t phase, std::size_t at, Regressors& x) const;

 private:
  /// Zeros before and after each part.
  static constexpr std::size_t kMargin = 16;

  double* part(std::size_t channel, std::size_t phase) {
    return values_.data() + (channel * phases_ + phase) * stride_ + kMargin;
  }
  const double* part(std::size_t channel, std::size_t phase) const {
    return values_.data() + (channel * phases_ + phase) * stride_ + kMargin;
  }

  std::size_t frames_;
  std::size_t phases_;
  std::size_t stride_;
  std::size_t channel_ = 0;
  std::vector<double> values_;
  std::vector<double> sum_;  ///< of the first phase of all channels before
  std::vector<double> mean_;
  std::vector<const double*> references_;
};

}  // namespace nrc
