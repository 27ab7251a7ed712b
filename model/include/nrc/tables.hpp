// SPDX-License-Identifier: Apache-2.0
//
// Tables of any profile.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "nrc/cascade_tables.hpp"
#include "nrc/neural_tables.hpp"
#include "nrc/range_tables.hpp"
#include "nrc/table_set.hpp"

namespace nrc {

/// Tables of the Huffman profile (TableSet), the range profile (RangeTables), the neural profile
/// (NeuralTables) or the cascade profile (CascadeTables).
class Tables {
 public:
  Tables(TableSet set) : tables_(std::move(set)) {}           // NOLINT(google-explicit-constructor)
  Tables(RangeTables tables) : tables_(std::move(tables)) {}  // NOLINT(google-explicit-constructor)
  Tables(NeuralTables tables)                                 // NOLINT(google-explicit-constructor)
      : tables_(std::move(tables)) {}
  Tables(CascadeTables tables)  // NOLINT(google-explicit-constructor)
      : tables_(std::move(tables)) {}

  Profile profile() const { return static_cast<Profile>(tables_.index()); }
  const std::string& name() const;
  std::uint32_t id() const;
  /// @throws Error if they cannot be used with codes of this width, or are not valid.
  void check(int code_width) const;

  /// The tables of one profile; the profile must be right.
  const TableSet& huffman() const { return std::get<TableSet>(tables_); }
  const NeuralTables& neural() const { return std::get<NeuralTables>(tables_); }
  /// Of the range profile, what the network of the neural profile corrects, or those whose edges
  /// the cascade profile uses.
  const RangeTables& range() const;

  /// Built-in tables of a profile by name. @throws Error for another name.
  static const Tables& builtin(Profile profile, const std::string& name);
  /// Name of the built-in tables that hardware, live streams and the C interface use for codes of
  /// this width unless others are chosen: those of the implant's ADC for 10 bits.
  static const char* standard_name(int code_width);
  /// Names of the built-in tables of a profile.
  static std::vector<std::string> builtin_names(Profile profile);
  /// Built-in tables with this id, or nullptr.
  static const Tables* builtin_by_id(Profile profile, std::uint32_t id);

 private:
  /// In the order of Profile.
  std::variant<TableSet, RangeTables, NeuralTables, CascadeTables> tables_;
};

/// Name of a profile as the command line and the documents have it.
const char* profile_name(Profile profile);

}  // namespace nrc
