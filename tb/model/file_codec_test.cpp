// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "file/wav.hpp"
#include "format/crc.hpp"
#include "host/recording_generator.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_encoder.hpp"
#include "stages/shift6.hpp"
#include "wav_images.hpp"

namespace {

using namespace wav_images;
using nrc::EncodeOptions;
using nrc::EncodeSummary;
using nrc::FileDecoder;
using nrc::Mapping;

nrc::ByteSink append_to(Bytes& bytes) {
  return [&bytes](const std::uint8_t* data, std::size_t size) {
    bytes.insert(bytes.end(), data, data + size);
  };
}

/// Decodes in steps of `step` bytes. @throws Error
Bytes decode(const Bytes& stream, std::size_t step = 1 << 20, unsigned threads = 1) {
  Bytes out;
  FileDecoder decoder(append_to(out), nrc::Tables::builtin_by_id, threads);
  for (std::size_t i = 0; i < stream.size(); i += step) {
    decoder.add(stream.data() + i, std::min(step, stream.size() - i));
  }
  decoder.finish();
  return out;
}

struct Coded {
  Bytes stream;
  EncodeSummary summary;
};

/// Encodes a WAV image and checks that it comes back.
Coded code_wav(const Bytes& image, const EncodeOptions& options = {}) {
  Coded coded;
  coded.summary = nrc::encode_wav(image.data(), image.size(), options, append_to(coded.stream));
  EXPECT_EQ(decode(coded.stream), image);
  EXPECT_EQ(coded.summary.input_bytes, image.size());
  EXPECT_EQ(coded.summary.stream_bytes, coded.stream.size());
  return coded;
}

/// The same for samples without a header.
Coded code_raw(const Bytes& image, std::uint32_t channels, const EncodeOptions& options = {}) {
  Coded coded;
  coded.summary = nrc::encode_raw(image.data(), image.size(), channels, 19531250, options,
                                  append_to(coded.stream));
  EXPECT_EQ(decode(coded.stream), image);
  return coded;
}

/// The same for samples that arrive `step` bytes at a time.
Coded code_pipe(const Bytes& image, std::uint32_t channels, std::size_t step,
                const EncodeOptions& options = {}) {
  Coded coded;
  nrc::RawEncoder encoder(channels, 0, options, append_to(coded.stream));
  for (std::size_t i = 0; i < image.size(); i += step) {
    encoder.add(image.data() + i, std::min(step, image.size() - i));
  }
  coded.summary = encoder.finish();
  EXPECT_EQ(decode(coded.stream), image);
  return coded;
}

/// Samples of a synthetic recording on the shift6 grid.
std::vector<std::int16_t> recording(std::uint32_t channels, std::size_t frames) {
  std::vector<std::int16_t> out;
  for (const nrc::Code code : nrc::generate(channels, frames, 5)) {
    out.push_back(nrc::Shift6::sample(code));
  }
  return out;
}

/// Noise of `bits` bits, all values from the lowest to the highest possible.
std::vector<std::int16_t> noise(std::size_t count, int bits) {
  std::mt19937 random(static_cast<unsigned>(bits));
  std::vector<std::int16_t> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(static_cast<std::int16_t>(static_cast<std::int16_t>(random()) >> (16 - bits)));
  }
  return out;
}

Bytes wav(const std::vector<std::int16_t>& values, std::uint16_t channels = 1) {
  return riff(chunk("fmt ", format(channels)) + chunk("data", samples(values)));
}

TEST(FileCodec, CanonicalWav) {
  const Coded coded = code_wav(wav(recording(1, 30000)));
  EXPECT_EQ(coded.summary.header.container, 1);
  EXPECT_EQ(coded.summary.header.mapping, Mapping::kShift6);
  EXPECT_EQ(coded.summary.header.total_frames, 30000u);
  EXPECT_EQ(coded.summary.header.rate_millihertz, 20000000u);
  EXPECT_EQ(coded.summary.tables, "default");
  EXPECT_LT(coded.stream.size(), 22000u);
}

TEST(FileCodec, MultiChannelWav) {
  const Coded coded = code_wav(wav(recording(7, 3000), 7));
  EXPECT_EQ(coded.summary.header.channels, 7u);
  EXPECT_EQ(coded.summary.frames, 3000u);
}

TEST(FileCodec, BytesAroundTheSamples) {
  const Bytes data = chunk("data", samples(recording(2, 1000)));
  const Bytes fmt = chunk("fmt ", format(2));
  const Bytes list = chunk("LIST", text("some words, some words, some words, some words"));
  for (const Bytes& image :
       {riff(list + fmt + data), riff(fmt + data + list), riff(list + fmt + data + list),
        riff(fmt + data + Bytes{9}), riff(fmt + data) + text("rubbish"),
        riff(fmt + chunk("data", samples(recording(2, 10)) + Bytes{1, 2, 3})),
        riff(fmt + chunk("data", samples(recording(2, 10)), 0)),
        riff(fmt + chunk("data", samples(recording(2, 10)), 0xFFFFFFFF)),
        riff(fmt + chunk("data", samples(recording(2, 10)), 39))}) {
    const Coded coded = code_wav(image);
    EXPECT_EQ(coded.summary.header.container, 2);
    EXPECT_EQ(coded.summary.stored_because, "");
    EXPECT_GT(coded.summary.frames, 0u);
  }
}

