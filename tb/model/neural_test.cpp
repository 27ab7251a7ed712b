// SPDX-License-Identifier: Apache-2.0
//
// The neural profile (docs/bitstream.md, section 13) and lossy streams (section 14).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "nrc/decoder.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/payload.hpp"
#include "nrc/table_files.hpp"
#include "stages/neural_predictor.hpp"
#include "stages/packetizer.hpp"

namespace nrc {
namespace {

/// Noise of all sizes, with steps to both ends.
std::vector<Code> wild_codes(std::size_t count, int width, unsigned seed) {
  std::mt19937 random(seed);
  const int half = 1 << (width - 1);
  std::vector<Code> codes;
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

/// A network with layers of these sizes and weights of all values.
NeuralNetwork random_network(const std::vector<int>& sizes, unsigned seed) {
  std::mt19937 random(seed);
  NeuralNetwork network;
  int inputs = kNeuralInputs;
  for (const int outputs : sizes) {
    NeuralLayer layer;
    layer.inputs = inputs;
    layer.outputs = outputs;
    layer.shift = static_cast<int>(random() % 12);
    for (int o = 0; o < outputs; ++o) {
      layer.bias.push_back(static_cast<std::int32_t>(random() % 20001) - 10000);
      for (int i = 0; i < inputs; ++i) {
        layer.weights.push_back(static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127));
      }
    }
    network.layers.push_back(layer);
    inputs = outputs;
  }
  network.validate();
  return network;
}

/// The generic tables with this network, fit for codes of this width.
NeuralTables tables_with(NeuralNetwork network, int width) {
  NeuralTables tables = NeuralTables::builtin("generic");
  tables.network = std::move(network);
  const std::uint32_t largest = (1U << (width + kFracBits)) - 1;
  tables.range.initial_scale = std::min(tables.range.initial_scale, largest);
  tables.validate();
  return tables;
}

TEST(NeuralNetwork, RunsAsTheDocumentSays) {
  std::mt19937 random(5);
  for (unsigned seed = 0; seed < 20; ++seed) {
    const NeuralNetwork network =
        random_network(seed % 2 == 0 ? std::vector<int>{2} : std::vector<int>{9, 64, 2}, seed);
    NeuralNetwork::Inputs inputs;
    for (auto& x : inputs) x = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
    std::vector<long> x(inputs.begin(), inputs.end());
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
      const NeuralLayer& layer = network.layers[l];
      const bool last = l + 1 == network.layers.size();
      std::vector<long> y;
      for (int o = 0; o < layer.outputs; ++o) {
        long sum = layer.bias[static_cast<std::size_t>(o)];
        for (int i = 0; i < layer.inputs; ++i) {
          sum += layer.weights[static_cast<std::size_t>(o * layer.inputs + i)] *
                 x[static_cast<std::size_t>(i)];
        }
        const long shifted = static_cast<long>(std::floor(std::ldexp(sum, -layer.shift)));
        y.push_back(std::clamp(shifted, last ? -511L : 0L, last ? 511L : 127L));
      }
      x = y;
    }
    const NeuralNetwork::Outputs outputs = network.run(inputs);
    EXPECT_EQ(outputs[0], x[0]);
    EXPECT_EQ(outputs[1], x[1]);
  }
}

TEST(NeuralPredictor, NormalisesCorrectsAndForgets) {
  // One layer that gives back the latest innovation and the fast mean.
  NeuralNetwork network;
  NeuralLayer layer;
  layer.inputs = kNeuralInputs;
  layer.outputs = 2;
  layer.bias = {0, 0};
  layer.weights.assign(2 * kNeuralInputs, 0);
  layer.weights[0] = 1;
  layer.weights[kNeuralInputs + kNeuralLags + 2] = 1;
  network.layers.push_back(layer);
  const NeuralPredictor predictor(network, 10);
  // At an index of 96 the scale is 4 codes: 1/16 of it is 16 of 1/64 code, but M rounds down.
  NeuralState state;
  NeuralPredictor::update(state, 164, 96, false);
  ASSERT_EQ(state.history[0], 9);  // floor(164 * 993 / 2^14)
  EXPECT_EQ(state.fast, 256 + ((144 - 256) >> 3));
  EXPECT_EQ(state.slow, 256 + ((144 - 256) >> 5));
  const NeuralExpectation expected = predictor.correct(state, {0, 100, 2}, 0, 96, 5);
  // 9 deviates of (33 + 2 * 5) * 2^6 / 1024 each; the mean over 8.
  EXPECT_EQ(expected.value, 100 + ((9 * 43 * 64) >> 10));
  EXPECT_EQ(expected.index, 101 + (242 >> 3));
  NeuralPredictor::update(state, -100000, 96, false);
  EXPECT_EQ(state.history[0], -127);
  EXPECT_EQ(state.history[1], 9);
  // Predictions stay on the ADC's range, and the index is not negative.
  EXPECT_EQ(predictor.correct(state, {0, -512 * 64, -512}, 0, 96, 0).value, -512 * 64);
  NeuralPredictor::update(state, 0, 96, true);
  EXPECT_EQ(state.history, NeuralState().history);
  EXPECT_EQ(state.fast, 256);
  EXPECT_EQ(state.slow, 256);
}

TEST(NeuralPayload, ComesBackAtEveryWidth) {
  for (int width = 4; width <= kMaxCodeWidth; ++width) {
    for (unsigned seed = 0; seed < 3; ++seed) {
      const NeuralNetwork network = seed == 0 ? NeuralTables::builtin("default").network
                                              : random_network({12, 2}, 100 * seed);
      const Tables tables = tables_with(network, width);
      constexpr std::uint32_t kChannels = 3;
      const auto codes = wild_codes(kChannels * 400, width, seed + 7);
      const auto encoder = PayloadEncoder::make(tables, width, kChannels);
      const auto decoder = PayloadDecoder::make(tables, width, kChannels);
      std::vector<Code> decoded;
      for (std::size_t frame = 0; frame < 400; frame += 100) {
        const bool key = frame % 200 == 0;
        const auto payload = encoder->encode(codes.data() + frame * kChannels, 100, key);
        EXPECT_LE(payload.size(), max_payload_bytes(Profile::kNeural, width, 300));
        decoder->decode(payload.data(), payload.size(), 100, key, decoded);
        std::vector<Code> more;
        // A decoder that begins at a key packet gives the same.
        if (key) {
          PayloadDecoder::make(tables, width, kChannels)
              ->decode(payload.data(), payload.size(), 100, true, more);
          EXPECT_TRUE(std::equal(more.begin(), more.end(), decoded.end() - 300));
        }
      }
      ASSERT_EQ(decoded, codes) << "width " << width << ", seed " << seed;
    }
  }
}

TEST(NeuralPayload, WithoutCorrectionIsTheRangeProfile) {
  NeuralNetwork silent;
  silent.layers.push_back({kNeuralInputs, 2, 0, {0, 0}, std::vector<std::int8_t>(44, 0)});
  const NeuralTables neural = tables_with(silent, 10);
  for (const std::uint32_t channels : {1U, 20U}) {
    const auto codes = wild_codes(channels * 200, 10, 3);
    EXPECT_EQ(PayloadEncoder::make(neural, 10, channels)->encode(codes.data(), 200, true),
              PayloadEncoder::make(neural.range, 10, channels)->encode(codes.data(), 200, true));
  }
}

TEST(NeuralPayload, DamageIsRefused) {
  const Tables& tables = Tables::builtin(Profile::kNeural, "default");
  const auto codes = wild_codes(4 * 200, 10, 11);
  const auto payload = PayloadEncoder::make(tables, 10, 4)->encode(codes.data(), 200, true);
  const auto decodes = [&](std::vector<std::uint8_t> bytes, std::size_t frames) {
    std::vector<Code> decoded;
    try {
      PayloadDecoder::make(tables, 10, 4)
          ->decode(bytes.data(), bytes.size(), frames, true, decoded);
    } catch (const Error&) {
      return false;
    }
    return true;
  };
  EXPECT_TRUE(decodes(payload, 200));
  EXPECT_FALSE(decodes(payload, 199));
  EXPECT_FALSE(decodes(payload, 220));  // one more frame may fit into the padding
  EXPECT_FALSE(decodes({payload.begin(), payload.end() - 4}, 200));
  auto longer = payload;
  longer.insert(longer.end(), 4, 0);
  EXPECT_FALSE(decodes(longer, 200));
}

TEST(NeuralTables, BadOnesAreRefused) {
  const NeuralTables& good = NeuralTables::builtin("default");
  const auto refused = [](NeuralTables tables) {
    try {
      tables.validate();
    } catch (const Error&) {
      return true;
    }
    return false;
  };
  const auto with = [&](const auto& change) {
    NeuralTables tables = good;
    change(tables.network.layers);
    return tables;
  };
  EXPECT_FALSE(refused(good));
  EXPECT_TRUE(refused(with([](auto& l) { l.clear(); })));
  EXPECT_TRUE(refused(with([](auto& l) { l.resize(5, l.back()); })));
  EXPECT_TRUE(refused(with([](auto& l) { l.pop_back(); })));
  EXPECT_TRUE(refused(with([](auto& l) { l[0].inputs = 21; })));
  EXPECT_TRUE(refused(with([](auto& l) { l[0].shift = 25; })));
  EXPECT_TRUE(refused(with([](auto& l) { l[0].shift = -1; })));
  EXPECT_TRUE(refused(with([](auto& l) { l[0].bias[0] = (1 << 20) + 1; })));
  EXPECT_TRUE(refused(with([](auto& l) { l[0].bias.pop_back(); })));
  EXPECT_TRUE(refused(with([](auto& l) { l[0].weights[3] = -128; })));
  EXPECT_TRUE(refused(with([](auto& l) { l[0].weights.pop_back(); })));
  EXPECT_TRUE(refused(with([](auto& l) { l[0].outputs = 65; })));

  const std::string json = to_json(good);
  EXPECT_EQ(neural_tables_from_json(json, "file").id(), good.id());
  EXPECT_EQ(to_json(neural_tables_from_json(json, "file")), json);
  EXPECT_EQ(tables_from_json(json, "file").profile(), Profile::kNeural);
  for (const char* text : {"", "{}", "[]", "{\"format\":\"nrc-neural-tables\",\"version\":1}",
                           "{\"format\":\"nrc-neural-tables\",\"version\":1,\"layers\":7}"}) {
    EXPECT_THROW(neural_tables_from_json(text, "file"), Error) << text;
  }
  EXPECT_NE(with([](auto& l) { ++l[0].bias[0]; }).id(), good.id());
  EXPECT_NE(with([](auto& l) { l[1].weights[5] ^= 1; }).id(), good.id());
  NeuralTables other = good;
  other.range.edges[7] -= 1;
  EXPECT_NE(other.id(), good.id());
}

TEST(NeuralStream, HasNoCorrections) {
  for (const Corrections& corrections : {Corrections{true, false}, Corrections{false, true}}) {
    StreamHeader header;
    header.corrections = corrections;
    EXPECT_THROW(Encoder(header, Tables::builtin(Profile::kNeural, "default")), Error);
  }
}

// ---- lossy streams

TEST(LossyStream, IsHalfAStepOffAtMost) {
  for (const Profile profile : {Profile::kHuffman, Profile::kRange, Profile::kNeural}) {
    for (int index = 0; index < kLossySteps; ++index) {
      for (const int width : {5, 10, 16}) {
        const int step = lossy_step(index);
        StreamHeader header;
        header.mapping = Mapping::kCode;
        header.code_width = width;
        header.rounding = true;
        const Tables tables = profile == Profile::kNeural
                                  ? Tables(tables_with(random_network({4, 2}, 3), width))
                                  : [&]() -> Tables {
          if (profile == Profile::kRange) {
            return tables_with(random_network({2}, 1), width).range;
          }
          TableSet set = TableSet::builtin("generic");
          set.initial_scale = std::min(set.initial_scale, (1U << (width + kFracBits)) - 1);
          return set;
        }();
        Encoder encoder(header, tables);
        encoder.set_lossy_step(step);
        const auto codes = wild_codes(300, width, static_cast<unsigned>(step));
        const auto stream_header = encoder.stream_header();
        const auto packet = encoder.encode(codes.data(), codes.size(), {});
        Decoder decoder([&](Profile, std::uint32_t) { return &tables; });
        std::vector<std::int16_t> samples;
        decoder.decode(parse_packet(stream_header.data(), stream_header.size()), samples);
        decoder.decode(parse_packet(packet.data(), packet.size()), samples);
        EXPECT_EQ(decoder.lossy_step(), step);
        ASSERT_EQ(samples.size(), codes.size());
        for (std::size_t i = 0; i < codes.size(); ++i) {
          ASSERT_LE(std::abs(samples[i] - codes[i]) * 2, step == 1 ? 0 : step)
              << "step " << step << ", width " << width;
        }
      }
    }
  }
}

TEST(LossyStream, StepsAreThoseOfTheDocument) {
  const int steps[] = {1, 2, 3, 4, 6, 8, 12, 16, 24};
  for (int i = 0; i < 9; ++i) EXPECT_EQ(lossy_step(i), steps[i]);
  EXPECT_EQ(lossy_step(23), 4096);
  Encoder lossless({}, Tables::builtin(Profile::kRange, "generic"));
  EXPECT_THROW(lossless.set_lossy_step(12), Error) << "its stream header excludes it";
  StreamHeader header;
  header.rounding = true;
  Encoder encoder(header, Tables::builtin(Profile::kRange, "generic"));
  EXPECT_THROW(encoder.set_lossy_step(5), Error);
  encoder.set_lossy_step(12);
  const Code code = 100;
  auto packet = encoder.encode(&code, 1, {});
  EXPECT_EQ(packet[3], 6);
  packet[3] = kLossySteps;
  EXPECT_EQ(parse_packet(packet.data(), packet.size()).status, ParseStatus::kBadHeader);
}

TEST(LossyStream, TheStepChangesInAnyPacket) {
  // Walks within the width, as the state of a channel that was rounded has to suit the next packet.
  std::mt19937 random(7);
  std::vector<Code> codes;
  for (int i = 0; i < 3000; ++i) {
    codes.push_back(static_cast<Code>((codes.empty() ? 0 : codes.back() * 9 / 10) +
                                      static_cast<int>(random() % 41) - 20));
  }
  StreamHeader header;
  header.mapping = Mapping::kCode;
  header.rounding = true;
  for (const Profile profile : {Profile::kHuffman, Profile::kRange}) {
    Encoder encoder(header, Tables::builtin(profile, "generic"));
    Decoder decoder;
    std::vector<std::int16_t> samples;
    std::vector<std::uint8_t> packet = encoder.stream_header();
    decoder.decode(parse_packet(packet.data(), packet.size()), samples);
    const int steps[] = {1, 1, 4, 4, 2, 1};
    std::size_t sizes[6];
    int largest = 1;
    for (std::size_t k = 0; k < 6; ++k) {
      encoder.set_lossy_step(steps[k]);
      packet = encoder.encode(codes.data() + 500 * k, 500, {});
      sizes[k] = packet.size();
      const ParsedPacket parsed = parse_packet(packet.data(), packet.size());
      EXPECT_EQ(parsed.header.key, k == 0) << k;
      EXPECT_EQ(lossy_step(parsed.header.step), steps[k]);
      decoder.decode(parsed, samples);
      largest = std::max(largest, steps[k]);
      EXPECT_EQ(decoder.lossy_step(), largest);
    }
    ASSERT_EQ(samples.size(), codes.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const int step = steps[i / 500];
      ASSERT_LE(std::abs(samples[i] - codes[i]) * 2, step == 1 ? 0 : step) << i;
    }
    // 500 codes, a bit less for each doubling of the step.
    EXPECT_LT(sizes[2] + 90, sizes[1]);
    EXPECT_LT(sizes[4] + 40, sizes[5]);
    EXPECT_NEAR(static_cast<double>(sizes[5]), static_cast<double>(sizes[1]), 30.0);
  }
}

TEST(LossyStream, ALosslessStreamHasNoSteps) {
  StreamHeader header;
  header.mapping = Mapping::kCode;
  header.rounding = true;
  Encoder encoder(header, Tables::builtin(Profile::kHuffman, "generic"));
  encoder.set_lossy_step(2);
  std::vector<std::uint8_t> open = encoder.stream_header();
  const Code code = 100;
  const auto packet = encoder.encode(&code, 1, {});
  header.rounding = false;
  const auto lossless =
      Encoder(header, Tables::builtin(Profile::kHuffman, "generic")).stream_header();
  const ParsedPacket parsed = parse_packet(packet.data(), packet.size());
  std::vector<std::int16_t> samples;
  Decoder decoder;
  decoder.decode(parse_packet(lossless.data(), lossless.size()), samples);
  EXPECT_THROW(decoder.decode(parsed, samples), Error);
  Decoder lossy;
  lossy.decode(parse_packet(open.data(), open.size()), samples);
  lossy.decode(parsed, samples);
  EXPECT_EQ(samples, std::vector<std::int16_t>{100});
}

}  // namespace
}  // namespace nrc
