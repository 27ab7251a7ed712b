// SPDX-License-Identifier: Apache-2.0
//
// nrc_narrow_range against nrc::NarrowRange and nrc::Pace: prediction and index of every code, in
// the clock in which they are due. The values take deviation, burst, rest and scale to their
// limits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "Vnrc_narrow_range.h"
#include "nrc/range_tables.hpp"
#include "rtl_constants.hpp"
#include "stages/narrow_range.hpp"
#include "stages/pace.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr std::uint32_t kChannels = NRC_PARAM_Channels;
constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr int kMin = -(1 << kCodeWidth);  ///< of a value
constexpr int kMax = (1 << kCodeWidth) - 2;
static_assert(nrc::rtl::kNarrowRangeLatency == 1);

constexpr std::uint32_t bits(std::int32_t value, int width) {
  return static_cast<std::uint32_t>(value) & ((1u << width) - 1);
}

template <class Port, class Value>
void set(Port& port, Value value) {
  port = static_cast<Port>(value);
}

struct Options {
  int frames = 100;
  unsigned gap_percent = 0;      ///< of clocks without a sample
  unsigned reset_per_mille = 0;  ///< of frames that reset, besides the first
  unsigned cut_percent = 0;      ///< of frames that end too soon; the next is a reset frame at once
  int hold_frames = 40;          ///< frames with one kind of signal
};

class Bench {
 public:
  explicit Bench(unsigned seed) : rng_(seed), states_(kChannels), signals_(kChannels) {
    dut_->rst_ni = 0;
    dut_->valid_i = 0;
    for (int i = 0; i < 3; ++i) dut_.tick();
    dut_->rst_ni = 1;
  }

  void run(const Options& options) {
    bool cut = false;
    for (int frame = 0; frame < options.frames; ++frame) {
      const bool reset = clock_ == 0 || cut || rng_() % 1000 < options.reset_per_mille;
      cut = rng_() % 100 < options.cut_percent;
      const auto channels = cut ? 1 + static_cast<std::uint32_t>(rng_() % kChannels) : kChannels;
      const int boost = pace_.next(reset);
      for (std::uint32_t channel = 0; channel < channels; ++channel) {
        while (rng_() % 100 < options.gap_percent) step(nullptr);
        if (frame % options.hold_frames == 0) choose(signals_[channel]);
        nrc::NarrowRangeState& state = states_[channel];
        const int value = next(signals_[channel], state.last);
        Sample sample{channel, reset, value, 0, 0};
        if (!reset) {
          sample.predicted = nrc::NarrowRange::predict(state);
          sample.index = nrc::NarrowRange::index(state);
          octaves_.insert(state.steady >> nrc::kNarrowMantissaBits);
          burst_ = burst_ || state.burst == nrc::kNarrowBurstMax;
        }
        golden_.update(state, sample.predicted, value, reset, boost, pace_.slow());
        rest_low_ = rest_low_ || state.rest == 0;
        rest_high_ = rest_high_ || state.rest == 1023;
        step(&sample);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
    for (int i = 0; i < 20; ++i) step(nullptr);
  }

  /// Octaves of the scale that were in use.
  std::size_t used_octaves() const { return octaves_.size(); }
  bool full_burst() const { return burst_; }
  bool rest_at_both_limits() const { return rest_low_ && rest_high_; }

 private:
  struct Sample {
    std::uint32_t channel;
    bool reset;
    int value;
    std::int32_t predicted;
    int index;
  };
  /// A value is a share of the last one, in sixteenths, and noise.
  struct Signal {
    int keep = 16;
    int spread = 1;
  };

  void choose(Signal& signal) {
    signal.keep = static_cast<int>(rng_() % 33) - 16;
    signal.spread = 1 << (rng_() % static_cast<unsigned>(kCodeWidth + 1));
  }
  int next(const Signal& signal, int last) {
    if (rng_() % 200 == 0) return rng_() % 2 == 0 ? kMin : kMax;
    const auto noise = static_cast<int>(rng_() % static_cast<unsigned>(2 * signal.spread + 1));
    return std::clamp(last * signal.keep / 16 + noise - signal.spread, kMin, kMax);
  }

  /// The sample enters, and the one of the clock before has its prediction and gives its value.
  void step(const Sample* sample) {
    dut_->valid_i = sample != nullptr;
    set(dut_->channel_i, sample != nullptr ? sample->channel : rng_() % kChannels);
    dut_->reset_i = sample != nullptr ? sample->reset : rng_() & 1;
    set(dut_->value_i, bits(due_ ? due_->value : static_cast<int>(rng_()), kCodeWidth + 1));
    dut_.eval();
    ASSERT_EQ(dut_->valid_o, due_.has_value()) << "clock " << clock_;
    if (due_ && !due_->reset) {
      ASSERT_EQ(dut_->pred_value_o, bits(due_->predicted, kCodeWidth + nrc::kNarrowEdgeFrac))
          << "channel " << due_->channel << " clock " << clock_;
      ASSERT_EQ(dut_->index_o, due_->index) << "channel " << due_->channel << " clock " << clock_;
    }
    due_.reset();
    if (sample != nullptr) due_ = *sample;
    dut_.tick();
    ++clock_;
  }

  nrc::tb::Dut<Vnrc_narrow_range> dut_;
  std::mt19937 rng_;
  nrc::NarrowRange golden_{nrc::RangeTables::builtin(NRC_TABLES).initial_scale, kCodeWidth};
  nrc::Pace pace_;
  std::vector<nrc::NarrowRangeState> states_;
  std::vector<Signal> signals_;
  std::set<int> octaves_;
  bool burst_ = false;
  bool rest_low_ = false, rest_high_ = false;
  std::optional<Sample> due_;
  long clock_ = 0;
};

void test(unsigned seed, const Options& options) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Bench bench(seed);
  bench.run(options);
}

TEST(NarrowRange, WithoutGaps) { test(1, {3000, 0, 0, 0, 40}); }
TEST(NarrowRange, WithGapsAndResets) { test(2, {3000, 30, 2, 0, 40}); }
TEST(NarrowRange, ManyGaps) { test(3, {700, 70, 0, 0, 40}); }
TEST(NarrowRange, ResetInEveryFrame) { test(4, {50, 0, 1000, 0, 10}); }
TEST(NarrowRange, FramesCutShort) { test(5, {3000, 2, 3, 10, 20}); }

TEST(NarrowRange, RestAndScaleToTheirLimits) {
  SCOPED_TRACE("seed 6");
  Bench bench(6);
  for (int i = 0; i < 12; ++i) bench.run({1500, 0, 2, 0, 700});
  EXPECT_TRUE(bench.rest_at_both_limits());
  EXPECT_TRUE(bench.full_burst());
  EXPECT_GE(bench.used_octaves(), static_cast<std::size_t>(kCodeWidth - 1));
}

}  // namespace