TEST(FileCodec, HeadersThatAreNotCanonical) {
  const Bytes good = wav(recording(1, 100));
  // Every byte but those that say where the samples are and what they are like.
  for (std::size_t i = 0; i < 44; ++i) {
    for (const int change : {0x01, 0x80}) {
      Bytes image = good;
      image[i] = static_cast<std::uint8_t>(image[i] ^ change);
      code_wav(image);
    }
  }
}

TEST(FileCodec, RateBeyondTheStreams) {
  Bytes image = riff(chunk("fmt ", format(1, 4294968)) + chunk("data", samples({1, 2, 3})));
  EXPECT_EQ(code_wav(image).summary.header.rate_millihertz, 0u);
  image = riff(chunk("fmt ", format(1, 4294967)) + chunk("data", samples({1, 2, 3})));
  EXPECT_EQ(code_wav(image).summary.header.rate_millihertz, 4294967000u);
}

TEST(FileCodec, LibsndfilesFormats) {
  const std::vector<std::int16_t> values = recording(6, 500);
  for (const int format : {SF_FORMAT_WAV, SF_FORMAT_WAVEX, SF_FORMAT_RF64}) {
    for (const int subformat : {SF_FORMAT_PCM_16, SF_FORMAT_PCM_U8, SF_FORMAT_PCM_24,
                                SF_FORMAT_PCM_32, SF_FORMAT_FLOAT, SF_FORMAT_DOUBLE}) {
      if (format == SF_FORMAT_RF64 && subformat == SF_FORMAT_PCM_U8) continue;
      for (const int channels : {1, 2, 3}) {
        const Bytes image = from_libsndfile(format | subformat, channels, 19531, values);
        const Coded coded = code_wav(image);
        EXPECT_EQ(coded.summary.stored_because.empty(),
                  subformat != SF_FORMAT_FLOAT && subformat != SF_FORMAT_DOUBLE)
            << coded.summary.stored_because;
        EXPECT_LT(coded.stream.size(), image.size());
      }
    }
  }
  const Bytes big_endian =
      from_libsndfile(SF_FORMAT_WAV | SF_FORMAT_PCM_16 | SF_ENDIAN_BIG, 1, 19531, values);
  EXPECT_NE(code_wav(big_endian).summary.stored_because, "");
}

TEST(FileCodec, StoresWhatItCannotCode) {
  std::vector<Bytes> images = {{},
                               {0},
                               text("RIFF"),
                               riff({}),
                               riff(chunk("fmt ", format()) + chunk("data", {})),
                               riff(chunk("fmt ", format(2)) + chunk("data", {1, 2, 3}))};
  for (const Bytes& image : images) {
    const Coded coded = code_wav(image);
    EXPECT_NE(coded.summary.stored_because, "");
    EXPECT_EQ(coded.summary.frames, 0u);
  }
}

TEST(FileCodec, StoresLargeFilesInPieces) {
  std::mt19937 random(1);
  Bytes image(9 << 20);
  for (std::uint8_t& byte : image) byte = static_cast<std::uint8_t>(random());
  EXPECT_LT(code_wav(image).stream.size(), image.size() + 500);
  EXPECT_LT(code_wav(Bytes(9 << 20)).stream.size(), 20000u);
}

TEST(FileCodec, EveryInt16) {
  std::vector<std::int16_t> values;
  for (int value = -32768; value <= 32767; ++value) {
    values.push_back(static_cast<std::int16_t>(value));
  }
  for (const std::uint32_t channels : {1u, 4u, 256u, 65536u}) {
    code_raw(samples(values), channels);
    code_pipe(samples(values), channels, 4099);
  }
  code_wav(wav(values));
  for (const Mapping mapping : {Mapping::kShift6, Mapping::kCode}) {
    EncodeOptions options;
    options.mapping = mapping;
    EXPECT_EQ(code_wav(wav(values), options).summary.header.mapping, mapping);
  }
}

