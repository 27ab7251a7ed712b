// SPDX-License-Identifier: Apache-2.0
#include "format/value_map.hpp"

#include <algorithm>
#include <string>

#include "format/bytes.hpp"
#include "format/varint.hpp"
#include "nrc/error.hpp"

namespace nrc {

namespace {

constexpr std::size_t kFixedBytes = 4;
constexpr std::size_t kStepBytes = 8;
constexpr int kRoundingBits = 2;
constexpr std::uint8_t kPerChannel = 1;  ///< flag: a map for each channel, else one for all

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  return quotient * b > a ? quotient - 1 : quotient;
}

[[noreturn]] void damaged(const std::string& what) {
  throw Error("stream header: its value map " + what);
}

void check(const ValueMap& map) {
  if (map.steps.empty() || map.steps.size() > kMaxMapSteps) damaged("has no steps, or over 255");
  for (const MapStep& step : map.steps) {
    if (step.numerator == 0 || step.denominator == 0 || step.denominator > kMaxStepDenominator) {
      damaged("has a step of " + std::to_string(step.numerator) + "/" +
              std::to_string(step.denominator) +
              "; give a numerator from 1 and a denominator from 1 to 65535");
    }
  }
  for (const ChannelMap& channel : map.channels) {
    if (channel.step >= map.steps.size()) damaged("names a step that it does not have");
    if (channel.offset < -kMaxMapOffset || channel.offset > kMaxMapOffset) {
      damaged("has an offset of more than 48 bits");
    }
  }
}

/// Of a code, before it is reduced to the samples' range.
std::int64_t sample_of(const MapStep& step, std::int64_t offset, std::int64_t code) {
  // Whole samples of the offset are added after rounding, so that how halves are rounded, and where
  // zero is, depends on the code and not on where the channel rests.
  const std::int64_t d = step.denominator;
  const std::int64_t whole = floor_divide(offset, d);
  const std::int64_t x = code * step.numerator + (offset - whole * d);
  std::int64_t value = 0;
  switch (step.rounding) {
    case Rounding::kDown:
      value = floor_divide(x, d);
      break;
    case Rounding::kTowardsZero:
      value = x / d;
      break;
    case Rounding::kNearestEven:
      value = floor_divide(2 * x + d, 2 * d);
      if (value * 2 * d == 2 * x + d && value % 2 != 0) --value;
      break;
    case Rounding::kNearestAway:
      value = x >= 0 ? (2 * x + d) / (2 * d) : -((d - 2 * x) / (2 * d));
      break;
  }
  return whole + value;
}

/// @param bits  samples are numbers modulo 2 to this power
std::int64_t code_of(const MapStep& step, std::int64_t offset, int code_width, std::int64_t sample,
                     int bits) {
  const std::int64_t n = step.numerator;
  const std::int64_t d = step.denominator;
  // The distance from code 0 in 1/d, the short way round.
  std::int64_t distance = sample * d - offset;
  const std::int64_t turn = d << bits;
  distance -= turn * floor_divide(distance + turn / 2, turn);
  // What rounding took away is on average half of its most.
  const std::int64_t most = d - 1;
  std::int64_t lost = 0;
  if (step.rounding == Rounding::kDown) lost = most;
  if (step.rounding == Rounding::kTowardsZero) {
    const std::int64_t value = distance + (offset - d * floor_divide(offset, d));
    lost = value > 0 ? most : value < 0 ? -most : 0;
  }
  const std::int64_t code = floor_divide(2 * distance + lost + n, 2 * n);
  const std::int64_t half = std::int64_t{1} << (code_width - 1);
  return std::clamp(code, -half, half - 1);
}

void append_fields(const ValueMap& map, std::vector<std::uint8_t>& payload) {
  const bool per_channel = map.channels.size() > 1;
  payload.push_back(static_cast<std::uint8_t>(map.steps.size()));
  payload.push_back(per_channel ? kPerChannel : 0);
  payload.resize(payload.size() + 2);
  for (const MapStep& step : map.steps) {
    append_little_endian(payload, step.numerator);
    append_little_endian(payload,
                         step.denominator << kRoundingBits | static_cast<unsigned>(step.rounding));
  }
  std::int64_t before = 0;
  for (const ChannelMap& channel : map.channels) {
    if (map.steps.size() > 1) payload.push_back(channel.step);
    append_varint(payload, zigzag(channel.offset - before));
    before = channel.offset;
  }
  pad_to_words(payload);
}

}  // namespace

