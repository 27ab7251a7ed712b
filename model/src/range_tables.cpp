// SPDX-License-Identifier: Apache-2.0
#include "nrc/range_tables.hpp"

#include <zlib.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "builtin_tables.hpp"
#include "nrc/error.hpp"
#include "table_file.hpp"

namespace nrc {

namespace {

constexpr const char* kFormat = "nrc-range-tables";
constexpr int kFileVersion = 1;
constexpr int kMinRangeCodeWidth = 4;

void put(std::vector<std::uint8_t>& out, std::uint32_t v, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
}

const std::vector<RangeTables>& builtins() {
  static const std::vector<RangeTables> sets = [] {
    std::vector<RangeTables> all;
    for (const BuiltinRangeTables& b : kBuiltinRangeTables) {
      RangeTables t{b.name, b.description, b.initial_scale, b.code_width, {}, {}};
      t.edges.assign(b.edges, b.edges + b.edge_count);
      t.cumulative.assign(b.cumulative, b.cumulative + kDeviates);
      t.validate();
      all.push_back(std::move(t));
    }
    return all;
  }();
  return sets;
}

}  // namespace

void RangeTables::validate() const {
  const auto require = [this](bool ok, const std::string& rule) {
    if (!ok) throw Error("range tables '" + name + "': " + rule);
  };
  require(code_width == 0 || (code_width >= kMinRangeCodeWidth && code_width <= 12),
          "code_width must be 4..12, or 0 without edges");
  require(initial_scale <= 0xFFFF, "initial_scale must be at most 65535");
  const std::size_t edge_count = code_width == 0 ? 0 : (std::size_t{1} << code_width) - 1;
  require(edges.size() == edge_count, "there must be 2^code_width - 1 edges");
  const std::int32_t limit = 1 << (code_width == 0 ? 0 : code_width + kFracBits - 1);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const bool in_range = edges[i] >= -limit && edges[i] < limit;
    const bool follows =
        in_range &&
        (i == 0 || (edges[i] >= edges[i - 1] && edges[i] - edges[i - 1] <= kMaxEdgeStep));
    if (follows) continue;
    require(false,
            "edge " + std::to_string(i) + ": " +
                (in_range ? "must be 0..255 above the edge before" : "out of the code range"));
  }
  require(cumulative.size() == kDeviates, "there must be 1024 cumulative frequencies");
  for (std::size_t i = 0; i < cumulative.size(); ++i) {
    const std::uint32_t before =
        i == 0 ? (kTopFrequency + kEscapeFrequency + 1) / 2 : std::uint32_t{cumulative[i - 1]};
    if (cumulative[i] >= before) continue;
    require(false, "cumulative frequency " + std::to_string(i) + " must be at least " +
                       std::to_string(before));
  }
}

void RangeTables::check_code_width(int width) const {
  if (code_width != 0 && code_width != width) {
    throw Error("range tables '" + name + "' are for codes of " + std::to_string(code_width) +
                " bits, not of " + std::to_string(width) + "; use tables trained for this width");
  }
  if (initial_scale >> (width + kFracBits) != 0) {
    throw Error("range tables '" + name + "': initial_scale is too large for codes of " +
                std::to_string(width) + " bits; use tables trained for this width");
  }
  if (width < kMinRangeCodeWidth) {
    throw Error("the range profile needs codes of at least 4 bits, not of " +
                std::to_string(width));
  }
}

std::uint32_t RangeTables::id() const {
  std::vector<std::uint8_t> bytes = {'N', 'R',      'C',
                                     'R', kVersion, static_cast<std::uint8_t>(code_width)};
  put(bytes, initial_scale, 2);
  for (const std::int32_t edge : edges) put(bytes, static_cast<std::uint32_t>(edge), 4);
  for (const std::uint16_t c : cumulative) put(bytes, c, 2);
  return static_cast<std::uint32_t>(crc32(0, bytes.data(), static_cast<uInt>(bytes.size())));
}

RangeTables RangeTables::from_json(const std::string& text, const std::string& where) {
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("format") != kFormat) throw Error("\"format\" is not \"nrc-range-tables\"");
    integer(json.at("version"), "\"version\"", kFileVersion, kFileVersion);
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
  } catch (const Error& e) {
    throw Error(where + ": " + e.what());
  } catch (const nlohmann::json::exception& e) {
    throw Error(where + ": not a table file: " + quotable(e.what()));
  }
}

std::string RangeTables::to_json() const {
  nlohmann::ordered_json json;
  json["format"] = kFormat;
  json["version"] = kFileVersion;
  json["name"] = name;
  json["description"] = description;
  json["initial_scale"] = initial_scale;
  json["code_width"] = code_width;
  json["edges"] = edges;
  json["cumulative"] = cumulative;
  return json.dump(1) + "\n";
}

RangeTables RangeTables::load(const std::string& path) {
  return from_json(read_table_file(path), path);
}

const RangeTables& RangeTables::builtin(const std::string& name) {
  for (const RangeTables& t : builtins()) {
    if (t.name == name) return t;
  }
  throw Error("there are no built-in range tables '" + name + "'");
}

std::vector<std::string> RangeTables::builtin_names() {
  std::vector<std::string> names;
  for (const RangeTables& t : builtins()) names.push_back(t.name);
  return names;
}

const RangeTables* RangeTables::builtin_by_id(std::uint32_t id) {
  static const std::vector<std::uint32_t> ids = [] {
    std::vector<std::uint32_t> all;
    for (const RangeTables& t : builtins()) all.push_back(t.id());
    return all;
  }();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == id) return &builtins()[i];
  }
  return nullptr;
}

}  // namespace nrc
