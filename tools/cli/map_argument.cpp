// SPDX-License-Identifier: Apache-2.0
#include "map_argument.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "host/program.hpp"

namespace nrc::cli {
namespace {

/// Takes a number off the front of the text. @return false if there is none
template <typename T>
bool take(std::string& text, T& number) {
  const char* const begin = text.data();
  const auto [rest, error] = std::from_chars(begin, begin + text.size(), number);
  if (error != std::errc()) return false;
  text.erase(0, static_cast<std::size_t>(rest - begin));
  return true;
}

/// Takes a word off the front of the text. @return false if it begins with another
bool take_word(std::string& text, const std::string& prefix) {
  if (text.compare(0, prefix.size(), prefix) != 0) return false;
  text.erase(0, prefix.size());
  return true;
}

ValueMap map_argument(const std::string& argument) {
  std::string text = argument;
  MapStep step;
  step.rounding = Rounding::kNearestEven;
  std::int64_t offset = 0;
  bool right = take_word(text, "step=") && take(text, step.numerator);
  if (right && take_word(text, "/")) right = take(text, step.denominator);
  if (right && take_word(text, ",offset=")) right = take(text, offset);
  constexpr std::int64_t kMaxOffset = 65535;
  if (!right || !text.empty() || step.numerator == 0 || step.denominator == 0 ||
      step.denominator > kMaxStepDenominator || offset < -kMaxOffset || offset > kMaxOffset) {
    host::usage_error(fmt::format(
        "--mapping {}: give auto, code, shift6 or step=N[/D][,offset=N] with whole numbers, N from "
        "1 and D from 1 to 65535, and an offset from -65535 to 65535",
        argument));
  }
  return {{step}, {{0, offset * step.denominator}}};
}

std::string step_text(const MapStep& step) {
  return step.denominator == 1 ? fmt::to_string(step.numerator)
                               : fmt::format("{}/{}", step.numerator, step.denominator);
}

SampleType type_of(const std::string& name) {
  if (const std::optional<SampleType> type = find_sample_type(name)) return *type;
  if (name.find("float") != std::string::npos || name == "double") {
    throw Error(fmt::format(
        "--type {}: nrc codes integers only; make integers of the samples first, in steps of the "
        "ADC, for instance with numpy: np.round(x / step).astype('int32')",
        name));
  }
  throw Error(fmt::format(
      "--type {}: give int8, uint8, int16, uint16, int24, uint24, int32 or uint32", name));
}

}  // namespace

void mapping_argument(const std::string& mapping, int code_width, EncodeOptions& options) {
  options.code_width = code_width;
  if (mapping == "code") {
    options.mapping = Mapping::kCode;
  } else if (mapping == "shift6") {
    options.mapping = Mapping::kShift6;
    if (code_width != 0 && code_width != 10) {
      host::usage_error("--mapping shift6 makes 10-bit codes; leave out --code-width");
    }
  } else if (mapping != "auto") {
    options.mapping = Mapping::kMap;
    options.map = map_argument(mapping);
  } else if (code_width != 0) {
    host::usage_error("--code-width needs --mapping code or step=N");
  }
}

void type_argument(const std::string& type, bool big_endian, EncodeOptions& options) {
  options.sample_type = type_of(type);
  options.big_endian = big_endian;
  if (is_signed(options.sample_type)) return;
  // The user's offset is a sample, the map's one is counted from the middle of the range.
  for (ChannelMap& channel : options.map.channels) {
    channel.offset -= (std::int64_t{1} << (sample_bits(options.sample_type) - 1)) *
                      options.map.steps[channel.step].denominator;
  }
}

std::string mapping_text(const StreamHeader& header) {
  if (header.mapping == Mapping::kShift6) return "shift6";
  if (header.mapping == Mapping::kCode) return "code";
  const ValueMap& map = header.map;
  std::string steps;
  for (const MapStep& step : map.steps) steps += (steps.empty() ? "" : ", ") + step_text(step);
  // As a sample: the map counts unsigned ones from the middle of their range.
  const double middle =
      is_signed(header.sample_type) ? 0.0 : std::ldexp(1.0, sample_bits(header.sample_type) - 1);
  const auto offset = [&](const ChannelMap& channel) {
    return static_cast<double>(channel.offset) / map.steps[channel.step].denominator + middle;
  };
  if (map.channels.size() == 1) {
    return fmt::format("map, step {}, offset {:.6g}", steps, offset(map.channels[0]));
  }
  const auto [low, high] = std::minmax_element(
      map.channels.begin(), map.channels.end(),
      [&](const ChannelMap& a, const ChannelMap& b) { return offset(a) < offset(b); });
  return fmt::format("map of each channel, step{} {}, offset {:.6g} to {:.6g}",
                     map.steps.size() == 1 ? "" : "s", steps, offset(*low), offset(*high));
}

}  // namespace nrc::cli
