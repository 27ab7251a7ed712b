// SPDX-License-Identifier: Apache-2.0
//
// nrc_huffman against nrc::HuffmanEncoder: every codeword, in the clock in
// which it is due. With LoadableTables the tables are random ones, written through the table port;
// otherwise they are those of the table set. What the design must not look at is random.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <vector>

#include "Vnrc_huffman.h"
#include "bench_random.hpp"
#include "nrc/table_set.hpp"
#include "rtl_constants.hpp"
#include "stages/huffman.hpp"
#include "verilated_dut.hpp"

namespace {

#ifndef NRC_PARAM_SymbolBits
#define NRC_PARAM_SymbolBits 0
#define NRC_PARAM_NumTables 0
#endif

constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr bool kLoadable = NRC_PARAM_LoadableTables != 0;
constexpr std::size_t kLatency = NRC_PARAM_Pipeline == nrc::rtl::kPipelineShallow
                                     ? nrc::rtl::kShallowHuffmanLatency
                                     : nrc::rtl::kHuffmanLatency;
constexpr int kMin = -(1 << (kCodeWidth - 1));
constexpr int kMax = (1 << (kCodeWidth - 1)) - 1;
constexpr int kMaxRawBits = std::min(nrc::kMaxRawBits, kCodeWidth);

constexpr std::uint32_t bits(std::int32_t value, int width) {
  return static_cast<std::uint32_t>(value) & ((1u << width) - 1);
}

/// Tables from nearly even to so steep that the longest codes have kMaxCodeLength bits.
nrc::TableSet random_tables(nrc::tb::Random& rng) {
  nrc::TableSet set;
  set.symbol_bits = NRC_PARAM_SymbolBits;
  for (int table = 0; table < NRC_PARAM_NumTables; ++table) {
    const double steepness = 1.0 + 0.01 * rng.range(0, 149);
    std::vector<double> weights;
    for (int s = 0; s < set.symbols(); ++s) weights.push_back(std::pow(steepness, -(s % 40)));
    std::shuffle(weights.begin(), weights.end(), rng);
    set.lengths.push_back(nrc::limited_lengths(weights, nrc::kMaxCodeLength));
  }
  return set;
}

struct Expected {
  bool valid = false;
  nrc::Codeword codeword{};
};

const nrc::TableSet& rounded_tables() { return nrc::TableSet::builtin("generic"); }

class Bench {
 public:
  Bench(unsigned seed, const nrc::TableSet& set)
      : rng_(seed),
        set_(set),
        golden_(set, kCodeWidth),
        rounded_golden_(rounded_tables(), kCodeWidth),
        pipeline_(kLatency) {
    dut_->rst_ni = 0;
    dut_->valid_i = 1;
    dut_->table_we_i = 0;
    dut_->rounded_i = 0;
    for (int i = 0; i < 8; ++i) dut_.tick();
    EXPECT_EQ(dut_->valid_o, 0);
    dut_->valid_i = 0;
    dut_->rst_ni = 1;
  }

  /// Writes all tables, in random order.
  void load() {
    std::vector<std::uint32_t> order(golden_.memory().size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), rng_);
    for (const std::uint32_t address : order) {
      dut_->table_we_i = 1;
      nrc::tb::drive(dut_->table_addr_i, address);
      dut_->table_wdata_i = golden_.memory()[address];
      dut_.tick();
    }
    dut_->table_we_i = 0;
  }

  void gap() { step({}, 0, 0, {0, 0}, false); }

  /// A number of a multiple, with a table of those for rounded codes.
  void rounded(int number, int predicted, const nrc::CodingContext& context) {
    Expected expected;
    expected.valid = true;
    expected.codeword = rounded_golden_.encode(static_cast<nrc::Code>(number), predicted, context);
    dut_->rounded_i = 1;
    step(expected, number, predicted, context, false);
    dut_->rounded_i = 0;
  }

  void sample(int code, int predicted, const nrc::CodingContext& context, bool verbatim = false) {
    Expected expected;
    expected.valid = true;
    const auto value = static_cast<nrc::Code>(code);
    expected.codeword =
        verbatim ? golden_.verbatim(value) : golden_.encode(value, predicted, context);
    longest_ = std::max(longest_, expected.codeword.length);
    shortest_ = std::min(shortest_, expected.codeword.length);
    step(expected, code, predicted, context, verbatim);
  }

  void drain() {
    for (std::size_t i = 0; i < kLatency + 1; ++i) gap();
  }

  nrc::CodingContext random_context() {
    return {rng_.range(0, static_cast<int>(set_.lengths.size()) - 1), rng_.range(0, kMaxRawBits)};
  }

  int random_code() { return rng_.range(kMin, kMax); }

  /// A code that lies where it matters: around the borders of the table, or anywhere.
  int code_near(int predicted, const nrc::CodingContext& context) {
    const int half = set_.symbols() / 2;
    const int range = half << context.raw_bits;
    int residual = 0;
    switch (rng_() % 4) {
      case 0:
        residual = rng_.range(-16, 16);
        break;
      case 1:
        residual = rng_.range(-range, range);
        break;
      case 2:
        residual = (rng_.flip() ? range : -range) + rng_.range(-3, 3) +
                   (rng_.flip() ? 1 << context.raw_bits : 0);
        break;
      default:
        return random_code();
    }
    return std::clamp(predicted + residual, kMin, kMax);
  }

  nrc::tb::Random& rng() { return rng_; }
  int longest() const { return longest_; }
  int shortest() const { return shortest_; }

