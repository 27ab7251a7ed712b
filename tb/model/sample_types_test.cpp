// SPDX-License-Identifier: Apache-2.0
//
// Samples of every type: they come back as they were, the wide ones compressed, and those that are
// not what they are said to be are noticed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "file/type_notes.hpp"
#include "file/wav.hpp"
#include "format/samples.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_encoder.hpp"
#include "nrc/file_reader.hpp"
#include "nrc/file_recovery.hpp"
#include "nrc/nrc.h"
#include "nrc/preset.hpp"

namespace nrc {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Values = std::vector<std::int32_t>;

constexpr std::size_t kChannels = 3;

ByteSink append_to(Bytes& bytes) {
  return [&bytes](const std::uint8_t* data, std::size_t size) {
    bytes.insert(bytes.end(), data, data + size);
  };
}

Bytes decode(const Bytes& stream, unsigned threads = 1) {
  Bytes out;
  FileDecoder decoder(append_to(out), Tables::builtin_by_id, threads);
  decoder.add(stream.data(), stream.size());
  decoder.finish();
  return out;
}

std::int64_t half_of(SampleType type) { return std::int64_t{1} << (sample_bits(type) - 1); }

Bytes file_of(const Values& values, SampleType type, bool big_endian) {
  Bytes bytes(values.size() * sample_bytes(type));
  put_values(type, values.data(), values.size(), bytes.data());
  to_byte_order(type, big_endian, bytes.data(), bytes.size());
  return bytes;
}

/// A slow wave and noise, as far as the type goes.
Values signal(SampleType type, std::size_t frames, double amplitude, double noise) {
  std::mt19937 random(7);
  std::normal_distribution<double> gauss;
  const auto half = static_cast<double>(half_of(type));
  Values values;
  for (std::size_t i = 0; i < frames * kChannels; ++i) {
    const double t = static_cast<double>(i / kChannels);
    const double v = amplitude * std::sin(t / 300.0) * (1.0 + static_cast<double>(i % kChannels)) +
                     noise * gauss(random);
    values.push_back(static_cast<std::int32_t>(std::clamp(std::round(v), -half, half - 1)));
  }
  return values;
}

/// What there may be of a type: usual, extreme and any values.
std::vector<Values> kinds_of_values(SampleType type) {
  std::mt19937 random(11);
  const std::int64_t half = half_of(type);
  const auto low = static_cast<std::int32_t>(-half);
  const auto high = static_cast<std::int32_t>(half - 1);
  constexpr std::size_t kCount = 120 * kChannels;
  Values any;
  Values extreme;
  for (std::size_t i = 0; i < kCount; ++i) {
    any.push_back(
        static_cast<std::int32_t>(static_cast<std::int64_t>(random()) % (2 * half) - half));
    extreme.push_back(random() % 2 == 0 ? low : high);
  }
  Values jump = signal(type, 200, 20, 3);
  jump[301] = low;
  jump[302] = high;
  const double scale = static_cast<double>(half) / 200;
  return {signal(type, 300, 20, 3),
          signal(type, 250, 40 * scale, scale),
          jump,
          any,
          extreme,
          Values(kCount, low),
          Values(kCount, high),
          {}};
}

EncodeOptions options_of(SampleType type, bool big_endian, const std::string& coding) {
  EncodeOptions options;
  options.sample_type = type;
  options.big_endian = big_endian;
  options.packet_frames = 100;
  if (const Preset* preset = find_preset(coding)) {
    options.profile = preset->codings.front().profile;
    if (preset->codings.size() > 1) options.preset = preset;
  } else {
    options.profile = coding == "neural" ? Profile::kNeural : Profile::kRange;
    if (coding == "corrections") options.corrections = {true, true};
  }
  return options;
}

class EveryType : public testing::TestWithParam<SampleType> {};

TEST_P(EveryType, ComesBackWithAnyValuesAndCoding) {
  const SampleType type = GetParam();
  for (const Values& values : kinds_of_values(type)) {
    for (const bool big_endian : {false, true}) {
      const Bytes file = file_of(values, type, big_endian);
      for (const char* const coding :
           {"implant", "fast", "balanced", "best", "neural", "corrections"}) {
        // The order of the bytes is undone before the samples are coded, in whatever way.
        if (big_endian && std::string(coding) != "fast") continue;
        SCOPED_TRACE(coding);
        EncodeOptions options = options_of(type, big_endian, coding);
        Bytes stream;
        encode_raw(file.data(), file.size(), kChannels, 0, options, append_to(stream));
        ASSERT_EQ(decode(stream), file);
        EXPECT_LE(stream.size(), file.size() + 100 + 30 * (values.size() / 300 + 1));
        options.threads = 3;
        Bytes same;
        encode_raw(file.data(), file.size(), kChannels, 0, options, append_to(same));
        EXPECT_EQ(same, stream);
        EXPECT_EQ(decode(stream, 3), file);

        Bytes piped;
        RawEncoder encoder(kChannels, 0, options_of(type, big_endian, coding), append_to(piped));
        for (std::size_t i = 0; i < file.size(); i += 77) {
          encoder.add(file.data() + i, std::min<std::size_t>(77, file.size() - i));
        }
        encoder.finish();
        EXPECT_EQ(decode(piped), file);
      }
    }
  }
}

TEST_P(EveryType, KeepsAnIncompleteLastFrame) {
  Bytes file = file_of(signal(GetParam(), 250, 20, 3), GetParam(), true);
  file.pop_back();
  Bytes stream;
  encode_raw(file.data(), file.size(), kChannels, 0, options_of(GetParam(), true, "fast"),
             append_to(stream));
  EXPECT_EQ(decode(stream), file);
}

TEST_P(EveryType, IsReadInPartsAndRecovered) {
  const SampleType type = GetParam();
  const Values values = signal(type, 900, 20, 3);
  const Bytes file = file_of(values, type, false);
  const std::size_t frame_bytes = sample_bytes(type) * kChannels;
  EncodeOptions options = options_of(type, false, "fast");
  options.key_interval = 2;
  Bytes stream;
  encode_raw(file.data(), file.size(), kChannels, 0, options, append_to(stream));

  FileReader reader(stream.size(), [&](std::uint64_t offset, std::uint8_t* to, std::size_t size) {
    std::copy_n(stream.begin() + static_cast<std::ptrdiff_t>(offset), size, to);
  });
  Bytes part;
  reader.read(333, 200, [&](SampleView samples, std::size_t frames) {
    EXPECT_EQ(samples.type(), type);
    part.insert(part.end(), samples.bytes(), samples.bytes() + frames * frame_bytes);
  });
  const auto at = [&](std::size_t frame) {
    return file.begin() + static_cast<std::ptrdiff_t>(frame * frame_bytes);
  };
  EXPECT_EQ(part, Bytes(at(333), at(533)));
  if (type != SampleType::kInt16) {
    EXPECT_THROW(reader.read(0, 1, [](const std::int16_t*, std::size_t) {}), Error);
  }

  // One packet is damaged: its frames, and those that depend on it, are filled.
  const ParsedPacket header = parse_packet(stream.data(), stream.size());
  stream[header.size + 30] ^= 1;
  Bytes out;
  FileRecovery::Options recovery;
  recovery.fill = 5;
  FileRecovery recovered(recovery, append_to(out));
  recovered.add(stream.data(), stream.size());
  EXPECT_EQ(recovered.finish().counters.missing_frames, 200U);
  Values filled = values;
  std::fill_n(filled.begin(), 200 * kChannels,
              static_cast<std::int32_t>(is_signed(type) ? 5 : 5 - half_of(type)));
  EXPECT_EQ(out, file_of(filled, type, false));

  recovery.fill = half_of(type) * 2;
  FileRecovery impossible(recovery, append_to(out));
  EXPECT_THROW(impossible.add(stream.data(), stream.size()), Error);
}

TEST_P(EveryType, InC) {
  const SampleType type = GetParam();
  const Bytes samples = file_of(signal(type, 60, 20, 3), type, kBigEndianMachine);
  nrc_encoder_config config = {};
  config.struct_size = sizeof config;
  config.channels = kChannels;
  config.sample_type = static_cast<int>(type);
  config.packet_frames = 60;
  EXPECT_EQ(nrc_sample_size(config.sample_type), sample_bytes(type));
  nrc_choice* choice = nullptr;
  ASSERT_EQ(nrc_choose(&config, "balanced", samples.data(), 60, &choice, nullptr), NRC_OK);
  nrc_encoder* encoder = nullptr;
  ASSERT_EQ(nrc_encoder_create(&config, &encoder, nullptr), NRC_OK);
  nrc_choice_destroy(choice);
  Bytes packets(nrc_encoder_max_size(encoder));
  std::size_t size = 0;
  ASSERT_EQ(nrc_encoder_encode(encoder, samples.data(), 60, NRC_LAST, packets.data(),
                               packets.size(), &size),
            NRC_OK);
  nrc_encoder_destroy(encoder);
  nrc_decoder* decoder = nullptr;
  ASSERT_EQ(nrc_decoder_create(nullptr, &decoder, nullptr), NRC_OK);
  Bytes decoded(samples.size());
  std::size_t at = 0;
  std::uint32_t frames = 0;
  while (at < size) {
    std::size_t taken = 0;
    ASSERT_EQ(nrc_decoder_decode(decoder, packets.data() + at, size - at, &taken, decoded.data(),
                                 60 * kChannels, &frames),
              NRC_OK);
    at += taken;
  }
  nrc_stream_info info = {};
  nrc_decoder_get_info(decoder, &info);
  EXPECT_EQ(info.sample_type, config.sample_type);
  EXPECT_EQ(frames, 60U);
  EXPECT_EQ(decoded, samples);
  nrc_decoder_destroy(decoder);
}

INSTANTIATE_TEST_SUITE_P(All, EveryType,
                         testing::Values(SampleType::kInt16, SampleType::kUint16, SampleType::kInt8,
                                         SampleType::kUint8, SampleType::kInt24,
                                         SampleType::kUint24, SampleType::kInt32,
                                         SampleType::kUint32),
                         [](const auto& type) {
                           return std::string(sample_type_name(type.param));
                         });

double bits_per_sample(const Values& values, SampleType type, const std::string& coding) {
  const Bytes file = file_of(values, type, false);
  EncodeOptions options = options_of(type, false, coding);
  options.packet_frames = 0;
  Bytes stream;
  encode_raw(file.data(), file.size(), kChannels, 0, options, append_to(stream));
  EXPECT_EQ(decode(stream), file);
  return 8.0 * static_cast<double>(stream.size()) / static_cast<double>(values.size());
}

TEST(WideSamples, TakeAboutTheBitsOfTheirNoise) {
  // Noise of so many samples has an entropy of log2(noise) + 2.05 bits.
  const Values slow = signal(SampleType::kInt24, 8000, 1e6, 30);
  EXPECT_LT(bits_per_sample(slow, SampleType::kInt24, "fast"), 8.5);
  EXPECT_LT(bits_per_sample(slow, SampleType::kInt24, "best"), 7.7);
  const Values noisy = signal(SampleType::kInt32, 8000, 3e6, 1e5);
  EXPECT_LT(bits_per_sample(noisy, SampleType::kInt32, "fast"), 19.5);
  EXPECT_LT(bits_per_sample(noisy, SampleType::kInt32, "best"), 18.9);
  const Values full = signal(SampleType::kInt32, 8000, 5e8, 1e5);
  EXPECT_LT(bits_per_sample(full, SampleType::kInt32, "best"), 19.1);
}

TEST(WideSamples, AreCodedAsNarrowOnesWhereTheyFit) {
  // On a level far from zero, and in multiples of 256, as an ADC's 24 bits on top of 32.
  Values values = signal(SampleType::kInt16, 4000, 300, 20);
  for (std::int32_t& value : values) value = 256 * value + 256 * 1000000;
  const double bits = bits_per_sample(values, SampleType::kInt32, "fast");
  EXPECT_NEAR(
      bits, bits_per_sample(signal(SampleType::kInt16, 4000, 300, 20), SampleType::kInt16, "fast"),
      0.05);
}

TEST(WideSamples, AreNotRoundedBeyondTheStep) {
  const Values values = signal(SampleType::kInt24, 2000, 1e6, 3000);
  const Bytes file = file_of(values, SampleType::kInt24, false);
  EncodeOptions options = options_of(SampleType::kInt24, false, "fast");
  options.lossy_step = 64;
  Bytes stream;
  encode_raw(file.data(), file.size(), kChannels, 0, options, append_to(stream));
  const Bytes decoded = decode(stream);
  ASSERT_EQ(decoded.size(), file.size());
  Values given(values.size());
  get_values(SampleType::kInt24, decoded.data(), given.size(), given.data());
  for (std::size_t i = 0; i < given.size(); ++i) EXPECT_LE(std::abs(given[i] - values[i]), 32);
  EXPECT_LT(stream.size() * 8, values.size() * 10);
}

// ---- Notes

std::vector<std::string> notes(const Bytes& bytes, SampleType type, std::uint32_t channels) {
  StreamHeader header;
  header.sample_type = type;
  header.channels = channels;
  header.mapping = Mapping::kCode;
  header.code_width = 16;
  return type_notes(bytes, header);
}

/// A recording of channels at different levels.
Values recording() {
  Values values = signal(SampleType::kInt16, 6000, 200, 15);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] += 150 * static_cast<std::int32_t>(i % kChannels) - 100;
  }
  return values;
}

