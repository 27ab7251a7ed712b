// SPDX-License-Identifier: Apache-2.0
//
// Value map: the samples that a front end's codes stand for (docs/bitstream.md, section 1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/format.hpp"

namespace nrc {

/// How a fraction becomes an integer.
enum class Rounding : std::uint8_t {
  kDown = 0,
  kTowardsZero = 1,
  kNearestEven = 2,  ///< halves to the even neighbour, as Python's round() and C's rint()
  kNearestAway = 3,  ///< halves away from zero, as C's round()
};

/// Distance of the samples of two neighbouring codes: numerator / denominator.
struct MapStep {
  std::uint32_t numerator = 1;    ///< from 1 on
  std::uint32_t denominator = 1;  ///< 1 .. kMaxStepDenominator
  Rounding rounding = Rounding::kDown;
};

/// The map of a channel.
struct ChannelMap {
  std::uint8_t step = 0;    ///< index into ValueMap::steps
  std::int64_t offset = 0;  ///< of code 0, in 1/denominator; at most kMaxMapOffset in magnitude
};

/// Maps of all channels.
struct ValueMap {
  std::vector<MapStep> steps;        ///< 1 .. kMaxMapSteps
  std::vector<ChannelMap> channels;  ///< one for each channel, or a single one for all
};

inline bool operator==(const MapStep& a, const MapStep& b) {
  return a.numerator == b.numerator && a.denominator == b.denominator && a.rounding == b.rounding;
}
inline bool operator==(const ChannelMap& a, const ChannelMap& b) {
  return a.step == b.step && a.offset == b.offset;
}
inline bool operator==(const ValueMap& a, const ValueMap& b) {
  return a.steps == b.steps && a.channels == b.channels;
}

/// Sample of a code: code * step + the offset's fraction, rounded, + the offset's whole part,
/// modulo 2^16.
std::int16_t map_sample(const MapStep& step, std::int64_t offset, Code code);

/// The same of samples of more than 16 bits: modulo 2^32.
std::int32_t map_wide_sample(const MapStep& step, std::int64_t offset, WideCode code);

/// Nearest code of a sample, limited to the code width. Its sample is another one if the sample is
/// off the map.
Code map_code(const MapStep& step, std::int64_t offset, int code_width, std::int16_t sample);
WideCode map_wide_code(const MapStep& step, std::int64_t offset, int code_width,
                       std::int32_t sample);

}  // namespace nrc
