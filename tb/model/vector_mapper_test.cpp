// SPDX-License-Identifier: Apache-2.0
//
// The vectors' value map against the stage's, with every instruction set of the machine.
#include "vector/vector_mapper.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <tuple>
#include <type_traits>
#include <vector>

#include "each_target.hpp"
#include "stages/mapper.hpp"

namespace nrc {
namespace {

constexpr Rounding kRoundings[] = {Rounding::kDown, Rounding::kTowardsZero, Rounding::kNearestEven,
                                   Rounding::kNearestAway};

StreamHeader stream_of(SampleType type, int code_width, int low_bits, const ValueMap& map) {
  StreamHeader header;
  header.channels = static_cast<std::uint32_t>(map.channels.size());
  header.sample_type = type;
  header.code_width = code_width;
  header.low_bits = low_bits;
  header.mapping = Mapping::kMap;
  header.map = map;
  return header;
}

/// Maps these values, of all channels in turn, and the codes that they have.
template <typename Number>
void compare(const StreamHeader& header, const std::vector<Number>& values) {
  using Result = std::conditional_t<sizeof(Number) == 2, Code, WideCode>;
  const Mapper stage(header);
  const VectorMapper vectors(header);
  // Also fewer frames than a row of vectors has.
  const std::size_t all = values.size() / header.channels;
  for (const std::size_t frames : {std::min<std::size_t>(all, 3), all}) {
    const std::size_t count = frames * header.channels;
    std::vector<Result> expected(count);
    std::vector<Result> codes(count);
    const bool on_map = stage.to_codes(values.data(), frames, expected.data());
    ASSERT_EQ(vectors.to_codes(values.data(), frames, codes.data()), on_map);
    ASSERT_EQ(codes, expected);
    std::vector<Number> expected_back(count);
    std::vector<Number> back(count);
    stage.to_values(codes.data(), frames, expected_back.data());
    vectors.to_values(codes.data(), frames, back.data());
    ASSERT_EQ(back, expected_back);
    ASSERT_TRUE(vectors.to_codes(back.data(), frames, codes.data()) ||
                !stage.to_codes(back.data(), frames, expected.data()));
  }
}

/// Every int16 in every channel, as a value and as a code.
void compare_all(const ValueMap& map, int code_width) {
  const StreamHeader header = stream_of(SampleType::kInt16, code_width, 0, map);
  std::vector<std::int16_t> values;
  for (int v = -32768; v < 32768; ++v) values.insert(values.end(), header.channels, Code(v));
  compare(header, values);
  const int half = 1 << (code_width - 1);
  std::vector<Code> codes;
  for (int c = -half; c < half; ++c) codes.insert(codes.end(), header.channels, Code(c));
  std::vector<std::int16_t> expected(codes.size());
  std::vector<std::int16_t> back(codes.size());
  const std::size_t frames = codes.size() / header.channels;
  Mapper(header).to_values(codes.data(), frames, expected.data());
  VectorMapper(header).to_values(codes.data(), frames, back.data());
  ASSERT_EQ(back, expected);
}

class VectorMap : public EachTarget {};

TEST_P(VectorMap, EqualsTheStageForEveryInt16) {
  for (const Rounding rounding : kRoundings) {
    for (const auto& [n, d] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{
             {3, 2}, {1, 2}, {601, 50}, {7, 65535}, {4294967295U, 65535}}) {
      const std::int64_t step = d;
      compare_all({{{n, d, rounding}}, {{0, 1}, {0, -32768 * step - step / 3}}}, 16);
    }
  }
  for (const auto& [n, d] :
       std::vector<std::pair<std::uint32_t, std::uint32_t>>{{1, 1}, {16, 1}, {65535, 1023}}) {
    compare_all({{{n, d, Rounding::kNearestAway}}, {{0, 0}, {0, (std::int64_t{1} << 48) - 1}}}, 10);
  }
}

// The largest numbers that floats may divide, and the first that are left to doubles.
TEST_P(VectorMap, EqualsTheStageWhereFloatsEnd) {
  for (const Rounding rounding : kRoundings) {
    for (const auto& [n, d, width] : std::vector<std::tuple<std::uint32_t, std::uint32_t, int>>{
             {4079, 128, 10}, {63, 128, 16}, {63, 129, 16}}) {
      compare_all({{{n, d, rounding}}, {{0, -32768 * std::int64_t{d} - d / 3}}}, width);
    }
  }
}

// Shifts, up to codes with which they have all bits of a sample, and beyond.
TEST_P(VectorMap, EqualsTheStageWithPowersOfTwo) {
  for (const auto& [n, width] : std::vector<std::pair<std::uint32_t, int>>{
           {1, 2}, {1, 16}, {2, 15}, {2, 16}, {64, 10}, {64, 11}}) {
    compare_all({{{n, 1, Rounding::kDown}}, {{0, -1}, {0, -32768}}}, width);
  }
  for (const int width : {2, 10, 16}) {
    StreamHeader header = stream_of(SampleType::kInt16, width, 0, {{}, {{}, {}, {}}});
    header.mapping = Mapping::kCode;
    std::vector<std::int16_t> values;
    for (int v = -32768; v < 32768; ++v) values.insert(values.end(), 3, Code(v));
    compare(header, values);
  }
}

TEST_P(VectorMap, EqualsTheStageWithSeveralSteps) {
  for (const Rounding rounding : kRoundings) {
    // Whole steps go with any rounding; two others do not, and are left to the stage.
    for (const Rounding other : {rounding, Rounding::kDown}) {
      compare_all({{{601, 50, rounding}, {1, 1, Rounding::kDown}, {24, 7, other}},
                   {{0, 17}, {1, -4}, {2, 5}, {2, -50000}, {0, 0}}},
                  12);
    }
  }
}

TEST_P(VectorMap, EqualsTheStageForAnyNumberOfChannels) {
  std::mt19937 random(1);
  for (const std::size_t channels : {1, 2, 3, 7, 8, 31, 63, 64, 65, 100, 385}) {
    ValueMap map = {{{601, 50, Rounding::kNearestEven}}, {}};
    for (std::size_t c = 0; c < channels; ++c) map.channels.push_back({0, int(random() % 99999)});
    for (const std::size_t frames : {1, 2, 9, 64, 65}) {
      std::vector<std::int16_t> values(channels * frames);
      for (std::int16_t& value : values) value = static_cast<std::int16_t>(random());
      compare(stream_of(SampleType::kInt16, 10, 0, map), values);
    }
  }
}

TEST_P(VectorMap, EqualsTheStageForWideValues) {
  std::mt19937 random(2);
  using Limits = std::numeric_limits<std::int32_t>;
  for (const Rounding rounding : kRoundings) {
    for (const auto& [n, d] :
         std::vector<std::pair<std::uint32_t, std::uint32_t>>{{1, 1},
                                                              {256, 1},
                                                              {601, 50},
                                                              {3, 65535},
                                                              {65521, 65535},
                                                              {(1U << 28) - 1, 65535},
                                                              {4294967295U, 2},
                                                              {1000003, 77}}) {
      for (const auto& [width, low] :
           std::vector<std::pair<int, int>>{{24, 0}, {16, 8}, {16, 16}}) {
        if (low != 0 && n >> 28 != 0) continue;
        const std::int64_t far = (std::int64_t{1} << 48) - 1;
        const ValueMap map = {{{n, d, rounding}}, {{0, 0}, {0, 7}, {0, far}, {0, -far}}};
        std::vector<std::int32_t> values;
        for (const std::int64_t near :
             {std::int64_t{Limits::min()}, std::int64_t{0}, std::int64_t{Limits::max()},
              std::int64_t{n}, std::int64_t{n} / d, -std::int64_t{n} / 2}) {
          for (std::int64_t v = near - 20; v <= near + 20; ++v) {
            values.insert(values.end(), 4, static_cast<std::int32_t>(v));
          }
        }
        for (int i = 0; i < 4000; ++i) {
          values.push_back(static_cast<std::int32_t>(random()) >> (i / 4 % 32));
        }
        compare(stream_of(SampleType::kInt32, width, low, map), values);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(InstructionSets, VectorMap,
                         testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& set) { return hwy::TargetName(set.param); });

}  // namespace
}  // namespace nrc
