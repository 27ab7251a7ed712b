// SPDX-License-Identifier: Apache-2.0
//
// The stages of the range profile, against docs/bitstream.md and simple restatements of it.
#include "nrc/range.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "nrc/dispersion.hpp"
#include "nrc/error.hpp"
#include "nrc/interval.hpp"
#include "nrc/linearizer.hpp"
#include "nrc/payload.hpp"
#include "nrc/range_trainer.hpp"
#include "nrc/recording_generator.hpp"

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
      dispersion.update(state, e, reset);
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
        scale += static_cast<std::int64_t>(std::floor(static_cast<double>(m - scale) / 256.0));
      }
      ASSERT_EQ(state.scale, scale);
      ASSERT_EQ(state.burst, burst);
      ASSERT_LT(state.scale, 1U << (width + 6));
    }
  }
}

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
  for (int trial = 0; trial < 40; ++trial) {
    RangeEncoder encoder(10);
    CarryPacker packer;
    struct Step {
      Interval interval;
      Code code;
    };
    std::vector<Step> steps;
    double information = 0;
    std::size_t sent = 0;
    for (int i = 0; i < 3000; ++i) {
      Interval interval{0, 0};
      const auto code = static_cast<Code>(static_cast<int>(random() % 1024) - 512);
      if (random() % 50 == 0) {
        interval.frequency = random() % 2;
        information += 22.0;
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
        information += 16 - std::log2(n);
      }
      const CarryWord word = encoder.encode(interval, code);
      ASSERT_LE(word.length, 22);
      ASSERT_LT(word.bits >> word.length, 2U) << "one carry at most";
      sent += static_cast<std::size_t>(word.length);
      packer.put(word);
      steps.push_back({interval, code});
    }
    packer.put(encoder.finish());
    const auto payload = packer.take();
    ASSERT_EQ(payload.size(), (sent + 1 + 31) / 32 * 4);
    // The whole parts of the range cost the rarest intervals a fraction of a bit.
    EXPECT_GT(static_cast<double>(sent), information - 40);
    EXPECT_LT(static_cast<double>(sent), 1.03 * information + 40);

    RangeDecoder decoder(payload.data(), payload.size(), 10);
    for (const Step& step : steps) {
      const std::uint32_t target = decoder.target();
      if (step.interval.escape()) {
        ASSERT_LT(target, kEscapeFrequency);
        ASSERT_EQ(decoder.consume_escape(), step.code);
      } else {
        ASSERT_GE(target, step.interval.low);
        ASSERT_LT(target, step.interval.low + step.interval.frequency);
        decoder.consume(step.interval);
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

TEST(RangePayload, EveryWidthAndChannelCountComesBack) {
  std::mt19937 random(6);
  for (const int width : {4, 8, 10, 12, 16}) {
    for (const std::uint32_t channels : {1U, 8U, 384U}) {
      RangeTables tables = RangeTables::builtin(width == 10 ? "default" : "generic");
      tables.initial_scale = std::min(tables.initial_scale, (1U << (width + 6)) - 1);
      const Tables own = tables;
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
        ASSERT_LE(payload.size(), worst_payload_bytes(Profile::kRange, width, codes.size()));
        ASSERT_LE(codes.size(), decoder->most_codes(payload.size()));
        std::vector<Code> decoded;
        decoder->decode(payload.data(), payload.size(), frames, key, decoded);
        ASSERT_EQ(decoded, codes) << width << " bits, " << channels << " channels";
      }
    }
  }
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
    EXPECT_EQ(RangeTables::load(path).id(), tables.id());
    EXPECT_EQ(RangeTables::from_json(tables.to_json(), "x").id(), tables.id());
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
  EXPECT_THROW(RangeTables::from_json("{}", "x"), Error);
  EXPECT_THROW(RangeTables::builtin("study"), Error);
}

TEST(RangeTrainer, FindsTheUnevenCodes) {
  RangeTrainer trainer(10);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) trainer.add(generate(1, 100000, seed));
  const RangeTables tables = trainer.train(2);
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

}  // namespace
}  // namespace nrc
