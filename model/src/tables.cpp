// SPDX-License-Identifier: Apache-2.0
#include "nrc/tables.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "nrc/error.hpp"
#include "table_file.hpp"

namespace nrc {

namespace {

const std::vector<Tables>& builtins() {
  static const std::vector<Tables> all = [] {
    std::vector<Tables> tables;
    for (const std::string& name : TableSet::builtin_names()) {
      tables.emplace_back(TableSet::builtin(name));
    }
    for (const std::string& name : RangeTables::builtin_names()) {
      tables.emplace_back(RangeTables::builtin(name));
    }
    return tables;
  }();
  return all;
}

}  // namespace

const std::string& Tables::name() const {
  return profile() == Profile::kHuffman ? huffman().name : range().name;
}

std::uint32_t Tables::id() const {
  return profile() == Profile::kHuffman ? huffman().id() : range().id();
}

void Tables::check(int code_width) const {
  if (profile() == Profile::kHuffman) {
    huffman().validate();
    huffman().check_code_width(code_width);
  } else {
    range().validate();
    range().check_code_width(code_width);
  }
}

std::string Tables::to_json() const {
  return profile() == Profile::kHuffman ? huffman().to_json() : range().to_json();
}

Tables Tables::from_json(const std::string& text, const std::string& where) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_object() && json.contains("format") && json["format"] == "nrc-range-tables") {
    return RangeTables::from_json(text, where);
  }
  return TableSet::from_json(text, where);
}

Tables Tables::load(const std::string& path) { return from_json(read_table_file(path), path); }

const Tables& Tables::builtin(Profile profile, const std::string& name) {
  for (const Tables& t : builtins()) {
    if (t.profile() == profile && t.name() == name) return t;
  }
  throw Error("the " + std::string(profile_name(profile)) + " profile has no built-in tables '" +
              name + "'");
}

const Tables* Tables::builtin_by_id(Profile profile, std::uint32_t id) {
  static const std::vector<std::uint32_t> ids = [] {
    std::vector<std::uint32_t> all;
    for (const Tables& t : builtins()) all.push_back(t.id());
    return all;
  }();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == id && builtins()[i].profile() == profile) return &builtins()[i];
  }
  return nullptr;
}

const char* profile_name(Profile profile) {
  return profile == Profile::kHuffman ? "huffman" : "range";
}

}  // namespace nrc