/// Offsets of many channels may take more room than a stream header has.
TEST(FileCodec, MapsTooLongForAStreamHeader) {
  constexpr std::uint32_t kChannels = 65536;
  std::mt19937 random(1);
  for (const std::int32_t step : {1, 24}) {
    Bytes image;
    std::vector<std::int32_t> rests(kChannels);
    for (std::int32_t& rest : rests) rest = static_cast<std::int32_t>(random());
    for (int frame = 0; frame < 3; ++frame) {
      for (const std::int32_t rest : rests) {
        const auto moved = static_cast<std::int32_t>(random() % 100) * step;
        const auto value = static_cast<std::uint32_t>(rest) + static_cast<std::uint32_t>(moved);
        for (int byte = 0; byte < 4; ++byte) {
          image.push_back(static_cast<std::uint8_t>(value >> (8 * byte)));
        }
      }
    }
    EncodeOptions options;
    options.sample_type = nrc::SampleType::kInt32;
    options.notes = false;
    const Coded coded = code_raw(image, kChannels, options);
    EXPECT_LE(serialise(coded.summary.header).size(), nrc::kMaxStreamHeaderBytes);
  }
}

TEST(FileCodec, ChannelCounts) {
  for (const std::uint32_t channels : {1u, 2u, 8u, 32u, 384u, 1024u}) {
    const Bytes image = samples(recording(channels, 40000 / channels));
    const Coded coded = code_raw(image, channels);
    EXPECT_EQ(coded.summary.header.channels, channels);
    EXPECT_EQ(coded.summary.header.container, 0);
    code_pipe(image, channels, 1000);
  }
}

TEST(FileCodec, CodeWidthIsTheSmallestThatFits) {
  for (const int bits : {8, 10, 11, 12, 15, 16}) {
    const int expected = bits <= 10 ? 10 : (bits + 1) / 2 * 2;
    const Coded coded = code_raw(samples(noise(5000, bits)), 1);
    EXPECT_EQ(coded.summary.header.mapping, Mapping::kCode);
    EXPECT_EQ(coded.summary.header.code_width, expected);
    // A pipe leaves room for whatever may come.
    const Coded piped = code_pipe(samples(noise(5000, bits)), 1, 777);
    EXPECT_EQ(piped.summary.header.code_width, 16);
  }
}

TEST(FileCodec, ChoosesTheSmallerTables) {
  std::vector<std::int16_t> slow;
  for (int i = 0; i < 20000; ++i) slow.push_back(static_cast<std::int16_t>(i % 3000));
  for (const Bytes& image : {samples(noise(20000, 14)), samples(slow)}) {
    const std::size_t chosen = code_raw(image, 1).stream.size();
    for (const char* const name : {"default", "generic"}) {
      EncodeOptions options;
      options.tables = &nrc::Tables::builtin(nrc::Profile::kHuffman, name);
      const Coded coded = code_raw(image, 1, options);
      EXPECT_EQ(coded.summary.tables, name);
      EXPECT_LE(chosen, coded.stream.size());
    }
  }
}

TEST(FileCodec, FewSamplesOffTheMapChangeLittle) {
  std::vector<std::int16_t> values = recording(1, 10000);
  EncodeOptions options;
  options.packet_frames = 1000;
  const std::size_t before = code_wav(wav(values), options).stream.size();
  for (const std::size_t at : {0U, 1U, 3500U, 9999U}) values[at] = 1;
  const Coded coded = code_wav(wav(values), options);
  EXPECT_EQ(coded.summary.header.mapping, Mapping::kShift6);
  EXPECT_EQ(coded.summary.off_map, 4U);
  EXPECT_LE(coded.stream.size(), before + 3 * 16);
}

/// Codes of 16 channels, about zero.
std::vector<int> channel_codes() {
  std::mt19937 random(3);
  std::normal_distribution<double> noise(0.0, 8.0);
  std::vector<int> codes;
  for (int i = 0; i < 16 * 4000; ++i) {
    const double before = i < 16 ? 0.0 : codes[static_cast<std::size_t>(i) - 16];
    codes.push_back(static_cast<int>(std::lround(0.8 * before + noise(random))));
  }
  return codes;
}

