// SPDX-License-Identifier: Apache-2.0
//
// `encode IN OUT`, one half of the interface of Neuralink's compression challenge: no options, any
// file, and an existing output is replaced.
#include "encode_command.hpp"
#include "host/program.hpp"

int main(int argc, char** argv) {
  CLI::App app("Compress a recording.", "encode");
  nrc::cli::EncodeArguments arguments;
  arguments.any_file = true;
  arguments.force = true;
  app.add_option("input", arguments.input, "recording")->required();
  app.add_option("output", arguments.output, "compressed file to write")->required();
  app.callback([&arguments] { nrc::cli::encode_file(arguments); });
  return nrc::host::run_program(app, argc, argv);
}
