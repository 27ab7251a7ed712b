// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "host/input_file.hpp"
#include "host/output_file.hpp"
#include "nrc/error.hpp"
#include "nrc/stream_joiner.hpp"

namespace nrc::cli {
namespace {

/// Files are opened when they are read: there may be more than a process can keep open.
void join_files(const std::vector<std::string>& inputs, const std::string& target, bool force,
                bool sync) {
  std::vector<JoinSource> sources;
  std::unique_ptr<host::InputFile> open;
  std::string open_name;
  const auto file = [&](const std::string& name) -> host::InputFile& {
    if (!open || open_name != name) {
      open = std::make_unique<host::InputFile>(name);
      open_name = name;
    }
    return *open;
  };
  std::unique_ptr<host::OutputFile> output;
  for (const std::string& name : inputs) {
    host::InputFile& input = file(name);
    if (!input.mapped()) throw Error(fmt::format("{} is a pipe; give files", input.name()));
    if (!output) {
      output = std::make_unique<host::OutputFile>(target, &input, host::overwrite(force));
    }
    sources.push_back(
        {name, input.size(), [name, &file](std::uint64_t at, std::uint8_t* to, std::size_t size) {
           file(name).read_at(at, to, size);
         }});
  }
  const JoinSummary summary = join_streams(
      sources,
      [&output](const std::uint8_t* data, std::size_t size) { output->write(data, size); });
  output->commit(sync);
  if (summary.recoded != 0) {
    fmt::print(stderr,
               "nrc: note: {} of {} streams are coded otherwise than {} and were coded "
               "again\n",
               summary.recoded, sources.size(), sources.front().name);
  }
}

}  // namespace

void add_cat_command(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("cat", "Join streams of one rig, one after the other, into one");
  struct Arguments {
    std::vector<std::string> files;
    bool force = false;
    bool sync = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("files", arguments->files, "streams to join, then the file to write")
      ->required()
      ->expected(2, CLI::detail::expected_max_vector_size);
  command->add_flag("-f,--force", arguments->force, "replace the output if it exists");
  command->add_flag("--sync", arguments->sync, "return only when the output is on the disk");
  command->callback([arguments] {
    std::vector<std::string> inputs = arguments->files;
    const std::string output = inputs.back();
    inputs.pop_back();
    join_files(inputs, output, arguments->force, arguments->sync);
  });
}

}  // namespace nrc::cli
