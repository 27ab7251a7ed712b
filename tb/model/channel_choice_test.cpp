// SPDX-License-Identifier: Apache-2.0
//
// Some channels of a stream are the same as those of all of them, whatever the stream has: lanes,
// an order, exceptions, raw packets, types. And the lanes that do not hold them are not decoded.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "format/bytes.hpp"
#include "format/lanes.hpp"
#include "host/recording_generator.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/file_reader.hpp"
#include "stream/payload_part.hpp"

namespace nrc {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kChannels = 100;
constexpr std::size_t kPacketFrames = 20;
constexpr std::size_t kPackets = 9;

struct Case {
  std::string name;
  Profile profile = Profile::kHuffman;
  Corrections corrections = {};
  int lanes = 4;
  SampleType type = SampleType::kInt16;
  bool ordered = false;
  bool mapped = false;
  bool exceptions = false;
  int raw_packet = -1;   ///< number of a packet of noise
  int other_lanes = -1;  ///< from this packet on there are half as many lanes
  int low_bits = 0;
  int step = 1;  ///< of some packets
  bool proportional = false;
  bool narrow = false;
};

StreamHeader header_of(const Case& c) {
  StreamHeader header;
  header.channels = kChannels;
  header.packet_frames = kPacketFrames;
  header.profile = c.profile;
  header.corrections = c.corrections;
  header.sample_type = c.type;
  header.mapping = c.mapped ? Mapping::kMap : Mapping::kCode;
  header.code_width = 10;
  header.low_bits = c.low_bits;
  header.rounding = c.step > 1;
  header.proportional = c.proportional;
  header.narrow = c.narrow;
  if (c.mapped) {
    header.map.steps = {{3, 1, Rounding::kDown}, {7, 2, Rounding::kTowardsZero}};
    for (std::uint32_t i = 0; i < kChannels; ++i) {
      header.map.channels.push_back(
          {static_cast<std::uint8_t>(i % 2), static_cast<std::int64_t>(i) - 50});
    }
  }
  for (std::uint32_t i = 0; c.ordered && i < kChannels; ++i) {
    header.order.push_back(static_cast<std::uint16_t>((i * 37 + 5) % kChannels));
  }
  return header;
}

Bytes stream_of(const Case& c) {
  const StreamHeader header = header_of(c);
  Encoder encoder(header, Tables::builtin(c.profile, "generic"), Transport::kFile);
  Bytes stream = encoder.stream_header();
  const std::vector<Code> codes = generate(kChannels, kPacketFrames * kPackets, 3);
  std::mt19937 random(5);
  const std::size_t step = sample_bytes(c.type);
  for (std::size_t packet = 0; packet < kPackets; ++packet) {
    const bool noise = static_cast<int>(packet) == c.raw_packet;
    Bytes samples;
    for (std::size_t i = 0; i < kPacketFrames * kChannels; ++i) {
      std::int64_t value = codes[packet * kPacketFrames * kChannels + i];
      if (c.mapped) value = value * 7 / 2 + 1;
      if (step == 1) value &= 0x7F;
      if (c.exceptions && random() % 50 == 0) value += 97;
      if (noise) value = random();
      for (std::size_t b = 0; b < step; ++b) {
        samples.push_back(static_cast<std::uint8_t>(value >> (8 * b)));
      }
    }
    encoder.set_lossy_step(packet % 3 == 0 ? 1 : c.step);
    encoder.set_lanes(c.other_lanes >= 0 && static_cast<int>(packet) >= c.other_lanes ? c.lanes / 2
                                                                                      : c.lanes);
    encoder.encode_samples(samples.data(), kPacketFrames, {packet % 4 == 0, packet + 1 == kPackets},
                           stream);
  }
  return stream;
}

Bytes read(FileReader& reader, std::uint64_t first, std::uint64_t count,
           const std::vector<std::uint32_t>& channels) {
  Bytes bytes;
  const std::size_t frame_bytes =
      sample_bytes(reader.header().sample_type) * (channels.empty() ? kChannels : channels.size());
  reader.read(first, count, channels, [&](SampleView samples, std::size_t frames) {
    bytes.insert(bytes.end(), samples.bytes(), samples.bytes() + frames * frame_bytes);
  });
  return bytes;
}

Bytes picked(const Bytes& all, std::size_t step, const std::vector<std::uint32_t>& channels) {
  Bytes bytes;
  for (std::size_t frame = 0; frame < all.size(); frame += kChannels * step) {
    for (const std::uint32_t c : channels) {
      const std::uint8_t* const at = all.data() + frame + c * step;
      bytes.insert(bytes.end(), at, at + step);
    }
  }
  return bytes;
}

class ChannelChoice : public testing::TestWithParam<Case> {};

TEST_P(ChannelChoice, GivesTheSameAsAllChannels) {
  const Bytes stream = stream_of(GetParam());
  FileReader reader(stream.size(), [&](std::uint64_t offset, std::uint8_t* to, std::size_t size) {
    std::copy_n(stream.data() + offset, size, to);
  });
  const std::size_t step = sample_bytes(GetParam().type);
  const std::vector<std::vector<std::uint32_t>> choices = {
      {0}, {99}, {60, 61, 62, 3}, {30, 30, 26}, {5, 4, 80}, {12, 40, 70, 99}};
  for (const auto& channels : choices) {
    for (const auto& [first, count] :
         {std::pair<std::size_t, std::size_t>{0, 180}, {47, 66}, {100, 1}, {81, 99}, {5, 0}}) {
      const Bytes all = read(reader, first, count, {});
      ASSERT_EQ(all.size(), count * kChannels * step);
      ASSERT_EQ(read(reader, first, count, channels), picked(all, step, channels))
          << first << ", " << count;
    }
  }
  EXPECT_THROW(read(reader, 0, 10, {kChannels}), Error);
}

Case rounded(Case c, bool proportional) {
  c.step = 4;
  c.proportional = proportional;
  return c;
}

Case narrow(Case c) {
  c.narrow = true;
  return c;
}

Case exceptional(Case c) {
  c.exceptions = true;
  return c;
}

INSTANTIATE_TEST_SUITE_P(
    Streams, ChannelChoice,
    testing::Values(
        Case{"huffman"}, Case{"one_lane", Profile::kHuffman, {}, 1},
        Case{"narrow_lanes", Profile::kHuffman, {}, 8}, Case{"range", Profile::kRange},
        Case{"taps", Profile::kRange, {true, false}},
        Case{"neighbour", Profile::kRange, {false, true}},
        Case{"neighbour_ordered", Profile::kRange, {true, true}, 4, SampleType::kInt16, true},
        Case{"ordered", Profile::kHuffman, {}, 4, SampleType::kInt16, true},
        Case{"mapped", Profile::kHuffman, {}, 4, SampleType::kInt16, true, true},
        exceptional({"exceptions", Profile::kRange}),
        exceptional(
            {"mapped_exceptions", Profile::kHuffman, {}, 4, SampleType::kUint16, true, true}),
        Case{"raw", Profile::kHuffman, {}, 4, SampleType::kInt16, true, false, false, 2},
        Case{"raw_key",
             Profile::kRange,
             {true, false},
             4,
             SampleType::kInt16,
             false,
             false,
             false,
             4},
        Case{"raw_wide", Profile::kRange, {}, 4, SampleType::kInt32, false, false, false, 5},
        Case{"other_lanes",
             Profile::kHuffman,
             {},
             4,
             SampleType::kInt16,
             false,
             false,
             false,
             -1,
             2},
        Case{"uint8", Profile::kHuffman, {}, 4, SampleType::kUint8},
        Case{"int32", Profile::kHuffman, {}, 4, SampleType::kInt32, true, true},
        Case{"uint24", Profile::kRange, {}, 2, SampleType::kUint24},
        Case{"low_bits",
             Profile::kHuffman,
             {},
             4,
             SampleType::kInt32,
             false,
             false,
             false,
             -1,
             -1,
             3},
        rounded({"rounded", Profile::kHuffman, {}, 4, SampleType::kInt16, true}, false),
        rounded({"rounded_range", Profile::kRange, {true, false}}, true),
        rounded(
            {"rounded_raw", Profile::kHuffman, {}, 4, SampleType::kInt16, false, false, false, 2},
            true),
        narrow({"narrow"}), narrow({"narrow_range", Profile::kRange}),
        Case{"cascade", Profile::kCascade, {}, 1}),
    [](const auto& test) { return test.param.name; });

TEST(PayloadPart, LooksAtItsLanesOnly) {
  for (const bool neighbour : {false, true}) {
    const Tables& tables = Tables::builtin(Profile::kRange, "generic");
    StreamHeader header;
    header.profile = Profile::kRange;
    header.channels = kChannels;
    header.code_width = 10;
    header.corrections.neighbour = neighbour;
    const auto encoder = PayloadEncoder::make(tables, header);
    encoder->set_lanes(4);
    const std::vector<Code> codes = generate(kChannels, kPacketFrames, 1);
    Bytes payload = encoder->encode(codes.data(), kPacketFrames, true);
    const auto parts = split_lanes(payload.data(), payload.size(), 4);
    for (std::size_t l = neighbour ? 2 : 0; l < 4; ++l) {
      if (l == 1) continue;
      std::fill_n(payload.data() + (parts[l].data - payload.data()), parts[l].size,
                  std::uint8_t{0xA5});
    }
    PayloadPart part(tables, header, {30, 49});
    EXPECT_TRUE(part.worth(4));
    EXPECT_FALSE(part.worth(1));
    EXPECT_FALSE(part.worth(8));  // lanes of so few channels
    EXPECT_FALSE(PayloadPart(tables, header, {30, 99}).worth(neighbour ? 4 : 1));
    std::vector<Code> few;
    part.decode(payload.data(), payload.size(), 4, kPacketFrames, true, few);
    ASSERT_EQ(few.size(), 2 * kPacketFrames);
    for (std::size_t f = 0; f < kPacketFrames; ++f) {
      ASSERT_EQ(few[2 * f], codes[f * kChannels + 30]);
      ASSERT_EQ(few[2 * f + 1], codes[f * kChannels + 49]);
    }
    EXPECT_THROW(part.decode(payload.data(), payload.size(), 2, kPacketFrames, false, few), Error);
  }
}

}  // namespace
}  // namespace nrc
