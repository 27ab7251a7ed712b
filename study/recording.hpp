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

/// A recording in memory.
struct Recording {
  std::string name;  ///< of the file, without its directory
  std::uint32_t channels = 1;
  double rate = 0.0;  ///< of one channel, Hz; 0: unknown
  bool wav = false;   ///< whether `image` is a WAV file
  Bytes image;        ///< the original bytes that a ratio counts: WAV file, or interleaved samples
  Samples samples;    ///< samples[frame * channels + channel]

  std::size_t frames() const { return samples.size() / channels; }
  /// The samples of one channel in time order.
  Samples channel(std::uint32_t index) const;
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

/// int16 little-endian.
Bytes to_bytes(const Samples& samples);

}  // namespace nrc::study
