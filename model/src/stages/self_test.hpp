// SPDX-License-Identifier: Apache-2.0
//
// The pattern of the encoder's built-in self test (docs/rtl.md, "Self test"). RTL: nrc_self_test.
#pragma once

#include <cstdint>

#include "nrc/format.hpp"

namespace nrc {

constexpr std::uint32_t kSelfTestSeed = 0x4E524353;  ///< of the random numbers
constexpr std::uint32_t kSelfTestStep = 0x9E37;      ///< of the level, from channel to channel
constexpr std::uint32_t kSelfTestJump = 0xB6D3;      ///< of a level, in every 32nd frame
constexpr int kSelfTestAmplitudes = 6;               ///< of the noise: 1 to 32 codes

class SelfTest {
 public:
  SelfTest(std::uint32_t channels, int code_width) : channels_(channels), width_(code_width) {}

  /// Code of the next channel.
  Code next() {
    constexpr int kLastAmplitude = kSelfTestAmplitudes - 1;
    const int low = static_cast<int>(random_ & 31U);
    const int noise = (low < 16 ? low : low - 32) >> (kLastAmplitude - amplitude_);
    std::uint32_t code = level_ + static_cast<std::uint32_t>(noise);
    if (random_ >> 23 == 0) code ^= std::uint32_t{1} << (width_ - 1);
    advance();
    const int unused = 32 - width_;
    return static_cast<Code>(static_cast<std::int32_t>(code << unused) >> unused);
  }

 private:
  static int next_amplitude(int amplitude) { return (amplitude + 1) % kSelfTestAmplitudes; }

  void advance() {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 17;
    random_ ^= random_ << 5;
    if (++channel_ < channels_) {
      level_ += kSelfTestStep + ((frame_ + channel_) % 32 == 0 ? kSelfTestJump : 0);
      amplitude_ = next_amplitude(amplitude_);
      return;
    }
    channel_ = 0;
    const bool jump = ++frame_ % 32 == 0;
    first_level_ += 1 + (jump ? kSelfTestJump : 0);
    level_ = first_level_;
    if (jump) base_ = next_amplitude(base_);
    amplitude_ = base_;
  }

  std::uint32_t channels_;
  int width_;
  std::uint32_t random_ = kSelfTestSeed;
  std::uint32_t level_ = 0;  ///< its lowest bits count
  std::uint32_t first_level_ = 0;
  std::uint32_t frame_ = 0;
  std::uint32_t channel_ = 0;
  int base_ = 0;       ///< amplitude of channel 0
  int amplitude_ = 0;  ///< of the next channel
};

}  // namespace nrc
