// SPDX-License-Identifier: Apache-2.0
//
// The stages of the range profile, against docs/bitstream.md and simple restatements of it.
#include "stages/range.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "host/recording_generator.hpp"
#include "nrc/error.hpp"
#include "nrc/packet.hpp"
#include "nrc/payload.hpp"
#include "nrc/table_files.hpp"
#include "stages/dispersion.hpp"
#include "stages/interval.hpp"
#include "stages/linearizer.hpp"
#include "stages/neighbour.hpp"
#include "stages/taps.hpp"
#include "train/range_trainer.hpp"

namespace nrc {
namespace {

TEST(Linearizer, EvenCodesStandForThemselves) {
  const Linearizer linearizer(RangeTables::builtin("generic"), 12);
  for (int c = -2048; c <= 2047; ++c) {
    const CodeInterval i = linearizer.interval(static_cast<Code>(c));
    ASSERT_EQ(i.value, 64 * c);
    ASSERT_EQ(i.low, 64 * c - 32);
    ASSERT_EQ(i.high, 64 * c + 32);
  }
}

TEST(Linearizer, TrainedCodesTileTheInput) {
  const RangeTables& tables = RangeTables::builtin("default");
  const Linearizer linearizer(tables, 10);
  for (int c = -511; c <= 510; ++c) {
    const CodeInterval i = linearizer.interval(static_cast<Code>(c));
    ASSERT_EQ(i.low, linearizer.interval(static_cast<Code>(c - 1)).high);
    ASSERT_LE(i.low, i.high);
    ASSERT_EQ(i.value % 16, 0);
    ASSERT_LE(i.value, i.high);
    ASSERT_GT(i.value, i.low - 16);
  }
  EXPECT_THROW(Linearizer(tables, 12), Error);
  EXPECT_THROW(Linearizer(RangeTables::builtin("generic"), 3), Error);
}

TEST(Dispersion, FollowsTheWrittenRules) {
  std::mt19937 random(1);
  for (const int width : {8, 10, 16}) {
    const Dispersion dispersion(4096, width);
    DispersionState state;
    std::int64_t scale = 0, burst = 0;
    for (int i = 0; i < 30000; ++i) {
      const bool reset = i == 0 || random() % 997 == 0;
      const std::int64_t s = std::max<std::int64_t>(reset ? 4096 : scale, 64);
      const auto octave =
          static_cast<std::int64_t>(std::floor(std::log2(static_cast<double>(s)))) - 6;
      const std::int64_t index = 16 * octave + ((s >> (octave + 2)) % 16) + (reset ? 0 : burst);
      ASSERT_EQ(dispersion.index(state, reset), index);
      const int spread = 1 << (random() % static_cast<unsigned>(width + 7));
      const auto e =
          static_cast<std::int32_t>(random() % static_cast<unsigned>(2 * spread + 1)) - spread;
      const int boost = static_cast<int>(random() % 8);
      dispersion.update(state, e, reset, boost);
      if (reset) {
        scale = 4096;
        burst = 0;
      } else {
        const std::int64_t m =
            std::min<std::int64_t>(std::abs(e), (std::int64_t{1} << (width + 2)) - 1) << 4;
        if (m >= 7 * scale) {
          burst = std::min<std::int64_t>(burst + 8, 15);
        } else if (2 * m >= 7 * scale) {
          burst = std::min<std::int64_t>(burst + 4, 15);
        } else {
          burst = std::max<std::int64_t>(burst - 1, 0);
        }
        scale += static_cast<std::int64_t>(
            std::floor(static_cast<double>(m - scale) * (1 << boost) / 256.0));
      }
      ASSERT_EQ(state.scale, scale);
      ASSERT_EQ(state.burst, burst);
      ASSERT_LT(state.scale, 1U << (width + 6));
    }
  }
}

// ---- neighbour

std::int64_t sign_of(std::int64_t v) { return (v > 0) - (v < 0); }

std::int64_t floor_shift(std::int64_t v, int bits) {
  return static_cast<std::int64_t>(std::floor(std::ldexp(static_cast<double>(v), -bits)));
}

TEST(Neighbour, FollowsTheWrittenRules) {
  std::mt19937 random(20);
  const auto between = [&random](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
  };
  for (int width = 4; width <= 16; ++width) {
    const std::int64_t lowest = -(std::int64_t{1} << (width + 5));
    const std::int64_t highest = ((std::int64_t{1} << (width - 1)) - 1) * 64;
    const Neighbour neighbour(width);
    NeighbourState state;
    NeighbourInputs inputs{};
    std::int64_t g1 = 0, g2 = 0, g3 = 0, n1 = 0, n2 = 0, m = 0;
    int at_limit = 0, cut_inputs = 0, cut_predictions = 0;
    for (int i = 0; i < 40000; ++i) {
      const bool reset = i == 0 || random() % 9000 == 0;
      const int boost = static_cast<int>(random() % 8);
      // Runs in which the signs agree, differ, or do neither, long enough for both limits.
      const int trend = (i / 4000) % 3;
      if (random() % 30 == 0) {  // a frame begins
        inputs = {};
        n1 = n2 = m = 0;
      }
      const std::int64_t spread = std::int64_t{1} << between(0, width + 6);
      const std::int64_t p = random() % 10 == 0   ? lowest
                             : random() % 10 == 0 ? highest
                                                  : between(lowest, highest);
      if (reset) g1 = g2 = g3 = 0;
      const std::int64_t wanted = p + floor_shift(g1 * n1 + g2 * n2 + g3 * m, 8);
      const std::int64_t corrected = std::min(std::max(wanted, lowest), highest);
      ASSERT_EQ(neighbour.correct(state, inputs, static_cast<std::int32_t>(p), reset), corrected)
          << width << " bits, prediction " << p;
      std::int64_t e = random() % 20 == 0 ? 0 : between(-spread, spread);
      if (trend != 2) e = std::abs(e) * sign_of(n1) * (trend == 0 ? 1 : -1);
      Neighbour::update(state, inputs, static_cast<std::int32_t>(e), reset, boost);
      if (!reset && (e < -32 || e >= 32)) {
        const std::int64_t step = sign_of(e) * (1 << (boost / 2));
        const auto moved = [&](std::int64_t g, std::int64_t n) {
          return std::min<std::int64_t>(std::max<std::int64_t>(g + sign_of(n) * step, -256), 255);
        };
        g1 = moved(g1, n1);
        g2 = moved(g2, n2);
        g3 = moved(g3, m);
      }
      ASSERT_EQ(state.gain[0], g1);
      ASSERT_EQ(state.gain[1], g2);
      ASSERT_EQ(state.gain[2], g3);
      const std::int64_t own = random() % 20 == 0 ? 0 : between(-spread, spread);
      neighbour.pass(inputs, static_cast<std::int32_t>(own));
      n2 = n1;
      n1 = std::min(std::max(own, lowest), -lowest - 1);
      m += floor_shift(n1 - m, 3);
      ASSERT_EQ(inputs[0], n1);
      ASSERT_EQ(inputs[1], n2);
      ASSERT_EQ(inputs[2], m);
      at_limit += g1 == -256 || g1 == 255;
      cut_inputs += n1 != own;
      cut_predictions += wanted != corrected;
    }
    EXPECT_GT(at_limit, 100) << width;
    EXPECT_GT(cut_inputs, 100) << width;
    EXPECT_GT(cut_predictions, 100) << width;
  }
}

TEST(Neighbour, CornersOfTenBits) {
  const Neighbour neighbour(10);
  const auto passed = [&](std::int32_t innovation) {
    NeighbourInputs inputs{};
    neighbour.pass(inputs, innovation);
    return inputs[0];
  };
  EXPECT_EQ(passed(32767), 32767);
  EXPECT_EQ(passed(32768), 32767);
  EXPECT_EQ(passed(-32768), -32768);
  EXPECT_EQ(passed(-32769), -32768);
  EXPECT_EQ(passed(-65472), -32768) << "the largest innovation there is";

  const auto corrected = [&](NeighbourState state, NeighbourInputs inputs,
                             std::int32_t prediction) {
    return neighbour.correct(state, inputs, prediction, false);
  };
  EXPECT_EQ(corrected({{0, 0, 0}}, {32767, 32767, 32767}, 123), 123);
  EXPECT_EQ(corrected({{128, 0, 0}}, {3, 0, 0}, 0), 1) << "1.5 floored";
  EXPECT_EQ(corrected({{0, 128, 0}}, {0, -3, 0}, 0), -2) << "-1.5 floored";
  EXPECT_EQ(corrected({{128, 128, 0}}, {3, -3, 0}, 0), 0) << "one shift for all three";
  EXPECT_EQ(corrected({{-256, -256, -256}}, {100, 10, 1}, 7), -104);
  EXPECT_EQ(corrected({{255, 255, 255}}, {32767, 32767, 32767}, 0), 32704) << "the highest code";
  EXPECT_EQ(corrected({{255, 0, 0}}, {32767, 0, 0}, -32768), -129) << "inside: 32639 - 32768";
  EXPECT_EQ(corrected({{-256, -256, -256}}, {32767, 32767, 32767}, 0), -32768) << "the lowest code";
  EXPECT_EQ(corrected({{-256, -256, -256}}, {-32768, -32768, -32768}, 32704), 32704);
  EXPECT_EQ(neighbour.correct({{250, 250, 250}}, {32767, 32767, 32767}, 5, true), 5)
      << "a reset counts before the code";

  NeighbourState state;
  const auto update = [&](NeighbourInputs inputs, std::int32_t innovation, bool reset, int boost) {
    Neighbour::update(state, inputs, innovation, reset, boost);
    return state.gain;
  };
  using Gains = decltype(state.gain);
  EXPECT_EQ(update({1, -1, 0}, 32, false, 0), (Gains{1, -1, 0}));
  EXPECT_EQ(update({1, -1, 0}, 31, false, 0), (Gains{1, -1, 0})) << "within half a code";
  EXPECT_EQ(update({1, -1, 0}, -32, false, 0), (Gains{1, -1, 0})) << "within half a code";
  EXPECT_EQ(update({1, -1, 5}, -33, false, 1), (Gains{0, 0, -1}));
  EXPECT_EQ(update({1, -1, 5}, 33, false, 7), (Gains{8, -8, 7})) << "boost / 2, rounded down";
  for (int i = 0; i < 100; ++i) update({1, -1, 1}, 100, false, 6);
  EXPECT_EQ(state.gain, (Gains{255, -256, 255}));
  EXPECT_EQ(update({1, 1, 1}, 100, true, 0), (Gains{0, 0, 0})) << "a reset counts after the code";
}

// ---- taps

TEST(Taps, FollowsTheWrittenRules) {
  std::mt19937 random(21);
  const auto between = [&random](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
  };
  for (int width = 4; width <= 16; ++width) {
    const std::int64_t half = std::int64_t{1} << (width - 1);
    const Taps taps(width);
    TapsState state;
    std::int64_t w1 = 0, w2 = 0, a1 = 0, a2 = 0;
    int at_limit = 0, cut_inputs = 0, cut_predictions = 0;
    for (int i = 0; i < 40000; ++i) {
      const bool reset = i == 0 || random() % 9000 == 0;
      const int boost = static_cast<int>(random() % 8);
      const int trend = (i / 4000) % 3;
      const std::int64_t p = random() % 10 == 0   ? -64 * half
                             : random() % 10 == 0 ? 64 * (half - 1)
                                                  : between(-64 * half, 64 * (half - 1));
      if (reset) w1 = w2 = a1 = a2 = 0;
      const std::int64_t wanted = p + floor_shift(w1 * a1 + w2 * a2, 2);
      const std::int64_t corrected = std::min(std::max(wanted, -64 * half), 64 * (half - 1));
      ASSERT_EQ(taps.correct(state, static_cast<std::int32_t>(p), reset), corrected) << width;

      const std::int64_t spread = std::int64_t{1} << between(0, width + 6);
      const std::int64_t e = random() % 20 == 0 ? 0 : between(-spread, spread);
      std::int64_t left = random() % 20 == 0 ? 0 : between(-spread, spread);
      if (trend != 2) left = std::abs(left) * sign_of(a1) * (trend == 0 ? 1 : -1);
      taps.update(state, static_cast<std::int32_t>(e), static_cast<std::int32_t>(left), reset,
                  boost);
      if (!reset) {
        if (left < -32 || left >= 32) {
          const std::int64_t step = sign_of(left) * (1 << (boost / 2));
          w1 = std::min<std::int64_t>(std::max<std::int64_t>(w1 + sign_of(a1) * step, -512), 511);
          w2 = std::min<std::int64_t>(std::max<std::int64_t>(w2 + sign_of(a2) * step, -512), 511);
        }
        a2 = a1;
        a1 = std::min(std::max(floor_shift(e + 32, 6), -half), half - 1);
        cut_inputs += a1 != floor_shift(e + 32, 6);
      }
      ASSERT_EQ(state.weight[0], w1);
      ASSERT_EQ(state.weight[1], w2);
      ASSERT_EQ(state.past[0], a1);
      ASSERT_EQ(state.past[1], a2);
      at_limit += w1 == -512 || w1 == 511;
      cut_predictions += wanted != corrected;
    }
    EXPECT_GT(at_limit, 100) << width;
    EXPECT_GT(cut_inputs, 100) << width;
    EXPECT_GT(cut_predictions, 100) << width;
  }
}

TEST(Taps, CornersOfTenBits) {
  const Taps taps(10);
  const auto corrected = [&](TapsState state, std::int32_t prediction) {
    return taps.correct(state, prediction, false);
  };
  EXPECT_EQ(corrected({{500, -500}, {0, 0}}, 123), 123);
  EXPECT_EQ(corrected({{3, 0}, {1, 0}}, 0), 0) << "3/4 floored";
  EXPECT_EQ(corrected({{0, -3}, {0, 1}}, 0), -1) << "-3/4 floored";
  EXPECT_EQ(corrected({{3, 3}, {1, 1}}, 0), 1) << "one shift for both";
  EXPECT_EQ(corrected({{511, 511}, {511, 511}}, 0), 32704) << "the highest code";
  EXPECT_EQ(corrected({{511, 511}, {-512, -512}}, 0), -32768) << "the lowest code";
  EXPECT_EQ(taps.correct({{511, 511}, {511, 511}}, 5, true), 5) << "reset before the code";

  TapsState state;
  const auto past = [&](std::int32_t innovation) {
    taps.update(state, innovation, 0, false, 0);
    return state.past[0];
  };
  EXPECT_EQ(past(31), 0);
  EXPECT_EQ(past(32), 1);
  EXPECT_EQ(past(-32), 0);
  EXPECT_EQ(past(-33), -1);
  EXPECT_EQ(past(65472), 511);
  EXPECT_EQ(state.past[1], -1);
  EXPECT_EQ(past(-65472), -512);
  EXPECT_EQ(state.past[1], 511);
  taps.update(state, 100, 32, false, 3);
  EXPECT_EQ(state.weight[0], -2) << "boost / 2, rounded down";
  EXPECT_EQ(state.weight[1], 2);
  taps.update(state, 100, 31, false, 7);
  EXPECT_EQ(state.weight[0], -2) << "within half a code";
  taps.update(state, 100, 100, true, 0);
  EXPECT_EQ(state.weight[1], 0) << "reset after the code";
  EXPECT_EQ(state.past[0], 0);
}

// ---- interval

struct Situation {
  std::int32_t prediction;
  int index;
};

std::vector<Situation> situations(std::mt19937& random, int width, int count) {
  std::vector<Situation> all;
  const int half = 1 << (width + kFracBits - 1);
  for (int i = 0; i < count; ++i) {
    all.push_back({static_cast<int>(random() % (2U * static_cast<unsigned>(half) - 63U)) - half,
                   static_cast<int>(random() % static_cast<unsigned>(16 * width + 15))});
  }
  all.push_back({-half, 0});
  all.push_back({half - 64, 0});
  return all;
}

TEST(Interval, IntervalsTileTheFrequencies) {
  std::mt19937 random(2);
  for (const char* name : {"default", "generic"}) {
    const RangeTables& tables = RangeTables::builtin(name);
    const Linearizer linearizer(tables, 10);
    const IntervalModel model(tables, linearizer);
    for (const Situation& s : situations(random, 10, 300)) {
      std::uint32_t next = kEscapeFrequency;
      for (int c = -512; c <= 511; ++c) {
        const Interval i = model.of(static_cast<Code>(c), s.prediction, s.index);
        ASSERT_EQ(i.low, next);
        ASSERT_EQ(i.low, model.cumulative(static_cast<Code>(c), s.prediction, s.index));
        ASSERT_EQ(i.escape(), i.frequency < 2);
        next += i.frequency;
      }
      ASSERT_EQ(next, kTopFrequency);
    }
  }
}

TEST(Interval, IsTheWrittenFormula) {
  const RangeTables& tables = RangeTables::builtin("default");
  const Linearizer linearizer(tables, 10);
  const IntervalModel model(tables, linearizer);
  std::mt19937 random(3);
  for (const Situation& s : situations(random, 10, 20000)) {
    const auto code = static_cast<Code>(static_cast<int>(random() % 1023) - 511);
    const std::int64_t edge = tables.edges[static_cast<std::size_t>(code + 511)];
    const int j = s.index % 16;
    const auto m = static_cast<std::int64_t>(std::lround(1024.0 * 32 / (33 + 2 * j)));
    const double scaled =
        static_cast<double>((edge - s.prediction) * m) / std::exp2(s.index / 16 + 5);
    const auto z = static_cast<int>(std::min(std::max(std::floor(scaled), -1024.0), 1023.0));
    const int expected = z >= 0 ? tables.cumulative[static_cast<std::size_t>(z)]
                                : 65551 - tables.cumulative[static_cast<std::size_t>(-1 - z)];
    ASSERT_EQ(model.cumulative(code, s.prediction, s.index), static_cast<std::uint32_t>(expected));
  }
}

/// Even tables, or trained ones with uneven edges, of a width.
RangeTables wide_tables(int width, bool trained) {
  RangeTables tables = RangeTables::builtin("generic");
  if (!trained) return tables;
  tables.code_width = width;
  for (int c = 1 - (1 << (width - 1)); c < 1 << (width - 1); ++c) {
    tables.edges.push_back(64 * c - 32 + (c % 3 == 0 ? 20 : 0));
  }
  tables.validate();
  return tables;
}

TEST(Interval, GroupsOfWideSignalsAreTheWrittenFormula) {
  std::mt19937 random(8);
  for (const int width : {10, 11, 12, 16}) {
    for (const bool trained : {false, true}) {
      if (trained && width > 12) continue;  // edges are of 12 bits at most
      const RangeTables tables = wide_tables(width, trained);
      const Linearizer linearizer(tables, width);
      const IntervalModel model(tables, linearizer);
      const std::int64_t half = std::int64_t{1} << (width - 1);
      std::vector<int> groups(10);  // by plain bits
      for (const Situation& s : situations(random, width, 20000)) {
        const int plain = width > 10 && s.index / 16 > 8 ? s.index / 16 - 8 : 0;
        ASSERT_EQ(model.plain_bits(s.index), plain) << width << ' ' << s.index;
        ++groups[static_cast<std::size_t>(plain)];
        if (plain == 0) continue;

        const auto edge = [&](std::int64_t code) -> std::uint32_t {
          if (code == -half) return 16;
          if (code == half) return 65535;
          const auto m = std::lround(1024.0 * 32 / (33 + 2 * (s.index % 16)));
          const double scaled = static_cast<double>((64 * code - 32 - s.prediction) * m) /
                                std::exp2(s.index / 16 + 5);
          const auto z = static_cast<int>(std::min(std::max(std::floor(scaled), -1024.0), 1023.0));
          return z >= 0 ? tables.cumulative[static_cast<std::size_t>(z)]
                        : 65551U - tables.cumulative[static_cast<std::size_t>(-1 - z)];
        };
        const std::int64_t code = static_cast<std::int64_t>(random() % (2U << (width - 1))) - half;
        const std::int64_t size = std::int64_t{1} << plain;
        const std::int64_t first = code - (code + half) % size;
        const Interval interval = model.of(static_cast<Code>(code), s.prediction, s.index);
        ASSERT_EQ(interval.low, edge(first));
        ASSERT_EQ(interval.low + interval.frequency, edge(first + size));
      }
      EXPECT_EQ(groups[1] > 0, width > 10);
      EXPECT_EQ(groups[8] > 0, width == 16);
    }
  }
}

TEST(Interval, FindInvertsEveryFrequency) {
  std::mt19937 random(4);
  for (const char* name : {"default", "generic"}) {
    for (const int width : {10, 16}) {
      const RangeTables& tables = RangeTables::builtin(name);
      if (tables.code_width != 0 && tables.code_width != width) continue;
      const Linearizer linearizer(tables, width);
      const IntervalModel model(tables, linearizer);
      for (const Situation& s : situations(random, width, 200)) {
        for (std::uint32_t target = kEscapeFrequency; target < kTopFrequency;
             target += 1 + static_cast<std::uint32_t>(random() % 200)) {
          const Code code = model.find(target, s.prediction, s.index);
          const Interval i = model.of(code, s.prediction, s.index);
          ASSERT_LE(i.low, target);
          ASSERT_GT(i.low + i.frequency, target);
        }
      }
    }
  }
}

TEST(Range, AnySequenceOfIntervalsComesBackAndCostsItsInformation) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 80; ++trial) {
    const int width = trial % 2 == 0 ? 10 : 16;
    const unsigned most_plain = width == 10 ? 0 : 11;  // with the neural profile's widening
    RangeEncoder encoder(width);
    CarryPacker packer;
    struct Step {
      Interval interval;
      Code code;
      int plain;
    };
    std::vector<Step> steps;
    double information = 0;
    std::size_t sent = 0;
    for (int i = 0; i < 3000; ++i) {
      Interval interval{0, 0};
      const auto code =
          static_cast<Code>(static_cast<int>(random() % (1U << width)) - (1 << (width - 1)));
      const auto plain = static_cast<int>(random() % (most_plain + 1));
      if (random() % 50 == 0) {
        interval.frequency = random() % 2;
        information += width + 12;
      } else {
        // From the rarest to the likeliest, at both ends of the range too.
        const std::uint32_t most = kTopFrequency - kEscapeFrequency;
        std::uint32_t n = std::max<std::uint32_t>(
            2, static_cast<std::uint32_t>(random()) % (2U << (random() % 16)));
        n = std::min(n, most);
        const std::uint32_t room = most - n;
        interval.low =
            kEscapeFrequency + (trial % 3 == 0   ? room
                                : trial % 3 == 1 ? 0
                                : room == 0      ? 0
                                                 : static_cast<std::uint32_t>(random()) % room);
        interval.frequency = n;
        information += 16 - std::log2(n) + plain;
      }
      const CarryWord word = encoder.encode(interval, code, plain);
      ASSERT_LE(word.length, width + 12);
      ASSERT_LT(word.bits >> word.length, 2U) << "one carry at most";
      sent += static_cast<std::size_t>(word.length);
      packer.put(word);
      steps.push_back({interval, code, plain});
    }
    packer.put(encoder.finish());
    const auto payload = packer.take();
    ASSERT_EQ(payload.size(), (sent + 1 + 31) / 32 * 4);
    // The whole parts of the range cost the rarest intervals a fraction of a bit.
    EXPECT_GT(static_cast<double>(sent), information - 40);
    EXPECT_LT(static_cast<double>(sent), 1.03 * information + 40);

    RangeDecoder decoder(payload.data(), payload.size(), width);
    for (const Step& step : steps) {
      const std::uint32_t target = decoder.target();
      if (step.interval.escape()) {
        ASSERT_LT(target, kEscapeFrequency);
        ASSERT_EQ(decoder.consume_escape(), step.code);
      } else {
        ASSERT_GE(target, step.interval.low);
        ASSERT_LT(target, step.interval.low + step.interval.frequency);
        decoder.consume(step.interval);
        ASSERT_EQ(decoder.consume_plain(step.plain), step.code & ((1 << step.plain) - 1));
      }
    }
    EXPECT_EQ(decoder.consumed_bits(), sent + 1);
    EXPECT_FALSE(decoder.overrun());
    EXPECT_TRUE(decoder.padding_is_zero());
  }
}

