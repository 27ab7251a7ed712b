// SPDX-License-Identifier: Apache-2.0
//
// nrc_interval against nrc::IntervalModel: cumulative frequency, frequency, escape and plain bits
// of every code in the clock in which they are due. The edges come from nrc::Linearizer; those that
// an outermost code lacks are random.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "Vnrc_interval.h"
#include "bench_random.hpp"
#include "nrc/range_tables.hpp"
#include "rtl_constants.hpp"
#include "stages/interval.hpp"
#include "stages/linearizer.hpp"
#include "tables/range_memory.hpp"
#include "verilated_dut.hpp"

namespace {

using nrc::tb::drive;

constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr bool kLoadable = NRC_PARAM_LoadableTables != 0;
constexpr long kLatency = NRC_PARAM_Pipeline == nrc::rtl::kPipelineShallow
                              ? nrc::rtl::kShallowIntervalLatency
                              : nrc::rtl::kIntervalLatency;

constexpr int kMin = -(1 << (kCodeWidth - 1));
constexpr int kMax = (1 << (kCodeWidth - 1)) - 1;
constexpr int kMinPrediction = kMin * 64;
constexpr int kMaxPrediction = kMax * 64;
constexpr int kMaxIndex = 16 * (kCodeWidth - 1) + 15 + 15;  ///< largest scale, largest burst

/// Low bits of a signed number, as on a port.
constexpr std::uint32_t bits(std::int32_t value, int width) {
  return static_cast<std::uint32_t>(value) & ((1u << width) - 1);
}

/// The built-in tables, with a scale at reset that fits codes of any width; random frequencies if
/// they are loaded.
nrc::RangeTables make_tables() {
  nrc::RangeTables tables = nrc::RangeTables::builtin(NRC_TABLES);
  tables.initial_scale = nrc::kMinScale;
  if (kLoadable) {
    nrc::tb::Random rng(7);
    for (std::uint16_t& c : tables.cumulative) {
      c = static_cast<std::uint16_t>(rng.range(32776, 65535));
    }
    std::sort(tables.cumulative.begin(), tables.cumulative.end());
    tables.validate();
  }
  return tables;
}

class Bench {
 public:
  explicit Bench(std::uint32_t seed) : rng_(seed) { reset(); }

  void reset() {
    dut_->rst_ni = 0;
    dut_->valid_i = 1;
    for (int i = 0; i < 3; ++i) dut_.tick();
    EXPECT_EQ(dut_->valid_o, 0);
    dut_->rst_ni = 1;
    dut_->valid_i = 0;
    pending_.clear();
    clock_ += 3;
    if (kLoadable) load();
  }

  void load() {
    const std::vector<std::uint16_t> words = nrc::range_memory(tables_);
    dut_->table_we_i = 1;
    for (std::size_t i = 0; i < nrc::kDeviates; ++i) {
      dut_->table_addr_i = static_cast<std::uint16_t>(i);
      dut_->table_wdata_i = words[i];
      dut_.tick();
      ++clock_;
    }
    dut_->table_we_i = 0;
  }

  void put(int code, int prediction, int index) {
    const Sample sample{code, prediction, index};
    step(&sample);
  }
  void gap() { step(nullptr); }
  void drain() {
    for (int i = 0; i < 10 && !testing::Test::HasFatalFailure(); ++i) gap();
    EXPECT_TRUE(pending_.empty());
  }

  nrc::tb::Random& rng() { return rng_; }
  int escapes() const { return escapes_; }
  int intervals() const { return intervals_; }
  int groups() const { return groups_; }

 private:
  struct Sample {
    int code;
    int prediction;
    int index;
  };
  struct Due {
    long clock;
    Sample sample;
  };

  void step(const Sample* sample) {
    constexpr int kValueWidth = kCodeWidth + nrc::kFracBits;
    Sample now{rng_.range(kMin, kMax), rng_.range(kMinPrediction, kMaxPrediction),
               rng_.range(0, kMaxIndex)};
    if (sample != nullptr) {
      now = *sample;
      pending_.push_back({clock_ + kLatency, now});
    }
    const nrc::CodeInterval& edges = linearizer_.interval(static_cast<nrc::Code>(now.code));
    const auto random = static_cast<std::int32_t>(rng_());
    dut_->valid_i = sample != nullptr;
    drive(dut_->code_i, bits(now.code, kCodeWidth));
    drive(dut_->low_i, bits(now.code == kMin ? random : edges.low, kValueWidth));
    drive(dut_->high_i, bits(now.code == kMax ? random : edges.high, kValueWidth));
    dut_->lowest_i = now.code == kMin;
    dut_->highest_i = now.code == kMax;
    drive(dut_->pred_value_i, bits(now.prediction, kValueWidth));
    drive(dut_->index_i, now.index);

    dut_.tick();
    ++clock_;

    const bool valid = !pending_.empty() && pending_.front().clock == clock_;
    ASSERT_EQ(dut_->valid_o, valid) << "clock " << clock_;
    if (!valid) return;
    const Sample due = pending_.front().sample;
    pending_.pop_front();
    const nrc::Interval interval =
        golden_.of(static_cast<nrc::Code>(due.code), due.prediction, due.index);
    (interval.escape() ? escapes_ : intervals_)++;
    ASSERT_EQ(dut_->low_o, interval.low) << where(due);
    ASSERT_EQ(dut_->frequency_o, interval.frequency) << where(due);
    ASSERT_EQ(dut_->escape_o, interval.escape()) << where(due);
    ASSERT_EQ(dut_->plain_o, golden_.plain_bits(due.index)) << where(due);
    groups_ += dut_->plain_o != 0;
  }

