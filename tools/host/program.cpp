// SPDX-License-Identifier: Apache-2.0
#include "host/program.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <new>
#include <string>
#include <vector>

#include "nrc/error.hpp"

namespace nrc::host {

void print_line(const std::string& program, std::string what) {
  // File names and parsers may bring line breaks along.
  std::replace_if(
      what.begin(), what.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  fmt::print(stderr, "{}: {}\n", program, what);
}

void usage_error(const std::string& what) {
  throw CLI::ValidationError(what, CLI::ExitCodes::ValidationError);
}

namespace {

/// What is wrong with a command line: what the user typed, instead of what the parser missed.
std::string mistake(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> left = app.remaining(true);
  const bool required = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  if (left.empty() || (!required && dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr)) {
    return error.what();
  }
  const auto option = std::find_if(left.begin(), left.end(), [](const std::string& word) {
    return word.size() > 1 && word.front() == '-';
  });
  if (option != left.end()) return fmt::format("there is no option {}", *option);
  return required ? fmt::format("there is no command {}", left.front())
                  : fmt::format("{} is one name too many", left.front());
}

}  // namespace

int run_program(CLI::App& app, int argc, char** argv) {
  // Beyond a file size limit, write() shall fail and be reported instead of killing the process.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    int status = 0;
    try {
      app.parse(argc, argv);
    } catch (const CLI::RuntimeError& e) {
      status = e.get_exit_code();
    }
    if (std::fflush(stdout) != 0) {
      throw Error("cannot write to standard output; check what it is connected to");
    }
    return status;
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
      return app.exit(e);  // --help and --version
    }
    print_line(app.get_name(), fmt::format("{}; see {} --help", mistake(app, e), app.get_name()));
    return kExitUsage;
  } catch (const std::bad_alloc&) {
    print_line(app.get_name(), "out of memory; close other programs or use a smaller input");
  } catch (const std::exception& e) {
    print_line(app.get_name(), e.what());
  }
  return kExitError;
}

}  // namespace nrc::host
