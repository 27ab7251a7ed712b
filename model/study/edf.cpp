// SPDX-License-Identifier: Apache-2.0
#include "edf.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <map>

#include "nrc/error.hpp"

namespace nrc::study {
namespace {

constexpr std::size_t kHeaderBytes = 256;  ///< of the file, and again for each signal
constexpr std::size_t kMostSignals = 9999;
// Places of fields in the header of the file, and of a signal's field in the part of all signals.
constexpr std::size_t kRecordsField = 236;
constexpr std::size_t kDurationField = 244;
constexpr std::size_t kSignalsField = 252;
constexpr std::size_t kLabelBytes = 16;
constexpr std::size_t kCountsOffset = 216;

struct Signal {
  std::size_t offset = 0;  ///< in a data record, samples
  std::size_t count = 0;   ///< samples in a data record
  bool annotations = false;
};

double number(const std::uint8_t* at, std::size_t size) {
  return std::strtod(std::string(at, at + size).c_str(), nullptr);
}

}  // namespace

Recording read_edf(const std::uint8_t* image, std::size_t size, const std::string& where) {
  if (size < kHeaderBytes || number(image, 8) != 0.0 || image[0] != '0') {
    throw Error(where + ": not an EDF file with 16 bits; convert it to EDF");
  }
  const double signal_field = number(image + kSignalsField, 4);
  const double duration = number(image + kDurationField, 8);
  if (signal_field < 1 || signal_field > kMostSignals) {
    throw Error(where + ": no signals in its header; the file is damaged");
  }
  const auto signal_count = static_cast<std::size_t>(signal_field);
  const std::size_t data_offset = kHeaderBytes * (1 + signal_count);
  if (size < data_offset) {
    throw Error(where + ": it ends inside its header; the file is cut");
  }

  std::vector<Signal> signals(signal_count);
  std::map<std::size_t, std::vector<Signal>> by_count;
  std::size_t record_samples = 0;
  for (std::size_t i = 0; i < signal_count; ++i) {
    const std::uint8_t* const label = image + kHeaderBytes + i * kLabelBytes;
    const double count = number(image + kHeaderBytes + signal_count * kCountsOffset + i * 8, 8);
    if (count < 0 || count > 1e8) {
      throw Error(
          fmt::format("{}: signal {} has no number of samples; the file is damaged", where, i + 1));
    }
    Signal& s = signals[i];
    s.offset = record_samples;
    s.count = static_cast<std::size_t>(count);
    s.annotations = std::string(label, label + kLabelBytes).rfind("EDF Annotations", 0) == 0;
    record_samples += s.count;
    if (!s.annotations && s.count > 0) by_count[s.count].push_back(s);
  }
  const std::vector<Signal>* chosen = nullptr;
  for (const auto& [count, group] : by_count) {
    if (chosen == nullptr || group.size() >= chosen->size()) chosen = &group;
  }
  // -1 stands for an unknown number of records, as while a recording goes on.
  const std::size_t there = record_samples == 0 ? 0 : (size - data_offset) / (2 * record_samples);
  const double told = number(image + kRecordsField, 8);
  const std::size_t records = told < 0 ? there : static_cast<std::size_t>(told);
  if (chosen == nullptr || records == 0) {
    throw Error(where + ": no samples in it; give a recording");
  }
  if (records > there) {
    throw Error(
        fmt::format("{}: it holds {} of {} data records; the file is cut", where, there, records));
  }

  Recording recording;
  recording.channels = static_cast<std::uint32_t>(chosen->size());
  const std::size_t count = chosen->front().count;
  recording.rate = duration > 0.0 ? static_cast<double>(count) / duration : 0.0;
  recording.samples.reserve(records * count * chosen->size());
  for (std::size_t record = 0; record < records; ++record) {
    const std::uint8_t* const data = image + data_offset + 2 * record * record_samples;
    for (std::size_t i = 0; i < count; ++i) {
      for (const Signal& s : *chosen) {
        const std::uint8_t* const at = data + 2 * (s.offset + i);
        recording.samples.push_back(static_cast<std::int16_t>(at[0] | (at[1] << 8)));
      }
    }
  }
  recording.image = to_bytes(recording.samples);
  return recording;
}

}  // namespace nrc::study
