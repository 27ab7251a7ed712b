// SPDX-License-Identifier: Apache-2.0
//
// Finds the value map of samples of more than 16 bits (docs/bitstream.md, section 1): where each
// channel rests and what all of its values are multiples of, and then, if the rest fits into 16
// bits, what map_detector.hpp finds in that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "file/map_detector.hpp"

namespace nrc {

struct WideMapRequest {
  /// Calls its argument with values of whole frames, again and again, until all were given.
  using Values = std::function<void(const std::int32_t* values, std::size_t frames)>;
  std::function<void(const Values& take)> all;
  /// Gives the values of a channel in the order of time, of which some may be left out.
  std::function<void(std::size_t channel, std::vector<std::int32_t>& values)> channel;
  std::uint32_t channels = 1;
  /// Whether no other samples follow.
  bool complete = false;
  /// Whether `channel` gives all values as well.
  bool learned_whole = false;
  /// A channel begins where it rests: false keeps codes as the values are.
  bool move = true;
  std::size_t header_bytes = kStreamHeaderBytes;  ///< of the stream header, without a map
};

struct WideMap {
  int width = 0;  ///< bits of the codes, up to 32
  /// Ways to code the samples, of `width` 16 or less; otherwise one, to which no width belongs.
  std::vector<MapChoice> choices;
};

WideMap find_wide_map(const WideMapRequest& request);

}  // namespace nrc
