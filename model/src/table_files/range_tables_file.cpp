// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <string>

#include "nrc/error.hpp"
#include "nrc/table_files.hpp"
#include "table_files/table_file.hpp"

namespace nrc {

namespace {

constexpr const char* kRangeFormat = "nrc-range-tables";
constexpr int kRangeFileVersion = 1;

}  // namespace

RangeTables range_tables_from_json(const std::string& text, const std::string& where) {
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("format") != kRangeFormat) throw Error("\"format\" is not \"nrc-range-tables\"");
    integer(json.at("version"), "\"version\"", kRangeFileVersion, kRangeFileVersion);
    RangeTables tables;
    tables.name = table_name(json);
    tables.description = json.value("description", "");
    tables.initial_scale = static_cast<std::uint32_t>(
        integer(json.at("initial_scale"), "\"initial_scale\"", 0, 0xFFFF));
    tables.code_width =
        static_cast<int>(integer(json.at("code_width"), "\"code_width\"", 0, kMaxCodeWidth));
    for (const auto& edge : json.at("edges")) {
      tables.edges.push_back(
          static_cast<std::int32_t>(integer(edge, "an edge", INT32_MIN, INT32_MAX)));
    }
    for (const auto& c : json.at("cumulative")) {
      tables.cumulative.push_back(
          static_cast<std::uint16_t>(integer(c, "a cumulative frequency", 0, 0xFFFF)));
    }
    tables.validate();
    return tables;
  } catch (...) {
    rethrow_with_place(where);
  }
}

std::string to_json(const RangeTables& tables) {
  nlohmann::ordered_json json;
  json["format"] = kRangeFormat;
  json["version"] = kRangeFileVersion;
  json["name"] = tables.name;
  json["description"] = tables.description;
  json["initial_scale"] = tables.initial_scale;
  json["code_width"] = tables.code_width;
  json["edges"] = tables.edges;
  json["cumulative"] = tables.cumulative;
  return json.dump(1) + "\n";
}

RangeTables load_range_tables(const std::string& path) {
  return range_tables_from_json(read_table_file(path), path);
}

}  // namespace nrc
