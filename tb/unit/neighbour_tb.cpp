// SPDX-License-Identifier: Apache-2.0
//
// nrc_neighbour against nrc::Neighbour: corrected prediction and innovation of every sample,
// in the clock in which they are due and in no other. The bench takes the predictor's part:
// predictions and values are random or chosen so that gains and corrections reach their limits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

#include "Vnrc_neighbour.h"
#include "bench_random.hpp"
#include "nrc/format.hpp"
#include "rtl_constants.hpp"
#include "stages/neighbour.hpp"
#include "verilated_dut.hpp"

namespace {

using nrc::tb::drive;

constexpr std::uint32_t kChannels = NRC_PARAM_Channels;
constexpr int kCodeWidth = NRC_PARAM_CodeWidth;

constexpr long kNeighbourLatency = nrc::rtl::kNeighbourLatency;
constexpr long kInnovationLatency = nrc::rtl::kInnovationLatency;
/// Clocks from a sample to the next one of its channel.
constexpr long kLoopLatency = nrc::rtl::kNeighbourLoopLatency;

constexpr std::int32_t kMinValue = -(1 << (kCodeWidth + 5));
constexpr std::int32_t kMaxValue = (1 << (kCodeWidth + 5)) - 1;
/// Largest prediction: of the largest code, without a fraction.
constexpr std::int32_t kMaxPrediction = kMaxValue - 63;

constexpr std::uint32_t bits(std::int32_t value, int width) {
  return static_cast<std::uint32_t>(value) & ((1u << width) - 1);
}

/// What predictions and values look like.
enum class Source {
  kShared,    ///< innovations of a random amplitude, half of them the previous channel's
  kCorners,   ///< at the ends of the range, about zero, and anything between
  kSame,      ///< innovations of one sign in a frame: gains of odd channels rise
  kOpposite,  ///< innovations of alternating signs: gains of odd channels fall
};

struct Options {
  int frames = 100;
  std::uint32_t gap_percent = 0;      ///< of clocks without a sample
  std::uint32_t reset_per_mille = 0;  ///< of frames that reset, besides the first
  std::uint32_t cut_percent = 0;      ///< of frames cut short; a reset frame follows at once
  Source source = Source::kShared;
};

/// How often the corners of the stage were met.
struct Seen {
  int lowest_gain = 0, highest_gain = 0;        ///< before a code
  int held_low = 0, held_high = 0;              ///< a gain that its limit kept from moving
  int innovation_low = 0, innovation_high = 0;  ///< of the channel before, beyond n's limits
  int prediction_low = 0, prediction_high = 0;  ///< corrections that were cut
  int max_correction = 0;                       ///< smallest gain and smallest n
  int zero_n = 0, quiet_innovation = 0;         ///< with the other one not
  int resets_that_matter = 0;                   ///< of gains that were not zero
  int frames_that_matter = 0;                   ///< channel 0 after an innovation that was not zero
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
    entered_before_ = false;
    predictions_.clear();
    innovations_.clear();
    boost_due_ = -1;
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
      const std::int32_t frame_sign = rng_.flip() ? 1 : -1;
      amplitude_ = 1 << rng_.range(0, kCodeWidth + 5);
      const int boost = rng_.range(0, 7);
      for (std::uint32_t channel = 0; channel < channels; ++channel) {
        while ((!hurry && clock_ - entered_[channel] < kLoopLatency) ||
               rng_.percent(options.gap_percent)) {
          step(nullptr);
          if (testing::Test::HasFatalFailure()) return;
        }
        const Sample sample = next(channel, reset, boost, frame_sign, options.source);
        entered_[channel] = clock_;
        step(&sample);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }

  /// Until everything in flight has come out.
  void drain() {
    for (int i = 0; i < 10 && !testing::Test::HasFatalFailure(); ++i) step(nullptr);
    EXPECT_TRUE(predictions_.empty() && innovations_.empty());
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
  };
  struct Due {
    long clock;
    Sample sample;
  };

  std::int32_t corner(std::int32_t largest) {
    switch (rng_() % 8) {
      case 0:
      case 1:
        return kMinValue;
      case 2:
      case 3:
        return largest;
      case 4:
        return rng_.range(-2, 2);
      default:
        return rng_.range(kMinValue, largest);
    }
  }

