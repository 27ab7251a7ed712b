// SPDX-License-Identifier: Apache-2.0
//
// nrc_dispersion against nrc::Dispersion: the index of every sample, in the clock in which
// it is due. The bench takes the predictor's part: innovations are random, with amplitudes that
// take the scale through all octaves, or chosen about the bounds of a burst.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <set>
#include <vector>

#include "Vnrc_dispersion.h"
#include "bench_random.hpp"
#include "nrc/range_tables.hpp"
#include "rtl_constants.hpp"
#include "stages/dispersion.hpp"
#include "verilated_dut.hpp"

namespace {

using nrc::tb::drive;

constexpr std::uint32_t kChannels = NRC_PARAM_Channels;
constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr bool kQueue = NRC_PARAM_Queue != 0;
/// With a queue, the most that an innovation is late.
constexpr int kUpdateDelay = kQueue ? 9 : NRC_PARAM_UpdateDelay;

constexpr bool kShallow = NRC_PARAM_Pipeline == nrc::rtl::kPipelineShallow;
constexpr long kPredictLatency = kShallow ? 1 : nrc::rtl::kPredictLatency;  // it starts late then
constexpr long kInnovationLatency =
    kShallow ? nrc::rtl::kShallowInnovationLatency : nrc::rtl::kInnovationLatency;
constexpr long kLoopLatency = nrc::rtl::kLoopLatency + kUpdateDelay;

/// Of a code of this width: the largest value less the smallest one.
constexpr int kMaxInnovation = ((1 << kCodeWidth) - 1) * 64;

constexpr std::uint32_t bits(std::int32_t value, int width) {
  return static_cast<std::uint32_t>(value) & ((1u << width) - 1);
}

std::uint32_t initial_scale() {
#ifdef NRC_PARAM_InitialScale
  return NRC_PARAM_InitialScale;
#else
  return nrc::RangeTables::builtin(NRC_TABLES).initial_scale;
#endif
}

/// What the innovations of a channel look like.
enum class Source {
  kRandom,  ///< of a random amplitude, with spikes of the largest one
  kZero,
  kLargest,
  kBurst,  ///< next to 3.5 and 7 times the scale
};

struct Options {
  int frames = 100;
  std::uint32_t gap_percent = 0;      ///< of clocks without a sample
  std::uint32_t reset_per_mille = 0;  ///< of frames that reset, besides the first
  std::uint32_t cut_percent = 0;      ///< of frames cut short; a reset frame follows at once
  int hold_frames = 100;              ///< frames with one random amplitude
  Source source = Source::kRandom;
};

class Bench {
 public:
  explicit Bench(std::uint32_t seed)
      : rng_(seed), states_(kChannels), entered_(kChannels, -1000), amplitudes_(kChannels) {
    reset();
  }

  void reset() {
    dut_->rst_ni = 0;
    dut_->valid_i = 0;
    dut_->innovation_valid_i = 1;
    drive(dut_->innovation_channel_i, 0);
    for (int i = 0; i < 3; ++i) dut_.tick();
    dut_->rst_ni = 1;
    clock_ += 3;
    indices_.clear();
    innovations_.clear();
    anew_ = true;
  }

