// SPDX-License-Identifier: Apache-2.0
//
// Samples for benchmarks: of WAV files, or generated.
#pragma once

#include <string>
#include <vector>

#include "baselines.hpp"

namespace nrc::bench {

/// The samples of up to `most` mono 16-bit WAV files of a directory, in the order of their names.
/// @throws std::runtime_error if there is none.
std::vector<Samples> read_recordings(const std::string& directory, std::size_t most);

/// At most `count` samples of that many channels: of the recordings, one for each channel, or of
/// the generator if there is none. Whole frames, a multiple of `packet_frames`.
Samples make_samples(std::size_t count, std::size_t channels, std::size_t packet_frames,
                     const std::vector<Samples>& recordings);

}  // namespace nrc::bench
