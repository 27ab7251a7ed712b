// SPDX-License-Identifier: Apache-2.0
//
// The golden model's stages one by one, against the text of docs/bitstream.md and against simple
// restatements of it.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <cstring>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "nrc/error.hpp"
#include "nrc/packet.hpp"
#include "nrc/table_set.hpp"
#include "one_table.hpp"
#include "stages/bit_packer.hpp"
#include "stages/context.hpp"
#include "stages/huffman.hpp"
#include "stages/narrow.hpp"
#include "stages/narrow_interval.hpp"
#include "stages/narrow_range.hpp"
#include "stages/pace.hpp"
#include "stages/packetizer.hpp"
#include "stages/predictor.hpp"
#include "stages/shift6.hpp"
#include "train/trainer.hpp"

namespace nrc {
namespace {

// ---- shift6

TEST(Shift6, EveryCodeSurvives) {
  for (int code = -512; code <= 511; ++code) {
    const auto c = static_cast<Code>(code);
    EXPECT_EQ(Shift6::code(Shift6::sample(c)), c);
    // The definition, in floating point: exact, as the values are far below 2^53.
    const double exact = (code + 512) * 65535.0 / 1023.0 - 32768.0;
    EXPECT_EQ(Shift6::sample(c), static_cast<std::int16_t>(std::trunc(exact)));
  }
}

TEST(Shift6, ExactlyOneSampleInSixtyFourIsOnTheGrid) {
  int on_grid = 0;
  for (int s = -32768; s <= 32767; ++s) {
    const auto sample = static_cast<std::int16_t>(s);
    EXPECT_EQ(Shift6::code(sample), static_cast<int>(std::floor(s / 64.0)));
    on_grid += Shift6::on_grid(sample);
  }
  EXPECT_EQ(on_grid, 1024);
}

// ---- predictor

TEST(Predictor, FollowsTheWrittenRules) {
  std::mt19937 random(1);
  for (const int width : {2, 10, 12, 16}) {
    const std::int64_t low = -(std::int64_t{1} << (width - 1));
    const std::int64_t high = -low - 1;
    Predictor predictor(width);
    PredictorState state;
    std::int64_t level = 0, weight = 717, last = 0;
    for (int i = 0; i < 20000; ++i) {
      const bool reset = i == 0 || random() % 500 == 0;
      if (reset) level = last = 0, weight = 717;
      const std::int64_t d = last * 64 - level;
      const auto product =
          static_cast<std::int64_t>(std::floor(static_cast<double>(weight * d) / 1024.0));
      const std::int64_t p = std::min(std::max(level + product, low * 64), high * 64);
      const auto q = static_cast<std::int64_t>(std::floor(static_cast<double>(p + 32) / 64.0));
      const Prediction prediction = predictor.predict(state, reset);
      ASSERT_EQ(prediction.value, p);
      ASSERT_EQ(prediction.code, q);
      ASSERT_GE(q, low);
      ASSERT_LE(q, high);

      // Extremes, steps and noise.
      std::int64_t code = i % 7 == 0 ? high : i % 11 == 0 ? low : last;
      code += static_cast<std::int64_t>(random() % 9) - 4;
      code = std::min(std::max(code, low), high);
      const std::int64_t e = code * 64 - p;
      ASSERT_EQ(Predictor::innovation(prediction, static_cast<Code>(code)), e);
      const int boost = static_cast<int>(random() % 8);
      predictor.update(state, prediction, static_cast<Code>(code), reset, boost);
      if (reset) {
        level = code * 64;
      } else {
        const bool quiet = e >= -32 && e < 32;
        const int step = quiet ? 0 : ((d > 0) - (d < 0)) * ((e > 0) - (e < 0)) * (1 << boost);
        weight = std::min<std::int64_t>(std::max<std::int64_t>(weight + step, -512), 1280);
        level +=
            static_cast<std::int64_t>(std::floor(static_cast<double>(code * 64 - level) / 8.0));
      }
      last = code;
      ASSERT_EQ(state.level, level);
      ASSERT_EQ(state.weight, weight);
      ASSERT_EQ(state.last, last * 64);
      // The widths that the RTL stores.
      ASSERT_LT(std::abs(state.level), 1 << (width + 6 - 1 + 1));
    }
  }
}

// ---- context

TEST(Context, ClassIsTheFirstWhoseBoundIsAbove) {
  const TableSet& tables = TableSet::builtin("default");
  const Context context(tables, 10);
  for (std::uint32_t scale = 0; scale < (1U << 16); scale += 3) {
    int expected = 0;
    while (expected + 1 < static_cast<int>(tables.classes.size()) &&
           (scale >> 6) >= tables.classes[static_cast<std::size_t>(expected)].below) {
      ++expected;
    }
    ASSERT_EQ(context.class_of(scale), expected);
  }
}

TEST(Context, PhaseRepeatsAndSplitsAboutZero) {
  TableSet tables;
  ScaleClass c;
  c.first_table = 3;
  c.modulus_bits = 2;
  c.split = true;
  c.raw_bits = 1;
  tables.classes = {c};
  const Context context(tables, 10);
  const int expected[] = {4, 5, 6, 3, 4, 5, 6, 3};  // phases of -7..0 modulo 4, then + 3
  for (int q = -7; q <= 0; ++q) {
    const bool inside = q >= -2;
    const CodingContext got = context.select({}, q, false);
    EXPECT_EQ(got.table, expected[q + 7] + (inside ? 0 : 4)) << q;
    EXPECT_EQ(got.raw_bits, 1);
  }
  EXPECT_EQ(context.select({}, 1, false).table, 3 + 1);
  EXPECT_EQ(context.select({}, 2, false).table, 3 + 2 + 4);
}

TEST(Context, ScaleSettlesAtTheMeanAndIsCapped) {
  const TableSet& tables = TableSet::builtin("default");
  const Context context(tables, 10);
  ContextState state;
  context.update(state, 12345, true, 7);
  EXPECT_EQ(state.scale, tables.initial_scale) << "the first frame's innovation does not count";
  for (int i = 0; i < 5000; ++i) context.update(state, i % 2 ? 320 : -320, false, 0);
  EXPECT_NEAR(state.scale / 1024.0, 5.0, 0.3);
  for (int i = 0; i < 50000; ++i) context.update(state, -60000, false, 0);
  EXPECT_LT(state.scale, 1U << 16) << "fits code width + 6 bits";
  EXPECT_GT(state.scale / 1024.0, 63.0);
}

TEST(Context, ScaleMovesByTheBoost) {
  const TableSet& tables = TableSet::builtin("default");
  const Context context(tables, 10);
  std::mt19937 random(5);
  ContextState state{4096};
  double scale = 4096;
  for (int i = 0; i < 20000; ++i) {
    const auto e = static_cast<std::int32_t>(random() % 12000) - 6000;
    const int boost = static_cast<int>(random() % 8);
    const double m = 16.0 * std::min(std::abs(e), 4095);
    scale += std::floor((m - scale) * std::pow(2.0, boost) / 256);
    context.update(state, e, false, boost);
    ASSERT_EQ(state.scale, scale);
  }
}

// ---- pace

TEST(Pace, FollowsTheWrittenRules) {
  Pace pace;
  for (int run = 0; run < 3; ++run) {
    EXPECT_EQ(pace.next(true), 0);
    // 4 frames at 2^7, 8 at 2^6 and so on, then the usual pace.
    int frame = 1;
    for (int boost = 7; boost > 0; --boost) {
      for (int i = 0; i < 4 << (7 - boost); ++i, ++frame) {
        ASSERT_EQ(pace.next(false), boost) << frame;
        ASSERT_EQ(boost, 9 - static_cast<int>(std::floor(std::log2(frame + 3)))) << frame;
        ASSERT_TRUE(pace.slow());
      }
    }
    EXPECT_EQ(frame, 509);
    for (int i = 0; i < 2000 * run; ++i, ++frame) {
      ASSERT_EQ(pace.next(false), 0);
      ASSERT_EQ(pace.slow(), (frame + 3) % 8 == 0) << frame;
    }
  }
}

TEST(Pace, RunsOfFramesAreThoseOneByOne) {
  std::mt19937 random(3);
  for (int run = 0; run < 50; ++run) {
    Pace by_frame;
    Pace by_run;
    by_frame.next(true);
    by_run.next(true);
    for (int frame = 0; frame < 2000;) {
      const Pace::Run ahead = by_run.ahead();
      ASSERT_GE(ahead.frames, 1U);
      const std::size_t passed = std::min<std::size_t>(ahead.frames, 1 + random() % 300);
      for (std::size_t i = 0; i < passed; ++i) ASSERT_EQ(by_frame.next(false), ahead.boost);
      by_run.pass(passed);
      ASSERT_EQ(by_run.slow(), by_frame.slow());
      // A run ends where the boost changes.
      if (passed == ahead.frames) {
        ASSERT_NE(by_run.ahead().boost, ahead.boost);
      }
      frame += static_cast<int>(passed);
    }
  }
}

// ---- narrow

TEST(Narrow, FollowsTheWrittenRules) {
  std::mt19937 random(16);
  const TableSet& tables = TableSet::builtin("generic");
  for (const int width : {8, 10, 13, 16}) {
    const Narrow narrow(tables, width);
    const Context context(tables, width);
    const int half = 1 << (width - 1);
    const int half_deviation = 1 << (width - 5);
    int full = 0;  // deviations at their limits
    NarrowState state;
    // What section 16 says, in numbers of its own.
    int last = 0, deviation = 0, rest = 0, scale = 0;
    int spread = 1;
    for (int i = 0; i < 20000; ++i) {
      const bool reset = i % 3000 == 0;
      const int boost = static_cast<int>(random() % 8);
      const bool slow = random() % 3 == 0;
      if (random() % 50 == 0) spread = 1 << (random() % static_cast<unsigned>(width + 1));
      int code =
          state.last + static_cast<int>(random() % static_cast<unsigned>(2 * spread)) - spread;
      code = std::min(std::max(code, -half), half - 1);

      const double exact = std::floor(last - std::floor(rest / 64.0) / 16.0 * deviation + 0.5);
      const int q = static_cast<int>(exact);
      ASSERT_TRUE(q >= -half && q < half);
      if (!reset) {
        ASSERT_EQ(Narrow::predict(state), q);
        const CodingContext got = narrow.select(state, q);
        const CodingContext expected =
            context.of_class(context.class_of(static_cast<std::uint32_t>(4 * scale)), q);
        ASSERT_EQ(got.table, expected.table);
        ASSERT_EQ(got.raw_bits, expected.raw_bits);
      }
      narrow.update(state, q, static_cast<Code>(code), reset, boost, slow);

      const int r = code - q;
      if (reset) {
        deviation = 0, rest = 320, scale = static_cast<int>(tables.initial_scale) / 4;
      } else {
        if (slow) {
          const bool same = (deviation > 0) == (r > 0);
          if (deviation != 0 && r != 0) rest += (same ? -1 : 1) * (1 << boost);
          rest = std::min(std::max(rest, 0), 1023);
          const double m = 256.0 * std::min(std::abs(r), (1 << (width - 4)) - 1);
          const double share = std::pow(2, boost > 0 ? 8 - boost : 6);
          scale += static_cast<int>(std::floor((m - scale) / share));
        }
        const double moved = std::floor((7.0 * (deviation + code - last) + 4) / 8);
        deviation = static_cast<int>(
            std::min<double>(std::max<double>(moved, -half_deviation), half_deviation - 1));
        full += deviation != moved;
      }
      last = code;
      ASSERT_EQ(state.last, last);
      ASSERT_EQ(state.deviation, deviation);
      ASSERT_EQ(state.rest, rest);
      ASSERT_EQ(state.scale, scale);
      ASSERT_LT(scale, 1 << (width + 4));
    }
    EXPECT_GT(full, 0) << width;
  }
}

// ---- narrow_range

TEST(NarrowRange, FollowsTheWrittenRules) {
  std::mt19937 random(17);
  const auto logarithm = [](int scale) {
    // In 1/8 octaves of 1/16 code, each of which is divided evenly.
    const double s = std::max(scale, 32) / 32.0;
    const int octave = static_cast<int>(std::floor(std::log2(s)));
    return 8 * octave + static_cast<int>(std::floor((s / std::pow(2, octave) - 1) * 8));
  };
  for (const int width : {8, 10, 13, 16}) {
    const int initial = 16 << width;
    const NarrowRange narrow(static_cast<std::uint32_t>(initial), width);
    const int half = 1 << (width - 1);
    const int half_deviation = 1 << (width - 4);
    int full = 0;  // deviations at their limits
    int bursts = 0;
    NarrowRangeState state;
    // What section 16 says, in numbers of its own.
    int last = 0, deviation = 0, burst = 0, rest = 0, scale = 0, steady = 0;
    int spread = 1;
    for (int i = 0; i < 20000; ++i) {
      const bool reset = i % 3000 == 0;
      const int boost = static_cast<int>(random() % 8);
      const bool slow = random() % 3 == 0;
      if (random() % 50 == 0) spread = 1 << (random() % static_cast<unsigned>(width + 2));
      int value =
          state.last + static_cast<int>(random() % static_cast<unsigned>(2 * spread)) - spread;
      value = std::min(std::max(value, -2 * half), 2 * half - 2);

      const double exact = last / 2.0 - std::floor(rest / 64.0) / 16.0 * deviation;
      ASSERT_TRUE(exact >= -half && exact < half);
      const int p = static_cast<int>(16 * exact);
      if (!reset) {
        ASSERT_EQ(NarrowRange::predict(state), p);
        ASSERT_EQ(NarrowRange::index(state), steady + 2 * burst);
      }
      narrow.update(state, p, value, reset, boost, slow);

      const int e = 8 * value - p;
      if (reset) {
        deviation = 0, burst = 0, rest = 320, scale = initial / 2;
        steady = logarithm(scale);
      } else {
        const int m = std::min(std::abs(e), (2 << width) - 1);
        const double scales = m / (4 * std::pow(2, steady / 8));
        burst = scales >= 2 ? burst + 2 : scales >= 1 ? burst + 1 : burst - 1;
        burst = std::min(std::max(burst, 0), 3);
        bursts += burst == 3;
        if (slow) {
          const bool same = (deviation > 0) == (e > 0);
          if (deviation != 0 && e != 0) rest += (same ? -1 : 1) * (1 << boost);
          rest = std::min(std::max(rest, 0), 1023);
          const double share = std::pow(2, boost > 0 ? 9 - boost : 7);
          scale += static_cast<int>(std::floor((32.0 * m - scale) / share));
          steady = logarithm(scale);
        }
        const double moved = std::floor((7.0 * (2 * deviation + value - last) + 8) / 16);
        deviation = static_cast<int>(
            std::min<double>(std::max<double>(moved, -half_deviation), half_deviation - 1));
        full += deviation != moved;
      }
      last = value;
      ASSERT_EQ(state.last, last);
      ASSERT_EQ(state.deviation, deviation);
      ASSERT_EQ(state.burst, burst);
      ASSERT_EQ(state.rest, rest);
      ASSERT_EQ(state.scale, scale);
      ASSERT_EQ(state.steady, steady);
      ASSERT_LT(scale, 1 << (width + 6));
    }
    EXPECT_GT(full, 0) << width;
    EXPECT_GT(bursts, 0) << width;
  }
}

// ---- narrow_interval

TEST(NarrowInterval, FindsTheCodeOfEveryFrequency) {
  std::mt19937 random(18);
  for (const auto& [name, width] : {std::pair("default", 10), {"generic", 8}, {"generic", 16}}) {
    const NarrowInterval model(RangeTables::builtin(name), width);
    const int half = 1 << (width - 1);
    for (int i = 0; i < 400; ++i) {
      const int p = static_cast<int>(random() % static_cast<unsigned>(32 * half)) - 16 * half;
      const int index = static_cast<int>(random() % static_cast<unsigned>(8 * width + 14));
      const int plain = model.plain_bits(index);
      ASSERT_EQ(plain, width > 10 ? std::max(index / 8 - 8, 0) : 0);
      std::uint32_t end = 0;
      for (int k = 0; k < 20; ++k) {
        const std::uint32_t target = 2 + static_cast<std::uint32_t>(random() % 8189);
        const Code code = model.find(target, p, index);
        const Interval interval = model.of(code, p, index);
        ASSERT_GE(target, interval.low);
        ASSERT_LT(target, interval.low + interval.frequency);
        end = std::max(end, interval.low + interval.frequency);
        // All codes of the group have its interval.
        const Interval other = model.of(static_cast<Code>(code + (1 << plain) - 1), p, index);
        ASSERT_EQ(other.low, interval.low);
        ASSERT_EQ(other.frequency, interval.frequency);
      }
      ASSERT_LE(end, 8191U);
      ASSERT_EQ(model.of(static_cast<Code>(-half), p, index).low, 2U);
    }
  }
}

// ---- Huffman

/// Cost of the best unlimited prefix code, by merging the two lightest again and again.
double huffman_cost(const std::vector<double>& weights) {
  std::multimap<double, int> heap;
  for (const double w : weights) heap.emplace(w, 0);
  double cost = 0;
  while (heap.size() > 1) {
    const double a = heap.begin()->first;
    heap.erase(heap.begin());
    const double b = heap.begin()->first;
    heap.erase(heap.begin());
    cost += a + b;
    heap.emplace(a + b, 0);
  }
  return cost;
}

TEST(LimitedLengths, EqualsHuffmanWhereTheLimitDoesNotBind) {
  std::mt19937 random(2);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<double> weights(2 + random() % 100);
    for (double& w : weights) w = 1.0 + static_cast<double>(random() % 50);
    const auto lengths = limited_lengths(weights, kMaxCodeLength);
    double cost = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) cost += weights[i] * lengths[i];
    ASSERT_NEAR(cost, huffman_cost(weights), 1e-6);
  }
}

