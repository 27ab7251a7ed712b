// SPDX-License-Identifier: Apache-2.0
//
// nrc_shift6 against nrc::Shift6 (or, for the mapping `code`, against its definition): all
// 65536 samples in order and in random order with gaps,.
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

constexpr auto kMapping = static_cast<nrc::Mapping>(NRC_PARAM_Mapping);
constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr bool kShallow = NRC_PARAM_Pipeline == 1;
constexpr std::uint32_t kCodeMask = (1u << kCodeWidth) - 1;

struct Expected {
  bool valid = false;
  std::uint32_t code = 0;
  bool on_grid = true;
};

Expected expect(std::int16_t sample) {
  Expected e{true, 0, true};
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
    if (next == samples.size()) ++drain;
    if (valid) ++next;
    dut->valid_i = valid;
    dut->sample_i = static_cast<std::uint16_t>(sample);
    dut.eval();  // the shallow pipeline's code comes in the clock of its sample
    const Expected now = valid ? expect(sample) : Expected{};
    const Expected e = kShallow ? now : before;
    ASSERT_EQ(dut->valid_o, e.valid);
    if (e.valid) {
      ASSERT_EQ(dut->code_o, e.code) << "sample " << sample;
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
