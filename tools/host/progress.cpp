// SPDX-License-Identifier: Apache-2.0
#include "host/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace nrc::host {
namespace {

constexpr std::chrono::milliseconds kFirst{500};
constexpr std::chrono::milliseconds kInterval{100};

}  // namespace

Progress::Progress(std::string label, std::uint64_t total, std::string unit)
    : label_(std::move(label)),
      total_(total),
      unit_(std::move(unit)),
      terminal_(::isatty(STDERR_FILENO) != 0),
      next_(std::chrono::steady_clock::now() + kFirst) {}

Progress::~Progress() {
  if (shown_) {
    fmt::print(stderr, "\r\033[K");
  }
}

void Progress::update(std::uint64_t done) {
  if (!terminal_ || std::chrono::steady_clock::now() < next_) {
    return;
  }
  next_ = std::chrono::steady_clock::now() + kInterval;
  shown_ = true;
  const std::string amount = unit_ == "bytes"
                                 ? fmt::format("{:.1f} MB", static_cast<double>(done) / 1e6)
                                 : fmt::format("{} {}", done, unit_);
  const std::string share = total_ == 0 ? "" : fmt::format(" ({} %)", done * 100 / total_);
  fmt::print(stderr, "\r\033[K{}: {}{}", label_, amount, share);
  std::fflush(stderr);
}

}  // namespace nrc::host