TEST(LimitedLengths, IsOptimalUnderTheLimit) {
  // All complete codes of 5 symbols with at most 3 bits, tried one by one.
  const std::vector<double> weights = {1, 2, 50, 100, 1000};
  double best = 1e9;
  for (int code = 0; code < 243; ++code) {
    int digits = code;
    int kraft = 0;
    double cost = 0;
    for (const double w : weights) {
      const int length = 1 + digits % 3;
      digits /= 3;
      kraft += 8 >> length;
      cost += w * length;
    }
    if (kraft == 8) best = std::min(best, cost);
  }
  const auto lengths = limited_lengths(weights, 3);
  double cost = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) cost += weights[i] * lengths[i];
  EXPECT_DOUBLE_EQ(cost, best);
}

TEST(LimitedLengths, ExtremeWeightsStayWithinTheLimitAndComplete) {
  std::vector<double> weights(64);
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = std::pow(2.0, static_cast<double>(i));
  const auto lengths = limited_lengths(weights, kMaxCodeLength);
  std::uint32_t kraft = 0;
  for (const auto n : lengths) {
    ASSERT_GE(n, 1);
    ASSERT_LE(n, kMaxCodeLength);
    kraft += 1U << (kMaxCodeLength - n);
  }
  EXPECT_EQ(kraft, 1U << kMaxCodeLength);
}