void expect_note(const Bytes& bytes, SampleType type, std::uint32_t channels,
                 const std::string& part) {
  const std::vector<std::string> all = notes(bytes, type, channels);
  ASSERT_EQ(all.size(), 1U) << part;
  EXPECT_NE(all[0].find(part), std::string::npos) << all[0];
}

TEST(TypeNotes, NothingToSayOfWhatIsRight) {
  for (std::size_t i = 0; i < kSampleTypes; ++i) {
    const auto type = static_cast<SampleType>(i);
    Values values = recording();
    if (sample_bits(type) == 8) {
      for (std::int32_t& value : values) value /= 8;
    }
    EXPECT_TRUE(notes(file_of(values, type, false), type, kChannels).empty())
        << sample_type_name(type);
  }
  EXPECT_TRUE(notes(Bytes(60000), SampleType::kInt16, kChannels).empty());
  EXPECT_TRUE(notes({}, SampleType::kInt16, 1).empty());
}

TEST(TypeNotes, NothingToSayOfShiftedCodes) {
  for (const SampleType type : {SampleType::kInt16, SampleType::kInt24, SampleType::kInt32}) {
    Values values = recording();
    const int shift = sample_bits(type) - 12;
    for (std::int32_t& value : values) {
      value = static_cast<std::int32_t>(static_cast<std::uint32_t>(value) << shift);
    }
    EXPECT_TRUE(notes(file_of(values, type, false), type, kChannels).empty())
        << sample_type_name(type);
  }
}