TEST(FileCodec, MapsAreFound) {
  const std::vector<int> codes = channel_codes();
  const auto away = [](double x) { return static_cast<int>(x < 0 ? x - 0.5 : x + 0.5); };
  struct {
    const char* name;
    std::function<int(int code, int channel, int frame)> sample;
  } const cases[] = {
      {"as they are", [](int code, int, int) { return code; }},
      {"left-justified", [](int code, int, int) { return code * 64; }},
      {"left-justified with an offset", [](int code, int, int) { return code * 16 + 5; }},
      {"a common factor", [](int code, int, int) { return code * 12; }},
      {"a negative offset", [](int code, int, int) { return code - 20000; }},
      {"unsigned about 32768", [](int code, int, int) { return code + 32768; }},
      {"unsigned in 14 bits", [](int code, int, int) { return (code + 2048) * 4; }},
      {"a step of 3/2",
       [](int code, int, int) { return static_cast<int>(std::nearbyint(code * 1.5)); }},
      {"a step of 5/2, halves away", [&](int code, int, int) { return away(code * 2.5); }},
      {"a step of 17/10",
       [](int code, int, int) { return static_cast<int>(std::nearbyint(code * 1.7)); }},
      {"a step of 33/10, halves away", [&](int code, int, int) { return away(code * 3.3); }},
      {"a step of 39/20",
       [](int code, int, int) { return static_cast<int>(std::nearbyint(code * 1.95)); }},
      {"a step of each channel",
       [](int code, int c, int) { return code * (c % 2 ? 3 : 7) - 101 * c; }},
      {"an offset of each channel",
       [&](int code, int c, int) { return away(code * 12.02) + 37 * c; }},
      {"towards zero", [](int code, int c, int) { return code * 625 / 26 + 11 * c; }},
      {"a constant channel", [](int code, int c, int) { return c == 3 ? 7 : code * 12; }},
      {"two sync channels",
       [](int code, int c, int f) {
         return c == 3 ? 32767 * (f / 500 % 2) : c == 9 ? 32767 * (f / 77 % 2) : code * 12;
       }},
      {"a channel that dies",
       [](int code, int c, int f) { return c == 5 && f > 2000 ? 0 : code * 12 + 1; }},
  };
  for (const nrc::Profile profile : {nrc::Profile::kHuffman, nrc::Profile::kRange}) {
    EncodeOptions options;
    options.profile = profile;
    std::size_t plain = 0;
    for (const auto& c : cases) {
      std::vector<std::int16_t> values;
      for (std::size_t i = 0; i < codes.size(); ++i) {
        values.push_back(static_cast<std::int16_t>(
            c.sample(codes[i], static_cast<int>(i % 16), static_cast<int>(i / 16))));
      }
      const Coded coded = code_raw(samples(values), 16, options);
      if (plain == 0) plain = coded.stream.size();
      EXPECT_LE(static_cast<double>(coded.stream.size()), 1.01 * static_cast<double>(plain))
          << c.name;
    }
  }
}

TEST(FileCodec, TowardsZeroOnBothSidesOfTheOrigin) {
  // Whatever part of a channel is above its origin, one step suits all.
  constexpr int kChannels = 32;
  std::mt19937 random(5);
  std::normal_distribution<double> gauss;
  std::vector<std::int16_t> values;
  for (int i = 0; i < 2500 * kChannels; ++i) {
    const int c = i % kChannels;
    const auto code = static_cast<int>(std::lround(30 * gauss(random) + 2.0 * (c - kChannels / 2)));
    values.push_back(static_cast<std::int16_t>(code * 625 / 26 + 24 * c - 300));
  }
  const Coded coded = code_raw(samples(values), kChannels);
  EXPECT_EQ(coded.summary.off_map, 0U);
  EXPECT_EQ(coded.summary.header.map.steps.size(), 1U);
}

TEST(FileCodec, AMapMayBeForced) {
  const std::vector<std::int16_t> values = recording(1, 2000);
  EncodeOptions options;
  options.mapping = Mapping::kMap;
  options.map = {{{3, 1}}, {{0, 1}}};
  options.code_width = 12;
  const Coded coded = code_wav(wav(values), options);
  EXPECT_EQ(coded.summary.header.map, options.map);
  EXPECT_EQ(coded.summary.header.code_width, 12);
  EXPECT_GT(coded.summary.off_map, 0U);
}

TEST(FileCodec, PipeThatGrowsBeyondItsFirstPacket) {
  EncodeOptions options;
  options.packet_frames = 500;
  const Bytes image = samples(noise(600, 8)) + samples(noise(3000, 16)) + samples(noise(1200, 8));
  EXPECT_EQ(code_pipe(image, 1, 333, options).summary.header.mapping, Mapping::kCode);
  const Bytes grid =
      samples(recording(1, 800)) + samples(noise(800, 16)) + samples(recording(1, 800));
  EXPECT_EQ(code_pipe(grid, 1, 333, options).summary.header.mapping, Mapping::kShift6);
}

TEST(FileCodec, PipeSplitsAnywhere) {
  EncodeOptions options;
  options.packet_frames = 10;
  for (const std::size_t frames : {0, 1, 9, 10, 11, 20, 35}) {
    const Bytes image = samples(recording(3, frames));
    const Bytes expected = code_pipe(image, 3, 1, options).stream;
    for (const std::size_t step : {2, 7, 60, 61, 1000}) {
      EXPECT_EQ(code_pipe(image, 3, step, options).stream, expected);
    }
  }
}

TEST(FileCodec, PipeHoldsOnePacketAtMost) {
  EncodeOptions options;
  options.packet_frames = 100;
  Bytes stream;
  nrc::RawEncoder encoder(1, 0, options, append_to(stream));
  const Bytes image = samples(recording(1, 1000));
  for (std::size_t i = 0; i < image.size(); i += 2) {
    const std::size_t before = stream.size();
    encoder.add(image.data() + i, 2);
    EXPECT_EQ(stream.size() > before, i > 0 && i % 200 == 0) << i;
  }
}

TEST(FileCodec, DecodesInAnySteps) {
  const Bytes image = wav(recording(2, 2000), 2);
  const Bytes stream = code_wav(image).stream;
  for (const std::size_t step : {1, 3, 19, 20, 21, 1000}) {
    EXPECT_EQ(decode(stream, step), image) << step;
  }
}

