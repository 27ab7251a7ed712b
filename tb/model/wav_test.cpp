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

TEST(Wav, SaysWhyTheCodecDoesNotApply) {
  const Bytes data = chunk("data", samples(kValues));
  const auto with_format = [&data](const Bytes& content) {
    return layout_of(riff(chunk("fmt ", content) + data)).reason;
  };
  EXPECT_NE(with_format(format(1, 20000, 8)), "");
  EXPECT_NE(with_format(format(1, 20000, 24)), "");
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
  for (const int subformat : {SF_FORMAT_FLOAT, SF_FORMAT_PCM_U8, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32,
                              SF_FORMAT_DOUBLE, SF_FORMAT_ULAW}) {
    EXPECT_FALSE(layout_of(from_libsndfile(SF_FORMAT_WAV | subformat, 1, 20000, kValues)).applies())
        << std::hex << subformat;
  }
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
