// SPDX-License-Identifier: Apache-2.0
//
// Presets: what they choose for signals of several kinds, and that no other of their codings would
// have been far smaller.
#include "nrc/preset.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "host/recording_generator.hpp"
#include "nrc/file_encoder.hpp"
#include "nrc/packet.hpp"
#include "nrc/tables.hpp"

namespace nrc {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Signal {
  std::string name;
  std::uint32_t channels;
  std::vector<double> samples;
};

/// Noise through two poles near the unit circle, shared by all channels to some part.
Signal noise(const std::string& name, std::uint32_t channels, double deviation, double pole,
             double shared) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal(0, deviation);
  Signal signal{name, channels, {}};
  std::vector<double> last(channels), before(channels);
  for (std::size_t frame = 0; frame < 120000 / channels; ++frame) {
    const double common = normal(random);
    for (std::uint32_t c = 0; c < channels; ++c) {
      const double own = (1 - shared) * normal(random) + shared * common;
      const double x = 2 * pole * std::cos(0.2) * last[c] - pole * pole * before[c] + own;
      before[c] = last[c];
      last[c] = x;
      signal.samples.push_back(x);
    }
  }
  return signal;
}

std::vector<Signal> signals() {
  std::vector<Signal> all = {
      noise("white", 1, 8, 0, 0),       noise("wide", 4, 900, 0, 0),
      noise("shared", 16, 30, 0, 0.8),  noise("oversampled", 2, 5, 0.97, 0),
      noise("both", 16, 12, 0.95, 0.8), noise("quiet", 8, 0.3, 0, 0),
      Signal{"recording", 4, {}},
  };
  for (const Code c : generate(4, 30000, 3)) all.back().samples.push_back(c);
  return all;
}

EncodeSummary encode(const Signal& signal, EncodeOptions options) {
  Bytes image;
  for (const double sample : signal.samples) {
    const auto s = static_cast<std::int16_t>(std::lround(std::clamp(sample, -32768.0, 32767.0)));
    image.push_back(static_cast<std::uint8_t>(s));
    image.push_back(static_cast<std::uint8_t>(s >> 8));
  }
  return encode_raw(image.data(), image.size(), signal.channels, 0, options,
                    [](const std::uint8_t*, std::size_t) {});
}

TEST(Preset, NoOtherCodingIsFarSmaller) {
  for (const Signal& signal : signals()) {
    for (const Preset& preset : presets()) {
      EncodeOptions options;
      options.preset = &preset;
      const EncodeSummary chosen = encode(signal, options);
      for (const Coding& coding : preset.codings) {
        EncodeOptions other;
        other.profile = coding.profile;
        other.corrections = coding.corrections;
        EXPECT_LE(static_cast<double>(chosen.stream_bytes),
                  1.02 * static_cast<double>(encode(signal, other).stream_bytes))
            << signal.name << ", " << preset.name << " against " << profile_name(coding.profile)
            << ' ' << corrections_name(coding.corrections);
      }
    }
  }
}

TEST(Preset, BalancedTakesTheCorrectionsThatASignalNeeds) {
  EncodeOptions options;
  options.preset = find_preset("balanced");
  ASSERT_NE(options.preset, nullptr);
  const auto chosen = [&](const std::string& name) -> std::string {
    for (const Signal& signal : signals()) {
      if (signal.name == name) return corrections_name(encode(signal, options).header.corrections);
    }
    return "no signal " + name;
  };
  EXPECT_EQ(chosen("white"), "");
  EXPECT_EQ(chosen("wide"), "");
  EXPECT_EQ(chosen("shared"), "neighbour");
  EXPECT_EQ(chosen("oversampled"), "taps");
  EXPECT_EQ(chosen("both"), "taps and neighbour");
}