// Loud and quiet parts, so that the groups between key packets have different lengths.
std::vector<std::int16_t> changing(std::uint32_t channels, std::size_t frames) {
  std::vector<std::int16_t> values = recording(channels, frames);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i * 3 / values.size() == 1) values[i] = nrc::Shift6::sample(static_cast<nrc::Code>(i % 3));
  }
  return values;
}

TEST(FileCodec, ThreadsMakeTheSameStream) {
  for (const std::uint16_t channels : {std::uint16_t{1}, std::uint16_t{40}}) {
    const Bytes image = wav(changing(channels, std::size_t{800000} / channels), channels);
    for (const nrc::Profile profile : {nrc::Profile::kHuffman, nrc::Profile::kRange}) {
      EncodeOptions options;
      options.profile = profile;
      // By default more frames than a stream header can state.
      if (channels > 1) options.packet_frames = 8000u / channels;
      const Coded one = code_wav(image, options);
      for (const unsigned threads : {2u, 5u, 0u}) {
        options.threads = threads;
        Coded several;
        several.summary =
            nrc::encode_wav(image.data(), image.size(), options, append_to(several.stream));
        EXPECT_EQ(several.stream, one.stream) << channels << " channels, " << threads;
        EXPECT_EQ(several.summary.frames, one.summary.frames);
        EXPECT_EQ(several.summary.off_map, one.summary.off_map);
        EXPECT_EQ(several.summary.stream_bytes, one.summary.stream_bytes);
        EXPECT_EQ(decode(one.stream, 1 << 16, threads), image);
      }
      EXPECT_EQ(decode(one.stream, 977, 3), image);
    }
  }
}

TEST(FileCodec, ThreadsCountSamplesOffTheMap) {
  std::vector<std::int16_t> values = recording(8, 60000);
  for (std::size_t i = 0; i < values.size(); i += 9001) values[i] = 1;
  const Bytes image = wav(values, 8);
  EncodeOptions options;
  options.packet_frames = 1000;
  options.mapping = Mapping::kShift6;
  const Coded one = code_wav(image, options);
  options.threads = 4;
  const Coded several = code_wav(image, options);
  EXPECT_GT(one.summary.off_map, 0u);
  EXPECT_EQ(several.summary.off_map, one.summary.off_map);
  EXPECT_EQ(several.stream, one.stream);
}

// What is written before a fault is correct, and the fault is the same one.
TEST(FileCodec, ThreadsFindTheSameFaults) {
  const Bytes image = wav(changing(4, 60000), 4);
  EncodeOptions options;
  options.packet_frames = 1000;
  options.key_interval = 7;
  const Bytes stream = code_wav(image, options).stream;
  std::mt19937 random(3);
  for (int trial = 0; trial < 60; ++trial) {
    Bytes damaged = stream;
    if (trial % 3 == 0) {
      damaged.resize(random() % stream.size());
    } else {
      // A packet is lost, or its payload is another one with a CRC that is right.
      const nrc::ParsedPacket packet = [&] {
        std::size_t at = 0;
        nrc::ParsedPacket p = nrc::parse_packet(stream.data(), stream.size());
        for (auto skip = 2 + random() % 40; skip > 0; --skip) {
          at += p.size;
          p = nrc::parse_packet(stream.data() + at, stream.size() - at);
        }
        return p;
      }();
      const auto begin = packet.payload - nrc::kPacketHeaderBytes - stream.data();
      const auto end = begin + static_cast<std::ptrdiff_t>(packet.size);
      if (trial % 3 == 1) {
        damaged.erase(damaged.begin() + begin, damaged.begin() + end);
      } else if (packet.header.length > 0) {
        damaged[static_cast<std::size_t>(begin) + nrc::kPacketHeaderBytes] ^= 0x80;
        const auto crc = nrc::crc32(damaged.data() + begin, packet.size - nrc::kPacketCrcBytes);
        for (int i = 0; i < 4; ++i) {
          damaged[static_cast<std::size_t>(end - 4 + i)] = static_cast<std::uint8_t>(crc >> 8 * i);
        }
      }
    }
    std::string messages[2];
    Bytes written[2];
    for (const unsigned threads : {1u, 3u}) {
      Bytes& out = written[threads / 2];
      FileDecoder decoder(append_to(out), nrc::Tables::builtin_by_id, threads);
      try {
        decoder.add(damaged.data(), damaged.size());
        decoder.finish();
      } catch (const nrc::Error& e) {
        messages[threads / 2] = e.what();
      }
    }
    EXPECT_EQ(messages[1], messages[0]) << "trial " << trial;
    ASSERT_LE(written[1].size(), written[0].size());
    EXPECT_TRUE(std::equal(written[1].begin(), written[1].end(), written[0].begin()));
  }
}

