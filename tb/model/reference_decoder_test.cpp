// SPDX-License-Identifier: Apache-2.0
//
// The reference decoder tb/reference/nrc_decode.py reads the streams of the encoder at every code
// width, with tables of its own. `nrc encode` chooses from four widths, so this is not
// tb/reference/reference_test.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "nrc/encoder.hpp"
#include "nrc/table_files.hpp"

namespace nrc {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kChannels = 3;
constexpr std::size_t kFrames = 150;

/// Noise of all sizes, with steps to both ends.
std::vector<Code> wild_codes(int width) {
  std::mt19937 random(static_cast<unsigned>(width));
  const int half = 1 << (width - 1);
  std::vector<Code> codes;
  int value = 0;
  int spread = 1;
  for (std::size_t i = 0; i < kFrames * kChannels; ++i) {
    if (random() % 64 == 0) spread = 1 << (random() % static_cast<unsigned>(width + 1));
    if (random() % 37 == 0) value = random() % 2 != 0 ? half - 1 : -half;
    value += static_cast<int>(random() % static_cast<unsigned>(2 * spread + 1)) - spread;
    value = std::min(std::max(value, -half), half - 1);
    codes.push_back(static_cast<Code>(value));
  }
  return codes;
}

/// The built-in tables for any ADC, fit for codes of this width.
Tables tables_for(Profile profile, int width) {
  const std::uint32_t largest = (1U << (width + 6)) - 1;
  if (profile == Profile::kHuffman) {
    TableSet tables = TableSet::builtin("generic");
    tables.initial_scale = std::min(tables.initial_scale, largest);
    return tables;
  }
  if (profile == Profile::kNeural) {
    NeuralTables tables = NeuralTables::builtin("generic");
    tables.range.initial_scale = std::min(tables.range.initial_scale, largest);
    return tables;
  }
  RangeTables tables = RangeTables::builtin("generic");
  if (profile == Profile::kCascade) return CascadeTables{tables};
  tables.initial_scale = std::min(tables.initial_scale, largest);
  return tables;
}

void append(Bytes& out, const Bytes& more) { out.insert(out.end(), more.begin(), more.end()); }

struct Case {
  Profile profile;
  int width;
  Corrections corrections;
  bool narrow = false;
};

class ReferenceDecoder : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/nrc_reference_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { fs::remove_all(directory_); }

  void write(const std::string& name, const char* data, std::size_t size) const {
    std::ofstream(directory_ / name, std::ios::binary)
        .write(data, static_cast<std::streamsize>(size));
  }

  fs::path directory_;
};

TEST_P(ReferenceDecoder, ReadsWhatTheEncoderWrites) {
  const auto [profile, width, corrections, narrow] = GetParam();
  const Tables tables = tables_for(profile, width);
  const auto codes = wild_codes(width);
  StreamHeader header;
  header.channels = kChannels;
  header.code_width = width;
  header.mapping = Mapping::kCode;
  header.corrections = corrections;
  header.narrow = narrow;
  if (width % 4 == 0) header.order = {2, 0, 1};
  Encoder encoder(header, tables);
  Bytes stream = encoder.stream_header();
  for (std::size_t at = 0; at < kFrames; at += 50) {
    append(stream, encoder.encode(codes.data() + at * kChannels, 50, {at == 100, at == 100}));
  }
  const std::string json = to_json(tables);
  write("tables.json", json.data(), json.size());
  write("stream.nrc", reinterpret_cast<const char*>(stream.data()), stream.size());

  const std::string command = "python3 -B '" NRC_SOURCE_DIR
                              "/tb/reference/nrc_decode.py' --tables '" +
                              directory_.string() + "' '" + (directory_ / "stream.nrc").string() +
                              "' '" + (directory_ / "samples.i16").string() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  std::ifstream in(directory_ / "samples.i16", std::ios::binary);
  const Bytes samples(std::istreambuf_iterator<char>(in), {});
  ASSERT_EQ(samples.size(), 2 * codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    ASSERT_EQ(static_cast<Code>(samples[2 * i] | samples[2 * i + 1] << 8), codes[i]) << i;
  }
}

std::vector<Case> cases() {
  std::vector<Case> cases;
  for (int width = kMinCodeWidth; width <= kMaxCodeWidth; ++width) {
    cases.push_back({Profile::kHuffman, width, {}});
    if (width >= kMinNarrowWidth) cases.push_back({Profile::kHuffman, width, {}, true});
    if (width == kMinNarrowWidth || width == 10 || width == 16) {
      cases.push_back({Profile::kRange, width, {}, true});
    }
    if (width >= 4) cases.push_back({Profile::kRange, width, {width % 3 == 0, width % 2 == 0}});
    if (width % 6 == 4) cases.push_back({Profile::kNeural, width, {}});
    if (width % 7 == 2) cases.push_back({Profile::kCascade, width, {}});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(EveryWidth, ReferenceDecoder, testing::ValuesIn(cases()),
                         [](const auto& test) {
                           return std::string(profile_name(test.param.profile)) + "_" +
                                  std::to_string(test.param.width) + "bits" +
                                  (test.param.narrow ? "_narrow" : "") +
                                  (test.param.corrections.taps ? "_taps" : "") +
                                  (test.param.corrections.neighbour ? "_neighbour" : "");
                         });

}  // namespace
}  // namespace nrc
