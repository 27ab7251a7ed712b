// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"
#include "program.hpp"
#ifdef NRC_STUDY
#include "../study/study_command.hpp"
#else
#include "nrc/error.hpp"
#endif

int main(int argc, char** argv) {
  CLI::App app("Lossless compression of implant recordings.", "nrc");
  app.set_version_flag("--version", "nrc " NRC_VERSION);
  app.require_subcommand(1);
  nrc::cli::add_encode_command(app);
  nrc::cli::add_decode_command(app);
  nrc::cli::add_stream_command(app);
  nrc::cli::add_info_command(app);
  nrc::cli::add_board_command(app);
  nrc::cli::add_bench_command(app);
  nrc::cli::add_synth_command(app);
  nrc::cli::add_train_command(app);
  nrc::cli::add_generate_command(app);
#ifdef NRC_STUDY
  nrc::study::add_study_command(app);
#else
  app.add_subcommand("study", "Not in this build: make study DATA=directory OUT=directory")
      ->allow_extras()
      ->callback([] {
        throw nrc::Error("study is not in this build; run make study DATA=directory OUT=directory");
      });
#endif
  return nrc::cli::run_program(app, argc, argv);
}