  /// The next sample of a channel; moves the golden model past it.
  Sample next(std::uint32_t channel, bool reset, int boost, std::int32_t frame_sign,
              Source source) {
    Sample s{channel, reset, boost, 0, 0, 0};
    if (channel == 0) {
      seen_.frames_that_matter += before_ != 0;
      before_ = 0;
      inputs_ = {};
    }
    nrc::NeighbourState& state = states_[channel];
    switch (source) {
      case Source::kShared: {
        s.prediction = rng_.range(kMinValue / 2, kMaxPrediction / 2);
        const std::int32_t noise = rng_.range(-amplitude_ / 2, amplitude_ / 2);
        s.value = std::clamp(s.prediction + before_ / 2 + noise, kMinValue, kMaxValue);
        break;
      }
      case Source::kCorners:
        s.prediction = corner(kMaxPrediction);
        s.value = rng_.percent(10) ? s.prediction : corner(kMaxValue);
        break;
      case Source::kSame:
      case Source::kOpposite: {
        const std::int32_t sign = source == Source::kOpposite ? -frame_sign : frame_sign;
        s.prediction = rng_.range(-64, 64);
        // Odd channels: against what their gains have learned, which must not stop them.
        const std::int32_t corrected = golden_.correct(state, inputs_, s.prediction, reset);
        s.value = channel % 2 ? std::clamp(corrected + sign * 100, kMinValue, kMaxValue)
                              : s.prediction + frame_sign * 30;
        break;
      }
    }

    s.corrected = golden_.correct(state, inputs_, s.prediction, reset);
    const std::int32_t innovation = s.value - s.corrected;
    std::int64_t raw = 0;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      note(s, state.gain[i], inputs_[i], innovation);
      raw += std::int64_t{state.gain[i]} * inputs_[i];
    }
    raw = s.prediction + (raw >> nrc::kGainFrac);
    seen_.prediction_low += !reset && raw < s.corrected;
    seen_.prediction_high += !reset && raw > s.corrected;
    nrc::Neighbour::update(state, inputs_, innovation, reset, boost);
    before_ = s.value - s.prediction;
    golden_.pass(inputs_, before_);
    seen_.innovation_low += before_ < inputs_[0];
    seen_.innovation_high += before_ > inputs_[0];
    return s;
  }

  /// One of a channel's gains, and what it is multiplied with.
  void note(const Sample& s, std::int32_t gain, std::int32_t n, std::int32_t innovation) {
    const bool quiet = innovation >= -32 && innovation < 32;
    seen_.zero_n += s.channel != 0 && n == 0 && !quiet;
    seen_.quiet_innovation += n != 0 && innovation != 0 && quiet;
    if (s.reset) {
      seen_.resets_that_matter += gain != 0 && n != 0;
      return;
    }
    const bool up = !quiet && ((n > 0 && innovation > 0) || (n < 0 && innovation < 0));
    const bool down = !quiet && ((n > 0 && innovation < 0) || (n < 0 && innovation > 0));
    seen_.lowest_gain = std::min(seen_.lowest_gain, gain);
    seen_.highest_gain = std::max(seen_.highest_gain, gain);
    seen_.held_low += gain == nrc::kGainMin && down;
    seen_.held_high += gain == nrc::kGainMax && up;
    seen_.max_correction += gain == nrc::kGainMin && n == kMinValue;
  }

  void step(const Sample* sample) {
    dut_->valid_i = sample != nullptr;
    drive(dut_->channel_i, sample != nullptr ? sample->channel : rng_() % kChannels);
    dut_->reset_i = sample != nullptr ? sample->reset : rng_.flip();
    drive(dut_->pred_value_i,
          bits(sample != nullptr ? sample->prediction : static_cast<std::int32_t>(rng_()),
               kCodeWidth + 6));
    drive(dut_->value_i, bits(sample != nullptr ? sample->value : static_cast<std::int32_t>(rng_()),
                              kCodeWidth + 6));
    // The predictor's innovation comes a clock after its sample.
    drive(dut_->innovation_i,
          bits(entered_before_ ? before_entered_ : static_cast<int>(rng_()), kCodeWidth + 7));
    // The boost comes with e'.
    dut_->innovation_boost_i = static_cast<std::uint8_t>(boost_due_ >= 0 ? boost_due_ : rng_() % 8);
    boost_due_ = -1;
    entered_before_ = sample != nullptr;
    if (sample != nullptr) {
      before_entered_ = sample->value - sample->prediction;
      predictions_.push_back({clock_ + kNeighbourLatency, *sample});
      innovations_.push_back({clock_ + kNeighbourLatency + kInnovationLatency, *sample});
    }

    dut_.tick();
    ++clock_;

    const bool prediction_due = !predictions_.empty() && predictions_.front().clock == clock_;
    ASSERT_EQ(static_cast<bool>(dut_->pred_valid_o), prediction_due) << "clock " << clock_;
    if (prediction_due) {
      const Sample& due = predictions_.front().sample;
      ASSERT_EQ(static_cast<std::uint32_t>(dut_->pred_value_o), bits(due.corrected, kCodeWidth + 6))
          << "channel " << due.channel << " clock " << clock_;
      predictions_.pop_front();
    }
    const bool innovation_due = !innovations_.empty() && innovations_.front().clock == clock_;
    ASSERT_EQ(static_cast<bool>(dut_->innovation_valid_o), innovation_due) << "clock " << clock_;
    if (innovation_due) {
      const Sample& due = innovations_.front().sample;
      ASSERT_EQ(static_cast<std::uint32_t>(dut_->innovation_value_o),
                bits(due.value - due.corrected, kCodeWidth + 7))
          << "channel " << due.channel << " clock " << clock_;
      ASSERT_EQ(static_cast<std::uint32_t>(dut_->innovation_channel_o), due.channel);
      ASSERT_EQ(static_cast<bool>(dut_->innovation_reset_o), due.reset);
      boost_due_ = due.boost;
      innovations_.pop_front();
    }
  }

