// SPDX-License-Identifier: Apache-2.0
//
// The smallest table set with the largest symbols: one class, one table of 1024 codes of 10 bits.
#pragma once

#include <vector>

#include "nrc/table_set.hpp"

namespace nrc {

inline TableSet one_table() {
  TableSet set;
  set.name = "one table";
  set.symbol_bits = kMaxSymbolBits;
  set.classes = {ScaleClass{}};
  set.lengths = {std::vector<std::uint8_t>(std::size_t{1} << kMaxSymbolBits, kMaxSymbolBits)};
  return set;
}

}  // namespace nrc
