// SPDX-License-Identifier: Apache-2.0
//
// Where the samples of a WAV file are. The codec gives back every byte of a file, so what matters
// is offsets, not values: libsndfile and its like hand out samples and metadata but not the bytes
// around them, hence this walk over the RIFF chunks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "nrc/sample.hpp"

namespace nrc {

constexpr std::size_t kCanonicalHeaderBytes = 44;

/// The parts of a WAV image: bytes before the samples, the samples, bytes after them.
struct WavLayout {
  std::uint32_t channels = 0;
  std::uint32_t rate = 0;  ///< Hz
  SampleType type = SampleType::kInt16;
  bool floating = false;  ///< its samples are floating-point, so that the codec does not apply
  std::size_t data_offset = 0;  ///< of the first sample, bytes
  std::size_t data_bytes = 0;   ///< of all whole frames; what is left of the file comes after
  std::string reason;           ///< why the codec does not apply; empty if it does
  std::string note;             ///< what was read other than the file states it; empty: nothing

  bool applies() const { return reason.empty(); }
  /// Whole frames; only if the codec applies.
  std::size_t frames() const { return data_bytes / (sample_bytes(type) * channels); }
};

/// True if the image starts like a WAV file of any kind (RIFF, RIFX, RF64, BW64 or Wave64).
bool is_wav(const std::uint8_t* image, std::size_t size);

/// Finds the samples. Never throws for a damaged image: `reason` says why there are none to code.
/// The codec applies to PCM in containers of 8, 16, 24 and 32 bits, whatever number of bits are
/// valid, with at least one whole frame. A data chunk whose size field cannot be right (a writer
/// that never came back to fill it in, or one that counted in 32 bits) reaches to the end of the
/// image or to the chunks that end it: what follows the samples and is no chunk is samples.
WavLayout read_wav_layout(const std::uint8_t* image, std::size_t size);

/// The same for what takes int16 samples only: others are a reason as well.
WavLayout read_int16_wav_layout(const std::uint8_t* image, std::size_t size);

/// The header of container 1 (docs/bitstream.md, section 9).
/// @param rate  Hz
/// @param type  one of those that a WAV file may have: uint8, int16, int24 or int32
/// @throws Error if a field does not fit into the header.
std::vector<std::uint8_t> canonical_header(std::uint32_t channels, std::uint32_t rate,
                                           std::uint64_t frames,
                                           SampleType type = SampleType::kInt16);

}  // namespace nrc
