// SPDX-License-Identifier: Apache-2.0
#include "gnuplot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "nrc/error.hpp"

namespace nrc::study {
namespace {

namespace fs = std::filesystem;

/// Runs gnuplot with one argument, its messages into a file. @return its exit status, -1: not run
int run_gnuplot(std::string argument, const std::string& messages) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, messages.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::string program = "gnuplot";
  char* const arguments[] = {program.data(), argument.data(), nullptr};
  pid_t process = 0;
  const int error =
      ::posix_spawnp(&process, program.c_str(), &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (error != 0 || ::waitpid(process, &status, 0) != process || !WIFEXITED(status)) {
    return -1;
  }
  return WEXITSTATUS(status) == 127 ? -1 : WEXITSTATUS(status);
}

}  // namespace

std::string data_block(const std::string& name, const std::string& rows) {
  return fmt::format("${} << END_OF_DATA\n{}END_OF_DATA\n", name, rows);
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += '\'';
    result += c;
  }
  return result + "'";
}

void require_gnuplot() {
  if (run_gnuplot("--version", "/dev/null") != 0) {
    throw Error("cannot run gnuplot, which draws the pictures; install it or use --no-pictures");
  }
}

void draw(const Picture& picture, const std::string& directory) {
  const fs::path script = fs::path(directory) / (picture.file + ".gp");
  const fs::path messages = fs::path(directory) / (picture.file + ".txt");
  std::ofstream(script) << fmt::format(
      "set encoding utf8\n"
      "set terminal svg size {},{} font 'sans-serif,12' background 'white' noenhanced\n"
      "set output {}\n{}unset output\n",
      picture.width, picture.height, quoted((fs::path(directory) / picture.file).string()),
      picture.script);
  const int status = run_gnuplot(script.string(), messages.string());
  std::string reason;
  std::ifstream lines(messages);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("line ") != std::string::npos) reason = line;
  }
  std::error_code error;
  fs::remove(script, error);
  fs::remove(messages, error);
  if (status != 0) {
    throw Error(fmt::format("gnuplot cannot draw {} ({}); use --no-pictures", picture.file,
                            reason.empty() ? "no message" : reason));
  }
}

}  // namespace nrc::study
