// SPDX-License-Identifier: Apache-2.0
#include "decode_command.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <vector>

#include "commands.hpp"
#include "input_file.hpp"
#include "nrc/error.hpp"
#include "nrc/file_codec.hpp"
#include "output_file.hpp"
#include "progress.hpp"
#include "table_argument.hpp"

namespace nrc::cli {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 18;

}  // namespace

void decode_file(const DecodeArguments& arguments) {
  // Built-in tables are found by their id in the stream, so only a file is worth naming.
  std::optional<Tables> tables;
  if (!arguments.tables.empty() && !is_builtin_name(arguments.tables)) {
    tables = Tables::load(arguments.tables);
  }
  const auto tables_by_id = [&tables](Profile profile, std::uint32_t id) {
    return tables && tables->profile() == profile && tables->id() == id
               ? &*tables
               : Tables::builtin_by_id(profile, id);
  };
  InputFile input(arguments.input);
  OutputFile output(arguments.output, &input,
                    arguments.force ? Overwrite::kReplace : Overwrite::kRefuse);
  Progress progress("decoding " + input.name(), input.mapped() ? input.size() : 0);
  FileDecoder decoder(
      [&output](const std::uint8_t* data, std::size_t size) { output.write(data, size); },
      tables_by_id);
  try {
    std::vector<std::uint8_t> buffer(kReadBytes);
    std::uint64_t done = 0;
    while (const std::size_t count = input.read(buffer.data(), buffer.size())) {
      decoder.add(buffer.data(), count);
      done += count;
      progress.update(done);
    }
    decoder.finish();
  } catch (const OutputError&) {
    throw;
  } catch (const Error& e) {
    throw Error(fmt::format("{}: {}", input.name(), e.what()));
  }
  output.commit(arguments.sync);
}

void add_decode_command(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("decode", "Give back the file, or the raw samples, of an nrc stream");
  const auto arguments = std::make_shared<DecodeArguments>();
  command->add_option("input", arguments->input, "stream to read; - is standard input")->required();
  command
      ->add_option("output", arguments->output,
                   "file to write; - is standard output. A stream without a WAV container gives "
                   "int16 little-endian samples")
      ->required();
  command->add_option("--tables", arguments->tables,
                      "table file that the stream was encoded with, if it is not a built-in set");
  command->add_flag("-f,--force", arguments->force, "replace the output if it exists");
  command->add_flag("--sync", arguments->sync, "return only when the output is on the disk");
  command->callback([arguments] { decode_file(*arguments); });
}

}  // namespace nrc::cli
