// SPDX-License-Identifier: Apache-2.0
//
// The cascade profile (docs/bitstream.md, section 15): its stages against restatements of the
// document, its payloads, and the same bytes from every instruction set.
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "cascade/bit_coder.hpp"
#include "cascade/curves.hpp"
#include "cascade/least_squares.hpp"
#include "each_target.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_encoder.hpp"
#include "nrc/payload.hpp"

namespace nrc {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Codes = std::vector<Code>;

/// Noise of all sizes, with steps to both ends.
Codes wild_codes(std::size_t count, int width, unsigned seed) {
  std::mt19937 random(seed);
  const int half = 1 << (width - 1);
  Codes codes;
  int value = 0;
  int spread = 1;
  for (std::size_t i = 0; i < count; ++i) {
    if (random() % 64 == 0) spread = 1 << (random() % static_cast<unsigned>(width + 1));
    if (random() % 37 == 0) value = random() % 2 != 0 ? half - 1 : -half;
    value += static_cast<int>(random() % static_cast<unsigned>(2 * spread + 1)) - spread;
    value = std::clamp(value, -half, half - 1);
    codes.push_back(static_cast<Code>(value));
  }
  return codes;
}

/// White noise of that deviation.
Codes noise_codes(std::size_t count, double deviation, unsigned seed) {
  std::mt19937 random(seed);
  Codes codes;
  for (std::size_t i = 0; i < count; ++i) {
    // A sum of twelve uniform numbers, the same with every library.
    double sum = -6;
    for (int k = 0; k < 12; ++k) sum += static_cast<double>(random() % 4096) / 4096;
    codes.push_back(static_cast<Code>(std::lround(sum * deviation)));
  }
  return codes;
}

const Tables& tables(const char* name) { return Tables::builtin(Profile::kCascade, name); }

Bytes encoded(const Codes& codes, int width, std::uint32_t channels, const char* name = "generic") {
  return PayloadEncoder::make(tables(name), width, channels)
      ->encode(codes.data(), codes.size() / channels, true);
}

Codes decoded(const Bytes& bytes, std::size_t frames, int width, std::uint32_t channels,
              const char* name = "generic") {
  Codes codes;
  PayloadDecoder::make(tables(name), width, channels)
      ->decode(bytes.data(), bytes.size(), frames, true, codes);
  return codes;
}

double bits_per_code(const Bytes& bytes, const Codes& codes) {
  return 8.0 * static_cast<double>(bytes.size()) / static_cast<double>(codes.size());
}

// ---- stages

TEST(CascadeCurves, AreWhatTheyAreCalled) {
  const Curves& curves = Curves::instance();
  for (const Shape shape : {Shape::kNormal, Shape::kLogistic, Shape::kStudent}) {
    EXPECT_EQ(curves.cumulative(shape, 0), 1 << 29);
    std::int32_t before = 0;
    for (int z = -(20 << 16); z <= 20 << 16; z += 997) {
      const std::int32_t mass = curves.cumulative(shape, z);
      EXPECT_GE(mass, before);
      before = mass;
      EXPECT_NEAR(mass + curves.cumulative(shape, -z), 1 << 30, 2) << z;
    }
  }
  for (const double z : {0.1, 0.7, 1.0, 2.5, 4.0}) {
    const auto deviate = static_cast<std::int64_t>(z * 65536);
    const auto part = [&](Shape shape) {
      return curves.cumulative(shape, deviate) / static_cast<double>(1 << 30);
    };
    // All have a mean magnitude of 1.
    const double pi = std::acos(-1.0);
    EXPECT_NEAR(part(Shape::kNormal), 0.5 * std::erfc(-z / std::sqrt(pi)), 1e-4);
    EXPECT_NEAR(part(Shape::kLogistic), 1 / (1 + std::pow(4.0, -z)), 1e-4);
    const double s = 1 + z * z / 4;
    EXPECT_NEAR(part(Shape::kStudent), 0.5 + 0.375 * z / std::sqrt(s) * (1 - z * z / (12 * s)),
                1e-4);
  }
}

TEST(CascadeCurves, LogarithmAndProbability) {
  const Curves& curves = Curves::instance();
  for (int octave = 0; octave <= 30; ++octave) {
    for (const double part : {0.0, 0.25, 0.5, 0.9}) {
      const auto mass = static_cast<std::int32_t>(std::ldexp(1 + part, octave));
      EXPECT_NEAR(curves.log2(mass) / 65536.0, std::log2(mass), 0.001) << mass;
      if (octave == 30) break;
    }
  }
  EXPECT_EQ(curves.probability(0), 32768U);
  EXPECT_EQ(curves.probability(std::int64_t{100} << 40), 65535U);
  EXPECT_EQ(curves.probability(-(std::int64_t{100} << 40)), 1U);
  for (const double odds : {-12.0, -3.3, -0.2, 0.01, 1.0, 7.7}) {
    EXPECT_NEAR(curves.probability(static_cast<std::int64_t>(odds * 65536)),
                65536 / (1 + std::exp2(-odds)), 3);
  }
}

TEST(CascadeBitCoder, EveryDecisionComesBack) {
  std::mt19937 random(5);
  for (const unsigned kind : {0U, 1U, 2U}) {
    std::vector<std::uint32_t> p;
    std::vector<bool> decisions;
    for (int i = 0; i < 20000; ++i) {
      const auto any = static_cast<std::uint32_t>(random());
      p.push_back(kind == 0 ? 1 + any % 65535 : kind == 1 ? 65535 : any % 2 * 65534 + 1);
      // Likely ones, now and then not.
      decisions.push_back(random() % (kind == 0 ? 65536 : 70000) < p.back());
    }
    Bytes bytes;
    BitEncoder encoder(bytes);
    for (std::size_t i = 0; i < p.size(); ++i) {
      EXPECT_EQ(encoder.decide(p[i], decisions[i]), decisions[i]);
    }
    encoder.finish();
    BitDecoder decoder(bytes.data(), bytes.size());
    for (std::size_t i = 0; i < p.size(); ++i) {
      ASSERT_EQ(decoder.decide(p[i], false), decisions[i]) << i;
    }
    EXPECT_EQ(decoder.consumed(), bytes.size());
    EXPECT_FALSE(decoder.overrun());
  }
}

TEST(CascadeBitCoder, CarriesReachFarBack) {
  // Decisions that leave low just below a carry for many bytes, and one that brings it.
  for (int length = 0; length < 40; ++length) {
    Bytes bytes;
    BitEncoder encoder(bytes);
    std::vector<bool> decisions;
    for (int i = 0; i < length; ++i) decisions.push_back(false);
    for (int i = 0; i < 30; ++i) decisions.push_back(i % 3 == 0);
    for (const bool d : decisions) encoder.decide(d ? 65535 : 1, d);
    for (const bool d : decisions) encoder.decide(32768, !d);
    encoder.finish();
    BitDecoder decoder(bytes.data(), bytes.size());
    for (const bool d : decisions) ASSERT_EQ(decoder.decide(d ? 65535 : 1, false), d);
    for (const bool d : decisions) ASSERT_EQ(decoder.decide(32768, false), !d);
  }
}

/// Section 15, number by number.
class PlainLeastSquares {
 public:
  PlainLeastSquares(double memory, int interval) : memory_(memory), interval_(interval) {
    w_[0] = 1;
  }

