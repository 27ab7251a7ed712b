// SPDX-License-Identifier: Apache-2.0
//
// nrc_pace against nrc::Pace: the boost of every sample, through long runs without a reset frame
// and short ones, with gaps anywhere.
#include <gtest/gtest.h>

#include "Vnrc_pace.h"
#include "bench_random.hpp"
#include "stages/pace.hpp"
#include "verilated_dut.hpp"

namespace {

void test(std::uint32_t seed, int frames, std::uint32_t reset_per_mille) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  nrc::tb::Dut<Vnrc_pace> dut;
  nrc::tb::Random random(seed);
  nrc::Pace golden;
  for (int frame = 0; frame < frames; ++frame) {
    const bool reset = frame == 0 || random() % 1000 < reset_per_mille;
    const int boost = golden.next(reset);
    for (int clock = random.range(1, 5); clock > 0; --clock) {
      // What comes with other samples of the frame does not matter.
      const bool begins = clock == 1;
      dut->frame_begin_i = begins;
      dut->reset_i = begins ? reset : random.flip();
      if (begins && !reset) {
        dut->eval();
        ASSERT_EQ(dut->slow_o, golden.slow()) << "frame " << frame;
      }
      dut.tick();
    }
    for (int clock = random.range(0, 3); clock >= 0; --clock) {
      if (!reset) {
        ASSERT_EQ(dut->boost_o, boost) << "frame " << frame;
        dut->frame_begin_i = false;
        dut->eval();
        ASSERT_EQ(dut->slow_o, golden.slow()) << "frame " << frame;
      }
      dut->frame_begin_i = false;
      dut->reset_i = random.flip();
      if (clock > 0) dut.tick();
    }
  }
}

TEST(Pace, ToItsEndAndBeyond) { test(1, 3000, 0); }
TEST(Pace, LongRuns) { test(2, 20000, 2); }
TEST(Pace, ShortRuns) { test(3, 2000, 100); }
TEST(Pace, ResetInEveryFrame) { test(4, 100, 1000); }

}  // namespace
