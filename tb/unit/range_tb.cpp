// SPDX-License-Identifier: Apache-2.0
//
// nrc_range against nrc::RangeEncoder and nrc::RangeDecoder.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "Vnrc_range.h"
#include "bench_random.hpp"
#include "range_coder_bench.hpp"
#include "rtl_constants.hpp"
#include "stages/range.hpp"

namespace {

constexpr bool kShallow = NRC_PARAM_Pipeline == nrc::rtl::kPipelineShallow;

struct Stage {
  using Top = Vnrc_range;
  using Encoder = nrc::RangeEncoder;
  using Decoder = nrc::RangeDecoder;
  static constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
  static constexpr int kLatency =
      kShallow ? nrc::rtl::kShallowRangeLatency : nrc::rtl::kRangeLatency;
  static constexpr int kFlushLatency = kShallow ? 1 : 3;  ///< a flush joins after the loops
  static constexpr int kLowest = static_cast<int>(nrc::kEscapeFrequency);
  static constexpr int kTop = static_cast<int>(nrc::kTopFrequency);
  static constexpr int kLeastFrequency = 2;
  /// At the largest index.
  static constexpr int kMaxPlain =
      kCodeWidth > nrc::kPlainWidth ? kCodeWidth - nrc::kPlainOctave : 0;

  static void randomise(Top& top, nrc::tb::Random& rng) {
    top.low_i = rng() & 0xFFFF;
    top.frequency_i = rng() & 0xFFFF;
    top.escape_i = rng() & 1;
    top.plain_i = rng() & 15;
  }

  static void drive(Top& top, nrc::tb::Random& rng, const nrc::tb::RangeStep& step) {
    top.escape_i = step.escape();
    top.plain_i = static_cast<std::uint8_t>(step.plain);
    if (step.escape() && rng.flip()) return;
    top.low_i = static_cast<std::uint16_t>(step.interval.low);
    top.frequency_i = static_cast<std::uint16_t>(step.interval.frequency);
  }

  static nrc::CarryWord encode(Encoder& encoder, const nrc::tb::RangeStep& step) {
    return encoder.encode(step.interval, step.code, step.plain);
  }

  static void decode_plain(Decoder& decoder, const nrc::tb::RangeStep& step) {
    if (step.plain == 0) return;
    ASSERT_EQ(decoder.consume_plain(step.plain), step.code & ((1 << step.plain) - 1));
  }
};

TEST(Range, EveryFrequency) { nrc::tb::every_frequency<Stage>(); }

TEST(Range, Extremes) {
  nrc::tb::extremes<Stage>({2, 3, 4, 7, 8, 255, 256, 16383, 16384, 32767, 32768, 32769, 65517,
                            65518, Stage::kTop - Stage::kLowest});
}

TEST(Range, BackToBack) { nrc::tb::back_to_back<Stage>(); }

TEST(Range, WithGaps) { nrc::tb::with_gaps<Stage>(); }

TEST(Range, OneCode) { nrc::tb::one_code<Stage>(); }

TEST(Range, Escapes) { nrc::tb::escapes<Stage>(std::max(Stage::kCodeWidth + 12, 15)); }

TEST(Range, Likely) { nrc::tb::likely<Stage>(60000); }

}  // namespace
