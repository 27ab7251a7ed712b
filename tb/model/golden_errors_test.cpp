// SPDX-License-Identifier: Apache-2.0
//
// The damaged streams of tb/golden/errors: what FileDecoder and Receiver make of them is what the
// manifest says. tb/reference/reference_test.py asks the same of the reference decoder.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/receiver.hpp"

namespace nrc {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Json = nlohmann::json;

const std::string kGolden = std::string(NRC_SOURCE_DIR) + "/tb/golden/";

Bytes read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

Json manifest() { return Json::parse(read(kGolden + "errors/manifest.json")); }

Bytes stream_of(const Json& entry) {
  return read(kGolden + "errors/" + entry.at("file").get<std::string>());
}

void expect_message(const std::string& message, const Json& expected) {
  const auto part = expected.at("nrc").get<std::string>();
  EXPECT_FALSE(message.empty()) << "accepted";
  EXPECT_NE(message.find(part), std::string::npos) << message << "\nexpected: " << part;
}

void check_strict(const Json& entry) {
  Bytes out;
  std::string message;
  try {
    FileDecoder decoder([&out](const std::uint8_t* data, std::size_t size) {
      out.insert(out.end(), data, data + size);
    });
    const Bytes in = stream_of(entry);
    decoder.add(in.data(), in.size());
    decoder.finish();
  } catch (const Error& e) {
    message = e.what();
  }
  const Json& strict = entry.at("strict");
  if (!strict.is_null()) {
    expect_message(message, strict);
    return;
  }
  EXPECT_EQ(message, "");
  EXPECT_EQ(crc32(0, out.data(), static_cast<uInt>(out.size())),
            entry.at("crc").get<std::uint32_t>());
}

TEST(GoldenErrors, TheDecoderOfFilesSaysWhatIsWrong) {
  for (const Json& entry : manifest()) {
    SCOPED_TRACE(entry.at("file").get<std::string>());
    check_strict(entry);
  }
}

/// What a receiver gave of one stream.
struct Given {
  std::uint32_t channels = 1;
  std::uint64_t end = 0;  ///< frames given or missing
  bool closed = false;
  Json gaps = Json::array();
  std::vector<std::pair<std::uint64_t, std::vector<std::int16_t>>> samples;
};

void check_recovered(const Json& entry) {
  std::vector<Given> streams;
  Receiver::Events events;
  events.stream = [&](const StreamHeader& header) {
    streams.emplace_back();
    streams.back().channels = header.channels;
  };
  events.samples = [&](std::uint64_t first, const std::int16_t* samples, std::size_t frames) {
    Given& given = streams.back();
    EXPECT_EQ(first, given.end);
    given.samples.emplace_back(
        first, std::vector<std::int16_t>(samples, samples + frames * given.channels));
    given.end = first + frames;
  };
  events.gap = [&](const Gap& gap) {
    EXPECT_EQ(gap.first_frame, streams.back().end);
    streams.back().end += gap.frames;
    streams.back().gaps.push_back({gap.first_frame, gap.frames, gap.lost_packets,
                                   gap.dropped_frames, gap.undecodable_packets});
  };
  events.end = [&](bool closed) { streams.back().closed = closed; };
  Receiver receiver({}, events);
  std::string message;
  try {
    const Bytes in = stream_of(entry);
    receiver.add(in.data(), in.size());
    receiver.finish();
  } catch (const Error& e) {
    message = e.what();
  }

  const Json& recover = entry.at("recover");
  if (recover.contains("error")) {
    expect_message(message, recover.at("error"));
    return;
  }
  EXPECT_EQ(message, "");
  const Json& expected = recover.at("streams");
  ASSERT_EQ(streams.size(), expected.size());
  for (std::size_t i = 0; i < streams.size(); ++i) {
    SCOPED_TRACE("stream " + std::to_string(i));
    const Given& given = streams[i];
    EXPECT_EQ(given.gaps, expected[i].at("gaps"));
    EXPECT_EQ(given.end, expected[i].at("frames").get<std::uint64_t>());
    EXPECT_EQ(given.closed, expected[i].at("closed").get<bool>());
    const Bytes source = read(kGolden + expected[i].at("samples").get<std::string>());
    const std::int64_t start = expected[i].at("start").get<std::int64_t>();
    for (const auto& [first, samples] : given.samples) {
      const std::int64_t frame = start + static_cast<std::int64_t>(first);
      const auto at = static_cast<std::size_t>(frame) * given.channels;
      ASSERT_GE(frame, 0);
      ASSERT_LE(2 * (at + samples.size()), source.size());
      for (std::size_t k = 0; k < samples.size(); ++k) {
        ASSERT_EQ(samples[k],
                  static_cast<std::int16_t>(source[2 * (at + k)] | source[2 * (at + k) + 1] << 8))
            << "frame " << first + k / given.channels;
      }
    }
  }
}

TEST(GoldenErrors, TheReceiverGivesWhatIsRightAndSaysWhatIsMissing) {
  const Json entries = manifest();
  EXPECT_GT(entries.size(), 100U);
  for (const Json& entry : entries) {
    SCOPED_TRACE(entry.at("file").get<std::string>());
    check_recovered(entry);
  }
}

}  // namespace
}  // namespace nrc
