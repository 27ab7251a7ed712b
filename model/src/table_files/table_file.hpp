// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace nrc {

/// Text of a table file. @throws Error if it cannot be read.
std::string read_table_file(const std::string& path);

/// What a message may quote of a table file: a line, cut where it gets long.
std::string quotable(const std::string& text);

/// The name of tables. @throws Error if it has more than 64 bytes or control characters, as it is
/// printed.
std::string table_name(const nlohmann::json& file);

/// An integer that is `what` in a table file. @throws Error if it is none or not in low..high.
std::int64_t integer(const nlohmann::json& value, const std::string& what, std::int64_t low,
                     std::int64_t high);

/// In a catch block: throws an Error or a fault of the JSON library as an Error that says where.
[[noreturn]] void rethrow_with_place(const std::string& where);

}  // namespace nrc
