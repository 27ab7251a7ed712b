// SPDX-License-Identifier: Apache-2.0
//
// The tables of either profile, where it does not matter which.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "nrc/range_tables.hpp"
#include "nrc/table_set.hpp"

namespace nrc {

/// Tables of the Huffman profile (TableSet) or of the range profile (RangeTables).
class Tables {
 public:
  Tables(TableSet set) : tables_(std::move(set)) {}           // NOLINT(google-explicit-constructor)
  Tables(RangeTables tables) : tables_(std::move(tables)) {}  // NOLINT(google-explicit-constructor)

  Profile profile() const {
    return std::holds_alternative<TableSet>(tables_) ? Profile::kHuffman : Profile::kRange;
  }
  const std::string& name() const;
  std::uint32_t id() const;
  /// @throws Error if they cannot be used with codes of this width, or are not valid.
  void check(int code_width) const;

  /// The tables of one profile; the profile must be right.
  const TableSet& huffman() const { return std::get<TableSet>(tables_); }
  const RangeTables& range() const { return std::get<RangeTables>(tables_); }

  std::string to_json() const;
  /// From the text of a table file of either profile. @throws Error if it is not a valid one;
  /// `where` (a file name) is in the message.
  static Tables from_json(const std::string& text, const std::string& where);
  /// Reads a table file of either profile. @throws Error
  static Tables load(const std::string& path);
  /// Built-in tables of a profile by name. @throws Error for another name.
  static const Tables& builtin(Profile profile, const std::string& name);
  /// Built-in tables with this id, or nullptr.
  static const Tables* builtin_by_id(Profile profile, std::uint32_t id);

 private:
  std::variant<TableSet, RangeTables> tables_;
};

/// Name of a profile as the command line and the documents have it.
const char* profile_name(Profile profile);

}  // namespace nrc
