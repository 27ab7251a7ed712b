// SPDX-License-Identifier: Apache-2.0
//
// The values that a recording's samples take. An ADC of fewer than 16 bits leaves a grid, and what
// lies between its points need not be coded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "recording.hpp"

namespace nrc::study {

/// How often each int16 occurs.
class ValueCounts {
 public:
  void add(const std::int16_t* samples, std::size_t count);
  ValueCounts& operator+=(const ValueCounts& other);

  std::uint64_t of(std::int32_t value) const {
    return counts_[static_cast<std::uint32_t>(value + 32768)];
  }
  std::uint64_t total() const { return total_; }
  /// The values that occur, in order.
  std::vector<std::int16_t> values() const;
  /// Entropy of (value >> shift), bits per sample.
  double entropy(int shift = 0) const;
  /// The smallest and the largest value of the middle `share` of all samples: as many are cut off
  /// at either end. At least one sample was added.
  std::pair<std::int16_t, std::int16_t> middle(double share) const;

 private:
  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(65536);
  std::uint64_t total_ = 0;
};

/// A rule of which the values are a part, and the numbering that it gives them.
class ValueGrid {
 public:
  enum class Kind : std::uint8_t {
    kFullScale,  ///< trunc(u * 65535 / (2^bits - 1) - 32768) for u of `bits` bits
    kStep,       ///< offset + k * step
    kSparse,     ///< a list of values, numbered in order
    kDense,      ///< every int16
  };

  /// The rule with the smallest numbers that all values follow: a grid of full scale of 4 to 15
  /// bits, else a step of 2 or more, else a list if at most half the values between the smallest
  /// and the largest occur, else every int16.
  /// @param values  that occur, in order
  static ValueGrid detect(const std::vector<std::int16_t>& values);

  Kind kind() const { return kind_; }
  int step() const { return step_; }  ///< of kStep
  int bits() const { return bits_; }  ///< of kFullScale
  /// In words, for the report.
  std::string text() const;
  /// Number of a value of the grid; neighbours differ by 1.
  std::int32_t index(std::int16_t value) const;
  std::int16_t value(std::int32_t index) const;
  /// Bits that hold the numbers of all values that were given, counted from the lowest.
  int index_bits() const { return index_bits_; }

  /// The rule itself, for a stream.
  Bytes serialise() const;
  /// @param at  moves past the rule. @throws Error if it is cut.
  static ValueGrid parse(const Bytes& bytes, std::size_t& at);

 private:
  Kind kind_ = Kind::kDense;
  int bits_ = 16;
  int step_ = 1;
  int offset_ = 0;
  int index_bits_ = 16;
  std::vector<std::int16_t> list_;
};

/// The stream of samples that are coded as numbers on the grid of their values. Where that is a
/// list it may cost more than it saves: then every int16 is a value, if that is shorter.
/// @param encode_on  gives the stream on a grid, with the grid's rule in front
Bytes encode_on_best_grid(const Samples& samples,
                          const std::function<Bytes(const ValueGrid&)>& encode_on);

/// The largest right shift after which the values are still all different.
/// @param values  that occur, in order
int max_lossless_shift(const std::vector<std::int16_t>& values);

}  // namespace nrc::study
