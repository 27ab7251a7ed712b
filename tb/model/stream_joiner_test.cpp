// SPDX-License-Identifier: Apache-2.0
//
// join_streams: streams that are coded alike and those that are not; metadata that goes with them.
#include "nrc/stream_joiner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "file/wav.hpp"
#include "host/recording_generator.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_encoder.hpp"
#include "stages/code_to_sample.hpp"

namespace nrc {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kChannels = 3;

Bytes recording(std::size_t frames, unsigned seed) {
  Bytes bytes;
  for (const Code c : generate(kChannels, frames, seed)) {
    const auto sample = static_cast<std::uint16_t>(sample_of(Mapping::kShift6, c));
    bytes.push_back(static_cast<std::uint8_t>(sample & 0xFF));
    bytes.push_back(static_cast<std::uint8_t>(sample >> 8));
  }
  return bytes;
}

ByteSink into(Bytes& bytes) {
  return [&bytes](const std::uint8_t* data, std::size_t size) {
    bytes.insert(bytes.end(), data, data + size);
  };
}

EncodeOptions options(Profile profile = Profile::kHuffman) {
  EncodeOptions options;
  options.profile = profile;
  options.packet_frames = 50;
  return options;
}

Bytes encode(const Bytes& samples, const EncodeOptions& how, std::uint32_t rate = 1000000) {
  Bytes stream;
  encode_raw(samples.data(), samples.size(), kChannels, rate, how, into(stream));
  return stream;
}

FileReader::Read read_from(const Bytes& bytes) {
  return [&bytes](std::uint64_t at, std::uint8_t* to, std::size_t size) {
    std::copy_n(bytes.data() + at, size, to);
  };
}

JoinSource source_of(const Bytes& bytes) { return {"part", bytes.size(), read_from(bytes)}; }

Bytes decode(const Bytes& stream) {
  Bytes out;
  FileDecoder decoder(into(out));
  decoder.add(stream.data(), stream.size());
  decoder.finish();
  return out;
}

Bytes together(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes join(const std::vector<Bytes>& streams, JoinSummary& summary,
           const std::string* metadata = nullptr) {
  std::vector<JoinSource> sources;
  for (const Bytes& stream : streams) sources.push_back(source_of(stream));
  Bytes joined;
  summary = join_streams(sources, into(joined), metadata);
  EXPECT_EQ(summary.bytes, joined.size());
  return joined;
}

TEST(StreamJoiner, PartsThatAreCodedAlikeAreCopied) {
  const std::vector<Bytes> parts = {recording(400, 1), recording(450, 2), recording(17, 3)};
  std::vector<Bytes> streams;
  for (const Bytes& part : parts) {
    EncodeOptions how = options();
    how.key_interval = 3;
    streams.push_back(encode(part, how));
  }
  JoinSummary summary;
  const Bytes joined = join(streams, summary);
  EXPECT_EQ(summary.recoded, 0U);
  EXPECT_EQ(summary.frames, 867U);
  EXPECT_EQ(decode(joined), together(parts));
  FileReader reader(joined.size(), read_from(joined));
  EXPECT_TRUE(reader.indexed());
  EXPECT_EQ(reader.frames(), 867U);
  EXPECT_EQ(reader.header().packet_frames, 50U) << "only the last packet is shorter";
  EXPECT_EQ(reader.key_frame(1), 150U);
}

TEST(StreamJoiner, ShortPacketsInsideAreStated) {
  const std::vector<Bytes> parts = {recording(70, 1), recording(70, 2)};
  JoinSummary summary;
  const Bytes joined = join({encode(parts[0], options()), encode(parts[1], options())}, summary);
  EXPECT_EQ(decode(joined), together(parts));
  EXPECT_EQ(FileReader(joined.size(), read_from(joined)).header().packet_frames, 0U);
}

TEST(StreamJoiner, PartsThatAreCodedOtherwiseAreCodedAgain) {
  const std::vector<Bytes> parts = {recording(300, 1), recording(300, 2), recording(250, 3)};
  JoinSummary summary;
  const Bytes joined =
      join({encode(parts[0], options()), encode(parts[1], options(Profile::kRange)),
            encode(parts[2], options())},
           summary);
  EXPECT_EQ(summary.recoded, 1U);
  EXPECT_EQ(decode(joined), together(parts));
}

TEST(StreamJoiner, OneAndEmptyOnes) {
  const Bytes part = recording(60, 1);
  JoinSummary summary;
  EXPECT_EQ(decode(join({encode(part, options())}, summary)), part);
  EXPECT_EQ(decode(join({encode(part, options()), encode({}, options())}, summary)), part);
  EXPECT_EQ(decode(join({encode({}, options())}, summary)), Bytes());
}

TEST(StreamJoiner, MetadataIsTheFirstOnes) {
  EncodeOptions how = options();
  how.metadata = "{\"gain\": 2.34}";
  const Bytes first = encode(recording(100, 1), how);
  how.metadata = "other";
  const Bytes second = encode(recording(100, 2), how);
  JoinSummary summary;
  const Bytes joined = join({first, second}, summary);
  EXPECT_EQ(FileReader(joined.size(), read_from(joined)).metadata(), "{\"gain\": 2.34}");
  const std::string own = "mine";
  const Bytes renamed = join({first, second}, summary, &own);
  EXPECT_EQ(FileReader(renamed.size(), read_from(renamed)).metadata(), "mine");
  EXPECT_EQ(decode(renamed), decode(joined));
}

TEST(StreamJoiner, WavFilesBecomeOne) {
  const std::vector<Bytes> parts = {recording(100, 1), recording(100, 2)};
  std::vector<Bytes> streams;
  for (const Bytes& part : parts) {
    const Bytes wav = together({canonical_header(kChannels, 1000, 100), part});
    Bytes stream;
    encode_wav(wav.data(), wav.size(), options(), into(stream));
    streams.push_back(stream);
  }
  JoinSummary summary;
  EXPECT_EQ(decode(join(streams, summary)),
            together({canonical_header(kChannels, 1000, 200), together(parts)}));
  streams.push_back(encode(parts[0], options()));
  EXPECT_EQ(decode(join(streams, summary)), together({parts[0], parts[1], parts[0]}));
}

TEST(StreamJoiner, RefusesWhatDoesNotFit) {
  const Bytes good = encode(recording(200, 1), options());
  JoinSummary summary;
  EXPECT_THROW(join({}, summary), Error);
  EXPECT_THROW(join({good, encode(recording(200, 1), options(), 2000000)}, summary), Error);
  Bytes cut = good;
  cut.resize(cut.size() - 4);
  EXPECT_THROW(join({good, cut}, summary), Error);
  Bytes damaged = good;
  damaged[damaged.size() / 2] ^= 1;
  EXPECT_THROW(join({good, damaged}, summary), Error);
}

TEST(Metadata, AnyTextComesBackAndStreamsStayTheSame) {
  const Bytes part = recording(100, 1);
  const Bytes plain = encode(part, options());
  for (const std::size_t size : {1U, 2U, 3U, 4U, 1000U}) {
    EncodeOptions how = options();
    how.metadata = std::string(size, 'x');
    const Bytes stream = encode(part, how);
    EXPECT_EQ(stream.size(), plain.size() + 24 + 4 + (size + 3) / 4 * 4);
    EXPECT_EQ(decode(stream), part);
    EXPECT_EQ(FileReader(stream.size(), read_from(stream)).metadata(), how.metadata);
  }
  EncodeOptions how = options();
  how.metadata = std::string(kMaxMetadataBytes, 'y');
  EXPECT_EQ(decode(encode(part, how)), part);
  how.metadata += 'y';
  EXPECT_THROW(encode(part, how), Error);
}

TEST(Metadata, ComesBeforeTheBytesAroundTheSamples) {
  Bytes wav = together({canonical_header(kChannels, 1000, 100), recording(100, 1)});
  const std::string after("LIST\4\0\0\0abcd", 12);
  wav.insert(wav.end(), after.begin(), after.end());
  EncodeOptions how = options();
  how.metadata = "text";
  Bytes stream;
  encode_wav(wav.data(), wav.size(), how, into(stream));
  EXPECT_EQ(decode(stream), wav);
  const FileReader reader(stream.size(), read_from(stream));
  EXPECT_TRUE(reader.wav());
  EXPECT_EQ(reader.metadata(), "text");
}

}  // namespace
}  // namespace nrc
