// SPDX-License-Identifier: Apache-2.0
//
// Events: spikes that the encoder found, sent beside the samples or instead of them
// (docs/bitstream.md, section 17).
#pragma once

#include <cstdint>

#include "nrc/format.hpp"

namespace nrc {

/// A spike.
struct Event {
  std::uint64_t frame = 0;  ///< of its peak
  std::uint32_t channel = 0;
  std::int32_t amplitude = 0;  ///< of its peak above the channel's level, codes
};

/// What an encoder looks for.
struct EventSettings {
  /// A code that is further from the channel's level than this many quarters of the channel's mean
  /// innovation is part of a spike. 1 to 63
  int threshold = kEventThreshold;
  /// Send events instead of samples: data packets then hold no frames.
  bool only = false;
};

}  // namespace nrc
