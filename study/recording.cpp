// SPDX-License-Identifier: Apache-2.0
#include "recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <system_error>

#include "edf.hpp"
#include "file/wav.hpp"
#include "format/bytes.hpp"
#include "host/input_file.hpp"
#include "host/recordings.hpp"
#include "nrc/error.hpp"
#include "nrc/format.hpp"

namespace nrc::study {
namespace {

namespace fs = std::filesystem;

bool is_raw(const std::string& extension) {
  return extension == ".i16" || extension == ".raw" || extension == ".bin" || extension == ".dat";
}

constexpr const char* kEdf = ".edf";
constexpr const char* kBdf = ".bdf";

/// The file as a recording, with channels 0 if nothing says how many a raw file has.
RecordingFile describe(const std::string& path, std::uint32_t channels, double rate) {
  RecordingFile file;
  file.path = path;
  std::error_code error;
  file.bytes = fs::file_size(path, error);
  if (!is_raw(host::extension_of(path))) {
    return file;
  }
  file.channels = channels;
  file.rate = rate;
  static const std::regex pattern("_([0-9]{1,5})ch(_([0-9]{1,7})Hz)?");
  std::smatch match;
  const std::string name = fs::path(path).stem().string();
  if (std::regex_search(name, match, pattern)) {
    if (channels == 0) file.channels = static_cast<std::uint32_t>(std::stoul(match[1]));
    if (rate == 0.0 && match[3].matched) file.rate = std::stod(match[3]);
  }
  return file;
}

Recording read_wav(const RecordingFile& file) {
  host::InputFile input(file.path);
  const WavLayout layout = read_wav_layout(input.data(), input.size());
  if (!layout.applies()) {
    throw Error(fmt::format("{}: {}; give WAV files of 16-bit PCM", file.path, layout.reason));
  }
  Recording recording;
  recording.channels = layout.channels;
  recording.rate = layout.rate;
  recording.wav = true;
  recording.image.assign(input.data(), input.data() + input.size());
  recording.samples =
      get_samples(recording.image.data() + layout.data_offset, layout.frames() * layout.channels);
  return recording;
}

Recording read_raw(const RecordingFile& file) {
  host::InputFile input(file.path);
  if (file.channels == 0) {
    throw Error(file.path + ": the number of channels is unknown; give it with --channels");
  }
  const std::size_t frame_bytes = std::size_t{2} * file.channels;
  if (input.size() == 0 || input.size() % frame_bytes != 0) {
    throw Error(fmt::format("{}: {} bytes are not whole frames of {} channels; check --channels",
                            file.path, input.size(), file.channels));
  }
  Recording recording;
  recording.channels = file.channels;
  recording.rate = file.rate;
  recording.image.assign(input.data(), input.data() + input.size());
  recording.samples = get_samples(recording.image.data(), input.size() / 2);
  return recording;
}

}  // namespace

Samples Recording::channel(std::uint32_t index) const {
  Samples values(frames());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = samples[i * channels + index];
  }
  return values;
}

Bytes to_bytes(const Samples& samples) {
  Bytes bytes;
  append_samples(bytes, samples.data(), samples.size());
  return bytes;
}

std::vector<RecordingFile> find_recordings(const std::string& path, std::uint32_t channels,
                                           double rate) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) {
    return {describe(path, channels, rate)};
  }
  const auto wanted = [](const std::string& name) {
    const std::string extension = host::extension_of(name);
    return extension == ".wav" || extension == kEdf || extension == kBdf || is_raw(extension);
  };
  std::vector<RecordingFile> files;
  for (const std::string& name : host::list_files(path, wanted)) {
    RecordingFile file = describe(name, channels, rate);
    if (!is_raw(host::extension_of(name)) || file.channels != 0) files.push_back(std::move(file));
  }
  if (files.empty()) {
    throw Error(
        path +
        ": no recording in it; give .wav, .edf or .bdf files, or raw int16 files (.i16, .raw, "
        ".bin, .dat) with --channels");
  }
  return files;
}

Recording read_recording(const RecordingFile& file) {
  const std::string extension = host::extension_of(file.path);
  Recording recording;
  if (extension == kEdf || extension == kBdf) {
    recording = read_edf(file.path);
  } else {
    recording = is_raw(extension) ? read_raw(file) : read_wav(file);
  }
  if (recording.channels > kMaxChannels) {
    throw Error(fmt::format("{}: {} channels; {} are the most", file.path, recording.channels,
                            kMaxChannels));
  }
  recording.name = fs::path(file.path).filename().string();
  return recording;
}

Recording join(const Recording& first, const Recording& second) {
  Recording both;
  both.name = first.name + " + " + second.name;
  both.channels = first.channels + second.channels;
  both.rate = first.rate;
  const std::size_t frames = std::min(first.frames(), second.frames());
  both.samples.reserve(frames * both.channels);
  for (std::size_t i = 0; i < frames; ++i) {
    for (const Recording* part : {&first, &second}) {
      const auto from = part->samples.begin() + static_cast<std::ptrdiff_t>(i * part->channels);
      both.samples.insert(both.samples.end(), from, from + part->channels);
    }
  }
  both.image = to_bytes(both.samples);
  return both;
}

}  // namespace nrc::study
