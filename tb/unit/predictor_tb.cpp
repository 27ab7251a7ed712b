// SPDX-License-Identifier: Apache-2.0
//
// nrc_predictor against nrc::Predictor: every prediction and innovation of interleaved
// channels, in the clock in which it is due. Channels come back as soon as the loop latency allows
// or with random gaps; what the design must not look at is random.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <random>
#include <vector>

#include "Vnrc_predictor.h"
#include "rtl_constants.hpp"
#include "stages/pace.hpp"
#include "stages/predictor.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr std::uint32_t kChannels = NRC_PARAM_Channels;
constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr bool kQueue = NRC_PARAM_Queue != 0;
/// With a queue, the most that a value is late.
constexpr int kUpdateDelay = kQueue ? 9 : NRC_PARAM_UpdateDelay;
constexpr int kValueFraction = NRC_PARAM_ValueFraction;

constexpr bool kShallow = NRC_PARAM_Pipeline == nrc::rtl::kPipelineShallow;
constexpr long kPredictLatency =
    kShallow ? nrc::rtl::kShallowPredictLatency : nrc::rtl::kPredictLatency;
constexpr long kInnovationLatency =
    kShallow ? nrc::rtl::kShallowInnovationLatency : nrc::rtl::kInnovationLatency;
// The shallow loop could close a clock sooner, were it not for nrc_packet_writer.
constexpr long kLoopLatency =
    (kShallow ? nrc::rtl::kShallowLoopLatency - 1 : nrc::rtl::kLoopLatency) + kUpdateDelay;

constexpr int kMin = -(1 << (kCodeWidth - 1));
constexpr int kMax = (1 << (kCodeWidth - 1)) - 1;

/// Low bits of a signed number, as on a port.
constexpr std::uint32_t bits(std::int32_t value, int width) {
  return static_cast<std::uint32_t>(value) & ((1u << width) - 1);
}

/// Drives a port, whatever type its width gave it.
template <class Port, class Value>
void set(Port& port, Value value) {
  port = static_cast<Port>(value);
}

/// Chooses a channel's next code, knowing what is predicted.
using Source = std::function<int(std::uint32_t channel, const nrc::Prediction&, std::mt19937&)>;

struct Options {
  int frames = 100;
  unsigned gap_percent = 0;    ///< of clocks without a sample
  unsigned reset_percent = 0;  ///< of frames that reset, besides the first
  unsigned cut_percent = 0;    ///< of frames that end too soon; the next is a reset frame at once
};

class Bench {
 public:
  explicit Bench(unsigned seed) : rng_(seed), states_(kChannels), entered_(kChannels, -1000) {
    reset();
  }

  void reset() {
    dut_->rst_ni = 0;
    dut_->valid_i = 1;
    dut_->value_valid_i = 0;
    dut_->channel_i = 0;
    for (int i = 0; i < 3; ++i) dut_.tick();
    EXPECT_EQ(dut_->pred_valid_o, 0);
    EXPECT_EQ(dut_->innovation_valid_o, 0);
    dut_->rst_ni = 1;
    predictions_.clear();
    values_.clear();
    innovations_.clear();
    clock_ += 3;
  }

