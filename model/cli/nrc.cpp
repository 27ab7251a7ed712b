// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"
#include "program.hpp"

int main(int argc, char** argv) {
  CLI::App app("Lossless compression of implant recordings.", "nrc");
  app.set_version_flag("--version", "nrc " NRC_VERSION);
  app.require_subcommand(1);
  nrc::cli::add_encode_command(app);
  nrc::cli::add_decode_command(app);
  nrc::cli::add_stream_command(app);
  nrc::cli::add_info_command(app);
  nrc::cli::add_bench_command(app);
  nrc::cli::add_synth_command(app);
  nrc::cli::add_train_command(app);
  nrc::cli::add_generate_command(app);
  return nrc::cli::run_program(app, argc, argv);
}
