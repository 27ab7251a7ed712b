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
#include "nrc/payload.hpp"
#include "nrc/table_files.hpp"
#include "stages/dispersion.hpp"
#include "stages/interval.hpp"
#include "stages/linearizer.hpp"
#include "stages/neighbour.hpp"
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
    std::int64_t gain = 0;
    int at_limit = 0, cut_inputs = 0, cut_predictions = 0;
    for (int i = 0; i < 40000; ++i) {
      const bool reset = i == 0 || random() % 9000 == 0;
      // Runs in which the signs agree, differ, or do neither, long enough for both limits.
      const int trend = (i / 4000) % 3;
      const std::int64_t spread = std::int64_t{1} << between(0, width + 6);
      const std::int64_t before = random() % 20 == 0 ? 0 : between(-spread, spread);
      const std::int64_t n = std::min(std::max(before, lowest), -lowest - 1);
      const std::int64_t p = random() % 10 == 0   ? lowest
                             : random() % 10 == 0 ? highest
                                                  : between(lowest, highest);
      if (reset) gain = 0;
      const std::int64_t wanted = p + floor_shift(gain * n, 10);
      const std::int64_t corrected = std::min(std::max(wanted, lowest), highest);
      const std::int32_t input = neighbour.input(static_cast<std::int32_t>(before));
      ASSERT_EQ(input, n);
      ASSERT_EQ(neighbour.correct(state, input, static_cast<std::int32_t>(p), reset), corrected)
          << width << " bits, gain " << gain << ", input " << n << ", prediction " << p;
      std::int64_t e = random() % 20 == 0 ? 0 : between(-spread, spread);
      if (trend != 2) e = std::abs(e) * sign_of(n) * (trend == 0 ? 1 : -1);
      Neighbour::update(state, input, static_cast<std::int32_t>(e), reset);
      if (!reset) {
        gain = std::min<std::int64_t>(std::max<std::int64_t>(gain + sign_of(n) * sign_of(e), -1024),
                                      1023);
      }
      ASSERT_EQ(state.gain, gain);
      at_limit += gain == -1024 || gain == 1023;
      cut_inputs += n != before;
      cut_predictions += wanted != corrected;
    }
    EXPECT_GT(at_limit, 100) << width;
    EXPECT_GT(cut_inputs, 100) << width;
    EXPECT_GT(cut_predictions, 100) << width;
  }
}

