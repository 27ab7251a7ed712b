// SPDX-License-Identifier: Apache-2.0
//
// nrc_channel_class: the table of classes is taken over channel by channel in first frames and not
// in others, also what is written in just that clock.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "Vnrc_channel_class.h"
#include "bench_random.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr std::uint32_t kChannels = NRC_PARAM_Channels;

TEST(ChannelClass, IsTakenOverInFirstFrames) {
  nrc::tb::Dut<Vnrc_channel_class> dut;
  nrc::tb::Random random(1);
  dut->rst_ni = 0;
  dut->we_i = 0;
  dut->valid_i = 0;
  dut.tick();
  dut->rst_ni = 1;
  std::vector<int> next(kChannels);
  std::vector<int> now(kChannels);
  for (std::uint32_t c = 0; c < kChannels; ++c) {
    dut->we_i = 1;
    dut->waddr_i = static_cast<std::uint8_t>(c);
    dut->wdata_i = static_cast<std::uint8_t>(next[c] = static_cast<int>(c % 4));
    dut.tick();
  }
  int met = 0;
  int changed = 0;
  for (int frame = 0; frame < 3000; ++frame) {
    const bool first = frame == 0 || random.percent(10);
    for (std::uint32_t c = 0; c < kChannels; ++c) {
      do {
        dut->valid_i = !random.percent(20);
        dut->channel_i = static_cast<std::uint8_t>(c);
        dut->first_i = first;
        dut->we_i = random.percent(30);
        const auto written = static_cast<std::uint32_t>(random.range(0, kChannels - 1));
        dut->waddr_i = static_cast<std::uint8_t>(written);
        dut->wdata_i = static_cast<std::uint8_t>(random.range(0, 3));
        if (dut->we_i != 0) {
          next[written] = dut->wdata_i;
          met += dut->valid_i != 0 && first && written == c ? 1 : 0;
        }
        if (dut->valid_i != 0 && first) {
          changed += now[c] != next[c] ? 1 : 0;
          now[c] = next[c];
        }
        const bool valid = dut->valid_i != 0;
        dut.tick();
        dut.eval();
        if (valid) {
          ASSERT_EQ(dut->class_o, now[c]) << "frame " << frame << ", channel " << c;
        }
      } while (dut->valid_i == 0);
    }
  }
  EXPECT_GT(met, 20);
  EXPECT_GT(changed, 100);
}

}  // namespace
