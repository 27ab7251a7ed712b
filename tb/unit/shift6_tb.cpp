// SPDX-License-Identifier: Apache-2.0
//
// rtl/nrc_shift6.sv against nrc::Shift6 (or, for the mapping `code`, against its definition): all
// 65536 samples in order and in random order with gaps, with random sideband bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "Vnrc_shift6.h"
#include "stages/shift6.hpp"
#include "verilated_dut.hpp"

namespace {

#ifndef NRC_PARAM_Mapping
#define NRC_PARAM_Mapping 1
#endif
#ifndef NRC_PARAM_Pipeline
#define NRC_PARAM_Pipeline 0
#endif
#ifndef NRC_PARAM_CodeWidth
#define NRC_PARAM_CodeWidth 10
#endif

constexpr auto kMapping = static_cast<nrc::Mapping>(NRC_PARAM_Mapping);
constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr bool kShallow = NRC_PARAM_Pipeline == 1;
constexpr std::uint32_t kCodeMask = (1u << kCodeWidth) - 1;

struct Expected {
  bool valid = false;
  std::uint32_t code = 0;
  bool on_grid = true;
  std::uint32_t channel = 0;
  unsigned flags = 0;
};

Expected expect(std::int16_t sample, std::uint32_t channel, unsigned flags) {
  Expected e{true, 0, true, channel, flags};
  if (kMapping == nrc::Mapping::kShift6) {
    e.code = static_cast<std::uint32_t>(nrc::Shift6::code(sample)) & kCodeMask;
    e.on_grid = nrc::Shift6::on_grid(sample);
  } else {
    const int limit = 1 << (kCodeWidth - 1);
    e.code = static_cast<std::uint32_t>(sample) & kCodeMask;
    e.on_grid = sample >= -limit && sample < limit;
  }
  return e;
}

void run(const std::vector<std::int16_t>& samples, unsigned gap_percent, unsigned seed) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 rng(seed);
  nrc::tb::Dut<Vnrc_shift6> dut;
  dut->valid_i = !kShallow;
  dut->rst_ni = 0;
  dut.tick();
  dut.tick();
  ASSERT_EQ(dut->valid_o, 0);
  ASSERT_EQ(dut->off_grid_o, 0);
  dut->rst_ni = 1;

  Expected before;    // what went in one clock before
  Expected previous;  // whose code came out one clock before
  std::size_t next = 0;
  for (int drain = 0; drain < 3;) {
    const bool valid = next < samples.size() && rng() % 100 >= gap_percent;
    const std::int16_t sample = valid ? samples[next] : static_cast<std::int16_t>(rng());
    const auto channel = static_cast<std::uint32_t>(rng() % 1024);
    const auto flags = static_cast<unsigned>(rng() % 64);
    if (next == samples.size()) ++drain;
    if (valid) ++next;
    dut->valid_i = valid;
    dut->sample_i = static_cast<std::uint16_t>(sample);
    dut->channel_i = static_cast<std::uint16_t>(channel);
    dut->first_i = flags & 1;
    dut->frame_end_i = flags >> 1 & 1;
    dut->packet_end_i = flags >> 2 & 1;
    dut->key_i = flags >> 3 & 1;
    dut->bad_i = flags >> 4 & 1;
    dut->last_i = flags >> 5 & 1;
    dut.eval();  // the shallow pipeline's code comes in the clock of its sample
    const Expected now = valid ? expect(sample, channel, flags) : Expected{};
    const Expected e = kShallow ? now : before;
    ASSERT_EQ(dut->valid_o, e.valid);
    if (e.valid) {
      ASSERT_EQ(dut->code_o, e.code) << "sample " << sample;
      ASSERT_EQ(dut->channel_o, e.channel);
      const unsigned out = dut->first_o | dut->frame_end_o << 1 | dut->packet_end_o << 2 |
                           dut->key_o << 3 | dut->bad_o << 4 | dut->last_o << 5;
      ASSERT_EQ(out, e.flags);
    }
    ASSERT_EQ(dut->off_grid_o, !previous.on_grid) << "code " << previous.code;
    previous = e;
    before = now;
    dut.tick();
  }
  ASSERT_EQ(next, samples.size());
}

std::vector<std::int16_t> all_samples() {
  std::vector<std::int16_t> samples(65536);
  std::iota(samples.begin(), samples.end(), std::int16_t{-32768});
  return samples;
}

TEST(Shift6, AllSamplesInOrder) { run(all_samples(), 0, 1); }

TEST(Shift6, AllSamplesShuffledWithGaps) {
  std::vector<std::int16_t> samples = all_samples();
  std::shuffle(samples.begin(), samples.end(), std::mt19937(2));
  run(samples, 40, 3);
}

}  // namespace
