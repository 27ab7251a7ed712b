// SPDX-License-Identifier: Apache-2.0
//
// `decode IN OUT`, the other half of the interface of Neuralink's compression challenge.
#include <CLI/CLI.hpp>

#include "decode_command.hpp"
#include "host/program.hpp"
#include "programs.hpp"

namespace nrc::cli {

int decode_program(int argc, char** argv) {
  CLI::App app("Restore a compressed recording.", "decode");
  DecodeArguments arguments;
  arguments.force = true;
  app.add_option("input", arguments.input, "compressed file")->required();
  app.add_option("output", arguments.output, "recording to write")->required();
  app.callback([&arguments] { decode_file(arguments); });
  return host::run_program(app, argc, argv);
}

}  // namespace nrc::cli
