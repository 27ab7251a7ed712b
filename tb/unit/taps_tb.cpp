// SPDX-License-Identifier: Apache-2.0
//
// nrc_taps against nrc::Taps: corrected prediction and innovation of every sample, in the clock in
// which they are due and in no other. The bench takes the part of the predictor, and of a stage
// neighbour that leaves any innovation: predictions and values are random or chosen so that weights
// and corrections reach their limits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "Vnrc_taps.h"
#include "bench_random.hpp"
#include "nrc/format.hpp"
#include "rtl_constants.hpp"
#include "stages/taps.hpp"
#include "verilated_dut.hpp"

namespace {

using nrc::tb::drive;

constexpr std::uint32_t kChannels = NRC_PARAM_Channels;
constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr long kUpdateDelay = NRC_PARAM_UpdateDelay;

constexpr long kLead = nrc::rtl::kTapsLead;
constexpr long kPredicted = kLead + nrc::rtl::kTapsLatency;
constexpr long kInnovated = kPredicted + nrc::rtl::kInnovationLatency;
/// Clocks from a sample to the next one of its channel.
constexpr long kLoopLatency = nrc::rtl::kTapsLoopLatency + kUpdateDelay;

constexpr std::int32_t kMinValue = -(1 << (kCodeWidth + 5));
constexpr std::int32_t kMaxValue = (1 << (kCodeWidth + 5)) - 64;  ///< of the largest code

constexpr std::uint32_t bits(std::int32_t value, int width) {
  return static_cast<std::uint32_t>(value) & ((1u << width) - 1);
}

/// What values and remaining innovations look like.
enum class Source {
  kShared,    ///< innovations of a random amplitude, half of them that of the sample before
  kCorners,   ///< at the ends of the range, about zero, and anything between
  kSame,      ///< the sign of the innovation before remains: the first weight rises
  kOpposite,  ///< the other sign remains: it falls
};

struct Options {
  int frames = 100;
  std::uint32_t gap_percent = 0;      ///< of clocks without a sample
  std::uint32_t reset_per_mille = 0;  ///< of frames that reset, besides the first
  Source source = Source::kShared;
};

/// How often the corners of the stage were met.
struct Seen {
  int lowest = 0, highest = 0;                  ///< weight before a code
  int held_low = 0, held_high = 0;              ///< a weight that its limit kept from moving
  int innovation_low = 0, innovation_high = 0;  ///< beyond the limits of a code
  int prediction_low = 0, prediction_high = 0;  ///< corrections that were cut
  int zero_past = 0, quiet = 0;                 ///< with the other one not
  int resets_that_matter = 0;                   ///< of corrections that were not zero
};

class Bench {
 public:
  explicit Bench(std::uint32_t seed) : rng_(seed), states_(kChannels), entered_(kChannels, -1000) {
    reset();
  }

  void reset() {
    dut_->rst_ni = 0;
    dut_->valid_i = 0;
    drive(dut_->channel_i, 0);
    dut_.tick();  // one, so that nothing leaves the pipeline by itself
    dut_->rst_ni = 1;
    ++clock_;
    flight_.clear();
    first_ = true;
  }

