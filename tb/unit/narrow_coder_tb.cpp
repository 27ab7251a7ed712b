// SPDX-License-Identifier: Apache-2.0
//
// nrc_narrow_coder against nrc::RangeEncoder with the precision of the narrow state: every word,
// with the final bit of its packet, its length and latency. The words, packed by nrc::CarryPacker,
// are also decoded by nrc::RangeDecoder.
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <vector>

#include "Vnrc_narrow_coder.h"
#include "bench_random.hpp"
#include "rtl_constants.hpp"
#include "stages/narrow_coder.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr int kLatency = nrc::rtl::kNarrowCoderLatency;
constexpr int kFlushLatency = 1;  ///< a flush joins after the loops
constexpr auto kPrecision = nrc::kNarrowPrecision;
constexpr int kFrequencyBits = nrc::kNarrowFrequencyBits;
constexpr int kLowest = 2;
constexpr int kTop = 8191;
constexpr nrc::Interval kEscape{0, 0};

struct Step {
  nrc::Interval interval;
  nrc::Code code;  // of an escape or a verbatim code
  bool verbatim = false;

  bool escape() const { return interval.frequency == 0; }
};

struct Output {
  nrc::CarryWord word;
  long due;
};

class Bench {
 public:
  explicit Bench(unsigned seed) : rng_(seed) {
    dut_->rst_ni = 0;
    dut_->flush_i = 0;
    dut_->valid_i = 1;
    for (int i = 0; i < 9; ++i) {
      randomise();
      dut_.tick();
      EXPECT_EQ(dut_->valid_o, 0);
    }
    dut_->valid_i = 0;
    dut_->rst_ni = 1;
  }

  ~Bench() {
    gap(kLatency + 2);
    EXPECT_TRUE(expected_.empty()) << "words that never came";
  }

  void put(const Step& step, bool packet_end) {
    randomise();
    dut_->valid_i = 1;
    dut_->verbatim_i = step.verbatim;
    if (!step.escape()) dut_->low_i = static_cast<std::uint16_t>(step.interval.low);
    dut_->frequency_i = static_cast<std::uint16_t>(step.interval.frequency);
    if (step.escape() || step.verbatim) nrc::tb::drive(dut_->code_i, code_port(step.code));
    dut_->packet_end_i = packet_end;

    nrc::CarryWord word =
        step.verbatim ? golden_.verbatim(step.code) : golden_.encode(step.interval, step.code);
    longest_ = word.length > longest_ ? word.length : longest_;
    packer_.put(word);
    packet_.push_back(step);
    if (packet_end) {
      const nrc::CarryWord final = golden_.finish();
      packer_.put(final);
      word = {(word.bits << 1) + final.bits, word.length + 1};
      decode();
    }
    expected_.push_back({word, clock_ + kLatency});
    tick();
  }

  /// Ends the packet without a code.
  void flush() {
    gap(kLatency);
    randomise();
    dut_->valid_i = 0;
    dut_->flush_i = 1;
    const nrc::CarryWord final = golden_.finish();
    packer_.put(final);
    decode();
    expected_.push_back({final, clock_ + kFlushLatency});
    tick();
    dut_->flush_i = 0;
    gap(kFlushLatency);
  }

  void gap(int clocks = 1) {
    for (int i = 0; i < clocks; ++i) {
      randomise();
      dut_->valid_i = 0;
      tick();
    }
  }

  /// An interval of this length, anywhere.
  Step interval(int frequency) {
    const int low = rng_.percent(10)   ? kLowest
                    : rng_.percent(10) ? kTop - frequency
                                       : rng_.range(kLowest, kTop - frequency);
    return {{static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(frequency)},
            any_code(),
            false};
  }

  Step escape() { return {kEscape, any_code(), false}; }

  /// Frequencies of all magnitudes.
  Step any(std::uint32_t escape_percent) {
    if (rng_.percent(escape_percent)) return escape();
    const int magnitude = rng_.range(1, kFrequencyBits);
    int frequency = rng_.range(1 << (magnitude - 1), (1 << magnitude) - 1);
    if (rng_.percent(20)) frequency = 1 << (magnitude - 1);
    if (rng_.percent(10)) frequency = (1 << magnitude) - 1;
    if (frequency > kTop - kLowest) frequency = kTop - kLowest;
    return interval(frequency);
  }

  /// A packet that begins with verbatim codes, or has none.
  void packet(int codes, std::uint32_t escape_percent, std::uint32_t gap_percent,
              bool flushed = false) {
    const int verbatim = rng_.flip() ? rng_.range(0, codes) : 0;
    for (int i = 0; i < codes; ++i) {
      while (rng_.percent(gap_percent)) gap();
      Step step = any(escape_percent);
      step.verbatim = i < verbatim;
      put(step, i + 1 == codes && !flushed);
      if (testing::Test::HasFatalFailure()) return;
    }
    if (flushed) flush();
  }

  nrc::tb::Random& rng() { return rng_; }
  int longest() const { return longest_; }
  int carries() const { return carries_; }

 private:
  nrc::Code any_code() {
    const int half = 1 << (kCodeWidth - 1);
    const int code = rng_.percent(20)   ? -half
                     : rng_.percent(20) ? half - 1
                     : rng_.percent(20) ? rng_.range(-1, 0)
                                        : rng_.range(-half, half - 1);
    return static_cast<nrc::Code>(code);
  }

