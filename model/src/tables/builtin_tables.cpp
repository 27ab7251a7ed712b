// SPDX-License-Identifier: Apache-2.0
//
// The built-in tables as TableSet, RangeTables and NeuralTables. Apart from what these can do, as
// the program that writes the built-in tables must not need them.
#include "tables/builtin_tables.hpp"

#include <utility>

#include "nrc/error.hpp"
#include "nrc/tables.hpp"
#include "tables/code_lengths.hpp"

namespace nrc {

namespace {

const std::vector<TableSet>& table_sets() {
  static const std::vector<TableSet> sets = [] {
    std::vector<TableSet> all;
    for (const BuiltinTables& b : kBuiltinTables) {
      TableSet set{b.name, b.description, b.symbol_bits, b.initial_scale, {}, {}};
      set.classes.assign(b.classes, b.classes + b.class_count);
      for (std::size_t t = 0; t < b.table_count; ++t) {
        set.lengths.push_back(code_lengths(b.lengths[t]));
      }
      set.validate();
      all.push_back(std::move(set));
    }
    return all;
  }();
  return sets;
}

const std::vector<RangeTables>& range_tables() {
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

const std::vector<NeuralTables>& neural_tables() {
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

const std::vector<Tables>& all_tables() {
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
    for (const std::string& name : Tables::builtin_names(Profile::kCascade)) {
      tables.emplace_back(CascadeTables{RangeTables::builtin(name)});
    }
    return tables;
  }();
  return all;
}

}  // namespace

const TableSet& TableSet::builtin(const std::string& name) {
  for (const TableSet& set : table_sets()) {
    if (set.name == name) return set;
  }
  throw Error("there is no built-in table set '" + name + "'");
}

std::vector<std::string> TableSet::builtin_names() {
  std::vector<std::string> names;
  for (const TableSet& set : table_sets()) names.push_back(set.name);
  return names;
}

const TableSet* TableSet::builtin_by_id(std::uint32_t id) {
  static const std::vector<std::uint32_t> ids = [] {
    std::vector<std::uint32_t> all;
    for (const TableSet& set : table_sets()) all.push_back(set.id());
    return all;
  }();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == id) return &table_sets()[i];
  }
  return nullptr;
}

const RangeTables& RangeTables::builtin(const std::string& name) {
  for (const RangeTables& t : range_tables()) {
    if (t.name == name) return t;
  }
  throw Error("there are no built-in range tables '" + name + "'");
}

std::vector<std::string> RangeTables::builtin_names() {
  std::vector<std::string> names;
  for (const RangeTables& t : range_tables()) names.push_back(t.name);
  return names;
}

const RangeTables* RangeTables::builtin_by_id(std::uint32_t id) {
  static const std::vector<std::uint32_t> ids = [] {
    std::vector<std::uint32_t> all;
    for (const RangeTables& t : range_tables()) all.push_back(t.id());
    return all;
  }();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == id) return &range_tables()[i];
  }
  return nullptr;
}

const NeuralTables& NeuralTables::builtin(const std::string& name) {
  for (const NeuralTables& t : neural_tables()) {
    if (t.range.name == name) return t;
  }
  throw Error("there are no built-in neural tables '" + name + "'");
}

std::vector<std::string> NeuralTables::builtin_names() {
  std::vector<std::string> names;
  for (const NeuralTables& t : neural_tables()) names.push_back(t.range.name);
  return names;
}

const Tables& Tables::builtin(Profile profile, const std::string& name) {
  for (const Tables& t : all_tables()) {
    if (t.profile() == profile && t.name() == name) return t;
  }
  throw Error("the " + std::string(profile_name(profile)) + " profile has no built-in tables '" +
              name + "'");
}

const char* Tables::standard_name(int code_width) {
  return code_width == 10 ? "default" : "generic";
}

std::vector<std::string> Tables::builtin_names(Profile profile) {
  switch (profile) {
    case Profile::kHuffman:
      return TableSet::builtin_names();
    case Profile::kNeural:
      return NeuralTables::builtin_names();
    case Profile::kCascade:
      return {"default", "generic"};
    case Profile::kRange:
      break;
  }
  return RangeTables::builtin_names();
}

const Tables* Tables::builtin_by_id(Profile profile, std::uint32_t id) {
  static const std::vector<std::uint32_t> ids = [] {
    std::vector<std::uint32_t> all;
    for (const Tables& t : all_tables()) all.push_back(t.id());
    return all;
  }();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == id && all_tables()[i].profile() == profile) return &all_tables()[i];
  }
  return nullptr;
}

}  // namespace nrc
