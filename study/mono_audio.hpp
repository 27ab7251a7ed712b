// SPDX-License-Identifier: Apache-2.0
//
// FLAC of one channel and WavPack of any number, in memory. All functions throw nrc::Error if the
// library fails.
#pragma once

#include <cstdint>
#include <vector>

namespace nrc::study {

/// @param samples  of `bits` bits, signed
/// @param rate     Hz
/// @param level    0 to 8, as the program flac has them
/// @param block    samples; 0: what the level says
std::vector<std::uint8_t> flac_encode(const std::vector<std::int32_t>& samples, unsigned bits,
                                      unsigned rate, unsigned level, unsigned block = 0);
std::vector<std::int32_t> flac_decode(const std::vector<std::uint8_t>& bytes);

/// What the program wavpack does without options, with -f, with -h and with -hhx4.
enum class WavpackMode { kDefault, kFast, kHigh, kBest };

/// @param samples   of 16 bits, signed, channels interleaved
/// @param rate      Hz
/// @param channels  of one stream; pairs are stereo
std::vector<std::uint8_t> wavpack_encode(const std::vector<std::int32_t>& samples, unsigned rate,
                                         WavpackMode mode, unsigned channels = 1);
/// Interleaved again.
std::vector<std::int32_t> wavpack_decode(const std::vector<std::uint8_t>& bytes);

}  // namespace nrc::study