TEST(CanonicalCodes, ArePrefixFreeAndOrdered) {
  // The example of RFC 1951, section 3.2.2.
  const auto codes = canonical_codes({3, 3, 3, 3, 3, 2, 4, 4});
  const std::uint32_t expected[] = {0b010, 0b011, 0b100, 0b101, 0b110, 0b00, 0b1110, 0b1111};
  for (std::size_t i = 0; i < codes.size(); ++i) EXPECT_EQ(codes[i].bits, expected[i]);
}

TEST(Huffman, EveryResidualOfEveryTableComesBack) {
  std::mt19937 random(3);
  for (const TableSet& tables :
       {TableSet::builtin("default"), TableSet::builtin("generic"), one_table()}) {
    for (const int width : {10, 12, 16}) {
      const HuffmanEncoder encoder(tables, width);
      const HuffmanDecoder decoder(tables, width);
      const std::int32_t half = 1 << (width - 1);
      std::vector<Code> codes;
      std::vector<std::int32_t> predicted;
      std::vector<CodingContext> contexts;
      BitPacker packer;
      std::size_t bits = 0;
      for (std::size_t t = 0; t < tables.lengths.size(); ++t) {
        for (int i = 0; i < 200; ++i) {
          const auto q =
              static_cast<std::int32_t>(random() % (2U * static_cast<unsigned>(half))) - half;
          std::int32_t code = i % 4 == 0 ? static_cast<std::int32_t>(random()) % half
                                         : q + static_cast<std::int32_t>(random() % 80) - 40;
          code = std::min(std::max(code, -half), half - 1);
          const CodingContext context{static_cast<int>(t), static_cast<int>(random() % 5)};
          const Codeword word = encoder.encode(static_cast<Code>(code), q, context);
          ASSERT_GE(word.length, 1);
          ASSERT_LE(word.length, kMaxCodeLength + width);
          packer.put(word.bits, word.length);
          bits += static_cast<std::size_t>(word.length);
          codes.push_back(static_cast<Code>(code));
          predicted.push_back(q);
          contexts.push_back(context);
        }
      }
      const auto payload = packer.take();
      ASSERT_EQ(payload.size(), (bits + 31) / 32 * 4);
      BitReader reader(payload.data(), payload.size());
      for (std::size_t i = 0; i < codes.size(); ++i) {
        ASSERT_EQ(decoder.decode(reader, predicted[i], contexts[i]), codes[i])
            << tables.name << " " << i;
      }
      EXPECT_EQ(reader.consumed_bits(), bits);
      EXPECT_FALSE(reader.overrun());
    }
  }
}

