// SPDX-License-Identifier: Apache-2.0
//
// Encoder and Decoder together: round trips, golden streams, and streams that must be refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "format/samples.hpp"
#include "host/recording_generator.hpp"
#include "nrc/decoder.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "one_table.hpp"
#include "stages/code_to_sample.hpp"
#include "stages/mapper.hpp"
#include "stages/packetizer.hpp"

namespace nrc {
namespace {

using Bytes = std::vector<std::uint8_t>;

StreamHeader stream_of(std::uint32_t channels, int width = 10, Mapping mapping = Mapping::kCode) {
  StreamHeader h;
  h.channels = channels;
  h.code_width = width;
  h.mapping = mapping;
  h.rate_millihertz = 19531250;
  return h;
}

/// Appends what an encoder sent to `packets`, each packet on its own.
void append(std::vector<Bytes>& packets, const Bytes& sent) {
  for (std::size_t at = 0; at < sent.size();) {
    const ParsedPacket packet = parse_packet(sent.data() + at, sent.size() - at);
    ASSERT_EQ(packet.status, ParseStatus::kPacket);
    packets.emplace_back(sent.begin() + static_cast<std::ptrdiff_t>(at),
                         sent.begin() + static_cast<std::ptrdiff_t>(at + packet.size));
    at += packet.size;
  }
}

PacketHeader header_of(const Bytes& packet) {
  return parse_packet(packet.data(), packet.size()).header;
}

/// Packets of a whole recording: stream header first, `last` at the end; with a key interval in the
/// form for a link. @param steps  rounding steps of the packets, in turn
std::vector<Bytes> encode_all(const StreamHeader& header, const Tables& tables,
                              const std::vector<Code>& codes, std::size_t packet_frames,
                              std::size_t key_interval = 0, const std::vector<int>& steps = {1},
                              int lanes = 1, bool short_headers = false) {
  Encoder encoder(header, tables, key_interval == 0 ? Transport::kFile : Transport::kLink);
  encoder.set_lanes(lanes);
  encoder.set_short_headers(short_headers);
  std::vector<Bytes> packets = {encoder.stream_header()};
  const std::size_t frames = codes.size() / header.channels;
  for (std::size_t at = 0, k = 0; at < frames; at += packet_frames, ++k) {
    const std::size_t n = std::min(packet_frames, frames - at);
    PacketRequest request;
    request.key = key_interval != 0 && k % key_interval == 0;
    request.last = at + n == frames;
    encoder.set_lossy_step(steps[k % steps.size()]);
    append(packets, encoder.encode(codes.data() + at * header.channels, n, request));
  }
  return packets;
}

std::vector<std::int16_t> decode_all(const std::vector<Bytes>& packets,
                                     Decoder::TableSource source = Tables::builtin_by_id) {
  Decoder decoder(std::move(source));
  std::vector<std::int16_t> samples;
  for (const Bytes& p : packets) decoder.decode(parse_packet(p.data(), p.size()), samples);
  return samples;
}

/// Codes that visit everything: noise, steps to both ends, constants.
std::vector<Code> wild_codes(std::size_t count, int width, unsigned seed) {
  std::mt19937 random(seed);
  const int half = 1 << (width - 1);
  std::vector<Code> codes;
  int value = 0;
  int spread = 1;
  while (codes.size() < count) {
    if (random() % 64 == 0) spread = 1 << (random() % static_cast<unsigned>(width + 1));
    if (random() % 97 == 0) value = random() % 2 ? half - 1 : -half;
    value += static_cast<int>(random() % static_cast<unsigned>(2 * spread + 1)) - spread;
    value = std::min(std::max(value, -half), half - 1);
    codes.push_back(static_cast<Code>(value));
  }
  return codes;
}

TEST(Codec, EveryChannelCountWidthAndTableSetComesBack) {
  for (const char* name : {"default", "generic"}) {
    for (const std::uint32_t channels : {1U, 3U, 8U, 32U, 256U, 384U, 1024U}) {
      for (const int width : {9, 10, 12, 14, 16}) {
        const auto codes = wild_codes(channels * (channels < 100 ? 300U : 12U), width, channels);
        const auto packets =
            encode_all(stream_of(channels, width), TableSet::builtin(name), codes, 5, 3);
        const auto samples = decode_all(packets);
        ASSERT_EQ(samples.size(), codes.size());
        ASSERT_TRUE(std::equal(codes.begin(), codes.end(), samples.begin()))
            << name << " " << channels << " channels, " << width << " bits";
        const std::uint64_t bound = max_payload_bytes(Profile::kHuffman, width, 5U * channels);
        for (const Bytes& p : packets)
          EXPECT_LE(p.size(), bound + kPacketHeaderBytes + kPacketCrcBytes + kStreamHeaderBytes);
      }
    }
  }
}

TEST(Codec, ShortHeadersAreOfPacketsThatFit) {
  const Tables tables = TableSet::builtin("generic");
  // A packet of one channel that is sent raw has two bytes for each frame.
  for (const std::size_t channels : {1, 8, 9}) {
    Encoder encoder(stream_of(static_cast<std::uint32_t>(channels), 16), tables);
    encoder.set_short_headers(true);
    std::mt19937 random(3);
    std::vector<std::int16_t> samples;
    std::vector<Bytes> packets = {encoder.stream_header()};
    EXPECT_EQ(packets[0][2] & kFlagShort, 0);
    for (const std::size_t frames : {1, 2, 126, 127, 128, 0, 114, 113, 1}) {
      std::vector<std::int16_t> part(frames * channels);
      for (std::int16_t& sample : part) sample = static_cast<std::int16_t>(random());
      const Bytes packet = encoder.encode_samples(part.data(), frames, {});
      const ParsedPacket parsed = parse_packet(packet.data(), packet.size());
      ASSERT_EQ(parsed.status, ParseStatus::kPacket);
      const bool fits = frames >= 1 && frames <= 127 && parsed.header.length <= 2044;
      EXPECT_EQ(parsed.header.short_form, fits) << frames << " frames of " << channels;
      EXPECT_EQ(packet.size(), (fits ? 20U : 24U) + parsed.header.length);
      EXPECT_EQ(parsed.header.frames, frames);
      EXPECT_EQ(parsed.begin(), packet.data());
      // The beginning of either form asks for as much as its header says.
      for (std::size_t size = 1; size < packet.size(); ++size) {
        const ParsedPacket begun = parse_packet(packet.data(), size);
        ASSERT_EQ(begun.status, ParseStatus::kIncomplete);
        if (size >= (fits ? 16U : 20U)) {
          EXPECT_EQ(begun.size, packet.size());
        }
        ASSERT_GT(begun.size, size);
      }
      packets.push_back(packet);
      samples.insert(samples.end(), part.begin(), part.end());
    }
    EXPECT_EQ(decode_all(packets), samples);
  }
}

void narrow_state_comes_back(Profile profile) {
  for (const char* name : {"default", "generic"}) {
    const Tables& tables = Tables::builtin(profile, name);
    for (const std::uint32_t channels : {1U, 3U, 8U, 64U}) {
      for (const int width : {8, 10, 12, 16}) {
        // Trained edges are of one width.
        if (profile == Profile::kRange && name == std::string("default") && width != 10) continue;
        const auto codes = wild_codes(channels * (channels < 10 ? 1200U : 60U), width, channels);
        StreamHeader header = stream_of(channels, width);
        header.narrow = true;
        const auto packets = encode_all(header, tables, codes, 20, 30, {1}, channels == 64 ? 8 : 1);
        EXPECT_TRUE(parse_stream_header(parse_packet(packets[0].data(), packets[0].size()).payload,
                                        kStreamHeaderBytes)
                        .narrow);
        const auto samples = decode_all(packets);
        ASSERT_EQ(samples.size(), codes.size());
        ASSERT_TRUE(std::equal(codes.begin(), codes.end(), samples.begin()))
            << name << " " << channels << " channels, " << width << " bits";
        header.narrow = false;
        EXPECT_NE(encode_all(header, tables, codes, 20, 30), packets);
      }
    }
  }
}

TEST(Codec, TheNarrowStateComesBack) { narrow_state_comes_back(Profile::kHuffman); }
TEST(Codec, TheNarrowStateOfTheRangeProfileComesBack) { narrow_state_comes_back(Profile::kRange); }

StreamHeader with(const Corrections& corrections, StreamHeader header) {
  header.corrections = corrections;
  return header;
}

constexpr Corrections kEveryCorrection[] = {{true, false}, {false, true}, {true, true}};

/// Wild codes of several channels, interleaved, each but the first near the one before it.
std::vector<Code> neighbouring_codes(std::uint32_t channels, std::size_t frames, int width,
                                     unsigned seed) {
  const int half = 1 << (width - 1);
  const auto own = wild_codes(channels * frames, width, seed);
  std::vector<Code> codes;
  for (std::size_t frame = 0; frame < frames; ++frame) {
    for (std::size_t c = 0; c < channels; ++c) {
      const int shared = c == 0 ? 0 : codes.back() / 2;
      codes.push_back(static_cast<Code>(
          std::min(std::max(shared + own[c * frames + frame] / 2, -half), half - 1)));
    }
  }
  return codes;
}

TEST(Codec, EveryChannelCountAndWidthComesBackWithCorrections) {
  for (const std::uint32_t channels : {1U, 2U, 3U, 64U}) {
    for (int width = 4; width <= 16; ++width) {
      RangeTables tables = RangeTables::builtin(width == 10 ? "default" : "generic");
      tables.initial_scale = std::min(tables.initial_scale, (1U << (width + 6)) - 1);
      const Tables own = tables;
      const auto codes = neighbouring_codes(channels, 400, width, channels);
      for (const std::size_t key_interval : {0U, 1U, 3U}) {
        const auto header = with(kEveryCorrection[key_interval % 3], stream_of(channels, width));
        const auto packets = encode_all(header, own, codes, 30, key_interval);
        ASSERT_EQ(decode_all(packets, [&own](Profile, std::uint32_t) { return &own; }),
                  std::vector<std::int16_t>(codes.begin(), codes.end()))
            << channels << " channels, " << width << " bits, keys " << key_interval;
      }
    }
  }
}

TEST(Codec, AStreamWithCorrectionsSaysSo) {
  const auto codes = neighbouring_codes(2, 300, 10, 15);
  for (const Corrections& corrections : kEveryCorrection) {
    auto packets =
        encode_all(with(corrections, stream_of(2)), RangeTables::builtin("default"), codes, 100);
    const auto first = parse_packet(packets[0].data(), packets[0].size());
    StreamHeader header = parse_stream_header(first.payload, first.header.length);
    EXPECT_EQ(header.corrections.taps, corrections.taps);
    EXPECT_EQ(header.corrections.neighbour, corrections.neighbour);
    // With a header that does not, the payloads give other samples or nothing.
    header.corrections = {};
    Packetizer packetizer;
    packets[0] = packetizer.wrap({PacketType::kStreamHeader}, serialise(header));
    std::vector<std::int16_t> other;
    try {
      other = decode_all(packets);
    } catch (const Error&) {
    }
    EXPECT_NE(other, std::vector<std::int16_t>(codes.begin(), codes.end()));
  }
}

TEST(Codec, AnyChannelOrderComesBack) {
  std::mt19937 random(8);
  for (const Profile profile : {Profile::kHuffman, Profile::kRange}) {
    const Tables& tables = Tables::builtin(profile, "generic");
    for (const std::uint32_t channels : {1U, 2U, 3U, 64U}) {
      StreamHeader plain = stream_of(channels, 12);
      if (profile == Profile::kRange) plain.corrections = {true, true};
      StreamHeader ordered = plain;
      for (std::uint32_t c = 0; c < channels; ++c) {
        ordered.order.push_back(static_cast<std::uint16_t>(c));
      }
      std::shuffle(ordered.order.begin(), ordered.order.end(), random);
      // Packets that are sent raw as well, and samples off the map.
      std::vector<std::int16_t> samples;
      for (const Code c : neighbouring_codes(channels, 300, 12, channels)) samples.push_back(c);
      for (std::size_t i = 0; i < samples.size(); ++i) {
        const std::size_t frame = i / channels;
        if (frame / 20 == 3) samples[i] = static_cast<std::int16_t>(random());
        if (random() % 500 == 0) samples[i] = 30000;
      }
      // What a coded payload holds is what it would hold of channels that came in this order.
      std::vector<std::int16_t> moved;
      for (std::size_t frame = 0; frame < 300; ++frame) {
        for (const std::uint16_t c : ordered.order) moved.push_back(samples[frame * channels + c]);
      }
      Encoder encoder(ordered, tables);
      Encoder of_moved(plain, tables);
      Decoder decoder;
      std::vector<std::int16_t> back;
      const auto decode = [&](const Bytes& packet) {
        decoder.decode(parse_packet(packet.data(), packet.size()), back);
      };
      decode(encoder.stream_header());
      of_moved.stream_header();
      for (std::size_t frame = 0; frame < 300; frame += 20) {
        const Bytes packet = encoder.encode_samples(&samples[frame * channels], 20, {});
        const Bytes other = of_moved.encode_samples(&moved[frame * channels], 20, {});
        if (!header_of(packet).exceptions) {
          EXPECT_EQ(packet.size(), other.size());
        }
        if (header_of(packet).type != PacketType::kRaw && !header_of(packet).exceptions) {
          EXPECT_EQ(packet, other) << frame;
        }
        decode(packet);
      }
      ASSERT_EQ(back, samples) << profile_name(profile) << ", " << channels << " channels";
    }
  }
}

TEST(Codec, CorrectionsNeedTheRangeProfile) {
  for (const Corrections& corrections : kEveryCorrection) {
    EXPECT_THROW(Encoder(with(corrections, stream_of(2)), TableSet::builtin("default")), Error);
    EXPECT_NO_THROW(Encoder(with(corrections, stream_of(2)), RangeTables::builtin("default")));
  }
}

TEST(Codec, ASetOfOneTableIsTheSamePipeline) {
  const auto codes = wild_codes(20000, 10, 5);
  const Tables own = one_table();
  const auto packets = encode_all(stream_of(1), own, codes, 1000);
  EXPECT_EQ(decode_all(packets, [&](Profile, std::uint32_t) { return &own; }),
            std::vector<std::int16_t>(codes.begin(), codes.end()));
}

TEST(Codec, EveryInt16SampleComesBack) {
  std::vector<std::int16_t> samples;
  for (int s = -32768; s <= 32767; ++s) samples.push_back(static_cast<std::int16_t>(s));
  std::shuffle(samples.begin(), samples.end(), std::mt19937(6));
  for (const Mapping mapping : {Mapping::kShift6, Mapping::kCode}) {
    Encoder encoder(stream_of(1, mapping == Mapping::kCode ? 16 : 10, mapping),
                    TableSet::builtin("generic"));
    std::vector<Bytes> packets = {encoder.stream_header()};
    for (std::size_t at = 0; at < samples.size(); at += 4096) {
      packets.push_back(encoder.encode_samples(samples.data() + at, 4096, {}));
    }
    EXPECT_EQ(decode_all(packets), samples);
  }
}

TEST(Codec, OffMapSamplesCostBytesInTheirPacketOnly) {
  std::vector<std::int16_t> samples;
  for (const Code c : generate(2, 1000, 3)) samples.push_back(sample_of(Mapping::kShift6, c));
  const auto original = samples;
  samples[2 * 450] = static_cast<std::int16_t>(samples[2 * 450] ^ 1);
  const StreamHeader header = stream_of(2, 10, Mapping::kShift6);
  struct {
    StreamHeader header;
    Tables tables;
  } const cases[] = {{header, TableSet::builtin("default")},
                     {header, RangeTables::builtin("default")},
                     {with({false, true}, header), RangeTables::builtin("default")},
                     {with({true, true}, header), RangeTables::builtin("default")}};
  for (const auto& c : cases) {
    Encoder encoder(c.header, c.tables);
    Encoder plain(c.header, c.tables);
    std::vector<Bytes> packets = {encoder.stream_header()};
    plain.stream_header();
    for (std::size_t at = 0; at < 1000; at += 100) {
      packets.push_back(encoder.encode_samples(samples.data() + 2 * at, 100, {}));
      const Bytes without = plain.encode_samples(original.data() + 2 * at, 100, {});
      EXPECT_EQ(header_of(packets.back()).key, at == 0) << at;
      EXPECT_EQ(header_of(packets.back()).exceptions, at == 400) << at;
      // The code is the same, so no other packet changes.
      EXPECT_EQ(packets.back().size(), without.size() + (at == 400 ? 8 : 0));
      EXPECT_EQ(packets.back() == without, at != 400) << at;
    }
    EXPECT_EQ(encoder.off_map(), 1U);
    EXPECT_EQ(decode_all(packets), samples);
  }
}

/// Value maps of every kind.
std::vector<ValueMap> maps() {
  std::vector<ValueMap> maps;
  for (int rounding = 0; rounding < 4; ++rounding) {
    const auto r = static_cast<Rounding>(rounding);
    for (const auto& [n, d] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{
             {1, 1}, {3, 2}, {16, 1}, {601, 50}, {625, 26}, {65535, 1023}, {32767, 1}}) {
      maps.push_back({{{n, d, r}}, {{0, 0}}});
      maps.push_back({{{n, d, r}}, {{0, -12345}}});
      maps.push_back({{{n, d, r}}, {{0, std::int64_t{32768} * d + 1}}});
      maps.push_back({{{n, d, r}, {1, 1, Rounding::kDown}}, {{0, 7}, {1, 0}, {0, -7 * d}}});
    }
  }
  return maps;
}

TEST(Codec, EveryMapComesBackAndItsSamplesAreNoExceptions) {
  for (const ValueMap& map : maps()) {
    for (const int width : {10, 16}) {
      StreamHeader header = stream_of(map.channels.size() == 1 ? 1 : 3, width, Mapping::kMap);
      header.map = map;
      EXPECT_EQ(parse_stream_header(serialise(header).data(), serialise(header).size()).map, map);
      const Mapper mapper(header);
      std::mt19937 random(4);
      std::vector<std::int16_t> on_map;
      std::vector<std::int16_t> any;
      for (std::size_t i = 0; i < 3000; ++i) {
        const std::size_t c = i % header.channels;
        const MapStep& step = map.steps[map.channels[c].step];
        // Codes whose samples do not wrap around int16.
        const int most = static_cast<int>(std::min<std::int64_t>(
            (1 << (width - 1)) - 1, 32700LL * step.denominator / step.numerator));
        const int code = static_cast<int>(random() % static_cast<unsigned>(2 * most + 1)) - most;
        on_map.push_back(map_sample(step, map.channels[c].offset, static_cast<Code>(code)));
        any.push_back(static_cast<std::int16_t>(random()));
      }
      for (const Profile profile : {Profile::kHuffman, Profile::kRange}) {
        for (const auto* samples : {&on_map, &any}) {
          Encoder encoder(header, Tables::builtin(profile, "generic"));
          std::vector<Bytes> packets = {encoder.stream_header()};
          for (std::size_t at = 0; at < samples->size(); at += 300) {
            packets.push_back(
                encoder.encode_samples(samples->data() + at, 300 / header.channels, {}));
            EXPECT_LE(packets.back().size(), kPacketHeaderBytes + kPacketCrcBytes + 600U);
          }
          // Below two samples a step, rounding may hide which code it was.
          if (samples == &on_map && map.steps[0].numerator > map.steps[0].denominator * 2) {
            EXPECT_EQ(encoder.off_map(), 0U);
          }
          EXPECT_EQ(decode_all(packets), *samples);
        }
      }
    }
  }
}

TEST(Codec, AMapWithNonsenseIsRefused) {
  const auto refused = [](const ValueMap& map) {
    StreamHeader header = stream_of(2, 10, Mapping::kMap);
    header.map = map;
    try {
      Encoder(header, TableSet::builtin("default"));
    } catch (const Error&) {
      return true;
    }
    return false;
  };
  EXPECT_FALSE(refused({{{3, 2}}, {{0, 5}}}));
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused({{{3, 2}}, {}}));
  EXPECT_TRUE(refused({{{0, 2}}, {{0, 0}}}));
  EXPECT_TRUE(refused({{{3, 0}}, {{0, 0}}}));
  EXPECT_TRUE(refused({{{3, 65536}}, {{0, 0}}}));
  EXPECT_TRUE(refused({{{3, 2}}, {{1, 0}}}));
  EXPECT_TRUE(refused({{{3, 2}}, {{0, kMaxMapOffset + 1}}}));
  EXPECT_TRUE(refused({{{3, 2}}, {{0, 0}, {0, 0}, {0, 0}}})) << "three maps, two channels";
}

TEST(Codec, DamagedExceptionsAreRefused) {
  std::vector<std::int16_t> samples(100, 64 * 3);
  const StreamHeader header = stream_of(1, 10, Mapping::kShift6);
  for (std::size_t i = 10; i < 20; ++i) samples[i] = 5;
  samples[50] = 7;
  Encoder encoder(header, TableSet::builtin("default"));
  const Bytes first = encoder.stream_header();
  const Bytes good = encoder.encode_samples(samples.data(), 100, {});
  const ParsedPacket parsed = parse_packet(good.data(), good.size());
  ASSERT_TRUE(parsed.header.exceptions);
  for (std::size_t i = 0; i < 16; ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes payload(parsed.payload, parsed.payload + parsed.header.length);
      payload[i] = static_cast<std::uint8_t>(payload[i] ^ 1 << bit);
      Packetizer packetizer;
      packetizer.wrap({}, {});
      const Bytes packet = packetizer.wrap(parsed.header, payload);
      try {
        EXPECT_EQ(decode_all({first, packet}).size(), samples.size());
      } catch (const Error&) {
      }
    }
  }
}