TEST(TypeNotes, AnotherType) {
  const Bytes int16 = file_of(recording(), SampleType::kInt16, false);
  expect_note(int16, SampleType::kInt32, kChannels, "--type int16");
  expect_note(int16, SampleType::kUint16, kChannels, "--type int16");
  expect_note(int16, SampleType::kInt24, kChannels, "--type int16");
  expect_note(file_of(recording(), SampleType::kUint16, false), SampleType::kInt16, kChannels,
              "--type uint16");
  expect_note(file_of(recording(), SampleType::kInt32, false), SampleType::kInt16, kChannels,
              "--type int32");
  expect_note(file_of(recording(), SampleType::kInt24, false), SampleType::kInt16, kChannels,
              "--type int24");
  expect_note(file_of(recording(), SampleType::kInt16, true), SampleType::kInt16, kChannels,
              "--big-endian");
}

TEST(TypeNotes, FloatingPoint) {
  Bytes bytes;
  for (const std::int32_t value : recording()) {
    const float number = 0.195F * static_cast<float>(value - 50);
    std::uint8_t four[4];
    std::memcpy(four, &number, 4);
    bytes.insert(bytes.end(), four, four + 4);
  }
  expect_note(bytes, SampleType::kInt32, kChannels, "floating-point");
  expect_note(bytes, SampleType::kInt16, kChannels, "floating-point");
}

TEST(TypeNotes, AnotherNumberOfChannels) {
  const Bytes bytes = file_of(recording(), SampleType::kInt16, false);
  for (const std::uint32_t channels : {1, 2, 4, 5}) {
    expect_note(bytes, SampleType::kInt16, channels, "--channels 3");
  }
}

}  // namespace
}  // namespace nrc
