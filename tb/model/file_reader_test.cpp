// SPDX-License-Identifier: Apache-2.0
//
// FileReader: any part of a file, with its index, without it, and where either is damaged; and the
// index itself.
#include "nrc/file_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "file/stream_index.hpp"
#include "host/recording_generator.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_encoder.hpp"
#include "nrc/nrc.h"
#include "nrc/receiver.hpp"
#include "stages/code_to_sample.hpp"

namespace nrc {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Samples = std::vector<std::int16_t>;

constexpr std::uint32_t kChannels = 3;
constexpr std::size_t kFrames = 2000;

Samples recording(unsigned seed = 1, std::size_t frames = kFrames) {
  Samples samples;
  for (const Code c : generate(kChannels, frames, seed)) {
    samples.push_back(sample_of(Mapping::kShift6, c));
  }
  return samples;
}

Bytes bytes_of(const Samples& samples) {
  Bytes bytes(2 * samples.size());
  std::memcpy(bytes.data(), samples.data(), bytes.size());
  return bytes;
}

Bytes encode(const Samples& samples, const EncodeOptions& options) {
  const Bytes image = bytes_of(samples);
  Bytes stream;
  encode_raw(image.data(), image.size(), kChannels, 1000000, options,
             [&](const std::uint8_t* data, std::size_t size) {
               stream.insert(stream.end(), data, data + size);
             });
  return stream;
}

EncodeOptions with_keys(std::uint16_t interval) {
  EncodeOptions options;
  options.packet_frames = 50;
  options.key_interval = interval;
  return options;
}

/// Reads from memory, and counts.
struct Source {
  Bytes bytes;
  std::uint64_t read = 0;

  FileReader open() {
    return {bytes.size(), [this](std::uint64_t offset, std::uint8_t* to, std::size_t size) {
              ASSERT_LE(offset, bytes.size());
              ASSERT_LE(size, bytes.size() - offset);
              read += size;
              std::copy_n(bytes.data() + offset, size, to);
            }};
  }
};

Samples part(FileReader& reader, std::uint64_t first, std::uint64_t count) {
  Samples samples;
  reader.read(first, count, [&](const std::int16_t* given, std::size_t frames) {
    samples.insert(samples.end(), given, given + frames * kChannels);
  });
  return samples;
}

void expect_all_parts(FileReader& reader, const Samples& samples) {
  std::mt19937 random(5);
  const std::size_t frames = samples.size() / kChannels;
  ASSERT_EQ(reader.frames(), frames);
  for (int trial = 0; trial < 60; ++trial) {
    const std::size_t first = trial == 0 ? 0 : random() % frames;
    const std::size_t count = trial == 0   ? frames
                              : trial == 1 ? frames - first
                                           : random() % std::min<std::size_t>(frames - first, 300);
    const auto from = samples.begin() + static_cast<std::ptrdiff_t>(first * kChannels);
    EXPECT_EQ(part(reader, first, count),
              Samples(from, from + static_cast<std::ptrdiff_t>(count * kChannels)))
        << first << " " << count;
  }
}

std::vector<std::size_t> packets_of(const Bytes& stream) {
  std::vector<std::size_t> at;
  for (std::size_t i = 0; i < stream.size();) {
    at.push_back(i);
    i += parse_packet(stream.data() + i, stream.size() - i).size;
  }
  return at;
}

TEST(FileReader, AnyPartComesOut) {
  const Samples samples = recording();
  for (const Profile profile : {Profile::kHuffman, Profile::kRange}) {
    for (const int interval : {0, 1, 3, 100}) {
      EncodeOptions options = with_keys(static_cast<std::uint16_t>(interval));
      options.profile = profile;
      Source source{encode(samples, options)};
      FileReader reader = source.open();
      const std::size_t keys = interval == 0 ? 1 : (40 + interval - 1U) / interval;
      EXPECT_EQ(reader.indexed(), keys > 1) << "a single key packet needs no index";
      EXPECT_EQ(reader.key_packets(), keys);
      EXPECT_FALSE(reader.wav());
      expect_all_parts(reader, samples);
    }
  }
}

TEST(FileReader, ReadsWhatItNeeds) {
  const Samples samples = recording(1, 20000);
  Source source{encode(samples, with_keys(4))};
  FileReader reader = source.open();
  ASSERT_TRUE(reader.indexed());
  EXPECT_LT(source.read, 2000U) << "of " << source.bytes.size();
  source.read = 0;
  part(reader, 15000, 50);
  EXPECT_LT(source.read, source.bytes.size() / 50);
}

TEST(FileReader, AnIndexedFileIsAFileAsAnyOther) {
  const Samples samples = recording();
  const Bytes stream = encode(samples, with_keys(4));
  Bytes out;
  FileDecoder decoder([&](const std::uint8_t* data, std::size_t size) {
    out.insert(out.end(), data, data + size);
  });
  decoder.add(stream.data(), stream.size());
  decoder.finish();
  EXPECT_EQ(out, bytes_of(samples));
  const std::size_t last = packets_of(stream).back();
  const PacketHeader index = parse_packet(stream.data() + last, stream.size() - last).header;
  EXPECT_EQ(index.type, PacketType::kIndex);
  EXPECT_TRUE(index.last);
  // Everything but the index costs nothing that was not there before.
  EXPECT_LT(stream.size() - last, 24U + 12 + 4 * 10);
}

TEST(FileReader, AFileWithoutItsEndIsReadUpToThere) {
  const Samples samples = recording();
  const Bytes stream = encode(samples, with_keys(4));
  const std::vector<std::size_t> packets = packets_of(stream);
  // Without the index, without its last byte, and cut inside a packet.
  for (const std::size_t size : {packets.back(), stream.size() - 1}) {
    Source source{Bytes(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size))};
    FileReader reader = source.open();
    EXPECT_FALSE(reader.indexed());
    expect_all_parts(reader, samples);
  }
  std::size_t data = 0;
  std::size_t at = 0;
  for (; data < 18; ++at)
    data += is_data(parse_packet(stream.data() + packets[at], 1000).header.type);
  Source source{
      Bytes(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(packets[at] - 1))};
  FileReader reader = source.open();
  expect_all_parts(reader, Samples(samples.begin(), samples.begin() + 17 * 50 * kChannels));
}