TEST(CarryPacker, ACarryRunsThroughAnyNumberOfOnes) {
  for (int ones = 0; ones <= 100; ++ones) {
    CarryPacker packer;
    packer.put({0b01, 2});
    for (int i = 0; i < ones; ++i) packer.put({1, 1});
    packer.put({0b10, 1});  // carry and a zero
    const auto payload = packer.take();
    BitReader reader(payload.data(), payload.size());
    EXPECT_EQ(reader.get(2), 0b10U) << ones;
    for (int i = 0; i < ones + 1; ++i) EXPECT_EQ(reader.get(1), 0U) << ones;
  }
}

/// `generic` tables for any width, `default` for the implant's.
RangeTables tables_of(int width) {
  RangeTables tables = RangeTables::builtin(width == 10 ? "default" : "generic");
  tables.initial_scale = std::min(tables.initial_scale, (1U << (width + 6)) - 1);
  return tables;
}

TEST(RangePayload, EveryWidthAndChannelCountComesBack) {
  std::mt19937 random(6);
  for (const int width : {4, 8, 10, 12, 16}) {
    for (const std::uint32_t channels : {1U, 8U, 384U}) {
      const Tables own = tables_of(width);
      const auto encoder = PayloadEncoder::make(own, width, channels);
      const auto decoder = PayloadDecoder::make(own, width, channels);
      const int half = 1 << (width - 1);
      for (int packet = 0; packet < 4; ++packet) {
        const std::size_t frames = packet == 2 ? 0 : 30;
        std::vector<Code> codes;
        for (std::size_t i = 0; i < frames * channels; ++i) {
          const int wild = static_cast<int>(random() % static_cast<unsigned>(2 * half)) - half;
          codes.push_back(static_cast<Code>(random() % 20 == 0 ? wild : wild / 16));
        }
        const bool key = packet != 1;
        const auto payload = encoder->encode(codes.data(), frames, key);
        ASSERT_LE(payload.size(), max_payload_bytes(Profile::kRange, width, codes.size()));
        ASSERT_LE(codes.size(), decoder->max_codes(payload.size()));
        std::vector<Code> decoded;
        decoder->decode(payload.data(), payload.size(), frames, key, decoded);
        ASSERT_EQ(decoded, codes) << width << " bits, " << channels << " channels";
      }
    }
  }
}

