// SPDX-License-Identifier: Apache-2.0
#include "study_program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "nrc/error.hpp"

namespace nrc::cli {

namespace {

/// Replaces this process by nrc-study; returns only by an exception.
[[noreturn]] void run_study(int argc, char** argv) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path program = (error ? argv[0] : self).parent_path() / "nrc-study";
  // What it calls itself in its messages.
  char name[] = "nrc study";
  std::vector<char*> arguments = {name};
  // Nothing but the subcommand's name comes before the study's own arguments.
  for (int i = 2; i < argc; ++i) arguments.push_back(argv[i]);
  arguments.push_back(nullptr);
  ::execv(program.c_str(), arguments.data());
  if (errno == ENOENT) {
    throw Error("study is not in this build; run make study DATA=directory OUT=directory");
  }
  throw Error(fmt::format("cannot run {}: {}; build it again with make study", program.string(),
                          std::strerror(errno)));
}

}  // namespace

void add_study_command(CLI::App& app, int argc, char** argv) {
  CLI::App* const command = app.add_subcommand(
      "study", "Measure methods, statistics and limits on recordings (needs nrc-study)");
  command->allow_extras();
  command->prefix_command();
  // --help is the study's as well.
  command->set_help_flag();
  command->callback([argc, argv] { run_study(argc, argv); });
}

}  // namespace nrc::cli
