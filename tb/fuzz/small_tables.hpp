// SPDX-License-Identifier: Apache-2.0
//
// A Huffman table set of five small tables. To make a decoder of the built-in sets takes longer
// than to decode most inputs; where the tables do not matter, these let a fuzzer try ten times as
// many.
#pragma once

#include <cstdint>

#include "nrc/tables.hpp"

namespace fuzz {

/// Adaptive predictor, two classes, a split one and one with raw bits. Fits every code width.
inline const nrc::Tables& small_tables() {
  static const nrc::Tables tables = [] {
    nrc::TableSet set;
    set.name = "small";
    set.symbol_bits = 2;
    set.initial_scale = 100;
    nrc::ScaleClass first;
    first.below = 20;
    first.first_table = 0;
    first.modulus_bits = 1;
    first.split = true;
    nrc::ScaleClass last;
    last.below = 0xFFFF;
    last.first_table = 4;
    last.raw_bits = 2;
    set.classes = {first, last};
    set.lengths = {{2, 2, 2, 2}, {1, 2, 3, 3}, {3, 3, 2, 1}, {3, 2, 1, 3}, {2, 2, 2, 2}};
    return nrc::Tables(set);
  }();
  return tables;
}

/// The built-in tables and the small ones.
inline const nrc::Tables* tables_by_id(nrc::Profile profile, std::uint32_t id) {
  static const std::uint32_t small_id = small_tables().id();
  if (profile == nrc::Profile::kHuffman && id == small_id) return &small_tables();
  return nrc::Tables::builtin_by_id(profile, id);
}

}  // namespace fuzz
