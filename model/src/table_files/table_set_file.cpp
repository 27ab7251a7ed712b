// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <string>

#include "nrc/error.hpp"
#include "nrc/table_files.hpp"
#include "table_files/table_file.hpp"
#include "tables/code_lengths.hpp"

namespace nrc {

namespace {

constexpr const char* kTableSetFormat = "nrc-tables";
constexpr int kTableSetFileVersion = 1;
constexpr const char* kPredictor = "adaptive";  ///< the only one

template <typename T>
T number(const nlohmann::json& object, const char* key, std::int64_t low, std::int64_t high) {
  return static_cast<T>(integer(object.at(key), std::string("\"") + key + "\"", low, high));
}

TableSet parse(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  if (json.at("format") != kTableSetFormat) throw Error("\"format\" is not \"nrc-tables\"");
  number<int>(json, "version", kTableSetFileVersion, kTableSetFileVersion);
  TableSet set;
  set.name = table_name(json);
  set.description = json.value("description", "");
  const auto predictor = json.at("predictor").get<std::string>();
  if (predictor != kPredictor) {
    throw Error("\"predictor\": \"" + quotable(predictor) + "\" is unknown");
  }
  set.symbol_bits = number<int>(json, "symbol_bits", kMinSymbolBits, kMaxSymbolBits);
  set.initial_scale = number<std::uint32_t>(json, "initial_scale", 0, 0xFFFFFFFF);
  for (const auto& item : json.at("classes")) {
    ScaleClass c;
    if (item.contains("below")) c.below = number<std::uint16_t>(item, "below", 0, 0xFFFE);
    c.first_table = number<std::uint16_t>(item, "first_table", 0, kMaxTables - 1);
    c.modulus_bits = number<std::uint8_t>(item, "modulus_bits", 0, kMaxModulusBits);
    c.split = item.at("split").get<bool>();
    c.raw_bits = number<std::uint8_t>(item, "raw_bits", 0, kMaxRawBits);
    set.classes.push_back(c);
  }
  for (const auto& item : json.at("lengths")) {
    set.lengths.push_back(code_lengths(item.get<std::string>()));
  }
  set.validate();
  return set;
}

}  // namespace

TableSet table_set_from_json(const std::string& text, const std::string& where) {
  try {
    return parse(text);
  } catch (...) {
    rethrow_with_place(where);
  }
}

std::string to_json(const TableSet& set) {
  nlohmann::ordered_json json;
  json["format"] = kTableSetFormat;
  json["version"] = kTableSetFileVersion;
  json["name"] = set.name;
  json["description"] = set.description;
  json["predictor"] = kPredictor;
  json["symbol_bits"] = set.symbol_bits;
  json["initial_scale"] = set.initial_scale;
  json["classes"] = nlohmann::ordered_json::array();
  for (const ScaleClass& c : set.classes) {
    nlohmann::ordered_json item;
    if (c.below != 0xFFFF) item["below"] = c.below;
    item["first_table"] = c.first_table;
    item["modulus_bits"] = c.modulus_bits;
    item["split"] = c.split;
    item["raw_bits"] = c.raw_bits;
    json["classes"].push_back(item);
  }
  json["lengths"] = nlohmann::ordered_json::array();
  for (const auto& table : set.lengths) json["lengths"].push_back(code_length_digits(table));
  return json.dump(1) + "\n";
}

TableSet load_table_set(const std::string& path) {
  return table_set_from_json(read_table_file(path), path);
}

}  // namespace nrc
