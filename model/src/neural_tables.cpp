// SPDX-License-Identifier: Apache-2.0
#include "nrc/neural_tables.hpp"

#include <zlib.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "builtin_tables.hpp"
#include "nrc/error.hpp"
#include "table_file.hpp"

namespace nrc {

namespace {

constexpr const char* kFormat = "nrc-neural-tables";
constexpr int kFileVersion = 1;

void put(std::vector<std::uint8_t>& out, std::uint32_t v, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
}

NeuralNetwork network_of(const std::vector<BuiltinNeuralLayer>& layers) {
  NeuralNetwork network;
  for (const BuiltinNeuralLayer& b : layers) {
    NeuralLayer layer;
    layer.inputs = b.inputs;
    layer.outputs = b.outputs;
    layer.shift = b.shift;
    layer.bias.assign(b.bias, b.bias + b.outputs);
    layer.weights.assign(b.weights, b.weights + b.outputs * b.inputs);
    network.layers.push_back(std::move(layer));
  }
  return network;
}

const std::vector<NeuralTables>& builtins() {
  static const std::vector<NeuralTables> sets = [] {
    std::vector<NeuralTables> all;
    for (const BuiltinNeuralTables& b : kBuiltinNeuralTables) {
      const BuiltinRangeTables& r = b.range;
      NeuralTables t{{r.name, r.description, r.initial_scale, r.code_width, {}, {}},
                     network_of(b.layers)};
      t.range.edges.assign(r.edges, r.edges + r.edge_count);
      t.range.cumulative.assign(r.cumulative, r.cumulative + kDeviates);
      t.validate();
      all.push_back(std::move(t));
    }
    return all;
  }();
  return sets;
}

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

void NeuralTables::validate() const {
  range.validate();
  try {
    network.validate();
  } catch (const Error& e) {
    throw Error("neural tables '" + range.name + "': " + e.what());
  }
}

std::uint32_t NeuralTables::id() const {
  std::vector<std::uint8_t> bytes = {
      'N', 'R', 'C', 'N', kVersion, static_cast<std::uint8_t>(network.layers.size())};
  put(bytes, range.id(), 4);
  for (const NeuralLayer& layer : network.layers) {
    put(bytes, static_cast<std::uint32_t>(layer.outputs), 1);
    put(bytes, static_cast<std::uint32_t>(layer.shift), 1);
    for (const std::int32_t b : layer.bias) put(bytes, static_cast<std::uint32_t>(b), 4);
    for (const std::int8_t w : layer.weights) put(bytes, static_cast<std::uint8_t>(w), 1);
  }
  return static_cast<std::uint32_t>(crc32(0, bytes.data(), static_cast<uInt>(bytes.size())));
}

NeuralTables NeuralTables::from_json(const std::string& text, const std::string& where) {
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("format") != kFormat) throw Error("\"format\" is not \"nrc-neural-tables\"");
    integer(json.at("version"), "\"version\"", kFileVersion, kFileVersion);
    NeuralTables tables{RangeTables::from_json(json.at("range").dump(), "\"range\""),
                        network_from(json.at("layers"))};
    tables.validate();
    return tables;
  } catch (const Error& e) {
    throw Error(where + ": " + e.what());
  } catch (const nlohmann::json::exception& e) {
    throw Error(where + ": not a table file: " + quotable(e.what()));
  }
}

std::string NeuralTables::to_json() const {
  nlohmann::ordered_json json;
  json["format"] = kFormat;
  json["version"] = kFileVersion;
  json["layers"] = nlohmann::ordered_json::array();
  for (const NeuralLayer& layer : network.layers) {
    json["layers"].push_back({{"inputs", layer.inputs},
                              {"outputs", layer.outputs},
                              {"shift", layer.shift},
                              {"bias", layer.bias},
                              {"weights", layer.weights}});
  }
  json["range"] = nlohmann::ordered_json::parse(range.to_json());
  return json.dump(1) + "\n";
}

NeuralTables NeuralTables::load(const std::string& path) {
  return from_json(read_table_file(path), path);
}

const NeuralTables& NeuralTables::builtin(const std::string& name) {
  for (const NeuralTables& t : builtins()) {
    if (t.range.name == name) return t;
  }
  throw Error("there are no built-in neural tables '" + name + "'");
}

std::vector<std::string> NeuralTables::builtin_names() {
  std::vector<std::string> names;
  for (const NeuralTables& t : builtins()) names.push_back(t.range.name);
  return names;
}

}  // namespace nrc
