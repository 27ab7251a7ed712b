// SPDX-License-Identifier: Apache-2.0
//
// Form of the built-in table sets in model/generated/builtin_tables.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/table_set.hpp"

namespace nrc {

/// A table set as constants; lengths[table] has a hexadecimal digit for each symbol.
struct BuiltinTables {
  const char* name;
  const char* description;
  int symbol_bits;
  std::uint32_t initial_scale;
  const ScaleClass* classes;
  std::size_t class_count;
  const char* const* lengths;
  std::size_t table_count;
};

/// Range tables as constants.
struct BuiltinRangeTables {
  const char* name;
  const char* description;
  std::uint32_t initial_scale;
  int code_width;
  const std::int32_t* edges;
  std::size_t edge_count;
  const std::uint16_t* cumulative;
};

/// A layer of a network as constants.
struct BuiltinNeuralLayer {
  int inputs;
  int outputs;
  int shift;
  const std::int32_t* bias;
  const std::int8_t* weights;
};

/// Neural tables as constants.
struct BuiltinNeuralTables {
  BuiltinRangeTables range;
  std::vector<BuiltinNeuralLayer> layers;
};

extern const std::vector<BuiltinTables> kBuiltinTables;
extern const std::vector<BuiltinRangeTables> kBuiltinRangeTables;
extern const std::vector<BuiltinNeuralTables> kBuiltinNeuralTables;

}  // namespace nrc
