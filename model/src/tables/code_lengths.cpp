// SPDX-License-Identifier: Apache-2.0
#include "tables/code_lengths.hpp"

#include <string_view>

#include "nrc/error.hpp"
#include "nrc/format.hpp"

namespace nrc {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
static_assert(kMaxCodeLength < static_cast<int>(kDigits.size()));

}  // namespace

std::string code_length_digits(const std::vector<std::uint8_t>& lengths) {
  std::string text;
  for (const std::uint8_t n : lengths) text += kDigits[n & 15];
  return text;
}

std::vector<std::uint8_t> code_lengths(const std::string& digits) {
  std::vector<std::uint8_t> lengths;
  for (const char c : digits) {
    const auto at = kDigits.find(c);
    if (at == std::string_view::npos) {
      const char shown = c < ' ' || c > '~' ? '?' : c;
      throw Error(std::string("'") + shown + "' is not a code length");
    }
    lengths.push_back(static_cast<std::uint8_t>(at));
  }
  return lengths;
}

}  // namespace nrc
