// SPDX-License-Identifier: Apache-2.0
#include "stages/range.hpp"

#include <algorithm>

#include "nrc/error.hpp"
#include "stages/low_bits.hpp"
#include "stages/narrow_coder.hpp"

namespace nrc {

template <const RangePrecision& kPrecision>
CarryWord RangeEncoderOf<kPrecision>::encode(const Interval& interval, Code code, int plain) {
  if (interval.frequency < kPrecision.min_frequency()) {
    // The escape's share has at least 2^escape_bits parts. The code's first bits choose one of
    // them, its other bits divide it into parts of which one is left: the range is a power of two.
    const int below = code_width_ - kPrecision.escape_bits;
    const std::uint64_t value = low_bits(code, code_width_);
    const std::uint64_t low = (std::uint64_t{low_} << below) + value;
    range_ = kPrecision.half();
    low_ = kPrecision.window(low << (kPrecision.range_bits - 1));
    return {static_cast<std::uint32_t>(low >> 1), below + kPrecision.range_bits - 1};
  }
  const std::uint32_t low = low_ + kPrecision.share(range_, interval.low);
  const std::uint32_t range = kPrecision.length(range_, interval);
  const int shift = kPrecision.normalising_shift(range);
  range_ = range << shift;
  // Plain bits choose one of 2^plain equal parts, each of which is as long as the range was, in
  // units that are as much smaller.
  const std::uint64_t value = low_bits(code, plain);
  const std::uint64_t moved = (std::uint64_t{low} << (shift + plain)) + value * range_;
  low_ = kPrecision.window(moved);
  return {static_cast<std::uint32_t>(moved >> kPrecision.range_bits), shift + plain};
}

template <const RangePrecision& kPrecision>
CarryWord RangeEncoderOf<kPrecision>::verbatim(Code code) {
  // low is 0 or half and the range at least half, so the code's bits follow low's first one; the
  // last of them is low's new first bit.
  const std::uint64_t value = low_bits(code, code_width_);
  const std::uint64_t low =
      (std::uint64_t{low_} << code_width_) + (value << (kPrecision.range_bits - 1));
  range_ = kPrecision.half();
  low_ = kPrecision.window(low);
  return {static_cast<std::uint32_t>(low >> kPrecision.range_bits), code_width_};
}

template <const RangePrecision& kPrecision>
CarryWord RangeEncoderOf<kPrecision>::finish() {
  // The range is at least half, so one bit, followed by zeros, reaches into it.
  const std::uint32_t half = kPrecision.half();
  const CarryWord word{(low_ + half - 1) >> (kPrecision.range_bits - 1), 1};
  low_ = 0;
  range_ = kPrecision.reset();
  return word;
}

template <const RangePrecision& kPrecision>
RangeDecoderOf<kPrecision>::RangeDecoderOf(const std::uint8_t* payload, std::size_t size,
                                           int code_width)
    : payload_(payload),
      size_(size),
      reader_(payload, size),
      code_width_(code_width),
      offset_(reader_.get(kPrecision.range_bits)) {}

template <const RangePrecision& kPrecision>
std::uint32_t RangeDecoderOf<kPrecision>::target() const {
  // The largest f with share(range, f) <= offset.
  const std::uint32_t f = (((offset_ + 1) << kPrecision.frequency_bits) - 1) / range_;
  return std::min(f, kPrecision.top_frequency() - 1);
}

template <const RangePrecision& kPrecision>
void RangeDecoderOf<kPrecision>::shift(int count) {
  offset_ = (offset_ << count) | reader_.get(count);
  bits_ += static_cast<std::size_t>(count);
}

template <const RangePrecision& kPrecision>
void RangeDecoderOf<kPrecision>::consume(const Interval& interval) {
  const std::uint32_t low = kPrecision.share(range_, interval.low);
  const std::uint32_t range = kPrecision.length(range_, interval);
  if (interval.frequency < kPrecision.min_frequency() || offset_ < low || offset_ - low >= range) {
    throw Error("the payload points between two codes");
  }
  offset_ -= low;
  const int count = kPrecision.normalising_shift(range);
  range_ = range << count;
  shift(count);
}

template <const RangePrecision& kPrecision>
std::int32_t RangeDecoderOf<kPrecision>::consume_plain(int count) {
  shift(count);
  const std::uint32_t value = offset_ / range_;
  offset_ -= value * range_;
  return static_cast<std::int32_t>(value);
}

template <const RangePrecision& kPrecision>
Code RangeDecoderOf<kPrecision>::consume_escape() {
  const int below = code_width_ - kPrecision.escape_bits;
  if (offset_ >> kPrecision.escape_bits != 0) throw Error("the payload points between two codes");
  const std::uint32_t value = (offset_ << below) | reader_.get(below);
  bits_ += static_cast<std::size_t>(below);
  // One part is left, and the bit string is somewhere in it.
  offset_ = 0;
  range_ = kPrecision.half();
  shift(kPrecision.range_bits - 1);
  return code_of(value);
}

template <const RangePrecision& kPrecision>
Code RangeDecoderOf<kPrecision>::consume_verbatim() {
  const std::uint32_t half = kPrecision.half();
  if (offset_ >= half) throw Error("the payload points between two codes");
  shift(code_width_);
  const std::uint32_t value = offset_ >> (kPrecision.range_bits - 1);
  offset_ &= half - 1;
  range_ = half;
  return code_of(value);
}

template <const RangePrecision& kPrecision>
Code RangeDecoderOf<kPrecision>::code_of(std::uint32_t value) const {
  return static_cast<Code>(from_low_bits(value, code_width_));
}

template <const RangePrecision& kPrecision>
bool RangeDecoderOf<kPrecision>::padding_is_zero() const {
  const std::size_t used = consumed_bits();
  if (used > size_ * 8) return false;
  std::size_t at = used / 8;
  if (used % 8 != 0 && (payload_[at++] & (0xFF >> used % 8)) != 0) return false;
  return std::all_of(payload_ + at, payload_ + size_, [](std::uint8_t b) { return b == 0; });
}

template class RangeEncoderOf<kFullPrecision>;
template class RangeDecoderOf<kFullPrecision>;
template class RangeEncoderOf<kNarrowPrecision>;
template class RangeDecoderOf<kNarrowPrecision>;

}  // namespace nrc
