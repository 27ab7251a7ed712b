// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "nrc/error.hpp"
#include "nrc/table_files.hpp"
#include "table_files/table_file.hpp"

namespace nrc {

namespace {

constexpr const char* kNeuralFormat = "nrc-neural-tables";
constexpr int kNeuralFileVersion = 1;

NeuralNetwork network_from(const nlohmann::json& json) {
  NeuralNetwork network;
  for (const auto& item : json) {
    NeuralLayer layer;
    layer.inputs = static_cast<int>(integer(item.at("inputs"), "\"inputs\"", 1, kNeuralMaxWidth));
    layer.outputs =
        static_cast<int>(integer(item.at("outputs"), "\"outputs\"", 1, kNeuralMaxWidth));
    layer.shift = static_cast<int>(integer(item.at("shift"), "\"shift\"", 0, kNeuralMaxShift));
    for (const auto& b : item.at("bias")) {
      layer.bias.push_back(
          static_cast<std::int32_t>(integer(b, "a bias", -kNeuralBiasLimit, kNeuralBiasLimit)));
    }
    for (const auto& w : item.at("weights")) {
      layer.weights.push_back(static_cast<std::int8_t>(
          integer(w, "a weight", -kNeuralActivationLimit, kNeuralActivationLimit)));
    }
    network.layers.push_back(std::move(layer));
  }
  return network;
}

}  // namespace

NeuralTables neural_tables_from_json(const std::string& text, const std::string& where) {
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("format") != kNeuralFormat) throw Error("\"format\" is not \"nrc-neural-tables\"");
    integer(json.at("version"), "\"version\"", kNeuralFileVersion, kNeuralFileVersion);
    NeuralTables tables{range_tables_from_json(json.at("range").dump(), "\"range\""),
                        network_from(json.at("layers"))};
    tables.validate();
    return tables;
  } catch (...) {
    rethrow_with_place(where);
  }
}

std::string to_json(const NeuralTables& tables) {
  nlohmann::ordered_json json;
  json["format"] = kNeuralFormat;
  json["version"] = kNeuralFileVersion;
  json["layers"] = nlohmann::ordered_json::array();
  for (const NeuralLayer& layer : tables.network.layers) {
    json["layers"].push_back({{"inputs", layer.inputs},
                              {"outputs", layer.outputs},
                              {"shift", layer.shift},
                              {"bias", layer.bias},
                              {"weights", layer.weights}});
  }
  json["range"] = nlohmann::ordered_json::parse(to_json(tables.range));
  return json.dump(1) + "\n";
}

NeuralTables load_neural_tables(const std::string& path) {
  return neural_tables_from_json(read_table_file(path), path);
}

}  // namespace nrc
