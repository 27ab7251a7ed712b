// SPDX-License-Identifier: Apache-2.0
//
// Stage interval: the part of 0..65535 that a code, or the group of codes that share its high bits,
// has under the innovation's distribution (docs/bitstream.md, section 10). RTL: nrc_interval.
#pragma once

#include <cstdint>
#include <vector>

#include "stages/linearizer.hpp"

namespace nrc {

/// A code's cumulative frequency and its frequency, of 65536. Less than kMinFrequency: escape.
struct Interval {
  std::uint32_t low;
  std::uint32_t frequency;
  bool escape() const { return frequency < kMinFrequency; }
};

class IntervalModel {
 public:
  /// Keep references: tables and linearizer outlive the object.
  IntervalModel(const RangeTables& tables, const Linearizer& linearizer);

  /// Low bits of a code that are sent plain at a dispersion index. Codes that differ only in them
  /// are a group and share an interval.
  int plain_bits(int index) const {
    const int octave = index >> kScaleMantissaBits;
    return octave > plain_octave_ ? octave - plain_octave_ : 0;
  }

  /// Frequencies of a code's group, predicted as `prediction` (1/64 code), at a dispersion index.
  Interval of(Code code, std::int32_t prediction, int index) const;

  /// Cumulative frequency below a code.
  std::uint32_t cumulative(Code code, std::int32_t prediction, int index) const;

  /// Cumulative frequency at a deviate, -kDeviates .. kDeviates - 1.
  std::uint32_t at_deviate(std::int32_t z) const;
  /// 1024 parts of an octave's reciprocal at a mantissa (0..15) of the dispersion index.
  static std::int32_t reciprocal(int mantissa);

  /// How much one deviate is at a dispersion index, 1/64 code.
  static double deviate_width(int index);

  /// A code in or next to the group whose interval holds `target`, if the distribution were even.
  Code near(std::uint32_t target, std::int32_t prediction, int index) const;

  /// The first code of the group whose interval holds `target` (kEscapeFrequency ..
  /// kTopFrequency - 1).
  Code find(std::uint32_t target, std::int32_t prediction, int index) const;

 private:
  /// Cumulative frequency below the group that begins with a code; a group's edges are even.
  std::uint32_t group_begin(std::int32_t code, int plain, std::int32_t prediction, int index) const;
  std::uint32_t at_edge(std::int32_t edge, std::int32_t prediction, int index) const;

  static constexpr int kInverseShift = 6;

  const RangeTables& tables_;
  const Linearizer& linearizer_;
  int plain_octave_;                   ///< the last one without plain bits of (rounded) codes
  std::vector<std::int16_t> inverse_;  ///< [frequency >> kInverseShift] deviate near it
};

}  // namespace nrc