TEST(FileReader, KnowsWhetherTheEndIsThere) {
  for (const int interval : {0, 4}) {
    const Samples samples = recording();
    Source whole{encode(samples, with_keys(static_cast<std::uint16_t>(interval)))};
    EXPECT_TRUE(whole.open().closed());
    const std::vector<std::size_t> at = packets_of(whole.bytes);
    for (std::size_t i = 1; i < at.size(); ++i) {
      Source cut{
          Bytes(whole.bytes.begin(), whole.bytes.begin() + static_cast<std::ptrdiff_t>(at[i]))};
      EXPECT_FALSE(cut.open().closed()) << i;
    }
  }
}

TEST(FileReader, OfJoinedFilesTheFirstIsRead) {
  const Samples samples = recording();
  const Bytes first = encode(samples, with_keys(4));
  const Bytes second = encode(recording(2, 700), with_keys(3));
  for (const bool whole : {true, false}) {
    Source source{first};
    if (!whole) source.bytes.resize(packets_of(first).back());
    source.bytes.insert(source.bytes.end(), second.begin(), second.end());
    FileReader reader = source.open();
    EXPECT_FALSE(reader.indexed()) << "the index at the end is the other one's";
    expect_all_parts(reader, samples);
  }
}

TEST(FileReader, AWrongIndexIsAsGoodAsNone) {
  const Samples samples = recording();
  const Bytes stream = encode(samples, with_keys(4));
  const std::size_t last = packets_of(stream).back();
  const ParsedPacket packet = parse_packet(stream.data() + last, stream.size() - last);
  const StreamIndex right = parse_index(packet.payload, packet.header.length);
  ASSERT_EQ(right.keys.size(), 10U);
  EXPECT_EQ(right.bytes, last);
  EXPECT_EQ(right.frames, kFrames);
  for (int kind = 0; kind < 4; ++kind) {
    StreamIndex wrong = right;
    if (kind == 0) wrong.bytes -= 1;
    for (std::size_t k = 1; k < wrong.keys.size(); ++k) {
      if (kind == 1) wrong.keys[k].offset += 1;
      if (kind == 2) wrong.keys[k].first_frame += 1;
      if (kind == 3) wrong.keys[k].offset = right.keys[k - 1].offset;
    }
    if (kind == 3) wrong.keys[1].offset += 1;
    // The encoder wraps it with a CRC that is right.
    Source source{Bytes(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(last))};
    StreamHeader header = source.open().header();
    Encoder encoder(header, Tables::builtin(Profile::kHuffman, "default"));
    for (std::uint32_t i = 0; i < packet.header.sequence; ++i) encoder.stream_header();
    const Bytes index = encoder.index(index_payload(wrong));
    source.bytes.insert(source.bytes.end(), index.begin(), index.end());
    FileReader reader = source.open();
    expect_all_parts(reader, samples);
    EXPECT_FALSE(reader.indexed()) << kind;
  }
}

