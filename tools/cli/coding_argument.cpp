// SPDX-License-Identifier: Apache-2.0
#include "coding_argument.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "nrc/error.hpp"

namespace nrc::cli {

bool narrow_argument(bool narrow, Profile profile) {
  if (narrow && profile != Profile::kHuffman && profile != Profile::kRange) {
    throw Error("--narrow is of the huffman and the range profile; add --profile huffman or range");
  }
  return narrow;
}

Corrections corrections_argument(bool taps, bool neighbour, Profile profile) {
  if ((taps || neighbour) && profile != Profile::kRange) {
    throw Error(fmt::format("{} needs the range profile; add --profile range",
                            taps ? "--taps" : "--neighbour"));
  }
  return {taps, neighbour};
}

std::vector<std::uint16_t> order_argument(const std::string& argument) {
  std::string text = argument;
  if (argument.find_first_not_of("0123456789, ") != std::string::npos) {
    std::ifstream file(argument);
    if (!file) {
      throw Error(fmt::format(
          "--channel-order {}: no such file; give one, or channels as in 3,0,1,2", argument));
    }
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  std::replace(text.begin(), text.end(), ',', ' ');
  std::vector<std::uint16_t> order;
  std::istringstream words(text);
  std::string word;
  while (words >> word) {
    std::uint16_t channel = 0;
    const char* const end = word.data() + word.size();
    const auto [rest, error] = std::from_chars(word.data(), end, channel);
    if (rest != end || error != std::errc()) {
      throw Error(
          fmt::format("--channel-order {}: {} is no channel; they count from 0", argument, word));
    }
    order.push_back(channel);
  }
  if (order.empty() && !argument.empty()) {
    throw Error(fmt::format("--channel-order {}: there are no channels in it", argument));
  }
  return order;
}

const Preset& preset_argument(const std::string& name) {
  if (const Preset* const preset = find_preset(name)) return *preset;
  std::string names;
  for (const Preset& preset : presets()) names += (names.empty() ? "" : ", ") + preset.name;
  throw Error(fmt::format("there is no preset {}; give one of {}", name, names));
}

std::string preset_help() {
  std::string help = "choice of codings by the samples";
  char separator = ':';
  for (const Preset& preset : presets()) {
    help += fmt::format("{} {}, {}", separator, preset.name, preset.purpose);
    separator = ';';
  }
  return help;
}

}  // namespace nrc::cli
