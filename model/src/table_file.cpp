// SPDX-License-Identifier: Apache-2.0
#include "table_file.hpp"

#include <fstream>
#include <sstream>

#include "nrc/error.hpp"

namespace nrc {

std::string read_table_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    throw Error(path + ": cannot read the table file; check the name and the permissions");
  }
  return text.str();
}

}  // namespace nrc
