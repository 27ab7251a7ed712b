// SPDX-License-Identifier: Apache-2.0
#include "edf.hpp"

#include <biosig.h>
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <vector>

#include "nrc/error.hpp"

namespace nrc::study {
namespace {

/// The triggers, bits of their own, as BDF and what is converted from it call them.
constexpr const char* kStatusLabel = "Status";

/// The channels of the rate that most of them have, the higher of two equally frequent ones.
std::vector<std::size_t> electrodes(const HDRTYPE& header) {
  std::map<std::uint32_t, std::vector<std::size_t>> by_rate;
  for (std::size_t i = 0; i < header.NS; ++i) {
    const CHANNEL_TYPE& channel = header.CHANNEL[i];
    if (channel.OnOff == 1 && channel.SPR > 0 && std::string(channel.Label) != kStatusLabel) {
      by_rate[channel.SPR].push_back(i);
    }
  }
  std::vector<std::size_t> chosen;
  for (const auto& [rate, channels] : by_rate) {
    if (channels.size() >= chosen.size()) chosen = channels;
  }
  return chosen;
}

std::int16_t narrow(double value, const std::string& path) {
  if (value != std::nearbyint(value) || value < std::numeric_limits<std::int16_t>::min() ||
      value > std::numeric_limits<std::int16_t>::max()) {
    throw Error(path + ": its samples need more than 16 bits; convert it to EDF");
  }
  return static_cast<std::int16_t>(value);
}

}  // namespace

Recording read_edf(const std::string& path) {
  const std::unique_ptr<HDRTYPE, decltype(&destructHDR)> file(sopen(path.c_str(), "r", nullptr),
                                                              destructHDR);
  if (file == nullptr || file->AS.B4C_ERRNUM != B4C_NO_ERROR ||
      (file->TYPE != EDF && file->TYPE != BDF)) {
    throw Error(path + ": not a whole EDF or BDF file; give one, or WAV");
  }
  HDRTYPE& header = *file;
  const std::vector<std::size_t> chosen = electrodes(header);
  if (chosen.empty() || header.NRec <= 0) {
    throw Error(path + ": no samples in it; give a recording");
  }
  const std::uint64_t there = (std::filesystem::file_size(path) - header.HeadLen) / header.AS.bpb;
  if (there < static_cast<std::uint64_t>(header.NRec)) {
    throw Error(fmt::format("{}: it holds {} of {} data records; the file is cut", path, there,
                            header.NRec));
  }
  for (std::size_t i = 0; i < header.NS; ++i) header.CHANNEL[i].OnOff = 0;
  for (const std::size_t i : chosen) header.CHANNEL[i].OnOff = 1;
  header.FLAG.UCAL = 1;               // numbers of the ADC, not volts
  header.FLAG.OVERFLOWDETECTION = 0;  // also those at the ends of its scale
  header.FLAG.ROW_BASED_CHANNELS = 0;
  const auto records = static_cast<std::size_t>(header.NRec);
  if (sread(nullptr, 0, records, &header) != records || header.AS.B4C_ERRNUM != B4C_NO_ERROR) {
    throw Error(path + ": its samples cannot be read; the file is damaged");
  }

  Recording recording;
  recording.channels = static_cast<std::uint32_t>(chosen.size());
  const std::size_t count = records * header.CHANNEL[chosen.front()].SPR;
  const double seconds = static_cast<double>(records * header.SPR) / header.SampleRate;
  recording.rate = seconds > 0.0 ? static_cast<double>(count) / seconds : 0.0;
  // Slower channels than the fastest come with their samples repeated.
  const std::size_t repeated = header.SPR / header.CHANNEL[chosen.front()].SPR;
  recording.samples.reserve(count * chosen.size());
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t c = 0; c < chosen.size(); ++c) {
      recording.samples.push_back(
          narrow(header.data.block[c * records * header.SPR + i * repeated], path));
    }
  }
  recording.image = to_bytes(recording.samples);
  return recording;
}

}  // namespace nrc::study