  double predict(const Regressors& x) const {
    double s[8] = {};
    for (std::size_t i = 0; i < kRegressors; ++i) s[i % 8] += w_[i] * x[i];
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
  }

  void add(const FitBlock& block) {
    for (std::size_t i = 0; i < kRegressors; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        r_[i][j] *= memory_;
        for (const Regressors& x : block.regressors) r_[i][j] += x[i] * x[j];
      }
      b_[i] *= memory_;
      for (std::size_t k = 0; k < kFitBlock; ++k) b_[i] += block.values[k] * block.regressors[k][i];
    }
    if (++blocks_ % interval_ == 0) fit();
  }

 private:
  void fit() {
    std::vector<Regressors> u(kRegressors);
    Regressors v = b_;
    Regressors g;
    for (std::size_t i = 0; i < kRegressors; ++i) {
      for (std::size_t j = i; j < kRegressors; ++j) u[i][j] = r_[j][i];
      u[i][i] = u[i][i] * (1 + std::ldexp(1.0, -30)) + 30;
    }
    for (std::size_t k = 0; k < kRegressors; ++k) {
      if (!(u[k][k] > 1)) return;
      g[k] = 1 / std::sqrt(u[k][k]);
      for (std::size_t j = k; j < kRegressors; ++j) u[k][j] *= g[k];
      v[k] *= g[k];
      for (std::size_t i = k + 1; i < kRegressors; ++i) {
        v[i] -= u[k][i] * v[k];
        for (std::size_t j = i; j < kRegressors; ++j) u[i][j] -= u[k][i] * u[k][j];
      }
    }
    Regressors w;
    for (std::size_t k = kRegressors; k-- > 0;) {
      w[k] = v[k] * g[k];
      for (std::size_t i = 0; i < k; ++i) v[i] -= u[i][k] * w[k];
    }
    if (std::all_of(w.begin(), w.end(), [](double x) { return std::abs(x) < 1e6; })) w_ = w;
  }

