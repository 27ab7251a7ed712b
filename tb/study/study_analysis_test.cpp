// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "bounds.hpp"
#include "document.hpp"
#include "edf.hpp"
#include "innovation.hpp"
#include "nrc/error.hpp"
#include "sharing.hpp"
#include "statistics.hpp"
#include "study_data.hpp"
#include "value_grid.hpp"

namespace {

using namespace study_data;
using nrc::study::ValueCounts;
using nrc::study::ValueGrid;

std::vector<std::int16_t> values_of(const Samples& samples) {
  ValueCounts counts;
  counts.add(samples.data(), samples.size());
  return counts.values();
}

void expect_round_trip(const ValueGrid& grid, const std::vector<std::int16_t>& values) {
  const Bytes bytes = grid.serialise();
  std::size_t at = 0;
  const ValueGrid parsed = ValueGrid::parse(bytes, at);
  EXPECT_EQ(at, bytes.size());
  for (const std::int16_t v : values) {
    ASSERT_EQ(grid.value(grid.index(v)), v);
    ASSERT_EQ(parsed.value(parsed.index(v)), v);
    ASSERT_LT(grid.index(v) - grid.index(values.front()), 1 << grid.index_bits());
  }
}

TEST(ValueGrid, FullScaleOfTenBits) {
  std::vector<std::int16_t> values;
  for (int code = -512; code < 512; ++code) {
    values.push_back(nrc::Shift6::sample(static_cast<nrc::Code>(code)));
  }
  const ValueGrid grid = ValueGrid::detect(values);
  EXPECT_EQ(grid.kind(), ValueGrid::Kind::kFullScale);
  EXPECT_EQ(grid.bits(), 10);
  EXPECT_EQ(grid.index_bits(), 10);
  for (int code = -512; code < 512; ++code) {
    ASSERT_EQ(grid.index(values[static_cast<std::size_t>(code + 512)]), code + 512);
  }
  expect_round_trip(grid, values);
  EXPECT_EQ(nrc::study::max_lossless_shift(values), 6);
  // Seen in part it is the same grid.
  const ValueGrid part = ValueGrid::detect(values_of(implant(1, 5000)));
  EXPECT_EQ(part.kind(), ValueGrid::Kind::kFullScale);
  EXPECT_EQ(part.bits(), 10);
}

TEST(ValueGrid, Steps) {
  std::vector<std::int16_t> values;
  for (int i = -300; i < 300; ++i) values.push_back(static_cast<std::int16_t>(i * 64 + 5));
  ValueGrid grid = ValueGrid::detect(values);
  EXPECT_EQ(grid.kind(), ValueGrid::Kind::kStep);
  EXPECT_EQ(grid.text(), "step 2^6, offset 5");
  EXPECT_EQ(grid.index_bits(), 10);
  expect_round_trip(grid, values);
  EXPECT_EQ(nrc::study::max_lossless_shift(values), 6);

  values = {-30000, -29988, -24, 0, 12, 120, 132, 240, 252, 29988};
  grid = ValueGrid::detect(values);
  EXPECT_EQ(grid.kind(), ValueGrid::Kind::kStep);
  EXPECT_EQ(grid.step(), 12);
  expect_round_trip(grid, values);
}

TEST(ValueGrid, SparseAndDense) {
  // Steps of 12 and 13 in turn: no common divisor.
  std::vector<std::int16_t> values;
  for (int i = 0, v = -1000; i < 100; ++i, v += i % 2 == 0 ? 12 : 13) {
    values.push_back(static_cast<std::int16_t>(v));
  }
  const ValueGrid sparse = ValueGrid::detect(values);
  EXPECT_EQ(sparse.kind(), ValueGrid::Kind::kSparse);
  EXPECT_EQ(sparse.index_bits(), 7);
  expect_round_trip(sparse, values);

  values = values_of(uniform(8, 5000));
  const ValueGrid dense = ValueGrid::detect(values);
  EXPECT_EQ(dense.kind(), ValueGrid::Kind::kDense);
  expect_round_trip(dense, values);
  EXPECT_EQ(nrc::study::max_lossless_shift(values), 0);
}

TEST(ValueCounts, EntropyAndRanges) {
  Samples samples;
  for (int i = 0; i < 1000; ++i) samples.push_back(static_cast<std::int16_t>(i % 100));
  ValueCounts counts;
  counts.add(samples.data(), samples.size());
  EXPECT_NEAR(counts.entropy(), std::log2(100.0), 1e-9);
  EXPECT_NEAR(counts.entropy(2), std::log2(25.0), 1e-9);
  EXPECT_EQ(counts.middle(0.9), std::make_pair(std::int16_t{5}, std::int16_t{94}));
  EXPECT_EQ(counts.total(), 1000U);
}

nrc::study::Bounds bounds_of(const Samples& samples) {
  const Directory directory;
  directory.write("a_1ch_20000Hz.i16", nrc::study::to_bytes(samples));
  return nrc::study::measure_bounds(nrc::study::find_recordings(directory.path(), 0, 0.0), 1);
}

TEST(Bounds, IndependentValues) {
  const nrc::study::Bounds bounds = bounds_of(uniform(4, 60000));
  EXPECT_EQ(bounds.rate, 20000.0);
  EXPECT_NEAR(bounds.order0_all, 4.0, 0.01);
  EXPECT_NEAR(bounds.order0_channel, 4.0, 0.01);
  EXPECT_NEAR(bounds.order1_all, 4.0, 0.01);
  // A difference of two independent uniform numbers.
  double difference = 0.0;
  for (int d = -15; d <= 15; ++d) {
    const double p = (16.0 - std::abs(d)) / 256.0;
    difference -= p * std::log2(p);
  }
  EXPECT_NEAR(bounds.difference, difference, 0.02);
  EXPECT_GT(bounds.range_profile, 3.99);
}

TEST(Bounds, CycleIsKnownFromTheValueBefore) {
  Samples samples;
  for (int i = 0; i < 8000; ++i) samples.push_back(static_cast<std::int16_t>(i % 8 * (i % 8)));
  const nrc::study::Bounds bounds = bounds_of(samples);
  EXPECT_NEAR(bounds.order0_all, 3.0, 1e-6);
  EXPECT_NEAR(bounds.order1_all, 0.0, 1e-3);
}

TEST(Bounds, LeastError) {
  EXPECT_EQ(nrc::study::least_error(4.5, 4.5), 0.0);
  EXPECT_EQ(nrc::study::least_error(4.5, 16.0), 0.0);
  // A normal distribution of standard deviation s has 0.5 log2(2 pi e s^2) bits, and the bound is
  // s itself when nothing is sent.
  const double entropy = 0.5 * std::log2(2.0 * std::acos(-1.0) * std::exp(1.0) * 49.0);
  EXPECT_NEAR(nrc::study::least_error(entropy, 0.0), 7.0, 1e-9);
  EXPECT_NEAR(nrc::study::least_error(entropy, 1.0), 3.5, 1e-9);
}

TEST(Sharing, TwinsAndStrangers) {
  const Samples one = implant(1, 30000, 1);
  const Samples other = implant(1, 30000, 2);
  nrc::study::Sharing twins = measure_sharing(join(raw(one), raw(one)));
  EXPECT_NEAR(twins.neighbour_overlap, 1.0, 1e-9);
  EXPECT_NEAR(twins.neighbour_signal, 1.0, 1e-9);
  EXPECT_NEAR(twins.neighbour_innovation, 1.0, 1e-9);
  EXPECT_GT(twins.saved, 1.0);
  EXPECT_NEAR(twins.bits_plain - twins.bits_neighbour, twins.saved / 2.0, 1e-9);

  const nrc::study::Sharing strangers = measure_sharing(join(raw(one), raw(other)));
  EXPECT_LT(std::abs(strangers.neighbour_innovation), 0.05);
  EXPECT_LT(strangers.neighbour_overlap, 1.0);
  EXPECT_LT(strangers.saved, 0.02);
  EXPECT_EQ(strangers.overlap.size, 2U);
  EXPECT_EQ(strangers.overlap.at(0, 1), strangers.overlap.at(1, 0));
  EXPECT_EQ(strangers.signal.at(0, 0), 1.0);
}

TEST(Statistics, BitsThatFollow) {
  const Directory directory;
  directory.write("one.wav", wav(implant(1, 20000)).image);
  const auto statistics =
      nrc::study::measure_statistics(nrc::study::find_recordings(directory.path(), 0, 0.0), 1);
  ASSERT_EQ(statistics.recordings.size(), 1U);
  EXPECT_EQ(statistics.recordings[0].lossless_shift, 6);
  EXPECT_EQ(statistics.recordings[0].frames, 20000U);
  EXPECT_EQ(statistics.recordings[0].rate, 19531.0);
  // Codes are 64 or 65 apart; bit 0 changes although it follows from those above bit 5.
  EXPECT_GE(statistics.recordings[0].smallest_step, 63);
  EXPECT_GT(statistics.toggles[6], 0.2);
  EXPECT_NEAR(statistics.counts.entropy(0), statistics.counts.entropy(6), 1e-9);
  EXPECT_GT(statistics.counts.entropy(6), statistics.counts.entropy(7) + 0.1);
}

// ---- EDF

std::string field(const std::string& text, std::size_t width) {
  return text + std::string(width - text.size(), ' ');
}

/// Two electrodes with 4 samples in a record, as many of annotations, and a slower signal with 1.
/// @param wide  BDF: a byte more for each sample
Bytes edf_file(int records, bool wide = false, int offset = 0) {
  const std::string annotations = wide ? "BDF Annotations" : "EDF Annotations";
  const std::vector<std::string> labels = {"EEG 1", annotations, "EEG 2", "Temperature"};
  const std::vector<int> counts = {4, 4, 4, 1};
  const std::string version = wide ? "\xff"
                                     "BIOSEMI"
                                   : "0";
  std::string text = field(version, 8) + field("someone", 80) + field("somewhere", 80) +
                     field("01.01.24", 8) + field("12.00.00", 8) + field("1280", 8) +
                     field(wide ? "BDF+C" : "EDF+C", 44) + field(std::to_string(records), 8) +
                     field("0.5", 8) + field("4", 4);
  for (const auto& label : labels) text += field(label, 16);
  const std::vector<std::pair<std::string, std::size_t>> fields = {{"AgAgCl electrode", 80},
                                                                   {"uV", 8},
                                                                   {"-100", 8},
                                                                   {"100", 8},
                                                                   {"-32768", 8},
                                                                   {"32767", 8},
                                                                   {"none", 80}};
  for (const auto& [value, width] : fields) {
    for (std::size_t i = 0; i < 4; ++i) text += field(value, width);
  }
  for (const int count : counts) text += field(std::to_string(count), 8);
  text += std::string(4 * 32, ' ');
  Bytes bytes(text.begin(), text.end());
  for (int record = 0; record < records; ++record) {
    for (int s = 0; s < 4; ++s) {
      for (int i = 0; i < counts[static_cast<std::size_t>(s)]; ++i) {
        const int sample = s == 1 ? 0 : offset - 1000 * s + 10 * record + i;
        for (int byte = 0; byte < (wide ? 3 : 2); ++byte) {
          bytes.push_back(static_cast<std::uint8_t>(sample >> (8 * byte)));
        }
      }
    }
  }
  return bytes;
}

/// A file in the tests' directory, which lasts as long as this.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, const Bytes& bytes)
      : path_(testing::TempDir() + std::to_string(::getpid()) + name) {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Recording read(const std::string& name, const Bytes& bytes, std::string* note = nullptr) {
  const TemporaryFile file(name, bytes);
  return nrc::study::read_edf(file.path(), [note](const std::string& text) {
    if (note != nullptr) *note = text;
  });
}

/// The file with another text in a field of its header.
Bytes with_field(Bytes bytes, std::size_t offset, std::size_t width, const std::string& text) {
  const std::string value = field(text, width);
  std::copy(value.begin(), value.end(), bytes.begin() + static_cast<long>(offset));
  return bytes;
}

/// Place of a field of signal 0 of four, `before` bytes of each signal after the fixed header.
std::size_t signal_field(std::size_t before) { return 256 + 4 * before; }

TEST(Edf, TakesTheElectrodes) {
  const Recording recording = read("a.edf", edf_file(2));
  EXPECT_EQ(recording.channels, 2U);
  EXPECT_EQ(recording.rate, 8.0);
  EXPECT_EQ(recording.channel(0), (Samples{0, 1, 2, 3, 10, 11, 12, 13}));
  EXPECT_EQ(recording.channel(1),
            (Samples{-2000, -1999, -1998, -1997, -1990, -1989, -1988, -1987}));
  EXPECT_EQ(recording.image.size(), 32U);
}

TEST(Edf, EndsOfTheScaleAreSamples) {
  EXPECT_EQ(read("a.edf", edf_file(1, false, 32764)).channel(0),
            (Samples{32764, 32765, 32766, 32767}));
  EXPECT_EQ(read("a.edf", edf_file(1, false, -30768)).channel(1),
            (Samples{-32768, -32767, -32766, -32765}));
}

TEST(Edf, BdfOfNarrowSamples) {
  EXPECT_EQ(read("a.bdf", edf_file(1, true)).channel(1), (Samples{-2000, -1999, -1998, -1997}));
  EXPECT_THROW(read("a.bdf", edf_file(1, true, 32765)), nrc::Error);
}

TEST(Edf, DamagedFiles) {
  const Bytes whole = edf_file(2);
  for (std::size_t size = 0; size < whole.size(); size += size + 40 < whole.size() ? 40 : 1) {
    EXPECT_THROW(read("a.edf", Bytes(whole.begin(), whole.begin() + static_cast<long>(size))),
                 nrc::Error)
        << size;
  }
  EXPECT_THROW(read("a.edf", edf_file(0)), nrc::Error);
  Bytes damaged = whole;
  damaged[252] = 'x';
  EXPECT_THROW(read("a.edf", damaged), nrc::Error);
  EXPECT_THROW(nrc::study::read_edf(testing::TempDir() + "none.edf"), nrc::Error);
}

TEST(Edf, FieldsOutOfRangeAreNamed) {
  struct Case {
    std::size_t offset;
    std::size_t width;
    const char* text;
    const char* named;
  };
  const Bytes whole = edf_file(2);
  for (const Case& c : std::vector<Case>{
           {184, 8, "1281", "size of the header (byte 184)"},
           {184, 8, "-1", "size of the header (byte 184)"},
           {184, 8, "99999999", "size of the header"},
           {236, 8, "0", "number of data records (byte 236)"},
           {236, 8, "-1", "did not close the file"},
           {236, 8, "-7", "number of data records"},
           {236, 8, "2.5", "number of data records"},
           {236, 8, "99999999", "holds 2 of 99999999 data records"},
           {244, 8, "0", "duration of a data record (byte 244)"},
           {244, 8, "-1", "duration"},
           {244, 8, "nan", "duration"},
           {244, 8, "", "duration"},
           {252, 4, "0", "number of signals (byte 252)"},
           {252, 4, "-4", "number of signals"},
           {252, 4, "9999", "size of the header"},
           {252, 4, "5", "size of the header"},
           {signal_field(216), 8, "-4", "samples in a record of signal 1 (byte 1120)"},
           {signal_field(216), 8, "99999999", "holds 0 of 2 data records"},
           {signal_field(216), 8, "4e0", "samples in a record of signal 1"},
           {signal_field(120), 8, "-99999", "digital minimum of signal 1"},
           {signal_field(128), 8, "-32768", "digital maximum of signal 1"},
           {signal_field(128), 8, "40000", "digital maximum of signal 1"},
       }) {
    try {
      read("a.edf", with_field(whole, c.offset, c.width, c.text));
      ADD_FAILURE() << c.offset << " " << c.text;
    } catch (const nrc::Error& e) {
      const std::string said = e.what();
      EXPECT_NE(said.find(c.named), std::string::npos) << said;
      EXPECT_EQ(said.find('\n'), std::string::npos) << said;
    }
  }
}

TEST(Edf, EveryByteOfTheHeaderMayBeAnything) {
  const Bytes whole = edf_file(2);
  std::mt19937 random(1);
  for (int trial = 0; trial < 3000; ++trial) {
    Bytes damaged = whole;
    for (int edits = 1 + trial % 3; edits > 0; --edits) {
      damaged[random() % 1280] =
          static_cast<std::uint8_t>(trial % 2 == 0 ? '0' + random() % 10 : random() % 256);
    }
    try {
      const Recording recording = read("a.edf", damaged);
      EXPECT_GT(recording.frames(), 0U);
    } catch (const nrc::Error&) {
    }
  }
}

TEST(Edf, TriggersAreKnownByAnyCase) {
  for (const char* const label : {"STATUS", "status", "Trigger", "TRIG 2", "EVENT", "Marker1",
                                  "STI 014", "edf annotations", "BDF ANNOTATIONS"}) {
    EXPECT_EQ(read("a.edf", with_field(edf_file(2), 256, 16, label)).channels, 1U) << label;
  }
  for (const char* const label : {"EEG Status", "Stimulus", "Trigeminal"}) {
    EXPECT_EQ(read("a.edf", with_field(edf_file(2), 256, 16, label)).channels, 2U) << label;
  }
}

TEST(Edf, SignalsWithoutSamplesAreLeftOut) {
  // The slower signal has none: the record is two bytes shorter.
  Bytes bytes = with_field(edf_file(1), signal_field(216) + 24, 8, "0");
  bytes.resize(bytes.size() - 2);
  EXPECT_EQ(read("a.edf", bytes).channel(0), (Samples{0, 1, 2, 3}));
}

TEST(Edf, GapsAreNotJoined) {
  // Records of half a second; three, a gap, and two more.
  Bytes bytes = with_field(edf_file(5), 192, 44, "EDF+D");
  const std::vector<std::string> onsets = {"+0", "+0.5", "+1", "+9.5", "+10"};
  for (std::size_t r = 0; r < onsets.size(); ++r) {
    const std::string text = onsets[r] + "\x14\x14";
    std::copy(text.begin(), text.end(), bytes.begin() + static_cast<long>(1280 + 26 * r + 8));
  }
  std::string note;
  const Recording recording = read("a.edf", bytes, &note);
  EXPECT_EQ(recording.frames(), 12U);
  EXPECT_EQ(recording.channel(0).back(), 23);
  EXPECT_NE(note.find("1 gaps; the longest part without one is measured, data records 1 to 3 of 5"),
            std::string::npos)
      << note;
  bytes[1280 + 8] = 'x';
  EXPECT_THROW(read("a.edf", bytes), nrc::Error);
}

// ---- memory

TEST(Pieces, DivideEvenlyAndHoldEverything) {
  const Samples samples = study_data::implant(2, 1001);
  const Recording recording = study_data::raw(samples, 2);
  for (const std::size_t most : {std::size_t{1}, std::size_t{300}, std::size_t{1001}}) {
    const std::size_t pieces = nrc::study::piece_count(recording.frames(), most);
    Samples joined;
    for (std::size_t i = 0; i < 2 * pieces; ++i) {
      const Samples piece = nrc::study::piece_of(recording, i, pieces);
      EXPECT_LE(piece.size(), most);
      joined.insert(joined.end(), piece.begin(), piece.end());
    }
    Samples expected = recording.channel(0);
    const Samples second = recording.channel(1);
    expected.insert(expected.end(), second.begin(), second.end());
    EXPECT_EQ(joined, expected);
  }
}

TEST(Recording, SamplesAtAnOddPlaceAreRead) {
  const Samples samples = {1, -2, 300};
  Bytes image = {7};
  const Bytes bytes = nrc::study::to_bytes(samples);
  image.insert(image.end(), bytes.begin(), bytes.end());
  Recording recording;
  recording.set_image(image, 1, 6);
  const Recording moved = std::move(recording);
  EXPECT_EQ(moved.channel(0), samples);
}

// ---- report

TEST(Document, Escapes) {
  nrc::study::Document document("A & B");
  document.table({{"x", "y"}, {{"a|b", "<c>"}}});
  EXPECT_NE(document.markdown().find("| a\\|b | <c> |"), std::string::npos);
  EXPECT_NE(document.html().find("<td>a|b</td><td>&lt;c&gt;</td>"), std::string::npos);
  EXPECT_NE(document.html().find("<h1>A &amp; B</h1>"), std::string::npos);
  EXPECT_EQ(nrc::study::to_csv({{"x", "y"}, {{"a,b", "say \"c\""}}}),
            "x,y\r\n\"a,b\",\"say \"\"c\"\"\"\r\n");
}

}  // namespace
