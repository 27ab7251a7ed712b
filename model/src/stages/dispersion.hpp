// SPDX-License-Identifier: Apache-2.0
//
// Stage dispersion: how wide the innovation's distribution is just now, from a slow mean of its
// magnitude and a short memory of bursts (docs/bitstream.md, section 10). RTL:
// nrc_dispersion.
#pragma once

#include <cstdint>

#include "nrc/format.hpp"

namespace nrc {

/// State of one channel.
struct DispersionState {
  std::uint32_t scale = 0;  ///< running mean of |innovation|, 1/1024 code, width + 6 bits
  std::uint32_t burst = 0;  ///< 0..15, raised by large innovations
};

class Dispersion {
 public:
  Dispersion(std::uint32_t initial_scale, int code_width);

  /// Logarithm of the scale in 1/16 octaves, raised by the burst. With reset the state counts as
  /// just reset.
  /// @param step  the packet's rounding step: the distribution of its multiples is never narrower
  ///              than that of codes is (section 14)
  int index(const DispersionState& state, bool reset, int step = 1) const;

  /// The scale that a code is coded by, 1/1024 code. With reset that of a reset.
  std::uint32_t scale(const DispersionState& state, bool reset) const {
    return reset ? initial_scale_ : state.scale;
  }

  /// Moves the state past an innovation (1/64 code). `reset` as given to index(); `boost` of stage
  /// pace.
  void update(DispersionState& state, std::int32_t innovation, bool reset, int boost) const;

 private:
  std::uint32_t initial_scale_;
  std::int32_t cap_;  ///< largest |innovation| that counts, 1/64 code
};

}  // namespace nrc
