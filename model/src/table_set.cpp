// SPDX-License-Identifier: Apache-2.0
#include "nrc/table_set.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "builtin_tables.hpp"
#include "nrc/error.hpp"
#include "table_file.hpp"

namespace nrc {

namespace {

constexpr const char* kFormat = "nrc-tables";
constexpr int kFileVersion = 1;
constexpr const char* kDigits = "0123456789abcdef";
constexpr std::array<const char*, 3> kPredictorNames = {"none", "difference", "adaptive"};

void put16(std::vector<std::uint8_t>& out, std::size_t v) {
  out.push_back(static_cast<std::uint8_t>(v));
  out.push_back(static_cast<std::uint8_t>(v >> 8));
}

/// A table's lengths as one hexadecimal digit for each symbol.
std::string to_digits(const std::vector<std::uint8_t>& lengths) {
  std::string text;
  for (const std::uint8_t n : lengths) text += kDigits[n & 15];
  return text;
}

std::vector<std::uint8_t> from_digits(const std::string& text) {
  std::vector<std::uint8_t> lengths;
  for (const char c : text) {
    const auto at = std::string(kDigits).find(c);
    if (at == std::string::npos) throw Error("'" + quotable({c}) + "' is not a code length");
    lengths.push_back(static_cast<std::uint8_t>(at));
  }
  return lengths;
}

template <typename T>
T number(const nlohmann::json& object, const char* key, std::int64_t low, std::int64_t high) {
  return static_cast<T>(integer(object.at(key), std::string("\"") + key + "\"", low, high));
}

TableSet parse(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  if (json.at("format") != kFormat) throw Error("\"format\" is not \"nrc-tables\"");
  number<int>(json, "version", kFileVersion, kFileVersion);
  TableSet set;
  set.name = table_name(json);
  set.description = json.value("description", "");
  const auto predictor = json.at("predictor").get<std::string>();
  std::size_t mode = 0;
  while (mode < kPredictorNames.size() && predictor != kPredictorNames[mode]) ++mode;
  if (mode == kPredictorNames.size())
    throw Error("\"predictor\": \"" + quotable(predictor) + "\" is unknown");
  set.predictor = static_cast<PredictorMode>(mode);
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
    set.lengths.push_back(from_digits(item.get<std::string>()));
  }
  set.validate();
  return set;
}

const std::vector<TableSet>& builtins() {
  static const std::vector<TableSet> sets = [] {
    std::vector<TableSet> all;
    for (const BuiltinTables& b : kBuiltinTables) {
      TableSet set{b.name, b.description, b.predictor, b.symbol_bits, b.initial_scale, {}, {}};
      set.classes.assign(b.classes, b.classes + b.class_count);
      for (std::size_t t = 0; t < b.table_count; ++t) {
        set.lengths.push_back(from_digits(b.lengths[t]));
      }
      set.validate();
      all.push_back(std::move(set));
    }
    return all;
  }();
  return sets;
}

}  // namespace

void TableSet::validate() const {
  const auto require = [this](bool ok, const std::string& rule) {
    if (!ok) throw Error("table set '" + name + "': " + rule);
  };
  require(symbol_bits >= kMinSymbolBits && symbol_bits <= kMaxSymbolBits,
          "symbol_bits must be 2..10");
  require(!classes.empty() && classes.size() <= kMaxClasses, "there must be 1..16 classes");
  require(!lengths.empty() && lengths.size() <= kMaxTables &&
              lengths.size() * static_cast<std::size_t>(symbols()) <= kMaxTableWords,
          "there must be 1..1024 tables and at most 65536 code lengths");
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const ScaleClass& c = classes[k];
    const std::string where = "class " + std::to_string(k) + ": ";
    const bool is_last = k + 1 == classes.size();
    require((c.below == 0xFFFF) == is_last, where + "\"below\" is for all classes but the last");
    require(k == 0 || classes[k - 1].below < c.below, where + "\"below\" must increase");
    require(c.modulus_bits <= kMaxModulusBits && (!c.split || c.modulus_bits >= 1),
            where + "modulus_bits must be 0..8, and 1 or more with split");
    require(c.raw_bits <= kMaxRawBits, where + "raw_bits must be at most 12");
    require(c.first_table + static_cast<std::size_t>(c.tables()) <= lengths.size(),
            where + "its tables do not all exist");
  }
  for (std::size_t t = 0; t < lengths.size(); ++t) {
    const std::string where = "table " + std::to_string(t) + ": ";
    require(lengths[t].size() == static_cast<std::size_t>(symbols()),
            where + "the number of lengths is not 2^symbol_bits");
    require(std::all_of(lengths[t].begin(), lengths[t].end(),
                        [](std::uint8_t n) { return n >= 1 && n <= kMaxCodeLength; }),
            where + "lengths must be 1..15");
    std::uint32_t kraft = 0;
    for (const std::uint8_t n : lengths[t]) kraft += std::uint32_t{1} << (kMaxCodeLength - n);
    require(kraft == std::uint32_t{1} << kMaxCodeLength, where + "the code is not complete");
  }
}

