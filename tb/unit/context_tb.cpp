// SPDX-License-Identifier: Apache-2.0
//
// nrc_context against nrc::Context: the table and raw bits of every code, in the clock in
// which they are due. The bench takes the predictor's part: predicted codes and innovations are
// random, with amplitudes that take the scale through all classes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "Vnrc_context.h"
#include "rtl_constants.hpp"
#include "stages/context.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr std::uint32_t kChannels = NRC_PARAM_Channels;
constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr int kUpdateDelay = NRC_PARAM_UpdateDelay;

constexpr bool kShallow = NRC_PARAM_Pipeline == nrc::rtl::kPipelineShallow;
constexpr long kPredictLatency =
    kShallow ? nrc::rtl::kShallowPredictLatency : nrc::rtl::kPredictLatency;
constexpr long kContextLatency =
    kShallow ? nrc::rtl::kShallowContextLatency : nrc::rtl::kContextLatency;
constexpr long kInnovationLatency =
    kShallow ? nrc::rtl::kShallowInnovationLatency : nrc::rtl::kInnovationLatency;
// The shallow loop could close a clock sooner, were it not for nrc_packet_writer.
constexpr long kLoopLatency =
    (kShallow ? nrc::rtl::kShallowLoopLatency - 1 : nrc::rtl::kLoopLatency) + kUpdateDelay;

constexpr int kMin = -(1 << (kCodeWidth - 1));
constexpr int kMax = (1 << (kCodeWidth - 1)) - 1;
constexpr int kMaxInnovation = ((1 << kCodeWidth) - 1) * 64;

constexpr std::uint32_t bits(std::int32_t value, int width) {
  return static_cast<std::uint32_t>(value) & ((1u << width) - 1);
}

/// Drives a port, whatever type its width gave it.
template <class Port, class Value>
void set(Port& port, Value value) {
  port = static_cast<Port>(value);
}

#ifdef NRC_PARAM_ClassBelow

#define NRC_TEXT2(x) #x
#define NRC_TEXT(x) NRC_TEXT2(x)

/// Numbers of a Verilog literal of 16 bits for each class, class 0 last.
std::vector<std::uint16_t> fields(const std::string& literal) {
  const std::string digits = literal.substr(literal.find('h') + 1);
  std::vector<std::uint16_t> values;
  for (std::size_t end = digits.size(); end >= 4; end -= 4) {
    values.push_back(
        static_cast<std::uint16_t>(std::stoul(digits.substr(end - 4, 4), nullptr, 16)));
  }
  return values;
}

nrc::TableSet make_tables() {
  nrc::TableSet tables = nrc::TableSet::builtin(NRC_TABLES);
  const std::vector<std::uint16_t> below = fields(NRC_TEXT(NRC_PARAM_ClassBelow));
  const std::vector<std::uint16_t> first_table = fields(NRC_TEXT(NRC_PARAM_ClassFirstTable));
  const std::vector<std::uint16_t> modulus_bits = fields(NRC_TEXT(NRC_PARAM_ClassModulusBits));
  const std::vector<std::uint16_t> split = fields(NRC_TEXT(NRC_PARAM_ClassSplit));
  const std::vector<std::uint16_t> raw_bits = fields(NRC_TEXT(NRC_PARAM_ClassRawBits));
  tables.classes.clear();
  for (std::size_t k = 0; k < below.size(); ++k) {
    tables.classes.push_back({below[k], first_table[k], static_cast<std::uint8_t>(modulus_bits[k]),
                              split[k] != 0, static_cast<std::uint8_t>(raw_bits[k])});
  }
  return tables;
}

#else

nrc::TableSet make_tables() { return nrc::TableSet::builtin(NRC_TABLES); }

#endif

/// Amplitude of the innovations, where it is not random.
enum class Amplitude { kRandom, kZero, kLargest };

struct Options {
  int frames = 100;
  unsigned gap_percent = 0;      ///< of clocks without a sample
  unsigned reset_per_mille = 0;  ///< of frames that reset, besides the first
  unsigned cut_percent = 0;      ///< of frames that end too soon; the next is a reset frame at once
  int hold_frames = 100;         ///< frames with one random amplitude
  Amplitude amplitude = Amplitude::kRandom;
};

