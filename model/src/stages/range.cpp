// SPDX-License-Identifier: Apache-2.0
#include "stages/range.hpp"

#include <algorithm>

#include "nrc/error.hpp"
#include "stages/low_bits.hpp"

namespace nrc {

CarryWord RangeEncoder::encode(const Interval& interval, Code code, int plain) {
  if (interval.frequency < precision_.min_frequency()) {
    // The escape's share has at least 2^escape_bits parts. The code's first bits choose one of
    // them, its other bits divide it into parts of which one is left: the range is a power of two.
    const int below = code_width_ - precision_.escape_bits;
    const std::uint64_t value = low_bits(code, code_width_);
    const std::uint64_t low = (std::uint64_t{low_} << below) + value;
    range_ = precision_.half();
    low_ = precision_.window(low << (precision_.range_bits - 1));
    return {static_cast<std::uint32_t>(low >> 1), below + precision_.range_bits - 1};
  }
  const std::uint32_t low = low_ + precision_.share(range_, interval.low);
  const std::uint32_t range = precision_.length(range_, interval);
  const int shift = precision_.normalising_shift(range);
  range_ = range << shift;
  // Plain bits choose one of 2^plain equal parts, each of which is as long as the range was, in
  // units that are as much smaller.
  const std::uint64_t value = low_bits(code, plain);
  const std::uint64_t moved = (std::uint64_t{low} << (shift + plain)) + value * range_;
  low_ = precision_.window(moved);
  return {static_cast<std::uint32_t>(moved >> precision_.range_bits), shift + plain};
}

CarryWord RangeEncoder::verbatim(Code code) {
  // low is 0 or half and the range at least half, so the code's bits follow low's first one; the
  // last of them is low's new first bit.
  const std::uint64_t value = low_bits(code, code_width_);
  const std::uint64_t low =
      (std::uint64_t{low_} << code_width_) + (value << (precision_.range_bits - 1));
  range_ = precision_.half();
  low_ = precision_.window(low);
  return {static_cast<std::uint32_t>(low >> precision_.range_bits), code_width_};
}

CarryWord RangeEncoder::finish() {
  // The range is at least half, so one bit, followed by zeros, reaches into it.
  const std::uint32_t half = precision_.half();
  const CarryWord word{(low_ + half - 1) >> (precision_.range_bits - 1), 1};
  low_ = 0;
  range_ = precision_.reset();
  return word;
}

RangeDecoder::RangeDecoder(const std::uint8_t* payload, std::size_t size, int code_width,
                           const RangePrecision& precision)
    : payload_(payload),
      size_(size),
      reader_(payload, size),
      code_width_(code_width),
      precision_(precision),
      offset_(reader_.get(precision.range_bits)),
      range_(precision.reset()) {}

std::uint32_t RangeDecoder::target() const {
  // The largest f with share(range, f) <= offset.
  const std::uint32_t f = (((offset_ + 1) << precision_.frequency_bits) - 1) / range_;
  return std::min(f, precision_.top_frequency() - 1);
}

void RangeDecoder::shift(int count) {
  offset_ = (offset_ << count) | reader_.get(count);
  bits_ += static_cast<std::size_t>(count);
}

void RangeDecoder::consume(const Interval& interval) {
  const std::uint32_t low = precision_.share(range_, interval.low);
  const std::uint32_t range = precision_.length(range_, interval);
  if (interval.frequency < precision_.min_frequency() || offset_ < low || offset_ - low >= range) {
    throw Error("the payload points between two codes");
  }
  offset_ -= low;
  const int count = precision_.normalising_shift(range);
  range_ = range << count;
  shift(count);
}

std::int32_t RangeDecoder::consume_plain(int count) {
  shift(count);
  const std::uint32_t value = offset_ / range_;
  offset_ -= value * range_;
  return static_cast<std::int32_t>(value);
}

Code RangeDecoder::consume_escape() {
  const int below = code_width_ - precision_.escape_bits;
  if (offset_ >> precision_.escape_bits != 0) throw Error("the payload points between two codes");
  const std::uint32_t value = (offset_ << below) | reader_.get(below);
  bits_ += static_cast<std::size_t>(below);
  // One part is left, and the bit string is somewhere in it.
  offset_ = 0;
  range_ = precision_.half();
  shift(precision_.range_bits - 1);
  return code_of(value);
}

Code RangeDecoder::consume_verbatim() {
  const std::uint32_t half = precision_.half();
  if (offset_ >= half) throw Error("the payload points between two codes");
  shift(code_width_);
  const std::uint32_t value = offset_ >> (precision_.range_bits - 1);
  offset_ &= half - 1;
  range_ = half;
  return code_of(value);
}

Code RangeDecoder::code_of(std::uint32_t value) const {
  return static_cast<Code>(from_low_bits(value, code_width_));
}

bool RangeDecoder::padding_is_zero() const {
  const std::size_t used = consumed_bits();
  if (used > size_ * 8) return false;
  std::size_t at = used / 8;
  if (used % 8 != 0 && (payload_[at++] & (0xFF >> used % 8)) != 0) return false;
  return std::all_of(payload_ + at, payload_ + size_, [](std::uint8_t b) { return b == 0; });
}

}  // namespace nrc
