// SPDX-License-Identifier: Apache-2.0
#include "table_argument.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "nrc/error.hpp"
#include "nrc/table_files.hpp"
#include "stages/huffman.hpp"
#include "tables/range_memory.hpp"

namespace nrc::cli {

namespace {

std::string edges_of(const RangeTables& tables) {
  return tables.code_width == 0 ? "no edges" : fmt::format("edges of {} bits", tables.code_width);
}

bool is_builtin_name(const std::string& name, Profile profile) {
  const std::vector<std::string> names = Tables::builtin_names(profile);
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::uint16_t> range_words(const RangeTables& tables, const std::string& compiled) {
  const RangeTables& own = RangeTables::builtin(compiled);
  if (tables.code_width != own.code_width || tables.initial_scale != own.initial_scale) {
    throw Error(
        fmt::format("the tables {} have {} and initial_scale {}, but the built-in set {}, with "
                    "which the encoder "
                    "was built, has {} and {}; give tables that differ only in their numbers",
                    tables.name, edges_of(tables), tables.initial_scale, compiled, edges_of(own),
                    own.initial_scale));
  }
  return range_memory(tables);
}

}  // namespace

std::vector<std::uint16_t> table_words(const Tables& tables, const std::string& compiled) {
  if (tables.profile() == Profile::kRange) return range_words(tables.range(), compiled);
  const TableSet& set = tables.huffman();
  const TableSet& own = TableSet::builtin(compiled);
  const auto same = [](const ScaleClass& a, const ScaleClass& b) {
    return a.below == b.below && a.first_table == b.first_table &&
           a.modulus_bits == b.modulus_bits && a.split == b.split && a.raw_bits == b.raw_bits;
  };
  if (set.symbol_bits != own.symbol_bits || set.initial_scale != own.initial_scale ||
      set.lengths.size() != own.lengths.size() ||
      !std::equal(set.classes.begin(), set.classes.end(), own.classes.begin(), own.classes.end(),
                  same)) {
    throw Error(
        fmt::format("the tables {} have other classes than the built-in set {}, with which the "
                    "encoder was built; give tables that differ only in their codes",
                    set.name, compiled));
  }
  return HuffmanEncoder(set, kMaxCodeWidth).memory();  // the same for each width
}

bool is_builtin_name(const std::string& name) {
  return is_builtin_name(name, Profile::kHuffman) || is_builtin_name(name, Profile::kRange) ||
         is_builtin_name(name, Profile::kNeural);
}

Tables table_argument(const std::string& name_or_path, Profile profile) {
  if (is_builtin_name(name_or_path, profile)) {
    return Tables::builtin(profile, name_or_path);
  }
  Tables tables = load_tables(name_or_path);
  if (tables.profile() != profile) {
    throw Error(fmt::format("{}: tables of the {} profile; give --profile {}", name_or_path,
                            profile_name(tables.profile()), profile_name(tables.profile())));
  }
  return tables;
}

StreamTables::StreamTables(const std::string& argument) {
  if (!argument.empty() && !is_builtin_name(argument)) {
    tables_ = load_tables(argument);
  }
}

const Tables* StreamTables::operator()(Profile profile, std::uint32_t id) const {
  return tables_ && tables_->profile() == profile && tables_->id() == id
             ? &*tables_
             : Tables::builtin_by_id(profile, id);
}

Profile profile_argument(const std::string& name) {
  for (const Profile profile : {Profile::kRange, Profile::kNeural, Profile::kCascade}) {
    if (name == profile_name(profile)) return profile;
  }
  return Profile::kHuffman;
}

}  // namespace nrc::cli
