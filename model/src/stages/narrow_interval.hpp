// SPDX-License-Identifier: Apache-2.0
//
// Stage narrow_interval: the part of 0..8191 that a code, or the group of codes that share its high
// bits, has under the innovation's distribution, in the units of the narrow state
// (docs/bitstream.md, section 16). It takes the place of linearizer and interval. RTL:
// nrc_narrow_interval.
#pragma once

#include <cstdint>
#include <vector>

#include "nrc/range_tables.hpp"
#include "stages/interval.hpp"

namespace nrc {

class NarrowInterval {
 public:
  /// Keeps a reference: the tables outlive the object.
  /// @throws Error if the tables do not fit the code width.
  NarrowInterval(const RangeTables& tables, int code_width);

  /// Where the next code is expected to lie, 1/2 code.
  std::int32_t value(Code code) const;

  /// Low bits of a code that are sent plain at an index of stage narrow_range.
  int plain_bits(int index) const {
    const int octave = index >> kNarrowMantissaBits;
    return code_width_ > kPlainWidth && octave > kPlainOctave ? octave - kPlainOctave : 0;
  }

  /// Frequencies of a code's group. A frequency of 0 makes it an escape.
  /// @param prediction  1/16 code
  Interval of(Code code, std::int32_t prediction, int index) const;

  /// The first code of the group whose interval holds `target`, from that of the lowest code on and
  /// below the top.
  Code find(std::uint32_t target, std::int32_t prediction, int index) const;

  /// 32 parts of an octave's reciprocal at a mantissa (0..7) of the index.
  static std::int32_t reciprocal(int mantissa);

 private:
  /// Cumulative frequency below the group that begins with a code.
  std::uint32_t begin(std::int32_t code, int plain, std::int32_t prediction, int index) const;
  std::int32_t edge_below(std::int32_t code) const;  ///< 1/16 code
  std::uint32_t at_edge(std::int32_t edge, std::int32_t prediction, int index) const;

  const RangeTables& tables_;
  int code_width_;
  std::int32_t half_;  ///< of all codes
};

}  // namespace nrc
