// SPDX-License-Identifier: Apache-2.0
#include "recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <regex>
#include <set>
#include <system_error>
#include <utility>

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

/// A note for the user, who need not read it again for every part of a study.
void say_once(const std::string& note) {
  static std::mutex mutex;
  static std::set<std::string> said;
  const std::lock_guard<std::mutex> lock(mutex);
  if (said.insert(note).second) fmt::print(stderr, "nrc: note: {}\n", note);
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

/// The bytes of a file, which are in memory once: those of a mapped file count as well.
Bytes read_bytes(const RecordingFile& file) {
  host::InputFile input(file.path);
  Bytes bytes(file.bytes);
  std::size_t done = 0;
  while (const std::size_t count = input.read(bytes.data() + done, bytes.size() - done)) {
    done += count;
  }
  bytes.resize(done);
  return bytes;
}

Recording read_wav(const RecordingFile& file) {
  Bytes image = read_bytes(file);
  const WavLayout layout = read_int16_wav_layout(image.data(), image.size());
  if (!layout.applies()) {
    throw Error(fmt::format("{}: {}; give WAV files of 16-bit PCM", file.path, layout.reason));
  }
  Recording recording;
  recording.channels = layout.channels;
  recording.rate = layout.rate;
  recording.wav = true;
  recording.set_image(std::move(image), layout.data_offset, layout.data_bytes);
  return recording;
}

Recording read_raw(const RecordingFile& file) {
  if (file.channels == 0) {
    throw Error(file.path + ": the number of channels is unknown; give it with --channels");
  }
  const std::size_t frame_bytes = std::size_t{2} * file.channels;
  Bytes image = read_bytes(file);
  const std::size_t bytes = image.size() / frame_bytes * frame_bytes;
  if (bytes == 0) {
    throw Error(fmt::format("{}: {} bytes are less than a frame of {} channels; check --channels",
                            file.path, image.size(), file.channels));
  }
  if (bytes != image.size()) {
    say_once(
        fmt::format("{}: the last {} bytes are not a whole frame of {} channels and are left "
                    "out; check the number of channels if the recording was not cut",
                    file.path, image.size() - bytes, file.channels));
    image.resize(bytes);
  }
  Recording recording;
  recording.channels = file.channels;
  recording.rate = file.rate;
  recording.set_image(std::move(image), 0, bytes);
  return recording;
}

}  // namespace

Samples Recording::channel(std::uint32_t index, std::size_t first, std::size_t count) const {
  Samples values(std::min(count, frames() - std::min(first, frames())));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = samples[(first + i) * channels + index];
  }
  return values;
}

void Recording::set_image(Bytes file, std::size_t offset, std::size_t bytes) {
  image = std::move(file);
  offset_ = offset;
  const std::uint16_t one = 1;
  const bool little_endian = *reinterpret_cast<const std::uint8_t*>(&one) == 1;
  if (little_endian && offset % sizeof(std::int16_t) == 0) {
    samples = {reinterpret_cast<const std::int16_t*>(image.data() + offset), bytes / 2};
    return;
  }
  converted_ = get_samples(image.data() + offset, bytes / 2);
  samples = {converted_.data(), converted_.size()};
}

std::size_t piece_count(std::size_t frames, std::size_t most) {
  return std::max<std::size_t>(1, (frames + most - 1) / most);
}

Samples piece_of(const Recording& recording, std::size_t index, std::size_t pieces) {
  const std::size_t piece = index % pieces;
  const std::size_t first = recording.frames() * piece / pieces;
  const std::size_t end = recording.frames() * (piece + 1) / pieces;
  return recording.channel(static_cast<std::uint32_t>(index / pieces), first, end - first);
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
    recording = read_edf(file.path, say_once);
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
  Bytes image;
  image.reserve(2 * frames * both.channels);
  for (std::size_t i = 0; i < frames; ++i) {
    for (const Recording* part : {&first, &second}) {
      append_samples(image, part->samples.data() + i * part->channels, part->channels);
    }
  }
  const std::size_t bytes = image.size();
  both.set_image(std::move(image), 0, bytes);
  return both;
}

}  // namespace nrc::study
