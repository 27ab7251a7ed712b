// SPDX-License-Identifier: Apache-2.0
//
// WAV images for tests: ordinary ones from libsndfile, odd ones by hand.
#pragma once

#include <sndfile.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace wav_images {

using Bytes = std::vector<std::uint8_t>;

inline Bytes little_endian(std::uint64_t value, int bytes) {
  Bytes out;
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return out;
}

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Bytes text(const std::string& s) { return Bytes(s.begin(), s.end()); }

inline Bytes samples(const std::vector<std::int16_t>& values) {
  Bytes out;
  for (const std::int16_t value : values) out = std::move(out) + little_endian(value & 0xFFFF, 2);
  return out;
}

/// A chunk with the size field `size` (by default the right one) and no pad byte.
inline Bytes chunk(const std::string& id, const Bytes& content, std::int64_t size = -1) {
  return text(id) + little_endian(size < 0 ? content.size() : static_cast<std::uint64_t>(size), 4) +
         content;
}

/// A RIFF file of the chunks given.
inline Bytes riff(const Bytes& chunks, const std::string& magic = "RIFF") {
  return text(magic) + little_endian(4 + chunks.size(), 4) + text("WAVE") + chunks;
}

/// Content of a fmt chunk of PCM samples.
inline Bytes format(std::uint16_t channels = 1, std::uint32_t rate = 20000, int bits = 16) {
  const auto block = static_cast<std::uint32_t>(channels * bits / 8);
  return little_endian(1, 2) + little_endian(channels, 2) + little_endian(rate, 4) +
         little_endian(std::uint64_t{rate} * block, 4) + little_endian(block, 2) +
         little_endian(static_cast<std::uint64_t>(bits), 2);
}

/// A chunk of a Wave64 file: the GUID of `id`, the size with the 24 bytes before the content
/// (or `size`), the content, zeros up to a multiple of 8 bytes.
inline Bytes wave64_chunk(const std::string& id, const Bytes& content, std::int64_t size = -1) {
  const Bytes tail = {0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A};
  return text(id) + tail +
         little_endian(size < 0 ? 24 + content.size() : static_cast<std::uint64_t>(size), 8) +
         content + Bytes((8 - content.size() % 8) % 8);
}

/// A Wave64 file of the chunks given.
inline Bytes wave64(const Bytes& chunks) {
  const Bytes tail = {0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00};
  const Bytes wave = wave64_chunk("wave", {});
  return text("riff") + tail + little_endian(40 + chunks.size(), 8) +
         Bytes(wave.begin(), wave.begin() + 16) + chunks;
}

/// A file in memory for libsndfile.
struct MemoryFile {
  Bytes bytes;
  sf_count_t position = 0;
};

/// The WAV file that libsndfile writes for samples in the given format (SF_FORMAT_...).
inline Bytes from_libsndfile(int format, int channels, int rate,
                             const std::vector<std::int16_t>& values) {
  SF_VIRTUAL_IO io = {};
  io.get_filelen = [](void* user) {
    return static_cast<sf_count_t>(static_cast<MemoryFile*>(user)->bytes.size());
  };
  io.seek = [](sf_count_t offset, int whence, void* user) {
    auto& file = *static_cast<MemoryFile*>(user);
    const auto size = static_cast<sf_count_t>(file.bytes.size());
    file.position = offset + (whence == SEEK_CUR ? file.position : whence == SEEK_END ? size : 0);
    return file.position;
  };
  io.read = [](void* data, sf_count_t count, void* user) {
    auto& file = *static_cast<MemoryFile*>(user);
    const auto rest = static_cast<sf_count_t>(file.bytes.size()) - file.position;
    count = std::clamp<sf_count_t>(rest, 0, count);
    std::memcpy(data, file.bytes.data() + file.position, static_cast<std::size_t>(count));
    file.position += count;
    return count;
  };
  io.write = [](const void* data, sf_count_t count, void* user) {
    auto& file = *static_cast<MemoryFile*>(user);
    const auto end = static_cast<std::size_t>(file.position + count);
    if (end > file.bytes.size()) file.bytes.resize(end);
    std::memcpy(file.bytes.data() + file.position, data, static_cast<std::size_t>(count));
    file.position += count;
    return count;
  };
  io.tell = [](void* user) { return static_cast<MemoryFile*>(user)->position; };

  MemoryFile file;
  SF_INFO info = {};
  info.format = format;
  info.channels = channels;
  info.samplerate = rate;
  SNDFILE* const handle = sf_open_virtual(&io, SFM_WRITE, &info, &file);
  if (handle == nullptr) throw std::runtime_error(sf_strerror(nullptr));
  const auto count = static_cast<sf_count_t>(values.size());
  const bool written = sf_write_short(handle, values.data(), count) == count;
  sf_close(handle);
  if (!written) throw std::runtime_error("libsndfile did not write all samples");
  return file.bytes;
}

}  // namespace wav_images
