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
    for (const std::string& name : NeuralTables::builtin_names()) {
      tables.emplace_back(NeuralTables::builtin(name));
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
  switch (profile()) {
    case Profile::kHuffman:
      return huffman().id();
    case Profile::kNeural:
      return neural().id();
    case Profile::kRange:
      break;
  }
  return range().id();
}

void Tables::check(int code_width) const {
  if (profile() == Profile::kHuffman) {
    huffman().validate();
    huffman().check_code_width(code_width);
  } else {
    profile() == Profile::kNeural ? neural().validate() : range().validate();
    range().check_code_width(code_width);
  }
}

std::string Tables::to_json() const {
  switch (profile()) {
    case Profile::kHuffman:
      return huffman().to_json();
    case Profile::kNeural:
      return neural().to_json();
    case Profile::kRange:
      break;
  }
  return range().to_json();
}

Tables Tables::from_json(const std::string& text, const std::string& where) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_object() && json.contains("format")) {
    if (json["format"] == "nrc-range-tables") return RangeTables::from_json(text, where);
    if (json["format"] == "nrc-neural-tables") return NeuralTables::from_json(text, where);
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

std::vector<std::string> Tables::builtin_names(Profile profile) {
  switch (profile) {
    case Profile::kHuffman:
      return TableSet::builtin_names();
    case Profile::kNeural:
      return NeuralTables::builtin_names();
    case Profile::kRange:
      break;
  }
  return RangeTables::builtin_names();
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
  switch (profile) {
    case Profile::kHuffman:
      return "huffman";
    case Profile::kNeural:
      return "neural";
    case Profile::kRange:
      break;
  }
  return "range";
}

}  // namespace nrc