TEST(RangePayload, WideNoiseTakesItsEntropy) {
  std::mt19937 random(9);
  for (const int width : {12, 16}) {
    for (double deviation = 40; deviation < std::ldexp(1, width - 4); deviation *= 1.7) {
      std::normal_distribution<double> normal(0, deviation);
      constexpr std::size_t kFrames = 20000;
      std::vector<Code> codes(kFrames);
      for (Code& code : codes) code = static_cast<Code>(std::lround(normal(random)));
      const Tables& tables = Tables::builtin(Profile::kRange, "generic");
      const auto payload =
          PayloadEncoder::make(tables, width, 1)->encode(codes.data(), kFrames, true);
      const double entropy = std::log2(deviation * std::sqrt(2 * 3.14159265 * std::exp(1)));
      EXPECT_LT(static_cast<double>(payload.size()) * 8 / kFrames, entropy + 0.12) << deviation;
    }
  }
}

/// Codes in which a channel shares noise with the one before it: with it, against it, or both.
std::vector<Code> shared_noise(std::uint32_t channels, std::size_t frames, int width,
                               unsigned seed) {
  std::mt19937 random(seed);
  const int half = 1 << (width - 1);
  const auto noise = [&] {
    const int spread = std::max(half / 8, 2);
    return static_cast<int>(random() % static_cast<unsigned>(2 * spread + 1)) - spread;
  };
  std::vector<Code> codes;
  for (std::size_t frame = 0; frame < frames; ++frame) {
    int before = 0;
    for (std::uint32_t channel = 0; channel < channels; ++channel) {
      int code = channel % 3 == 0   ? noise() + noise()
                 : channel % 3 == 1 ? before + noise() / 4
                                    : noise() / 4 - before;
      if (random() % 200 == 0) code = random() % 2 ? half : -half;
      before = std::min(std::max(code, -half), half - 1);
      codes.push_back(static_cast<Code>(before));
    }
  }
  return codes;
}

