// SPDX-License-Identifier: Apache-2.0
//
// Any text as a table file, of either profile. Input: code width, length of a signal, the signal
// (signal.hpp), the text. A `@` in it stands for the 1024 cumulative frequencies of the built-in
// tables `generic`, so that a short input can be a whole file.
//
// Properties: it is refused with a message of one line, or the tables say what the text says, come
// back from the file written of them, and code any signal of every width that they accept.
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "nrc/error.hpp"
#include "nrc/payload.hpp"
#include "nrc/table_files.hpp"
#include "nrc/tables.hpp"
#include "property.hpp"
#include "signal.hpp"

namespace {

constexpr std::size_t kMaxCodes = 4096;
constexpr std::uint32_t kChannels = 2;

std::string expanded(const std::uint8_t* data, std::size_t size) {
  static const std::string frequencies = [] {
    std::string list;
    for (const std::uint16_t c : nrc::RangeTables::builtin("generic").cumulative) {
      list += (list.empty() ? "" : ",") + std::to_string(c);
    }
    return list;
  }();
  std::string text(data, data + size);
  const std::size_t at = text.find('@');
  return at == std::string::npos ? text : text.replace(at, 1, frequencies);
}

void require_same_text(const std::string& text, const nrc::Tables& tables) {
  const auto read = nlohmann::json::parse(text);
  const auto written = nlohmann::json::parse(to_json(tables));
  for (const auto& [key, value] : written.items()) {
    if (key == "description" && !read.contains(key)) continue;
    if (key == "classes") {
      for (std::size_t k = 0; k < value.size(); ++k) {
        for (const auto& [field, number] : value[k].items()) {
          fuzz::require(read[key][k].at(field) == number, "tables say what their file says");
        }
      }
      continue;
    }
    fuzz::require(read.at(key) == value, "tables say what their file says");
  }
}

void require_round_trip(const nrc::Tables& tables, int width, const std::vector<nrc::Code>& codes,
                        bool neighbour) {
  try {
    tables.check(width);
  } catch (const nrc::Error& e) {
    fuzz::require_message(e);
    return;
  }
  const bool corrected = neighbour && tables.profile() == nrc::Profile::kRange;
  const nrc::Corrections corrections{corrected, corrected};
  const auto encoder = nrc::PayloadEncoder::make(tables, width, kChannels, corrections);
  const auto decoder = nrc::PayloadDecoder::make(tables, width, kChannels, corrections);
  const std::size_t frames = codes.size() / kChannels;
  const std::size_t half = frames / 2;
  std::vector<nrc::Code> back;
  for (const bool first : {true, false}) {
    const nrc::Code* const from = codes.data() + (first ? 0 : half * kChannels);
    const std::size_t count = first ? half : frames - half;
    const bool key = first || half == 0;
    const std::vector<std::uint8_t> payload = encoder->encode(from, count, key);
    fuzz::require(
        payload.size() <= nrc::max_payload_bytes(tables.profile(), width, count * kChannels),
        "no payload is longer than the worst one");
    fuzz::require(count * kChannels <= decoder->max_codes(payload.size()),
                  "a payload holds no more codes than max_codes()");
    decoder->decode(payload.data(), payload.size(), count, key, back);
  }
  fuzz::require(
      back.size() == frames * kChannels && std::equal(back.begin(), back.end(), codes.begin()),
      "valid tables code every signal");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const std::uint8_t choice = input.u8();
  const int width =
      nrc::kMinCodeWidth + (choice & 0x7F) % (nrc::kMaxCodeWidth - nrc::kMinCodeWidth + 1);
  const std::size_t told = input.u8();
  const std::size_t count = std::min(told, input.size());
  fuzz::FuzzInput signal(input.data(), count);
  input.skip(count);
  const std::string text = expanded(input.data(), input.size());
  std::optional<nrc::Tables> tables;
  try {
    tables = nrc::tables_from_json(text, "file");
  } catch (const nrc::Error& e) {
    fuzz::require_message(e);
    return 0;
  }
  require_same_text(text, *tables);
  const nrc::Tables again = nrc::tables_from_json(to_json(*tables), "written");
  fuzz::require(again.id() == tables->id() && to_json(again) == to_json(*tables),
                "a written table file gives the same tables");
  require_round_trip(*tables, width, fuzz::codes_from(signal, width, kMaxCodes),
                     (choice & 0x80) != 0);
  return 0;
}

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

/// Every second time one number of the file becomes another: edits of single bytes hardly ever make
/// a number of the right length in the right place.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned int seed) {
  fuzz::Noise noise(seed);
  const auto is_digit = [](std::uint8_t c) { return (c >= '0' && c <= '9') || c == '-'; };
  std::vector<std::size_t> numbers;
  for (std::size_t i = 1; i < size; ++i) {
    if (is_digit(data[i]) && !is_digit(data[i - 1])) numbers.push_back(i);
  }
  if (numbers.empty() || noise.below(2) == 0) return LLVMFuzzerMutate(data, size, most);
  const std::size_t from = numbers[noise.below(static_cast<std::uint32_t>(numbers.size()))];
  std::size_t to = from;
  while (to < size && is_digit(data[to])) ++to;
  const std::string old(data + from, data + to);
  constexpr std::int64_t kFar = std::int64_t{1} << 40;
  std::int64_t number = 0;
  if (noise.below(2) == 0) {  // a step from what it was
    number = std::strtoll(old.c_str(), nullptr, 10);
    number = std::clamp<std::int64_t>(number, -kFar, kFar) + noise.below(33) - 16;
  } else {  // about a power of two
    number = std::int64_t{1} << noise.below(34);
    number -= noise.below(3);
    if (noise.below(3) == 0) number = -number;
  }
  const std::string text = std::to_string(number);
  if (size - old.size() + text.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::memmove(data + from + text.size(), data + to, size - to);
  std::memcpy(data + from, text.data(), text.size());
  return size - old.size() + text.size();
}