  double memory_;
  int interval_;
  int blocks_ = 0;
  std::array<Regressors, kRegressors> r_ = {};
  Regressors b_ = {};
  Regressors w_ = {};
};

/// With every instruction set that this processor has.
class CascadeTargets : public EachTarget {};

TEST_P(CascadeTargets, LeastSquaresRoundAsTheDocumentSays) {
  std::mt19937 random(3);
  LeastSquares fitted(0.96875, 2);
  PlainLeastSquares plain(0.96875, 2);
  FitBlock block;
  double level = 0;
  for (int round = 0; round < 60; ++round) {
    for (std::size_t k = 0; k < kFitBlock; ++k) {
      level = 0.9 * level + static_cast<double>(random() % 2001) / 7 - 143;
      for (std::size_t i = 0; i < kRegressors; ++i) {
        block.regressors[k][i] =
            round < 20 ? level : std::floor(level * 64) / 64 + static_cast<double>(random() % 99);
      }
      ASSERT_EQ(fitted.predict(block.regressors[k]), plain.predict(block.regressors[k])) << round;
      block.values[k] = level;
    }
    fitted.add(block);
    plain.add(block);
  }
}

TEST_P(CascadeTargets, TheSameBytes) {
  static const Codes codes = wild_codes(11 * 300, 12, 4);
  static const Bytes bytes = encoded(codes, 12, 11);  // of the first set that is tried
  EXPECT_EQ(encoded(codes, 12, 11), bytes);
  EXPECT_EQ(decoded(bytes, 300, 12, 11), codes);
}

INSTANTIATE_TEST_SUITE_P(All, CascadeTargets,
                         testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& set) { return hwy::TargetName(set.param); });

// ---- payloads

TEST(CascadePayload, ComesBackAtEveryWidth) {
  for (int width = kMinCodeWidth; width <= kMaxCodeWidth; ++width) {
    for (const std::uint32_t channels : {1U, 2U, 9U}) {
      const Codes codes = wild_codes(std::size_t{270} / channels * channels, width, channels);
      const std::size_t frames = codes.size() / channels;
      const Bytes bytes = encoded(codes, width, channels);
      EXPECT_EQ(bytes.size() % 4, 0U);
      EXPECT_LE(bytes.size(), max_payload_bytes(Profile::kCascade, width, codes.size()));
      ASSERT_EQ(decoded(bytes, frames, width, channels), codes) << width << ", " << channels;
    }
  }
}

TEST(CascadePayload, ComesBackWithFewFrames) {
  for (std::size_t frames = 0; frames <= 20; ++frames) {
    for (const std::uint32_t channels : {1U, 3U, 40U}) {
      const Codes codes = wild_codes(frames * channels, 10, 7);
      ASSERT_EQ(decoded(encoded(codes, 10, channels), frames, 10, channels), codes) << frames;
    }
  }
  EXPECT_TRUE(encoded({}, 10, 3).empty());
}

TEST(CascadePayload, UsesTheEdgesOfTables) {
  const Codes codes = noise_codes(6000, 6, 1);
  const Bytes bytes = encoded(codes, 10, 1, "default");
  EXPECT_EQ(decoded(bytes, codes.size(), 10, 1, "default"), codes);
  EXPECT_NE(bytes, encoded(codes, 10, 1));
  EXPECT_THROW(encoded(codes, 12, 1, "default"), Error);
}

TEST(CascadePayload, NoiseCostsItsEntropy) {
  for (const double deviation : {0.3, 2.0, 50.0, 3000.0}) {
    const Codes codes = noise_codes(30000, deviation, 2);
    // Of a normal distribution in steps of 1; below a step it is a sum over three codes.
    const double tail = 0.5 * std::erfc(0.5 / deviation / std::sqrt(2.0));
    const double entropy =
        deviation < 1 ? -2 * tail * std::log2(tail) - (1 - 2 * tail) * std::log2(1 - 2 * tail)
                      : std::log2(deviation * std::sqrt(2 * std::acos(-1.0) * std::exp(1.0)));
    EXPECT_LT(bits_per_code(encoded(codes, 16, 1), codes), entropy * 1.02 + 0.1) << deviation;
  }
}

