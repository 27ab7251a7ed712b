// SPDX-License-Identifier: Apache-2.0
//
// A table set: scale classes and Huffman code lengths (docs/bitstream.md,
// section 6).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nrc/format.hpp"

namespace nrc {

/// One scale class (docs/bitstream.md, section 4).
struct ScaleClass {
  std::uint16_t below = 0xFFFF;  ///< exclusive upper bound of scale >> 6, 1/16 code; last: 0xFFFF
  std::uint16_t first_table = 0;
  std::uint8_t modulus_bits = 0;
  bool split = false;
  std::uint8_t raw_bits = 0;

  /// Number of tables that the class selects from.
  int tables() const { return (1 << modulus_bits) << (split ? 1 : 0); }
};

/// Everything trained or chosen for a kind of recording. Plain data: fill it, then call validate().
struct TableSet {
  std::string name;
  std::string description;
  int symbol_bits = 6;
  std::uint32_t initial_scale = 4096;  ///< 1/1024 code
  std::vector<ScaleClass> classes;
  std::vector<std::vector<std::uint8_t>> lengths;  ///< [table][symbol], 1..kMaxCodeLength

  int symbols() const { return 1 << symbol_bits; }

  /// @throws Error naming the first rule of section 6 that is broken.
  void validate() const;

  /// @throws Error if the set cannot be used with codes of W bits (docs/bitstream.md, section 6).
  void check_code_width(int code_width) const;

  /// CRC-32 that identifies the set in a stream.
  std::uint32_t id() const;

  /// Built-in set by name: "default" or "generic". @throws Error for another name.
  static const TableSet& builtin(const std::string& name);
  static std::vector<std::string> builtin_names();
  /// Built-in set with this id, or nullptr.
  static const TableSet* builtin_by_id(std::uint32_t id);
};

}  // namespace nrc
