// SPDX-License-Identifier: Apache-2.0
//
// The fast path of payloads equals the model's stages: the same bytes, codes and refusals, with
// each instruction set of this machine.
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "bench_random.hpp"
#include "each_target.hpp"
#include "host/recording_generator.hpp"
#include "nrc/error.hpp"
#include "nrc/format.hpp"
#include "nrc/payload.hpp"
#include "nrc/tables.hpp"
#include "one_table.hpp"
#include "stages/pace.hpp"
#include "stages/predictor.hpp"

namespace nrc {
namespace {

using tb::Random;

struct Case {
  Profile profile;
  std::string tables;
  int code_width;
  std::uint32_t channels;
  Corrections corrections = {};
};

/// In the place of a built-in set's name.
constexpr const char* kOneTable = "one table";

Tables tables_of(const Case& c) {
  return c.tables == kOneTable ? Tables(one_table()) : Tables::builtin(c.profile, c.tables);
}

std::string name(const Case& c) {
  return std::string(profile_name(c.profile)) + " " + c.tables + " " +
         std::to_string(c.code_width) + " bits " + std::to_string(c.channels) + " channels " +
         corrections_name(c.corrections);
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Profile profile : {Profile::kHuffman, Profile::kRange}) {
    for (const std::uint32_t channels : {1, 2, 3, 4, 7, 8, 31, 32, 65, 384, 1024}) {
      all.push_back({profile, "default", 10, channels});
    }
    for (const int code_width : {8, 11, 12, 13, 16}) {
      all.push_back({profile, "generic", code_width, 37});
      all.push_back({profile, "generic", code_width, 3});
    }
  }
  for (const Corrections& corrections :
       {Corrections{true, false}, Corrections{false, true}, Corrections{true, true}}) {
    for (const std::uint32_t channels : {1, 2, 7, 8, 13, 65, 384}) {
      all.push_back({Profile::kRange, "default", 10, channels, corrections});
    }
    for (const int code_width : {8, 12, 16}) {
      all.push_back({Profile::kRange, "generic", code_width, 37, corrections});
      all.push_back({Profile::kRange, "generic", code_width, 5, corrections});
    }
  }
  all.push_back({Profile::kHuffman, kOneTable, 10, 33});
  all.push_back({Profile::kHuffman, kOneTable, 10, 6});
  return all;
}

/// Frames of several kinds: a recording, noise of all codes, the largest steps, one value.
std::vector<Code> signal(const Case& c, std::size_t frames, Random& random) {
  const std::int32_t half = 1 << (c.code_width - 1);
  const std::vector<Code> recording = generate(c.channels, frames, random());
  std::vector<Code> codes;
  for (std::size_t frame = 0; frame < frames; ++frame) {
    const std::size_t kind = frame * 8 / frames;
    for (std::size_t channel = 0; channel < c.channels; ++channel) {
      const std::int32_t recorded = recording[codes.size()];
      std::int32_t code = c.code_width >= 10 ? recorded : recorded >> (10 - c.code_width);
      if (kind == 4 || (kind == 6 && random.percent(3))) {
        code = static_cast<std::int32_t>(random() % (2U * static_cast<std::uint32_t>(half))) - half;
      }
      if (kind == 5) code = random.flip() ? half - 1 : -half;
      if (kind == 7) code = -half;
      codes.push_back(static_cast<Code>(code));
    }
  }
  return codes;
}

/// What a decoder makes of a payload: the codes, or its message.
std::string verdict(PayloadDecoder& decoder, const std::vector<std::uint8_t>& payload,
                    std::size_t frames, std::vector<Code>& codes) {
  codes.clear();
  try {
    decoder.decode(payload.data(), payload.size(), frames, true, codes);
    return "";
  } catch (const Error& e) {
    return e.what();
  }
}

void damage(std::vector<std::uint8_t>& payload, Random& random) {
  const int kind = random.range(0, 4);
  if (payload.empty() || kind == 0) {
    payload.resize(payload.size() + 4, 0);
  } else if (kind == 1) {
    payload.resize(random() % (payload.size() / 4) * 4);
  } else if (kind == 2) {
    payload.back() = static_cast<std::uint8_t>(payload.back() ^ 1);
  } else {
    // Often where the lanes' lengths are.
    const std::size_t begin =
        random() % (kind == 3 ? payload.size() : std::min<std::size_t>(payload.size(), 16));
    const std::size_t end = std::min(payload.size(), begin + 1 + random() % 8);
    for (std::size_t i = begin; i < end; ++i) payload[i] = static_cast<std::uint8_t>(random());
  }
}

void check(const Case& c, std::uint32_t seed) {
  SCOPED_TRACE(name(c));
  Random random(seed);
  const Tables tables = tables_of(c);
  const auto encoder = [&](Path path) {
    return PayloadEncoder::make(tables, c.code_width, c.channels, c.corrections, path);
  };
  const auto decoder = [&](Path path) {
    return PayloadDecoder::make(tables, c.code_width, c.channels, c.corrections, path);
  };
  const auto fast_encoder = encoder(Path::kFast);
  const auto encoder_of_stages = encoder(Path::kReference);
  const auto fast_decoder = decoder(Path::kFast);
  const auto decoder_of_damaged = decoder(Path::kFast);
  const auto decoder_of_stages = decoder(Path::kReference);

  const std::size_t frames = 16000 / c.channels + 40;
  const std::vector<Code> codes = signal(c, frames, random);
  std::vector<std::vector<std::uint8_t>> key_payloads;
  bool key = true;
  std::size_t packet_frames = 0;
  for (std::size_t at = 0; at < frames; at += packet_frames) {
    packet_frames = std::min<std::size_t>(frames - at, random() % 21);
    // Each packet has lanes of its own number.
    int lanes = 1 << random.range(0, 3);
    while (lanes > max_lanes(c.profile, c.channels)) lanes /= 2;
    for (const auto& one : {&fast_encoder, &encoder_of_stages}) (*one)->set_lanes(lanes);
    for (const auto& one : {&fast_decoder, &decoder_of_damaged, &decoder_of_stages}) {
      (*one)->set_lanes(lanes);
    }
    const Code* const from = codes.data() + at * c.channels;
    const std::vector<std::uint8_t> payload = fast_encoder->encode(from, packet_frames, key);
    ASSERT_EQ(payload, encoder_of_stages->encode(from, packet_frames, key))
        << "frame " << at << ", " << lanes << " lanes";
    std::vector<Code> back;
    fast_decoder->decode(payload.data(), payload.size(), packet_frames, key, back);
    ASSERT_EQ(back, std::vector<Code>(from, from + packet_frames * c.channels))
        << "frame " << at << ", " << lanes << " lanes";
    if (packet_frames == 0) continue;
    if (key) key_payloads.push_back(payload);
    // Payloads that are decoded alone can be damaged without an end to the comparison.
    for (int i = 0; key && i < 20; ++i) {
      std::vector<std::uint8_t> damaged = payload;
      damage(damaged, random);
      std::vector<Code> fast;
      std::vector<Code> reference;
      const std::string message = verdict(*decoder_of_damaged, damaged, packet_frames, fast);
      ASSERT_EQ(message, verdict(*decoder_of_stages, damaged, packet_frames, reference));
      if (message.empty()) {
        ASSERT_EQ(fast, reference);
      }
    }
    key = random.percent(20);
  }
  EXPECT_FALSE(key_payloads.empty());
}

/// Without key packets for long: the predictor's weight goes to both of its limits.
void check_long_run(Profile profile, int code_width) {
  constexpr std::size_t kFrames = 4000;
  const Case c{profile, code_width == 10 ? "default" : "generic", code_width, 16};
  SCOPED_TRACE(name(c));
  const int unit = 1 << (code_width - 10);
  const Tables tables = tables_of(c);
  const Predictor predictor(c.code_width);
  std::vector<Code> codes;
  std::vector<PredictorState> states(c.channels);
  std::int32_t least = 0;
  std::int32_t most = 0;
  Pace pace;
  for (std::size_t frame = 0; frame < kFrames; ++frame) {
    const int boost = pace.next(frame == 0);
    for (std::size_t channel = 0; channel < c.channels; ++channel) {
      PredictorState& state = states[channel];
      const Prediction p = predictor.predict(state, frame == 0);
      // Every second channel swings, in the others the deviation grows until there is no more room.
      std::int32_t next = (frame % 2 == 0 ? 200 : -200) * unit;
      if (channel % 2 == 0) {
        next = p.code + (p.deviation < 0 ? -2 : 2) * unit;
        if (std::abs(next) > 500 * unit) next = 0;
      }
      const auto code = static_cast<Code>(next);
      codes.push_back(code);
      predictor.update(state, p, code, frame == 0, boost);
      least = std::min(least, state.weight);
      most = std::max(most, state.weight);
    }
  }
  EXPECT_EQ(least, kWeightMin);
  EXPECT_EQ(most, kWeightMax);
  const auto encode = [&](Path path) {
    return PayloadEncoder::make(tables, c.code_width, c.channels, {}, path)
        ->encode(codes.data(), kFrames, true);
  };
  const std::vector<std::uint8_t> payload = encode(Path::kFast);
  EXPECT_EQ(payload, encode(Path::kReference));
  std::vector<Code> back;
  PayloadDecoder::make(tables, c.code_width, c.channels)
      ->decode(payload.data(), payload.size(), kFrames, true, back);
  EXPECT_EQ(back, codes);
}

class FastPath : public EachTarget {};

TEST_P(FastPath, EqualsTheStages) {
  std::uint32_t seed = 1;
  for (const Case& c : cases()) check(c, seed++);
}

TEST_P(FastPath, EqualsTheStagesAtTheLimitsOfTheWeight) {
  for (const Profile profile : {Profile::kHuffman, Profile::kRange}) {
    for (const int code_width : {10, 16}) check_long_run(profile, code_width);
  }
}

INSTANTIATE_TEST_SUITE_P(InstructionSets, FastPath,
                         testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& set) { return hwy::TargetName(set.param); });

}  // namespace
}  // namespace nrc
