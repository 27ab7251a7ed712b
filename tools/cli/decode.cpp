// SPDX-License-Identifier: Apache-2.0
//
// `decode IN OUT`, the other half of the interface of Neuralink's compression challenge.
#include "decode_command.hpp"
#include "host/program.hpp"

int main(int argc, char** argv) {
  CLI::App app("Restore a compressed recording.", "decode");
  nrc::cli::DecodeArguments arguments;
  arguments.force = true;
  app.add_option("input", arguments.input, "compressed file")->required();
  app.add_option("output", arguments.output, "recording to write")->required();
  app.callback([&arguments] { nrc::cli::decode_file(arguments); });
  return nrc::host::run_program(app, argc, argv);
}