TEST(CascadePayload, ConstantChannelsCostNothing) {
  const Codes same(200000, 77);
  const Bytes bytes = encoded(same, 16, 2);
  EXPECT_LT(bytes.size(), 30U);
  EXPECT_EQ(decoded(bytes, 100000, 16, 2), same);
  // Among others, at both ends and in between, with one phase and with two.
  constexpr std::size_t kFrames = 3000;
  for (const bool interpolated : {false, true}) {
    Codes codes = noise_codes(6 * kFrames, 40, 4);
    for (std::size_t t = 0; t < kFrames; ++t) {
      for (const std::size_t c : {0U, 2U, 5U}) codes[6 * t + c] = static_cast<Code>(c * 100);
      if (!interpolated || t % 2 == 0 || t + 1 == kFrames) continue;
      for (const std::size_t c : {1U, 3U, 4U}) {
        codes[6 * t + c] = static_cast<Code>((codes[6 * t - 6 + c] + codes[6 * t + 6 + c]) >> 1);
      }
    }
    const Bytes mixed = encoded(codes, 10, 6);
    EXPECT_EQ(mixed[0], interpolated ? 1 : 0);
    EXPECT_EQ(decoded(mixed, kFrames, 10, 6), codes);
  }
}

TEST(CascadePayload, WideNoiseIsSentPlain) {
  std::mt19937 random(4);
  Codes codes;
  for (int i = 0; i < 900; ++i) codes.push_back(static_cast<Code>(random()));
  const Bytes bytes = encoded(codes, 16, 3);
  EXPECT_EQ(bytes[0], 2);
  EXPECT_EQ(bytes.size(), max_payload_bytes(Profile::kCascade, 16, codes.size()));
  EXPECT_EQ(decoded(bytes, 300, 16, 3), codes);
}

TEST(CascadePayload, FindsAChannelFarAway) {
  // The last channel is the second one and a little noise: its rate falls from 8.7 bits to some 4,
  // and would fall further if there were more frames to learn from.
  constexpr std::size_t kChannels = 30;
  constexpr std::size_t kFrames = 2000;
  Codes codes = noise_codes(kChannels * kFrames, 100, 6);
  const Codes noise = noise_codes(kFrames, 0.6, 8);
  const double before = bits_per_code(encoded(codes, 12, kChannels), codes);
  for (std::size_t t = 1; t < kFrames; ++t) {
    codes[t * kChannels + kChannels - 1] = static_cast<Code>(codes[t * kChannels + 1] + noise[t]);
  }
  const Bytes bytes = encoded(codes, 12, kChannels);
  EXPECT_EQ(decoded(bytes, kFrames, 12, kChannels), codes);
  EXPECT_LT(bits_per_code(bytes, codes), before - 4.0 / kChannels);
}

TEST(CascadePayload, FindsValuesThatDoNotOccur) {
  // Codes in irregular steps about 24, which no map has.
  constexpr std::size_t kFrames = 6000;
  const Codes noise = noise_codes(2 * kFrames, 3, 10);
  Codes codes;
  for (const Code n : noise) {
    codes.push_back(static_cast<Code>(std::lround(n * 24.3 + 2 * std::sin(n * 12.0))));
  }
  const Bytes bytes = encoded(codes, 12, 2);
  EXPECT_EQ(decoded(bytes, kFrames, 12, 2), codes);
  const double dense = bits_per_code(encoded(noise, 12, 2), noise);
  EXPECT_LT(bits_per_code(bytes, codes), dense + 1);  // not 4.6 more
}

TEST(CascadePayload, TakesInterpolatedFramesApart) {
  constexpr std::size_t kFrames = 8001;
  Codes codes = noise_codes(kFrames, 300, 9);
  for (std::size_t t = 1; t + 1 < kFrames; t += 2) {
    codes[t] = static_cast<Code>((codes[t - 1] + codes[t + 1]) >> 1);
  }
  const Bytes bytes = encoded(codes, 16, 1);
  EXPECT_EQ(bytes[0], 1);
  EXPECT_EQ(decoded(bytes, kFrames, 16, 1), codes);
  EXPECT_LT(bits_per_code(bytes, codes), 6.5);
}