/// Section 10 written once more: the payloads of packets of `packet_frames`, every other one a key
/// packet. The interval and the coder are those of the model; their own tests are above.
class RangeProfileWithCorrections {
 public:
  RangeProfileWithCorrections(const RangeTables& tables, int width, std::uint32_t channels,
                              const Corrections& corrections)
      : tables_(tables),
        width_(width),
        corrections_(corrections),
        linearizer_(tables, width),
        model_(tables, linearizer_),
        channels_(channels) {}

  std::vector<std::uint8_t> payload(const Code* codes, std::size_t frames, bool key) {
    RangeEncoder coder(width_);
    CarryPacker packer;
    const std::int64_t lowest = -(std::int64_t{1} << (width_ + 5));
    const std::int64_t highest = -lowest - 64;
    for (std::size_t frame = 0; frame < frames; ++frame) {
      std::int64_t n1 = 0, n2 = 0, m = 0;
      age_ = key && frame == 0 ? 0 : age_ + 1;
      int boost = 7;  // 4 frames, then half the boost for twice as many
      for (std::int64_t end = 4; boost > 0 && age_ > end; --boost) end = 2 * end + 4;
      for (Channel& c : channels_) {
        const bool first = key && frame == 0;
        if (first) c = {0, 0, 717, tables_.initial_scale, 0, 0, 0, 0, 0, 0, 0, 0};
        const std::int64_t d = c.last - c.level;
        const std::int64_t p =
            std::min(std::max(c.level + floor_shift(c.weight * d, 10), lowest), highest);
        std::int64_t tapped = p;
        if (corrections_.taps) {
          tapped += floor_shift(c.w1 * c.a1 + c.w2 * c.a2, 2);
          tapped = std::min(std::max(tapped, lowest), highest);
        }
        std::int64_t corrected = tapped;
        if (corrections_.neighbour) {
          corrected += floor_shift(c.g1 * n1 + c.g2 * n2 + c.g3 * m, 8);
          corrected = std::min(std::max(corrected, lowest), highest);
        }

        const std::int64_t s = std::max<std::int64_t>(c.scale, 64);
        int log2 = 0;
        while ((s >> (log2 + 1)) != 0) ++log2;
        const std::int64_t index = 16 * (log2 - 6) + floor_shift(s, log2 - 6 + 2) % 16 + c.burst;

        const Code code = *codes++;
        packer.put(
            first ? coder.verbatim(code)
                  : coder.encode(model_.of(code, static_cast<std::int32_t>(corrected),
                                           static_cast<int>(index)),
                                 code,
                                 width_ > 10 ? std::max(static_cast<int>(index >> 4) - 8, 0) : 0));

        const std::int64_t value = linearizer_.interval(code).value;
        const std::int64_t e = value - p;
        const std::int64_t corrected_e = value - corrected;
        if (first) {
          c.level = value;
        } else {
          if (e < -32 || e >= 32) {
            c.weight = std::min<std::int64_t>(
                std::max<std::int64_t>(c.weight + sign_of(d) * sign_of(e) * (1 << boost), -512),
                1280);
          }
          c.level += floor_shift(value - c.level, 3);
          const std::int64_t magnitude =
              16 *
              std::min<std::int64_t>(std::abs(corrected_e), (std::int64_t{1} << (width_ + 2)) - 1);
          c.burst = magnitude >= 7 * c.scale       ? std::min<std::int64_t>(c.burst + 8, 15)
                    : 2 * magnitude >= 7 * c.scale ? std::min<std::int64_t>(c.burst + 4, 15)
                                                   : std::max<std::int64_t>(c.burst - 1, 0);
          c.scale += floor_shift(magnitude - c.scale, 8 - boost);
          if (corrected_e < -32 || corrected_e >= 32) {
            const std::int64_t step = sign_of(corrected_e) * (1 << (boost / 2));
            const auto learn = [step](std::int64_t& weight, std::int64_t input,
                                      std::int64_t limit) {
              weight += sign_of(input) * step;
              weight = std::min<std::int64_t>(std::max<std::int64_t>(weight, -limit), limit - 1);
            };
            learn(c.g1, n1, 256);
            learn(c.g2, n2, 256);
            learn(c.g3, m, 256);
            learn(c.w1, c.a1, 512);
            learn(c.w2, c.a2, 512);
          }
          const std::int64_t half = std::int64_t{1} << (width_ - 1);
          c.a2 = c.a1;
          c.a1 = std::min(std::max(floor_shift(e + 32, 6), -half), half - 1);
        }
        c.last = value;
        n2 = n1;
        n1 = std::min(std::max(value - tapped, lowest), -lowest - 1);
        m += floor_shift(n1 - m, 3);
      }
    }
    packer.put(coder.finish());
    return packer.take();
  }

