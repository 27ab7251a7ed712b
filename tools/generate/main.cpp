// SPDX-License-Identifier: Apache-2.0
//
// nrc-generate: writes C++ and RTL sources from the table files, or checks that they are fresh.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "host/output_file.hpp"
#include "host/program.hpp"
#include "nrc/error.hpp"
#include "nrc/table_files.hpp"
#include "source_generator.hpp"

namespace nrc::generate {

namespace {

namespace fs = std::filesystem;

struct GenerateOptions {
  std::string root = ".";
  bool check = false;
  std::string tables;
  std::string rtl_directory;
};

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  host::OutputFile output(path.string(), nullptr, host::Overwrite::kReplace);
  output.write(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  output.commit(false);
  fmt::print("wrote {}\n", path.string());
}

/// The repository's own sources from its built-in table files.
void generate_repository(const GenerateOptions& o) {
  const fs::path root = o.root;
  std::vector<TableSet> sets;
  for (const char* name : {"default", "generic"}) {
    sets.push_back(
        load_table_set((root / "model/tables" / (std::string(name) + ".json")).string()));
  }
  std::vector<RangeTables> range_tables;
  for (const char* name : {"default", "generic"}) {
    range_tables.push_back(load_range_tables(
        (root / "model/tables" / ("range_" + std::string(name) + ".json")).string()));
  }
  std::vector<NeuralTables> neural_tables;
  for (const char* name : {"default", "generic"}) {
    neural_tables.push_back(load_neural_tables(
        (root / "model/tables" / ("neural_" + std::string(name) + ".json")).string()));
  }
  std::string stale;
  for (const auto& [path, text] : generate_sources(sets, range_tables, neural_tables)) {
    if (text_of(root / path) == text) continue;
    if (o.check) {
      stale += " " + path;
    } else {
      write(root / path, text);
    }
  }
  if (!stale.empty()) {
    throw Error("generated files differ from the table files:" + stale + "; run make generate");
  }
}

/// Which of the two kinds of table file it is; what is wrong with the file is for its reader to
/// say.
bool is_range_table_file(const std::string& path) {
  return text_of(path).find("\"nrc-range-tables\"") != std::string::npos;
}

/// The RTL of one table file of the user's, into a directory of theirs.
void generate_rtl(const GenerateOptions& o) {
  const auto sources = is_range_table_file(o.tables)
                           ? generate_sources({}, {load_range_tables(o.tables)})
                           : generate_sources({load_table_set(o.tables)}, {});
  for (const auto& [path, text] : sources) {
    const fs::path p = path;
    if (p.extension() == ".sv" && p.parent_path().filename() != "generated") {
      write(fs::path(o.rtl_directory) / p.filename(), text);
    }
  }
}

}  // namespace

}  // namespace nrc::generate

int main(int argc, char** argv) {
  CLI::App app("Write the C++ and RTL sources with constants and tables", "nrc-generate");
  nrc::generate::GenerateOptions options;
  app.add_option("ROOT", options.root, "The project's root directory")->capture_default_str();
  app.add_flag("--check", options.check, "Write nothing, fail if a file would change");
  auto* tables =
      app.add_option("--tables", options.tables, "Write the RTL of this table file instead");
  app.add_option("--rtl", options.rtl_directory, "Directory for the RTL of --tables")
      ->needs(tables);
  app.callback([&options, tables] {
    if (tables->count() == 0) {
      nrc::generate::generate_repository(options);
    } else if (options.rtl_directory.empty()) {
      throw nrc::Error("--tables needs --rtl DIRECTORY for the files");
    } else {
      nrc::generate::generate_rtl(options);
    }
  });
  return nrc::host::run_program(app, argc, argv);
}
