// SPDX-License-Identifier: Apache-2.0
#include "nrc/table_set.hpp"

#include <algorithm>
#include <string>

#include "format/bytes.hpp"
#include "format/crc.hpp"
#include "nrc/error.hpp"

namespace nrc {

void TableSet::validate() const {
  const auto require = [this](bool ok, const std::string& rule) {
    if (!ok) throw Error("table set '" + name + "': " + rule);
  };
  require(symbol_bits >= kMinSymbolBits && symbol_bits <= kMaxSymbolBits,
          "symbol_bits must be " + std::to_string(kMinSymbolBits) + ".." +
              std::to_string(kMaxSymbolBits));
  require(!classes.empty() && classes.size() <= kMaxClasses,
          "there must be 1.." + std::to_string(kMaxClasses) + " classes");
  require(!lengths.empty() && lengths.size() <= kMaxTables &&
              lengths.size() * static_cast<std::size_t>(symbols()) <= kMaxTableWords,
          "there must be 1.." + std::to_string(kMaxTables) + " tables and at most " +
              std::to_string(kMaxTableWords) + " code lengths");
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const ScaleClass& c = classes[k];
    const std::string where = "class " + std::to_string(k) + ": ";
    const bool is_last = k + 1 == classes.size();
    require((c.below == 0xFFFF) == is_last, where + "\"below\" is for all classes but the last");
    require(k == 0 || classes[k - 1].below < c.below, where + "\"below\" must increase");
    require(c.modulus_bits <= kMaxModulusBits && (!c.split || c.modulus_bits >= 1),
            where + "modulus_bits must be 0.." + std::to_string(kMaxModulusBits) +
                ", and 1 or more with split");
    require(c.raw_bits <= kMaxRawBits,
            where + "raw_bits must be at most " + std::to_string(kMaxRawBits));
    require(c.first_table + static_cast<std::size_t>(c.tables()) <= lengths.size(),
            where + "its tables do not all exist");
  }
  for (std::size_t t = 0; t < lengths.size(); ++t) {
    const std::string where = "table " + std::to_string(t) + ": ";
    require(lengths[t].size() == static_cast<std::size_t>(symbols()),
            where + "the number of lengths is not 2^symbol_bits");
    require(std::all_of(lengths[t].begin(), lengths[t].end(),
                        [](std::uint8_t n) { return n >= 1 && n <= kMaxCodeLength; }),
            where + "lengths must be 1.." + std::to_string(kMaxCodeLength));
    std::uint32_t kraft = 0;
    for (const std::uint8_t n : lengths[t]) kraft += std::uint32_t{1} << (kMaxCodeLength - n);
    require(kraft == std::uint32_t{1} << kMaxCodeLength, where + "the code is not complete");
  }
}

void TableSet::check_code_width(int code_width) const {
  if (initial_scale >> (code_width + kFracBits) != 0) {
    throw Error("table set '" + name + "': initial_scale is too large for codes of " +
                std::to_string(code_width) + " bits; use tables trained for this width");
  }
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const bool reachable = k == 0 || (classes[k - 1].below >> code_width) == 0;
    if (reachable && classes[k].raw_bits > code_width) {
      throw Error("table set '" + name + "' sends " + std::to_string(classes[k].raw_bits) +
                  " raw bits, more than the code width of " + std::to_string(code_width) +
                  "; use tables trained for this width");
    }
  }
}

std::uint32_t TableSet::id() const {
  std::vector<std::uint8_t> bytes = {'N',
                                     'R',
                                     'C',
                                     'T',
                                     kTablesVersion,
                                     kAdaptivePredictor,
                                     static_cast<std::uint8_t>(symbol_bits),
                                     static_cast<std::uint8_t>(classes.size())};
  append_little_endian(bytes, initial_scale);
  for (const ScaleClass& c : classes) {
    append_little_endian(bytes, c.below);
    append_little_endian(bytes, c.first_table);
    bytes.insert(bytes.end(),
                 {c.modulus_bits, static_cast<std::uint8_t>(c.split), c.raw_bits, std::uint8_t{0}});
  }
  append_little_endian(bytes, static_cast<std::uint16_t>(lengths.size()));
  for (const auto& table : lengths) bytes.insert(bytes.end(), table.begin(), table.end());
  return crc32(bytes);
}

}  // namespace nrc