std::int16_t map_sample(const MapStep& step, std::int64_t offset, Code code) {
  return static_cast<std::int16_t>(sample_of(step, offset, code));
}

std::int32_t map_wide_sample(const MapStep& step, std::int64_t offset, WideCode code) {
  return static_cast<std::int32_t>(sample_of(step, offset, code));
}

Code map_code(const MapStep& step, std::int64_t offset, int code_width, std::int16_t sample) {
  return static_cast<Code>(code_of(step, offset, code_width, sample, 16));
}

WideCode map_wide_code(const MapStep& step, std::int64_t offset, int code_width,
                       std::int32_t sample) {
  return static_cast<WideCode>(code_of(step, offset, code_width, sample, 32));
}

void append_value_map(const ValueMap& map, std::vector<std::uint8_t>& payload) {
  check(map);
  if (map.channels.empty()) damaged("has no channels");
  append_fields(map, payload);
  if (payload.size() > kMaxStreamHeaderBytes) {
    damaged("is longer than a stream header can be; give all channels the same map");
  }
}

bool value_map_fits(const ValueMap& map, std::size_t others) {
  std::vector<std::uint8_t> payload(others);
  append_fields(map, payload);
  return payload.size() <= kMaxStreamHeaderBytes;
}

SizeBounds value_map_sizes(const std::uint8_t* bytes, std::uint32_t channels) {
  const std::size_t steps = bytes[0];
  const std::size_t maps = (bytes[1] & kPerChannel) != 0 ? channels : 1;
  const std::size_t index = steps > 1 ? 1 : 0;
  const std::size_t fixed = kFixedBytes + kStepBytes * steps;
  const auto padded = [](std::size_t size) { return (size + 3) / 4 * 4; };
  return {fixed + padded(maps * (index + 1)), fixed + padded(maps * (index + kMaxVarintBytes))};
}

ValueMap parse_value_map(const std::uint8_t* bytes, std::size_t& size, std::uint32_t channels) {
  if (size < kFixedBytes || size < value_map_sizes(bytes, channels).least) {
    damaged("has the wrong length");
  }
  if (bytes[1] > kPerChannel || bytes[2] != 0 || bytes[3] != 0) {
    damaged("has flags that are unknown to this version");
  }
  if (bytes[1] == kPerChannel && channels == 1) damaged("has a list of one channel");
  ValueMap map;
  map.steps.resize(bytes[0]);
  const std::uint8_t* at = bytes + kFixedBytes;
  for (MapStep& step : map.steps) {
    step.numerator = get_little_endian<std::uint32_t>(at);
    const auto second = get_little_endian<std::uint32_t>(at + 4);
    step.denominator = second >> kRoundingBits;
    step.rounding = static_cast<Rounding>(second & 3);
    at += kStepBytes;
  }
  map.channels.resize(bytes[1] == kPerChannel ? channels : 1);
  VarintReader reader(at, bytes + size);
  std::int64_t before = 0;
  for (ChannelMap& channel : map.channels) {
    std::uint64_t difference = 0;
    if ((map.steps.size() > 1 && !reader.read_byte(channel.step)) || !reader.read(difference)) {
      damaged("ends too soon");
    }
    channel.offset = before + unzigzag(difference);
    before = channel.offset;
    // At once, so that no sum of differences overflows.
    if (before < -kMaxMapOffset || before > kMaxMapOffset) damaged("has an offset out of range");
  }
  const auto used = static_cast<std::size_t>(reader.at() - bytes);
  const std::size_t padding = std::min((4 - used % 4) % 4, reader.left());
  if (!std::all_of(reader.at(), reader.at() + padding,
                   [](std::uint8_t byte) { return byte == 0; })) {
    damaged("has bytes after its last channel");
  }
  size = used + padding;
  check(map);
  return map;
}

}  // namespace nrc
