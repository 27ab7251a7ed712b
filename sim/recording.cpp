// SPDX-License-Identifier: Apache-2.0
#include "recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "file/wav.hpp"
#include "format/bytes.hpp"
#include "host/input_file.hpp"
#include "host/recording_generator.hpp"
#include "host/recordings.hpp"
#include "nrc/error.hpp"
#include "stages/shift6.hpp"

namespace nrc::sim {
namespace {

/// The one file that `path` is, or the WAV files of a directory.
std::vector<std::string> files_of(const std::string& path) {
  std::error_code failure;
  if (std::filesystem::is_regular_file(path, failure)) return {path};
  return host::wav_files(path);
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
  const std::vector<std::string> files = files_of(path);
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
    host::InputFile file(files[f]);
    const std::uint8_t* const image = file.data();
    const WavLayout layout = read_int16_wav_layout(image, file.size());
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
        recording.samples[frame * channels + channel] = get_sample(bytes);
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
