// SPDX-License-Identifier: Apache-2.0
#include "host/status_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "host/program.hpp"

namespace nrc::host {
namespace {

constexpr std::chrono::seconds kInterval{1};

}  // namespace

StatusLine::StatusLine(std::function<std::string()> text)
    : text_(std::move(text)),
      terminal_(::isatty(STDERR_FILENO) != 0),
      next_(std::chrono::steady_clock::now() + kInterval) {}

void StatusLine::update() {
  if (!terminal_ || std::chrono::steady_clock::now() < next_) {
    return;
  }
  next_ = std::chrono::steady_clock::now() + kInterval;
  shown_ = true;
  fmt::print(stderr, "\r\033[K{}", text_());
  std::fflush(stderr);
}

void StatusLine::finish() {
  if (shown_) {
    fmt::print(stderr, "\r\033[K");
  }
  print_line("nrc", text_());
}

}  // namespace nrc::host
