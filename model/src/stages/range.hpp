// SPDX-License-Identifier: Apache-2.0
//
// Stage range: a range coder with a 16-bit range and plain carries (docs/bitstream.md, section 11).
// RTL: nrc_range.
#pragma once

#include <cstddef>
#include <cstdint>

#include "stages/bit_packer.hpp"
#include "stages/carry_packer.hpp"
#include "stages/interval.hpp"

namespace nrc {

class RangeEncoder {
 public:
  explicit RangeEncoder(int code_width) : code_width_(code_width) {}

  /// Codes an interval and then the low `plain` bits of `code`; for an escape, `code` itself.
  CarryWord encode(const Interval& interval, Code code, int plain = 0);
  /// The code itself, for a channel's first one after a reset: nothing predicts it. Only after
  /// other verbatim codes or at the start of a payload.
  CarryWord verbatim(Code code);

  /// Ends the payload with the one bit that puts the bit string into the last interval; restarts.
  CarryWord finish();

 private:
  int code_width_;
  std::uint32_t low_ = 0;
  std::uint32_t range_ = kRangeReset;
};

class RangeDecoder {
 public:
  /// Starts a payload.
  RangeDecoder(const std::uint8_t* payload, std::size_t size, int code_width);

  /// Where in 0..65535 the next symbol's interval lies. Below kEscapeFrequency: an escape.
  std::uint32_t target() const;

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
  std::uint32_t offset_;  ///< of the bit string in the current interval, below range_
  std::uint32_t range_ = kRangeReset;
  std::size_t bits_ = 0;
};

}  // namespace nrc
