// SPDX-License-Identifier: Apache-2.0
//
// The subcommands of `nrc`, each in X_command.cpp. A function adds its subcommand with options and
// a callback that does the work and throws nrc::Error if it cannot.
#pragma once

#include <CLI/CLI.hpp>

namespace nrc::cli {

void add_encode_command(CLI::App& app);
void add_decode_command(CLI::App& app);
void add_cat_command(CLI::App& app);
void add_stream_command(CLI::App& app);
void add_info_command(CLI::App& app);
void add_events_command(CLI::App& app);
void add_synth_command(CLI::App& app);
void add_board_command(CLI::App& app);
void add_bench_command(CLI::App& app);
void add_train_command(CLI::App& app);
void add_tables_command(CLI::App& app);
void add_self_test_command(CLI::App& app);

}  // namespace nrc::cli
