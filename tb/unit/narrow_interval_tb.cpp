// SPDX-License-Identifier: Apache-2.0
//
// nrc_narrow_interval against nrc::NarrowInterval: value, cumulative frequency and frequency of
// codes at, near and far from the prediction, at every index, in the clock in which they are due.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>

#include "Vnrc_narrow_interval.h"
#include "bench_random.hpp"
#include "rtl_constants.hpp"
#include "stages/narrow_interval.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr int kMin = -(1 << (kCodeWidth - 1));
constexpr int kMax = (1 << (kCodeWidth - 1)) - 1;
constexpr int kPlaces = 16 << kCodeWidth;
/// Of the largest scale and burst.
constexpr int kMaxIndex = 8 * kCodeWidth + 7 + 6;

std::uint32_t bits(int value, int width) {
  return static_cast<std::uint32_t>(value) & ((1U << width) - 1);
}

class Bench {
 public:
  explicit Bench(std::uint32_t seed) : rng_(seed) {}

  void put(int code, int prediction, int index) {
    // The prediction comes a clock after the code.
    nrc::tb::drive(dut_->code_i, bits(code, kCodeWidth));
    nrc::tb::drive(dut_->pred_value_i, bits(next_prediction_, kCodeWidth + nrc::kNarrowEdgeFrac));
    dut_->index_i = static_cast<std::uint8_t>(next_index_);
    next_prediction_ = prediction;
    next_index_ = index;
    const auto c = static_cast<nrc::Code>(code);
    values_.push_back(golden_.value(c));
    expected_.push_back(golden_.of(c, prediction, index));
    dut_.tick();
    // Before the next prediction is set, nothing of stage 1 but the value can be seen.
    ASSERT_EQ(dut_->value_o, bits(values_.front(), kCodeWidth + nrc::kNarrowValueFrac)) << code;
    values_.pop_front();
    if (expected_.size() < 1 + nrc::rtl::kNarrowIntervalLatency) return;
    ASSERT_EQ(dut_->low_o, expected_.front().low);
    ASSERT_EQ(dut_->frequency_o, expected_.front().frequency);
    escapes_ += expected_.front().frequency == 0;
    expected_.pop_front();
  }
  void drain() {
    for (int i = 0; i <= nrc::rtl::kNarrowIntervalLatency; ++i) put(0, 0, 0);
  }

  nrc::tb::Random& rng() { return rng_; }
  int escapes() const { return escapes_; }

 private:
  nrc::tb::Dut<Vnrc_narrow_interval> dut_;
  nrc::tb::Random rng_;
  nrc::NarrowInterval golden_{nrc::RangeTables::builtin(NRC_TABLES), kCodeWidth};
  int next_prediction_ = 0;
  int next_index_ = 0;
  std::deque<int> values_;
  std::deque<nrc::Interval> expected_;
  int escapes_ = 0;
};

TEST(NarrowInterval, EveryCode) {
  Bench bench(1);
  for (int code = kMin; code <= kMax; ++code) {
    for (int i = 0; i < 8; ++i) {
      const int near = 16 * code + bench.rng().range(-200, 200);
      bench.put(code, std::clamp(near, -kPlaces / 2, kPlaces / 2 - 1),
                bench.rng().range(0, kMaxIndex));
      if (HasFatalFailure()) return;
    }
  }
  bench.drain();
}

TEST(NarrowInterval, EveryIndex) {
  Bench bench(2);
  for (int index = 0; index <= kMaxIndex; ++index) {
    for (int i = 0; i < 400; ++i) {
      // As far from the prediction as the distribution is wide.
      const int spread = std::min((2 << (index / 8)) + 8, kPlaces);
      const int prediction = bench.rng().range(-kPlaces / 2, kPlaces / 2 - 1);
      const int code = (prediction + bench.rng().range(-4 * spread, 4 * spread)) >> 4;
      bench.put(std::clamp(code, kMin, kMax), prediction, index);
      if (HasFatalFailure()) return;
    }
  }
  bench.drain();
  EXPECT_GT(bench.escapes(), 0);
}

TEST(NarrowInterval, Outermost) {
  Bench bench(3);
  for (int i = 0; i < 20000; ++i) {
    const int code =
        bench.rng().flip() ? kMin + bench.rng().range(0, 1) : kMax - bench.rng().range(0, 1);
    bench.put(code,
              bench.rng().flip() ? (bench.rng().flip() ? -kPlaces / 2 : kPlaces / 2 - 1)
                                 : bench.rng().range(-kPlaces / 2, kPlaces / 2 - 1),
              bench.rng().range(0, kMaxIndex));
    if (HasFatalFailure()) return;
  }
  bench.drain();
}

}  // namespace