/// 16 channels, of which each shares its noise with the one 8 channels on.
TEST(Preset, BalancedFindsTheOrderInWhichNeighboursShareNoise) {
  std::mt19937 random(9);
  std::normal_distribution<double> normal(0, 40);
  Signal signal{"far apart", 16, {}};
  for (int frame = 0; frame < 6000; ++frame) {
    double common[8];
    for (double& c : common) c = normal(random);
    for (int c = 0; c < 16; ++c) signal.samples.push_back(common[c % 8] + normal(random) / 8);
  }
  EncodeOptions options;
  options.profile = Profile::kRange;
  options.corrections.neighbour = true;
  const std::uint64_t as_they_are = encode(signal, options).stream_bytes;
  options.preset = find_preset("balanced");
  const EncodeSummary found = encode(signal, options);
  EXPECT_TRUE(found.header.corrections.neighbour);
  EXPECT_EQ(found.header.order.size(), 16U);
  EXPECT_LT(found.stream_bytes, as_they_are * 9 / 10);
  EncodeOptions given;
  given.profile = Profile::kRange;
  given.corrections.neighbour = true;
  for (std::uint16_t c = 0; c < 8; ++c) {
    given.order.push_back(c);
    given.order.push_back(static_cast<std::uint16_t>(c + 8));
  }
  const EncodeSummary summary = encode(signal, given);
  EXPECT_EQ(summary.header.order, given.order);
  EXPECT_LT(summary.stream_bytes, as_they_are * 9 / 10);
}

/// The order of many channels takes more room in a short stream than neighbours save.
TEST(Preset, BalancedKeepsTheOrderOfAShortStream) {
  std::mt19937 random(9);
  std::normal_distribution<double> normal(0, 4);
  constexpr int kHalf = 192;
  Signal signal{"far apart", 2 * kHalf, {}};
  for (int frame = 0; frame < 12; ++frame) {
    double common[kHalf];
    for (double& c : common) c = normal(random);
    for (int c = 0; c < 2 * kHalf; ++c)
      signal.samples.push_back(common[c % kHalf] + normal(random));
  }
  EncodeOptions options;
  options.preset = find_preset("balanced");
  const EncodeSummary chosen = encode(signal, options);
  options.preset = nullptr;
  options.profile = Profile::kRange;
  EXPECT_LE(chosen.stream_bytes, encode(signal, options).stream_bytes);
}

/// What `fast` says of other presets holds, and it says so where it is much.
TEST(Preset, FastSaysWhatOthersSave) {
  const auto bytes = [](const Signal& signal, const char* preset) {
    EncodeOptions options;
    options.profile = find_preset(preset)->codings.front().profile;
    if (find_preset(preset)->codings.size() > 1) options.preset = find_preset(preset);
    return static_cast<double>(encode(signal, options).stream_bytes);
  };
  int noted = 0;
  for (const Signal& signal : signals()) {
    EncodeOptions options;
    options.preset = find_preset("fast");
    const EncodeSummary chosen = encode(signal, options);
    const std::string& note = chosen.smaller_preset;
    const double balanced = 1 - bytes(signal, "balanced") / bytes(signal, "fast");
    const double best = 1 - bytes(signal, "best") / bytes(signal, "fast");
    const bool names_balanced = note.find("--preset balanced") != std::string::npos;
    EXPECT_TRUE(balanced < 0.03 || names_balanced) << signal.name << ' ' << balanced;
    EXPECT_TRUE(balanced > 0.01 || !names_balanced) << signal.name << ' ' << note;
    EXPECT_TRUE(best < 0.15 + balanced || note.find("--preset best") != std::string::npos)
        << signal.name << ' ' << best << ' ' << note;
    noted += note.empty() ? 0 : 1;
    if (names_balanced) {
      const int percent = std::stoi(note.substr(note.find("about ") + 6));
      EXPECT_NEAR(percent, 100 * balanced, 3) << signal.name;
    }
    options.preset = find_preset("balanced");
    EXPECT_EQ(encode(signal, options).smaller_preset, "");
    options.preset = nullptr;
    EXPECT_EQ(encode(signal, options).smaller_preset, "");
  }
  EXPECT_GE(noted, 3);
}

TEST(Preset, NamesAreKnown) {
  EXPECT_EQ(find_preset("fast")->name, "fast");
  EXPECT_EQ(find_preset("implant")->codings.size(), 1U);
  EXPECT_EQ(find_preset("slow"), nullptr);
  for (const Preset& preset : presets()) {
    EXPECT_FALSE(preset.codings.empty()) << preset.name;
    EXPECT_EQ(find_preset(preset.name), &preset);
  }
}

}  // namespace
}  // namespace nrc