class Bench {
 public:
  explicit Bench(unsigned seed)
      : rng_(seed), states_(kChannels), entered_(kChannels, -1000), amplitudes_(kChannels) {
    dut_->rst_ni = 0;
    dut_->valid_i = 0;
    for (int i = 0; i < 3; ++i) dut_.tick();
    dut_->rst_ni = 1;
  }

  void run(const Options& options) {
    bool cut = false;
    for (int frame = 0; frame < options.frames; ++frame) {
      const bool reset = clock_ == 0 || cut || rng_() % 1000 < options.reset_per_mille;
      const bool hurry = cut;
      cut = rng_() % 100 < options.cut_percent;
      const auto channels = cut ? 1 + static_cast<std::uint32_t>(rng_() % kChannels) : kChannels;
      for (std::uint32_t channel = 0; channel < channels; ++channel) {
        if (frame % options.hold_frames == 0) choose_amplitude(channel, options.amplitude);
        while ((!hurry && clock_ - entered_[channel] < kLoopLatency) ||
               rng_() % 100 < options.gap_percent) {
          step(nullptr);
          if (testing::Test::HasFatalFailure()) return;
        }
        nrc::ContextState& state = states_[channel];
        Sample sample{channel, reset, predicted_code(), innovation(channel), {}, boost()};
        sample.context = golden_.select(state, sample.predicted_code, reset);
        classes_.insert(golden_.class_of(reset ? tables_.initial_scale : state.scale));
        golden_.update(state, sample.innovation, reset, sample.boost);
        entered_[channel] = clock_;
        step(&sample);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
    for (int i = 0; i < 20 + kUpdateDelay; ++i) step(nullptr);
    EXPECT_TRUE(contexts_.empty() && innovations_.empty());
  }

  /// Classes that were in use, and those that a code of this width can lead to.
  std::size_t used_classes() const { return classes_.size(); }
  std::size_t reachable_classes() const {
    return static_cast<std::size_t>(golden_.class_of(((1u << (kCodeWidth + 2)) - 1) << 4)) + 1;
  }

 private:
  struct Sample {
    std::uint32_t channel;
    bool reset;
    int predicted_code;
    int innovation;
    nrc::CodingContext context;
    int boost;
  };
  struct Due {
    long clock;
    Sample sample;
  };

  void choose_amplitude(std::uint32_t channel, Amplitude amplitude) {
    spikes_ = amplitude == Amplitude::kRandom;
    if (amplitude == Amplitude::kRandom) {
      amplitudes_[channel] = static_cast<int>((1u << rng_() % (kCodeWidth + 7)) - 1);
    } else {
      amplitudes_[channel] = amplitude == Amplitude::kZero ? 0 : kMaxInnovation;
    }
  }

  /// Of any size, so that the bounds of every `split` are met.
  int predicted_code() {
    const auto shift = rng_() % static_cast<unsigned>(kCodeWidth);
    const auto code = static_cast<int>(rng_() % (1u << kCodeWidth)) + kMin;
    return std::clamp((code >> shift) + static_cast<int>(rng_() % 3) - 1, kMin, kMax);
  }

  int innovation(std::uint32_t channel) {
    if (spikes_ && rng_() % 100 == 0) return rng_() % 2 == 0 ? kMaxInnovation : -kMaxInnovation;
    const int amplitude = amplitudes_[channel];
    const auto random = static_cast<int>(rng_() % static_cast<unsigned>(2 * amplitude + 1));
    return std::clamp(random - amplitude, -kMaxInnovation, kMaxInnovation);
  }

  /// None where the scale is to go through all classes, elsewhere seldom one.
  int boost() { return spikes_ && rng_() % 8 == 0 ? static_cast<int>(rng_() % 8) : 0; }

  void step(const Sample* sample) {
    dut_->valid_i = sample != nullptr;
    set(dut_->channel_i, sample != nullptr ? sample->channel : rng_() % kChannels);
    dut_->reset_i = sample != nullptr ? sample->reset : rng_() & 1;
    if (sample != nullptr) {
      predictions_.push_back({clock_ + kPredictLatency, *sample});
      contexts_.push_back({clock_ + kPredictLatency + kContextLatency, *sample});
      innovations_.push_back(
          {clock_ + kPredictLatency + kUpdateDelay + kInnovationLatency, *sample});
    }

    Sample now{static_cast<std::uint32_t>(rng_() % kChannels),
               (rng_() & 1) != 0,
               static_cast<int>(rng_()),
               static_cast<int>(rng_()),
               {},
               static_cast<int>(rng_() % 8)};
    dut_->pred_valid_i = !predictions_.empty() && predictions_.front().clock == clock_;
    if (dut_->pred_valid_i) {
      now.predicted_code = predictions_.front().sample.predicted_code;
      predictions_.pop_front();
    }
    dut_->innovation_valid_i = !innovations_.empty() && innovations_.front().clock == clock_;
    if (dut_->innovation_valid_i) {
      const Sample& from = innovations_.front().sample;
      now.channel = from.channel;
      now.reset = from.reset;
      now.innovation = from.innovation;
      now.boost = from.boost;
      innovations_.pop_front();
    }
    set(dut_->pred_code_i, bits(now.predicted_code, kCodeWidth));
    set(dut_->innovation_channel_i, now.channel);
    dut_->innovation_reset_i = now.reset;
    dut_->innovation_boost_i = static_cast<std::uint8_t>(now.boost);
    dut_->innovation_value_i = bits(now.innovation, kCodeWidth + 7);

    dut_.eval();  // the shallow pipeline's table is a function of pred_code_i

    const bool valid = !contexts_.empty() && contexts_.front().clock == clock_;
    ASSERT_EQ(dut_->valid_o, valid) << "clock " << clock_;
    if (valid) {
      const Sample& due = contexts_.front().sample;
      ASSERT_EQ(dut_->table_o, due.context.table)
          << "channel " << due.channel << " q " << due.predicted_code << " clock " << clock_;
      ASSERT_EQ(dut_->raw_bits_o, due.context.raw_bits)
          << "channel " << due.channel << " clock " << clock_;
      contexts_.pop_front();
    }
    dut_.tick();
    ++clock_;
  }

  nrc::tb::Dut<Vnrc_context> dut_;
  std::mt19937 rng_;
  nrc::TableSet tables_ = make_tables();
  nrc::Context golden_{tables_, kCodeWidth};
  std::vector<nrc::ContextState> states_;
  std::vector<long> entered_;    ///< clock of each channel's last sample
  std::vector<int> amplitudes_;  ///< of each channel's innovations, 1/64 code
  bool spikes_ = true;           ///< mix in innovations of the largest size
  std::set<int> classes_;
  std::deque<Due> predictions_;
  std::deque<Due> innovations_;
  std::deque<Due> contexts_;
  long clock_ = 0;
};

constexpr int frames_for(int samples) {
  return std::clamp(samples / static_cast<int>(kChannels), 20, 20000);
}

void test(unsigned seed, const Options& options) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Bench bench(seed);
  bench.run(options);
}

TEST(Context, WithoutGaps) { test(1, {frames_for(40000), 0, 0, 0, 100, Amplitude::kRandom}); }
TEST(Context, WithGapsAndResets) {
  test(2, {frames_for(40000), 30, 20, 0, 50, Amplitude::kRandom});
}
TEST(Context, ResetInEveryFrame) { test(3, {30, 0, 1000, 0, 10, Amplitude::kRandom}); }
TEST(Context, FramesCutShort) { test(4, {frames_for(40000), 2, 3, 10, 20, Amplitude::kRandom}); }

/// The scale moves by 1/256 of the way in a frame, so this takes many frames.
TEST(Context, EveryClassIsUsed) {
  SCOPED_TRACE("seed 5");
  Bench bench(5);
  bench.run({1500, 0, 0, 0, 1500, Amplitude::kLargest});
  bench.run({2500, 0, 0, 0, 2500, Amplitude::kZero});
  EXPECT_EQ(bench.used_classes(), bench.reachable_classes());
}

}  // namespace
