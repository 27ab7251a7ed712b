// SPDX-License-Identifier: Apache-2.0
#include "nrc/nrc.h"

#include "commands.hpp"
#include "host/program.hpp"
#include "study_program.hpp"

int main(int argc, char** argv) {
  CLI::App app("Lossless compression of implant recordings.", "nrc");
  app.set_version_flag("--version", std::string("nrc ") + nrc_version());
  app.require_subcommand(1);
  nrc::cli::add_encode_command(app);
  nrc::cli::add_decode_command(app);
  nrc::cli::add_cat_command(app);
  nrc::cli::add_stream_command(app);
  nrc::cli::add_info_command(app);
  nrc::cli::add_board_command(app);
  nrc::cli::add_bench_command(app);
  nrc::cli::add_synth_command(app);
  nrc::cli::add_train_command(app);
  nrc::cli::add_study_command(app, argc, argv);
  return nrc::host::run_program(app, argc, argv);
}
