// SPDX-License-Identifier: Apache-2.0
//
// nrc_ring_delay: every word comes out Depth clocks after it went in, from the clock on in
// which reset ends, and again after another reset.
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>

#include "Vnrc_ring_delay.h"
#include "bench_random.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr std::size_t kDepth = NRC_PARAM_Depth;

TEST(RingDelay, WordsComeDepthClocksLater) {
  nrc::tb::Dut<Vnrc_ring_delay> dut;
  nrc::tb::Random rng(1);
  for (int round = 0; round < 20; ++round) {
    dut->rst_ni = 0;
    for (int i = rng.range(1, 5); i > 0; --i) dut.tick();
    dut->rst_ni = 1;
    std::deque<std::uint32_t> words;
    const int clocks = rng.range(1, 100);
    for (int i = 0; i < clocks; ++i) {
      const auto word = static_cast<std::uint32_t>(rng() & ((1U << NRC_PARAM_Width) - 1));
      nrc::tb::drive(dut->d_i, word);
      dut.eval();
      if (words.size() == kDepth) {
        ASSERT_EQ(dut->q_o, words.front()) << "clock " << i;
        words.pop_front();
      }
      words.push_back(word);
      dut.tick();
    }
  }
}

}  // namespace
