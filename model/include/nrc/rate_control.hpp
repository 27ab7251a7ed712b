// SPDX-License-Identifier: Apache-2.0
//
// Rate control of a link (docs/link.md): the rounding step of each packet, from what waits for the
// link. RTL: nrc_rate_control.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "nrc/format.hpp"

namespace nrc {

/// Numbers of the rounding steps that rate control chooses from, lossy_step() of 0 .. this: steps
/// of 1 to 16 codes.
constexpr int kMaxRateStep = 7;

/// Codes of the steps that it may choose, from a number on.
inline std::vector<int> rate_steps(int first = 0) {
  std::vector<int> steps;
  for (int number = first; number <= kMaxRateStep; ++number) steps.push_back(lossy_step(number));
  return steps;
}

/// What the user of a link chooses.
struct RateSettings {
  /// Words of 4 bytes that the encoder's buffer holds, a power of two from 64 on.
  std::uint32_t buffer_words = 16384;
  /// Number of the step that rounding begins with, 1 to `max_step`. A larger one leaves more
  /// packets lossless, a smaller one makes the error smaller.
  int first_step = 6;
  /// Number of the largest step, 0 to kMaxRateStep; 0: never round.
  int max_step = kMaxRateStep;
  /// Number of the smallest step, 0 to `first_step`; 0: packets that the link takes are lossless.
  int min_step = 0;
  /// What the link takes during a packet, in 1/16 words; 0: not known, so that the words that wait
  /// are given with each packet.
  std::uint32_t link_words = 0;
};

/// RateSettings::link_words of a link. @param rate  Hz, of a channel
std::uint32_t link_words(double bits_per_second, std::uint32_t packet_frames, double rate);

/// Chooses the steps. The law, with B the words of the buffer and `waiting` those in it:
///
///     waiting >= 5/8 B         the largest step
///     waiting >= 3/8 B         the first step if that of the packet before was smaller, else one
///                              more than that if more words wait than when it began
///     1/8 B <= waiting < 3/8 B the step of the packet before
///     waiting < 1/8 B          the smallest step
///
/// The buffer never overflows if the longest packet and the longest one with the largest step
/// together have no more than 3/8 B, and the link takes the latter in the time of a packet.
class RateControl {
 public:
  /// @throws Error for settings outside their ranges
  explicit RateControl(const RateSettings& settings);

  /// Number of the step of the packet that begins.
  /// @param waiting  words in the buffer, if link_words is 0
  int begin_packet(std::uint32_t waiting = 0);

  /// After each packet: what it is on the link, with its stream header, or 0 if it was dropped.
  /// Counts from the packet after the next on, as hardware does not know it sooner.
  void end_packet(std::uint32_t words);

  /// Words that the link has yet to take, as the last decision saw them.
  std::uint32_t waiting() const { return waiting_; }
  int largest_step() const { return largest_; }  ///< number, of all packets so far

 private:
  RateSettings settings_;
  std::uint64_t bucket_ = 0;  ///< 1/16 words
  std::array<std::uint32_t, 2> sizes_ = {};
  std::uint32_t waiting_ = 0;
  int step_ = 0;
  int largest_ = 0;
};

}  // namespace nrc
