// SPDX-License-Identifier: Apache-2.0
//
// Stage huffman: residual <-> codeword with canonical, length-limited tables (docs/bitstream.md,
// section 5). RTL: nrc_huffman, which reads the same words from its table memory.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "nrc/table_set.hpp"
#include "stages/bit_packer.hpp"
#include "stages/context.hpp"

namespace nrc {

/// A code of `length` bits, right-aligned in `bits`. At most kMaxCodeLength + kMaxCodeWidth bits.
struct Codeword {
  std::uint32_t bits;
  int length;
};

/// Symbols of a table in the order of their canonical codes: by (length, symbol).
std::vector<std::uint16_t> canonical_order(const std::vector<std::uint8_t>& lengths);

/// Canonical codes of one table. @param lengths  1..kMaxCodeLength each, Kraft sum exactly 1.
std::vector<Codeword> canonical_codes(const std::vector<std::uint8_t>& lengths);

/// Optimal code lengths of at most `limit` bits for the weights (package-merge, Larmore and
/// Hirschberg 1990). All weights > 0; at least two; 2^limit >= their number.
std::vector<std::uint8_t> limited_lengths(const std::vector<double>& weights, int limit);

class HuffmanEncoder {
 public:
  HuffmanEncoder(const TableSet& tables, int code_width);

  /// Codeword of `code`, predicted as `predicted_code`, in the given context.
  Codeword encode(Code code, std::int32_t predicted_code, const CodingContext& context) const;
  /// The code itself, for a channel's first one after a reset: nothing predicts it.
  Codeword verbatim(Code code) const;

  /// Word of the table memory: the code with a one in front of its first bit, so that the length
  /// is the position of the leading one. Index: table * symbols + symbol.
  const std::vector<std::uint16_t>& memory() const { return memory_; }

 private:
  int symbol_bits_;
  int code_width_;
  std::vector<std::uint16_t> memory_;
};

class HuffmanDecoder {
 public:
  HuffmanDecoder(const TableSet& tables, int code_width);

  /// Next code of the payload. The reader's overrun() is true if the payload ended too soon.
  /// @throws Error if a residual leads outside the code width (only a damaged payload does).
  Code decode(BitReader& reader, std::int32_t predicted_code, const CodingContext& context) const;
  /// Inverse of HuffmanEncoder::verbatim().
  Code decode_verbatim(BitReader& reader) const;

 private:
  struct Entry {
    std::uint16_t symbol;
    std::uint8_t length;  ///< 0: longer than the index, search `codes`
  };
  struct Table {
    std::array<std::uint32_t, kMaxCodeLength + 2>
        limit;  ///< first code above each length, left-aligned
    std::array<std::int32_t, kMaxCodeLength + 1> offset;  ///< rank of a length's first code - code
    std::vector<std::uint16_t> by_rank;                   ///< symbols in canonical order
  };
  static constexpr int kIndexBits = 9;

  int symbol_bits_;
  int code_width_;
  std::vector<Table> tables_;
  std::vector<Entry> index_;  ///< [table << kIndexBits | next bits]
};

}  // namespace nrc
