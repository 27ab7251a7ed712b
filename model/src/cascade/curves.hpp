// SPDX-License-Identifier: Apache-2.0
//
// Curves of the cascade profile: cumulative distributions, a logarithm and its inverse
// (docs/bitstream.md, section 15). No RTL.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "stages/floor_log2.hpp"

namespace nrc {

/// Shapes of a distribution, by their tails.
enum class Shape : std::uint8_t { kNormal, kLogistic, kStudent };

class Curves {
 public:
  static constexpr int kMassBits = 30;     ///< all of a distribution has a mass of 2^30
  static constexpr int kOctaveBits = 16;   ///< logarithms are in 1/65536 octave
  static constexpr int kDeviateBits = 16;  ///< deviates are in 1/65536 of the mean deviation
  static constexpr std::int32_t kLimit = 15 << kOctaveBits;  ///< of log odds that are mixed

  static const Curves& instance();

  /// Mass below a deviate.
  std::int32_t cumulative(Shape shape, std::int64_t deviate) const {
    const std::int64_t v =
        std::clamp<std::int64_t>(deviate + (std::int64_t{kReach} << kDeviateBits), 0,
                                 (std::int64_t{2 * kReach} << kDeviateBits) - 1);
    return between(cumulative_[static_cast<std::size_t>(shape)], v, kDeviateBits - kCurveBits);
  }

  /// Binary logarithm of a mass, at least 1.
  std::int32_t log2(std::int32_t mass) const {
    const auto m = static_cast<std::uint32_t>(mass);
    const int octave = floor_log2(m);
    const std::uint32_t mantissa =
        octave >= kLogBits ? m >> (octave - kLogBits) : m << (kLogBits - octave);
    return (octave << kOctaveBits) + log2_[mantissa & ((1u << kLogBits) - 1)];
  }

  /// log2(odds) -> probability in 1/65536, 1..65535.
  std::uint32_t probability(std::int64_t log_odds) const {
    const std::int64_t v =
        std::clamp<std::int64_t>(log_odds + (std::int64_t{kReach} << kOctaveBits), 0,
                                 (std::int64_t{2 * kReach} << kOctaveBits) - 1);
    return static_cast<std::uint32_t>(
        std::clamp(between(probability_, v, kOctaveBits - kSquashBits), 1, 65535));
  }

 private:
  static constexpr int kReach = 16;      ///< deviates and octaves on each side
  static constexpr int kCurveBits = 6;   ///< points of a distribution for a deviate
  static constexpr int kSquashBits = 5;  ///< points of the probability for an octave
  static constexpr int kLogBits = 10;

  Curves();

  /// Interpolates between the points of a table.
  template <class Table>
  static std::int32_t between(const Table& table, std::int64_t v, int fraction_bits) {
    const auto at = static_cast<std::size_t>(v >> fraction_bits);
    const std::int64_t fraction = v & ((std::int64_t{1} << fraction_bits) - 1);
    const std::int32_t from = table[at];
    return from + static_cast<std::int32_t>((std::int64_t{table[at + 1] - from} * fraction) >>
                                            fraction_bits);
  }

  std::array<std::array<std::int32_t, (2 * kReach << kCurveBits) + 1>, 3> cumulative_;
  std::array<std::int32_t, (2 * kReach << kSquashBits) + 1> probability_;
  std::array<std::uint16_t, 1 << kLogBits> log2_;
};

}  // namespace nrc
