// SPDX-License-Identifier: Apache-2.0
//
// The recordings of a study: WAV and EDF files, and raw int16 files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace nrc::study {

using Bytes = std::vector<std::uint8_t>;
using Samples = std::vector<std::int16_t>;

/// Samples that belong to somebody else.
class SampleView {
 public:
  SampleView() = default;
  SampleView(const std::int16_t* data, std::size_t size) : data_(data), size_(size) {}

  const std::int16_t* data() const { return data_; }
  std::size_t size() const { return size_; }
  const std::int16_t* begin() const { return data_; }
  const std::int16_t* end() const { return data_ + size_; }
  std::int16_t operator[](std::size_t index) const { return data_[index]; }

 private:
  const std::int16_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A recording in memory, once: the samples are those in the image.
struct Recording {
  Recording() = default;
  Recording(Recording&&) = default;
  Recording& operator=(Recording&&) = default;
  Recording(const Recording&) = delete;  // `samples` would be those of the other
  Recording& operator=(const Recording&) = delete;

  std::string name;  ///< of the file, without its directory
  std::uint32_t channels = 1;
  double rate = 0.0;   ///< of one channel, Hz; 0: unknown
  bool wav = false;    ///< whether `image` is a WAV file
  Bytes image;         ///< the original bytes that a ratio counts: WAV file, or interleaved samples
  SampleView samples;  ///< in the image: samples[frame * channels + channel]

  std::size_t frames() const { return samples.size() / channels; }
  /// The samples of one channel in time order, `count` frames from `first` on, or all there are.
  Samples channel(std::uint32_t index, std::size_t first = 0, std::size_t count = SIZE_MAX) const;
  /// Takes a file of whole frames, whose samples are the `bytes` from `offset` on.
  void set_image(Bytes file, std::size_t offset, std::size_t bytes);
  /// The samples as they are in the image, int16 little-endian.
  const std::uint8_t* sample_bytes() const { return image.data() + offset_; }

 private:
  std::size_t offset_ = 0;
  Samples converted_;  ///< those of an image in which they cannot be read in place
};

/// Where a recording is, and what the user says about it.
struct RecordingFile {
  std::string path;
  std::uint64_t bytes = 0;     ///< on the disk
  std::uint32_t channels = 0;  ///< of a raw file
  double rate = 0.0;           ///< of a raw file, Hz; 0: unknown
};

/// The recordings of a directory (.wav, .edf and raw .i16, .raw, .bin, .dat), by name; or the
/// one file that `path` names.
/// @param channels  of raw files; 0: from a name like probe_384ch_30000Hz.i16, and files without
///                  one are left out of a directory
/// @param rate      of raw files, Hz; 0: from the name, or unknown
/// @throws Error if there is none.
std::vector<RecordingFile> find_recordings(const std::string& path, std::uint32_t channels,
                                           double rate);

/// @throws Error if the file is not a recording of 16 bits with at least one frame.
Recording read_recording(const RecordingFile& file);

/// Channels of recordings of one instant as one recording, as long as the shorter one.
Recording join(const Recording& first, const Recording& second);

/// Pieces of at most `most` frames into which a channel is divided evenly; at least one.
std::size_t piece_count(std::size_t frames, std::size_t most);
/// Piece number `index` of a recording whose channels have `pieces` each, channel by channel.
Samples piece_of(const Recording& recording, std::size_t index, std::size_t pieces);

/// int16 little-endian.
Bytes to_bytes(const Samples& samples);

}  // namespace nrc::study
