// SPDX-License-Identifier: Apache-2.0
#include "host/recording_generator.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <map>

#include "nrc/error.hpp"

namespace {

using nrc::Code;
using nrc::RecordingGenerator;

TEST(RecordingGenerator, TheSameOnEveryMachine) {
  const std::vector<Code> codes = nrc::generate(3, 5000, 42);
  std::vector<std::uint8_t> bytes;
  for (const Code code : codes) {
    bytes.push_back(static_cast<std::uint8_t>(code));
    bytes.push_back(static_cast<std::uint8_t>(code >> 8));
  }
  EXPECT_EQ(crc32(0, bytes.data(), static_cast<uInt>(bytes.size())), 2948101685u);
}

TEST(RecordingGenerator, DoesNotDependOnTheCuts) {
  const std::vector<Code> whole = nrc::generate(5, 1000, 7);
  RecordingGenerator generator(5, 7);
  std::vector<Code> pieces(whole.size());
  std::size_t done = 0;
  for (const std::size_t frames : {1, 0, 399, 600}) {
    generator.generate(pieces.data() + 5 * done, frames);
    done += frames;
  }
  EXPECT_EQ(pieces, whole);
}

TEST(RecordingGenerator, SeedsDiffer) {
  EXPECT_NE(nrc::generate(1, 1000, 1), nrc::generate(1, 1000, 2));
}

TEST(RecordingGenerator, RefusesWhatIsOutOfRange) {
  EXPECT_THROW(RecordingGenerator(0, 1), nrc::Error);
  EXPECT_THROW(RecordingGenerator(65537, 1), nrc::Error);
  EXPECT_THROW(RecordingGenerator(1, 1, 99.0), nrc::Error);
  EXPECT_THROW(RecordingGenerator(1, 1, std::nan("")), nrc::Error);
}

/// Codes that a real 10-bit ADC almost never gives, or gives too often, are so here as well.
TEST(RecordingGenerator, CodeWidthsAreUneven) {
  const std::vector<Code> codes = nrc::generate(64, 20000, 1);
  std::map<int, double> counts;
  for (const Code code : codes) {
    ASSERT_GE(code, -512);
    ASSERT_LE(code, 511);
    counts[code] += 1.0;
  }
  const auto relative = [&counts](int code) {
    double sum = 0;
    for (int c = code - 16; c < code + 16; ++c) sum += counts[c] / 32;
    return counts[code] / sum;
  };
  EXPECT_LT(relative(-1), 0.05);
  EXPECT_LT(relative(-2), 0.2);
  EXPECT_LT(relative(31), 0.6);
  EXPECT_GT(relative(23), 1.4);
  EXPECT_GT(relative(27), 1.2);
}

TEST(RecordingGenerator, LooksLikeARecording) {
  constexpr std::size_t kFrames = 40000;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const std::vector<Code> codes = nrc::generate(1, kFrames, seed);
    double mean = 0;
    for (const Code code : codes) mean += code / double{kFrames};
    double power = 0;
    double step = 0;
    for (std::size_t i = 1; i < kFrames; ++i) {
      power += (codes[i] - mean) * (codes[i] - mean) / double{kFrames};
      step += std::pow(codes[i] - codes[i - 1], 2) / double{kFrames};
    }
    EXPECT_GT(std::sqrt(power), 6.0) << seed;
    EXPECT_LT(std::sqrt(power), 60.0) << seed;
    EXPECT_LT(step, power) << "no slow part, seed " << seed;
    EXPECT_GT(std::sqrt(step), 5.0) << seed;
    EXPECT_LT(std::sqrt(step), 25.0) << seed;
  }
}

/// Neighbouring channels share a part of the local field.
TEST(RecordingGenerator, ChannelsCorrelate) {
  constexpr std::size_t kFrames = 40000;
  const std::vector<Code> codes = nrc::generate(8, kFrames, 3);
  double sum = 0;
  for (std::size_t c = 0; c < 8; c += 2) {
    double ma = 0, mb = 0;
    for (std::size_t i = 0; i < kFrames; ++i) {
      ma += codes[8 * i + c] / double{kFrames};
      mb += codes[8 * i + c + 1] / double{kFrames};
    }
    double aa = 0, bb = 0, ab = 0;
    for (std::size_t i = 0; i < kFrames; ++i) {
      const double a = codes[8 * i + c] - ma, b = codes[8 * i + c + 1] - mb;
      aa += a * a;
      bb += b * b;
      ab += a * b;
    }
    sum += ab / std::sqrt(aa * bb) / 4;
  }
  EXPECT_GT(sum, 0.05);
  EXPECT_LT(sum, 0.8);
}

}  // namespace