TEST(FileCodec, KeyInterval) {
  EncodeOptions options;
  options.packet_frames = 100;
  options.key_interval = 3;
  const Bytes image = wav(recording(1, 1000));
  const Coded coded = code_wav(image, options);
  std::size_t index = 0;
  bool after_header = false;
  for (std::size_t at = 0; at < coded.stream.size();) {
    const nrc::ParsedPacket packet =
        nrc::parse_packet(coded.stream.data() + at, coded.stream.size() - at);
    ASSERT_EQ(packet.status, nrc::ParseStatus::kPacket);
    if (packet.header.type == nrc::PacketType::kHuffman) {
      EXPECT_EQ(packet.header.key, index % 3 == 0) << index;
      EXPECT_EQ(after_header, index % 3 == 0) << index;
      ++index;
    }
    after_header = packet.header.type == nrc::PacketType::kStreamHeader;
    at += packet.size;
  }
  EXPECT_EQ(index, 10u);
  EXPECT_EQ(decode(coded.stream), image);
}

TEST(FileCodec, LanesCostLittle) {
  // Many channels, few, short packets, and hardly anything to code.
  const Bytes many = samples(recording(40, 4000));
  const Bytes quiet(std::size_t{400000}, 0);
  EncodeOptions options;
  for (const nrc::Profile profile : {nrc::Profile::kHuffman, nrc::Profile::kRange}) {
    options.profile = profile;
    const auto lanes_of = [&](const Bytes& image, std::uint32_t channels,
                              std::uint32_t packet_frames) {
      options.lanes = 1;
      options.packet_frames = packet_frames;
      const std::size_t plain = code_raw(image, channels, options).stream.size();
      options.lanes = 0;
      const Coded chosen = code_raw(image, channels, options);
      EXPECT_LE(chosen.stream.size(), plain + plain / 1000 + 8);
      return chosen.summary.lanes;
    };
    EXPECT_EQ(lanes_of(many, 40, 0), 8);
    EXPECT_EQ(lanes_of(many, 5, 0), 4);
    EXPECT_EQ(lanes_of(many, 1, 0), 1);
    EXPECT_LT(lanes_of(many, 40, 100), 8);
    // A code takes a bit at least, or next to nothing.
    EXPECT_EQ(lanes_of(quiet, 40, 0), profile == nrc::Profile::kHuffman ? 4 : 1);
  }
  // What is asked for, whatever it costs.
  options.lanes = 8;
  options.packet_frames = 1;
  EXPECT_EQ(code_raw(samples(recording(40, 9)), 40, options).summary.lanes, 8);
  EXPECT_EQ(code_pipe(samples(recording(40, 9)), 40, 7, options).summary.lanes, 8);
  // None with a profile that has none.
  options = {};
  options.profile = nrc::Profile::kNeural;
  EXPECT_EQ(code_raw(samples(recording(40, 100)), 40, options).summary.lanes, 1);
}

TEST(FileCodec, RefusesOptionsThatCannotWork) {
  const Bytes image = samples(recording(4, 10));
  Bytes stream;
  const auto encode = [&](std::uint32_t channels, const EncodeOptions& options) {
    nrc::encode_raw(image.data(), image.size(), channels, 0, options, append_to(stream));
  };
  EncodeOptions options;
  EXPECT_THROW(encode(0, options), nrc::Error);
  EXPECT_THROW(encode(65537, options), nrc::Error);
  options.packet_frames = 1u << 24;
  EXPECT_THROW(encode(1, options), nrc::Error);
  options.packet_frames = 5000;
  EXPECT_THROW(nrc::RawEncoder(4000, 0, options, append_to(stream)), nrc::Error);
  options.packet_frames = 0;
  for (const int lanes : {3, 5, 8, 16, -1}) {
    options.lanes = lanes;
    EXPECT_THROW(encode(4, options), nrc::Error) << lanes;
  }
  options.lanes = 2;
  options.profile = nrc::Profile::kCascade;
  EXPECT_THROW(encode(4, options), nrc::Error);
  options = {};
  nrc::RawEncoder encoder(4, 0, options, append_to(stream));
  encoder.add(image.data(), 9);
  EXPECT_THROW(encoder.finish(), nrc::Error);
  EXPECT_TRUE(stream.empty());
}

TEST(FileCodec, RawCutInsideTheLastFrameComesBack) {
  const Bytes whole = samples(recording(64, 30));
  for (const std::size_t cut : {std::size_t{1}, std::size_t{10}, std::size_t{127}}) {
    for (const std::size_t frames : {std::size_t{0}, std::size_t{29}}) {
      const Bytes image(whole.begin(),
                        whole.begin() + static_cast<std::ptrdiff_t>((frames + 1) * 128 - cut));
      Bytes stream;
      const nrc::EncodeSummary summary =
          nrc::encode_raw(image.data(), image.size(), 64, 0, {}, append_to(stream));
      EXPECT_EQ(summary.frames, frames);
      ASSERT_EQ(summary.notes.size(), 1u);
      EXPECT_NE(summary.notes[0].find(std::to_string(128 - cut) + " bytes"), std::string::npos);
      EXPECT_EQ(decode(stream), image);
    }
  }
}