TEST(Huffman, MemoryWordsAreTheCodesBehindALeadingOne) {
  const TableSet& tables = TableSet::builtin("default");
  const HuffmanEncoder encoder(tables, 10);
  ASSERT_EQ(encoder.memory().size(), tables.lengths.size() * 64);
  for (std::size_t t = 0; t < tables.lengths.size(); ++t) {
    const auto codes = canonical_codes(tables.lengths[t]);
    for (std::size_t s = 0; s < codes.size(); ++s) {
      ASSERT_EQ(encoder.memory()[t * 64 + s], (1U << codes[s].length) + codes[s].bits);
    }
  }
}

// ---- bit packer

TEST(BitPacker, FirstBitIsTheMostSignificant) {
  BitPacker packer;
  packer.put(1, 1);
  packer.put(0x2A, 7);
  packer.put(0x5555, 16);
  EXPECT_EQ(packer.take(), (std::vector<std::uint8_t>{0xAA, 0x55, 0x55, 0x00}));
  EXPECT_TRUE(packer.take().empty()) << "starts anew";
}

TEST(BitPacker, AnySequenceOfLengthsComesBack) {
  std::mt19937 random(4);
  for (int trial = 0; trial < 50; ++trial) {
    BitPacker packer;
    std::vector<std::pair<std::uint32_t, int>> words;
    for (int i = 0; i < 500; ++i) {
      const int length = static_cast<int>(random() % 33);
      const auto mask = (std::uint64_t{1} << length) - 1;
      words.emplace_back(static_cast<std::uint32_t>(random() & mask), length);
      packer.put(words.back().first, length);
    }
    const auto payload = packer.take();
    BitReader reader(payload.data(), payload.size());
    for (const auto& [bits, length] : words) ASSERT_EQ(reader.get(length), bits);
    EXPECT_FALSE(reader.overrun());
    EXPECT_EQ(reader.get(32), 0U) << "zeros past the end";
    EXPECT_TRUE(reader.overrun());
  }
}