TEST(Codec, StateGoesOnThroughRawPackets) {
  // Noise that short packets cannot code before the scale has adapted.
  std::mt19937 random(8);
  std::normal_distribution<double> noise(0.0, 60.0);
  std::vector<std::int16_t> samples;
  for (int i = 0; i < 8 * 8000; ++i) {
    samples.push_back(static_cast<std::int16_t>(std::lround(noise(random))));
  }
  for (const Profile profile : {Profile::kHuffman, Profile::kRange, Profile::kNeural}) {
    for (const int lossy : {1, 4}) {
      StreamHeader header = stream_of(8, 10);
      header.rounding = lossy > 1;
      Encoder encoder(header, Tables::builtin(profile, "generic"));
      encoder.set_lossy_step(lossy);
      std::vector<Bytes> packets = {encoder.stream_header()};
      std::size_t raw = 0;
      std::size_t coded = 0;
      const std::size_t frames = profile == Profile::kNeural ? 400 : 8000;
      for (std::size_t at = 0; at < frames; at += 20) {
        // One of other samples: raw in the middle of the stream.
        std::vector<std::int16_t> packet(
            samples.begin() + static_cast<std::ptrdiff_t>(8 * at),
            samples.begin() + static_cast<std::ptrdiff_t>(8 * at) + 160);
        if (at == 200) {
          for (auto& sample : packet) sample = static_cast<std::int16_t>(random());
        }
        packets.push_back(encoder.encode_samples(packet.data(), 20, {}));
        const bool is_raw = header_of(packets.back()).type == PacketType::kRaw;
        raw += is_raw;
        coded += !is_raw;
        EXPECT_EQ(header_of(packets.back()).key, at == 0);
        if (is_raw)
          std::copy(packet.begin(), packet.end(),
                    samples.begin() + static_cast<std::ptrdiff_t>(8 * at));
      }
      EXPECT_GT(raw, 0U);
      EXPECT_GT(coded, raw);
      const auto decoded = decode_all(packets);
      ASSERT_EQ(decoded.size(), 8 * frames);
      for (std::size_t i = 0; i < decoded.size(); ++i) {
        ASSERT_LE(std::abs(decoded[i] - samples[i]), lossy / 2) << i;
      }
    }
  }
}

