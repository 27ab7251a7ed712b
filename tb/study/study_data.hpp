// SPDX-License-Identifier: Apache-2.0
//
// Small recordings whose figures are known.
#pragma once

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "file/wav.hpp"
#include "host/recording_generator.hpp"
#include "recording.hpp"
#include "stages/shift6.hpp"

namespace study_data {

using nrc::study::Bytes;
using nrc::study::Recording;
using nrc::study::Samples;

inline Recording raw(const Samples& samples, std::uint32_t channels = 1, double rate = 20000.0) {
  Recording recording;
  recording.name = "raw";
  recording.channels = channels;
  recording.rate = rate;
  recording.set_image(nrc::study::to_bytes(samples), 0, 2 * samples.size());
  return recording;
}

inline Recording wav(const Samples& samples, std::uint32_t channels = 1,
                     std::uint32_t rate = 19531) {
  Recording recording = raw(samples, channels, rate);
  Bytes image = nrc::canonical_header(channels, rate, samples.size() / channels);
  image.insert(image.end(), recording.image.begin(), recording.image.end());
  recording.set_image(image, nrc::kCanonicalHeaderBytes, 2 * samples.size());
  recording.wav = true;
  return recording;
}

/// What looks like an implant's recording.
inline Samples implant(std::uint32_t channels, std::size_t frames, std::uint64_t seed = 1) {
  Samples samples;
  for (const nrc::Code code : nrc::generate(channels, frames, seed)) {
    samples.push_back(nrc::Shift6::sample(code));
  }
  return samples;
}

/// Independent, uniform from 0 to 2^bits - 1.
inline Samples uniform(int bits, std::size_t count, unsigned seed = 1) {
  std::mt19937 random(seed);
  Samples samples(count);
  for (auto& s : samples) s = static_cast<std::int16_t>(random() >> (32 - bits));
  return samples;
}

/// A directory that is gone at the end.
class Directory {
 public:
  Directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "nrc-study-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = pattern;
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::string path() const { return path_; }
  std::string write(const std::string& name, const Bytes& bytes) const {
    const auto file = std::filesystem::path(path_) / name;
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return file.string();
  }

 private:
  std::string path_;
};

}  // namespace study_data