TEST(CascadePayload, PacketsDoNotDependOnEachOther) {
  const Codes codes = wild_codes(4 * 300, 12, 12);
  const auto encoder = PayloadEncoder::make(tables("generic"), 12, 4);
  const Bytes first = encoder->encode(codes.data(), 100, true);
  const Bytes second = encoder->encode(codes.data() + 400, 200, false);
  EXPECT_EQ(encoder->encode(codes.data(), 100, false), first);
  const auto decoder = PayloadDecoder::make(tables("generic"), 12, 4);
  Codes back;
  decoder->decode(second.data(), second.size(), 200, false, back);
  decoder->skip(codes.data(), 100, false);
  decoder->decode(first.data(), first.size(), 100, false, back);
  EXPECT_TRUE(std::equal(codes.begin() + 400, codes.end(), back.begin()));
  EXPECT_TRUE(std::equal(codes.begin(), codes.begin() + 400, back.begin() + 800));
}

TEST(CascadePayload, DamageIsRefusedOrHarmless) {
  const Codes codes = wild_codes(5 * 120, 10, 11);
  const Bytes payload = encoded(codes, 10, 5);
  const auto decodes = [&](const Bytes& bytes, std::size_t frames) {
    Codes back;
    try {
      back = decoded(bytes, frames, 10, 5);
    } catch (const Error&) {
      return false;
    }
    EXPECT_EQ(back.size(), 5 * frames);
    for (const Code c : back) EXPECT_TRUE(c >= -512 && c < 512);
    return true;
  };
  EXPECT_TRUE(decodes(payload, 120));
  EXPECT_FALSE(decodes(payload, 60));
  EXPECT_FALSE(decodes(payload, 200));
  EXPECT_FALSE(decodes({payload.begin(), payload.end() - 4}, 120));
  EXPECT_FALSE(decodes({}, 120));
  EXPECT_FALSE(decodes(payload, 0));
  Bytes longer = payload;
  longer.insert(longer.end(), 4, 0);
  EXPECT_FALSE(decodes(longer, 120));
  Bytes form = payload;
  form[0] = 3;
  EXPECT_FALSE(decodes(form, 120));
  std::mt19937 random(1);
  for (int i = 0; i < 60; ++i) {
    Bytes damaged = payload;
    for (unsigned k = 0; k <= random() % 4; ++k) {
      damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
    }
    damaged[0] %= 3;
    decodes(damaged, 120);
  }
  // Plain codes of another number, and with something after them.
  Bytes plain = {2, 0, 0, 0};
  EXPECT_FALSE(decodes(plain, 120));
  plain.assign(max_payload_bytes(Profile::kCascade, 10, 5), 0);
  plain[0] = 2;
  EXPECT_TRUE(decodes(plain, 1));
  plain.back() = 1;
  EXPECT_FALSE(decodes(plain, 1));
}

// ---- files

TEST(CascadeFile, ComesBackWithExceptionsAndInShortPackets) {
  Codes samples = noise_codes(3 * 3000, 40, 3);
  for (Code& s : samples) s = static_cast<Code>(s * 16);
  samples[4000] = 32767;
  samples[4001] = -5;
  Bytes image;
  for (const Code s : samples) {
    image.push_back(static_cast<std::uint8_t>(s));
    image.push_back(static_cast<std::uint8_t>(s >> 8));
  }
  for (const std::uint32_t packet_frames : {0U, 700U}) {
    EncodeOptions options;
    options.profile = Profile::kCascade;
    options.packet_frames = packet_frames;
    Bytes stream;
    const EncodeSummary summary = encode_raw(
        image.data(), image.size(), 3, 0, options,
        [&](const std::uint8_t* d, std::size_t n) { stream.insert(stream.end(), d, d + n); });
    EXPECT_EQ(summary.header.profile, Profile::kCascade);
    EXPECT_EQ(summary.header.mapping, Mapping::kMap);
    EXPECT_GT(summary.off_map, 0U);
    Bytes back;
    FileDecoder decoder(
        [&](const std::uint8_t* d, std::size_t n) { back.insert(back.end(), d, d + n); });
    decoder.add(stream.data(), stream.size());
    decoder.finish();
    EXPECT_EQ(back, image) << packet_frames;
  }
}

TEST(CascadeStream, HasNoNeighbour) {
  StreamHeader header;
  header.corrections.neighbour = true;
  EXPECT_THROW(Encoder(header, tables("default")), Error);
}

}  // namespace
}  // namespace nrc
