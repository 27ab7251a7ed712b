// SPDX-License-Identifier: Apache-2.0
//
// The frame of every executable: command line, errors and exit status.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace nrc::host {

constexpr int kExitError = 1;
constexpr int kExitUsage = 2;
constexpr int kExitIncomplete = 3;  ///< done, but something is missing in the input

/// Parses the command line, which runs the callbacks of the subcommand in it, and turns what goes
/// wrong into one line on standard error that starts with the program's name.
/// @return exit status: 0, 1 for an error, 2 for a command line that cannot be understood, or that
/// of a CLI::RuntimeError from a callback, which has said itself what there is to say
int run_program(CLI::App& app, int argc, char** argv);

/// Says something on standard error, in one line that starts with the program's name.
void print_line(const std::string& program, std::string what);

/// A wrong use of the command line that CLI11 itself cannot see. Leads to exit status 2.
[[noreturn]] void usage_error(const std::string& what);

}  // namespace nrc::host
