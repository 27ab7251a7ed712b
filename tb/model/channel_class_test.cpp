// SPDX-License-Identifier: Apache-2.0
//
// Channel classes: what a receiver has of channels that are off, lossless or rounded, and that this
// changes at key packets only.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "host/recording_generator.hpp"
#include "nrc/decoder.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/receiver.hpp"
#include "stages/code_to_sample.hpp"

namespace nrc {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Classes = std::vector<ChannelClass>;

constexpr std::uint32_t kChannels = 9;
constexpr std::size_t kFrames = 20;
constexpr std::size_t kPackets = 12;

StreamHeader classes_header() {
  StreamHeader h;
  h.channels = kChannels;
  h.packet_frames = kFrames;
  h.stream_number = 0x1234;
  h.rounding = true;
  h.classes = true;
  return h;
}

const Tables& tables() { return Tables::builtin(Profile::kHuffman, "default"); }

Classes mixed() {
  Classes classes;
  for (std::uint32_t c = 0; c < kChannels; ++c) classes.push_back(static_cast<ChannelClass>(c % 4));
  return classes;
}

/// Expected and given codes differ by half a step at most, in classes that are rounded.
void expect_codes(const Code* sent, const std::int16_t* given, const Classes& classes, int step) {
  int rounded = 0;
  for (std::size_t i = 0; i < kFrames * kChannels; ++i) {
    const int code = given[i] >> 6;
    switch (classes[i % kChannels]) {
      case ChannelClass::kRounded:
        ASSERT_LE(2 * std::abs(code - sent[i]), step) << i;
        rounded += code != sent[i] ? 1 : 0;
        break;
      case ChannelClass::kLossless:
        ASSERT_EQ(given[i], sample_of(Mapping::kShift6, sent[i])) << i;
        break;
      default:
        ASSERT_EQ(given[i], sample_of(Mapping::kShift6, 0)) << i;
    }
  }
  EXPECT_EQ(rounded > 0, step > 1);
}

class ChannelClasses : public testing::TestWithParam<int> {};

TEST_P(ChannelClasses, ChangeAtKeyPackets) {
  const std::vector<Code> codes = generate(kChannels, kPackets * kFrames, 3);
  Encoder encoder(classes_header(), tables(), Transport::kLink);
  encoder.set_lanes(GetParam());
  Classes now(kChannels, ChannelClass::kRounded);
  Classes given;
  std::vector<std::int16_t> samples;
  Receiver* reader = nullptr;
  Receiver::Events events;
  events.samples = [&](std::uint64_t, const std::int16_t* s, std::size_t frames) {
    samples.assign(s, s + frames * kChannels);
  };
  Receiver receiver({}, events);
  reader = &receiver;
  std::size_t off_bytes = 0;
  for (std::size_t p = 0; p < kPackets; ++p) {
    if (p == 4) encoder.set_channel_classes(now = mixed());
    if (p == 8) encoder.set_channel_classes(now = Classes(kChannels, ChannelClass::kOff));
    const int step = p % 2 == 0 ? 8 : 1;
    encoder.set_lossy_step(step);
    const Code* const sent = codes.data() + p * kFrames * kChannels;
    const Bytes packets = encoder.encode(sent, kFrames, {false, p + 1 == kPackets});
    reader->add(packets.data(), packets.size());
    given = reader->channel_classes();
    ASSERT_EQ(samples.size(), kFrames * kChannels);
    if (p + 1 != kPackets) {
      EXPECT_EQ(given, now) << p;
    }
    if (p < 8) {
      expect_codes(sent, samples.data(), now, step);
    } else {
      EXPECT_EQ(samples, std::vector<std::int16_t>(samples.size(), sample_of(Mapping::kShift6, 0)));
      off_bytes = packets.size();
    }
  }
  // A bit for each frame, in one lane.
  EXPECT_LE(off_bytes, kPacketHeaderBytes + kPacketCrcBytes + 12);
  EXPECT_EQ(receiver.counters().undecodable_packets, 0U);
}

INSTANTIATE_TEST_SUITE_P(Lanes, ChannelClasses, testing::Values(1, 2, 8));

TEST(ChannelClass, NoPacketIsRawAndExceptionsOfChannelsThatAreOnComeBack) {
  StreamHeader header = classes_header();
  header.mapping = Mapping::kMap;
  header.map = {{{64, 1}}, {{0, 0}}};
  Encoder encoder(header, tables(), Transport::kLink);
  const Classes classes = mixed();
  encoder.set_channel_classes(classes);
  std::vector<std::int16_t> samples;
  for (std::size_t i = 0; i < kFrames * kChannels; ++i) {
    samples.push_back(static_cast<std::int16_t>(i * 7919 * 13));
  }
  const Bytes packets = encoder.encode_samples(samples.data(), kFrames, {false, true});
  EXPECT_LE(packets.size(), encoder.max_bytes(kFrames));
  Decoder decoder;
  std::vector<std::int16_t> decoded;
  for (std::size_t at = 0; at < packets.size();) {
    const ParsedPacket p = parse_packet(packets.data() + at, packets.size() - at);
    EXPECT_NE(p.header.type, PacketType::kRaw);
    decoder.decode(p, decoded);
    at += p.size;
  }
  ASSERT_EQ(decoded.size(), samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(decoded[i], sends_codes(classes[i % kChannels]) ? samples[i] : 0) << i;
  }
}

TEST(ChannelClass, WithoutThemTheBytesAreTheSame) {
  StreamHeader header = classes_header();
  header.classes = false;
  EXPECT_THROW(Encoder(header, tables()).set_channel_classes(mixed()), Error);
  EXPECT_THROW(Encoder(classes_header(), tables()).set_channel_classes({}), Error);
  StreamHeader narrow = classes_header();
  narrow.rounding = false;
  narrow.narrow = true;
  EXPECT_THROW(Encoder(narrow, tables()), Error);
  StreamHeader ordered = classes_header();
  ordered.order = {1, 0, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_THROW(Encoder(ordered, tables()), Error);
  EXPECT_THROW(Encoder(classes_header(), Tables::builtin(Profile::kRange, "default")), Error);
}

TEST(ChannelClass, ABitOfASilentChannelIsDamage) {
  Encoder encoder(classes_header(), tables(), Transport::kLink);
  encoder.set_channel_classes(Classes(kChannels, ChannelClass::kOff));
  const std::vector<Code> codes(kFrames * kChannels);
  Bytes packets = encoder.encode(codes.data(), kFrames, {false, true});
  Decoder decoder;
  std::vector<std::int16_t> samples;
  const ParsedPacket header = parse_packet(packets.data(), packets.size());
  decoder.decode(header, samples);
  // 18 bits of classes, then one zero for each frame.
  ParsedPacket data = parse_packet(packets.data() + header.size, packets.size() - header.size);
  Bytes payload(data.payload, data.payload + data.header.length);
  payload[2] |= 0x10;
  data.payload = payload.data();
  EXPECT_THROW(decoder.decode(data, samples), Error);
}

}  // namespace
}  // namespace nrc
