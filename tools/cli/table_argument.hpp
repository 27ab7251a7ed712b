// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nrc/tables.hpp"

namespace nrc::cli {

/// The tables that a --tables option names: built-in ones of the profile, or else a table file.
/// @throws Error if it is neither, or a file of another profile.
Tables table_argument(const std::string& name_or_path, Profile profile);

/// Words for the table port of an RTL encoder with LoadableTables, which was built with the
/// built-in set `compiled`, in the order of their addresses.
/// @throws Error if the tables differ from that set in more than their codes, which are all that
/// can be loaded.
std::vector<std::uint16_t> table_words(const Tables& tables, const std::string& compiled);

/// True for a name of built-in tables of any profile.
bool is_builtin_name(const std::string& name);

/// The tables of a stream: built-in ones are found by their id, so only a file is worth naming.
/// Fits PacketDecoder::TableSource by std::cref().
class StreamTables {
 public:
  /// @param argument  of --tables; may be empty. @throws Error if the file cannot be used
  explicit StreamTables(const std::string& argument);
  const Tables* operator()(Profile profile, std::uint32_t id) const;

 private:
  std::optional<Tables> tables_;
};

/// The profile that a --profile option names.
Profile profile_argument(const std::string& name);

}  // namespace nrc::cli