  testing::Message where(const Sample& s) const {
    return testing::Message() << "code " << s.code << " p " << s.prediction << " index " << s.index
                              << " clock " << clock_;
  }

  nrc::tb::Dut<Vnrc_interval> dut_;
  nrc::tb::Random rng_;
  const nrc::RangeTables tables_ = make_tables();
  nrc::Linearizer linearizer_{tables_, kCodeWidth};
  nrc::IntervalModel golden_{tables_, linearizer_};
  std::deque<Due> pending_;
  int escapes_ = 0;
  int intervals_ = 0;
  int groups_ = 0;
  long clock_ = 0;
};

/// A prediction from which the code is a random number of deviates away, seldom beyond the limits.
int near(int code, int index, nrc::tb::Random& rng) {
  const double width = nrc::IntervalModel::deviate_width(index);
  const double deviates = rng.range(-1100, 1100) / (1 << rng.range(0, 10));
  const double prediction = code * 64.0 - deviates * width;
  return static_cast<int>(std::clamp(prediction, double{kMinPrediction}, double{kMaxPrediction}));
}

int outermost(nrc::tb::Random& rng) { return rng.flip() ? kMin : kMax; }

void random_run(Bench& bench, int samples, std::uint32_t gap_percent) {
  nrc::tb::Random& rng = bench.rng();
  for (int i = 0; i < samples && !testing::Test::HasFatalFailure(); ++i) {
    while (rng.percent(gap_percent)) bench.gap();
    const int index = rng.range(0, kMaxIndex);
    const int code = rng.percent(5) ? outermost(rng) : rng.range(kMin, kMax);
    bench.put(code, near(code, index, rng), index);
  }
}

TEST(Interval, NearThePrediction) {
  SCOPED_TRACE("seed 1");
  Bench bench(1);
  random_run(bench, 200000, 0);
  bench.drain();
  EXPECT_GT(bench.escapes(), 100);
  EXPECT_GT(bench.intervals(), 1000);
  EXPECT_EQ(bench.groups() > 1000, kCodeWidth > nrc::kPlainWidth);
}

TEST(Interval, WithGaps) {
  SCOPED_TRACE("seed 2");
  Bench bench(2);
  random_run(bench, 50000, 40);
  bench.drain();
}

/// Codes and predictions from anywhere: most are beyond the limits at small indices.
TEST(Interval, Anywhere) {
  SCOPED_TRACE("seed 3");
  Bench bench(3);
  nrc::tb::Random& rng = bench.rng();
  for (int i = 0; i < 100000 && !HasFatalFailure(); ++i) {
    bench.put(rng.range(kMin, kMax), rng.range(kMinPrediction, kMaxPrediction),
              rng.range(0, kMaxIndex));
  }
  bench.drain();
}

/// The codes and predictions at and next to the ends of the range and to zero, at all indices.
TEST(Interval, Extremes) {
  SCOPED_TRACE("seed 4");
  Bench bench(4);
  const std::vector<int> codes = {kMin, kMin + 1, -2, -1, 0, 1, kMax - 1, kMax};
  const std::vector<int> predictions = {
      kMinPrediction,     kMinPrediction + 1, -64, -33, -32, -1, 0, 1, 31, 32, 33,
      kMaxPrediction - 1, kMaxPrediction};
  for (int index = 0; index <= kMaxIndex; ++index) {
    for (const int code : codes) {
      for (const int prediction : predictions) {
        bench.put(code, prediction, index);
        if (HasFatalFailure()) return;
      }
    }
  }
  bench.drain();
}

/// Predictions that step through the smallest differences: every deviate about zero and about the
/// limits, at both signs.
TEST(Interval, EveryDifference) {
  SCOPED_TRACE("seed 5");
  Bench bench(5);
  for (int index = 0; index <= std::min(kMaxIndex, 40); index += 3) {
    for (int d = -2500; d <= 2500; ++d) {
      const int prediction = std::clamp(-d, kMinPrediction, kMaxPrediction);
      bench.put(0, prediction, index);
      if (HasFatalFailure()) return;
    }
  }
  bench.drain();
}

TEST(Interval, HardwareResetInFlight) {
  SCOPED_TRACE("seed 6");
  Bench bench(6);
  for (int i = 0; i < 20; ++i) {
    random_run(bench, 3 + i, 20);
    bench.reset();
  }
  random_run(bench, 100, 20);
  bench.drain();
}

}  // namespace
