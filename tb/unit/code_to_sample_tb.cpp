// SPDX-License-Identifier: Apache-2.0
//
// nrc_code_to_sample against nrc::sample_of: every code, with samples of raw packets
// between.
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>

#include "Vnrc_code_to_sample.h"
#include "bench_random.hpp"
#include "nrc/packet_decoder.hpp"
#include "rtl_constants.hpp"
#include "stages/code_to_sample.hpp"
#include "verilated_dut.hpp"

namespace nrc::tb {
namespace {

#ifdef NRC_PARAM_Mapping
constexpr auto kMapping = static_cast<Mapping>(NRC_PARAM_Mapping);
constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
#else
constexpr Mapping kMapping = Mapping::kShift6;
constexpr int kCodeWidth = 10;
#endif
constexpr std::size_t kLatency = nrc::rtl::kCodeToSampleLatency;

TEST(CodeToSample, EveryCode) {
  Dut<Vnrc_code_to_sample> dut;
  Random random(1);
  std::deque<std::uint16_t> due;
  const int half = 1 << (kCodeWidth - 1);
  for (int code = -half; code < half; ++code) {
    for (const bool raw : {false, random.flip()}) {
      const auto raw_sample = static_cast<std::uint16_t>(random());
      drive(dut->code_i, static_cast<std::uint32_t>(code) & (2U * half - 1));
      dut->raw_i = raw;
      dut->raw_sample_i = raw_sample;
      due.push_back(raw ? raw_sample
                        : static_cast<std::uint16_t>(sample_of(kMapping, static_cast<Code>(code))));
      dut.tick();
      if (due.size() < kLatency) continue;
      ASSERT_EQ(dut->sample_o, due.front()) << "code " << code;
      due.pop_front();
    }
  }
}

}  // namespace
}  // namespace nrc::tb
