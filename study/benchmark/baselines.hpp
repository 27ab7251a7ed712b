// SPDX-License-Identifier: Apache-2.0
//
// Other lossless compressors, in memory, for comparison on the same samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace nrc::bench {

using Samples = std::vector<std::int16_t>;  ///< samples[frame * channels + channel]
using Bytes = std::vector<std::uint8_t>;

struct Baseline {
  std::string name;  ///< with the level
  std::function<std::vector<Bytes>(const Samples& samples, std::size_t channels)> encode;
  std::function<Samples(const std::vector<Bytes>& streams, std::size_t channels)> decode;
};

/// zlib and zstd of the interleaved samples, and FLAC and WavPack with a stream for each channel:
/// they know no more than 8 channels, or no more relations than those of stereo. At the levels that
/// their programs take by default. FLAC once more with the codes of the 10-bit ADC, which it does
/// not find in the samples by itself. Functions throw nrc::Error if the library fails.
std::vector<Baseline> baselines();

/// For recordings of many channels: zstd of the interleaved samples, FLAC -5 and -8 with a stream
/// for each channel, and WavPack of all channels in its fastest and its slowest mode.
std::vector<Baseline> multichannel_baselines();

}  // namespace nrc::bench
