// SPDX-License-Identifier: Apache-2.0
//
// nrc_linearizer against nrc::Linearizer: edges and value of every code, one code per clock.
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <vector>

#include "Vnrc_linearizer.h"
#include "bench_random.hpp"
#include "nrc/range_tables.hpp"
#include "rtl_constants.hpp"
#include "stages/linearizer.hpp"
#include "tables/range_memory.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr bool kLoadable = NRC_PARAM_LoadableTables != 0;
constexpr std::size_t kLatency = nrc::rtl::kLinearizerLatency;

constexpr int kMin = -(1 << (kCodeWidth - 1));
constexpr int kMax = (1 << (kCodeWidth - 1)) - 1;

/// Low bits of a signed number, as on a port.
constexpr std::uint32_t bits(std::int32_t value, int width) {
  return static_cast<std::uint32_t>(value) & ((1u << width) - 1);
}

/// The built-in tables, with a scale at reset that fits codes of any width; other edges if they are
/// loaded.
nrc::RangeTables make_tables() {
  nrc::RangeTables tables = nrc::RangeTables::builtin(NRC_TABLES);
  tables.initial_scale = nrc::kMinScale;
  if (kLoadable && !tables.edges.empty()) {
    nrc::tb::Random rng(7);
    std::int32_t edge = tables.edges.front();
    // Narrow codes, and every width up to the largest.
    for (std::int32_t& e : tables.edges) {
      e = edge += rng.percent(3) ? rng.range(0, nrc::kMaxEdgeStep) : rng.range(0, 110);
    }
    tables.validate();
  }
  return tables;
}

void load(nrc::tb::Dut<Vnrc_linearizer>& dut) {
  const std::vector<std::uint16_t> words = nrc::range_memory(make_tables());
  for (std::size_t i = nrc::kDeviates; i < words.size(); ++i) {
    const std::size_t at = i - nrc::kDeviates;
    dut->low_we_i = at < (std::size_t{1} << kCodeWidth);
    dut->width_we_i = dut->low_we_i == 0;
    nrc::tb::drive(dut->table_addr_i, bits(static_cast<std::int32_t>(at), kCodeWidth));
    dut->table_wdata_i = words[i];
    dut.tick();
  }
  dut->low_we_i = 0;
  dut->width_we_i = 0;
  dut->read_i = 1;
}

void test(const std::vector<int>& codes) {
  constexpr int kValueWidth = kCodeWidth + nrc::kFracBits;
  const nrc::Linearizer golden(make_tables(), kCodeWidth);
  nrc::tb::Dut<Vnrc_linearizer> dut;
  if (kLoadable) load(dut);
  std::deque<int> pending;
  for (std::size_t i = 0; i < codes.size() + kLatency - 1; ++i) {
    if (i < codes.size()) {
      nrc::tb::drive(dut->code_i, bits(codes[i], kCodeWidth));
      pending.push_back(codes[i]);
    }
    dut.tick();
    if (i + 1 < kLatency) continue;
    const int code = pending.front();
    pending.pop_front();
    const nrc::CodeInterval& due = golden.interval(static_cast<nrc::Code>(code));
    ASSERT_EQ(dut->lowest_o, code == kMin) << "code " << code;
    ASSERT_EQ(dut->highest_o, code == kMax) << "code " << code;
    ASSERT_EQ(dut->value_o, bits(due.value, kValueWidth)) << "code " << code;
    if (code != kMin) {
      ASSERT_EQ(dut->low_o, bits(due.low, kValueWidth)) << "code " << code;
    }
    if (code != kMax) {
      ASSERT_EQ(dut->high_o, bits(due.high, kValueWidth)) << "code " << code;
    }
  }
  EXPECT_TRUE(pending.empty());
}

TEST(Linearizer, EveryCode) {
  std::vector<int> codes;
  for (int code = kMin; code <= kMax; ++code) codes.push_back(code);
  test(codes);
}

/// One after another from anywhere, the outermost ones often.
TEST(Linearizer, Random) {
  SCOPED_TRACE("seed 1");
  nrc::tb::Random rng(1);
  std::vector<int> codes;
  for (int i = 0; i < 50000; ++i) {
    codes.push_back(rng.percent(10) ? (rng.flip() ? kMin : kMax) : rng.range(kMin, kMax));
  }
  test(codes);
}

}  // namespace