TEST(Neighbour, CornersOfTenBits) {
  const Neighbour neighbour(10);
  EXPECT_EQ(neighbour.input(32767), 32767);
  EXPECT_EQ(neighbour.input(32768), 32767);
  EXPECT_EQ(neighbour.input(-32768), -32768);
  EXPECT_EQ(neighbour.input(-32769), -32768);
  EXPECT_EQ(neighbour.input(-65472), -32768) << "the largest innovation there is";

  const auto corrected = [&](std::int32_t gain, std::int32_t input, std::int32_t prediction) {
    return neighbour.correct({gain}, input, prediction, false);
  };
  EXPECT_EQ(corrected(0, 32767, 123), 123);
  EXPECT_EQ(corrected(1023, 0, 123), 123);
  EXPECT_EQ(corrected(512, 3, 0), 1) << "1.5 floored";
  EXPECT_EQ(corrected(512, -3, 0), -2) << "-1.5 floored";
  EXPECT_EQ(corrected(-1, 1, 0), -1);
  EXPECT_EQ(corrected(-1024, 100, 7), -93);
  EXPECT_EQ(corrected(1023, 32767, 0), 32704) << "clamped to the highest code, 511 * 64";
  EXPECT_EQ(corrected(1023, 32767, -32768), -33) << "inside: 32735 - 32768";
  EXPECT_EQ(corrected(-1024, 32767, 0), -32767);
  EXPECT_EQ(corrected(-1024, 32767, -2), -32768) << "clamped to the lowest code, -512 * 64";
  EXPECT_EQ(corrected(-1024, -32768, 32704), 32704);
  EXPECT_EQ(neighbour.correct({1000}, 32767, 5, true), 5) << "a reset counts before the code";

  NeighbourState state;
  for (int i = 0; i < 3000; ++i) Neighbour::update(state, 1, 32767, false);
  EXPECT_EQ(state.gain, 1023);
  for (int i = 0; i < 3000; ++i) Neighbour::update(state, -1, 1, false);
  EXPECT_EQ(state.gain, -1024);
  Neighbour::update(state, -5, -5, false);
  EXPECT_EQ(state.gain, -1023);
  Neighbour::update(state, 0, 100, false);
  Neighbour::update(state, 100, 0, false);
  EXPECT_EQ(state.gain, -1023) << "no step without a sign";
  Neighbour::update(state, 5, 5, true);
  EXPECT_EQ(state.gain, 0) << "a reset counts after the code";
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
class RangeProfileWithNeighbour {
 public:
  RangeProfileWithNeighbour(const RangeTables& tables, int width, std::uint32_t channels)
      : tables_(tables),
        width_(width),
        linearizer_(tables, width),
        model_(tables, linearizer_),
        channels_(channels) {}

  std::vector<std::uint8_t> payload(const Code* codes, std::size_t frames, bool key) {
    RangeEncoder coder(width_);
    CarryPacker packer;
    const std::int64_t lowest = -(std::int64_t{1} << (width_ + 5));
    const std::int64_t highest = -lowest - 64;
    for (std::size_t frame = 0; frame < frames; ++frame) {
      std::int64_t before = 0;
      age_ = key && frame == 0 ? 0 : age_ + 1;
      int boost = 7;  // 4 frames, then half the boost for twice as many
      for (std::int64_t end = 4; boost > 0 && age_ > end; --boost) end = 2 * end + 4;
      for (Channel& c : channels_) {
        const bool first = key && frame == 0;
        if (first) c = {0, 0, 717, tables_.initial_scale, 0, 0};
        const std::int64_t d = c.last - c.level;
        const std::int64_t p =
            std::min(std::max(c.level + floor_shift(c.weight * d, 10), lowest), highest);
        const std::int64_t n = std::min(std::max(before, lowest), -lowest - 1);
        const std::int64_t corrected =
            std::min(std::max(p + floor_shift(c.gain * n, 10), lowest), highest);

        const std::int64_t s = std::max<std::int64_t>(c.scale, 64);
        int log2 = 0;
        while ((s >> (log2 + 1)) != 0) ++log2;
        const std::int64_t index = 16 * (log2 - 6) + floor_shift(s, log2 - 6 + 2) % 16 + c.burst;

        const Code code = *codes++;
        packer.put(coder.encode(
            model_.of(code, static_cast<std::int32_t>(corrected), static_cast<int>(index)), code));

        const std::int64_t value = linearizer_.interval(code).value;
        const std::int64_t e = value - p;
        const std::int64_t corrected_e = value - corrected;
        before = e;
        if (first) {
          c.level = value;
        } else {
          if (e < -32 || e >= 32) {
            c.weight = std::min<std::int64_t>(
                std::max<std::int64_t>(c.weight + sign_of(d) * sign_of(e) * (1 << boost), -512),
                1280);
          }
          c.level += floor_shift(value - c.level, 3);
          const std::int64_t m = 16 * std::min<std::int64_t>(std::abs(corrected_e),
                                                             (std::int64_t{1} << (width_ + 2)) - 1);
          c.burst = m >= 7 * c.scale       ? std::min<std::int64_t>(c.burst + 8, 15)
                    : 2 * m >= 7 * c.scale ? std::min<std::int64_t>(c.burst + 4, 15)
                                           : std::max<std::int64_t>(c.burst - 1, 0);
          c.scale += floor_shift(m - c.scale, 8 - boost);
          c.gain = std::min<std::int64_t>(
              std::max<std::int64_t>(c.gain + sign_of(n) * sign_of(corrected_e), -1024), 1023);
        }
        c.last = value;
      }
    }
    packer.put(coder.finish());
    return packer.take();
  }

  std::int64_t gain(std::size_t channel) const { return channels_[channel].gain; }

 private:
  struct Channel {
    std::int64_t level, last, weight, scale, burst, gain;
  };
  const RangeTables& tables_;
  int width_;
  Linearizer linearizer_;
  IntervalModel model_;
  std::vector<Channel> channels_;
  std::int64_t age_ = 0;  ///< frames since the key packet's first
};

TEST(RangePayload, WithNeighbourIsTheWrittenSection) {
  constexpr std::size_t kFrames = 400;
  for (const int width : {4, 5, 8, 10, 12, 16}) {
    for (const std::uint32_t channels : {1U, 2U, 3U, 64U}) {
      const RangeTables tables = tables_of(width);
      const Tables own = tables;
      const auto encoder = PayloadEncoder::make(own, width, channels, true);
      const auto decoder = PayloadDecoder::make(own, width, channels, true);
      RangeProfileWithNeighbour written(tables, width, channels);
      std::int64_t most = 0, least = 0;
      for (unsigned packet = 0; packet < 6; ++packet) {
        const bool key = packet == 0 || packet == 4;
        const auto codes = shared_noise(channels, kFrames, width, 7 * channels + packet);
        const auto payload = encoder->encode(codes.data(), kFrames, key);
        ASSERT_EQ(payload, written.payload(codes.data(), kFrames, key))
            << width << " bits, " << channels << " channels, packet " << packet;
        std::vector<Code> decoded;
        decoder->decode(payload.data(), payload.size(), kFrames, key, decoded);
        ASSERT_EQ(decoded, codes);
        for (std::size_t c = 0; c < channels; ++c) {
          most = std::max(most, written.gain(c));
          least = std::min(least, written.gain(c));
        }
      }
      EXPECT_GE(most, channels >= 2 ? 300 : 0) << width << ": gains that test nothing";
      EXPECT_LE(least, channels >= 3 ? -300 : 0) << width << ": gains that test nothing";
    }
  }
}

TEST(RangePayload, TheFirstChannelHasNoNeighbour) {
  const auto codes = shared_noise(1, 2000, 10, 30);
  const Tables& tables = Tables::builtin(Profile::kRange, "default");
  EXPECT_EQ(PayloadEncoder::make(tables, 10, 1, true)->encode(codes.data(), 2000, true),
            PayloadEncoder::make(tables, 10, 1, false)->encode(codes.data(), 2000, true));
}

TEST(RangePayload, SharedNoiseTakesFewerBytesWithNeighbour) {
  const auto codes = shared_noise(3, 3000, 10, 31);
  const Tables& tables = Tables::builtin(Profile::kRange, "default");
  const auto size = [&](bool neighbour) {
    return PayloadEncoder::make(tables, 10, 3, neighbour)->encode(codes.data(), 3000, true).size();
  };
  EXPECT_LT(size(true), size(false) * 9 / 10);
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
