// SPDX-License-Identifier: Apache-2.0
#include "table_argument.hpp"

#include <algorithm>
#include <vector>

namespace nrc::cli {

TableSet table_argument(const std::string& name_or_path) {
  const std::vector<std::string> names = TableSet::builtin_names();
  const bool builtin = std::find(names.begin(), names.end(), name_or_path) != names.end();
  return builtin ? TableSet::builtin(name_or_path) : TableSet::load(name_or_path);
}

}  // namespace nrc::cli
