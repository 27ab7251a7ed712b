// SPDX-License-Identifier: Apache-2.0
//
// Stage range: a range coder with a 16-bit range and plain carries (docs/bitstream.md, section 11).
// RTL: nrc_range.
#pragma once

#include <cstddef>
#include <cstdint>

#include "stages/bit_packer.hpp"
#include "stages/carry_packer.hpp"
#include "stages/floor_log2.hpp"
#include "stages/interval.hpp"
#include "stages/low_bits.hpp"

namespace nrc {

/// Numbers that a range coder works with.
struct RangePrecision {
  int range_bits;
  int frequency_bits;
  int escape_bits;  ///< an escape's share holds 2^escape_bits parts
  /// An interval ends where the next one begins; else its length is rounded down by itself.
  bool without_gaps;

  /// Frequencies below this are sent as an escape: they may have no part of the range.
  std::uint32_t min_frequency() const { return without_gaps ? 1 : kMinFrequency; }
  std::uint32_t half() const { return 1U << (range_bits - 1); }
  std::uint32_t reset() const { return (1U << range_bits) - 1; }
  std::uint32_t top_frequency() const { return (1U << frequency_bits) - 1; }
  /// Of the first code.
  std::uint32_t escape_frequency() const {
    return kEscapeFrequency >> (kFrequencyBits - frequency_bits);
  }
  std::uint32_t share(std::uint32_t range, std::uint32_t frequency) const {
    return (range * frequency) >> frequency_bits;
  }
  /// What stays in low.
  std::uint32_t window(std::uint64_t low) const {
    return static_cast<std::uint32_t>(low_bits(low, range_bits));
  }
  /// Shift that brings a range back to at least half.
  int normalising_shift(std::uint32_t range) const { return range_bits - 1 - floor_log2(range); }
  /// The part of the range that an interval has.
  std::uint32_t length(std::uint32_t range, const Interval& interval) const {
    return without_gaps
               ? share(range, interval.low + interval.frequency) - share(range, interval.low)
               : share(range, interval.frequency);
  }
};

constexpr RangePrecision kFullPrecision{kRangeBits, kFrequencyBits, kEscapeBits, false};

class RangeEncoder {
 public:
  explicit RangeEncoder(int code_width, const RangePrecision& precision = kFullPrecision)
      : code_width_(code_width), precision_(precision), range_(precision.reset()) {}

  /// Codes an interval and then the low `plain` bits of `code`; for an escape, `code` itself.
  CarryWord encode(const Interval& interval, Code code, int plain = 0);
  /// The code itself, for a channel's first one after a reset: nothing predicts it. Only after
  /// other verbatim codes or at the start of a payload.
  CarryWord verbatim(Code code);

  /// Ends the payload with the one bit that puts the bit string into the last interval; restarts.
  CarryWord finish();

 private:
  int code_width_;
  RangePrecision precision_;
  std::uint32_t low_ = 0;
  std::uint32_t range_;
};

class RangeDecoder {
 public:
  /// Starts a payload.
  RangeDecoder(const std::uint8_t* payload, std::size_t size, int code_width,
               const RangePrecision& precision = kFullPrecision);

  /// Where below the top frequency the next symbol's interval lies.
  std::uint32_t target() const;
  /// Whether a target is that of an escape.
  bool escape(std::uint32_t target) const { return target < precision_.escape_frequency(); }

  /// Moves past a symbol with this interval. @throws Error if the payload does not hold it.
  void consume(const Interval& interval);
  /// Moves past plain bits. @return them
  std::int32_t consume_plain(int count);
  /// Moves past an escape. @return its code. @throws Error if the payload does not hold one.
  Code consume_escape();
  /// Inverse of RangeEncoder::verbatim(). @throws Error if the payload does not hold one.
  Code consume_verbatim();

  /// True once more was read than the payload holds.
  bool overrun() const { return consumed_bits() > size_ * 8; }
  /// Bits of the payload up to the symbols consumed, the final one included.
  std::size_t consumed_bits() const { return bits_ + 1; }
  /// True if the bits after the final one are zeros to the end of the bytes.
  bool padding_is_zero() const;

 private:
  void shift(int count);
  Code code_of(std::uint32_t value) const;

  const std::uint8_t* payload_;
  std::size_t size_;
  BitReader reader_;
  int code_width_;
  RangePrecision precision_;
  std::uint32_t offset_;  ///< of the bit string in the current interval, below range_
  std::uint32_t range_;
  std::size_t bits_ = 0;
};

}  // namespace nrc
