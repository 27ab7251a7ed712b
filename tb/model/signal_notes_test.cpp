// SPDX-License-Identifier: Apache-2.0
#include "file/signal_notes.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "host/recording_generator.hpp"
#include "nrc/file_encoder.hpp"
#include "stages/shift6.hpp"

namespace {

using Samples = std::vector<std::int16_t>;

/// A recording of a 10-bit ADC; `value` makes the samples of its codes.
Samples recording(std::uint32_t channels, std::size_t frames,
                  const std::function<int(nrc::Code)>& value) {
  Samples samples;
  for (const nrc::Code code : nrc::generate(channels, frames, 3)) {
    samples.push_back(static_cast<std::int16_t>(value(code)));
  }
  return samples;
}

int as_code(nrc::Code code) { return code; }
int as_shift6(nrc::Code code) { return nrc::Shift6::sample(code); }
int shifted(nrc::Code code) { return code * 64; }

/// The signal at twice the rate: between two frames what `between` makes of the four around.
Samples doubled(const Samples& samples, std::uint32_t channels,
                const std::function<int(int, int, int, int)>& between) {
  Samples out;
  const std::size_t frames = samples.size() / channels;
  const auto at = [&](std::size_t frame, std::uint32_t c) {
    return samples[std::min(frame, frames - 1) * channels + c];
  };
  for (std::size_t i = 0; i < frames; ++i) {
    for (std::uint32_t c = 0; c < channels; ++c) out.push_back(at(i, c));
    for (std::uint32_t c = 0; c < channels; ++c) {
      out.push_back(static_cast<std::int16_t>(
          between(at(i == 0 ? 0 : i - 1, c), at(i, c), at(i + 1, c), at(i + 2, c))));
    }
  }
  return out;
}

std::vector<std::string> notes(const Samples& samples, nrc::Mapping mapping,
                               std::uint32_t channels = 1) {
  nrc::StreamHeader header;
  header.mapping = mapping;
  header.channels = channels;
  return nrc::signal_notes({samples.begin(), samples.end()}, header);
}

TEST(SignalNotes, NoneForAnOrdinaryRecording) {
  EXPECT_TRUE(notes(recording(1, 5000, as_shift6), nrc::Mapping::kShift6).empty());
  EXPECT_TRUE(notes(recording(4, 5000, as_code), nrc::Mapping::kCode, 4).empty());
  EXPECT_TRUE(notes(Samples(1000, 5), nrc::Mapping::kCode).empty());
  EXPECT_TRUE(notes({}, nrc::Mapping::kCode).empty());
}

TEST(SignalNotes, MappingBesidesTheGrid) {
  const auto found = notes(recording(2, 5000, as_shift6), nrc::Mapping::kCode, 2);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].find("shift6 does"), std::string::npos) << found[0];
}

TEST(SignalNotes, LowBitsThatNeverChange) {
  const auto found = notes(recording(2, 5000, shifted), nrc::Mapping::kCode, 2);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].find("lowest 6"), std::string::npos) << found[0];
  const auto offset = [](nrc::Code code) { return code * 2 + 1; };
  EXPECT_NE(notes(recording(1, 5000, offset), nrc::Mapping::kCode).at(0).find("lowest 1"),
            std::string::npos);
}

TEST(SignalNotes, EverySecondFrameInterpolated) {
  const auto hold = [](int, int b, int, int) { return b; };
  const auto linear = [](int, int b, int c, int) { return (b + c) >> 1; };
  const auto cubic = [](int a, int b, int c, int d) { return (9 * (b + c) - a - d + 8) >> 4; };
  for (const auto& between :
       std::vector<std::function<int(int, int, int, int)>>{hold, linear, cubic}) {
    for (const std::uint32_t channels : {1U, 3U}) {
      const Samples samples = doubled(recording(channels, 3000, as_code), channels, between);
      const auto found = notes(samples, nrc::Mapping::kCode, channels);
      ASSERT_EQ(found.size(), 1U);
      EXPECT_NE(found[0].find("half the rate"), std::string::npos) << found[0];
    }
  }
}

TEST(SignalNotes, TheEncoderTakesThem) {
  const Samples samples = recording(1, 5000, as_code);
  std::vector<std::uint8_t> image;
  for (const std::int16_t s : samples) {
    image.push_back(static_cast<std::uint8_t>(s));
    image.push_back(static_cast<std::uint8_t>(s >> 8));
  }
  nrc::EncodeOptions options;
  options.mapping = nrc::Mapping::kShift6;
  const auto summary = nrc::encode_raw(image.data(), image.size(), 1, 0, options,
                                       [](const std::uint8_t*, std::size_t) {});
  ASSERT_EQ(summary.notes.size(), 1U);
  EXPECT_NE(summary.notes[0].find("forced"), std::string::npos);
}

}  // namespace
