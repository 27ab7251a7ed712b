// SPDX-License-Identifier: Apache-2.0
//
// Writes the sources that carry constants and table sets into C++ and RTL, so that both come from
// nrc/format.hpp and model/tables/*.json alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nrc/neural_tables.hpp"
#include "nrc/range_tables.hpp"
#include "nrc/table_set.hpp"

namespace nrc {

/// Text of each generated file by its path from the repository's root:
/// model/generated/builtin_tables.cpp, rtl/generated/nrc_pkg.sv, and for each set
/// rtl/generated/NAME/nrc_tables_pkg.sv, nrc_huffman_rom.sv (encoder), nrc_code_limit_rom.sv,
/// nrc_code_rank_rom.sv and nrc_symbol_rom.sv (decoder); for each of the range tables
/// rtl/generated/NAME/nrc_range_tables_pkg.sv, nrc_edge_rom.sv, nrc_window_rom.sv and
/// nrc_cumulative_rom.sv. All are valid. Neural tables have no RTL.
std::map<std::string, std::string> generate_sources(
    const std::vector<TableSet>& sets, const std::vector<RangeTables>& range_tables,
    const std::vector<NeuralTables>& neural_tables = {});

}  // namespace nrc