 private:
  void step(const Expected& expected, int code, int predicted, const nrc::CodingContext& context,
            bool verbatim) {
    const bool valid = expected.valid;
    dut_->valid_i = valid;
    dut_->verbatim_i = valid ? verbatim : rng_.flip();
    nrc::tb::drive(dut_->code_i, bits(valid ? code : random_code(), kCodeWidth));
    nrc::tb::drive(dut_->pred_code_i, bits(valid ? predicted : random_code(), kCodeWidth));
    nrc::tb::drive(dut_->table_i, valid ? context.table : random_context().table);
    nrc::tb::drive(dut_->raw_bits_i, valid ? context.raw_bits : rng_.range(0, 15));
    pipeline_.push_back(expected);
    dut_.tick();
    pipeline_.pop_front();
    const Expected& due = pipeline_.front();
    ASSERT_EQ(dut_->valid_o != 0, due.valid);
    if (!due.valid) return;
    ASSERT_EQ(dut_->length_o, due.codeword.length);
    ASSERT_EQ(dut_->bits_o, due.codeword.bits);
  }

  nrc::tb::Dut<Vnrc_huffman> dut_;
  nrc::tb::Random rng_;
  const nrc::TableSet& set_;
  nrc::HuffmanEncoder golden_;
  nrc::HuffmanEncoder rounded_golden_;
  std::deque<Expected> pipeline_;  // front: what leaves after the next clock
  int longest_ = 0;
  int shortest_ = 99;
};

const nrc::TableSet& tables() {
  static const nrc::TableSet set = [] {
    nrc::tb::Random rng(7);
    return kLoadable ? random_tables(rng) : nrc::TableSet::builtin(NRC_TABLES);
  }();
  return set;
}

void run_random(unsigned seed, unsigned gap_percent, int samples) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Bench bench(seed, tables());
  if (kLoadable) bench.load();
  for (int i = 0; i < samples && !testing::Test::HasFatalFailure(); ++i) {
    while (bench.rng().percent(gap_percent)) bench.gap();
    const nrc::CodingContext context = bench.random_context();
    const int predicted = bench.random_code();
    bench.sample(bench.code_near(predicted, context), predicted, context, bench.rng().percent(10));
  }
  bench.drain();
}

/// Rounded codes among others, in any order.
void run_rounded(unsigned seed) {
  Bench bench(seed, tables());
  if (kLoadable) bench.load();
  const int last = static_cast<int>(rounded_tables().lengths.size()) - 1;
  for (int i = 0; i < 50000 && !testing::Test::HasFatalFailure(); ++i) {
    if (bench.rng().percent(20)) bench.gap();
    const bool rounded = NRC_PARAM_Rounding != 0 && bench.rng().flip();
    nrc::CodingContext context = bench.random_context();
    if (rounded) context.table = bench.rng().range(0, last);
    const int predicted = bench.random_code();
    const int code = bench.code_near(predicted, context);
    if (rounded) {
      bench.rounded(code, predicted, context);
    } else {
      bench.sample(code, predicted, context);
    }
  }
  bench.drain();
}

TEST(Huffman, RoundedCodesAmongOthers) { run_rounded(9); }

TEST(Huffman, BackToBack) { run_random(1, 0, 200000); }

TEST(Huffman, WithGaps) { run_random(2, 60, 50000); }

// Every symbol of every table, and the escape just outside it on either side.
TEST(Huffman, EverySymbol) {
  Bench bench(3, tables());
  if (kLoadable) bench.load();
  const int half = tables().symbols() / 2;
  for (int table = 0; table < static_cast<int>(tables().lengths.size()); ++table) {
    for (int residual = -half - 1; residual <= half; ++residual) {
      const int predicted = std::clamp(0, kMin - residual, kMax - residual);
      if (predicted < kMin || predicted > kMax) continue;
      bench.sample(predicted + residual, predicted, {table, 0});
      if (HasFatalFailure()) return;
    }
  }
  bench.drain();
}

// Codes and predictions at the ends of their range: the residual has one bit more than a code.
TEST(Huffman, Extremes) {
  Bench bench(4, tables());
  if (kLoadable) bench.load();
  for (int raw_bits = 0; raw_bits <= kMaxRawBits; ++raw_bits) {
    for (int table = 0; table < static_cast<int>(tables().lengths.size()); ++table) {
      for (const int code : {kMin, kMin + 1, -1, 0, 1, kMax - 1, kMax}) {
        for (const int predicted : {kMin, kMin + 1, -1, 0, 1, kMax - 1, kMax}) {
          bench.sample(std::clamp(code, kMin, kMax), std::clamp(predicted, kMin, kMax),
                       {table, raw_bits});
          bench.sample(std::clamp(code, kMin, kMax), std::clamp(predicted, kMin, kMax),
                       {table, raw_bits}, true);
          if (HasFatalFailure()) return;
        }
      }
    }
  }
  bench.drain();
}

// The random stimulus is worth something only if it reaches the ends of the format. Only wide
// loaded tables are sure to have the longest codes.
#if NRC_PARAM_SymbolBits >= 5
TEST(Huffman, ReachesLongCodewords) {
  Bench bench(5, tables());
  bench.load();
  for (int i = 0; i < 200000; ++i) {
    bench.sample(bench.random_code(), bench.random_code(), bench.random_context());
  }
  EXPECT_GE(bench.longest(), 10 + kCodeWidth);
  EXPECT_LE(bench.shortest(), NRC_PARAM_SymbolBits);
}
#endif

}  // namespace
