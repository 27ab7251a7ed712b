// SPDX-License-Identifier: Apache-2.0
#include "nrc/rate_control.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nrc/error.hpp"

namespace nrc {

namespace {

constexpr std::uint32_t kLinkFraction = 16;
constexpr std::uint32_t kMinBufferWords = 64;
constexpr std::uint32_t kMaxLinkWords = (1U << 24) - 1;  // of the port of nrc_rate_control

}  // namespace

std::uint32_t link_words(double bits_per_second, std::uint32_t packet_frames, double rate) {
  const double words = bits_per_second / 32 * packet_frames / rate * kLinkFraction;
  return static_cast<std::uint32_t>(std::clamp(std::floor(words), 1.0, double{kMaxLinkWords}));
}

RateControl::RateControl(const RateSettings& settings) : settings_(settings) {
  const std::uint32_t words = settings.buffer_words;
  if (words < kMinBufferWords || (words & (words - 1)) != 0) {
    throw Error("a link's buffer of " + std::to_string(words) +
                " words is not possible; give a power of two from " +
                std::to_string(kMinBufferWords) + " on");
  }
  if (settings.max_step < 0 || settings.max_step > kMaxRateStep ||
      (settings.max_step != 0 &&
       (settings.first_step < 1 || settings.first_step > settings.max_step ||
        settings.min_step < 0 || settings.min_step > settings.first_step))) {
    throw Error("rate control with a smallest step of " + std::to_string(settings.min_step) +
                ", a first one of " + std::to_string(settings.first_step) +
                " and a largest one of " + std::to_string(settings.max_step) +
                " is not possible; give numbers of up to " + std::to_string(kMaxRateStep) +
                " that do not fall, the first step at least 1");
  }
}

int RateControl::begin_packet(std::uint32_t waiting) {
  if (settings_.link_words != 0) {
    bucket_ += std::uint64_t{sizes_[0]} * kLinkFraction;
    sizes_ = {sizes_[1], 0};
    waiting = static_cast<std::uint32_t>(std::min<std::uint64_t>(
        bucket_ / kLinkFraction, std::uint64_t{2} * settings_.buffer_words - 1));
    bucket_ -= std::min<std::uint64_t>(bucket_, settings_.link_words);
  }
  const std::uint32_t buffer = settings_.buffer_words;
  if (settings_.max_step == 0) {
    step_ = 0;
  } else if (waiting < buffer / 8) {
    step_ = settings_.min_step;
  } else if (waiting >= buffer / 8 * 5) {
    step_ = settings_.max_step;
  } else if (waiting >= buffer / 8 * 3) {
    if (step_ < settings_.first_step) {
      step_ = settings_.first_step;
    } else if (waiting > waiting_) {
      step_ = std::min(step_ + 1, settings_.max_step);
    }
  } else {
    step_ = std::max(step_, settings_.min_step);
  }
  waiting_ = waiting;
  largest_ = std::max(largest_, step_);
  return step_;
}

void RateControl::end_packet(std::uint32_t words) { sizes_[1] = words; }

}  // namespace nrc