TEST(Codec, KeyPacketsDecodeWithoutTheirPast) {
  const auto codes = neighbouring_codes(8, 60, 10, 9);
  struct {
    StreamHeader header;
    Tables tables;
  } const cases[] = {{stream_of(8), TableSet::builtin("default")},
                     {stream_of(8), RangeTables::builtin("default")},
                     {with({false, true}, stream_of(8)), RangeTables::builtin("default")},
                     {with({true, true}, stream_of(8)), RangeTables::builtin("default")}};
  for (const auto& c : cases) {
    auto packets = encode_all(c.header, c.tables, codes, 20, 1);
    ASSERT_EQ(packets.size(), 6U);  // three, and the header before each
    Encoder encoder(c.header, c.tables);
    encoder.stream_header();
    encoder.skip(40);
    const Bytes alone = encoder.encode(codes.data() + 8 * 40, 20, {false, true});
    // The same packet but for its sequence number: no state was carried over.
    EXPECT_EQ(Bytes(packets[5].begin() + 8, packets[5].end() - 4),
              Bytes(alone.begin() + 8, alone.end() - 4));
  }
}

TEST(Codec, OnALinkTheStreamHeaderComesBeforeEveryKeyPacket) {
  std::vector<std::int16_t> samples;
  for (const Code c : generate(2, 1200, 4)) samples.push_back(sample_of(Mapping::kShift6, c));
  std::mt19937 random(4);  // sent raw
  for (std::size_t i = 1800; i < 2000; ++i) samples[i] = static_cast<std::int16_t>(random());
  Encoder encoder(stream_of(2, 10, Mapping::kShift6), TableSet::builtin("default"),
                  Transport::kLink);
  std::vector<Bytes> packets;
  std::string order;  // of a packet each: header, key packet, raw packet, other packet
  for (std::size_t at = 0, k = 0; at < 1200; at += 100, ++k) {
    if (k == 3) encoder.request_key();
    if (k == 7) {
      encoder.skip(100);
      continue;
    }
    const std::size_t before = packets.size();
    append(packets, encoder.encode_samples(samples.data() + 2 * at, 100, {k == 5, k == 11}));
    for (std::size_t i = before; i < packets.size(); ++i) {
      const PacketHeader h = header_of(packets[i]);
      EXPECT_EQ(h.sequence, i);
      EXPECT_EQ(h.last, i + 1 == packets.size() && k == 11);
      order += h.type == PacketType::kStreamHeader ? 'h'
               : h.type == PacketType::kRaw        ? 'r'
               : h.key                             ? 'k'
                                                   : '.';
    }
  }
  EXPECT_EQ(order, "hk..hk.hk.hkr..");
}

