// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <string>

#include "nrc/table_files.hpp"
#include "table_files/table_file.hpp"

namespace nrc {

std::string to_json(const Tables& tables) {
  switch (tables.profile()) {
    case Profile::kHuffman:
      return to_json(tables.huffman());
    case Profile::kNeural:
      return to_json(tables.neural());
    case Profile::kRange:
    case Profile::kCascade:  // the edges of range tables
      break;
  }
  return to_json(tables.range());
}

Tables tables_from_json(const std::string& text, const std::string& where) {
  // What is wrong with a file of unknown format is for the reader of table sets to say.
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_object() && json.contains("format")) {
    if (json["format"] == "nrc-range-tables") return range_tables_from_json(text, where);
    if (json["format"] == "nrc-neural-tables") return neural_tables_from_json(text, where);
  }
  return table_set_from_json(text, where);
}

Tables load_tables(const std::string& path) {
  return tables_from_json(read_table_file(path), path);
}

}  // namespace nrc
