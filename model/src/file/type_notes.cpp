// SPDX-License-Identifier: Apache-2.0
#include "file/type_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "file/signal_notes.hpp"
#include "format/samples.hpp"

namespace nrc {
namespace {

constexpr std::size_t kLeastFrames = 64;
constexpr std::size_t kLeastSamples = 512;
constexpr std::size_t kMaxBytes = std::size_t{1} << 18;  ///< that are looked at
/// Another type must need so many bits a byte less, and less than this share of them.
constexpr double kLessBits = 0.6;
constexpr double kShare = 0.8;
/// Of the words of float32 samples, these parts at least have an exponent as of a signal and are of
/// either sign.
constexpr double kFloatShare = 0.995;
constexpr double kSignShare = 0.02;
/// Numbers of channels that are tried, and the samples that each is tried on.
constexpr std::size_t kMaxLag = 1100;
constexpr std::size_t kLagSamples = 8192;
/// A number of channels shows if samples so far apart differ by so many bits less than those one
/// sample nearer or farther.
constexpr double kDip = 0.4;

/// Bits that the difference of two samples takes, about, on average: 1.5 and the magnitude's
/// logarithm, between powers of two in a straight line. The bits of a float are just that, so that
/// a vector of them is summed at once.
double bits_of_differences(const std::int32_t* samples, const std::int32_t* others,
                           std::size_t count) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double difference = static_cast<double>(samples[i]) - static_cast<double>(others[i]);
    const float magnitude = std::max(static_cast<float>(std::fabs(difference)), 0.5F);  // no zero
    std::uint32_t bits = 0;
    std::memcpy(&bits, &magnitude, sizeof bits);
    sum += bits;
  }
  constexpr double kExponentBias = 127.0;
  constexpr double kMantissa = 1U << 23;
  return 1.5 - kExponentBias + static_cast<double>(sum) / kMantissa / static_cast<double>(count);
}

struct Kind {
  SampleType type;
  bool swapped;  ///< other byte order than the one given
};

/// Bits a byte that the steps from frame to frame take, if the bytes are of this kind.
double bits_per_byte(const std::vector<std::uint8_t>& bytes, std::size_t channels, Kind kind) {
  std::vector<std::uint8_t> turned = bytes;
  if (kind.swapped) {
    to_byte_order(kind.type, !kBigEndianMachine, turned.data(), turned.size());
  }
  const std::size_t count = turned.size() / sample_bytes(kind.type);
  std::vector<std::int32_t> values(count);
  get_values(kind.type, turned.data(), count, values.data());
  return bits_of_differences(values.data() + channels, values.data(), count - channels) /
         static_cast<double>(sample_bytes(kind.type));
}

/// Low bits of the samples that are never used, as of codes that are shifted left.
int unused_bits(const std::vector<std::uint8_t>& bytes, const StreamHeader& header) {
  std::uint32_t used = 0;
  for (const std::int32_t value : note_values(bytes, header)) {
    used |= static_cast<std::uint32_t>(value);
  }
  return low_zero_bits(used);
}

/// Whether channels are about both ends of their range, and would be about its middle with the
/// other sign, and none the other way round.
bool other_sign(const std::vector<std::uint8_t>& bytes, const StreamHeader& header) {
  const std::int64_t range = std::int64_t{1} << sample_bits(header.sample_type);
  const std::vector<std::int32_t> values = note_values(bytes, header);
  const std::size_t count = values.size();
  std::size_t wrong = 0;
  for (std::size_t c = 0; c < header.channels; ++c) {
    std::array<std::int64_t, 2> least = {range, range};
    std::array<std::int64_t, 2> most = {-range, -range};
    for (std::size_t i = c; i < count; i += header.channels) {
      const std::int64_t value = values[i];
      const std::int64_t other = value < 0 ? value + range / 2 : value - range / 2;
      least = {std::min(least[0], value), std::min(least[1], other)};
      most = {std::max(most[0], value), std::max(most[1], other)};
    }
    const bool ends = most[0] - least[0] > range / 4 * 3;
    const bool middle = most[1] - least[1] < range / 4;
    if (!ends && middle && most[0] > 0 && least[0] < 0) return false;
    wrong += ends && middle ? 1 : 0;
  }
  return 10 * wrong >= header.channels;
}

/// Whether the bytes are those of float32 samples that are a signal.
bool floating(const std::vector<std::uint8_t>& bytes, bool swapped) {
  constexpr int kMinExponent = 127 - 50;
  constexpr int kMaxExponent = 127 + 40;
  std::size_t usual = 0;
  std::size_t negative = 0;
  std::size_t words = 0;
  for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data() + i, 4);
    if (swapped) word = __builtin_bswap32(word);
    if (word == 0) continue;
    ++words;
    const int exponent = static_cast<int>(word >> 23 & 0xFF);
    usual += exponent >= kMinExponent && exponent <= kMaxExponent ? 1 : 0;
    negative += word >> 31;
  }
  if (words < kLeastSamples) return false;
  const auto all = static_cast<double>(words);
  const double share = static_cast<double>(negative) / all;
  return static_cast<double>(usual) >= kFloatShare * all && share >= kSignShare &&
         share <= 1.0 - kSignShare;
}

