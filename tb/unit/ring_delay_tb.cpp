// SPDX-License-Identifier: Apache-2.0
//
// rtl/nrc_ring_delay.sv: every word comes out Depth clocks after it went in, from the clock on in
// which reset ends, and again after another reset.
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <random>

#include "Vnrc_ring_delay.h"
#include "verilated_dut.hpp"

namespace {

constexpr std::size_t kDepth = NRC_PARAM_Depth;

TEST(RingDelay, WordsComeDepthClocksLater) {
  nrc::tb::Dut<Vnrc_ring_delay> dut;
  std::mt19937 rng(1);
  for (int round = 0; round < 20; ++round) {
    dut->rst_ni = 0;
    for (unsigned i = 0; i < 1 + rng() % 5; ++i) dut.tick();
    dut->rst_ni = 1;
    std::deque<std::uint32_t> words;
    const unsigned clocks = 1 + rng() % 100;
    for (unsigned i = 0; i < clocks; ++i) {
      const std::uint32_t word = rng() & ((1U << NRC_PARAM_Width) - 1);
      dut->d_i = static_cast<decltype(dut->d_i)>(word);
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