TEST(Codec, AHeaderThatWasAskedForIsNotRepeatedAtOnce) {
  const auto codes = wild_codes(4 * 10, 10, 13);
  Encoder encoder(stream_of(4), TableSet::builtin("default"), Transport::kLink);
  std::vector<Bytes> packets = {encoder.stream_header()};
  append(packets, encoder.container(Bytes(12)));
  append(packets, encoder.encode(codes.data(), 5, {}));
  EXPECT_EQ(packets.size(), 3U);
  append(packets, encoder.encode(codes.data() + 20, 5, {true, true}));
  ASSERT_EQ(packets.size(), 5U);
  EXPECT_EQ(header_of(packets[3]).type, PacketType::kStreamHeader);
  // The same header but for its sequence number and the CRC over it.
  EXPECT_EQ(header_of(packets[3]).sequence, 3);
  EXPECT_EQ(Bytes(packets[3].begin() + 8, packets[3].end() - 4),
            Bytes(packets[0].begin() + 8, packets[0].end() - 4));
}

TEST(Codec, AKeyRequestWaitsForAPacketWithFrames) {
  const auto codes = wild_codes(4 * 20, 10, 14);
  Encoder encoder(stream_of(4), TableSet::builtin("default"));
  encoder.stream_header();
  encoder.encode(codes.data(), 5, {});
  EXPECT_FALSE(header_of(encoder.encode(codes.data() + 20, 5, {})).key);
  encoder.request_key();
  encoder.encode(codes.data(), 0, {});
  EXPECT_TRUE(header_of(encoder.encode(codes.data() + 40, 5, {})).key);
  EXPECT_FALSE(header_of(encoder.encode(codes.data() + 60, 5, {})).key);
}

