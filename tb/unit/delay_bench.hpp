// SPDX-License-Identifier: Apache-2.0
//
// The test of all modules that delay a word and have a reset: every word comes out Depth clocks
// after it went in, from the clock on in which reset ends, and again after another reset.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <deque>

#include "bench_random.hpp"
#include "verilated_dut.hpp"

namespace nrc::tb {

/// @tparam Model  with clk_i, rst_ni, d_i and q_o
/// @param width  of a word, up to 31 bits
template <typename Model>
void expect_words_depth_clocks_later(int width, std::size_t depth) {
  Dut<Model> dut;
  Random rng(1);
  for (int round = 0; round < 20; ++round) {
    dut->rst_ni = 0;
    for (int i = rng.range(1, 5); i > 0; --i) dut.tick();
    dut->rst_ni = 1;
    std::deque<std::uint32_t> words;
    const int clocks = rng.range(1, 100);
    for (int i = 0; i < clocks; ++i) {
      const auto word = static_cast<std::uint32_t>(rng() & ((1U << width) - 1));
      drive(dut->d_i, word);
      dut.eval();
      if (words.size() == depth) {
        ASSERT_EQ(dut->q_o, words.front()) << "clock " << i;
        words.pop_front();
      }
      words.push_back(word);
      dut.tick();
    }
  }
}

}  // namespace nrc::tb
