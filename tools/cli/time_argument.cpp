// SPDX-License-Identifier: Apache-2.0
#include "time_argument.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string_view>

#include "host/program.hpp"
#include "nrc/error.hpp"

namespace nrc::cli {
namespace {

constexpr double kMaxSeconds = 1e9;

template <typename Number>
bool read_number(std::string_view text, Number& value) {
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  return result.ec == std::errc() && result.ptr == end;
}

/// Digits with a fraction at most: no sign, no exponent.
bool read_seconds(std::string_view text, double& value) {
  const bool plain = text.find_first_not_of("0123456789.") == std::string_view::npos;
  return plain && text.find_first_of("0123456789") != std::string_view::npos &&
         read_number(text, value);
}

bool read_time(std::string_view text, double& seconds) {
  std::uint64_t before = 0;  // seconds of the larger units
  for (int units = 0; units < 3; ++units) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
      if (!read_seconds(text, seconds) || (units > 0 && seconds >= 60.0)) return false;
      seconds += static_cast<double>(before);
      return seconds <= kMaxSeconds;
    }
    std::uint32_t number = 0;
    if (!read_number(text.substr(0, colon), number) || (units > 0 && number >= 60)) return false;
    before = 60 * (before + number);
    text.remove_prefix(colon + 1);
  }
  return false;
}

}  // namespace

TimeArgument::TimeArgument(const char* option, const std::string& text) : text_(text) {
  in_frames_ = !text.empty() && text.back() == 'f';
  const bool valid =
      in_frames_ ? read_number({text.data(), text.size() - 1}, frames_) : read_time(text, seconds_);
  if (!valid) host::usage_error(fmt::format("{}: {} is no time; give {}", option, text, kTimeHelp));
}

std::uint64_t TimeArgument::frames(const StreamHeader& header) const {
  if (in_frames_) return frames_;
  if (header.rate_millihertz == 0 && seconds_ != 0.0) {
    throw Error(fmt::format(
        "the stream does not state its sampling rate, so {} is at no certain frame; give a number "
        "of frames, for instance 30000f",
        text_));
  }
  return static_cast<std::uint64_t>(std::llround(seconds_ * header.rate_millihertz / 1000.0));
}

}  // namespace nrc::cli
