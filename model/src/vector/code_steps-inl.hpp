// SPDX-License-Identifier: Apache-2.0
//
// One code and its bits, for loops that are compiled once for each instruction set: include it
// after hwy/highway.h. It is read once for each set, too.
#if defined(NRC_CODE_STEPS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NRC_CODE_STEPS_INL
#undef NRC_CODE_STEPS_INL
#else
#define NRC_CODE_STEPS_INL
#endif

#include <cstdint>
#include <cstring>

#include "stages/floor_log2.hpp"
#include "stages/interval.hpp"
#include "vector/lane_loops.hpp"

HWY_BEFORE_NAMESPACE();
namespace nrc::HWY_NAMESPACE {
namespace {

/// Bytes in the other order, if this machine has the lowest first: not all compilers see it in
/// shifts.
HWY_INLINE std::uint64_t big_endian(std::uint64_t word) {
  return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(word) : word;
}

HWY_INLINE std::uint64_t load_big_endian(const std::uint8_t* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof(word));
  return big_endian(word);
}

HWY_INLINE void store_big_endian(std::uint8_t* to, std::uint64_t word) {
  word = big_endian(word);
  std::memcpy(to, &word, sizeof(word));
}

/// The next bits of a source, 57 of them at least, from the most significant place on.
HWY_INLINE std::uint64_t window_at(const std::uint8_t* bytes, std::uint64_t position) {
  return load_big_endian(bytes + (position >> 3)) << (position & 7);
}

/// The first `count` bits of a window, 0..56. Two shifts, as one by 64 is undefined.
HWY_INLINE std::uint32_t first_bits(std::uint64_t window, int count) {
  return static_cast<std::uint32_t>(window >> 1 >> (63 - count));
}

// ---- Huffman profile

/// Appends a codeword, of at most 56 bits.
HWY_INLINE void append(BitWriter& writer, std::uint64_t word, int count) {
  writer.fill += count;
  writer.accumulator |= word << (64 - writer.fill);
  // Without a branch: bytes that are not full yet are stored again.
  store_big_endian(writer.out, writer.accumulator);
  writer.out += writer.fill >> 3;
  // The bits of no more than 7 bytes leave, as 64 bits would be too many for a shift.
  writer.accumulator <<= writer.fill & 56;
  writer.fill &= 7;
}

// ---- range profile

HWY_INLINE int shift_of(std::uint32_t range) {
  return static_cast<int>(hwy::Num0BitsAboveMS1Bit_Nonzero32(range)) - 16;
}

/// Appends a code, as RangeEncoder. The carry stays in `low` until append() moves it out.
HWY_INLINE void write_code(RangeWriter& w, std::uint32_t low, std::uint32_t frequency, int plain,
                           std::int32_t code, int width) {
  if (HWY_UNLIKELY(frequency < kMinFrequency)) {
    const int below = width - kEscapeBits;
    // The value's first bits may carry into the low end: it has room above.
    w.low = (w.low << below) + (static_cast<std::uint32_t>(code) & ((1U << width) - 1));
    w.fill += below;
    w.append(0);
    w.append(15);
    w.range = 1U << 15;
    return;
  }
  w.low += (w.range * low) >> 16;
  const std::uint32_t range = (w.range * frequency) >> 16;
  const int shift = shift_of(range);
  w.range = range << shift;
  w.append(shift);
  if (HWY_UNLIKELY(plain > 0)) {
    const std::uint32_t value = static_cast<std::uint32_t>(code) & ((1U << plain) - 1);
    w.low = (w.low << plain) + value * w.range;
    w.fill += plain;
    w.append(0);
  }
}

/// What a loop reads of the tables and the rows; local to it, as compilers cannot know what its
/// stores do not change.
struct IntervalReader {
  const std::int32_t* tapped;
  std::int32_t* corrected;
  const std::int32_t* index;
  std::int32_t* code;
  const std::int32_t *gain1, *gain2, *gain3;
  std::int32_t *before, *second, *mean;
  const std::int32_t* values;
  const std::int16_t* above;
  const std::uint16_t* cumulative;
  const std::int16_t* code_at;
  const std::int32_t* edges;
  const float* widths;
  const std::uint64_t* inverse;
  const std::int32_t* reciprocals;
  std::int32_t min_code, max_code, min_value, max_value, plain_octave, least_place, places;
  int width;

