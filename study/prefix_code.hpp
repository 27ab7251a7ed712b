// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "recording.hpp"
#include "stages/bit_packer.hpp"
#include "stages/huffman.hpp"

namespace nrc::study {

/// Huffman's code of a set of int16 values: canonical, at most kMaxLength bits.
class PrefixCode {
 public:
  static constexpr int kMaxLength = 24;
  using Counts = std::map<std::int16_t, std::uint64_t>;

  /// @param counts  of at least one value
  explicit PrefixCode(const Counts& counts);

  /// @param value  one of those that were counted
  void put(BitPacker& packer, std::int16_t value) const;
  /// @throws Error if the bits are no codeword.
  std::int16_t get(BitReader& reader) const;

  /// The code itself: the number of values, their differences and lengths.
  Bytes serialise() const;
  /// @param at  moves past the code. @throws Error if it is cut.
  static PrefixCode parse(const Bytes& bytes, std::size_t& at);

 private:
  PrefixCode(std::vector<std::int16_t> values, std::vector<std::uint8_t> lengths);

  std::vector<std::int16_t> values_;  ///< in order
  std::vector<std::uint8_t> lengths_;
  std::vector<Codeword> codes_;
  std::vector<std::uint32_t> by_rank_;                    ///< index of a value, in canonical order
  std::array<std::uint32_t, kMaxLength + 1> limit_ = {};  ///< first code above each length
  std::array<std::int64_t, kMaxLength + 1> offset_ = {};  ///< rank - code of a length
};

}  // namespace nrc::study