// ---- packetizer

TEST(Packetizer, LayoutIsTheDocumentsOne) {
  Packetizer packetizer(0x89ABCDEF);
  PacketHeader header;
  packetizer.wrap(header, {});
  header.type = PacketType::kHuffman;
  header.step = 6;
  header.key = true;
  header.last = true;
  header.frames = 0x561234;
  header.first_frame = 0xA1B2C3D4;
  const auto packet = packetizer.wrap(header, {1, 2, 3, 4});
  const std::vector<std::uint8_t> expected = {'N',  'R',  0x31, 0x06, 0x01, 0x00, 0x00, 0x00,
                                              0xD4, 0xC3, 0xB2, 0xA1, 0x34, 0x12, 0x56, 0x01,
                                              0x00, 0x00, 0xEF, 0xCD, 1,    2,    3,    4};
  ASSERT_EQ(packet.size(), 28U);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), packet.begin()));
  const auto crc = static_cast<std::uint32_t>(crc32(0, expected.data(), 24));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(packet[24 + i], (crc >> (8 * i)) & 0xFF);

  const ParsedPacket parsed = parse_packet(packet.data(), packet.size());
  ASSERT_EQ(parsed.status, ParseStatus::kPacket);
  EXPECT_EQ(parsed.header.sequence, 1);
  EXPECT_EQ(parsed.header.stream, 0xCDEF);
  EXPECT_EQ(parsed.header.step, 6);
  EXPECT_EQ(parsed.header.frames, 0x561234);
  EXPECT_EQ(parsed.header.first_frame, 0xA1B2C3D4);
  EXPECT_TRUE(parsed.header.key);
  EXPECT_TRUE(parsed.header.last);
  EXPECT_EQ(parsed.size, packet.size());
}