  std::int64_t gain(std::size_t channel) const { return channels_[channel].g1; }
  std::int64_t weight(std::size_t channel) const { return channels_[channel].w1; }

 private:
  struct Channel {
    std::int64_t level, last, weight, scale, burst, g1, g2, g3, w1, w2, a1, a2;
  };
  const RangeTables& tables_;
  int width_;
  Corrections corrections_;
  Linearizer linearizer_;
  IntervalModel model_;
  std::vector<Channel> channels_;
  std::int64_t age_ = 0;  ///< frames since the key packet's first
};

TEST(RangePayload, WithCorrectionsIsTheWrittenSection) {
  constexpr std::size_t kFrames = 400;
  for (const int width : {4, 5, 8, 10, 12, 16}) {
    for (const std::uint32_t channels : {1U, 2U, 3U, 64U}) {
      for (const Corrections& corrections :
           {Corrections{false, true}, Corrections{true, false}, Corrections{true, true}}) {
        const RangeTables tables = tables_of(width);
        const Tables own = tables;
        const auto encoder = PayloadEncoder::make(own, width, channels, corrections);
        const auto decoder = PayloadDecoder::make(own, width, channels, corrections);
        RangeProfileWithCorrections written(tables, width, channels, corrections);
        std::int64_t most = 0, least = 0, weights = 0;
        for (unsigned packet = 0; packet < 6; ++packet) {
          const bool key = packet == 0 || packet == 4;
          const auto codes = shared_noise(channels, kFrames, width, 7 * channels + packet);
          const auto payload = encoder->encode(codes.data(), kFrames, key);
          ASSERT_EQ(payload, written.payload(codes.data(), kFrames, key))
              << width << " bits, " << channels << " channels, packet " << packet << ", "
              << corrections_name(corrections);
          std::vector<Code> decoded;
          decoder->decode(payload.data(), payload.size(), kFrames, key, decoded);
          ASSERT_EQ(decoded, codes);
          for (std::size_t c = 0; c < channels; ++c) {
            most = std::max(most, written.gain(c));
            least = std::min(least, written.gain(c));
            weights = std::max(weights, std::abs(written.weight(c)));
          }
        }
        EXPECT_GE(most, channels >= 2 ? 75 : 0) << width << ": gains that test nothing";
        EXPECT_LE(least, channels >= 3 ? -75 : 0) << width << ": gains that test nothing";
        EXPECT_GE(weights, 4) << width << ": weights that test nothing";
      }
    }
  }
}

