// SPDX-License-Identifier: Apache-2.0
//
// `encode IN OUT`, one half of the interface of Neuralink's compression challenge: no options, any
// file, and an existing output is replaced.
#include <CLI/CLI.hpp>

#include "encode_command.hpp"
#include "host/program.hpp"
#include "programs.hpp"

namespace nrc::cli {

int encode_program(int argc, char** argv) {
  CLI::App app("Compress a recording.", "encode");
  EncodeArguments arguments;
  arguments.any_file = true;
  arguments.force = true;
  app.add_option("input", arguments.input, "recording")->required();
  app.add_option("output", arguments.output, "compressed file to write")->required();
  app.callback([&arguments] { encode_file(arguments); });
  return host::run_program(app, argc, argv);
}

}  // namespace nrc::cli
