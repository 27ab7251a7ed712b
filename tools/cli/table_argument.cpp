// SPDX-License-Identifier: Apache-2.0
#include "table_argument.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "nrc/error.hpp"
#include "nrc/table_files.hpp"

namespace nrc::cli {

namespace {

bool is_builtin_name(const std::string& name, Profile profile) {
  const std::vector<std::string> names = Tables::builtin_names(profile);
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

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