TEST(RangePayload, TheFirstChannelHasNoNeighbour) {
  const auto codes = shared_noise(1, 2000, 10, 30);
  const Tables& tables = Tables::builtin(Profile::kRange, "default");
  EXPECT_EQ(PayloadEncoder::make(tables, 10, 1, {false, true})->encode(codes.data(), 2000, true),
            PayloadEncoder::make(tables, 10, 1)->encode(codes.data(), 2000, true));
}

TEST(RangePayload, SharedNoiseTakesFewerBytesWithNeighbour) {
  const auto codes = shared_noise(3, 3000, 10, 31);
  const Tables& tables = Tables::builtin(Profile::kRange, "default");
  const auto size = [&](const Corrections& corrections) {
    return PayloadEncoder::make(tables, 10, 3, corrections)
        ->encode(codes.data(), 3000, true)
        .size();
  };
  EXPECT_LT(size({false, true}), size({}) * 9 / 10);
}

TEST(RangePayload, AnOversampledSignalTakesFewerBytesWithTaps) {
  std::mt19937 random(32);
  std::normal_distribution<double> normal(0, 3);
  std::vector<Code> codes;
  double x1 = 0, x2 = 0;
  for (int i = 0; i < 20000; ++i) {  // two poles near the unit circle, far below half the rate
    const double x = 1.9 * x1 - 0.92 * x2 + normal(random);
    x2 = x1;
    x1 = x;
    codes.push_back(static_cast<Code>(std::lround(std::min(std::max(x, -2000.0), 2000.0))));
  }
  const Tables& tables = Tables::builtin(Profile::kRange, "generic");
  const auto size = [&](const Corrections& corrections) {
    return PayloadEncoder::make(tables, 12, 1, corrections)
        ->encode(codes.data(), codes.size(), true)
        .size();
  };
  EXPECT_LT(size({true, false}), size({}) * 9 / 10);
}

