// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "host/program.hpp"
#include "nrc/nrc.h"
#include "programs.hpp"
#include "study_program.hpp"

namespace nrc::cli {

int nrc_program(int argc, char** argv) {
  CLI::App app("Lossless compression of implant recordings.", "nrc");
  app.set_version_flag("--version", std::string("nrc ") + nrc_version());
  app.require_subcommand(1);
  add_encode_command(app);
  add_decode_command(app);
  add_cat_command(app);
  add_stream_command(app);
  add_info_command(app);
  add_events_command(app);
  add_board_command(app);
  add_bench_command(app);
  add_synth_command(app);
  add_train_command(app);
  add_tables_command(app);
  add_self_test_command(app);
  add_study_command(app, argc, argv);
  return host::run_program(app, argc, argv);
}

}  // namespace nrc::cli