  void run(const Options& options) {
    for (int frame = 0; frame < options.frames; ++frame) {
      const bool reset = first_ || rng_() % 1000 < options.reset_per_mille;
      first_ = false;
      amplitude_ = 1 << rng_.range(0, kCodeWidth + 5);
      const int boost = rng_.range(0, 7);
      for (std::uint32_t channel = 0; channel < kChannels; ++channel) {
        while (clock_ - entered_[channel] < kLoopLatency || rng_.percent(options.gap_percent)) {
          step(std::nullopt);
          if (testing::Test::HasFatalFailure()) return;
        }
        entered_[channel] = clock_;
        step(next(channel, reset, boost, options.source));
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }

  /// Until everything in flight has come out.
  void drain() {
    for (long i = 0; i <= kInnovated + kUpdateDelay; ++i) {
      step(std::nullopt);
      if (testing::Test::HasFatalFailure()) return;
    }
    EXPECT_TRUE(flight_.empty());
  }

  const Seen& seen() const { return seen_; }

 private:
  struct Sample {
    std::uint32_t channel;
    bool reset;
    int boost;
    std::int32_t prediction;  ///< p
    std::int32_t value;
    std::int32_t corrected;  ///< p'
    std::int32_t remaining;  ///< r
    long entered;
  };

  std::int32_t corner() {
    switch (rng_() % 8) {
      case 0:
      case 1:
        return kMinValue;
      case 2:
      case 3:
        return kMaxValue;
      case 4:
        return rng_.range(-2, 2);
      default:
        return rng_.range(kMinValue, kMaxValue);
    }
  }

  /// The next sample of a channel; moves the golden model past it.
  Sample next(std::uint32_t channel, bool reset, int boost, Source source) {
    Sample s{channel, reset, boost, 0, 0, 0, 0, clock_};
    nrc::TapsState& state = states_[channel];
    const std::int32_t before = state.past[0];
    switch (source) {
      case Source::kShared: {
        s.prediction = rng_.range(kMinValue / 2, kMaxValue / 2);
        const std::int32_t noise = rng_.range(-amplitude_ / 2, amplitude_ / 2);
        s.value = std::clamp(s.prediction + before * 32 + noise, kMinValue, kMaxValue);
        break;
      }
      case Source::kCorners:
        s.prediction = corner();
        s.value = rng_.percent(10) ? s.prediction : corner();
        break;
      case Source::kSame:
      case Source::kOpposite:
        s.prediction = rng_.range(-64, 64);
        s.value = s.prediction + (rng_.flip() ? 128 : -128);
        break;
    }
    s.corrected = golden_.correct(state, s.prediction, reset);
    s.remaining = s.value - s.corrected;
    if (source == Source::kSame) s.remaining = before < 0 ? -100 : 100;
    if (source == Source::kOpposite) s.remaining = before < 0 ? 100 : -100;
    if (kUpdateDelay == 0) s.remaining = s.value - s.corrected;  // no stage after this one
    note(s, state);
    golden_.update(state, s.value - s.prediction, s.remaining, reset, boost);
    return s;
  }

  void note(const Sample& s, const nrc::TapsState& state) {
    const std::int32_t e = s.value - s.prediction;
    seen_.innovation_low += (e + 32) >> 6 < -(1 << (kCodeWidth - 1));
    seen_.innovation_high += (e + 32) >> 6 >= 1 << (kCodeWidth - 1);
    const std::int64_t sum = state.weight[0] * state.past[0] + state.weight[1] * state.past[1];
    if (s.reset) {
      seen_.resets_that_matter += sum >> 2 != 0;
      return;
    }
    seen_.prediction_low += s.prediction + (sum >> 2) < s.corrected;
    seen_.prediction_high += s.prediction + (sum >> 2) > s.corrected;
    const bool quiet = s.remaining >= -32 && s.remaining < 32;
    for (std::size_t i = 0; i < state.past.size(); ++i) {
      seen_.zero_past += state.past[i] == 0 && !quiet;
      seen_.quiet += state.past[i] != 0 && quiet && s.remaining != 0;
      if (quiet || state.past[i] == 0) continue;
      const bool up = (state.past[i] > 0) == (s.remaining > 0);
      seen_.held_low += state.weight[i] == nrc::kTapMin && !up;
      seen_.held_high += state.weight[i] == nrc::kTapMax && up;
    }
    seen_.lowest = std::min(seen_.lowest, state.weight[0]);
    seen_.highest = std::max(seen_.highest, state.weight[0]);
  }

  /// The sample that entered so many clocks ago, if any.
  const Sample* at(long age) const {
    for (const Sample& s : flight_) {
      if (s.entered == clock_ - age) return &s;
    }
    return nullptr;
  }

  std::int32_t any() { return static_cast<std::int32_t>(rng_()); }

  void step(const std::optional<Sample>& sample) {
    dut_->valid_i = sample.has_value();
    drive(dut_->channel_i, sample ? sample->channel : rng_() % kChannels);
    dut_->reset_i = sample ? sample->reset : rng_.flip();
    if (sample) flight_.push_back(*sample);
    const Sample* predicted = at(kLead);
    drive(dut_->pred_value_i, bits(predicted ? predicted->prediction : any(), kCodeWidth + 6));
    drive(dut_->value_i, bits(predicted ? predicted->value : any(), kCodeWidth + 6));
    const Sample* innovated = at(kLead + 1);
    drive(dut_->innovation_i,
          bits(innovated ? innovated->value - innovated->prediction : any(), kCodeWidth + 7));
    const Sample* remaining = at(kInnovated + kUpdateDelay);
    drive(dut_->remaining_value_i, bits(remaining ? remaining->remaining : any(), kCodeWidth + 7));
    dut_->remaining_boost_i = static_cast<std::uint8_t>(remaining ? remaining->boost : any() & 7);
    if (remaining) flight_.pop_front();

    dut_.tick();
    ++clock_;

    const Sample* corrected = at(kPredicted);
    ASSERT_EQ(static_cast<bool>(dut_->pred_valid_o), corrected != nullptr) << "clock " << clock_;
    if (corrected) {
      ASSERT_EQ(static_cast<std::uint32_t>(dut_->pred_value_o),
                bits(corrected->corrected, kCodeWidth + 6))
          << "channel " << corrected->channel << " clock " << clock_;
    }
    const Sample* left = at(kInnovated);
    ASSERT_EQ(static_cast<bool>(dut_->innovation_valid_o), left != nullptr) << "clock " << clock_;
    if (left) {
      ASSERT_EQ(static_cast<std::uint32_t>(dut_->innovation_value_o),
                bits(left->value - left->corrected, kCodeWidth + 7))
          << "channel " << left->channel << " clock " << clock_;
      ASSERT_EQ(static_cast<std::uint32_t>(dut_->innovation_channel_o), left->channel);
      ASSERT_EQ(static_cast<bool>(dut_->innovation_reset_o), left->reset);
    }
  }

  nrc::tb::Dut<Vnrc_taps> dut_;
  nrc::tb::Random rng_;
  nrc::Taps golden_{kCodeWidth};
  std::vector<nrc::TapsState> states_;
  std::vector<long> entered_;   ///< clock of each channel's last sample
  std::int32_t amplitude_ = 1;  ///< of a frame's innovations, 1/64 code
  std::deque<Sample> flight_;   ///< from valid_i to remaining_*_i
  Seen seen_;
  bool first_ = true;  ///< no state has been written
  long clock_ = 0;
};

/// As many frames as make this many samples, within limits.
constexpr int frames_for(int samples) {
  return std::clamp(samples / static_cast<int>(kChannels), 20, 20000);
}

Seen test(std::uint32_t seed, const Options& options) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Bench bench(seed);
  bench.run(options);
  bench.drain();
  return bench.seen();
}

TEST(Taps, WithoutGaps) { test(1, {frames_for(100000), 0, 0, Source::kShared}); }

TEST(Taps, WithGapsAndResets) {
  const Seen seen = test(2, {frames_for(100000), 40, 50, Source::kShared});
  EXPECT_GT(seen.resets_that_matter, 0);
}

TEST(Taps, ResetInEveryFrame) { test(3, {30, 0, 1000, Source::kCorners}); }

TEST(Taps, CornersOfTheRange) {
  const Seen seen = test(4, {frames_for(100000), 5, 0, Source::kCorners});
  EXPECT_GT(seen.innovation_low, 0);
  EXPECT_GT(seen.innovation_high, 0);
  EXPECT_GT(seen.prediction_low, 0);
  EXPECT_GT(seen.prediction_high, 0);
  EXPECT_GT(seen.zero_past, 0);
  EXPECT_GT(seen.quiet, 0);
}

/// A weight moves by as little as one in a frame, so this takes many frames.
TEST(Taps, SmallestAndLargestWeight) {
  SCOPED_TRACE("seed 5");
  constexpr int kUp = nrc::kTapMax + 50;
  constexpr int kDown = nrc::kTapMax - nrc::kTapMin + 50;
  Bench bench(5);
  bench.run({kUp, 0, 0, Source::kSame});
  bench.run({5, 0, 0, Source::kCorners});
  bench.run({kDown, 0, 0, Source::kOpposite});
  bench.run({5, 0, 0, Source::kCorners});
  bench.drain();
  const Seen& seen = bench.seen();
  if (kUpdateDelay == 0) return;  // what remains follows from the values: they do not get there
  EXPECT_EQ(seen.lowest, nrc::kTapMin);
  EXPECT_EQ(seen.highest, nrc::kTapMax);
  EXPECT_GT(seen.held_low, 0);
  EXPECT_GT(seen.held_high, 0);
}

TEST(Taps, HardwareResetInFlight) {
  SCOPED_TRACE("seed 6");
  Bench bench(6);
  for (int i = 0; i < 4; ++i) {
    bench.run({3, 10, 0, Source::kShared});
    bench.reset();
  }
  bench.run({20, 10, 0, Source::kCorners});
  bench.drain();
}

}  // namespace