  static std::uint16_t code_port(int code) {
    return static_cast<std::uint16_t>(static_cast<unsigned>(code) & ((1U << kCodeWidth) - 1));
  }

  void randomise() {
    dut_->low_i = rng_() & 0x1FFF;
    dut_->frequency_i = rng_() & 0x1FFF;
    dut_->verbatim_i = rng_() & 1;
    nrc::tb::drive(dut_->code_i, code_port(static_cast<int>(rng_() & 0xFFFF)));
    dut_->packet_end_i = rng_() & 1;
  }

  /// What the packet's words mean, while there is someone to ask.
  void decode() {
    const std::vector<std::uint8_t> payload = packer_.take();
    nrc::RangeDecoder decoder(payload.data(), payload.size(), kCodeWidth, kPrecision);
    for (const Step& step : packet_) {
      if (step.verbatim) {
        ASSERT_EQ(decoder.consume_verbatim(), step.code);
        continue;
      }
      const std::uint32_t target = decoder.target();
      if (step.escape()) {
        ASSERT_TRUE(decoder.escape(target));
        ASSERT_EQ(decoder.consume_escape(), step.code);
      } else {
        ASSERT_GE(target, step.interval.low);
        ASSERT_LT(target, step.interval.low + step.interval.frequency);
        decoder.consume(step.interval);
      }
    }
    ASSERT_FALSE(decoder.overrun());
    ASSERT_TRUE(decoder.padding_is_zero());
    packet_.clear();
  }

  void tick() {
    dut_.tick();
    ++clock_;
    const bool want = !expected_.empty() && expected_.front().due == clock_;
    ASSERT_EQ(dut_->valid_o, want);
    if (!want) return;
    const Output& output = expected_.front();
    ASSERT_EQ(dut_->length_o, output.word.length);
    ASSERT_EQ(dut_->bits_o, output.word.bits);
    carries_ += static_cast<int>(output.word.bits >> output.word.length);
    expected_.pop_front();
  }

  nrc::tb::Dut<Vnrc_narrow_coder> dut_;
  nrc::tb::Random rng_;
  nrc::RangeEncoder golden_{kCodeWidth, kPrecision};
  nrc::CarryPacker packer_;
  std::vector<Step> packet_;
  std::deque<Output> expected_;
  int longest_ = 0;
  int carries_ = 0;
  long clock_ = 0;
};

// Each frequency after each of some others, so that the range takes values of all kinds.
TEST(NarrowCoder, EveryFrequency) {
  Bench bench(1);
  for (int frequency = 1; frequency <= kTop - kLowest; ++frequency) {
    bench.put(bench.interval(frequency), false);
    bench.put(bench.any(0), frequency % 100 == 0);
    if (HasFatalFailure()) return;
  }
  bench.put(bench.escape(), true);
}

// The longest shifts, of the largest and the smallest ranges, and the lightest codes.
TEST(NarrowCoder, Extremes) {
  Bench bench(2);
  const int frequencies[] = {1,    2,    3,    4,    7,    8,    255,  256,
                             2047, 2048, 4095, 4096, 4097, 8187, 8188, kTop - kLowest};
  for (const int first : frequencies) {
    for (const int second : frequencies) {
      for (const int third : frequencies) {
        bench.put(bench.interval(first), bench.rng().percent(10));
        bench.put(bench.interval(second), bench.rng().percent(10));
        bench.put(bench.interval(third), true);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(NarrowCoder, BackToBack) {
  Bench bench(3);
  for (int i = 0; i < 3000; ++i) {
    bench.packet(bench.rng().range(2, 300), bench.rng().percent(50) ? 0 : 10, 0);
    if (HasFatalFailure()) return;
  }
  bench.gap(kLatency);
  EXPECT_GT(bench.carries(), 1000);
}

TEST(NarrowCoder, WithGaps) {
  Bench bench(4);
  for (int i = 0; i < 500; ++i) {
    bench.packet(bench.rng().range(1, 100), 5, 50, i % 3 == 0);
    if (HasFatalFailure()) return;
  }
}

TEST(NarrowCoder, OneCode) {
  Bench bench(5);
  for (int i = 0; i < 20000; ++i) {
    bench.packet(1, 20, bench.rng().percent(50) ? 0 : 50);
    if (HasFatalFailure()) return;
  }
}

TEST(NarrowCoder, Escapes) {
  Bench bench(6);
  for (int i = 0; i < 1000; ++i) {
    bench.packet(bench.rng().range(1, 40), bench.rng().flip() ? 100 : 50, 0);
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(bench.longest(), kCodeWidth + 12);
}

// Codes of almost no information at all: words without bits.
TEST(NarrowCoder, Likely) {
  Bench bench(7);
  for (int i = 0; i < 100; ++i) {
    const int codes = bench.rng().range(1, 3000);
    for (int n = 0; n < codes; ++n) {
      const int missing =
          bench.rng().percent(2) ? bench.rng().range(0, 7500) : bench.rng().range(0, 20);
      bench.put(bench.interval(kTop - kLowest - missing), n + 1 == codes);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
