// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace nrc {

/// Text of a table file. @throws Error if it cannot be read.
std::string read_table_file(const std::string& path);

}  // namespace nrc
