// SPDX-License-Identifier: Apache-2.0
//
// Table files (docs/bitstream.md, section 6): tables of any profile as JSON. A library of its own,
// nrc_table_files, so that the codec itself needs no JSON.
#pragma once

#include <string>

#include "nrc/tables.hpp"

namespace nrc {

/// Text of the table file of valid tables.
std::string to_json(const TableSet& set);
std::string to_json(const RangeTables& tables);
std::string to_json(const NeuralTables& tables);
std::string to_json(const Tables& tables);

/// Tables from the text of a table file.
/// @param where  a file's name, for messages
/// @throws Error if it is not a valid table file (of this kind)
TableSet table_set_from_json(const std::string& text, const std::string& where);
RangeTables range_tables_from_json(const std::string& text, const std::string& where);
NeuralTables neural_tables_from_json(const std::string& text, const std::string& where);
Tables tables_from_json(const std::string& text, const std::string& where);

/// Reads a table file. @throws Error if it cannot be read or is not a valid one (of this kind)
TableSet load_table_set(const std::string& path);
RangeTables load_range_tables(const std::string& path);
NeuralTables load_neural_tables(const std::string& path);
Tables load_tables(const std::string& path);

}  // namespace nrc