TEST(Decoder, RefusesWhatIsMissingOrOutOfOrder) {
  const auto codes = wild_codes(4 * 100, 10, 10);
  const auto packets = encode_all(stream_of(4), TableSet::builtin("default"), codes, 20);
  const auto refused = [](const std::vector<Bytes>& stream) {
    try {
      decode_all(stream);
    } catch (const Error&) {
      return true;
    }
    return false;
  };
  EXPECT_FALSE(refused(packets));
  EXPECT_TRUE(refused({packets[1]})) << "no stream header";
  EXPECT_TRUE(refused({packets[0], packets[2]})) << "a packet is missing";
  EXPECT_TRUE(refused({packets[0], packets[1], packets[1]})) << "a packet comes twice";
  EXPECT_TRUE(refused({packets[0], packets[2], packets[1]})) << "two packets swapped";
  auto after = packets;
  after.push_back(packets[1]);
  EXPECT_TRUE(refused(after)) << "packets after the last";

  TableSet other = TableSet::builtin("default");
  std::swap(other.lengths[0], other.lengths[1]);
  EXPECT_TRUE(refused(encode_all(stream_of(4), other, codes, 20))) << "unknown tables";

  // An encoder's drop: sequence numbers go on, frame numbers do not.
  Encoder encoder(stream_of(4), TableSet::builtin("default"));
  std::vector<Bytes> dropped = {encoder.stream_header(), encoder.encode(codes.data(), 20, {})};
  encoder.skip(20);
  dropped.push_back(encoder.stream_header());
  dropped.push_back(encoder.encode(codes.data(), 20, {}));
  EXPECT_TRUE(parse_packet(dropped[3].data(), dropped[3].size()).header.key);
  EXPECT_TRUE(refused(dropped));
}

// What carries the end of a stream whose last packet was dropped holds no samples, so that no
// stream header precedes it.
TEST(Encoder, TheEndAfterADropIsOnePacket) {
  const auto codes = wild_codes(4 * 20, 10, 13);
  Encoder encoder(stream_of(4), TableSet::builtin("default"), Transport::kLink);
  encoder.encode(codes.data(), 20, {});
  encoder.skip(20);
  const Bytes end = encoder.encode(nullptr, 0, {false, true});
  const ParsedPacket packet = parse_packet(end.data(), end.size());
  ASSERT_EQ(packet.status, ParseStatus::kPacket);
  EXPECT_EQ(packet.size, end.size());
  EXPECT_TRUE(packet.header.last);
  EXPECT_FALSE(packet.header.key);
  EXPECT_EQ(packet.header.first_frame, 40U);
  EXPECT_EQ(packet.header.frames, 0U);
}

TEST(Decoder, RefusesPayloadsThatDoNotFitTheirFrames) {
  const auto codes = wild_codes(4 * 40, 10, 12);
  const auto packets = encode_all(stream_of(4), TableSet::builtin("default"), codes, 40);
  const ParsedPacket good = parse_packet(packets[1].data(), packets[1].size());
  const Bytes payload(good.payload, good.payload + good.header.length);
  const auto refused = [&](std::uint16_t frames, const Bytes& body) {
    Packetizer packetizer;
    PacketHeader h = good.header;
    h.frames = frames;
    packetizer.wrap({}, {});
    const Bytes packet = packetizer.wrap(h, body);
    Decoder decoder;
    std::vector<std::int16_t> samples = {7};
    decoder.decode(parse_packet(packets[0].data(), packets[0].size()), samples);
    try {
      decoder.decode(parse_packet(packet.data(), packet.size()), samples);
    } catch (const Error&) {
      EXPECT_EQ(samples, std::vector<std::int16_t>{7}) << "samples are as they were";
      return true;
    }
    return false;
  };
  EXPECT_FALSE(refused(40, payload));
  EXPECT_TRUE(refused(39, payload));
  EXPECT_TRUE(refused(72, payload)) << "more codes than the padding has bits";
  EXPECT_TRUE(refused(65535, payload));
  EXPECT_TRUE(refused(40, Bytes(payload.begin(), payload.end() - 4)));
  EXPECT_TRUE(refused(40, {}));
  Bytes longer = payload;
  longer.insert(longer.end(), 4, 0);
  EXPECT_TRUE(refused(40, longer));
}

// ---- golden streams: the format does not change by accident

constexpr std::uint32_t kGoldenNumber = 0x12345678;  // also in tb/tools/golden_stream_tb.sv

struct Golden {
  const char* name;
  Profile profile;
  const char* tables;
  std::uint32_t channels;
  int width;
  Mapping mapping;
  std::size_t frames, packet_frames, key_interval;
  Corrections corrections = {};
  std::vector<int> steps = {1};  ///< rounding steps of the packets, in turn
  int lanes = 1;
  bool narrow = false;
  bool proportional = false;
  bool short_headers = false;
};