  void run(const Options& options) {
    bool cut = false;
    for (int frame = 0; frame < options.frames; ++frame) {
      const bool reset = anew_ || cut || rng_() % 1000 < options.reset_per_mille;
      const bool hurry = cut;  // whatever is in flight does not matter to a reset frame
      anew_ = false;
      cut = rng_.percent(options.cut_percent);
      const auto channels = cut ? 1 + rng_() % kChannels : kChannels;
      for (std::uint32_t channel = 0; channel < channels; ++channel) {
        if (frame % options.hold_frames == 0) {
          amplitudes_[channel] = (1 << rng_.range(0, kCodeWidth + 6)) - 1;
        }
        while ((!hurry && clock_ - entered_[channel] < kLoopLatency) ||
               rng_.percent(options.gap_percent)) {
          step(nullptr);
          if (testing::Test::HasFatalFailure()) return;
        }
        nrc::DispersionState& state = states_[channel];
        const Sample sample{channel, reset, innovation(channel, options.source),
                            golden_.index(state, reset), boost()};
        golden_.update(state, sample.innovation, reset, sample.boost);
        lowest_ = std::min(lowest_, sample.index);
        highest_ = std::max(highest_, sample.index);
        bursts_.insert(state.burst);
        entered_[channel] = clock_;
        step(&sample);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }

  /// Until everything in flight has come out.
  void drain() {
    for (int i = 0; i < 20 + kUpdateDelay && !testing::Test::HasFatalFailure(); ++i) step(nullptr);
    EXPECT_TRUE(indices_.empty() && innovations_.empty());
  }

  int lowest_index() const { return lowest_; }
  int highest_index() const { return highest_; }
  const std::set<std::uint32_t>& bursts() const { return bursts_; }

 private:
  struct Sample {
    std::uint32_t channel;
    bool reset;
    int innovation;
    int index;
    int boost;
  };
  struct Due {
    long clock;
    Sample sample;
  };

  int innovation(std::uint32_t channel, Source source) {
    const int amplitude = amplitudes_[channel];
    switch (source) {
      case Source::kZero:
        return 0;
      case Source::kLargest:
        return rng_.flip() ? kMaxInnovation : -kMaxInnovation;
      case Source::kBurst: {
        // In 1/64 code; the scale is in 1/1024.
        const auto scale = static_cast<int>(states_[channel].scale);
        const int bound = (rng_.flip() ? 7 : 14) * scale / 32;
        const int magnitude = std::min(std::abs(bound + rng_.range(-2, 2)), kMaxInnovation);
        const int limited = rng_.percent(90) ? std::min(magnitude, amplitude) : magnitude;
        return rng_.flip() ? limited : -limited;
      }
      case Source::kRandom:
        break;
    }
    if (rng_.percent(1)) return rng_.flip() ? kMaxInnovation : -kMaxInnovation;
    return std::clamp(rng_.range(-amplitude, amplitude), -kMaxInnovation, kMaxInnovation);
  }

  /// Usually none: the scale would not settle.
  int boost() { return rng_.percent(12) ? rng_.range(0, 7) : 0; }

  void step(const Sample* sample) {
    dut_->valid_i = sample != nullptr;
    drive(dut_->channel_i, sample != nullptr ? sample->channel : rng_() % kChannels);
    dut_->reset_i = sample != nullptr ? sample->reset : rng_.flip();
    if (sample != nullptr) {
      indices_.push_back({clock_ + kPredictLatency, *sample});
      long due = clock_ + kPredictLatency + kInnovationLatency +
                 (kQueue ? rng_.range(2, kUpdateDelay) : kUpdateDelay);
      if (!innovations_.empty()) due = std::max(due, innovations_.back().clock + 1);
      innovations_.push_back({due, *sample});
    }

    Sample now{rng_() % kChannels, rng_.flip(), static_cast<int>(rng_()), 0, rng_.range(0, 7)};
    dut_->innovation_valid_i = !innovations_.empty() && innovations_.front().clock == clock_;
    if (dut_->innovation_valid_i) {
      now = innovations_.front().sample;
      innovations_.pop_front();
    }
    drive(dut_->innovation_channel_i, now.channel);
    dut_->innovation_reset_i = now.reset;
    dut_->innovation_boost_i = static_cast<std::uint8_t>(now.boost);
    drive(dut_->innovation_value_i, bits(now.innovation, kCodeWidth + 7));

    dut_.tick();
    ++clock_;

    if (!indices_.empty() && indices_.front().clock == clock_) {
      const Sample& due = indices_.front().sample;
      ASSERT_EQ(static_cast<int>(dut_->index_o), due.index)
          << "channel " << due.channel << " clock " << clock_;
      indices_.pop_front();
    }
  }

  nrc::tb::Dut<Vnrc_dispersion> dut_;
  nrc::tb::Random rng_;
  nrc::Dispersion golden_{initial_scale(), kCodeWidth};
  std::vector<nrc::DispersionState> states_;
  std::vector<long> entered_;    ///< clock of each channel's last sample
  std::vector<int> amplitudes_;  ///< of each channel's innovations, 1/64 code
  std::deque<Due> indices_;
  std::deque<Due> innovations_;
  int lowest_ = 1000;
  int highest_ = 0;
  std::set<std::uint32_t> bursts_;
  bool anew_ = true;  ///< no state has been written
  long clock_ = 0;
};

/// As many frames as make this many samples, within limits.
constexpr int frames_for(int samples) {
  return std::clamp(samples / static_cast<int>(kChannels), 20, 20000);
}

void test(std::uint32_t seed, const Options& options) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Bench bench(seed);
  bench.run(options);
  bench.drain();
}

TEST(Dispersion, WithoutGaps) { test(1, {frames_for(40000), 0, 0, 0, 100, Source::kRandom}); }
TEST(Dispersion, WithGapsAndResets) {
  test(2, {frames_for(40000), 30, 20, 0, 50, Source::kRandom});
}
TEST(Dispersion, ResetInEveryFrame) { test(3, {30, 0, 1000, 0, 10, Source::kRandom}); }
TEST(Dispersion, FramesCutShort) { test(4, {frames_for(40000), 2, 3, 10, 20, Source::kRandom}); }

/// Innovations about the bounds: every comparison is met from both sides and with equality.
TEST(Dispersion, BoundsOfABurst) {
  SCOPED_TRACE("seed 5");
  Bench bench(5);
  bench.run({frames_for(60000), 5, 2, 0, 40, Source::kBurst});
  bench.drain();
  EXPECT_EQ(bench.bursts().size(), 16u);
}

/// The scale moves by 1/256 of the way in a frame, so this takes many frames.
TEST(Dispersion, SmallestAndLargestIndex) {
  SCOPED_TRACE("seed 6");
  Bench bench(6);
  bench.run({2500, 0, 0, 0, 2500, Source::kLargest});
  // The last 255 / 1024 of the way are not gone.
  EXPECT_GE(bench.highest_index(), 16 * (kCodeWidth - 1) + (kCodeWidth > 4 ? 15 : 0));
  bench.run({5000, 0, 0, 0, 5000, Source::kZero});
  EXPECT_EQ(bench.lowest_index(), 0);
  bench.run({300, 0, 0, 0, 20, Source::kRandom});
  bench.drain();
}

TEST(Dispersion, HardwareResetInFlight) {
  SCOPED_TRACE("seed 7");
  Bench bench(7);
  for (int i = 0; i < 4; ++i) {
    bench.run({3, 10, 0, 0, 10, Source::kRandom});
    bench.reset();
  }
  bench.run({20, 10, 0, 0, 10, Source::kBurst});
  bench.drain();
}

}  // namespace
