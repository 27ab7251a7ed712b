// SPDX-License-Identifier: Apache-2.0
#include "multichannel_signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <regex>
#include <stdexcept>

#include "host/recording_generator.hpp"

namespace nrc::bench {

namespace {

constexpr std::size_t kChannels = 64;
constexpr std::size_t kFrames = 16384;

Signal generated(int code_width) {
  std::vector<Code> codes(kChannels * kFrames);
  RecordingGenerator(kChannels, 1).generate(codes.data(), kFrames);
  Signal signal = {fmt::format("generated, {} bits", code_width), kChannels, {}};
  std::mt19937 random(static_cast<std::mt19937::result_type>(code_width));
  const int finer = code_width - 10;
  const std::int32_t half = 1 << (code_width - 1);
  std::int32_t shared = 0;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (i % kChannels == 0) shared = static_cast<std::int32_t>(random() % 9) - 4;
    const auto fraction = static_cast<std::int32_t>(random() & ((1U << finer) - 1));
    const std::int32_t sample = (codes[i] + shared) * (1 << finer) + fraction;
    signal.samples.push_back(static_cast<std::int16_t>(std::clamp(sample, -half, half - 1)));
  }
  return signal;
}

}  // namespace

std::vector<Signal> read_signals(const std::string& directory) {
  static const std::regex form("(.*)_([0-9]+)ch_[0-9.]+Hz\\.i16");
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Signal> signals;
  for (const std::string& path : paths) {
    const std::string name = std::filesystem::path(path).filename().string();
    std::smatch parts;
    if (!std::regex_match(name, parts, form)) continue;
    Signal signal = {parts[1], std::stoul(parts[2]), {}};
    const std::size_t frames =
        std::filesystem::file_size(path) / sizeof(std::int16_t) / signal.channels;
    signal.samples.resize(frames * signal.channels);
    std::ifstream in(path, std::ios::binary);
    const auto bytes = static_cast<std::streamsize>(2 * signal.samples.size());
    if (frames == 0 || !in.read(reinterpret_cast<char*>(signal.samples.data()), bytes)) {
      throw std::runtime_error("cannot read a frame of " + path + "; take it away or replace it");
    }
    signals.push_back(std::move(signal));
  }
  if (signals.empty()) {
    throw std::runtime_error("no file NAME_<channels>ch_<rate>Hz.i16 in " + directory +
                             "; give another --data");
  }
  return signals;
}

std::vector<Signal> generated_signals() { return {generated(10), generated(12), generated(16)}; }

}  // namespace nrc::bench
