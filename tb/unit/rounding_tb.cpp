// SPDX-License-Identifier: Apache-2.0
//
// nrc_rounding against nrc::CodeRounding: a code in every clock, of any step and scale.
#include <gtest/gtest.h>

#include <type_traits>
#include <vector>

#include "Vnrc_rounding.h"
#include "bench_random.hpp"
#include "nrc/format.hpp"
#include "stages/rounding.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr int kWidth = NRC_PARAM_CodeWidth;
constexpr std::int32_t kHalf = 1 << (kWidth - 1);
using Scale = std::remove_reference_t<decltype(Vnrc_rounding::scale_i)>;
using Deviation = std::remove_reference_t<decltype(Vnrc_rounding::deviation_i)>;
using CodePort = std::remove_reference_t<decltype(Vnrc_rounding::code_i)>;
constexpr int kSteps = 8;  // numbers that the stage knows

struct Item {
  std::uint32_t scale;
  int max_step;
  std::int32_t code;
  std::int32_t deviation = 0;
};

/// In clock t item t's scale, item t - 2's code, and what item t - 5 became.
void run(const std::vector<Item>& items) {
  nrc::tb::Dut<Vnrc_rounding> dut;
  nrc::CodeRounding golden(kWidth);
  const std::uint32_t mask = (1U << kWidth) - 1;
  for (std::size_t t = 0; t < items.size() + 5; ++t) {
    if (t < items.size()) {
      dut->scale_i = static_cast<Scale>(items[t].scale);
      dut->deviation_i = static_cast<Deviation>(static_cast<std::uint32_t>(items[t].deviation) &
                                                ((std::uint32_t{2} << (kWidth + 6)) - 1));
      dut->max_step_i = static_cast<std::uint8_t>(items[t].max_step);
    }
    if (t >= 2 && t - 2 < items.size()) {
      dut->code_i = static_cast<CodePort>(static_cast<std::uint32_t>(items[t - 2].code) & mask);
    }
    dut.eval();
    const auto of = [&](const Item& item) -> const nrc::Rounder& {
      golden.set(nrc::lossy_step(item.max_step), true);
      return golden.of(item.scale, item.deviation);
    };
    if (t >= 2 && t - 2 < items.size()) {
      ASSERT_EQ(nrc::lossy_step(dut->s3_step_o), of(items[t - 2]).step())
          << "scale " << items[t - 2].scale << ", step " << items[t - 2].max_step;
    }
    if (t >= 5) {
      const Item& item = items[t - 5];
      const nrc::Rounder& rounder = of(item);
      const std::int32_t number = rounder.number(item.code);
      ASSERT_EQ(nrc::lossy_step(dut->step_o), rounder.step());
      ASSERT_EQ(dut->number_o, static_cast<std::uint32_t>(number) & mask)
          << item.code << " by " << rounder.step();
      ASSERT_EQ(dut->code_o, static_cast<std::uint32_t>(rounder.code(number)) & mask)
          << item.code << " by " << rounder.step();
    }
    dut.tick();
  }
}

TEST(Rounding, EveryCodeByEveryStep) {
  std::vector<Item> items;
  for (int step = 0; step < kSteps; ++step) {
    for (std::int32_t code = -kHalf; code < kHalf; ++code) {
      items.push_back({(1U << (kWidth + 6)) - 1, step, code});
    }
  }
  run(items);
}

TEST(Rounding, EveryScaleUpToTheWholeStep) {
  std::vector<Item> items;
  for (int step = 0; step < kSteps; ++step) {
    for (std::uint32_t scale = 0; scale < 4200 && scale < (1U << (kWidth + 6)); scale += 3) {
      items.push_back({scale, step, static_cast<std::int32_t>(scale) % kHalf});
    }
  }
  run(items);
}

TEST(Rounding, ExcursionsAreExactFromThreeAndAHalfScalesOn) {
  std::vector<Item> items;
  const std::int32_t top = (1 << (kWidth + 6)) - 1;
  for (const std::uint32_t scale : {0U, 1U, 4U, 5U, 639U, 640U, 1000U, (1U << (kWidth + 6)) - 1}) {
    const auto bound = static_cast<std::int32_t>((7 * std::uint64_t{scale} + 31) / 32);
    for (const std::int32_t deviation : {0, 1, bound - 1, bound, bound + 1, top}) {
      if (deviation < 0 || deviation > top) continue;
      for (const int step : {1, kSteps - 1}) {
        items.push_back({scale, step, 1, deviation});
        items.push_back({scale, step, 1, -deviation});
      }
    }
  }
  run(items);
}

TEST(Rounding, AnythingInAnyOrder) {
  nrc::tb::Random random(5);
  std::vector<Item> items;
  for (int i = 0; i < 20000; ++i) {
    const int octave = random.range(0, kWidth + 5);
    const int farthest = (2 << random.range(0, kWidth + 5)) - 1;
    items.push_back({static_cast<std::uint32_t>(random.range(0, (2 << octave) - 1)),
                     random.range(0, kSteps - 1), random.range(-kHalf, kHalf - 1),
                     random.range(-farthest, farthest)});
  }
  run(items);
}

}  // namespace
