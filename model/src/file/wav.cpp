// SPDX-License-Identifier: Apache-2.0
#include "file/wav.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "format/bytes.hpp"
#include "nrc/error.hpp"
#include "nrc/format.hpp"

namespace nrc {
namespace {

constexpr std::size_t kRiffHeaderBytes = 12;
constexpr std::size_t kChunkHeaderBytes = 8;
constexpr std::uint16_t kFormatPcm = 1;
constexpr std::uint16_t kFormatFloat = 3;
constexpr std::uint16_t kFormatExtensible = 0xFFFE;
constexpr std::uint32_t kSizeUnknown = 0xFFFFFFFF;
/// Bytes 2 to 15 of the GUID of every format that has a classic format number in bytes 0 and 1.
constexpr std::uint8_t kGuidTail[14] = {0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80,
                                        0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71};

// Wave64: ids are GUIDs of 16 bytes, the first four of them letters, and sizes have 64 bits and
// count the 24 bytes of id and size; chunks begin at multiples of 8 bytes.
constexpr std::size_t kGuidBytes = 16;
constexpr std::size_t kWave64HeaderBytes = 40;
constexpr std::size_t kWave64ChunkHeaderBytes = 24;
constexpr std::size_t kWave64Alignment = 8;
constexpr std::uint8_t kWave64RiffTail[12] = {0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6,
                                              0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00};
constexpr std::uint8_t kWave64ChunkTail[12] = {0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1,
                                               0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A};

/// Fewer bytes than this after the data chunk are not worth calling samples.
constexpr std::size_t kMinUnstatedBytes = 1024;
/// How far from the end of an image the chunks that follow samples of unknown length are looked
/// for.
constexpr std::size_t kTrailerBytes = std::size_t{1} << 20;
/// A longer list of them is not believed, so that the search takes no time that grows with its
/// square.
constexpr int kMaxTrailerChunks = 1000;
/// Chunks that writers put after the samples.
constexpr const char* kTrailerIds[] = {"LIST", "id3 ", "ID3 ", "bext", "iXML", "cue ", "smpl",
                                       "JUNK", "junk", "PAD ", "fact", "PEAK", "inst", "axml",
                                       "chna", "cart", "_PMX", "afsp", "fmt "};

/// The image, with reads that say where the end is.
class Image {
 public:
  Image(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  std::size_t size() const { return size_; }
  bool holds(std::size_t offset, std::size_t bytes) const {
    return offset <= size_ && bytes <= size_ - offset;
  }
  bool has_id(std::size_t offset, const char* id) const {
    return holds(offset, 4) && std::memcmp(data_ + offset, id, 4) == 0;
  }
  std::uint8_t u8(std::size_t offset) const { return data_[offset]; }
  std::uint16_t u16(std::size_t offset) const {
    return get_little_endian<std::uint16_t>(data_ + offset);
  }
  std::uint32_t u32(std::size_t offset) const {
    return get_little_endian<std::uint32_t>(data_ + offset);
  }
  std::uint64_t u64(std::size_t offset) const {
    return get_little_endian<std::uint64_t>(data_ + offset);
  }
  bool equal(std::size_t offset, const std::uint8_t* bytes, std::size_t count) const {
    return holds(offset, count) && std::memcmp(data_ + offset, bytes, count) == 0;
  }
  /// True if all bytes from `offset` to the end are zeros.
  bool zeros_from(std::size_t offset) const {
    return std::all_of(data_ + offset, data_ + size_, [](std::uint8_t b) { return b == 0; });
  }
  /// True if there are four printable characters, as in every registered chunk id.
  bool looks_like_id(std::size_t offset) const {
    return holds(offset, 4) && std::all_of(data_ + offset, data_ + offset + 4,
                                           [](std::uint8_t c) { return c >= 0x20 && c < 0x7F; });
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

/// Where the chunk after one that ends at `end` begins. Chunks of an odd size are followed by a pad
/// byte, which some writers forget.
std::size_t next_chunk(const Image& image, std::size_t end, bool odd) {
  if (!odd) {
    return end;
  }
  const bool surely_unpadded = image.has_id(end, "data") || image.has_id(end, "fmt ");
  const bool unpadded = end < image.size() && image.u8(end) != 0 && image.looks_like_id(end) &&
                        !image.looks_like_id(end + 1);
  return surely_unpadded || unpadded ? end : end + 1;
}

/// True if chunks, not too many, follow each other from `offset` exactly to the end of the image.
bool chunks_to_end(const Image& image, std::size_t offset) {
  for (int count = 0; offset < image.size(); ++count) {
    if (count == kMaxTrailerChunks || !image.holds(offset, kChunkHeaderBytes) ||
        !image.looks_like_id(offset)) {
      return false;
    }
    const std::uint32_t bytes = image.u32(offset + 4);
    offset += kChunkHeaderBytes;
    if (!image.holds(offset, bytes)) {
      return false;
    }
    offset = next_chunk(image, offset + bytes, bytes % 2 != 0);
  }
  return true;
}

/// True if a chunk begins at `offset`: one that fits, or one of a known kind that was cut.
bool is_chunk(const Image& image, std::size_t offset) {
  if (!image.holds(offset, kChunkHeaderBytes)) return false;
  const bool known = std::any_of(std::begin(kTrailerIds), std::end(kTrailerIds),
                                 [&](const char* id) { return image.has_id(offset, id); });
  return known || (image.looks_like_id(offset) &&
                   image.holds(offset + kChunkHeaderBytes, image.u32(offset + 4)));
}

/// Where the chunks at the end of the image begin that follow samples of unknown length, from
/// `begin` on; its end if there are none.
std::size_t trailer(const Image& image, std::size_t begin) {
  std::size_t at = std::max(begin, image.size() - std::min(image.size(), kTrailerBytes));
  for (; image.holds(at, kChunkHeaderBytes); ++at) {
    for (const char* const id : kTrailerIds) {
      if (image.has_id(at, id) && chunks_to_end(image, at)) return at;
    }
  }
  return image.size();
}

/// Reads the fmt chunk at `offset` into the layout; the reason if the codec does not apply.
std::string read_format(const Image& image, std::size_t offset, std::size_t bytes,
                        WavLayout& layout) {
  if (bytes < 16 || !image.holds(offset, bytes)) {
    return "its fmt chunk is too short";
  }
  std::uint16_t format = image.u16(offset);
  const std::uint16_t channels = image.u16(offset + 2);
  const std::uint16_t block = image.u16(offset + 12);
  const std::uint16_t bits = image.u16(offset + 14);
  layout.channels = channels;
  layout.rate = image.u32(offset + 4);
  if (format == kFormatExtensible) {
    if (bytes < 40 || !image.equal(offset + 26, kGuidTail, sizeof kGuidTail)) {
      return "its extensible format is not PCM";
    }
    format = image.u16(offset + 24);
  }
  if (format == kFormatFloat) {
    layout.floating = true;
    return "its samples are floating-point";
  }
  if (format != kFormatPcm) {
    return fmt::format("its sample format is number {}, not PCM", format);
  }
  // Samples of other widths are in the next wider container, with zeros below.
  if (bits == 0 || bits > 32) {
    return fmt::format("its samples have {} bits, not 8, 16, 24 or 32", bits);
  }
  constexpr SampleType kTypes[] = {SampleType::kUint8, SampleType::kInt16, SampleType::kInt24,
                                   SampleType::kInt32};
  layout.type = kTypes[(bits - 1) / 8];
  if (channels == 0) {
    return "it has no channels";
  }
  if (block != sample_bytes(layout.type) * channels) {
    return fmt::format("its frames have {} bytes, which is wrong for {} channels of {} bits", block,
                       channels, bits);
  }
  return "";
}

/// Bytes of samples in the data chunk of a RIFF file whose content begins at `offset` and whose
/// size field is `field`.
std::size_t data_size(const Image& image, std::size_t offset, std::uint64_t field) {
  const std::size_t rest = image.size() - offset;
  // Only further chunks after an empty data chunk: it is really empty.
  if (field == 0 && chunks_to_end(image, offset)) return 0;
  if (field == 0 || field > rest) return trailer(image, offset) - offset;
  const auto stated = static_cast<std::size_t>(field);
  const std::size_t end = offset + stated;
  // Zeros are what a writer reserved, not a signal.
  if (rest - stated < kMinUnstatedBytes || is_chunk(image, end) ||
      (stated % 2 != 0 && is_chunk(image, end + 1)) || image.zeros_from(end)) {
    return stated;
  }
  return trailer(image, end) - offset;
}

/// The same of a Wave64 file.
std::size_t wave64_data_size(const Image& image, std::size_t offset, std::uint64_t field) {
  const std::size_t rest = image.size() - offset;
  if (field > rest) return rest;
  const auto stated = static_cast<std::size_t>(field);
  const std::size_t end = offset + stated;
  const std::size_t next = (end + kWave64Alignment - 1) / kWave64Alignment * kWave64Alignment;
  const bool chunk = image.holds(next, kWave64ChunkHeaderBytes) && image.looks_like_id(next) &&
                     image.u64(next + kGuidBytes) >= kWave64ChunkHeaderBytes &&
                     image.holds(next, static_cast<std::size_t>(image.u64(next + kGuidBytes)));
  const bool believed =
      chunk || (stated != 0 && (rest - stated < kMinUnstatedBytes || image.zeros_from(end)));
  return believed ? stated : rest;
}

/// Enters the samples, `count` bytes from `offset`, of a data chunk that states `stated` bytes.
void set_data(std::size_t offset, std::size_t count, std::uint64_t stated, WavLayout& layout) {
  const std::size_t frame_bytes = sample_bytes(layout.type) * layout.channels;
  layout.data_offset = offset;
  layout.data_bytes = count / frame_bytes * frame_bytes;
  if (layout.data_bytes == 0) layout.reason = "it has no samples";
  if (count > stated) {
    layout.note = fmt::format(
        "its data chunk states {} bytes, but {} bytes of samples follow, which were all coded",
        stated, layout.data_bytes);
  }
}

bool is_wave64(const Image& image) {
  return image.has_id(0, "riff") && image.equal(4, kWave64RiffTail, sizeof kWave64RiffTail) &&
         image.has_id(24, "wave") && image.equal(28, kWave64ChunkTail, sizeof kWave64ChunkTail);
}

WavLayout read_wave64(const Image& image) {
  WavLayout layout;
  std::optional<std::string> format_reason;
  std::size_t offset = kWave64HeaderBytes;
  while (image.holds(offset, kWave64ChunkHeaderBytes)) {
    const bool standard = image.equal(offset + 4, kWave64ChunkTail, sizeof kWave64ChunkTail);
    const std::uint64_t size = image.u64(offset + kGuidBytes);
    const std::size_t content = offset + kWave64ChunkHeaderBytes;
    const std::uint64_t field = size - std::min<std::uint64_t>(size, kWave64ChunkHeaderBytes);
    if (standard && image.has_id(offset, "data")) {
      layout.reason = format_reason.value_or("it has no fmt chunk before its samples");
      if (layout.applies()) {
        set_data(content, wave64_data_size(image, content, field), field, layout);
      }
      return layout;
    }
    if (size < kWave64ChunkHeaderBytes || field > image.size() - content) break;
    if (standard && image.has_id(offset, "fmt ") && !format_reason) {
      format_reason = read_format(image, content, static_cast<std::size_t>(field), layout);
    }
    const std::size_t end = content + static_cast<std::size_t>(field);
    offset = (end + kWave64Alignment - 1) / kWave64Alignment * kWave64Alignment;
  }
  layout.reason = "it ends before its samples";
  return layout;
}

void put_id(std::vector<std::uint8_t>& bytes, const char* id) {
  bytes.insert(bytes.end(), id, id + 4);
}

}  // namespace

bool is_wav(const std::uint8_t* image, std::size_t size) {
  const Image bytes(image, size);
  const bool riff = bytes.has_id(0, "RIFF") || bytes.has_id(0, "RIFX") || bytes.has_id(0, "RF64") ||
                    bytes.has_id(0, "BW64");
  return (riff && bytes.has_id(8, "WAVE")) || is_wave64(bytes);
}

WavLayout read_wav_layout(const std::uint8_t* image, std::size_t size) {
  const Image bytes(image, size);
  WavLayout layout;
  if (!is_wav(image, size)) {
    layout.reason = "it is not a WAV file";
    return layout;
  }
  if (is_wave64(bytes)) return read_wave64(bytes);
  if (bytes.has_id(0, "RIFX")) {
    layout.reason = "its samples are big-endian (RIFX)";
    return layout;
  }
  std::optional<std::uint64_t> size64;
  std::optional<std::string> format_reason;
  std::size_t offset = kRiffHeaderBytes;
  while (bytes.holds(offset, kChunkHeaderBytes)) {
    const std::uint32_t field = bytes.u32(offset + 4);
    const std::size_t content = offset + kChunkHeaderBytes;
    if (bytes.has_id(offset, "data")) {
      if (!format_reason) {
        layout.reason = "it has no fmt chunk before its samples";
        return layout;
      }
      layout.reason = *format_reason;
      if (!layout.applies()) {
        return layout;
      }
      const std::uint64_t stated = field == kSizeUnknown && size64 ? *size64 : field;
      set_data(content, data_size(bytes, content, stated), stated, layout);
      return layout;
    }
    if (!bytes.holds(content, field)) {
      break;
    }
    if (bytes.has_id(offset, "fmt ") && !format_reason) {
      format_reason = read_format(bytes, content, field, layout);
    } else if (bytes.has_id(offset, "ds64") && field >= 16) {
      // RF64 and BW64, the formats beyond 4 GiB: the RIFF size, then the size of the data chunk.
      size64 = bytes.u64(content + 8);
    }
    offset = next_chunk(bytes, content + field, field % 2 != 0);
  }
  layout.reason = "it ends before its samples";
  return layout;
}

WavLayout read_int16_wav_layout(const std::uint8_t* image, std::size_t size) {
  WavLayout layout = read_wav_layout(image, size);
  if (layout.applies() && layout.type != SampleType::kInt16) {
    layout.reason = fmt::format("its samples have {} bits, not 16", sample_bits(layout.type));
  }
  return layout;
}

std::vector<std::uint8_t> canonical_header(std::uint32_t channels, std::uint32_t rate,
                                           std::uint64_t frames, SampleType type) {
  if (type != SampleType::kUint8 && type != SampleType::kInt16 && type != SampleType::kInt24 &&
      type != SampleType::kInt32) {
    throw Error(fmt::format("a WAV file has no {} samples; use plain samples instead",
                            sample_type_name(type)));
  }
  constexpr std::uint64_t kMaxU32 = std::numeric_limits<std::uint32_t>::max();
  const std::uint64_t frame_bytes = std::uint64_t{sample_bytes(type)} * channels;
  if (channels < 1 || frame_bytes > 0xFFFF || frames > (kMaxU32 - 36) / frame_bytes ||
      rate * frame_bytes > kMaxU32) {
    throw Error(fmt::format(
        "{} frames of {} channels at {} Hz do not fit into a WAV header; use plain samples "
        "instead",
        frames, channels, rate));
  }
  const auto data_bytes = static_cast<std::uint32_t>(frames * frame_bytes);
  std::vector<std::uint8_t> header;
  header.reserve(kCanonicalHeaderBytes);
  put_id(header, "RIFF");
  append_little_endian<std::uint32_t>(header, 36 + data_bytes);
  put_id(header, "WAVE");
  put_id(header, "fmt ");
  append_little_endian<std::uint32_t>(header, 16);
  append_little_endian<std::uint16_t>(header, kFormatPcm);
  append_little_endian(header, static_cast<std::uint16_t>(channels));
  append_little_endian<std::uint32_t>(header, rate);
  append_little_endian<std::uint32_t>(header, static_cast<std::uint32_t>(rate * frame_bytes));
  append_little_endian(header, static_cast<std::uint16_t>(frame_bytes));
  append_little_endian(header, static_cast<std::uint16_t>(sample_bits(type)));
  put_id(header, "data");
  append_little_endian<std::uint32_t>(header, data_bytes);
  return header;
}

}  // namespace nrc