TEST(Packetizer, EverySingleBitErrorIsSeen) {
  Packetizer packetizer;
  PacketHeader header;
  header.type = PacketType::kHuffman;
  header.frames = 7;
  const auto packet = packetizer.wrap(header, {9, 8, 7, 6, 5, 4, 3, 2});
  for (std::size_t bit = 0; bit < packet.size() * 8; ++bit) {
    auto damaged = packet;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    EXPECT_NE(parse_packet(damaged.data(), damaged.size()).status, ParseStatus::kPacket) << bit;
  }
  for (std::size_t size = 0; size < packet.size(); ++size) {
    EXPECT_EQ(parse_packet(packet.data(), size).status, ParseStatus::kIncomplete) << size;
  }
}

TEST(Packetizer, AnUnknownHeaderIsRefusedAtOnce) {
  std::vector<std::uint8_t> header(kPacketHeaderBytes);
  const auto status = [&](std::uint8_t type, std::uint8_t coding) {
    header[0] = 'N';
    header[1] = 'R';
    header[2] = type;
    header[3] = coding;
    header[12] = 1;  // frame
    header[13] = 1;  // more of them, or words of payload after a short header
    return parse_packet(header.data(), header.size()).status;
  };
  EXPECT_EQ(status(1, 0), ParseStatus::kIncomplete);
  EXPECT_EQ(status(1, 23), ParseStatus::kIncomplete);
  EXPECT_EQ(status(5, 0), ParseStatus::kIncomplete);
  EXPECT_EQ(status(6, 0), ParseStatus::kIncomplete);
  EXPECT_EQ(status(1, 0x60), ParseStatus::kIncomplete);
  EXPECT_EQ(status(7, 0), ParseStatus::kIncomplete);
  EXPECT_EQ(status(8, 0), ParseStatus::kBadHeader) << "type";
  EXPECT_EQ(status(0x81, 0), ParseStatus::kIncomplete);
  EXPECT_EQ(status(0x83, 0), ParseStatus::kIncomplete);
  for (const unsigned type : {0x80U, 0x84U, 0x85U, 0x86U, 0x87U}) {
    EXPECT_EQ(status(static_cast<std::uint8_t>(type), 0), ParseStatus::kBadHeader)
        << "short header of another type";
  }
  EXPECT_EQ(status(1, 24), ParseStatus::kBadHeader) << "rounding step";
  EXPECT_EQ(status(1, 0x80), ParseStatus::kBadHeader) << "lanes";
  EXPECT_EQ(status(4, 1), ParseStatus::kBadHeader) << "rounding without codes";
}

