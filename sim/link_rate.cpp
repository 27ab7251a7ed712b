// SPDX-License-Identifier: Apache-2.0
#include "link_rate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "nrc/error.hpp"

namespace nrc::sim {

LinkRate::LinkRate(const std::string& text, double clocks_per_second)
    : clocks_per_second_(clocks_per_second) {
  if (text.empty()) return;
  char* end = nullptr;
  const double rate = std::strtod(text.c_str(), &end);
  if (*end == '\0') {
    if (rate <= 0.0) throw Error(fmt::format("a link of {} Mbit/s; give a positive rate", text));
    changes_ = {{0, rate}};
    text_ = fmt::format("{:g} Mbit/s", rate);
    return;
  }
  std::ifstream file(text);
  if (!file) {
    throw Error(
        fmt::format("{} is no rate, and no file that can be read; give Mbit/s, or a file "
                    "with lines of milliseconds and Mbit/s",
                    text));
  }
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream fields(line);
    double milliseconds = -1.0;
    double megabits = 0.0;
    std::string rest;
    if (!(fields >> milliseconds >> megabits) || fields >> rest || megabits <= 0.0) {
      throw Error(fmt::format("{}, line {}: give milliseconds and Mbit/s", text, number));
    }
    const auto clock = static_cast<std::uint64_t>(milliseconds * 1e-3 * clocks_per_second);
    if (milliseconds < 0.0 || (changes_.empty() ? clock != 0 : clock <= changes_.back().clock)) {
      throw Error(fmt::format("{}, line {}: times begin with 0 and rise", text, number));
    }
    changes_.push_back({clock, megabits});
    text_ += fmt::format("{}{:g} Mbit/s from {:g} ms on", text_.empty() ? "" : ", ", megabits,
                         milliseconds);
  }
  if (changes_.empty()) throw Error(fmt::format("{} has no rate", text));
}

double LinkRate::words(std::uint64_t clock) const {
  const auto later = std::upper_bound(changes_.begin(), changes_.end(), clock,
                                      [](std::uint64_t c, const Change& d) { return c < d.clock; });
  return std::prev(later)->megabits * 1e6 / 32 / clocks_per_second_;
}

}  // namespace nrc::sim