/// The number of channels that shows instead of the one given; 0: none does.
std::size_t other_channels(const std::vector<std::uint8_t>& bytes, const StreamHeader& header) {
  const std::size_t count = bytes.size() / sample_bytes(header.sample_type);
  std::vector<std::int32_t> values(count);
  get_values(header.sample_type, bytes.data(), count, values.data());
  const std::size_t most = std::min({kMaxLag, count / 8, std::size_t{kMaxChannels}});
  const std::size_t given = header.channels;
  if (most < 2 || given + 1 > count / 4) return 0;
  const std::size_t reach = std::max(most, given) + 1;
  const std::size_t used = std::min(count - reach, kLagSamples);
  const auto cost = [&](std::size_t lag) {
    return bits_of_differences(values.data() + reach, values.data() + reach - lag, used);
  };
  std::vector<double> costs(most + 2);
  for (std::size_t lag = 1; lag <= most + 1; ++lag) costs[lag] = cost(lag);
  costs[0] = costs[2];
  const auto dip = [](double before, double at, double after) {
    return std::min(before, after) - at;
  };
  const double given_cost = cost(given);
  const double given_dip = dip(given == 1 ? cost(2) : cost(given - 1), given_cost, cost(given + 1));
  std::size_t best = 0;
  double deepest = std::max(kDip, 2.0 * given_dip);
  for (std::size_t i = 2; i <= most + 1; ++i) {
    // One channel last: neighbours in space may be alike as well.
    const std::size_t lag = i > most ? 1 : i;
    if (lag == 1 && best != 0) break;
    const double depth = dip(costs[lag - 1], costs[lag], costs[lag + 1]);
    if (depth < deepest || costs[lag] + kDip > given_cost) continue;
    // The multiples of a number of channels show nearly as well.
    if (best != 0 && lag % best == 0 && depth < deepest + 0.3) continue;
    deepest = depth;
    best = lag;
  }
  return best == given ? 0 : best;
}

}  // namespace

std::vector<std::string> type_notes(const std::vector<std::uint8_t>& samples,
                                    const StreamHeader& header) {
  const std::size_t step = sample_bytes(header.sample_type);
  const std::size_t count = samples.size() / step;
  if (count < kLeastSamples || count / header.channels < kLeastFrames) return {};
  // Of as many channels as there are: whole frames of any type of up to four bytes.
  const std::size_t unit = 12 * std::size_t{header.channels};
  const std::size_t wanted = std::max(kMaxBytes, 64 * unit) / unit * unit;
  std::vector<std::uint8_t> bytes(
      samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(
                                             std::min(samples.size() / unit * unit, wanted)));
  if (bytes.empty()) return {};

  for (const bool swapped : {false, true}) {
    if (step != 2 && step != 4) break;
    // int16 samples were turned round two by two.
    std::vector<std::uint8_t> words = bytes;
    if (header.big_endian != kBigEndianMachine && step == 2) {
      to_byte_order(header.sample_type, header.big_endian, words.data(), words.size());
      to_byte_order(SampleType::kInt32, header.big_endian, words.data(), words.size());
    }
    if (floating(words, swapped)) {
      return {fmt::format(
          "the samples look like 32-bit floating-point numbers, which nrc does not code as such, "
          "and are taken as {}; make integers of them before encoding, in steps of the ADC",
          sample_type_name(header.sample_type))};
    }
  }

  // Bits that are never used cost nothing. Other types have them as samples that never change.
  const double given = bits_per_byte(bytes, header.channels, {header.sample_type, false}) -
                       static_cast<double>(unused_bits(bytes, header)) / static_cast<double>(step);
  double least = std::min(given - kLessBits, given * kShare);
  std::optional<Kind> other;
  for (std::size_t i = 0; i < kSampleTypes; ++i) {
    for (const bool swapped : {false, true}) {
      const Kind kind = {static_cast<SampleType>(i), swapped};
      if (swapped && sample_bytes(kind.type) == 1) continue;
      const double bits = bits_per_byte(bytes, header.channels, kind);
      if (bits >= least) continue;
      least = bits;
      other = kind;
    }
  }
  if (other) {
    std::string options = fmt::format("--type {}", sample_type_name(other->type));
    const bool big_endian = header.big_endian != other->swapped;
    if (other->swapped) options += big_endian ? " --big-endian" : " without --big-endian";
    // The byte order is named where it makes the difference.
    const auto name = [&](SampleType type, bool high_first) {
      if (!other->swapped || sample_bytes(type) == 1) return std::string(sample_type_name(type));
      return fmt::format("{} {}", high_first ? "big-endian" : "little-endian",
                         sample_type_name(type));
    };
    return {fmt::format("the samples look like {}, not {}; if so, give {}",
                        name(other->type, big_endian), name(header.sample_type, header.big_endian),
                        options)};
  }
  if (other_sign(bytes, header)) {
    const auto twin = static_cast<SampleType>(static_cast<int>(header.sample_type) ^ 1);
    return {fmt::format("the samples look like {}, not {}; if so, give --type {}",
                        sample_type_name(twin), sample_type_name(header.sample_type),
                        sample_type_name(twin))};
  }
  if (const std::size_t channels = other_channels(bytes, header); channels != 0) {
    return {
        fmt::format("the samples look like those of {} channels, not {}; if so, give "
                    "--channels {}",
                    channels, header.channels, channels)};
  }
  return {};
}

}  // namespace nrc
