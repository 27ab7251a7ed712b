// SPDX-License-Identifier: Apache-2.0
//
// nrc_narrow_coder against nrc::NarrowEncoder and nrc::NarrowDecoder.
#include <gtest/gtest.h>

#include <cstdint>

#include "Vnrc_narrow_coder.h"
#include "bench_random.hpp"
#include "range_coder_bench.hpp"
#include "rtl_constants.hpp"
#include "stages/narrow_coder.hpp"

namespace {

struct Stage {
  using Top = Vnrc_narrow_coder;
  using Encoder = nrc::NarrowEncoder;
  using Decoder = nrc::NarrowDecoder;
  static constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
  static constexpr int kLatency = nrc::rtl::kNarrowCoderLatency;
  static constexpr int kFlushLatency = 1;  ///< a flush joins after the loops
  static constexpr int kLowest = 2;
  static constexpr int kTop = (1 << nrc::kNarrowFrequencyBits) - 1;
  static constexpr int kLeastFrequency = 1;
  static constexpr int kMaxPlain = 0;

  static void randomise(Top& top, nrc::tb::Random& rng) {
    top.low_i = rng() & 0x1FFF;
    top.frequency_i = rng() & 0x1FFF;
  }

  /// A frequency of 0 is an escape, whose low end is not looked at.
  static void drive(Top& top, nrc::tb::Random&, const nrc::tb::RangeStep& step) {
    if (!step.escape()) top.low_i = static_cast<std::uint16_t>(step.interval.low);
    top.frequency_i = static_cast<std::uint16_t>(step.interval.frequency);
  }

  static nrc::CarryWord encode(Encoder& encoder, const nrc::tb::RangeStep& step) {
    return encoder.encode(step.interval, step.code);
  }

  static void decode_plain(Decoder&, const nrc::tb::RangeStep&) {}
};

TEST(NarrowCoder, EveryFrequency) { nrc::tb::every_frequency<Stage>(); }

TEST(NarrowCoder, Extremes) {
  nrc::tb::extremes<Stage>({1, 2, 3, 4, 7, 8, 255, 256, 2047, 2048, 4095, 4096, 4097, 8187, 8188,
                            Stage::kTop - Stage::kLowest});
}

TEST(NarrowCoder, BackToBack) { nrc::tb::back_to_back<Stage>(); }

TEST(NarrowCoder, WithGaps) { nrc::tb::with_gaps<Stage>(); }

TEST(NarrowCoder, OneCode) { nrc::tb::one_code<Stage>(); }

TEST(NarrowCoder, Escapes) { nrc::tb::escapes<Stage>(Stage::kCodeWidth + 12); }

TEST(NarrowCoder, Likely) { nrc::tb::likely<Stage>(7500); }

}  // namespace