TEST(RangePayload, DamageIsAnErrorOrOtherCodesButNeverACrash) {
  const auto codes = generate(4, 100, 7);
  const Tables& tables = Tables::builtin(Profile::kRange, "default");
  const auto payload = PayloadEncoder::make(tables, 10, 4)->encode(codes.data(), 100, true);
  int refused = 0;
  for (std::size_t bit = 0; bit < payload.size() * 8; ++bit) {
    auto damaged = payload;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (0x80 >> (bit % 8)));
    std::vector<Code> decoded;
    try {
      PayloadDecoder::make(tables, 10, 4)
          ->decode(damaged.data(), damaged.size(), 100, true, decoded);
      EXPECT_NE(decoded, codes) << bit;
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 0);
}

TEST(RangeTables, FilesComeBackAndMistakesAreNamed) {
  for (const std::string& name : RangeTables::builtin_names()) {
    const RangeTables& tables = RangeTables::builtin(name);
    const std::string path = std::string(NRC_SOURCE_DIR) + "/model/tables/range_" + name + ".json";
    EXPECT_EQ(load_range_tables(path).id(), tables.id());
    EXPECT_EQ(range_tables_from_json(to_json(tables), "x").id(), tables.id());
    EXPECT_EQ(RangeTables::builtin_by_id(tables.id()), &tables);
  }
  const auto message = [](auto change) -> std::string {
    RangeTables tables = RangeTables::builtin("default");
    change(tables);
    try {
      tables.validate();
    } catch (const Error& e) {
      return e.what();
    }
    return "accepted";
  };
  EXPECT_EQ(message([](RangeTables&) {}), "accepted");
  EXPECT_NE(message([](RangeTables& t) { t.edges.pop_back(); }).find("edges"), std::string::npos);
  EXPECT_NE(message([](RangeTables& t) { t.edges[9] = t.edges[10] + 1; }).find("edge 10"),
            std::string::npos);
  EXPECT_NE(message([](RangeTables& t) { t.edges[1] = t.edges[0] + 256; }).find("edge 1"),
            std::string::npos);
  EXPECT_NE(message([](RangeTables& t) { t.cumulative[0] = 1; }).find("frequency 0"),
            std::string::npos);
  EXPECT_NE(message([](RangeTables& t) { t.code_width = 13; }).find("code_width"),
            std::string::npos);
  EXPECT_THROW(range_tables_from_json("{}", "x"), Error);
  EXPECT_THROW(RangeTables::builtin("study"), Error);
}