TEST(Packetizer, AStreamHeaderSaysItsNumberTwice) {
  StreamHeader h;
  h.stream_number = 0x12345678;
  Packetizer right(0x9ABC5678);
  Packetizer wrong(0x12345679);
  for (Packetizer* p : {&right, &wrong}) {
    const auto packet = p->wrap({}, serialise(h));
    EXPECT_EQ(parse_packet(packet.data(), packet.size()).status,
              p == &right ? ParseStatus::kPacket : ParseStatus::kBadHeader);
  }
}

TEST(StreamHeader, ComesBackAndIsChecked) {
  StreamHeader h;
  h.channels = 384;
  h.rate_millihertz = 19531250;
  h.table_id = 0xDEADBEEF;
  h.total_frames = 1234567890;
  h.packet_frames = 20;
  h.container = 2;
  h.stream_number = 0x12345678;
  const auto payload = serialise(h);
  EXPECT_EQ(parse_stream_header(payload.data(), payload.size()).stream_number, 0x12345678U);
  ASSERT_EQ(payload.size(), kStreamHeaderBytes);
  EXPECT_EQ(serialise(parse_stream_header(payload.data(), payload.size())), payload);
  struct {
    std::size_t at;
    std::uint8_t value;
  } const bad[] = {{0, 2},  {0, 4},  {1, 4},  {1, 0x30}, {1, 0xA0}, {2, 3},  {2, 9},  {3, 9},
                   {3, 17}, {24, 1}, {24, 2}, {24, 4},   {24, 8},   {25, 8}, {26, 1}, {27, 2}};
  for (const auto& b : bad) {
    auto damaged = payload;
    damaged[b.at] = b.value;
    EXPECT_THROW(parse_stream_header(damaged.data(), damaged.size()), Error) << b.at;
  }
  EXPECT_THROW(parse_stream_header(payload.data(), kStreamHeaderBytes - 1), Error);
}

