// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "format/bytes.hpp"
#include "format/crc.hpp"
#include "host/output_file.hpp"
#include "nrc/table_set.hpp"
#include "table_argument.hpp"

namespace nrc::cli {
namespace {

struct TablesArguments {
  std::string tables;
  std::string output;
  std::string words;
  std::string profile = "huffman";
  std::string rtl = "default";
  bool force = false;
};

/// CRC-32 of what is written to register table_word, for register table_crc (docs/registers.md).
std::uint32_t words_crc(const std::vector<std::uint16_t>& words) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t address = 0; address < words.size(); ++address) {
    append_little_endian(bytes, words[address]);
    append_little_endian(bytes, static_cast<std::uint16_t>(address));
  }
  return crc32(bytes);
}

std::string table_name(const Tables& tables) {
  return tables.profile() == Profile::kRange ? tables.range().name : tables.huffman().name;
}

/// For $readmemh: the word of each address, in hexadecimal.
std::string hex_file(const Tables& tables, const std::vector<std::uint16_t>& words) {
  std::string text = fmt::format(
      "// Table port of nrc_encoder: tables {}, table_id_i 0x{:08X}, table_crc 0x{:08X}\n",
      table_name(tables), tables.id(), words_crc(words));
  for (const std::uint16_t word : words) text += fmt::format("{:04x}\n", word);
  return text;
}

std::string c_header(const Tables& tables, const std::vector<std::uint16_t>& words) {
  std::string text = fmt::format(
      "/* Table port of nrc_encoder: tables {}. Write word n to address n, in order, while "
      "status_o\n"
      " * says idle or closed. */\n"
      "#ifndef NRC_TABLE_WORDS_H\n"
      "#define NRC_TABLE_WORDS_H\n\n"
      "#include <stdint.h>\n\n"
      "#define NRC_TABLE_ID 0x{:08X}u /* table_id_i */\n"
      "#define NRC_TABLE_CRC 0x{:08X}u /* of register table_crc */\n"
      "#define NRC_TABLE_WORDS {}u\n\n"
      "static const uint16_t nrc_table_words[NRC_TABLE_WORDS] = {{",
      table_name(tables), tables.id(), words_crc(words), words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += fmt::format("{}0x{:04X},", i % 12 == 0 ? "\n    " : " ", words[i]);
  }
  return text + "\n};\n\n#endif\n";
}

void write_words(const TablesArguments& arguments) {
  const Tables tables = table_argument(arguments.tables, profile_argument(arguments.profile));
  const std::vector<std::uint16_t> words = table_words(tables, arguments.rtl);
  const std::string text =
      arguments.words == "c" ? c_header(tables, words) : hex_file(tables, words);
  host::OutputFile output(arguments.output, nullptr, host::overwrite(arguments.force));
  output.write(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  output.commit(false);
}

}  // namespace

void add_tables_command(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "tables", "Write the words that load tables into an RTL encoder with LoadableTables");
  const auto arguments = std::make_shared<TablesArguments>();
  command
      ->add_option("tables", arguments->tables,
                   "built-in tables (default, generic) or a table file")
      ->required();
  command->add_option("output", arguments->output, "file to write; - is standard output")
      ->required();
  command->add_option("--words", arguments->words, "hex: for $readmemh, c: a C header")
      ->check(CLI::IsMember({"hex", "c"}))
      ->required();
  command->add_option("--profile", arguments->profile, "of the encoder: huffman or range")
      ->check(CLI::IsMember({"huffman", "range"}))
      ->capture_default_str();
  command->add_option("--rtl", arguments->rtl, "table set that the encoder was built with")
      ->check(CLI::IsMember(TableSet::builtin_names()))
      ->capture_default_str();
  command->add_flag("-f,--force", arguments->force, "replace the output if it exists");
  command->callback([arguments] { write_words(*arguments); });
}

}  // namespace nrc::cli
