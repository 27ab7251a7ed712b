// SPDX-License-Identifier: Apache-2.0
#include "table_files/table_file.hpp"

#include <algorithm>
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

std::string quotable(const std::string& text) {
  constexpr std::size_t kMaxQuoted = 160;
  std::string line = text.substr(0, kMaxQuoted);
  for (char& c : line) {
    if (c < ' ' || c > '~') c = '?';
  }
  return line.size() < text.size() ? line + "..." : line;
}

std::string table_name(const nlohmann::json& file) {
  constexpr std::size_t kMaxNameBytes = 64;
  std::string name = file.at("name").get<std::string>();
  const bool printable = std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && c != '\x7F';
  });
  if (!printable || name.size() > kMaxNameBytes) {
    throw Error("\"name\" must be one of at most 64 bytes without control characters");
  }
  return name;
}

std::int64_t integer(const nlohmann::json& value, const std::string& what, std::int64_t low,
                     std::int64_t high) {
  // The library would cut fractions off and let large numbers wrap around.
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() ||
                     value.get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX));
  if (!fits || value.get<std::int64_t>() < low || value.get<std::int64_t>() > high) {
    throw Error(what + ": " + quotable(value.dump()) + " is not an integer in " +
                std::to_string(low) + ".." + std::to_string(high));
  }
  return value.get<std::int64_t>();
}

void rethrow_with_place(const std::string& where) {
  try {
    throw;
  } catch (const Error& e) {
    throw Error(where + ": " + e.what());
  } catch (const nlohmann::json::exception& e) {
    throw Error(where + ": not a table file: " + quotable(e.what()));
  }
}

}  // namespace nrc