TEST(FileCodec, SinksErrorsPassThrough) {
  const Bytes image = wav(recording(1, 100));
  const nrc::ByteSink broken = [](const std::uint8_t*, std::size_t) { throw 7; };
  EXPECT_THROW(nrc::encode_wav(image.data(), image.size(), {}, broken), int);
  FileDecoder decoder(broken);
  const Bytes stream = code_wav(image).stream;
  EXPECT_THROW(decoder.add(stream.data(), stream.size()), int);
}

TEST(FileCodec, ProgressReachesTheEnd) {
  std::uint64_t done = 0;
  const nrc::ByteProgress progress = [&done](std::uint64_t bytes) {
    EXPECT_GE(bytes, done);
    done = bytes;
  };
  Bytes stream;
  const Bytes image = wav(recording(1, 1000));
  EncodeOptions options;
  options.packet_frames = 300;
  nrc::encode_wav(image.data(), image.size(), options, append_to(stream), progress);
  EXPECT_EQ(done, image.size());
}

/// Streams short enough to try all damage on: canonical, with a container, and stored whole.
std::vector<Bytes> short_images() {
  const Bytes data = chunk("data", samples(recording(2, 12)));
  const Bytes list = chunk("LIST", Bytes(60, 'x'));
  return {wav(recording(2, 12), 2), riff(list + chunk("fmt ", format(2)) + data + list),
          riff(chunk("fmt ", format(1, 20000, 8)) + data)};
}

Bytes short_stream(const Bytes& image) {
  EncodeOptions options;
  options.packet_frames = 5;
  return code_wav(image, options).stream;
}

TEST(FileCodec, EveryTruncationIsAnError) {
  for (const Bytes& image : short_images()) {
    const Bytes stream = short_stream(image);
    for (std::size_t size = 0; size < stream.size(); ++size) {
      const Bytes cut(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_THROW(decode(cut), nrc::Error) << size;
    }
    EXPECT_THROW(decode(stream + Bytes{0}), nrc::Error);
    EXPECT_THROW(decode(stream + stream), nrc::Error);
  }
}

TEST(FileCodec, EveryBitFlipIsAnError) {
  for (const Bytes& image : short_images()) {
    const Bytes stream = short_stream(image);
    for (std::size_t bit = 0; bit < 8 * stream.size(); ++bit) {
      Bytes damaged = stream;
      damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1 << bit % 8));
      Bytes out;
      FileDecoder decoder(append_to(out));
      try {
        decoder.add(damaged.data(), damaged.size());
        decoder.finish();
        ADD_FAILURE() << "bit " << bit << " went unnoticed";
      } catch (const nrc::Error&) {
        // What came out before the error is right.
        ASSERT_LE(out.size(), image.size());
        EXPECT_TRUE(std::equal(out.begin(), out.end(), image.begin()));
      }
    }
  }
}

TEST(FileCodec, PacketsLostOrRepeatedAreErrors) {
  const Bytes stream = short_stream(short_images()[1]);
  std::vector<Bytes> packets;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t size = nrc::parse_packet(stream.data() + at, stream.size() - at).size;
    const auto begin = stream.begin() + static_cast<std::ptrdiff_t>(at);
    packets.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
    at += size;
  }
  ASSERT_GE(packets.size(), 5u);
  for (std::size_t i = 0; i < packets.size(); ++i) {
    Bytes lost, repeated;
    for (std::size_t j = 0; j < packets.size(); ++j) {
      if (j != i) lost = lost + packets[j];
      repeated = repeated + packets[j] + (j == i ? packets[j] : Bytes{});
    }
    EXPECT_THROW(decode(lost), nrc::Error) << i;
    EXPECT_THROW(decode(repeated), nrc::Error) << i;
  }
}

/// A stream with right checksums whose packets do not make sense together.
class WrongStream {
 public:
  explicit WrongStream(nrc::StreamHeader header)
      : encoder_(header, nrc::TableSet::builtin("default")), stream_(encoder_.stream_header()) {}
  WrongStream& container(const Bytes& payload) {
    stream_ = stream_ + encoder_.container(payload);
    return *this;
  }
  WrongStream& data(std::size_t frames, bool last) {
    const std::vector<nrc::Code> codes(frames * encoder_.header().channels, 3);
    stream_ = stream_ + encoder_.encode(codes.data(), frames, {false, last});
    return *this;
  }
  const Bytes& stream() const { return stream_; }

 private:
  nrc::Encoder encoder_;
  Bytes stream_;
};

Bytes piece(int place, int method, std::uint32_t length, std::uint32_t stored, const Bytes& bytes) {
  return Bytes{static_cast<std::uint8_t>(place), static_cast<std::uint8_t>(method), 0, 0} +
         little_endian(length, 4) + little_endian(stored, 4) + bytes;
}

