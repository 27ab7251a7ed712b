// SPDX-License-Identifier: Apache-2.0
//
// FileRecovery: a damaged stream gives the file it was made from with every surviving sample in its
// place. What is expected is cut out of the original file by the frame numbers of the packets that
// the test damages, not by what the receiver says.
#include "nrc/file_recovery.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <utility>

#include "file/wav.hpp"
#include "host/recording_generator.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/file_encoder.hpp"
#include "stages/shift6.hpp"
#include "wav_images.hpp"

namespace {

using namespace wav_images;
using nrc::FileGap;
using nrc::FileRecovery;
using nrc::Profile;
using nrc::RecoverySummary;

constexpr std::uint32_t kPacketFrames = 10;
constexpr std::uint16_t kInterval = 4;
constexpr std::uint32_t kRate = 20000;
constexpr std::int16_t kFill = -7;

nrc::ByteSink append_to(Bytes& bytes) {
  return [&bytes](const std::uint8_t* data, std::size_t size) {
    bytes.insert(bytes.end(), data, data + size);
  };
}

struct Recovered {
  Bytes bytes;
  RecoverySummary summary;
  std::vector<FileGap> gaps;
  int begun = 0;
};

FileRecovery::Options with_fill(std::optional<std::int16_t> fill) {
  FileRecovery::Options options;
  options.fill = fill;
  return options;
}

/// Recovers a stream that arrives `step` bytes at a time.
Recovered recover(const Bytes& stream, const FileRecovery::Options& options = with_fill(kFill),
                  std::size_t step = 1 << 20) {
  Recovered out;
  FileRecovery recovery(options, append_to(out.bytes),
                        {[&out](const nrc::StreamHeader&) { ++out.begun; },
                         [&out](const FileGap& gap) { out.gaps.push_back(gap); }});
  for (std::size_t at = 0; at < stream.size() && !recovery.finished(); at += step) {
    recovery.add(stream.data() + at, std::min(step, stream.size() - at));
  }
  out.summary = recovery.finish();
  EXPECT_EQ(out.begun, 1);
  EXPECT_EQ(out.gaps.size(), out.summary.gaps);
  std::uint64_t missing = 0;
  for (const FileGap& gap : out.gaps) missing += gap.frames;
  EXPECT_EQ(out.summary.counters.missing_frames, missing);
  return out;
}

/// Samples of a synthetic recording on the shift6 grid.
std::vector<std::int16_t> recording(std::uint32_t channels, std::size_t frames,
                                    std::uint64_t seed = 5) {
  std::vector<std::int16_t> out;
  for (const nrc::Code code : nrc::generate(channels, frames, seed)) {
    out.push_back(nrc::Shift6::sample(code));
  }
  return out;
}

Bytes join(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// A file, its stream, and where its samples are.
struct Source {
  Bytes before;  ///< the samples
  Bytes samples;
  Bytes after;
  std::uint32_t channels = 2;
  bool told = true;  ///< the stream header states the number of frames
  std::vector<Bytes> packets;
  std::vector<nrc::PacketHeader> headers;

  std::size_t frame_bytes() const { return std::size_t{2} * channels; }
  std::uint64_t frames() const { return samples.size() / frame_bytes(); }
  Bytes image() const { return before + samples + after; }
  Bytes stream() const { return join(packets); }
  /// The stream without some of its packets.
  Bytes without(const std::vector<std::size_t>& lost) const {
    Bytes all;
    for (std::size_t i = 0; i < packets.size(); ++i) {
      if (std::find(lost.begin(), lost.end(), i) == lost.end()) all = std::move(all) + packets[i];
    }
    return all;
  }
  bool is_data(std::size_t packet) const { return nrc::is_data(headers[packet].type); }
  std::size_t first_data() const {
    std::size_t i = 0;
    while (!is_data(i)) ++i;
    return i;
  }
  std::size_t container_packets() const {
    return static_cast<std::size_t>(
        std::count_if(headers.begin(), headers.end(), [](const nrc::PacketHeader& header) {
          return header.type == nrc::PacketType::kContainer;
        }));
  }
  /// Behind the frames that cannot be decoded without this data packet.
  std::uint64_t next_key_frame(std::size_t packet) const {
    for (std::size_t i = packet + 1; i < packets.size(); ++i) {
      if (is_data(i) && headers[i].key) return headers[i].first_frame;
    }
    return frames();
  }
  /// The samples with these frames filled.
  Bytes filled(std::uint64_t from, std::uint64_t to, std::int16_t value = kFill) const {
    Bytes out = samples;
    for (std::uint64_t i = from * channels; i < to * channels; ++i) {
      out[2 * i] = static_cast<std::uint8_t>(value);
      out[2 * i + 1] = static_cast<std::uint8_t>(value >> 8);
    }
    return out;
  }
  /// The samples without these frames.
  Bytes left_out(std::uint64_t from, std::uint64_t to) const {
    Bytes out = samples;
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(from * frame_bytes()),
              out.begin() + static_cast<std::ptrdiff_t>(to * frame_bytes()));
    return out;
  }
  Bytes plain_header(std::uint64_t file_frames) const {
    return nrc::canonical_header(channels, kRate, file_frames);
  }
};

std::vector<Bytes> split(const Bytes& stream) {
  std::vector<Bytes> packets;
  for (std::size_t at = 0; at < stream.size();) {
    const nrc::ParsedPacket packet = nrc::parse_packet(stream.data() + at, stream.size() - at);
    EXPECT_EQ(packet.status, nrc::ParseStatus::kPacket);
    const auto from = stream.begin() + static_cast<std::ptrdiff_t>(at);
    packets.emplace_back(from, from + static_cast<std::ptrdiff_t>(packet.size));
    at += packet.size;
  }
  return packets;
}

Source& with_stream(Source& source, const Bytes& stream) {
  source.packets = split(stream);
  for (const Bytes& packet : source.packets) {
    source.headers.push_back(nrc::parse_packet(packet.data(), packet.size()).header);
  }
  return source;
}

nrc::EncodeOptions encode_options(Profile profile) {
  nrc::EncodeOptions options;
  options.profile = profile;
  options.packet_frames = kPacketFrames;
  options.key_interval = kInterval;
  return options;
}

Source wav_source(const Bytes& before, const Bytes& after, Profile profile) {
  Source source;
  source.samples = samples(recording(source.channels, 95));
  source.before = before;
  source.after = after;
  const Bytes image = source.image();
  Bytes stream;
  nrc::encode_wav(image.data(), image.size(), encode_options(profile), append_to(stream));
  return with_stream(source, stream);
}

/// A WAV file of nothing but header and samples: container 1.
Source canonical(Profile profile = Profile::kHuffman) {
  return wav_source(nrc::canonical_header(2, kRate, 95), {}, profile);
}

/// A WAV file with bytes before and after its samples: container 2, two container packets.
Source chunked(Profile profile = Profile::kHuffman) {
  const Bytes list = chunk("LIST", text("some words"));
  const Bytes data(95 * 4);
  const Bytes whole =
      riff(list + chunk("fmt ", format(2, kRate)) + chunk("data", data) + chunk("LIST", text("x")));
  const std::size_t at = whole.size() - 9 - data.size();
  const auto samples_at = whole.begin() + static_cast<std::ptrdiff_t>(at);
  return wav_source(Bytes(whole.begin(), samples_at), Bytes(whole.end() - 9, whole.end()), profile);
}

/// Samples without a header, their number stated.
Source raw(Profile profile = Profile::kHuffman) {
  Source source;
  source.samples = samples(recording(source.channels, 95));
  Bytes stream;
  nrc::encode_raw(source.samples.data(), source.samples.size(), source.channels, kRate * 1000,
                  encode_options(profile), append_to(stream));
  return with_stream(source, stream);
}

/// The same from a pipe: their number is not stated.
Source piped() {
  Source source;
  source.told = false;
  source.samples = samples(recording(source.channels, 95));
  Bytes stream;
  nrc::RawEncoder encoder(source.channels, kRate * 1000, encode_options(Profile::kHuffman),
                          append_to(stream));
  encoder.add(source.samples.data(), source.samples.size());
  encoder.finish();
  return with_stream(source, stream);
}

std::vector<Source> all_sources() {
  return {canonical(), canonical(Profile::kRange), chunked(), chunked(Profile::kRange),
          raw(),       raw(Profile::kRange),       piped()};
}

/// A file that the codec does not apply to.
Source stored(std::size_t size) {
  std::mt19937 random(1);
  Source source;
  source.before.resize(size);
  for (std::uint8_t& byte : source.before) byte = static_cast<std::uint8_t>(random());
  Bytes stream;
  nrc::encode_wav(source.before.data(), size, {}, append_to(stream));
  return with_stream(source, stream);
}

TEST(FileRecovery, SourcesAreOfTheKindsTheyShallBe) {
  EXPECT_EQ(canonical().container_packets(), 0u);
  EXPECT_EQ(chunked().container_packets(), 2u);
  EXPECT_EQ(canonical().packets.size(), 10u + 3u + 1u) << "the index is the last one";
}

TEST(FileRecovery, IntactStreamsGiveTheFile) {
  for (const Source& source : all_sources()) {
    for (const auto& fill : {std::optional<std::int16_t>(kFill), std::optional<std::int16_t>()}) {
      for (const std::size_t step : {1, 7, 1000000}) {
        const Recovered out = recover(source.stream(), with_fill(fill), step);
        EXPECT_EQ(out.bytes, source.image());
        EXPECT_TRUE(out.summary.complete());
        EXPECT_TRUE(out.summary.closed);
        EXPECT_EQ(out.summary.counters.frames, 95u);
        EXPECT_EQ(out.summary.counters.skipped_bytes, 0u);
      }
    }
  }
  const Source large = stored(9 << 20);
  EXPECT_EQ(recover(large.stream()).bytes, large.before);
  EXPECT_TRUE(recover(large.stream()).summary.complete());
  EXPECT_EQ(recover(stored(0).stream(), with_fill({})).bytes, Bytes());
}

/// Recovers what is left without a data packet, and compares with the file.
void expect_gap(const Source& source, std::size_t packet, const Bytes& stream,
                std::size_t lost_packets) {
  const std::uint64_t from = source.headers[packet].first_frame;
  const std::uint64_t to = source.next_key_frame(packet);
  const bool end = packet + 1 == source.packets.size();
  const Recovered filled = recover(stream);
  const bool around = source.container_packets() == 0 || packet != source.first_data();
  if (!source.told && end) {
    EXPECT_EQ(filled.bytes, source.left_out(from, to));
    EXPECT_FALSE(filled.summary.complete());
    return;
  }
  EXPECT_EQ(filled.bytes, (around ? source.before : source.plain_header(95)) +
                              source.filled(from, to) + (around ? source.after : Bytes()));
  EXPECT_EQ(filled.summary.substitute.empty(), around);
  EXPECT_FALSE(filled.summary.complete());
  EXPECT_EQ(filled.summary.closed, !end);
  ASSERT_EQ(filled.gaps.size(), 1u);
  const FileGap& gap = filled.gaps[0];
  EXPECT_EQ(gap.first_frame, from);
  EXPECT_EQ(gap.frames, to - from);
  EXPECT_EQ(gap.lost_packets, end ? 0 : lost_packets);
  EXPECT_EQ(gap.dropped_frames, 0u);
  EXPECT_EQ(gap.undecodable_packets, (to - from + kPacketFrames - 1) / kPacketFrames - 1);
  EXPECT_EQ(gap.cut, end);

  const Recovered rest = recover(stream, with_fill({}));
  const Bytes header =
      source.before.empty() ? Bytes() : source.plain_header(source.frames() - (to - from));
  EXPECT_EQ(rest.bytes, header + source.left_out(from, to));
  EXPECT_EQ(rest.summary.substitute.empty(), source.container_packets() == 0);
}

TEST(FileRecovery, LostPackets) {
  for (const Source& source : all_sources()) {
    for (std::size_t i = 0; i < source.packets.size(); ++i) {
      SCOPED_TRACE(i);
      const Bytes stream = source.without({i});
      if (source.is_data(i)) {
        expect_gap(source, i, stream, 1);
      } else if (source.headers[i].type == nrc::PacketType::kStreamHeader && i != 0) {
        const Recovered out = recover(stream);
        EXPECT_EQ(out.bytes, source.image()) << "the header is known already";
        EXPECT_TRUE(out.summary.complete());
        EXPECT_EQ(out.summary.counters.lost_packets, 1u);
      }
    }
  }
}

TEST(FileRecovery, DamagedPackets) {
  std::mt19937 random(2);
  for (const Source& source : all_sources()) {
    for (std::size_t i = source.first_data(); i < source.packets.size(); ++i) {
      if (!source.is_data(i)) continue;
      SCOPED_TRACE(i);
      // A bit of each header byte, and some of the payload and the CRC.
      std::vector<std::size_t> bytes = {source.packets[i].size() - 1};
      for (std::size_t byte = 0; byte < nrc::kPacketHeaderBytes; ++byte) bytes.push_back(byte);
      for (int n = 0; n < 4; ++n) bytes.push_back(random() % source.packets[i].size());
      for (const std::size_t byte : bytes) {
        std::vector<Bytes> packets = source.packets;
        packets[i][byte] = static_cast<std::uint8_t>(packets[i][byte] ^ (1u << random() % 8));
        expect_gap(source, i, join(packets), 1);
      }
    }
  }
}

TEST(FileRecovery, LostStreamHeader) {
  for (const Source& source : all_sources()) {
    const Bytes stream = source.without({0});
    const Recovered out = recover(stream);
    // The next stream header precedes the second key packet.
    const Bytes header = source.before.empty() ? Bytes() : source.plain_header(95);
    EXPECT_EQ(out.bytes, header + source.filled(0, kInterval * kPacketFrames));
    ASSERT_EQ(out.gaps.size(), 1u);
    EXPECT_EQ(out.gaps[0].frames, kInterval * kPacketFrames);
    EXPECT_EQ(out.gaps[0].lost_packets, source.first_data() + kInterval);
    EXPECT_EQ(out.summary.substitute.empty(), source.container_packets() == 0);
  }
}

TEST(FileRecovery, CutAnywhere) {
  for (const Source& source : all_sources()) {
    const Bytes stream = source.stream();
    for (std::size_t size = source.packets[0].size(); size < stream.size(); size += 3) {
      SCOPED_TRACE(size);
      std::uint64_t frames = 0;
      bool pieces = source.container_packets() == 0;
      std::size_t end = 0;
      for (std::size_t i = 0; end + source.packets[i].size() <= size; ++i) {
        end += source.packets[i].size();
        if (!source.is_data(i)) continue;
        frames += source.headers[i].frames;
        pieces = true;  // data came, so all of them did
      }
      const Bytes cut(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
      const Recovered out = recover(cut);
      // Where the number of frames is known, only the index is missing in the end.
      const bool whole = source.told && frames == 95;
      EXPECT_EQ(out.summary.complete(), whole);
      EXPECT_EQ(out.summary.end_known(), source.told);
      EXPECT_EQ(out.summary.counters.frames, frames);
      EXPECT_EQ(out.summary.counters.skipped_bytes, size - end);
      if (!source.told) {
        EXPECT_EQ(out.bytes, source.left_out(frames, 95));
        EXPECT_TRUE(out.gaps.empty());
        continue;
      }
      const Bytes header =
          source.before.empty() || pieces ? source.before : source.plain_header(95);
      EXPECT_EQ(out.bytes, header + source.filled(frames, 95) + (pieces ? source.after : Bytes()));
      ASSERT_EQ(out.gaps.size(), whole ? 0u : 1u);
      if (!whole) {
        EXPECT_TRUE(out.gaps[0].cut);
      }
    }
  }
}

TEST(FileRecovery, SeveralGaps) {
  const Source source = canonical();
  // Data packets 1 and 5: frames 10 to 39 and 50 to 79.
  const Recovered out = recover(source.without({2, 7}));
  ASSERT_EQ(out.gaps.size(), 2u);
  EXPECT_EQ(out.gaps[0].first_frame, 10u);
  EXPECT_EQ(out.gaps[0].frames, 30u);
  EXPECT_EQ(out.gaps[1].first_frame, 50u);
  EXPECT_EQ(out.gaps[1].frames, 30u);
  Bytes expected = source.filled(10, 40);
  const Bytes second = source.filled(50, 80);
  std::copy(second.begin() + 200, second.end(), expected.begin() + 200);
  EXPECT_EQ(out.bytes, source.before + expected);
  EXPECT_EQ(recover(source.without({2, 7}), with_fill({})).bytes.size(), 44u + 35 * 4);
}

TEST(FileRecovery, WhatDoesNotHarm) {
  for (const Source& source : all_sources()) {
    std::vector<Bytes> doubled, rubbish, swapped = source.packets;
    for (std::size_t i = 0; i < source.packets.size(); ++i) {
      doubled.push_back(source.packets[i] + source.packets[i]);
      rubbish.push_back(text("NRubbish") + source.packets[i] + text("NR"));
    }
    for (std::size_t i = 2; i + 1 < swapped.size(); i += 2) std::swap(swapped[i], swapped[i + 1]);
    for (const std::vector<Bytes>& packets : {doubled, rubbish, swapped}) {
      const Recovered out = recover(join(packets));
      EXPECT_EQ(out.bytes, source.image());
      EXPECT_TRUE(out.summary.complete());
      const nrc::ReceiverCounters& counters = out.summary.counters;
      EXPECT_NE(counters.late_packets + counters.skipped_bytes + counters.reordered_packets, 0u);
    }
  }
}

TEST(FileRecovery, LostContainerPackets) {
  const Source source = chunked();
  for (const std::size_t lost : {1, 2}) {
    const Recovered out = recover(source.without({lost}));
    EXPECT_EQ(out.bytes, source.plain_header(95) + source.samples);
    EXPECT_EQ(out.summary.counters.missing_frames, 0u);
    EXPECT_NE(out.summary.substitute, "");
    EXPECT_FALSE(out.summary.complete());
    EXPECT_EQ(recover(source.without({lost}), with_fill({})).bytes, out.bytes);
  }
}

TEST(FileRecovery, ContainerPacketsAreAllThereOnceDataCame) {
  const Source source = chunked();
  std::vector<Bytes> packets = {source.packets.begin(), source.packets.begin() + 5};
  const std::size_t first = source.first_data();
  ASSERT_EQ(first, 3u);
  // Not a key packet any more, so it cannot be decoded.
  Bytes& packet = packets[first];
  packet[2] = static_cast<std::uint8_t>(packet[2] & ~nrc::kFlagKey);
  packet.resize(packet.size() - 4);
  const Bytes crc = little_endian(::crc32(0, packet.data(), static_cast<uInt>(packet.size())), 4);
  packet = packet + crc;
  const Recovered out = recover(join(packets));
  EXPECT_EQ(out.bytes, source.before + source.filled(0, 95) + source.after);
  EXPECT_EQ(out.summary.counters.frames, 0u);
  ASSERT_EQ(out.gaps.size(), 1u);
  EXPECT_EQ(out.gaps[0].undecodable_packets, 2u);
}

TEST(FileRecovery, StoredFiles) {
  const Source source = stored(9 << 20);
  ASSERT_EQ(source.container_packets(), 3u);
  constexpr std::size_t kPiece = std::size_t{1} << 22;
  for (std::size_t lost = 0; lost < 3; ++lost) {
    Bytes expected = source.before;
    const auto from = expected.begin() + static_cast<std::ptrdiff_t>(lost * kPiece);
    expected.erase(from, lost == 2 ? expected.end() : from + kPiece);
    const Recovered out = recover(source.without({1 + lost}));
    EXPECT_EQ(out.bytes, expected);
    EXPECT_FALSE(out.summary.complete());
    EXPECT_NE(out.summary.substitute.find("byte " + std::to_string(lost * kPiece) + " "),
              std::string::npos)
        << out.summary.substitute;
  }
  const Recovered cut = recover(source.without({3, 4}));
  EXPECT_EQ(cut.bytes, Bytes(source.before.begin(), source.before.begin() + 2 * kPiece));
  EXPECT_FALSE(cut.summary.complete());
  EXPECT_NE(cut.summary.substitute.find("cut after byte 8388608"), std::string::npos);
}

/// A stream made by hand.
struct Writer {
  explicit Writer(nrc::StreamHeader header)
      : encoder(header, nrc::TableSet::builtin("default")), stream(encoder.stream_header()) {}
  Writer& data(std::size_t frames, bool last = false) {
    const std::vector<nrc::Code> codes(frames * encoder.header().channels, 3);
    stream = stream + encoder.encode(codes.data(), frames, {false, last});
    return *this;
  }
  Writer& skip(std::size_t frames) {
    encoder.skip(frames);
    return *this;
  }
  Writer& container(const Bytes& payload) {
    stream = stream + encoder.container(payload);
    return *this;
  }
  nrc::Encoder encoder;
  Bytes stream;
};

Bytes threes(std::size_t count) {
  return samples(std::vector<std::int16_t>(count, nrc::Shift6::sample(3)));
}

Bytes fill(std::size_t count) { return samples(std::vector<std::int16_t>(count, kFill)); }

TEST(FileRecovery, DroppedFrames) {
  const Recovered out = recover(Writer({}).data(5).skip(7).data(3).skip(2).data(0, true).stream);
  EXPECT_EQ(out.bytes, threes(5) + fill(7) + threes(3) + fill(2));
  ASSERT_EQ(out.gaps.size(), 2u);
  EXPECT_EQ(out.gaps[0].dropped_frames, 7u);
  EXPECT_EQ(out.gaps[0].lost_packets, 0u);
  EXPECT_EQ(out.gaps[1].dropped_frames, 2u);
  EXPECT_FALSE(out.gaps[1].cut);
  EXPECT_EQ(out.summary.counters.dropped_frames, 9u);
  EXPECT_FALSE(out.summary.complete());
}

TEST(FileRecovery, GapsTooLongToFill) {
  nrc::StreamHeader header;
  header.channels = 8;
  FileRecovery::Options options = with_fill(kFill);
  options.max_fill_bytes = 1600;
  EXPECT_EQ(recover(Writer(header).data(1).skip(100).data(1, true).stream, options).bytes.size(),
            102u * 16);
  const Bytes longer = Writer(header).data(1).skip(101).data(1, true).stream;
  try {
    recover(longer, options);
    ADD_FAILURE() << "filled";
  } catch (const nrc::Error& e) {
    EXPECT_NE(std::string(e.what()).find("--fill none"), std::string::npos) << e.what();
  }
  options.fill.reset();
  EXPECT_EQ(recover(longer, options).bytes, threes(16));
  // As a receiver finds it that comes late, by the limit of the command.
  header.channels = 65536;
  EXPECT_THROW(recover(Writer(header).skip(32769).data(1, true).stream), nrc::Error);
}

TEST(FileRecovery, LongFillsTakeNoMemory) {
  std::uint64_t written = 0;
  nrc::StreamHeader header;
  header.channels = 1024;
  const Bytes stream = Writer(header).skip(1 << 20).data(1, true).stream;
  FileRecovery recovery(with_fill(0), [&written](const std::uint8_t*, std::size_t size) {
    EXPECT_LE(size, 65536u);
    written += size;
  });
  recovery.add(stream.data(), stream.size());
  recovery.finish();
  EXPECT_EQ(written, ((std::uint64_t{1} << 20) + 1) * 2048);
}

TEST(FileRecovery, MoreFramesThanTold) {
  nrc::StreamHeader header;
  header.container = 1;
  header.total_frames = 10;
  const Bytes wav_header = nrc::canonical_header(1, 0, 10);
  Recovered out = recover(Writer(header).data(8).data(8, true).stream);
  EXPECT_EQ(out.bytes, wav_header + threes(10));
  EXPECT_EQ(out.summary.excess_frames, 6u);
  EXPECT_FALSE(out.summary.complete());
  out = recover(Writer(header).data(8).skip(5).data(8, true).stream);
  EXPECT_EQ(out.bytes, wav_header + threes(8) + fill(2));
  EXPECT_EQ(out.summary.excess_frames, 8u);
  ASSERT_EQ(out.gaps.size(), 1u);
  EXPECT_EQ(out.gaps[0].frames, 2u);
  EXPECT_EQ(out.gaps[0].dropped_frames, 2u);
  // Fewer than stated, though the stream was closed.
  out = recover(Writer(header).data(8, true).stream);
  EXPECT_EQ(out.bytes, wav_header + threes(8) + fill(2));
  ASSERT_EQ(out.gaps.size(), 1u);
  EXPECT_FALSE(out.gaps[0].cut);
}

TEST(FileRecovery, WavOfUnknownLength) {
  nrc::StreamHeader header;
  header.container = 1;
  const Bytes stream = Writer(header).data(8).skip(2).data(3, true).stream;
  EXPECT_EQ(recover(stream).bytes,
            nrc::canonical_header(1, 0, 13) + threes(8) + fill(2) + threes(3));
  EXPECT_EQ(recover(stream, with_fill({})).bytes, nrc::canonical_header(1, 0, 11) + threes(11));
}

TEST(FileRecovery, NoFrames) {
  nrc::StreamHeader header;
  header.container = 1;
  for (const std::uint64_t total : {std::uint64_t{0}, nrc::kUnknownFrames}) {
    header.total_frames = total;
    const Recovered out = recover(Writer(header).data(0, true).stream);
    EXPECT_EQ(out.bytes, nrc::canonical_header(1, 0, 0));
    EXPECT_TRUE(out.summary.complete());
  }
}

TEST(FileRecovery, SamplesThatFitIntoNoWav) {
  nrc::StreamHeader header;
  header.container = 1;
  header.channels = 40000;
  header.total_frames = 2;
  const Recovered out = recover(Writer(header).data(2, true).stream);
  EXPECT_EQ(out.bytes, threes(80000));
  EXPECT_NE(out.summary.substitute, "");
}

Bytes piece(int place, const Bytes& bytes) {
  Bytes payload = Bytes{static_cast<std::uint8_t>(place), 0, 0, 0} +
                  little_endian(bytes.size(), 4) + little_endian(bytes.size(), 4) + bytes;
  payload.resize((payload.size() + 3) / 4 * 4);
  return payload;
}

TEST(FileRecovery, ContainersThatContradictThemselves) {
  nrc::StreamHeader header;
  header.container = 2;
  header.total_frames = 4;
  const Bytes good = piece(0, text("before"));
  Recovered out = recover(
      Writer(header).container(good).container(piece(1, text("after"))).data(4, true).stream);
  EXPECT_EQ(out.bytes, text("before") + threes(4) + text("after"));
  EXPECT_TRUE(out.summary.complete());
  Bytes bad = good;
  bad[0] = 2;
  Bytes no_zlib = good;
  no_zlib[1] = 1;
  for (const Bytes& payload : {bad, no_zlib, Bytes()}) {
    out = recover(Writer(header).container(good).container(payload).data(4, true).stream);
    EXPECT_EQ(out.bytes, nrc::canonical_header(1, 0, 4) + threes(4));
    EXPECT_FALSE(out.summary.complete());
  }
  out = recover(Writer(header).container(good).data(2).container(good).data(2, true).stream);
  EXPECT_EQ(out.bytes, text("before") + threes(4));
  EXPECT_FALSE(out.summary.complete());
  header.total_frames = 0;
  out = recover(Writer(header).container(good).container(bad).data(0, true).stream);
  EXPECT_EQ(out.bytes, text("before"));
  EXPECT_FALSE(out.summary.complete());
  out = recover(Writer(header).container(good).container(piece(1, text("x"))).data(0, true).stream);
  EXPECT_EQ(out.bytes, text("beforex"));
  EXPECT_TRUE(out.summary.complete());
}

TEST(FileRecovery, AnotherStreamEndsTheFile) {
  const Bytes first = Writer({}).data(8, true).stream;
  nrc::StreamHeader header;
  header.channels = 2;
  const Bytes second = Writer(header).data(3, true).stream;
  for (const std::size_t step : {1, 1000000}) {
    const Recovered out = recover(first + text("rubbish") + second + second, with_fill({}), step);
    EXPECT_EQ(out.bytes, threes(8));
    EXPECT_EQ(out.summary.header.channels, 1u);
    EXPECT_EQ(out.summary.next_stream, first.size() + 7);
    EXPECT_FALSE(out.summary.complete());
    EXPECT_EQ(out.summary.counters.streams, 1u);
    EXPECT_EQ(out.summary.counters.frames, 8u);
  }
  // Not closed: another header, and the same one.
  const Recovered differs = recover(Writer({}).data(8).stream + second);
  EXPECT_EQ(differs.bytes, threes(8));
  EXPECT_EQ(differs.summary.next_stream, Writer({}).data(8).stream.size());
  EXPECT_FALSE(differs.summary.end_known());
  const Source source = raw();
  const Bytes before = source.without({source.packets.size() - 2, source.packets.size() - 1});
  const Source other = [] {
    Source made;
    made.samples = samples(recording(2, 95, 6));
    Bytes stream;
    nrc::encode_raw(made.samples.data(), made.samples.size(), 2, kRate * 1000,
                    encode_options(Profile::kHuffman), append_to(stream));
    return with_stream(made, stream);
  }();
  const Recovered same = recover(before + other.stream());
  EXPECT_EQ(same.bytes, source.filled(90, 95));
  EXPECT_EQ(same.summary.next_stream, before.size());
}

TEST(FileRecovery, AnotherStreamThatCannotBeRead) {
  nrc::TableSet changed = nrc::TableSet::builtin("default");
  changed.initial_scale += 1024;
  const nrc::Tables own = changed;
  nrc::Encoder encoder({}, own);
  const Bytes unknown = encoder.stream_header();
  const Bytes first = Writer({}).data(8, true).stream;
  const Recovered out = recover(first + unknown);
  EXPECT_EQ(out.bytes, threes(8));
  EXPECT_EQ(out.summary.next_stream, first.size());
  EXPECT_THROW(recover(unknown), nrc::Error);
}

TEST(FileRecovery, NoStreamHeader) {
  std::mt19937 random(4);
  Bytes noise(1000);
  for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random());
  const Bytes stream = raw().stream();
  const Bytes no_header(stream.begin() + 1, stream.begin() + 100);
  for (const Bytes& input : {Bytes(), noise, no_header}) {
    Bytes out;
    FileRecovery recovery({}, append_to(out));
    recovery.add(input.data(), input.size());
    try {
      recovery.finish();
      ADD_FAILURE() << "a stream header was found";
    } catch (const nrc::Error& e) {
      EXPECT_EQ(std::string(e.what()),
                "no stream header found in " + std::to_string(input.size()) +
                    " bytes: not an nrc stream, or its first key packet is missing too");
    }
    EXPECT_TRUE(out.empty());
  }
}

TEST(FileRecovery, SinksErrorsPassThrough) {
  const Bytes stream = canonical().without({2});
  for (const int good : {0, 1, 2, 3}) {
    int calls = 0;
    FileRecovery recovery({}, [&calls, good](const std::uint8_t*, std::size_t) {
      if (++calls > good) throw nrc::Error("disk full");
    });
    EXPECT_THROW(recovery.add(stream.data(), stream.size()), nrc::Error) << good;
  }
}

TEST(FileRecovery, TemporaryFileThatFails) {
  const Bytes stream = canonical().stream();
  FileRecovery::Options options = with_fill({});
  const auto message = [&] {
    try {
      recover(stream, options);
    } catch (const nrc::Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  options.temporary = [] {
    errno = EACCES;
    return static_cast<std::FILE*>(nullptr);
  };
  EXPECT_NE(message().find("Permission denied"), std::string::npos);
  options.temporary = [] { return std::fopen("/dev/full", "w+b"); };
  EXPECT_NE(message().find("No space left"), std::string::npos);
  // Fails once: what was written before the error is not in the file, so there is no going on.
  options.temporary = [] {
    static bool failed = false;
    cookie_io_functions_t io = {};
    io.write = [](void*, const char*, std::size_t size) {
      if (std::exchange(failed, true)) return static_cast<ssize_t>(size);
      errno = EIO;
      return ssize_t{0};
    };
    io.seek = [](void*, off64_t*, int) { return 0; };
    std::FILE* const file = ::fopencookie(nullptr, "w+b", io);
    std::setvbuf(file, nullptr, _IONBF, 0);
    return file;
  };
  EXPECT_NE(message().find("Input/output error"), std::string::npos);
  options.fill = 0;
  EXPECT_EQ(message(), "") << "opened though it is not needed";
}

TEST(FileRecovery, AnyDamageGivesRightSamplesInTheirPlaces) {
  std::mt19937 random(7);
  for (int run = 0; run < 300; ++run) {
    const std::vector<Source> sources = {canonical(), chunked(Profile::kRange), raw()};
    const Source& source = sources[random() % sources.size()];
    std::vector<Bytes> packets = source.packets;
    for (std::size_t edits = random() % 6; edits != 0; --edits) {
      const std::size_t i = 1 + random() % (packets.size() - 1);
      Bytes& packet = packets[i];
      switch (random() % 4) {
        case 0:
          packet.clear();
          break;
        case 1:
          if (!packet.empty()) packet[random() % packet.size()] ^= 0x10;
          break;
        case 2:
          packet = packet + packet;
          break;
        default:
          packet.resize(random() % (packet.size() + 1));
      }
    }
    const Recovered out = recover(join(packets));
    const std::size_t at = out.summary.substitute.empty() ? source.before.size() : 44;
    Bytes expected = source.samples;
    for (const FileGap& gap : out.gaps) {
      const Bytes blank = source.filled(gap.first_frame, gap.first_frame + gap.frames);
      for (std::uint64_t i = 4 * gap.first_frame; i < 4 * (gap.first_frame + gap.frames); ++i) {
        expected[i] = blank[i];
      }
    }
    ASSERT_GE(out.bytes.size(), at + expected.size());
    const auto from = out.bytes.begin() + static_cast<std::ptrdiff_t>(at);
    EXPECT_EQ(Bytes(from, from + static_cast<std::ptrdiff_t>(expected.size())), expected) << run;
    EXPECT_EQ(out.summary.counters.frames + out.summary.counters.missing_frames, 95u);
    const bool whole = out.bytes == source.image();
    // Faults that cost nothing are no faults.
    EXPECT_EQ(out.summary.complete(), whole) << run;
  }
}

}  // namespace