/// Compares with a file, or renews it if the environment asks for that.
bool same_as_file(const std::string& path, const Bytes& bytes) {
  if (std::getenv("NRC_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {}) == bytes;
}

class GoldenMap : public testing::TestWithParam<Profile> {};

TEST_P(GoldenMap, StaysAsItIs) {
  StreamHeader header = stream_of(3, 12, Mapping::kMap);
  header.map = {{{625, 26, Rounding::kTowardsZero}, {3, 2, Rounding::kNearestEven}, {64, 1}},
                {{0, 26 * 11}, {1, -2 * 20000}, {2, 32768}}};
  header.packet_frames = 50;
  header.stream_number = kGoldenNumber;
  const Mapper mapper(header);
  std::mt19937 random(2024);
  std::vector<std::int16_t> samples;
  for (std::size_t i = 0; i < 3 * 400; ++i) {
    int code = 0;
    for (int k = 0; k < 8; ++k) code += static_cast<int>(random() % 9) - 4;
    samples.push_back(mapper.value(i % 3, static_cast<Code>(code)));
  }
  // Off the map: one by one, equal ones, a channel of others, and a packet that is sent raw.
  for (const std::size_t i : {0U, 700U, 1199U})
    samples[i] = static_cast<std::int16_t>(samples[i] + 5);
  for (std::size_t i = 301; i < 391; i += 3) samples[i] = 77;
  for (std::size_t i = 452; i < 482; i += 3) samples[i] = static_cast<std::int16_t>(random());
  for (std::size_t i = 900; i < 1050; ++i) samples[i] = static_cast<std::int16_t>(random());
  Encoder encoder(header, Tables::builtin(GetParam(), "generic"), Transport::kLink);
  Bytes stream = encoder.stream_header();
  for (std::size_t at = 0; at < 8; ++at) {
    const Bytes sent = encoder.encode_samples(samples.data() + 150 * at, 50, {at == 4, at == 7});
    stream.insert(stream.end(), sent.begin(), sent.end());
  }
  Bytes bytes;
  for (const std::int16_t s : samples) {
    bytes.push_back(static_cast<std::uint8_t>(s));
    bytes.push_back(static_cast<std::uint8_t>(s >> 8));
  }
  const std::string base =
      std::string(NRC_SOURCE_DIR) + "/tb/golden/map_" + profile_name(GetParam()) + "_3ch";
  EXPECT_TRUE(same_as_file(base + ".i16", bytes)) << base << ".i16";
  EXPECT_TRUE(same_as_file(base + ".nrc", stream)) << base << ".nrc";
}

INSTANTIATE_TEST_SUITE_P(All, GoldenMap, testing::Values(Profile::kHuffman, Profile::kRange),
                         [](const auto& profile) {
                           return std::string(profile_name(profile.param));
                         });

TEST(GoldenEvents, StayAsTheyAre) {
  constexpr std::size_t kChannels = 3;
  constexpr std::size_t kFrames = 640;
  constexpr std::size_t kPacketFrames = 20;
  StreamHeader header = stream_of(kChannels, 10, Mapping::kShift6);
  header.packet_frames = kPacketFrames;
  header.rate_millihertz = 19531250;
  header.stream_number = kGoldenNumber;
  header.events = true;
  std::vector<Code> codes = generate(kChannels, kFrames, 2024);
  // Spikes of either sign, two of them near each other.
  for (const std::size_t frame : {100, 180, 193, 420, 633}) {
    for (std::size_t c = 0; c < kChannels; ++c) {
      const int height = c == 1 ? -130 : 90;
      for (std::size_t i = 0; i < 5; ++i) {
        Code& code = codes[(frame + c + i) * kChannels + c];
        code = static_cast<Code>(std::clamp(code + height / static_cast<int>(i + 1), -512, 511));
      }
    }
  }
  Encoder encoder(header, Tables::builtin(Profile::kHuffman, "default"), Transport::kLink);
  encoder.set_events({});
  Bytes stream;
  for (std::size_t at = 0; at < kFrames; at += kPacketFrames) {
    encoder.encode(codes.data() + at * kChannels, kPacketFrames,
                   {at == 300, at + kPacketFrames == kFrames}, stream);
  }
  Bytes samples;
  for (const Code code : codes) {
    const auto s = static_cast<std::uint16_t>(sample_of(Mapping::kShift6, code));
    samples.push_back(static_cast<std::uint8_t>(s));
    samples.push_back(static_cast<std::uint8_t>(s >> 8));
  }
  const std::string base = std::string(NRC_SOURCE_DIR) + "/tb/golden/events_3ch";
  EXPECT_TRUE(same_as_file(base + ".i16", samples)) << base << ".i16";
  EXPECT_TRUE(same_as_file(base + ".nrc", stream)) << base << ".nrc";
}

TEST(GoldenClasses, StayAsTheyAre) {
  constexpr std::size_t kFrames = 480;
  constexpr std::size_t kPacketFrames = 20;
  constexpr std::size_t kKeyPackets = 4;
  StreamHeader header = stream_of(2, 10, Mapping::kShift6);
  header.packet_frames = kPacketFrames;
  header.stream_number = kGoldenNumber;
  header.rounding = true;
  header.proportional = true;
  header.classes = true;
  const std::vector<Code> codes = generate(2, kFrames, 2025);
  // For each key packet those of both channels.
  constexpr auto kRounded = ChannelClass::kRounded;
  constexpr auto kOff = ChannelClass::kOff;
  const std::vector<std::vector<ChannelClass>> classes = {
      {kRounded, ChannelClass::kLossless},   {kRounded, kOff},
      {ChannelClass::kEventsOnly, kRounded}, {kOff, kOff},
      {kRounded, ChannelClass::kEventsOnly}, {ChannelClass::kLossless, kRounded}};
  Encoder encoder(header, Tables::builtin(Profile::kHuffman, "default"), Transport::kLink);
  std::vector<Bytes> sent = {encoder.stream_header()};
  for (std::size_t at = 0, k = 0; at < kFrames; at += kPacketFrames, ++k) {
    const bool key = k % kKeyPackets == 0;
    if (key) encoder.set_channel_classes(classes[k / kKeyPackets]);
    encoder.set_lossy_step(std::vector<int>{1, 8, 8, 12, 3}[k % 5]);
    append(sent, encoder.encode(codes.data() + at * 2, kPacketFrames,
                                {key, at + kPacketFrames == kFrames}));
  }
  Bytes stream;
  for (const Bytes& p : sent) stream.insert(stream.end(), p.begin(), p.end());
  Bytes samples;
  const std::vector<std::int16_t> given = decode_all(sent);
  ASSERT_EQ(given.size(), codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::size_t packet = i / (2 * kPacketFrames);
    const ChannelClass channel_class = classes[packet / kKeyPackets][i % 2];
    const int error = std::abs((given[i] >> 6) - codes[i]);
    if (channel_class == ChannelClass::kLossless || packet % 5 == 0) {
      EXPECT_TRUE(error == 0 || channel_class > ChannelClass::kLossless) << i;
    }
    if (channel_class > ChannelClass::kLossless) {
      EXPECT_EQ(given[i], sample_of(Mapping::kShift6, 0)) << i;
    } else {
      EXPECT_LE(error, 6) << i;
    }
    const auto s = static_cast<std::uint16_t>(given[i]);
    samples.push_back(static_cast<std::uint8_t>(s));
    samples.push_back(static_cast<std::uint8_t>(s >> 8));
  }
  const std::string base = std::string(NRC_SOURCE_DIR) + "/tb/golden/link_classes_2ch";
  EXPECT_TRUE(same_as_file(base + ".i16", samples)) << base << ".i16";
  EXPECT_TRUE(same_as_file(base + ".nrc", stream)) << base << ".nrc";
}

/// A stream of samples of another type than int16.
struct GoldenType {
  const char* name;
  SampleType type;
  bool big_endian;
  Profile profile;
  int width, low_bits;
  ValueMap map;  ///< without steps: mapping code
};

class GoldenTypes : public testing::TestWithParam<GoldenType> {};

TEST_P(GoldenTypes, StayAsTheyAre) {
  const GoldenType& g = GetParam();
  constexpr std::size_t kChannels = 2;
  constexpr std::size_t kFrames = 120;
  constexpr std::size_t kPacketFrames = 40;
  StreamHeader header = stream_of(kChannels, g.width, Mapping::kCode);
  header.sample_type = g.type;
  header.big_endian = g.big_endian;
  header.low_bits = g.low_bits;
  header.map = g.map;
  if (!g.map.steps.empty()) header.mapping = Mapping::kMap;
  header.packet_frames = kPacketFrames;
  header.stream_number = kGoldenNumber;
  std::mt19937 random(2026);
  std::vector<std::int32_t> values;
  const Mapper mapper(header);
  for (std::size_t i = 0; i < kChannels * kFrames; ++i) {
    // Below the width, so that nothing is rare but the exceptions.
    const int bits = g.width + g.low_bits - 3;
    const auto code = static_cast<std::int32_t>(random() % (1u << bits)) - (1 << (bits - 1));
    values.push_back(is_wide(g.type) ? mapper.value(i % kChannels, WideCode{code})
                                     : mapper.value(i % kChannels, static_cast<Code>(code)));
  }
  const std::int64_t half = std::int64_t{1} << (sample_bits(g.type) - 1);
  values[30] = static_cast<std::int32_t>(-half);
  values[151] = static_cast<std::int32_t>(half - 1);
  // A packet of any values, which is sent raw.
  for (std::size_t i = 160; i < values.size(); ++i) {
    values[i] = static_cast<std::int32_t>(static_cast<std::int64_t>(random()) % half);
    if (i % 2 == 1) values[i] = -values[i];
  }
  Bytes samples(values.size() * sample_bytes(g.type));
  put_values(g.type, values.data(), values.size(), samples.data());
  Encoder encoder(header, Tables::builtin(g.profile, "generic"), Transport::kFile);
  Bytes stream = encoder.stream_header();
  for (std::size_t at = 0; at < kFrames; at += kPacketFrames) {
    const Bytes sent =
        encoder.encode_samples(samples.data() + at * kChannels * sample_bytes(g.type),
                               kPacketFrames, {false, at + kPacketFrames == kFrames});
    stream.insert(stream.end(), sent.begin(), sent.end());
  }
  // The golden samples are those of the file.
  Bytes decoded;
  FileDecoder decoder([&decoded](const std::uint8_t* data, std::size_t size) {
    decoded.insert(decoded.end(), data, data + size);
  });
  decoder.add(stream.data(), stream.size());
  decoder.finish();
  to_byte_order(g.type, g.big_endian, samples.data(), samples.size());
  EXPECT_EQ(decoded, samples);
  const std::string base = std::string(NRC_SOURCE_DIR) + "/tb/golden/" + g.name;
  EXPECT_TRUE(same_as_file(base + ".i16", samples)) << base << ".i16";
  EXPECT_TRUE(same_as_file(base + ".nrc", stream)) << base << ".nrc";
}

INSTANTIATE_TEST_SUITE_P(
    All, GoldenTypes,
    testing::Values(
        GoldenType{"type_uint16",
                   SampleType::kUint16,
                   true,
                   Profile::kHuffman,
                   12,
                   0,
                   {{{5, 2}}, {{0, 40}, {0, -2 * 30000}}}},
        GoldenType{"type_int8", SampleType::kInt8, false, Profile::kRange, 8, 0, {}},
        GoldenType{"type_uint8", SampleType::kUint8, false, Profile::kHuffman, 8, 0, {}},
        GoldenType{"type_int24", SampleType::kInt24, false, Profile::kCascade, 21, 0, {}},
        GoldenType{"type_uint24", SampleType::kUint24, true, Profile::kHuffman, 16, 5, {}},
        GoldenType{"type_int32",
                   SampleType::kInt32,
                   false,
                   Profile::kRange,
                   14,
                   9,
                   {{{3, 1}, {7, 3, Rounding::kNearestEven}}, {{0, -2000000000}, {1, 77}}}},
        GoldenType{"type_uint32", SampleType::kUint32, false, Profile::kCascade, 24, 3, {}}),
    [](const auto& golden) { return golden.param.name; });

class GoldenStream : public testing::TestWithParam<Golden> {};

TEST_P(GoldenStream, StaysAsItIs) {
  const Golden& g = GetParam();
  const std::size_t count = g.channels * g.frames;
  auto codes = g.mapping == Mapping::kShift6 ? generate(g.channels, g.frames, 2024)
                                             : wild_codes(count, g.width, 2024);
  if (g.proportional) {
    // A quiet channel, which has smaller steps.
    for (std::size_t i = 1; i < count; i += g.channels) codes[i] = static_cast<Code>(codes[i] / 8);
  }
  StreamHeader header = stream_of(g.channels, g.width, g.mapping);
  header.corrections = g.corrections;
  header.narrow = g.narrow;
  header.stream_number = kGoldenNumber;
  header.packet_frames = static_cast<std::uint32_t>(g.packet_frames);
  header.rounding = g.steps != std::vector<int>{1};
  header.proportional = g.proportional;
  std::vector<Bytes> sent;
  Bytes stream;
  for (const Bytes& p :
       encode_all(header, Tables::builtin(g.profile, g.tables), codes, g.packet_frames,
                  g.key_interval, g.steps, g.lanes, g.short_headers)) {
    sent.push_back(p);
    stream.insert(stream.end(), p.begin(), p.end());
  }
  const auto given = decode_all(sent);
  ASSERT_EQ(given.size(), codes.size());
  Bytes samples;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const Code c = codes[i];
    const int step = g.steps[i / (g.packet_frames * g.channels) % g.steps.size()];
    const int limit = 1 << (g.width - 1);
    const auto multiple =
        std::floor((c + step / 2) / static_cast<double>(step)) * step;  // section 14
    int decoded = std::clamp(static_cast<int>(multiple), -limit, limit - 1);
    if (g.proportional) {
      // Each channel has a step of its own, up to this one.
      decoded = g.mapping == Mapping::kShift6 ? given[i] >> 6 : given[i];
      ASSERT_LE(2 * std::abs(decoded - c), step == 1 ? 0 : step) << i;
    }
    const auto s = static_cast<std::uint16_t>(sample_of(g.mapping, static_cast<Code>(decoded)));
    samples.push_back(static_cast<std::uint8_t>(s));
    samples.push_back(static_cast<std::uint8_t>(s >> 8));
  }
  const std::string base = std::string(NRC_SOURCE_DIR) + "/tb/golden/" + g.name;
  EXPECT_TRUE(same_as_file(base + ".i16", samples)) << base << ".i16";
  EXPECT_TRUE(same_as_file(base + ".nrc", stream)) << base << ".nrc";
}

INSTANTIATE_TEST_SUITE_P(
    All, GoldenStream,
    testing::Values(
        Golden{"default_1ch", Profile::kHuffman, "default", 1, 10, Mapping::kShift6, 3000, 1000, 0},
        Golden{"default_8ch", Profile::kHuffman, "default", 8, 10, Mapping::kShift6, 400, 100, 2},
        Golden{"generic_4ch_16bit", Profile::kHuffman, "generic", 4, 16, Mapping::kCode, 160, 48,
               0},
        Golden{"range_8ch", Profile::kRange, "default", 8, 10, Mapping::kShift6, 400, 100, 2},
        Golden{"range_8ch_neighbour",
               Profile::kRange,
               "default",
               8,
               10,
               Mapping::kShift6,
               400,
               100,
               2,
               {false, true}},
        Golden{"range_8ch_taps",
               Profile::kRange,
               "default",
               8,
               10,
               Mapping::kShift6,
               400,
               100,
               2,
               {true, false}},
        Golden{"range_3ch_16bit_taps_neighbour",
               Profile::kRange,
               "generic",
               3,
               16,
               Mapping::kCode,
               600,
               200,
               0,
               {true, true}},
        Golden{"link_huffman_2ch", Profile::kHuffman, "default", 2, 10, Mapping::kShift6, 480, 20,
               4},
        Golden{"link_short_2ch",
               Profile::kHuffman,
               "default",
               2,
               10,
               Mapping::kShift6,
               480,
               20,
               4,
               {},
               {1},
               1,
               false,
               false,
               true},
        Golden{"short_range_5ch",
               Profile::kRange,
               "generic",
               5,
               12,
               Mapping::kCode,
               300,
               127,
               0,
               {true, true},
               {1},
               4,
               false,
               false,
               true},
        Golden{"link_range_2ch",
               Profile::kRange,
               "default",
               2,
               10,
               Mapping::kShift6,
               480,
               20,
               4,
               {false, true}},
        Golden{"range_3ch_12bit_neighbour",
               Profile::kRange,
               "generic",
               3,
               12,
               Mapping::kCode,
               600,
               200,
               0,
               {false, true}},
        Golden{"neural_8ch", Profile::kNeural, "default", 8, 10, Mapping::kShift6, 400, 100, 2},
        Golden{"neural_3ch_16bit", Profile::kNeural, "generic", 3, 16, Mapping::kCode, 300, 100, 0},
        Golden{"cascade_2ch", Profile::kCascade, "default", 2, 10, Mapping::kShift6, 700, 500, 0},
        Golden{"cascade_10ch_12bit", Profile::kCascade, "generic", 10, 12, Mapping::kCode, 90, 60,
               0},
        Golden{"lossy_range_2ch",
               Profile::kRange,
               "generic",
               2,
               10,
               Mapping::kShift6,
               400,
               100,
               2,
               {},
               {12}},
        Golden{"lossy_steps_huffman_2ch",
               Profile::kHuffman,
               "default",
               2,
               10,
               Mapping::kShift6,
               400,
               40,
               6,
               {},
               {1, 4, 3, 8, 2, 1, 24}},
        Golden{"lossy_steps_range_2ch",
               Profile::kRange,
               "default",
               2,
               10,
               Mapping::kShift6,
               400,
               40,
               6,
               {true, true},
               {1, 4, 3, 8, 2, 1, 24}},
        Golden{"lossy_share_huffman_3ch",
               Profile::kHuffman,
               "default",
               3,
               10,
               Mapping::kShift6,
               400,
               40,
               6,
               {},
               {8, 1, 3, 16, 24},
               1,
               false,
               true},
        Golden{"lossy_share_range_3ch",
               Profile::kRange,
               "default",
               3,
               10,
               Mapping::kShift6,
               400,
               40,
               6,
               {false, true},
               {8, 1, 3, 16, 24},
               1,
               false,
               true},
        Golden{"lossy_steps_range_2ch_12bit",
               Profile::kRange,
               "generic",
               2,
               12,
               Mapping::kCode,
               120,
               20,
               4,
               {},
               {3, 1, 2, 16, 1, 96}},
        Golden{"link_lanes_2ch",
               Profile::kHuffman,
               "default",
               2,
               10,
               Mapping::kShift6,
               480,
               20,
               4,
               {},
               {1},
               2},
        Golden{"lanes_huffman_11ch_12bit",
               Profile::kHuffman,
               "generic",
               11,
               12,
               Mapping::kCode,
               100,
               40,
               0,
               {},
               {1},
               4},
        Golden{"lanes_range_11ch_neighbour",
               Profile::kRange,
               "default",
               11,
               10,
               Mapping::kShift6,
               200,
               60,
               2,
               {false, true},
               {1},
               8},
        Golden{"link_narrow_2ch",
               Profile::kHuffman,
               "default",
               2,
               10,
               Mapping::kShift6,
               480,
               20,
               4,
               {},
               {1},
               1,
               true},
        Golden{"narrow_8ch",
               Profile::kHuffman,
               "default",
               8,
               10,
               Mapping::kShift6,
               800,
               100,
               0,
               {},
               {1},
               1,
               true},
        Golden{"narrow_12ch_16bit",
               Profile::kHuffman,
               "generic",
               12,
               16,
               Mapping::kCode,
               240,
               24,
               0,
               {},
               {1},
               1,
               true},
        Golden{"link_narrow_range_2ch",
               Profile::kRange,
               "default",
               2,
               10,
               Mapping::kShift6,
               480,
               20,
               4,
               {},
               {1},
               1,
               true},
        Golden{"narrow_range_8ch",
               Profile::kRange,
               "default",
               8,
               10,
               Mapping::kShift6,
               540,
               90,
               0,
               {},
               {1},
               1,
               true},
        Golden{"narrow_range_12ch_16bit",
               Profile::kRange,
               "generic",
               12,
               16,
               Mapping::kCode,
               240,
               24,
               0,
               {},
               {1},
               1,
               true}),
    [](const auto& golden) { return golden.param.name; });

}  // namespace
}  // namespace nrc