TEST(FileReader, ADamagedPacketHidesWhatNeedsIt) {
  const Samples samples = recording();
  Source source{encode(samples, with_keys(4))};
  const std::vector<std::size_t> packets = packets_of(source.bytes);
  source.bytes[packets[7] + 24] ^= 1;  // the second data packet of the second four
  FileReader reader = source.open();
  EXPECT_EQ(part(reader, 200, 50).size(), 50U * kChannels);
  EXPECT_EQ(part(reader, 450, 50).size(), 50U * kChannels) << "after the next key packet";
  for (const std::uint64_t first : {250U, 300U, 399U}) {
    try {
      part(reader, first, 1);
      FAIL() << first;
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("damaged packet at byte"), std::string::npos);
    }
  }
}

TEST(FileReader, SaysWhatItCannotRead) {
  const auto message = [](Source source, std::uint64_t first, std::uint64_t count) -> std::string {
    try {
      FileReader reader = source.open();
      part(reader, first, count);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  const Source good{encode(recording(), with_keys(4))};
  EXPECT_EQ(message(good, kFrames - 1, 1), "");
  EXPECT_NE(message(good, kFrames - 1, 2).find("only 2000"), std::string::npos);
  EXPECT_NE(message(good, kFrames, 1).find("only 2000"), std::string::npos);
  EXPECT_NE(message(good, ~std::uint64_t{0}, 2).find("only 2000"), std::string::npos);
  EXPECT_NE(message({Bytes(100, 'x')}, 0, 1).find("not an nrc stream"), std::string::npos);
  EXPECT_NE(message({Bytes()}, 0, 1).find("not an nrc stream"), std::string::npos);
  EXPECT_NE(message({Bytes(good.bytes.begin(), good.bytes.begin() + 30)}, 0, 1).find("ends inside"),
            std::string::npos);
}

TEST(FileReader, WhatItsSourceSaysComesThrough) {
  const auto broken = [](std::uint64_t, std::uint8_t*, std::size_t) {
    throw Error("the disk is on fire");
  };
  try {
    FileReader(1000, broken);
    FAIL() << "opened";
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "the disk is on fire");
  }
}

TEST(FileReader, SurveysStepsAndEvents) {
  StreamHeader header;
  header.channels = kChannels;
  header.packet_frames = 20;
  header.rounding = header.proportional = header.events = true;
  for (const bool only : {false, true}) {
    Encoder encoder(header, Tables::builtin(Profile::kHuffman, "default"), Transport::kLink);
    encoder.set_events({12, only});
    const std::vector<Code> codes = generate(kChannels, kFrames, 3);
    Bytes stream;
    for (std::size_t at = 0; at < kFrames; at += 20) {
      encoder.set_lossy_step(at % 100 == 40 ? 6 : 1);
      encoder.encode(codes.data() + at * kChannels, 20, {at == 0, at + 20 == kFrames}, stream);
    }
    std::vector<Event> expected;
    Receiver::Events events;
    events.events = [&expected](const Event* e, std::size_t n) {
      expected.insert(expected.end(), e, e + n);
    };
    Receiver receiver({}, events);
    receiver.add(stream.data(), stream.size());
    FileReader reader(stream.size(), [&](std::uint64_t at, std::uint8_t* to, std::size_t size) {
      std::copy_n(stream.begin() + static_cast<std::ptrdiff_t>(at), size, to);
    });
    const PacketSurvey survey = reader.survey();
    EXPECT_EQ(survey.packets, only ? 0U : kFrames / 20);
    EXPECT_EQ(survey.lossless, only ? 0U : kFrames / 25);
    EXPECT_EQ(survey.largest_step, only ? 1 : 6);
    ASSERT_EQ(survey.events.size(), expected.size());
    EXPECT_GT(expected.size(), 10U);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(survey.events[i].frame, expected[i].frame);
      EXPECT_EQ(survey.events[i].channel, expected[i].channel);
      EXPECT_EQ(survey.events[i].amplitude, expected[i].amplitude);
    }
  }
}

