// SPDX-License-Identifier: Apache-2.0
//
// nrc_narrow against nrc::Narrow and nrc::Pace: prediction, table and raw bits of every code, in
// the clock in which they are due. The codes take deviation, rest and scale to their limits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <set>
#include <vector>

#include "Vnrc_narrow.h"
#include "rtl_constants.hpp"
#include "stages/narrow.hpp"
#include "stages/pace.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr std::uint32_t kChannels = NRC_PARAM_Channels;
constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr long kLatency = nrc::rtl::kNarrowLatency;
constexpr int kMin = -(1 << (kCodeWidth - 1));
constexpr int kMax = (1 << (kCodeWidth - 1)) - 1;

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
        nrc::NarrowState& state = states_[channel];
        const nrc::Code code = next(signals_[channel], state.last);
        Sample sample{channel, reset, code, 0, {}};
        if (!reset) {
          sample.predicted = nrc::Narrow::predict(state);
          sample.context = golden_.select(state, sample.predicted);
          classes_.insert(state.noise_class);
        }
        golden_.update(state, sample.predicted, code, reset, boost, pace_.slow());
        rest_low_ = rest_low_ || state.rest == 0;
        rest_high_ = rest_high_ || state.rest == 1023;
        step(&sample);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
    for (int i = 0; i < 20; ++i) step(nullptr);
    EXPECT_TRUE(due_.empty());
  }

  /// Classes that were in use, and those that a code of this width can lead to.
  std::size_t used_classes() const { return classes_.size(); }
  static std::size_t reachable_classes() {
    const nrc::Context context(nrc::TableSet::builtin(NRC_TABLES), kCodeWidth);
    return static_cast<std::size_t>(context.class_of(((1u << (kCodeWidth - 4)) - 1) << 10)) + 1;
  }
  bool rest_at_both_limits() const { return rest_low_ && rest_high_; }

 private:
  struct Sample {
    std::uint32_t channel;
    bool reset;
    nrc::Code code;
    std::int32_t predicted;
    nrc::CodingContext context;
  };
  /// A code is a share of the last one, in sixteenths, and noise.
  struct Signal {
    int keep = 16;
    int spread = 1;
  };
  struct Due {
    long clock;
    Sample sample;
  };

  void choose(Signal& signal) {
    signal.keep = static_cast<int>(rng_() % 33) - 16;
    signal.spread = 1 << (rng_() % static_cast<unsigned>(kCodeWidth));
  }
  nrc::Code next(const Signal& signal, int last) {
    if (rng_() % 200 == 0) return static_cast<nrc::Code>(rng_() % 2 == 0 ? kMin : kMax);
    const auto noise = static_cast<int>(rng_() % static_cast<unsigned>(2 * signal.spread + 1));
    return static_cast<nrc::Code>(
        std::clamp(last * signal.keep / 16 + noise - signal.spread, kMin, kMax));
  }

  void step(const Sample* sample) {
    dut_->valid_i = sample != nullptr;
    set(dut_->channel_i, sample != nullptr ? sample->channel : rng_() % kChannels);
    set(dut_->code_i,
        bits(sample != nullptr ? sample->code : static_cast<int>(rng_()), kCodeWidth));
    dut_->reset_i = sample != nullptr ? sample->reset : rng_() & 1;
    if (sample != nullptr) due_.push_back({clock_ + kLatency, *sample});
    dut_.eval();
    const bool valid = !due_.empty() && due_.front().clock == clock_;
    ASSERT_EQ(dut_->valid_o, valid) << "clock " << clock_;
    if (valid) {
      const Sample& due = due_.front().sample;
      ASSERT_EQ(dut_->code_o, bits(due.code, kCodeWidth)) << "clock " << clock_;
      ASSERT_EQ(dut_->reset_o, due.reset) << "clock " << clock_;
      if (!due.reset) {
        ASSERT_EQ(dut_->pred_code_o, bits(due.predicted, kCodeWidth))
            << "channel " << due.channel << " clock " << clock_;
        ASSERT_EQ(dut_->table_o, due.context.table)
            << "channel " << due.channel << " clock " << clock_;
        ASSERT_EQ(dut_->raw_bits_o, due.context.raw_bits)
            << "channel " << due.channel << " clock " << clock_;
      }
      due_.pop_front();
    }
    dut_.tick();
    ++clock_;
  }

  nrc::tb::Dut<Vnrc_narrow> dut_;
  std::mt19937 rng_;
  const nrc::TableSet& tables_ = nrc::TableSet::builtin(NRC_TABLES);
  nrc::Narrow golden_{tables_, kCodeWidth};
  nrc::Pace pace_;
  std::vector<nrc::NarrowState> states_;
  std::vector<Signal> signals_;
  std::set<int> classes_;
  bool rest_low_ = false, rest_high_ = false;
  std::deque<Due> due_;
  long clock_ = 0;
};

void test(unsigned seed, const Options& options) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Bench bench(seed);
  bench.run(options);
}

TEST(Narrow, WithoutGaps) { test(1, {3000, 0, 0, 0, 40}); }
TEST(Narrow, WithGapsAndResets) { test(2, {3000, 30, 2, 0, 40}); }
TEST(Narrow, ManyGaps) { test(3, {700, 70, 0, 0, 40}); }
TEST(Narrow, ResetInEveryFrame) { test(4, {50, 0, 1000, 0, 10}); }
TEST(Narrow, FramesCutShort) { test(5, {3000, 2, 3, 10, 20}); }

TEST(Narrow, RestAndScaleToTheirLimits) {
  SCOPED_TRACE("seed 6");
  Bench bench(6);
  for (int i = 0; i < 12; ++i) bench.run({1500, 0, 2, 0, 700});
  EXPECT_TRUE(bench.rest_at_both_limits());
  EXPECT_GE(bench.used_classes() + 2, Bench::reachable_classes());
}

}  // namespace
