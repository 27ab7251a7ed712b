// SPDX-License-Identifier: Apache-2.0
//
// Finds the value map of samples (docs/bitstream.md, section 1): the values that a front end can
// give, so that nothing in between need be coded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/packet.hpp"

namespace nrc {

/// Widths of codes to choose from: those of usual ADCs.
constexpr std::array<int, 4> kCodeWidths = {10, 12, 14, 16};

/// Gives the samples of a channel in the order of time, of which some may be left out.
/// @param samples  replaced
using ChannelSamples = void (*)(const void* source, std::size_t channel,
                                std::vector<std::int16_t>& samples);

struct MapRequest {
  const void* source = nullptr;  ///< first argument of `read`
  ChannelSamples read = nullptr;
  std::uint32_t channels = 1;
  /// Whether no other samples follow than those given: a rule that all of these keep is then a
  /// rule, and a channel that never moves has a map of its own.
  bool complete = false;
  bool allow_shift6 = true;
  std::size_t header_bytes = kStreamHeaderBytes;  ///< of the stream header, without a map
};

/// A way to code the samples: fields of a stream header.
struct MapChoice {
  Mapping mapping = Mapping::kCode;
  int code_width = kMaxCodeWidth;
  ValueMap map;
};

/// Ways to code the samples; a single one if it is certain.
std::vector<MapChoice> find_maps(const MapRequest& request);

}  // namespace nrc