TEST(FileReader, KeyPacketsByThemselvesCostLittle) {
  // Packets are longer than their distance would be with few channels.
  const Samples samples = recording(3, 400000);
  EncodeOptions options;
  options.packet_frames = 2000;
  const Bytes stream = encode(samples, options);
  options.key_interval = 0;
  const Bytes without = encode(samples, options);
  Source source{stream};
  FileReader reader = source.open();
  EXPECT_TRUE(reader.indexed());
  EXPECT_GT(reader.key_packets(), 10U);
  EXPECT_LT(static_cast<double>(stream.size()), 1.001 * static_cast<double>(without.size()));
}

// ---- the index

TEST(StreamIndex, ComesBackWhateverItsSize) {
  std::mt19937_64 random(1);
  for (const std::size_t count : {0U, 1U, 2U, 1000U, 100000U, 400000U}) {
    StreamIndex index;
    KeyPacket key;
    for (std::size_t i = 0; i < count; ++i) {
      index.keys.push_back(key);
      key.offset += 1 + random() % (1U << 20);
      key.first_frame += 1 + random() % (1U << 16);
    }
    index.bytes = key.offset;
    index.frames = key.first_frame;
    const Bytes payload = index_payload(index);
    EXPECT_EQ(payload.size() % 4, 0U);
    EXPECT_LE(payload.size(), kMaxIndexBytes);
    const StreamIndex back = parse_index(payload.data(), payload.size());
    EXPECT_EQ(back.bytes, index.bytes);
    EXPECT_EQ(back.frames, index.frames);
    ASSERT_FALSE(count != 0 && back.keys.empty());
    const std::size_t step =
        back.keys.empty() ? 1 : (count + back.keys.size() - 1) / back.keys.size();
    EXPECT_EQ(step == 1, count <= 100000);
    for (std::size_t i = 0; i < back.keys.size(); ++i) {
      ASSERT_EQ(back.keys[i].offset, index.keys[i * step].offset);
      ASSERT_EQ(back.keys[i].first_frame, index.keys[i * step].first_frame);
    }
  }
}

TEST(StreamIndex, AnyBytesAreRefusedOrMakeSense) {
  std::mt19937 random(2);
  StreamIndex index;
  for (std::uint64_t i = 0; i < 20; ++i) index.keys.push_back({100 + i * 1000, i * 128});
  index.bytes = 30000;
  index.frames = 3000;
  const Bytes good = index_payload(index);
  for (int trial = 0; trial < 20000; ++trial) {
    Bytes bad = good;
    for (auto n = 1 + random() % 3; n > 0; --n) {
      bad[random() % bad.size()] = static_cast<std::uint8_t>(random());
    }
    if (random() % 4 == 0) bad.resize(random() % bad.size());
    try {
      const StreamIndex read = parse_index(bad.data(), bad.size());
      for (std::size_t i = 0; i < read.keys.size(); ++i) {
        ASSERT_LE(read.keys[i].offset, read.bytes);
        ASSERT_LE(read.keys[i].first_frame, read.frames);
        if (i != 0) {
          ASSERT_GT(read.keys[i].first_frame, read.keys[i - 1].first_frame);
        }
      }
    } catch (const Error&) {
    }
  }
}

