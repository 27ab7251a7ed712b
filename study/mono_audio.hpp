// SPDX-License-Identifier: Apache-2.0
//
// FLAC and WavPack of one channel, in memory. All functions throw nrc::Error if the library fails.
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

enum class WavpackMode { kDefault, kHigh };

/// @param samples  of 16 bits, signed
/// @param rate     Hz
std::vector<std::uint8_t> wavpack_encode(const std::vector<std::int32_t>& samples, unsigned rate,
                                         WavpackMode mode);
std::vector<std::int32_t> wavpack_decode(const std::vector<std::uint8_t>& bytes);

}  // namespace nrc::study