void TableSet::check_code_width(int code_width) const {
  if (initial_scale >> (code_width + kFracBits) != 0) {
    throw Error("table set '" + name + "': initial_scale is too large for codes of " +
                std::to_string(code_width) + " bits; use tables trained for this width");
  }
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const bool reachable = k == 0 || (classes[k - 1].below >> code_width) == 0;
    if (reachable && classes[k].raw_bits > code_width) {
      throw Error("table set '" + name + "' sends " + std::to_string(classes[k].raw_bits) +
                  " raw bits, more than the code width of " + std::to_string(code_width) +
                  "; use tables trained for this width");
    }
  }
}

std::uint32_t TableSet::id() const {
  std::vector<std::uint8_t> bytes = {'N',
                                     'R',
                                     'C',
                                     'T',
                                     kVersion,
                                     static_cast<std::uint8_t>(predictor),
                                     static_cast<std::uint8_t>(symbol_bits),
                                     static_cast<std::uint8_t>(classes.size())};
  put16(bytes, initial_scale);
  put16(bytes, initial_scale >> 16);
  for (const ScaleClass& c : classes) {
    put16(bytes, c.below);
    put16(bytes, c.first_table);
    bytes.insert(bytes.end(),
                 {c.modulus_bits, static_cast<std::uint8_t>(c.split), c.raw_bits, std::uint8_t{0}});
  }
  put16(bytes, lengths.size());
  for (const auto& table : lengths) bytes.insert(bytes.end(), table.begin(), table.end());
  return static_cast<std::uint32_t>(crc32(0, bytes.data(), static_cast<uInt>(bytes.size())));
}

TableSet TableSet::from_json(const std::string& text, const std::string& where) {
  try {
    return parse(text);
  } catch (const Error& e) {
    throw Error(where + ": " + e.what());
  } catch (const nlohmann::json::exception& e) {
    throw Error(where + ": not a table file: " + quotable(e.what()));
  }
}

std::string TableSet::to_json() const {
  nlohmann::ordered_json json;
  json["format"] = kFormat;
  json["version"] = kFileVersion;
  json["name"] = name;
  json["description"] = description;
  json["predictor"] = kPredictorNames.at(static_cast<std::size_t>(predictor));
  json["symbol_bits"] = symbol_bits;
  json["initial_scale"] = initial_scale;
  json["classes"] = nlohmann::ordered_json::array();
  for (const ScaleClass& c : classes) {
    nlohmann::ordered_json item;
    if (c.below != 0xFFFF) item["below"] = c.below;
    item["first_table"] = c.first_table;
    item["modulus_bits"] = c.modulus_bits;
    item["split"] = c.split;
    item["raw_bits"] = c.raw_bits;
    json["classes"].push_back(item);
  }
  json["lengths"] = nlohmann::ordered_json::array();
  for (const auto& table : lengths) json["lengths"].push_back(to_digits(table));
  return json.dump(1) + "\n";
}

TableSet TableSet::load(const std::string& path) { return from_json(read_table_file(path), path); }

const TableSet& TableSet::builtin(const std::string& name) {
  for (const TableSet& set : builtins()) {
    if (set.name == name) return set;
  }
  throw Error("there is no built-in table set '" + name + "'");
}

std::vector<std::string> TableSet::builtin_names() {
  std::vector<std::string> names;
  for (const TableSet& set : builtins()) names.push_back(set.name);
  return names;
}

const TableSet* TableSet::builtin_by_id(std::uint32_t id) {
  static const std::vector<std::uint32_t> ids = [] {
    std::vector<std::uint32_t> all;
    for (const TableSet& set : builtins()) all.push_back(set.id());
    return all;
  }();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == id) return &builtins()[i];
  }
  return nullptr;
}

}  // namespace nrc