TEST(FileCodec, ContainersThatContradictThemselves) {
  nrc::StreamHeader header;
  header.container = 2;
  const auto with = [&header](const Bytes& payload) {
    return WrongStream(header).container(payload).data(0, true).stream();
  };
  EXPECT_EQ(decode(with(piece(0, 0, 3, 3, {1, 2, 3, 0}))), (Bytes{1, 2, 3}));
  EXPECT_EQ(decode(with(piece(1, 0, 3, 3, {1, 2, 3, 0}))), (Bytes{1, 2, 3}));
  const std::vector<Bytes> wrong = {
      {},
      {0, 0, 0, 0, 0, 0, 0, 0},
      piece(2, 0, 3, 3, {1, 2, 3, 0}),
      piece(0, 2, 3, 3, {1, 2, 3, 0}),
      piece(0, 0, 3, 3, {1, 2, 3, 4}),
      piece(0, 0, 3, 3, {1, 2, 3, 0, 0, 0, 0, 0}),
      piece(0, 0, 4, 3, {1, 2, 3, 0}),
      piece(0, 0, 5, 5, {1, 2, 3, 0}),
      piece(0, 0, 3, 0xFFFFFFFF, {1, 2, 3, 0}),
      piece(0, 1, 3, 3, {1, 2, 3, 0}),
      piece(1, 1, 3, 3, {1, 2, 3, 0}),
      piece(0, 1, 3, 0, {}),
  };
  for (const Bytes& payload : wrong) EXPECT_THROW(decode(with(payload)), nrc::Error);

  Bytes packed(100);
  uLongf size = packed.size();
  compress2(packed.data(), &size, Bytes(1000, 7).data(), 1000, 9);
  packed.resize((size + 3) / 4 * 4);
  const auto stored = static_cast<std::uint32_t>(size);
  EXPECT_EQ(decode(with(piece(0, 1, 1000, stored, packed))), Bytes(1000, 7));
  EXPECT_THROW(decode(with(piece(0, 1, 999, stored, packed))), nrc::Error);
  EXPECT_THROW(decode(with(piece(0, 1, 1001, stored, packed))), nrc::Error);
  Bytes longer = packed + Bytes(4);
  EXPECT_THROW(decode(with(piece(0, 1, 1000, stored + 4, longer))), nrc::Error);
}

TEST(FileCodec, PacketsThatDoNotBelongTogether) {
  const Bytes payload = piece(0, 0, 0, 0, {});
  nrc::StreamHeader header;
  EXPECT_THROW(decode(WrongStream(header).container(payload).data(1, true).stream()), nrc::Error)
      << "container packet in a stream without container";
  header.container = 2;
  EXPECT_THROW(decode(WrongStream(header).data(1, false).container(payload).data(0, true).stream()),
               nrc::Error)
      << "container packet after data";
  header.container = 1;
  EXPECT_THROW(decode(WrongStream(header).data(1, true).stream()), nrc::Error)
      << "WAV container without a length";
  header.total_frames = 1;
  EXPECT_NO_THROW(decode(WrongStream(header).data(1, true).stream()));
  header.rate_millihertz = 19531250;
  EXPECT_THROW(decode(WrongStream(header).data(1, true).stream()), nrc::Error)
      << "WAV container with a broken rate";
  header.container = 0;
  EXPECT_THROW(decode(WrongStream(header).data(2, true).stream()), nrc::Error) << "too many frames";
  EXPECT_THROW(decode(WrongStream(header).data(0, true).stream()), nrc::Error) << "too few frames";
  EXPECT_THROW(decode(WrongStream(header).data(1, false).stream()), nrc::Error) << "not closed";
}

TEST(FileCodec, StreamWithoutItsTables) {
  const Bytes image = wav(recording(1, 100));
  EncodeOptions options;
  nrc::TableSet changed = nrc::TableSet::builtin("default");
  changed.initial_scale += 1024;
  const nrc::Tables own = changed;
  options.tables = &own;
  Bytes stream;
  nrc::encode_wav(image.data(), image.size(), options, append_to(stream));
  EXPECT_THROW(decode(stream), nrc::Error);
  Bytes out;
  FileDecoder decoder(append_to(out), [&own](nrc::Profile, std::uint32_t id) {
    return id == own.id() ? &own : nullptr;
  });
  decoder.add(stream.data(), stream.size());
  decoder.finish();
  EXPECT_EQ(out, image);
}

TEST(FileCodec, RandomBytesAreAnError) {
  std::mt19937 random(3);
  for (int run = 0; run < 200; ++run) {
    Bytes bytes(static_cast<std::size_t>(random() % 200));
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    EXPECT_THROW(decode(bytes), nrc::Error);
    EXPECT_THROW(decode(text("NR") + bytes), nrc::Error);
  }
}

}  // namespace
