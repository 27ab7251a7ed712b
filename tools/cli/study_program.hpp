// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace nrc::cli {

/// Adds subcommand `study`, which becomes the program nrc-study beside this one: that one links
/// what the codec does not need. Its arguments are those after the subcommand's name.
/// @param argv  arguments of main(); they outlive the callback
void add_study_command(CLI::App& app, int argc, char** argv);

}  // namespace nrc::cli
