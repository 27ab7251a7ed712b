// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "nrc/format.hpp"

namespace nrc::sim {

/// What the bench feeds to the encoder.
struct Recording {
  std::string source;  ///< where it is from, for the report
  std::uint32_t channels = 0;
  std::size_t frames = 0;
  std::vector<std::int16_t> samples;  ///< [frame * channels + channel]
  std::vector<Code> codes;            ///< of the samples, by mapping shift6
  std::uint64_t off_grid = 0;         ///< samples that their code does not give back

  std::size_t size() const { return samples.size(); }
};

/// Real recordings: channel c plays WAV file c (modulo their number, in the order of their names)
/// from a place in it that the seed chooses, and from its beginning again after its end.
/// @param path  a directory with WAV files, or one of them
/// @throws Error if there is none, or one that holds no 16-bit samples.
Recording play_files(const std::string& path, std::uint32_t channels, std::size_t frames,
                     std::uint64_t seed);

/// A synthetic recording (nrc/recording_generator.hpp).
Recording synthesise(std::uint32_t channels, std::size_t frames, std::uint64_t seed);

/// Moves every n-th sample off the ADC's grid, which leaves its code as it is. 0: none.
void disturb(Recording& recording, std::size_t n);

}  // namespace nrc::sim
