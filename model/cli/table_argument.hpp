// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "nrc/tables.hpp"

namespace nrc::cli {

/// The tables that a --tables option names: built-in ones of the profile, or else a table file.
/// @throws Error if it is neither, or a file of another profile.
Tables table_argument(const std::string& name_or_path, Profile profile);

/// True for a name of built-in tables of any profile.
bool is_builtin_name(const std::string& name);

/// The profile that a --profile option names, "huffman" or "range".
Profile profile_argument(const std::string& name);

}  // namespace nrc::cli