  nrc::tb::Dut<Vnrc_neighbour> dut_;
  nrc::tb::Random rng_;
  nrc::Neighbour golden_{kCodeWidth};
  std::vector<nrc::NeighbourState> states_;
  std::vector<long> entered_;        ///< clock of each channel's last sample
  std::int32_t amplitude_ = 1;       ///< of a frame's innovations, 1/64 code
  std::int32_t before_ = 0;          ///< innovation of the channel before, not yet limited
  bool entered_before_ = false;      ///< a sample entered in the clock before
  std::int32_t before_entered_ = 0;  ///< its innovation
  nrc::NeighbourInputs inputs_{};    ///< of the next channel
  int boost_due_ = -1;               ///< in this clock, if not negative
  std::deque<Due> predictions_;
  std::deque<Due> innovations_;
  Seen seen_;
  bool anew_ = true;  ///< no state has been written
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

TEST(Neighbour, WithoutGaps) {
  const Seen seen = test(1, {frames_for(100000), 0, 0, 0, Source::kShared});
  EXPECT_GT(seen.frames_that_matter, 0);
}

TEST(Neighbour, WithGapsAndResets) {
  const Seen seen = test(2, {frames_for(100000), 40, 50, 0, Source::kShared});
  EXPECT_EQ(seen.resets_that_matter > 0, kChannels > 1);
}

TEST(Neighbour, ResetInEveryFrame) { test(3, {30, 0, 1000, 0, Source::kCorners}); }

TEST(Neighbour, FramesCutShort) { test(4, {frames_for(50000), 2, 3, 10, Source::kShared}); }

TEST(Neighbour, CornersOfTheRange) {
  const Seen seen = test(5, {frames_for(100000), 5, 0, 0, Source::kCorners});
  if (kChannels == 1) return;
  EXPECT_GT(seen.innovation_low, 0);
  EXPECT_GT(seen.innovation_high, 0);
  EXPECT_GT(seen.prediction_low, 0);
  EXPECT_GT(seen.prediction_high, 0);
  EXPECT_GT(seen.zero_n, 0);
  EXPECT_GT(seen.quiet_innovation, 0);
}

/// A gain moves by as little as one in a frame, so this takes many frames.
TEST(Neighbour, SmallestAndLargestGain) {
  SCOPED_TRACE("seed 6");
  constexpr int kUp = nrc::kGainMax + 50;
  constexpr int kDown = nrc::kGainMax - nrc::kGainMin + 50;
  Bench bench(6);
  bench.run({kUp, 0, 0, 0, Source::kSame});
  bench.run({5, 0, 0, 0, Source::kCorners});
  bench.run({kDown, 0, 0, 0, Source::kOpposite});
  for (int i = 0; i < 40; ++i) {
    bench.run({1, 0, 0, 0, Source::kCorners});
    bench.run({3, 0, 0, 0, Source::kOpposite});
  }
  bench.drain();
  const Seen& seen = bench.seen();
  if (kChannels == 1) {
    EXPECT_EQ(seen.lowest_gain, 0);
    EXPECT_EQ(seen.highest_gain, 0);
    return;
  }
  EXPECT_EQ(seen.lowest_gain, nrc::kGainMin);
  EXPECT_EQ(seen.highest_gain, nrc::kGainMax);
  EXPECT_GT(seen.held_low, 0);
  EXPECT_GT(seen.held_high, 0);
  EXPECT_GT(seen.max_correction, 0);
}

TEST(Neighbour, HardwareResetInFlight) {
  SCOPED_TRACE("seed 7");
  Bench bench(7);
  for (int i = 0; i < 4; ++i) {
    bench.run({3, 10, 0, 0, Source::kShared});
    bench.reset();
  }
  bench.run({20, 10, 0, 0, Source::kCorners});
  bench.drain();
}

}  // namespace
