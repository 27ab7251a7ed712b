// SPDX-License-Identifier: Apache-2.0
//
// The bench of the stages nrc_range and nrc_narrow_coder, with the tests that both have: every
// word, with the final bit of its packet, its length and latency, is the golden model's. The words,
// packed by nrc::CarryPacker, are also decoded.
//
// A `Stage` has the types Top (Verilator's class), Encoder and Decoder, and as constants
// kCodeWidth, kLatency, kFlushLatency (clocks from a flush to its word), kLowest and kTop (where
// intervals are), kLeastFrequency, kMaxPlain (plain bits of a code), and as static functions
//
//   randomise(top, rng)          random inputs that only this stage has, and intervals
//   drive(top, rng, step)        the interval of a step; the code is on its port
//   encode(encoder, step)        the golden model's word of a code that is not verbatim
//   decode_plain(decoder, step)  checks the plain bits of a code
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <vector>

#include "bench_random.hpp"
#include "stages/range.hpp"
#include "verilated_dut.hpp"

namespace nrc::tb {

struct RangeStep {
  Interval interval;  ///< of frequency 0: an escape
  Code code;          ///< sent by an escape, a verbatim code or plain bits
  int plain = 0;      ///< number of plain bits; ignored for an escape
  bool verbatim = false;

  bool escape() const { return interval.frequency == 0; }
};

template <class Stage>
class RangeCoderBench {
 public:
  explicit RangeCoderBench(unsigned seed) : rng_(seed) {
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

  ~RangeCoderBench() {
    gap(Stage::kLatency + 2);
    EXPECT_TRUE(expected_.empty()) << "words that never came";
  }

  void put(const RangeStep& step, bool packet_end) {
    randomise();
    dut_->valid_i = 1;
    dut_->verbatim_i = step.verbatim;
    if (step.escape() || step.plain != 0 || step.verbatim) drive(dut_->code_i, port(step.code));
    Stage::drive(*dut_, rng_, step);
    dut_->packet_end_i = packet_end;

    CarryWord word = step.verbatim ? golden_.verbatim(step.code) : Stage::encode(golden_, step);
    longest_ = std::max(longest_, word.length);
    packer_.put(word);
    packet_.push_back(step);
    if (packet_end) {
      const CarryWord final = golden_.finish();
      packer_.put(final);
      word = {(word.bits << 1) + final.bits, word.length + 1};
      decode();
    }
    expected_.push_back({word, clock_ + Stage::kLatency});
    tick();
  }

  /// Ends the packet without a code.
  void flush() {
    gap(Stage::kLatency);
    randomise();
    dut_->valid_i = 0;
    dut_->flush_i = 1;
    const CarryWord final = golden_.finish();
    packer_.put(final);
    decode();
    expected_.push_back({final, clock_ + Stage::kFlushLatency});
    tick();
    dut_->flush_i = 0;
    gap(Stage::kFlushLatency);
  }

  void gap(int clocks = 1) {
    for (int i = 0; i < clocks; ++i) {
      randomise();
      dut_->valid_i = 0;
      tick();
    }
  }

  /// An interval of this length, anywhere.
  RangeStep interval(int frequency) {
    const int last = Stage::kTop - frequency;
    const int low = rng_.percent(10)   ? Stage::kLowest
                    : rng_.percent(10) ? last
                                       : rng_.range(Stage::kLowest, last);
    const int plain = rng_.flip()   ? 0
                      : rng_.flip() ? Stage::kMaxPlain
                                    : rng_.range(0, Stage::kMaxPlain);
    return {{static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(frequency)},
            any_code(),
            plain,
            false};
  }

  RangeStep escape() { return {{0, 0}, any_code(), rng_.range(0, Stage::kMaxPlain), false}; }

  /// Frequencies of all magnitudes.
  RangeStep any(std::uint32_t escape_percent) {
    if (rng_.percent(escape_percent)) return escape();
    constexpr int kMost = Stage::kTop - Stage::kLowest;
    int bits = 1;
    while (kMost >> bits != 0) ++bits;
    const int magnitude = rng_.range(1, bits);
    int frequency = rng_.range(1 << (magnitude - 1), (1 << magnitude) - 1);
    if (rng_.percent(20)) frequency = 1 << (magnitude - 1);
    if (rng_.percent(10)) frequency = (1 << magnitude) - 1;
    return interval(std::clamp(frequency, Stage::kLeastFrequency, kMost));
  }

  /// A packet that begins with verbatim codes, or has none.
  void packet(int codes, std::uint32_t escape_percent, std::uint32_t gap_percent,
              bool flushed = false) {
    const int verbatim = rng_.flip() ? rng_.range(0, codes) : 0;
    for (int i = 0; i < codes; ++i) {
      while (rng_.percent(gap_percent)) gap();
      RangeStep step = any(escape_percent);
      step.verbatim = i < verbatim;
      put(step, i + 1 == codes && !flushed);
      if (testing::Test::HasFatalFailure()) return;
    }
    if (flushed) flush();
  }

  Random& rng() { return rng_; }
  int longest() const { return longest_; }
  int carries() const { return carries_; }

 private:
  struct Output {
    CarryWord word;
    long due;
  };

  Code any_code() {
    const int half = 1 << (Stage::kCodeWidth - 1);
    const int code = rng_.percent(20)   ? -half
                     : rng_.percent(20) ? half - 1
                     : rng_.percent(20) ? rng_.range(-1, 0)
                                        : rng_.range(-half, half - 1);
    return static_cast<Code>(code);
  }

  static std::uint16_t port(int code) {
    return static_cast<std::uint16_t>(static_cast<unsigned>(code) &
                                      ((1U << Stage::kCodeWidth) - 1));
  }

  void randomise() {
    Stage::randomise(*dut_, rng_);
    dut_->verbatim_i = rng_() & 1;
    drive(dut_->code_i, port(static_cast<int>(rng_() & 0xFFFF)));
    dut_->packet_end_i = rng_() & 1;
  }

  /// What the packet's words mean.
  void decode() {
    const std::vector<std::uint8_t> payload = packer_.take();
    typename Stage::Decoder decoder(payload.data(), payload.size(), Stage::kCodeWidth);
    for (const RangeStep& step : packet_) {
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
        Stage::decode_plain(decoder, step);
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

  Dut<typename Stage::Top> dut_;
  Random rng_;
  typename Stage::Encoder golden_{Stage::kCodeWidth};
  CarryPacker packer_;
  std::vector<RangeStep> packet_;
  std::deque<Output> expected_;
  int longest_ = 0;
  int carries_ = 0;
  long clock_ = 0;
};

/// Each frequency after each of some others, so that the range takes values of all kinds.
template <class Stage>
void every_frequency() {
  RangeCoderBench<Stage> bench(1);
  for (int f = Stage::kLeastFrequency; f <= Stage::kTop - Stage::kLowest; ++f) {
    bench.put(bench.interval(f), false);
    bench.put(bench.any(0), f % 100 == 0);
    if (testing::Test::HasFatalFailure()) return;
  }
  bench.put(bench.escape(), true);
}

/// The longest shifts, of the largest and the smallest ranges, and the lightest codes.
template <class Stage>
void extremes(std::initializer_list<int> frequencies) {
  RangeCoderBench<Stage> bench(2);
  for (const int first : frequencies) {
    for (const int second : frequencies) {
      for (const int third : frequencies) {
        bench.put(bench.interval(first), bench.rng().percent(10));
        bench.put(bench.interval(second), bench.rng().percent(10));
        bench.put(bench.interval(third), true);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

template <class Stage>
void back_to_back() {
  RangeCoderBench<Stage> bench(3);
  for (int i = 0; i < 3000; ++i) {
    bench.packet(bench.rng().range(2, 300), bench.rng().percent(50) ? 0 : 10, 0);
    if (testing::Test::HasFatalFailure()) return;
  }
  bench.gap(Stage::kLatency);
  EXPECT_GT(bench.carries(), 1000);
}

template <class Stage>
void with_gaps() {
  RangeCoderBench<Stage> bench(4);
  for (int i = 0; i < 500; ++i) {
    bench.packet(bench.rng().range(1, 100), 5, 50, i % 3 == 0);
    if (testing::Test::HasFatalFailure()) return;
  }
}

template <class Stage>
void one_code() {
  RangeCoderBench<Stage> bench(5);
  for (int i = 0; i < 20000; ++i) {
    bench.packet(1, 20, bench.rng().percent(50) ? 0 : 50);
    if (testing::Test::HasFatalFailure()) return;
  }
}

/// @param longest  bits that a word has at most
template <class Stage>
void escapes(int longest) {
  RangeCoderBench<Stage> bench(6);
  for (int i = 0; i < 1000; ++i) {
    bench.packet(bench.rng().range(1, 40), bench.rng().flip() ? 100 : 50, 0);
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_EQ(bench.longest(), longest);
}

/// Codes of almost no information at all: words without bits, or of plain bits alone.
/// @param missing  from the largest frequency, at most
template <class Stage>
void likely(int missing) {
  RangeCoderBench<Stage> bench(7);
  for (int i = 0; i < 100; ++i) {
    const int codes = bench.rng().range(1, 3000);
    for (int n = 0; n < codes; ++n) {
      const int less =
          bench.rng().percent(2) ? bench.rng().range(0, missing) : bench.rng().range(0, 20);
      bench.put(bench.interval(Stage::kTop - Stage::kLowest - less), n + 1 == codes);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace nrc::tb