TEST(RangeTrainer, FindsTheUnevenCodes) {
  RangeTrainer trainer(10);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) trainer.add(generate(1, 100000, seed));
  const RangeTables tables = trainer.train(CodeEdges::kTrained, 2);
  const Linearizer linearizer(tables, 10);
  const auto width = [&](int code) {
    const CodeInterval i = linearizer.interval(static_cast<Code>(code));
    return i.high - i.low;
  };
  EXPECT_LT(width(-1), 10) << "the generator's ADC hardly ever gives -1";
  const Tables generic = RangeTrainer::generic();
  const Tables trained = tables;
  const auto codes = generate(1, 50000, 9);
  EXPECT_LT(PayloadEncoder::make(trained, 10, 1)->encode(codes.data(), codes.size(), true).size(),
            PayloadEncoder::make(generic, 10, 1)->encode(codes.data(), codes.size(), true).size());
  EXPECT_EQ(RangeTrainer::generic().id(), RangeTables::builtin("generic").id());
}

TEST(RangeTrainer, LearnsTheDistributionOfWideCodes) {
  RangeTrainer trainer(16);
  std::vector<Code> codes = generate(1, 60000, 4);
  for (Code& code : codes) code = static_cast<Code>(code * 40);
  trainer.add(codes);
  const Tables trained = trainer.train(CodeEdges::kEven);
  EXPECT_EQ(trained.range().code_width, 0);
  EXPECT_TRUE(trained.range().edges.empty());
  const Tables generic = RangeTrainer::generic();
  EXPECT_LT(PayloadEncoder::make(trained, 16, 1)->encode(codes.data(), codes.size(), true).size(),
            PayloadEncoder::make(generic, 16, 1)->encode(codes.data(), codes.size(), true).size());
}

TEST(RangeTrainer, FewCodesMakeTheGenericTables) {
  RangeTrainer trainer(16);
  trainer.add({0, 5, -7, 3});
  const RangeTables few = trainer.train(CodeEdges::kEven);
  const RangeTables& generic = RangeTables::builtin("generic");
  for (std::size_t k = 0; k < few.cumulative.size(); ++k) {
    EXPECT_NEAR(few.cumulative[k], generic.cumulative[k], 200) << "deviate " << k;
  }
}

}  // namespace
}  // namespace nrc
