// SPDX-License-Identifier: Apache-2.0
#include "host/class_changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "nrc/error.hpp"

namespace nrc::host {
namespace {

constexpr std::array<const char*, 4> kClassNames = {"rounded", "lossless", "off", "events"};

/// A whole number without anything after it. @return false: it is none
bool read_number(const std::string& text, std::uint32_t& number) {
  if (text.empty() || text.size() > 9 ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return false;
  }
  number = static_cast<std::uint32_t>(std::stoul(text));
  return true;
}

}  // namespace

std::vector<ClassChange> read_class_changes(const std::string& path, std::uint32_t channels) {
  std::ifstream file(path);
  if (!file) throw Error(fmt::format("{}: cannot be read; give a file of channel classes", path));
  std::vector<ClassChange> changes = {
      {0.0, std::vector<ChannelClass>(channels, ChannelClass::kRounded)}};
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const auto fail = [&](const std::string& what) {
      throw Error(fmt::format("{}, line {}: {}", path, number, what));
    };
    std::istringstream words(line.substr(0, line.find('#')));
    std::string first;
    std::string second;
    std::string more;
    if (!(words >> first)) continue;
    if (!(words >> second) || words >> more) {
      fail("give channels and a class, such as `0-99 off`, or `at SECONDS`");
    }
    if (first == "at") {
      std::istringstream text(second);
      double seconds = 0.0;
      if (!(text >> seconds) || !text.eof() || !(seconds > changes.back().seconds)) {
        fail(fmt::format("at {}: give seconds, more than {} before", second,
                         changes.back().seconds));
      }
      changes.push_back({seconds, changes.back().classes});
      continue;
    }
    const std::size_t dash = first.find('-');
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    if (!read_number(first.substr(0, dash), begin) ||
        !read_number(dash == std::string::npos ? first : first.substr(dash + 1), end) ||
        begin > end || end >= channels) {
      fail(fmt::format("channels {}: give one of 0 to {}, or two with a - between", first,
                       channels - 1));
    }
    const auto name = std::find(kClassNames.begin(), kClassNames.end(), second);
    if (name == kClassNames.end()) {
      fail(fmt::format("class {}: give rounded, lossless, off or events", second));
    }
    std::fill(changes.back().classes.begin() + begin, changes.back().classes.begin() + end + 1,
              static_cast<ChannelClass>(name - kClassNames.begin()));
  }
  return changes;
}

}  // namespace nrc::host
