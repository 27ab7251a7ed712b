// SPDX-License-Identifier: Apache-2.0
//
// Table sets: rules, table files, training, and the sources generated from them.
#include "nrc/table_set.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "host/recording_generator.hpp"
#include "nrc/error.hpp"
#include "nrc/table_files.hpp"
#include "one_table.hpp"
#include "stages/context.hpp"
#include "stages/huffman.hpp"
#include "stages/predictor.hpp"
#include "train/trainer.hpp"

namespace nrc {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(TableSet, BuiltInSetsAreTheTableFiles) {
  for (const std::string& name : TableSet::builtin_names()) {
    const std::string path = std::string(NRC_SOURCE_DIR) + "/model/tables/" + name + ".json";
    const TableSet loaded = load_table_set(path);
    const TableSet& builtin = TableSet::builtin(name);
    EXPECT_EQ(loaded.id(), builtin.id());
    EXPECT_EQ(to_json(loaded), file_text(path));
    EXPECT_EQ(TableSet::builtin_by_id(builtin.id()), &builtin);
    EXPECT_EQ(builtin.name, name);
  }
  EXPECT_EQ(TableSet::builtin_by_id(1), nullptr);
  EXPECT_THROW(TableSet::builtin("other"), Error);
}

TEST(TableSet, TheIdDependsOnEverythingThatMatters) {
  const TableSet& original = TableSet::builtin("default");
  TableSet set = original;
  set.name = "renamed";
  set.description = "";
  EXPECT_EQ(set.id(), original.id()) << "a name is no difference";
  const auto differs = [&](auto change) {
    TableSet changed = original;
    change(changed);
    return changed.id() != original.id();
  };
  EXPECT_TRUE(differs([](TableSet& s) { s.initial_scale ^= 0x10000; }));
  EXPECT_TRUE(differs([](TableSet& s) { s.classes[0].below++; }));
  EXPECT_TRUE(differs([](TableSet& s) { s.classes[3].split = false; }));
  EXPECT_TRUE(differs([](TableSet& s) { std::swap(s.lengths[0], s.lengths[200]); }));
}

TEST(TableSet, BrokenRulesAreNamed) {
  const auto message = [](auto change) -> std::string {
    TableSet set = TableSet::builtin("default");
    change(set);
    try {
      set.validate();
    } catch (const Error& e) {
      return e.what();
    }
    return "accepted";
  };
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_EQ(message([](TableSet&) {}), "accepted");
  EXPECT_TRUE(has(message([](TableSet& s) { s.symbol_bits = 11; }), "symbol_bits"));
  EXPECT_TRUE(has(message([](TableSet& s) { s.classes.clear(); }), "classes"));
  EXPECT_TRUE(has(message([](TableSet& s) { s.classes[2].below = 1; }), "class 2"));
  EXPECT_TRUE(has(message([](TableSet& s) { s.classes[15].below = 65000; }), "class 15"));
  EXPECT_TRUE(has(message([](TableSet& s) { s.classes[4].first_table = 250; }), "class 4"));
  EXPECT_TRUE(has(message([](TableSet& s) { s.classes[4].raw_bits = 13; }), "raw_bits"));
  EXPECT_TRUE(has(message([](TableSet& s) { s.classes[4].modulus_bits = 9; }), "modulus_bits"));
  EXPECT_TRUE(has(message([](TableSet& s) { s.lengths[7].pop_back(); }), "table 7"));
  EXPECT_TRUE(has(message([](TableSet& s) { s.lengths[7][1] = 16; }), "table 7"));
  EXPECT_TRUE(has(message([](TableSet& s) { s.lengths[7][1] = 1; }), "not complete"));
  EXPECT_TRUE(has(message([](TableSet& s) { s.lengths.resize(100); }), "exist"));
}

TEST(TableSet, TableFilesWithMistakesAreRefused) {
  const std::string good = to_json(one_table());
  EXPECT_EQ(table_set_from_json(good, "good").id(), one_table().id());
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  const std::string bad[] = {
      "",
      "{",
      "[]",
      "{\"format\": \"other\"}",
      replaced("\"version\": 1", "\"version\": 2"),
      replaced("\"adaptive\"", "\"none\""),
      replaced("\"symbol_bits\": 10", "\"symbol_bits\": 99"),
      replaced("\"raw_bits\": 0", "\"raw_bits\": -1"),
      replaced("\"split\": false", "\"split\": 3"),
      replaced("\"lengths\"", "\"lenghts\""),
      good.substr(0, good.size() / 2),
  };
  for (const std::string& text : bad) {
    try {
      table_set_from_json(text, "tables.json");
      ADD_FAILURE() << text.substr(0, 200);
    } catch (const Error& e) {
      EXPECT_EQ(std::string(e.what()).rfind("tables.json: ", 0), 0U) << e.what();
    }
  }
  EXPECT_THROW(load_table_set("/nonexistent/tables.json"), Error);
}

TEST(TableSet, RawBitsMustFitTheCodeWidthsThatReachThem) {
  EXPECT_NO_THROW(TableSet::builtin("default").check_code_width(8));
  EXPECT_NO_THROW(TableSet::builtin("generic").check_code_width(16));
  TableSet set = TableSet::builtin("default");
  set.classes[0].raw_bits = 9;
  EXPECT_THROW(set.check_code_width(8), Error);
}

TEST(Trainer, LearnsWhatItIsShown) {
  const auto codes = generate(1, 200000, 11);
  Trainer trainer(table_shape("default"), 10);
  trainer.add(codes.data(), codes.size());
  EXPECT_EQ(trainer.codes(), codes.size());
  const TableSet trained = trainer.train();
  const TableSet untrained = Trainer(table_shape("default"), 10).train();
  const auto bits = [&](const TableSet& tables) {
    const Predictor predictor(10);
    const Context context(tables, 10);
    const HuffmanEncoder huffman(tables, 10);
    PredictorState p;
    ContextState c;
    std::size_t total = 0;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const Prediction prediction = predictor.predict(p, i == 0);
      const CodingContext where = context.select(c, prediction.code, i == 0);
      total += static_cast<std::size_t>(huffman.encode(codes[i], prediction.code, where).length);
      context.update(c, Predictor::innovation(prediction, codes[i]), i == 0, 0);
      predictor.update(p, prediction, codes[i], i == 0, 0);
    }
    return static_cast<double>(total) / static_cast<double>(codes.size());
  };
  EXPECT_LT(bits(trained), bits(untrained));
  EXPECT_LT(bits(trained), bits(TableSet::builtin("generic")));
}

TEST(Trainer, IsDeterministicAndItsPriorCoversEverything) {
  for (const char* name : {"default", "generic"}) {
    const TableSet a = Trainer(table_shape(name), 10).train();
    const TableSet b = Trainer(table_shape(name), 10).train();
    EXPECT_EQ(to_json(a), to_json(b));
    EXPECT_NO_THROW(a.validate());
  }
  EXPECT_EQ(Trainer(table_shape("generic"), 10).train().id(), TableSet::builtin("generic").id())
      << "the generic set is the prior alone";
  EXPECT_THROW(table_shape("other"), Error);
}

}  // namespace
}  // namespace nrc
