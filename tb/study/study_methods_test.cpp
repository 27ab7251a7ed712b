// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <future>
#include <string>
#include <vector>

#include "method.hpp"
#include "nrc/error.hpp"
#include "study_data.hpp"

namespace {

using namespace study_data;
using nrc::study::Measurement;
using nrc::study::Methods;

/// Measures one method on one recording from which it has learned.
Measurement measure(const std::string& name, const Recording& recording) {
  const Methods methods = nrc::study::methods_by_name({name});
  methods.front()->learn(recording);
  if (methods.front()->learns()) methods.front()->finish_learning();
  return methods.front()->measure(recording);
}

/// Bytes of a stream of one channel with that many bits.
std::size_t stream_bytes(double bits) {
  return 12 + 4 + 4 * static_cast<std::size_t>(std::ceil(bits / 32.0));
}

void expect_all_come_back(const Recording& recording) {
  const Methods methods = nrc::study::all_methods();
  EXPECT_GE(methods.size(), 20U);
  for (const auto& method : methods) method->learn(recording);
  for (const auto& method : methods) {
    SCOPED_TRACE(method->facts().name);
    if (method->learns()) method->finish_learning();
    const Measurement m = method->measure(recording);
    EXPECT_TRUE(m.exact || !method->facts().lossless);
    EXPECT_EQ(m.original_bytes, recording.image.size());
    EXPECT_EQ(m.samples, recording.samples.size());
    EXPECT_GT(m.bytes, 0U);
  }
}

TEST(StudyMethods, ImplantRecording) { expect_all_come_back(wav(implant(1, 20000))); }
TEST(StudyMethods, SeveralChannels) { expect_all_come_back(raw(implant(3, 4000), 3)); }
TEST(StudyMethods, StereoWav) { expect_all_come_back(wav(implant(2, 3000), 2)); }
TEST(StudyMethods, Constant) { expect_all_come_back(wav(Samples(5000, 77))); }
TEST(StudyMethods, OneSample) { expect_all_come_back(wav({-32768})); }
TEST(StudyMethods, AllOfInt16) { expect_all_come_back(raw(uniform(16, 9000))); }
TEST(StudyMethods, Extremes) {
  Samples samples(3001, -32768);
  for (std::size_t i = 0; i < samples.size(); i += 2) samples[i] = 32767;
  expect_all_come_back(raw(samples));
}

TEST(StudyMethods, Mp3IsLossyAndAligned) {
  // A tone that rises well inside the band: what comes back must be the tone, in its place.
  Samples tone;
  for (int i = 0; i < 40000; ++i) {
    const double phase = 0.05 * i + 0.5 * 0.3 / 40000.0 * i * i;
    tone.push_back(static_cast<std::int16_t>(std::lround(8000 * std::sin(phase))));
  }
  const Measurement m = measure("mp3", wav(tone));
  EXPECT_FALSE(m.exact);
  EXPECT_GT(m.ratio(), 8.0);
  EXPECT_LT(m.error_energy, 0.05 * m.signal_energy);
}

TEST(StudyMethods, HuffmanReachesDyadicEntropy) {
  // 1/2, 1/4, 1/8, 1/8: 1.75 bits.
  Samples samples;
  for (int i = 0; i < 8000; ++i) {
    samples.push_back(static_cast<std::int16_t>(i % 2 == 0   ? 5
                                                : i % 4 == 1 ? 900
                                                : i % 8 == 3 ? -3
                                                             : 7));
  }
  const Measurement plain = measure("huffman-no-tree", raw(samples));
  EXPECT_EQ(plain.bytes, stream_bytes(1.75 * 8000));
  const Measurement counted = measure("huffman", raw(samples));
  EXPECT_EQ(counted.bytes, plain.bytes + plain.tables);
  EXPECT_GT(plain.tables, 4U);
  EXPECT_EQ(measure("huffman-global", raw(samples)).bytes, plain.bytes);
}

TEST(StudyMethods, BigramNeedsNoBitsForACycle) {
  Samples samples;
  for (int i = 0; i < 5000; ++i) samples.push_back(static_cast<std::int16_t>(1 + i % 5));
  EXPECT_EQ(measure("bigram", raw(samples)).bytes, stream_bytes(0));
}

TEST(StudyMethods, LookupBits) {
  // 1 is followed by 40 values in turn, each of them by 1: of these, 8 miss a table of 32.
  Samples samples;
  for (int i = 0; i < 40 * 25; ++i) {
    samples.push_back(1);
    samples.push_back(static_cast<std::int16_t>(2 + i % 40));
  }
  const double count = 2.0 * 40 * 25;
  const double misses = 25.0 * 8;
  // The first sample follows 0, which has no table. Values 1 to 41 are numbers of 6 bits.
  EXPECT_EQ(measure("lookup-32", raw(samples)).bytes,
            stream_bytes((count - misses - 1) * 6 + (misses + 1) * (1 + 6)));
  EXPECT_EQ(measure("lookup-64", raw(samples)).bytes, stream_bytes((count - 1) * 7 + (1 + 6)));
  EXPECT_EQ(measure("lookup-32-bytes", raw(samples)).bytes,
            16 + static_cast<std::size_t>(count + 2 * (misses + 1)));
  EXPECT_LT(measure("lookup-32-zlib", raw(samples)).bytes,
            measure("lookup-32-bytes", raw(samples)).bytes / 4);
}

TEST(StudyMethods, LookupInBytesKeepsItsEscape) {
  // More successors than a byte has numbers.
  Samples samples;
  for (int i = 0; i < 900; ++i) {
    samples.push_back(1);
    samples.push_back(static_cast<std::int16_t>(2 + i % 300));
  }
  EXPECT_TRUE(measure("lookup-256-bytes", raw(samples)).exact);
}

TEST(StudyMethods, RiceTakesTheLargestStep) {
  // A ramp through all of int16 has small steps, and then it falls back.
  Samples samples;
  for (int i = 0; i < 65536 + 2; ++i) {
    samples.push_back(static_cast<std::int16_t>(static_cast<std::uint16_t>(i + 32768)));
  }
  EXPECT_TRUE(measure("rice", raw(samples)).exact);
}

TEST(StudyMethods, RiceTakesTheGridOut) {
  const Samples codes = implant(1, 20000);
  Samples shifted;
  for (const std::int16_t s : codes) shifted.push_back(nrc::Shift6::code(s));
  const Measurement on_grid = measure("rice", raw(codes));
  const Measurement plain = measure("rice", raw(shifted));
  EXPECT_NEAR(on_grid.bits_per_sample(), plain.bits_per_sample(), 0.02);
  EXPECT_LT(on_grid.bits_per_sample(), 7.0);
}

TEST(StudyMethods, ThreadsDoNotDisturbEachOther) {
  std::vector<Recording> recordings;
  recordings.push_back(wav(implant(1, 20000)));
  recordings.push_back(wav(implant(1, 30000)));
  for (const auto& method : nrc::study::all_methods()) {
    if (method->learns()) continue;
    std::vector<Measurement> alone;
    for (const Recording& recording : recordings) alone.push_back(method->measure(recording));
    std::vector<std::future<Measurement>> together;
    for (int k = 0; k < 4; ++k) {
      together.push_back(std::async(std::launch::async, [&method, &recordings, k] {
        return method->measure(recordings[static_cast<std::size_t>(k % 2)]);
      }));
    }
    for (std::size_t k = 0; k < together.size(); ++k) {
      const Measurement m = together[k].get();
      EXPECT_EQ(m.bytes, alone[k % 2].bytes) << method->facts().name;
      EXPECT_EQ(m.error_energy, alone[k % 2].error_energy) << method->facts().name;
      EXPECT_EQ(m.exact, alone[k % 2].exact) << method->facts().name;
    }
  }
}

TEST(StudyMethods, FlacTakesTheGridOut) {
  const Samples codes = implant(1, 20000);
  Samples shifted;
  for (const std::int16_t s : codes) shifted.push_back(nrc::Shift6::code(s));
  const Measurement on_grid = measure("flac-numbers", raw(codes));
  EXPECT_TRUE(on_grid.exact);
  EXPECT_NEAR(on_grid.bits_per_sample(), measure("flac", raw(shifted)).bits_per_sample(), 0.02);
  EXPECT_GT(on_grid.ratio(), 1.5 * measure("flac", raw(codes)).ratio());
  // Values without a grid stay as they are; so do few values far from each other.
  EXPECT_TRUE(measure("flac-numbers", raw({-32768, 32767, 0, 1, -5})).exact);
  EXPECT_TRUE(measure("flac-numbers", raw({-32768, 32767, -32768, 5, 5, 5, 32767})).exact);
}

TEST(StudyMethods, OursIsTheSmallest) {
  const Recording recording = wav(implant(1, 60000));
  const double range = measure("nrc-range", recording).ratio();
  EXPECT_GT(range, measure("nrc-huffman", recording).ratio());
  EXPECT_GT(range, measure("rice", recording).ratio());
  EXPECT_GT(measure("rice", recording).ratio(), measure("zip", recording).ratio());
}

TEST(StudyMethods, UnknownName) {
  EXPECT_THROW(nrc::study::methods_by_name({"zip", "pkzip"}), nrc::Error);
}

}  // namespace
