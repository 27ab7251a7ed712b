// SPDX-License-Identifier: Apache-2.0
#include "file/wav.hpp"

#include <gtest/gtest.h>

#include "nrc/error.hpp"
#include "wav_images.hpp"

namespace {

using namespace wav_images;
using nrc::WavLayout;

WavLayout layout_of(const Bytes& image) { return nrc::read_wav_layout(image.data(), image.size()); }

const std::vector<std::int16_t> kValues = {1, -2, 300, -400, 32767, -32768};

TEST(Wav, CanonicalHeader) {
  const Bytes image = riff(chunk("fmt ", format(2, 19531)) + chunk("data", samples(kValues)));
  const WavLayout layout = layout_of(image);
  ASSERT_TRUE(layout.applies()) << layout.reason;
  EXPECT_EQ(layout.channels, 2u);
  EXPECT_EQ(layout.rate, 19531u);
  EXPECT_EQ(layout.data_offset, nrc::kCanonicalHeaderBytes);
  EXPECT_EQ(layout.frames(), 3u);
  EXPECT_EQ(nrc::canonical_header(2, 19531, 3) + samples(kValues), image);
}

TEST(Wav, CanonicalHeaderEqualsLibsndfiles) {
  const Bytes image = from_libsndfile(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2, 44100, kValues);
  EXPECT_EQ(nrc::canonical_header(2, 44100, 3) + samples(kValues), image);
}

TEST(Wav, CanonicalHeaderRefusesWhatDoesNotFit) {
  EXPECT_THROW(nrc::canonical_header(0, 20000, 1), nrc::Error);
  EXPECT_THROW(nrc::canonical_header(32768, 1, 1), nrc::Error);
  EXPECT_THROW(nrc::canonical_header(1, 20000, 2147483630), nrc::Error);
  EXPECT_THROW(nrc::canonical_header(32767, 100000, 1), nrc::Error);
  EXPECT_NO_THROW(nrc::canonical_header(1, 20000, 2147483629));
  EXPECT_NO_THROW(nrc::canonical_header(32767, 65000, 1));
}

TEST(Wav, ChunksBeforeAndAfter) {
  const Bytes before = riff(chunk("LIST", text("abcdef")) + chunk("fmt ", format()) +
                            chunk("fact", little_endian(6, 4)));
  const WavLayout layout =
      layout_of(before + chunk("data", samples(kValues)) + chunk("LIST", text("xyzw")));
  ASSERT_TRUE(layout.applies()) << layout.reason;
  EXPECT_EQ(layout.data_offset, before.size() + 8);
  EXPECT_EQ(layout.data_bytes, 12u);
}

TEST(Wav, OddChunkWithPadByte) {
  const Bytes before = riff(chunk("LIST", text("abc")) + Bytes{0} + chunk("fmt ", format()));
  const WavLayout layout = layout_of(before + chunk("data", samples(kValues)));
  ASSERT_TRUE(layout.applies()) << layout.reason;
  EXPECT_EQ(layout.data_offset, before.size() + 8);
}

TEST(Wav, OddChunkWithoutPadByte) {
  for (const char* const id : {"fmt ", "LIST"}) {
    Bytes before = riff(chunk("junk", text("abc")));
    if (id == std::string("LIST")) before = before + chunk("LIST", text("xy"));
    before = before + chunk("fmt ", format());
    const WavLayout layout = layout_of(before + chunk("data", samples(kValues)));
    ASSERT_TRUE(layout.applies()) << layout.reason;
    EXPECT_EQ(layout.data_offset, before.size() + 8);
  }
}

TEST(Wav, OddChunkDirectlyBeforeTheSamples) {
  // A size field of 0x41 makes the bytes after "d" look like a chunk id as well.
  const Bytes before = riff(chunk("fmt ", format()) + chunk("note", text("abc")));
  const WavLayout layout = layout_of(before + chunk("data", Bytes(0x42, 1), 0x41));
  ASSERT_TRUE(layout.applies()) << layout.reason;
  EXPECT_EQ(layout.data_offset, before.size() + 8);
  EXPECT_EQ(layout.data_bytes, 0x40u);
}

TEST(Wav, OddDataSizeLeavesTheRest) {
  for (const Bytes& rest : {Bytes{7}, Bytes{7, 0}}) {
    const WavLayout layout =
        layout_of(riff(chunk("fmt ", format()) + chunk("data", samples(kValues), 13) + rest));
    ASSERT_TRUE(layout.applies());
    EXPECT_EQ(layout.data_bytes, 12u);
  }
}

TEST(Wav, PartialFrameLeavesTheRest) {
  const WavLayout layout =
      layout_of(riff(chunk("fmt ", format(4)) + chunk("data", samples(kValues))));
  ASSERT_TRUE(layout.applies());
  EXPECT_EQ(layout.frames(), 1u);
  EXPECT_EQ(layout.data_bytes, 8u);
}

TEST(Wav, UnfinishedSizesReachToTheEnd) {
  for (const std::int64_t size : {0LL, 14LL, 1000LL, 0x7FFFFFFFLL, 0xFFFFFFFFLL}) {
    const WavLayout layout =
        layout_of(riff(chunk("fmt ", format()) + chunk("data", samples(kValues), size)));
    ASSERT_TRUE(layout.applies()) << size << layout.reason;
    EXPECT_EQ(layout.data_bytes, 12u) << size;
  }
}

TEST(Wav, EmptyDataChunkBeforeOthersIsEmpty) {
  const Bytes image =
      riff(chunk("fmt ", format()) + chunk("data", {}) + chunk("LIST", text("abc")) + Bytes{0});
  EXPECT_EQ(layout_of(image).reason, "it has no samples");
}

TEST(Wav, Extensible) {
  const Bytes image = from_libsndfile(SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 3, 30000, kValues);
  const WavLayout layout = layout_of(image);
  ASSERT_TRUE(layout.applies()) << layout.reason;
  EXPECT_EQ(layout.channels, 3u);
  EXPECT_EQ(layout.frames(), 2u);
  EXPECT_GT(layout.data_offset, nrc::kCanonicalHeaderBytes);
}

TEST(Wav, Rf64) {
  const Bytes image = from_libsndfile(SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 1, 30000, kValues);
  const WavLayout layout = layout_of(image);
  ASSERT_TRUE(layout.applies()) << layout.reason;
  EXPECT_EQ(layout.data_bytes, 12u);
  // The size of the data chunk counts, not the end of the file.
  const Bytes sizes =
      little_endian(0, 8) + little_endian(12, 8) + little_endian(6, 8) + little_endian(0, 4);
  const Bytes more = riff(chunk("ds64", sizes) + chunk("fmt ", format()) +
                              chunk("data", samples(kValues), 0xFFFFFFFF) + text("more"),
                          "RF64");
  EXPECT_EQ(layout_of(more).data_bytes, 12u);
}

/// A signal of small values, as recordings are: no four bytes of it look like a chunk.
Bytes signal(std::size_t frames) {
  std::vector<std::int16_t> values(frames);
  for (std::size_t i = 0; i < frames; ++i) {
    values[i] = static_cast<std::int16_t>(static_cast<int>(i * 37 % 101) - 50);
  }
  return samples(values);
}

TEST(Wav, SamplesGoOnBeyondAStaleSize) {
  const Bytes data = signal(3000);
  for (const std::int64_t stale : {2LL, 100LL, 101LL, 4000LL, 4976LL}) {
    const WavLayout layout = layout_of(riff(chunk("fmt ", format()) + chunk("data", data, stale)));
    ASSERT_TRUE(layout.applies()) << layout.reason;
    EXPECT_EQ(layout.data_bytes, data.size()) << stale;
    EXPECT_NE(layout.note.find(std::to_string(stale)), std::string::npos) << layout.note;
  }
  for (const int byte : {0x00, 0x10, 0xFF}) {
    Bytes image = riff(chunk("fmt ", format()) + chunk("data", data));
    std::fill(image.begin() + 4, image.begin() + 8, byte);
    EXPECT_EQ(layout_of(image).data_bytes, data.size());
  }
  // Too few to matter.
  const WavLayout layout = layout_of(riff(chunk("fmt ", format()) + chunk("data", data, 5990)));
  EXPECT_EQ(layout.data_bytes, 5990u);
  EXPECT_EQ(layout.note, "");
}

TEST(Wav, SamplesOfUnknownLengthEndAtTheLastChunks) {
  const Bytes data = signal(3000);
  const Bytes tail = chunk("LIST", text("abc")) + Bytes{0} + chunk("note", text("wxyz"));
  for (const std::int64_t size : {0LL, 100LL, 0xFFFFFFFFLL}) {
    const WavLayout layout =
        layout_of(riff(chunk("fmt ", format()) + chunk("data", data, size) + tail));
    ASSERT_TRUE(layout.applies()) << layout.reason;
    EXPECT_EQ(layout.data_bytes, data.size()) << size;
  }
}

TEST(Wav, WhatFollowsTheSamplesAndIsAChunkIsNone) {
  const Bytes data = signal(100);
  const Bytes list = chunk("LIST", Bytes(5000, 'x'));
  const Bytes cut(list.begin(), list.begin() + 3000);
  for (const Bytes& tail : {list, cut, chunk("abcd", Bytes(2000, 'y')), Bytes(4096, 0)}) {
    const WavLayout layout = layout_of(riff(chunk("fmt ", format()) + chunk("data", data) + tail));
    ASSERT_TRUE(layout.applies()) << layout.reason;
    EXPECT_EQ(layout.data_bytes, data.size());
    EXPECT_EQ(layout.note, "");
  }
  const WavLayout odd =
      layout_of(riff(chunk("fmt ", format()) + chunk("data", data + Bytes{1}) + Bytes{0} + list));
  EXPECT_EQ(odd.data_bytes, data.size());
}

TEST(Wav, FewerValidBitsInContainersOf16) {
  for (const int bits : {9, 10, 12, 14, 15}) {
    Bytes plain = format(3, 30000, 16);
    plain[14] = static_cast<std::uint8_t>(bits);
    const WavLayout layout =
        layout_of(riff(chunk("fmt ", plain) + chunk("data", samples(kValues))));
    ASSERT_TRUE(layout.applies()) << layout.reason;
    EXPECT_EQ(layout.frames(), 2u);
    Bytes extensible = from_libsndfile(SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 1, 30000, kValues);
    for (const std::size_t at : {std::size_t{34}, std::size_t{38}}) {
      extensible[at] = static_cast<std::uint8_t>(bits);
      EXPECT_TRUE(layout_of(extensible).applies()) << layout_of(extensible).reason;
    }
  }
}

TEST(Wav, Bw64) {
  Bytes image = from_libsndfile(SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 1, 30000, kValues);
  std::copy_n("BW64", 4, image.begin());
  EXPECT_TRUE(nrc::is_wav(image.data(), image.size()));
  const WavLayout layout = layout_of(image);
  ASSERT_TRUE(layout.applies()) << layout.reason;
  EXPECT_EQ(layout.data_bytes, 12u);
  // A recorder that died: neither size was filled in.
  const Bytes died = riff(
      chunk("ds64", Bytes(28)) + chunk("fmt ", format()) + chunk("data", signal(2000), 0xFFFFFFFF),
      "BW64");
  EXPECT_EQ(layout_of(died).data_bytes, 4000u);
}

TEST(Wav, Wave64) {
  const Bytes image = from_libsndfile(SF_FORMAT_W64 | SF_FORMAT_PCM_16, 2, 30000, kValues);
  EXPECT_TRUE(nrc::is_wav(image.data(), image.size()));
  const WavLayout layout = layout_of(image);
  ASSERT_TRUE(layout.applies()) << layout.reason;
  EXPECT_EQ(layout.channels, 2u);
  EXPECT_EQ(layout.rate, 30000u);
  EXPECT_EQ(layout.frames(), 3u);

  const Bytes before = wave64(wave64_chunk("list", text("abc")) + wave64_chunk("fmt ", format()));
  const Bytes data = signal(3000);
  for (const std::int64_t size : {0LL, 24LL, 124LL, 1LL << 40, -2LL}) {
    const WavLayout stale =
        layout_of(before + wave64_chunk("data", data, size == -2 ? 24 + 6000 : size));
    ASSERT_TRUE(stale.applies()) << stale.reason;
    EXPECT_EQ(stale.data_offset, before.size() + 24);
    EXPECT_EQ(stale.data_bytes, data.size()) << size;
  }
  const Bytes more = before + wave64_chunk("data", signal(101)) + wave64_chunk("list", Bytes(3000));
  EXPECT_EQ(layout_of(more).data_bytes, 202u);
  for (std::size_t size = 0; size < more.size(); ++size) {
    const Bytes cut(more.begin(), more.begin() + static_cast<std::ptrdiff_t>(size));
    const WavLayout part = layout_of(cut);
    if (part.applies()) {
      EXPECT_LE(part.data_offset + part.data_bytes, size);
    }
  }
  EXPECT_NE(layout_of(wave64(wave64_chunk("data", data))).reason, "");
  EXPECT_NE(layout_of(wave64(wave64_chunk("fmt ", format()) + wave64_chunk("list", {}, 3))).reason,
            "");
}

TEST(Wav, SaysWhyTheCodecDoesNotApply) {
  const Bytes data = chunk("data", samples(kValues));
  const auto with_format = [&data](const Bytes& content) {
    return layout_of(riff(chunk("fmt ", content) + data)).reason;
  };
  EXPECT_NE(with_format(format(1, 20000, 0)), "");
  EXPECT_NE(with_format(format(1, 20000, 33)), "");
  EXPECT_NE(with_format(format(0)), "");
  Bytes wrong_block = format();
  wrong_block[12] = 3;
  EXPECT_NE(with_format(wrong_block), "");
  Bytes adpcm = format();
  adpcm[0] = 2;
  EXPECT_NE(with_format(adpcm), "");
  Bytes extensible = format() + Bytes(24);
  extensible[0] = 0xFE;
  extensible[1] = 0xFF;
  EXPECT_NE(with_format(extensible), "");
  EXPECT_NE(with_format(Bytes(15)), "");
  EXPECT_NE(layout_of(riff(data)).reason, "");
  EXPECT_NE(layout_of(riff(chunk("fmt ", format()))).reason, "");
  EXPECT_NE(layout_of(riff(chunk("fmt ", format()) + data, "RIFX")).reason, "");
  EXPECT_NE(layout_of(text("no WAV file at all")).reason, "");
  EXPECT_NE(layout_of({}).reason, "");
  for (const int subformat : {SF_FORMAT_FLOAT, SF_FORMAT_DOUBLE, SF_FORMAT_ULAW}) {
    const WavLayout layout =
        layout_of(from_libsndfile(SF_FORMAT_WAV | subformat, 1, 20000, kValues));
    EXPECT_FALSE(layout.applies()) << std::hex << subformat;
    EXPECT_EQ(layout.floating, subformat != SF_FORMAT_ULAW);
  }
}

TEST(Wav, TypesOfSamples) {
  const std::vector<std::pair<int, nrc::SampleType>> types = {
      {SF_FORMAT_PCM_U8, nrc::SampleType::kUint8},
      {SF_FORMAT_PCM_16, nrc::SampleType::kInt16},
      {SF_FORMAT_PCM_24, nrc::SampleType::kInt24},
      {SF_FORMAT_PCM_32, nrc::SampleType::kInt32}};
  for (const auto& [subformat, type] : types) {
    const Bytes image = from_libsndfile(SF_FORMAT_WAV | subformat, 2, 20000, kValues);
    const WavLayout layout = layout_of(image);
    EXPECT_TRUE(layout.applies()) << layout.reason;
    EXPECT_EQ(layout.type, type);
    EXPECT_EQ(layout.frames(), kValues.size() / 2);
    const WavLayout int16 = nrc::read_int16_wav_layout(image.data(), image.size());
    EXPECT_EQ(int16.applies(), type == nrc::SampleType::kInt16);
    const Bytes header = nrc::canonical_header(2, 20000, layout.frames(), type);
    EXPECT_EQ(layout_of(header + Bytes(layout.data_bytes)).type, type);
  }
  EXPECT_THROW(nrc::canonical_header(1, 20000, 1, nrc::SampleType::kUint16), nrc::Error);
}

TEST(Wav, EveryTruncationIsRead) {
  const Bytes image = riff(chunk("LIST", text("abc")) + Bytes{0} + chunk("fmt ", format(2)) +
                           chunk("data", samples(kValues)) + chunk("LIST", text("ab")));
  for (std::size_t size = 0; size <= image.size(); ++size) {
    // A copy of that size, so that a sanitizer sees a read beyond its end.
    const Bytes cut(image.begin(), image.begin() + static_cast<std::ptrdiff_t>(size));
    const WavLayout layout = layout_of(cut);
    if (layout.applies()) {
      EXPECT_LE(layout.data_offset + layout.data_bytes, size);
      EXPECT_GE(layout.frames(), 1u);
    }
  }
}

}  // namespace