  HWY_INLINE std::uint32_t at_edge(std::int32_t edge, std::int32_t prediction,
                                   std::int32_t reciprocal, int shift) const {
    const std::int64_t deviate = ((std::int64_t{edge} - prediction) * reciprocal) >> shift;
    const std::int64_t most = deviate < kDeviates - 1 ? deviate : kDeviates - 1;
    return cumulative[(most > -kDeviates ? most : -kDeviates) + kDeviates];
  }
};

HWY_INLINE IntervalReader make_reader(RangeRows& rows, const IntervalSearch& search) {
  return {rows.tapped().data(),
          rows.corrected.data(),
          rows.index.data(),
          rows.code.data(),
          rows.gain1.data(),
          rows.gain2.data(),
          rows.gain3.data(),
          rows.before.data(),
          rows.second.data(),
          rows.mean.data(),
          rows.values.data(),
          search.above.data(),
          search.cumulative.data(),
          search.code_at.data(),
          search.edges.data(),
          search.widths.data(),
          search.inverse.data(),
          rows.reciprocals.data(),
          rows.min_code,
          rows.max_code,
          rows.min_value,
          rows.max_value,
          rows.plain_octave,
          search.least_place,
          search.places,
          rows.code_width};
}

/// The next code. @return false if the source points between two codes
template <bool kEdges>
HWY_INLINE bool read_code(const IntervalReader& r, std::int32_t prediction, std::int32_t index,
                          RangeSource& s, std::int32_t& code) {
  std::uint32_t offset = s.offset;
  std::uint32_t range = s.range;
  // The largest f with (range * f) >> 16 <= offset.
  std::uint32_t f = (((offset + 1) << 16) - 1) / range;
  f = f < kTopFrequency ? f : kTopFrequency - 1;
  if (HWY_UNLIKELY(f < kEscapeFrequency)) {
    if (offset >> kEscapeBits != 0) return false;
    const int below = r.width - kEscapeBits;
    const std::uint64_t window = window_at(s.bits.bytes, s.bits.position);
    const auto value = static_cast<std::int32_t>(offset << below | first_bits(window, below));
    s.offset = first_bits(window << below, 15);
    s.bits.position += static_cast<std::uint64_t>(below + 15);
    s.range = 1U << 15;
    code = value > r.max_code ? value - 2 * (r.max_code + 1) : value;
    return true;
  }
  const std::int32_t octave = index >> kScaleMantissaBits;
  const std::int32_t mantissa = index & ((1 << kScaleMantissaBits) - 1);
  const std::int32_t reciprocal = r.reciprocals[mantissa];
  const int shift = octave + 5;
  const int plain = octave > r.plain_octave ? octave - r.plain_octave : 0;

  // The last edge with a cumulative frequency of f or less is the last one at or before a place:
  // (edge - prediction) * reciprocal < above << shift.
  const std::int32_t above = r.above[f];
  std::int32_t at;  // code or group
  const std::int32_t first = r.min_code >> plain;
  const std::int32_t last = r.max_code >> plain;
  if (HWY_UNLIKELY(above <= -kDeviates || above >= kDeviates)) {
    at = above <= -kDeviates ? first : last;
  } else {
    constexpr int kBias = 24;  // makes the dividend positive
    const std::int64_t dividend =
        std::int64_t{above} * (std::int64_t{1} << shift) - 1 + (std::int64_t{reciprocal} << kBias);
    std::uint64_t quotient;
    hwy::Mul128(static_cast<std::uint64_t>(dividend), r.inverse[mantissa], &quotient);
    const std::int32_t place =
        prediction + static_cast<std::int32_t>(static_cast<std::int64_t>(quotient)) - (1 << kBias);
    if (kEdges && plain == 0) {
      std::int32_t offset_of = place - r.least_place;
      offset_of = offset_of < 0 ? 0 : offset_of;
      offset_of = offset_of < r.places ? offset_of : r.places - 1;
      at = r.code_at[offset_of >> IntervalSearch::kPlaceShift];
      while (HWY_UNLIKELY(r.edges[at + 1 - r.min_code] <= place)) ++at;
      // Edges of odd tables lie before the first place.
      while (HWY_UNLIKELY(place < r.least_place) && at > first &&
             r.edges[at - r.min_code] > place) {
        --at;
      }
    } else {
      at = (place + (1 << (kFracBits - 1))) >> (kFracBits + plain);
      at = at < first ? first : at;
      at = at < last ? at : last;
    }
  }
  std::int32_t low_edge, high_edge;
  if (kEdges && plain == 0) {
    low_edge = r.edges[at - r.min_code];
    high_edge = r.edges[at + 1 - r.min_code];
  } else {
    low_edge = at * (1 << (kFracBits + plain)) - (1 << (kFracBits - 1));
    high_edge = low_edge + (1 << (kFracBits + plain));
  }
  std::uint32_t low = r.at_edge(low_edge, prediction, reciprocal, shift);
  std::uint32_t high = r.at_edge(high_edge, prediction, reciprocal, shift);
  low = at == first ? kEscapeFrequency : low;
  high = at == last ? kTopFrequency : high;
  const std::uint32_t from = (range * low) >> 16;
  const std::uint32_t part = (range * (high - low)) >> 16;
  // Rounding leaves offsets to which no code maps; an encoder never produces them.
  if (HWY_UNLIKELY(high - low < kMinFrequency || offset - from >= part)) return false;
  const int count = shift_of(part);
  range = part << count;
  const std::uint64_t window = window_at(s.bits.bytes, s.bits.position);
  offset = (offset - from) << count | first_bits(window, count);
  s.range = range;
  if (HWY_UNLIKELY(plain > 0)) {
    offset = offset << plain | first_bits(window << count, plain);
    const std::uint32_t value = offset / range;
    offset -= value * range;
    at = at * (1 << plain) + static_cast<std::int32_t>(value);
  }
  s.offset = offset;
  s.bits.position += static_cast<std::uint64_t>(count + plain);
  code = at;
  return true;
}

}  // namespace
}  // namespace nrc::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // once for each instruction set