TEST(StreamHeader, AChannelOrderHoldsEachChannelOnce) {
  StreamHeader h;
  h.channels = 5;
  h.order = {4, 0, 1, 3, 2};
  for (const bool with_map : {false, true}) {
    if (with_map) {
      h.mapping = Mapping::kMap;
      h.map = {{{3, 2, Rounding::kDown}}, {{0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, -50000}}};
    }
    const auto payload = serialise(h);
    EXPECT_EQ(payload[24], 8);
    EXPECT_EQ(payload.size() % 4, 0U);
    // 4 - 0, 0 - 5, 1 - 1, 3 - 2, 2 - 4, and padding.
    EXPECT_EQ(std::vector<std::uint8_t>(payload.end() - 8, payload.end()),
              (std::vector<std::uint8_t>{8, 9, 0, 2, 3, 0, 0, 0}));
    EXPECT_TRUE(stream_header_length_possible(payload.data(), payload.size()));
    const StreamHeader back = parse_stream_header(payload.data(), payload.size());
    EXPECT_EQ(back.order, h.order);
    EXPECT_EQ(serialise(back), payload);
    const auto refused = [&](std::size_t from_end, std::uint8_t value) {
      auto damaged = payload;
      damaged[damaged.size() - from_end] = value;
      EXPECT_THROW(parse_stream_header(damaged.data(), damaged.size()), Error) << from_end;
    };
    refused(8, 10);  // channel 5
    refused(7, 11);  // channel -1
    refused(5, 0);   // channel 2 twice
    refused(1, 1);   // padding
    EXPECT_THROW(parse_stream_header(payload.data(), payload.size() - 4), Error);
    auto longer = payload;
    longer.resize(longer.size() + 4);
    EXPECT_THROW(parse_stream_header(longer.data(), longer.size()), Error);
  }
  h.order = {0, 1};
  EXPECT_THROW(serialise(h), Error);
  h.order = {0, 1, 2, 3, 3};
  EXPECT_THROW(serialise(h), Error);
  h.order = {0, 1, 2, 3, 5};
  EXPECT_THROW(serialise(h), Error);
}

TEST(StreamHeader, CorrectionsAreOfTheRangeProfile) {
  StreamHeader h;
  h.profile = Profile::kRange;
  h.container = 2;
  h.corrections = {true, true};
  auto payload = serialise(h);
  EXPECT_EQ(payload[1], 0x21) << "bits 6..4 container, bits 3..0 profile";
  EXPECT_EQ(payload[24], 6) << "bit 2 taps, bits 1..0 neighbours";
  const StreamHeader with = parse_stream_header(payload.data(), payload.size());
  EXPECT_TRUE(with.corrections.taps && with.corrections.neighbour);
  EXPECT_EQ(serialise(with), payload);
  payload[1] = 0x20;
  try {
    parse_stream_header(payload.data(), payload.size());
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("only the range profile"), std::string::npos);
  }
}

TEST(StreamHeader, TheNarrowStateIsOfTwoProfiles) {
  StreamHeader h;
  h.narrow = true;
  auto payload = serialise(h);
  EXPECT_EQ(payload[24], 16) << "bit 4";
  EXPECT_TRUE(parse_stream_header(payload.data(), payload.size()).narrow);
  const auto refused = [](const StreamHeader& header, const char* what) {
    const auto bytes = serialise(header);
    try {
      parse_stream_header(bytes.data(), bytes.size());
      return false;
    } catch (const Error& e) {
      return std::string(e.what()).find(what) != std::string::npos;
    }
  };
  for (const Profile profile : {Profile::kNeural, Profile::kCascade}) {
    h.profile = profile;
    EXPECT_TRUE(refused(h, "only the huffman and the range profile"));
  }
  h.profile = Profile::kRange;
  EXPECT_FALSE(refused(h, ""));
  for (const Corrections& corrections : {Corrections{true, false}, Corrections{false, true}}) {
    h.corrections = corrections;
    EXPECT_TRUE(refused(h, "does not go with neighbours or taps"));
  }
  h.corrections = {};
  h.profile = Profile::kHuffman;
  h.mapping = Mapping::kCode;
  h.code_width = 8;
  EXPECT_FALSE(refused(h, ""));
  h.code_width = 7;
  EXPECT_TRUE(refused(h, "8 to 16 bits, not of 7"));
}

}  // namespace
}  // namespace nrc
