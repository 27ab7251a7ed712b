// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "nrc/table_set.hpp"

namespace nrc::cli {

/// The table set that a --tables option names: a built-in one, or else a table file.
/// @throws Error if it is neither.
TableSet table_argument(const std::string& name_or_path);

}  // namespace nrc::cli