// ---- C

TEST(CReader, AnyPartComesOut) {
  const Samples samples = recording();
  Bytes stream = encode(samples, with_keys(4));
  nrc_reader_config config = {};
  config.struct_size = sizeof config;
  config.size = stream.size();
  config.user = &stream;
  config.read = [](void* user, std::uint64_t offset, std::uint8_t* to, std::size_t size) {
    const Bytes& bytes = *static_cast<const Bytes*>(user);
    if (offset > bytes.size() || size > bytes.size() - offset) return 1;
    std::copy_n(bytes.data() + offset, size, to);
    return 0;
  };
  nrc_reader* reader = nullptr;
  nrc_message message = {};
  ASSERT_EQ(nrc_reader_create(&config, &reader, &message), NRC_OK) << message.text;
  EXPECT_EQ(nrc_reader_frames(reader), kFrames);
  nrc_stream_info info = {};
  nrc_reader_get_info(reader, &info);
  EXPECT_EQ(info.channels, kChannels);
  Samples out(100 * kChannels);
  ASSERT_EQ(nrc_reader_read(reader, 1234, 100, out.data()), NRC_OK) << nrc_reader_message(reader);
  EXPECT_TRUE(std::equal(out.begin(), out.end(), samples.begin() + 1234 * kChannels));
  const std::uint32_t chosen[] = {2, 0, kChannels};
  Samples few(200);
  ASSERT_EQ(nrc_reader_read_channels(reader, 1234, 100, chosen, 2, few.data()), NRC_OK);
  for (std::size_t f = 0; f < 100; ++f) {
    ASSERT_EQ(few[2 * f], out[kChannels * f + 2]);
    ASSERT_EQ(few[2 * f + 1], out[kChannels * f]);
  }
  EXPECT_EQ(nrc_reader_read_channels(reader, 0, 1, chosen, 3, few.data()), NRC_ERROR_ARGUMENT);
  EXPECT_EQ(nrc_reader_read_channels(reader, 0, 1, chosen, 0, few.data()), NRC_ERROR_ARGUMENT);
  EXPECT_EQ(nrc_reader_read_channels(reader, 0, 1, nullptr, 1, few.data()), NRC_ERROR_ARGUMENT);
  EXPECT_EQ(nrc_reader_read(reader, kFrames, 0, nullptr), NRC_OK);
  EXPECT_EQ(nrc_reader_read(reader, kFrames - 1, 2, out.data()), NRC_ERROR_ARGUMENT);
  EXPECT_EQ(nrc_reader_read(reader, kFrames + 1, 0, out.data()), NRC_ERROR_ARGUMENT);
  EXPECT_EQ(nrc_reader_read(reader, 0, 1, nullptr), NRC_ERROR_ARGUMENT);
  stream.resize(stream.size() / 2);
  EXPECT_EQ(nrc_reader_read(reader, kFrames - 1, 1, out.data()), NRC_ERROR_DATA);
  EXPECT_NE(std::string(nrc_reader_message(reader)), "");
  nrc_reader_destroy(reader);
  nrc_reader_destroy(nullptr);

  stream[0] = 'x';
  config.size = stream.size();
  EXPECT_EQ(nrc_reader_create(&config, &reader, &message), NRC_ERROR_DATA);
  EXPECT_EQ(reader, nullptr);
  EXPECT_NE(std::string(message.text).find("not an nrc stream"), std::string::npos);
  config.struct_size = 1;
  EXPECT_EQ(nrc_reader_create(&config, &reader, nullptr), NRC_ERROR_ARGUMENT);
  EXPECT_EQ(nrc_reader_create(nullptr, &reader, nullptr), NRC_ERROR_ARGUMENT);
  config.struct_size = sizeof config;
  config.read = nullptr;
  EXPECT_EQ(nrc_reader_create(&config, &reader, nullptr), NRC_ERROR_ARGUMENT);
}

}  // namespace
}  // namespace nrc