  void run(const Options& options, const Source& source) {
    bool cut = false;
    for (int frame = 0; frame < options.frames; ++frame) {
      const bool reset = frame == 0 || cut || rng_() % 100 < options.reset_percent;
      const bool hurry = cut;  // whatever is in flight does not matter to a reset frame
      const int boost = pace_.next(reset);
      cut = rng_() % 100 < options.cut_percent;
      const auto channels = cut ? 1 + static_cast<std::uint32_t>(rng_() % kChannels) : kChannels;
      for (std::uint32_t channel = 0; channel < channels; ++channel) {
        while ((!hurry && clock_ - entered_[channel] < kLoopLatency) ||
               rng_() % 100 < options.gap_percent) {
          step(false, 0, false, 0, {}, 0);
          if (testing::Test::HasFatalFailure()) return;
        }
        nrc::PredictorState& state = states_[channel];
        const nrc::Prediction prediction = golden_.predict(state, reset);
        const int code = std::clamp(source(channel, prediction, rng_), kMin, kMax);
        const std::int32_t value = value_of(code);
        golden_.update_value(state, prediction, value, reset, boost);
        min_weight_ = std::min(min_weight_, state.weight);
        max_weight_ = std::max(max_weight_, state.weight);
        entered_[channel] = clock_;
        step(true, channel, reset, value, prediction, boost);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }

  /// Until everything in flight has come out.
  void drain() {
    for (int i = 0; i < 20 + kUpdateDelay && !testing::Test::HasFatalFailure(); ++i) {
      step(false, 0, false, 0, {}, 0);
    }
    EXPECT_TRUE(predictions_.empty() && innovations_.empty());
  }

  int min_weight() const { return min_weight_; }
  int max_weight() const { return max_weight_; }

 private:
  struct Due {
    long clock;
    std::uint32_t channel;
    bool reset;
    std::int32_t value;
    nrc::Prediction prediction;
    int boost;
  };

  /// The value of a code: with a fraction, any value that is rounded to the code.
  std::int32_t value_of(int code) {
    const std::int32_t value = nrc::Predictor::value_of(static_cast<nrc::Code>(code));
    if (kValueFraction == 0) return value;
    constexpr std::int32_t kStep = 64 >> kValueFraction;
    const std::int32_t steps =
        static_cast<std::int32_t>(rng_() % (1u << kValueFraction)) - (1 << kValueFraction) / 2;
    return std::clamp(value + steps * kStep, kMin * 64, (kMax + 1) * 64 - kStep);
  }

  void step(bool valid, std::uint32_t channel, bool reset, std::int32_t value,
            const nrc::Prediction& prediction, int boost) {
    dut_->valid_i = valid;
    set(dut_->channel_i, valid ? channel : rng_() % kChannels);
    dut_->reset_i = valid ? reset : rng_() & 1;
    if (valid) {
      Due due{clock_ + kPredictLatency, channel, reset, value, prediction, boost};
      predictions_.push_back(due);
      due.clock += kQueue ? 2 + static_cast<long>(rng_() % (kUpdateDelay - 1)) : kUpdateDelay;
      if (!values_.empty()) due.clock = std::max(due.clock, values_.back().clock + 1);
      values_.push_back(due);
      due.clock += kInnovationLatency;
      innovations_.push_back(due);
    }
    auto value_now = static_cast<std::int32_t>(rng_());
    dut_->value_valid_i = !kQueue && (rng_() & 1) != 0;
    if (!values_.empty() && values_.front().clock == clock_) {
      value_now = values_.front().value;
      dut_->value_valid_i = kQueue;
      values_.pop_front();
    }
    set(dut_->value_i, bits(value_now, kCodeWidth + 6));
    dut_.eval();  // the shallow pipeline's innovation is a function of value_i

    const bool predicts = !predictions_.empty() && predictions_.front().clock == clock_;
    ASSERT_EQ(dut_->pred_valid_o, predicts) << "clock " << clock_;
    if (predicts) {
      const Due& due = predictions_.front();
      ASSERT_EQ(dut_->pred_value_o, bits(due.prediction.value, kCodeWidth + 6))
          << "channel " << due.channel << " clock " << clock_;
      ASSERT_EQ(dut_->pred_code_o, bits(due.prediction.code, kCodeWidth))
          << "channel " << due.channel << " clock " << clock_;
      predictions_.pop_front();
    }
    const bool innovates = !innovations_.empty() && innovations_.front().clock == clock_;
    ASSERT_EQ(dut_->innovation_valid_o, innovates) << "clock " << clock_;
    if (innovates) {
      const Due& due = innovations_.front();
      const std::int32_t innovation = due.value - due.prediction.value;
      ASSERT_EQ(dut_->innovation_value_o, bits(innovation, kCodeWidth + 7))
          << "channel " << due.channel << " clock " << clock_;
      ASSERT_EQ(dut_->innovation_channel_o, due.channel);
      ASSERT_EQ(dut_->innovation_reset_o, due.reset);
      if (!due.reset) {
        ASSERT_EQ(dut_->innovation_boost_o, due.boost) << "clock " << clock_;
      }
      innovations_.pop_front();
    }
    dut_.tick();
    ++clock_;
  }

  nrc::tb::Dut<Vnrc_predictor> dut_;
  std::mt19937 rng_;
  nrc::Predictor golden_{kCodeWidth};
  nrc::Pace pace_;
  std::vector<nrc::PredictorState> states_;
  std::vector<long> entered_;  ///< clock of each channel's last sample
  std::deque<Due> predictions_;
  std::deque<Due> values_;
  std::deque<Due> innovations_;
  long clock_ = 0;
  int min_weight_ = nrc::kWeightReset;
  int max_weight_ = nrc::kWeightReset;
};

// Sources.

int white(std::uint32_t, const nrc::Prediction&, std::mt19937& rng) {
  return static_cast<int>(rng() % (1u << kCodeWidth)) + kMin;
}

/// Around the prediction: small residuals, both signs and zero.
int near(std::uint32_t, const nrc::Prediction& prediction, std::mt19937& rng) {
  return prediction.code + static_cast<int>(rng() % 7) - 3;
}

/// The code that is predicted, or the one next to it: with a fraction, innovations about half a
/// code.
int nearest(std::uint32_t, const nrc::Prediction& prediction, std::mt19937& rng) {
  return prediction.code + static_cast<int>(rng() % 4 == 0) - static_cast<int>(rng() % 4 == 0);
}

/// Each channel swings between the smallest and the largest code.
class Extremes {
 public:
  int operator()(std::uint32_t channel, const nrc::Prediction&, std::mt19937&) {
    high_[channel] = !high_[channel];
    return high_[channel] ? kMax : kMin;
  }

 private:
  std::vector<bool> high_ = std::vector<bool>(kChannels);
};

/// Steps of one code up to a twentieth of the range.
class RandomWalk {
 public:
  int operator()(std::uint32_t channel, const nrc::Prediction&, std::mt19937& rng) {
    const int step = std::max(1, (1 << kCodeWidth) / 20 >> channel % 5);
    const auto random = static_cast<int>(rng() % static_cast<unsigned>(2 * step + 1));
    last_[channel] = std::clamp(last_[channel] + random - step, kMin, kMax);
    return last_[channel];
  }

 private:
  std::vector<int> last_ = std::vector<int>(kChannels);
};

/// Always a little further from the level than predicted, which drives the weight up; from the end
/// of the range back to zero.
int outgrow(std::uint32_t, const nrc::Prediction& prediction, std::mt19937& rng) {
  const bool up = prediction.deviation != 0 ? prediction.deviation > 0 : rng() % 2 == 0;
  const int code = prediction.code + (up ? 1 : -1);
  return code < kMin || code > kMax ? 0 : code;
}

/// As many frames as make this many samples, within limits.
constexpr int frames_for(int samples) {
  return std::clamp(samples / static_cast<int>(kChannels), 20, 20000);
}

void test(unsigned seed, const Options& options, const Source& source) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Bench bench(seed);
  bench.run(options, source);
  bench.drain();
}

TEST(Predictor, White) { test(1, {frames_for(40000), 0, 0, 0}, white); }
TEST(Predictor, WhiteWithGapsAndResets) { test(2, {frames_for(40000), 30, 5, 0}, white); }
TEST(Predictor, NearThePrediction) { test(3, {frames_for(40000), 10, 1, 0}, near); }
TEST(Predictor, HalfACode) { test(14, {frames_for(40000), 0, 1, 0}, nearest); }
TEST(Predictor, RandomWalk) { test(4, {frames_for(40000), 0, 0, 0}, RandomWalk()); }
TEST(Predictor, RandomWalkWithGapsAndResets) {
  test(5, {frames_for(40000), 50, 3, 0}, RandomWalk());
}
TEST(Predictor, Outgrow) { test(6, {frames_for(40000), 0, 0, 0}, outgrow); }
TEST(Predictor, Extremes) { test(7, {frames_for(40000), 5, 1, 0}, Extremes()); }
TEST(Predictor, ResetInEveryFrame) { test(8, {30, 0, 100, 0}, white); }
TEST(Predictor, FramesCutShort) { test(9, {frames_for(40000), 2, 3, 20}, RandomWalk()); }

TEST(Predictor, Constant) {
  for (const int code : {kMin, -1, 0, 1, kMax}) {
    test(10, {40, 0, 0, 0}, [code](auto&&...) { return code; });
  }
}

TEST(Predictor, HardwareResetInFlight) {
  SCOPED_TRACE("seed 11");
  Bench bench(11);
  for (int i = 0; i < 4; ++i) {
    bench.run({3, 10, 0, 0}, white);
    bench.reset();
  }
  bench.run({10, 10, 0, 0}, white);
  bench.drain();
}

#if NRC_PARAM_CodeWidth >= 8  // too few codes to grow through
/// The weight has to travel 1229 steps to its lower limit, so this takes many frames.
TEST(Predictor, WeightReachesBothLimits) {
  SCOPED_TRACE("seeds 12 and 13");
  Bench down(12);
  down.run({1500, 0, 0, 0}, Extremes());
  down.drain();
  EXPECT_EQ(down.min_weight(), nrc::kWeightMin);
  Bench up(13);
  up.run({1500, 0, 0, 0}, outgrow);
  up.drain();
  EXPECT_EQ(up.max_weight(), nrc::kWeightMax);
}
#endif

}  // namespace
