// SPDX-License-Identifier: Apache-2.0
//
// nrc_fifo against std::deque: order, level, and the clock in which an entry shows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>

#include "Vnrc_fifo.h"
#include "bench_random.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr std::size_t kDepth = NRC_PARAM_Depth;
constexpr std::uint32_t kMask =
    static_cast<std::uint32_t>((std::uint64_t{1} << NRC_PARAM_Width) - 1);

struct Entry {
  std::uint32_t data;
  long shows;  // first clock in which it can be seen
};

void run(unsigned seed, unsigned push_percent, unsigned pop_percent) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  nrc::tb::Random rng(seed);
  nrc::tb::Dut<Vnrc_fifo> dut;
  dut->rst_ni = 0;
  dut->push_i = 1;
  dut->pop_i = 1;
  for (int i = 0; i < 3; ++i) dut.tick();
  ASSERT_EQ(dut->valid_o, 0);
  ASSERT_EQ(dut->level_o, 0);
  dut->push_i = 0;
  dut->pop_i = 0;
  dut->rst_ni = 1;

  std::deque<Entry> expected;
  std::size_t fullest = 0;
  for (long clock = 0; clock < 100000; ++clock) {
    const bool pop = dut->valid_o != 0 && rng.percent(pop_percent);
    const bool push = expected.size() < kDepth && rng.percent(push_percent);
    const std::uint32_t data = rng() & kMask;
    dut->pop_i = pop;
    dut->push_i = push;
    nrc::tb::drive(dut->wdata_i, data);
    dut.tick();
    if (pop) expected.pop_front();
    if (push) expected.push_back({data, clock + 1});
    fullest = std::max(fullest, expected.size());

    ASSERT_EQ(dut->level_o, expected.size());
    ASSERT_EQ(dut->valid_o != 0, !expected.empty() && clock >= expected.front().shows);
    if (dut->valid_o != 0) {
      ASSERT_EQ(dut->rdata_o, expected.front().data);
    }
  }
  if (push_percent > pop_percent) {
    EXPECT_EQ(fullest, kDepth);
  }
}

TEST(Fifo, Balanced) { run(1, 50, 50); }
TEST(Fifo, MostlyFull) { run(2, 90, 40); }
TEST(Fifo, MostlyEmpty) { run(3, 20, 90); }
TEST(Fifo, EveryClock) { run(4, 100, 100); }

}  // namespace
