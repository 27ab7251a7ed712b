// SPDX-License-Identifier: Apache-2.0
#include "recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <random>

#include "input_file.hpp"
#include "nrc/error.hpp"
#include "nrc/recording_generator.hpp"
#include "nrc/shift6.hpp"
#include "nrc/wav.hpp"

namespace nrc::sim {
namespace {

namespace fs = std::filesystem;

/// The WAV files of a directory (not of those in it), by name.
std::vector<fs::path> wav_files(const std::string& path) {
  std::error_code failure;
  if (fs::is_regular_file(path, failure)) {
    return {path};
  }
  std::vector<fs::path> files;
  fs::directory_iterator entry(path, failure);
  if (failure) {
    throw Error(fmt::format("cannot read {}: {}; give a directory with WAV files", path,
                            failure.message()));
  }
  for (; entry != fs::directory_iterator(); entry.increment(failure)) {
    std::string extension = entry->path().extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (extension == ".wav" && entry->is_regular_file(failure)) {
      files.push_back(entry->path());
    }
    if (failure) {
      throw Error(
          fmt::format("cannot read {}: {}; check its permissions", path, failure.message()));
    }
  }
  if (files.empty()) {
    throw Error(fmt::format("there is no WAV file in {}; give another directory", path));
  }
  std::sort(files.begin(), files.end());
  return files;
}

void finish(Recording& recording) {
  recording.codes.reserve(recording.size());
  for (const std::int16_t sample : recording.samples) {
    recording.codes.push_back(Shift6::code(sample));
    recording.off_grid += Shift6::on_grid(sample) ? 0 : 1;
  }
}

Recording empty_recording(std::uint32_t channels, std::size_t frames) {
  Recording recording;
  recording.channels = channels;
  recording.frames = frames;
  recording.samples.resize(frames * channels);
  return recording;
}

}  // namespace

Recording play_files(const std::string& path, std::uint32_t channels, std::size_t frames,
                     std::uint64_t seed) {
  const std::vector<fs::path> files = wav_files(path);
  const std::size_t used = std::min<std::size_t>(files.size(), channels);

  Recording recording = empty_recording(channels, frames);
  recording.source =
      fmt::format("{} WAV file{} of {} (seed {})", used, used == 1 ? "" : "s", path, seed);
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> places(channels);
  for (std::uint64_t& place : places) {
    place = random();
  }
  for (std::size_t f = 0; f < used; ++f) {
    cli::InputFile file(files[f].string());
    const std::uint8_t* const image = file.data();
    const WavLayout layout = read_wav_layout(image, file.size());
    if (!layout.applies()) {
      throw Error(
          fmt::format("cannot play {}: {}; give 16-bit PCM WAV files", file.name(), layout.reason));
    }
    // The next round of channels takes the file's next channel, if it has several.
    std::uint32_t track = 0;
    for (std::size_t channel = f; channel < channels; channel += files.size()) {
      std::size_t place = static_cast<std::size_t>(places[channel] % layout.frames());
      for (std::size_t frame = 0; frame < frames; ++frame) {
        const std::uint8_t* const bytes =
            image + layout.data_offset + 2 * (place * layout.channels + track);
        recording.samples[frame * channels + channel] =
            static_cast<std::int16_t>(bytes[0] | (bytes[1] << 8));
        place = place + 1 == layout.frames() ? 0 : place + 1;
      }
      track = (track + 1) % layout.channels;
    }
  }
  finish(recording);
  return recording;
}

Recording synthesise(std::uint32_t channels, std::size_t frames, std::uint64_t seed) {
  Recording recording = empty_recording(channels, frames);
  recording.source = fmt::format("synthetic (seed {})", seed);
  const std::vector<Code> codes = generate(channels, frames, seed);
  std::transform(codes.begin(), codes.end(), recording.samples.begin(), Shift6::sample);
  finish(recording);
  return recording;
}

void disturb(Recording& recording, std::size_t n) {
  if (n == 0) {
    return;
  }
  for (std::size_t i = n - 1; i < recording.size(); i += n) {
    std::int16_t& sample = recording.samples[i];
    const bool was_on_grid = Shift6::on_grid(sample);
    sample = static_cast<std::int16_t>(sample ^ 1);
    recording.off_grid += was_on_grid ? 1 : 0;
    recording.off_grid -= !was_on_grid && Shift6::on_grid(sample) ? 1 : 0;
  }
}

}  // namespace nrc::sim
