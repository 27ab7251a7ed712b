// SPDX-License-Identifier: Apache-2.0
#include "vector/lane_loops.hpp"

#include <algorithm>
#include <limits>

#include "stages/floor_log2.hpp"
#include "stages/interval.hpp"

// This file is compiled once for each instruction set; the best one is chosen when it runs. Loops
// without vectors profit, too: shifts by a variable number of bits depend on the set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vector/lane_loops.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "vector/code_steps-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nrc::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// Calls step(lane, channel) for each channel of the lanes' blocks, the lanes in turn. Blocks
/// differ by one channel at most.
template <class Step>
HWY_INLINE void in_turn(const LaneRange& lanes, const Step& step) {
  if (lanes.first >= lanes.last) return;
  std::size_t least = ~std::size_t{0};
  for (int l = lanes.first; l < lanes.last; ++l) {
    const Block& block = lanes.blocks[static_cast<std::size_t>(l)];
    const std::size_t size = block.end - block.begin;
    if (size < least) least = size;
  }
  std::size_t begins[kMaxLanes];
  for (int l = 0; l < kMaxLanes; ++l) begins[l] = lanes.blocks[static_cast<std::size_t>(l)].begin;
  if (lanes.first == 0 && lanes.last == kMaxLanes) {
    // The usual number, so that the loop over lanes can be unrolled.
    for (std::size_t i = 0; i < least; ++i) {
      for (int l = 0; l < kMaxLanes; ++l) step(l, begins[l] + i);
    }
  } else {
    for (std::size_t i = 0; i < least; ++i) {
      for (int l = lanes.first; l < lanes.last; ++l) step(l, begins[l] + i);
    }
  }
  for (int l = lanes.first; l < lanes.last; ++l) {
    const Block& block = lanes.blocks[static_cast<std::size_t>(l)];
    for (std::size_t c = block.begin + least; c < block.end; ++c) step(l, c);
  }
}

// ---- Huffman profile

void WriteCodewords(const HuffmanRows& rows, const LaneRange& lanes, BitWriter* writers) {
  const std::int32_t* const bits = rows.bits.data();
  const std::int32_t* const length = rows.length.data();
  for (int l = lanes.first; l < lanes.last; ++l) {
    const Block block = lanes.blocks[static_cast<std::size_t>(l)];
    BitWriter writer = writers[l];
    std::size_t c = block.begin;
    static_assert(kMaxCodeLength + std::max(kMaxCodeWidth, kMaxRawBits) + 7 < 64);
    // Two at a time, if they are not too wide.
    if (2 * (kMaxCodeLength + std::max(rows.code_width, kMaxRawBits)) + 7 < 64) {
      for (; c + 1 < block.end; c += 2) {
        const std::uint64_t both = static_cast<std::uint64_t>(static_cast<std::uint32_t>(bits[c]))
                                       << length[c + 1] |
                                   static_cast<std::uint32_t>(bits[c + 1]);
        append(writer, both, length[c] + length[c + 1]);
      }
    }
    for (; c < block.end; ++c) append(writer, static_cast<std::uint32_t>(bits[c]), length[c]);
    writers[l] = writer;
  }
}

void ReadCodewords(HuffmanRows& rows, const LaneRange& lanes, const HuffmanIndex& index,
                   BitSource* sources) {
  // Everything the loop reads is local: compilers cannot know what its stores do not change.
  const int width = rows.code_width;
  const std::int32_t half = 1 << (width - 1);
  const std::int32_t symbol_half = 1 << (rows.symbol_bits - 1);
  const std::uint16_t* const entries = index.entries;
  const std::int32_t* const tables = rows.table.data();
  const std::int32_t* const all_raw_bits = rows.raw_bits.data();
  const std::int32_t* const predicted = rows.predicted.data();
  std::int32_t* const found = rows.found.data();
  const std::uint8_t* bytes[kMaxLanes];
  std::uint64_t positions[kMaxLanes];
  for (int l = 0; l < kMaxLanes; ++l) {
    bytes[l] = sources[l].bytes;
    positions[l] = sources[l].position;
  }
  in_turn(lanes, [&](int l, std::size_t c) HWY_ATTR {
    const std::uint64_t position = positions[l];
    std::uint64_t window = window_at(bytes[l], position);
    static_assert(kMaxCodeLength + std::max(kMaxCodeWidth, kMaxRawBits) <= 56);
    const auto table = static_cast<std::uint32_t>(tables[c]);
    std::uint32_t entry =
        entries[table << kHuffmanIndexBits | first_bits(window, kHuffmanIndexBits)];
    if (HWY_UNLIKELY(entry == 0)) {
      entry = index.search(index.owner, table, first_bits(window, kMaxCodeLength));
    }
    const int length = static_cast<int>(entry >> kHuffmanSymbolPlaces);
    const auto symbol = static_cast<std::int32_t>(entry & ((1U << kHuffmanSymbolPlaces) - 1));
    const int raw_bits = all_raw_bits[c];
    window <<= length;
    if (HWY_UNLIKELY(symbol == 0)) {
      const auto bits = static_cast<std::int32_t>(first_bits(window, width));
      const std::int32_t code = bits >= half ? bits - 2 * half : bits;
      found[c] = code - predicted[c] + (symbol_half << raw_bits);
      positions[l] = position + static_cast<std::uint64_t>(length + width);
      return;
    }
    found[c] = (symbol << raw_bits) + static_cast<std::int32_t>(first_bits(window, raw_bits));
    positions[l] = position + static_cast<std::uint64_t>(length + raw_bits);
  });
  for (int l = lanes.first; l < lanes.last; ++l) sources[l].position = positions[l];
}

// ---- range profile

void WriteIntervals(const RangeRows& rows, const LaneRange& lanes, RangeWriter* all) {
  const std::int32_t* const frequencies = rows.frequency.data();
  const std::int32_t* const lows = rows.low.data();
  const std::int32_t* const plains = rows.plain.data();
  const std::int32_t* const codes = rows.code.data();
  const int width = rows.code_width;
  RangeWriter writers[kMaxLanes];
  for (int l = 0; l < kMaxLanes; ++l) writers[l] = all[l];
  in_turn(lanes, [&](int l, std::size_t c) HWY_ATTR {
    write_code(writers[l], static_cast<std::uint32_t>(lows[c]),
               static_cast<std::uint32_t>(frequencies[c]), plains[c], codes[c], width);
  });
  for (int l = lanes.first; l < lanes.last; ++l) all[l] = writers[l];
}

template <bool kEdges, bool kNeighbour>
HWY_INLINE unsigned read_all(const IntervalReader& reader, const LaneRange& lanes,
                             RangeSource* all_sources, NeighbourChain* all_chains) {
  const IntervalReader r = reader;
  unsigned faults = 0;
  RangeSource sources[kMaxLanes];
  NeighbourChain chains[kMaxLanes];
  for (int l = 0; l < kMaxLanes; ++l) sources[l] = all_sources[l];
  for (int l = 0; kNeighbour && l < kMaxLanes; ++l) chains[l] = all_chains[l];
  in_turn(lanes, [&](int l, std::size_t c) HWY_ATTR {
    std::int32_t prediction = r.tapped[c];
    if (kNeighbour) {
      const NeighbourChain& n = chains[l];
      const std::int64_t sum = std::int64_t{r.gain1[c]} * n.before +
                               std::int64_t{r.gain2[c]} * n.second +
                               std::int64_t{r.gain3[c]} * n.mean;
      r.before[c] = n.before;
      r.second[c] = n.second;
      r.mean[c] = n.mean;
      std::int64_t value = prediction + (sum >> kGainFrac);
      value = value < r.max_value ? value : r.max_value;
      value = value > r.min_value ? value : r.min_value;
      prediction = static_cast<std::int32_t>(value);
      r.corrected[c] = prediction;
    }
    std::int32_t code = 0;
    if (HWY_UNLIKELY(!read_code<kEdges>(r, prediction, r.index[c], sources[l], code))) {
      faults |= 1U << l;
      // Something to go on with; nobody will see what comes of it.
      sources[l].offset = 0;
      sources[l].range = 1U << 15;
      code = 0;
    }
    r.code[c] = code;
    if (kNeighbour) {
      NeighbourChain& n = chains[l];
      const std::int32_t innovation = r.values[code - r.min_code] - r.tapped[c];
      n.second = n.before;
      const std::int32_t limited = innovation < -r.min_value - 1 ? innovation : -r.min_value - 1;
      n.before = limited > r.min_value ? limited : r.min_value;
      n.mean += (n.before - n.mean) >> kNeighbourMeanShift;
    }
  });
  for (int l = lanes.first; l < lanes.last; ++l) all_sources[l] = sources[l];
  for (int l = lanes.first; kNeighbour && l < lanes.last; ++l) all_chains[l] = chains[l];
  return faults;
}

#if HWY_MAX_BYTES >= 32
// ---- Eight lanes at a time: a vector holds a code of each

using Eight = hn::CappedTag<std::int32_t, kMaxLanes>;
using Lanes8 = hn::Vec<Eight>;

/// Numbers of 16 bits without a sign from a table, of which 2 bytes more may be read.
HWY_INLINE Lanes8 gather16(const void* table, Lanes8 at) {
  const Eight d;
  const auto both =
      hn::GatherOffset(d, static_cast<const std::int32_t*>(table), hn::ShiftLeft<1>(at));
  return hn::And(both, hn::Set(d, 0xFFFF));
}

/// The same with a sign.
HWY_INLINE Lanes8 gather_signed16(const void* table, Lanes8 at) {
  const Eight d;
  const auto both =
      hn::GatherOffset(d, static_cast<const std::int32_t*>(table), hn::ShiftLeft<1>(at));
  return hn::ShiftRight<16>(hn::ShiftLeft<16>(both));
}

/// The high 16 bits of products without a sign.
HWY_INLINE Lanes8 share(Lanes8 range, Lanes8 frequency) {
  const Eight d;
  const hn::RebindToUnsigned<Eight> unsigned_tag;
  return hn::BitCast(d, hn::ShiftRight<16>(hn::BitCast(unsigned_tag, hn::Mul(range, frequency))));
}

HWY_INLINE Lanes8 clamp8(Lanes8 v, std::int32_t low, std::int32_t high) {
  const Eight d;
  return hn::Max(hn::Min(v, hn::Set(d, high)), hn::Set(d, low));
}

/// As IntervalReader::at_edge().
HWY_INLINE Lanes8 at_edges(const IntervalReader& r, Lanes8 distance, Lanes8 reciprocal,
                           Lanes8 octave) {
  const Eight d;
  // Products of more than 32 bits, as in vector_stages.cpp.
  const auto high = hn::Mul(reciprocal, hn::ShiftRight<5>(distance));
  const auto low = hn::Mul(reciprocal, hn::And(distance, hn::Set(d, 31)));
  const auto deviate = hn::Shr(hn::Add(high, hn::ShiftRight<5>(low)), octave);
  return gather16(r.cumulative,
                  hn::Add(clamp8(deviate, -kDeviates, kDeviates - 1), hn::Set(d, kDeviates)));
}

/// The next bits of each lane, 0..24, at positions in bits.
HWY_INLINE Lanes8 next_bits(const std::uint8_t* bytes, Lanes8 position, Lanes8 count) {
  const Eight d;
  const hn::RebindToUnsigned<Eight> unsigned_tag;
  const hn::Repartition<std::uint8_t, Eight> bytes_tag;
  alignas(32) static constexpr std::uint8_t kSwapped[32] = {3, 2,  1,  0,  7,  6, 5,  4,  11, 10, 9,
                                                            8, 15, 14, 13, 12, 3, 2,  1,  0,  7,  6,
                                                            5, 4,  11, 10, 9,  8, 15, 14, 13, 12};
  const auto loaded = hn::GatherOffset(d, reinterpret_cast<const std::int32_t*>(bytes),
                                       hn::ShiftRight<3>(position));
  const auto ordered =
      hn::TableLookupBytes(hn::BitCast(bytes_tag, loaded), hn::Load(bytes_tag, kSwapped));
  const auto begin = hn::BitCast(unsigned_tag, hn::And(position, hn::Set(d, 7)));
  const auto window = hn::Shl(hn::BitCast(unsigned_tag, ordered), begin);
  // Two shifts, as one by 32 is not the same everywhere.
  const auto unused = hn::BitCast(unsigned_tag, hn::Sub(hn::Set(d, 31), count));
  return hn::BitCast(d, hn::Shr(hn::ShiftRight<1>(window), unused));
}

/// read_all() for all of eight lanes. A code's place is computed as a float, which is nearly always
/// right; where it is not, and where a code is no interval alone, read_code() takes its turn.
template <bool kEdges, bool kNeighbour>
HWY_INLINE unsigned read_eight(const IntervalReader& reader, const LaneRange& lanes,
                               RangeSource* sources, NeighbourChain* chains) {
  const IntervalReader r = reader;
  const Eight d;
  const hn::RebindToFloat<Eight> real;
  const auto zero = hn::Zero(d);
  const auto one = hn::Set(d, 1);

  alignas(32) std::int32_t place[kMaxLanes], offsets[kMaxLanes], ranges[kMaxLanes],
      positions[kMaxLanes], predictions[kMaxLanes], codes[kMaxLanes], wrong[kMaxLanes],
      before[kMaxLanes], second[kMaxLanes], mean[kMaxLanes];
  const std::uint8_t* const bytes = sources[0].bits.bytes;
  std::size_t least = ~std::size_t{0};
  for (std::size_t l = 0; l < kMaxLanes; ++l) {
    const Block& block = lanes.blocks[l];
    least = block.end - block.begin < least ? block.end - block.begin : least;
    place[l] = static_cast<std::int32_t>(block.begin);
    offsets[l] = static_cast<std::int32_t>(sources[l].offset);
    ranges[l] = static_cast<std::int32_t>(sources[l].range);
    // Lanes are in one piece of memory of less than 2^28 bytes.
    positions[l] = static_cast<std::int32_t>((sources[l].bits.bytes - bytes) * 8 +
                                             static_cast<std::int64_t>(sources[l].bits.position));
    if (!kNeighbour) continue;
    before[l] = chains[l].before;
    second[l] = chains[l].second;
    mean[l] = chains[l].mean;
  }
  auto at = hn::Load(d, place);
  auto offset = hn::Load(d, offsets);
  auto range = hn::Load(d, ranges);
  auto position = hn::Load(d, positions);
  auto n1 = kNeighbour ? hn::Load(d, before) : zero;
  auto n2 = kNeighbour ? hn::Load(d, second) : zero;
  auto m = kNeighbour ? hn::Load(d, mean) : zero;
  unsigned faults = 0;

  for (std::size_t i = 0; i < least; ++i, at = hn::Add(at, one)) {
    const auto tapped = hn::GatherIndex(d, r.tapped, at);
    auto prediction = tapped;
    if (kNeighbour) {
      const auto gain1 = hn::GatherIndex(d, r.gain1, at);
      const auto gain2 = hn::GatherIndex(d, r.gain2, at);
      const auto gain3 = hn::GatherIndex(d, r.gain3, at);
      // Three products of 31 bits: the inputs' low bits apart.
      const auto mask = hn::Set(d, (1 << kGainFrac) - 1);
      const auto high = hn::Add(hn::Add(hn::Mul(gain1, hn::ShiftRight<kGainFrac>(n1)),
                                        hn::Mul(gain2, hn::ShiftRight<kGainFrac>(n2))),
                                hn::Mul(gain3, hn::ShiftRight<kGainFrac>(m)));
      const auto low =
          hn::Add(hn::Add(hn::Mul(gain1, hn::And(n1, mask)), hn::Mul(gain2, hn::And(n2, mask))),
                  hn::Mul(gain3, hn::And(m, mask)));
      const auto sum = hn::Add(high, hn::ShiftRight<kGainFrac>(low));
      prediction = clamp8(hn::Add(tapped, sum), r.min_value, r.max_value);
      hn::ScatterIndex(prediction, d, r.corrected, at);
      hn::ScatterIndex(n1, d, r.before, at);
      hn::ScatterIndex(n2, d, r.second, at);
      hn::ScatterIndex(m, d, r.mean, at);
    }
    const auto index = hn::GatherIndex(d, r.index, at);
    // A quotient of floats is one off at most.
    const auto above_offset = hn::Add(offset, one);
    auto f = hn::ConvertTo(
        d, hn::Mul(hn::Div(hn::ConvertTo(real, above_offset), hn::ConvertTo(real, range)),
                   hn::Set(real, 65536.0F)));
    const auto rest = hn::Sub(hn::Sub(hn::ShiftLeft<16>(above_offset), one), hn::Mul(f, range));
    f = hn::Add(f, hn::ShiftRight<31>(rest));
    f = hn::Sub(f, hn::VecFromMask(d, hn::Gt(rest, hn::Sub(range, one))));
    f = hn::Min(f, hn::Set(d, static_cast<std::int32_t>(kTopFrequency - 1)));

    const auto octave = hn::ShiftRight<kScaleMantissaBits>(index);
    const auto above = gather_signed16(r.above, f);
    const auto width = hn::GatherIndex(real, r.widths, index);
    // Less a part that no quotient by a mantissa's reciprocal is as near below an integer.
    const auto distance = hn::ConvertTo(
        d, hn::Floor(hn::Sub(hn::Mul(hn::ConvertTo(real, above), width), hn::Set(real, 0.0004F))));
    const auto found_place = hn::Add(prediction, distance);
    // With trained edges, groups are left to read_code().
    const auto plain = kEdges ? zero : hn::Max(hn::Sub(octave, hn::Set(d, r.plain_octave)), zero);
    Lanes8 code, low_edge, high_edge;
    auto first = hn::Set(d, r.min_code);
    auto last = hn::Set(d, r.max_code);
    if (kEdges) {
      const auto cell = clamp8(hn::Sub(found_place, hn::Set(d, r.least_place)), 0, r.places - 1);
      code = gather_signed16(r.code_at, hn::ShiftRight<IntervalSearch::kPlaceShift>(cell));
      const auto number = hn::Sub(code, first);
      low_edge = hn::GatherIndex(d, r.edges, number);
      high_edge = hn::GatherIndex(d, r.edges, hn::Add(number, one));
    } else {
      // A code, or the number of a group.
      const auto half = hn::Set(d, 1 << (kFracBits - 1));
      const auto size_bits = hn::Add(plain, hn::Set(d, kFracBits));
      first = hn::Shr(first, plain);
      last = hn::Shr(last, plain);
      code = hn::Max(hn::Min(hn::Shr(hn::Add(found_place, half), size_bits), last), first);
      low_edge = hn::Sub(hn::Shl(code, size_bits), half);
      high_edge = hn::Add(low_edge, hn::Shl(one, size_bits));
    }
    const auto mantissa = hn::And(index, hn::Set(d, (1 << kScaleMantissaBits) - 1));
    const auto reciprocal = hn::GatherIndex(d, r.reciprocals, mantissa);
    auto low = at_edges(r, hn::Sub(low_edge, prediction), reciprocal, octave);
    auto high = at_edges(r, hn::Sub(high_edge, prediction), reciprocal, octave);
    low = hn::IfThenElse(hn::Eq(code, first),
                         hn::Set(d, static_cast<std::int32_t>(kEscapeFrequency)), low);
    high = hn::IfThenElse(hn::Eq(code, last), hn::Set(d, static_cast<std::int32_t>(kTopFrequency)),
                          high);
    const auto frequency = hn::Sub(high, low);
    const auto inner = hn::Sub(offset, share(range, low));
    auto part = share(range, frequency);
    // Negative where something is not as it should be, above all the place that was guessed.
    const auto ok = hn::Or(hn::Or(hn::Sub(f, low), hn::Sub(hn::Sub(high, one), f)),
                           hn::Or(hn::Sub(frequency, hn::Set(d, kMinFrequency)),
                                  hn::Or(hn::Or(inner, hn::Sub(hn::Sub(part, one), inner)),
                                         hn::Sub(f, hn::Set(d, kEscapeFrequency)))));
    const auto grouped = hn::Sub(hn::Set(d, r.plain_octave), octave);  // negative if it is
    const auto bad = hn::Lt(kEdges ? hn::Or(ok, grouped) : ok, zero);
    part = hn::IfThenElse(bad, hn::Set(d, 1 << 15), part);
    const auto exponent = hn::ShiftRight<23>(hn::BitCast(d, hn::ConvertTo(real, part)));
    const auto count = hn::Sub(hn::Set(d, 127 + 15), exponent);
    auto new_offset = hn::Or(hn::Shl(inner, count), next_bits(bytes, position, count));
    const auto new_range = hn::Shl(part, count);
    auto new_position = hn::Add(position, count);
    if (!kEdges && !hn::AllFalse(d, hn::Gt(plain, zero))) {
      // Offsets of up to 24 bits are exact floats, and their quotients one off at most.
      static_assert(16 + kMaxCodeWidth - kPlainOctave <= 24);
      const auto all = hn::Or(hn::Shl(new_offset, plain), next_bits(bytes, new_position, plain));
      auto value =
          hn::ConvertTo(d, hn::Div(hn::ConvertTo(real, all), hn::ConvertTo(real, new_range)));
      new_offset = hn::Sub(all, hn::Mul(value, new_range));
      const auto above_one = hn::VecFromMask(d, hn::Gt(new_offset, hn::Sub(new_range, one)));
      const auto below_none = hn::ShiftRight<31>(new_offset);
      value = hn::Add(hn::Sub(value, above_one), below_none);
      new_offset = hn::Sub(new_offset, hn::And(above_one, new_range));
      new_offset = hn::Add(new_offset, hn::And(below_none, new_range));
      new_position = hn::Add(new_position, plain);
      code = hn::Add(hn::Shl(code, plain), value);
    }
    if (HWY_UNLIKELY(!hn::AllFalse(d, bad))) {
      hn::Store(hn::VecFromMask(d, bad), d, wrong);
      hn::Store(hn::IfThenElse(bad, offset, new_offset), d, offsets);
      hn::Store(hn::IfThenElse(bad, range, new_range), d, ranges);
      hn::Store(hn::IfThenElse(bad, position, new_position), d, positions);
      hn::Store(prediction, d, predictions);
      hn::Store(code, d, codes);
      for (int l = 0; l < kMaxLanes; ++l) {
        if (wrong[l] == 0) continue;
        RangeSource s = {{bytes, static_cast<std::uint64_t>(positions[l])},
                         static_cast<std::uint32_t>(offsets[l]),
                         static_cast<std::uint32_t>(ranges[l])};
        const std::size_t c = lanes.blocks[static_cast<std::size_t>(l)].begin + i;
        if (!read_code<kEdges>(r, predictions[l], r.index[c], s, codes[l])) {
          faults |= 1U << l;
          // Something to go on with; nobody will see what comes of it.
          s.offset = 0;
          s.range = 1U << 15;
          codes[l] = 0;
        }
        offsets[l] = static_cast<std::int32_t>(s.offset);
        ranges[l] = static_cast<std::int32_t>(s.range);
        positions[l] = static_cast<std::int32_t>(s.bits.position);
      }
      offset = hn::Load(d, offsets);
      range = hn::Load(d, ranges);
      position = hn::Load(d, positions);
      code = hn::Load(d, codes);
    } else {
      offset = new_offset;
      range = new_range;
      position = new_position;
    }
    hn::ScatterIndex(code, d, r.code, at);
    if (kNeighbour) {
      const auto number = hn::Sub(code, hn::Set(d, r.min_code));
      const auto value =
          kEdges ? hn::GatherIndex(d, r.values, number) : hn::ShiftLeft<kFracBits>(code);
      n2 = n1;
      n1 = clamp8(hn::Sub(value, tapped), r.min_value, -r.min_value - 1);
      m = hn::Add(m, hn::ShiftRight<kNeighbourMeanShift>(hn::Sub(n1, m)));
    }
  }

  hn::Store(offset, d, offsets);
  hn::Store(range, d, ranges);
  hn::Store(position, d, positions);
  hn::Store(n1, d, before);
  hn::Store(n2, d, second);
  hn::Store(m, d, mean);
  LaneRange others = lanes;
  for (std::size_t l = 0; l < kMaxLanes; ++l) {
    sources[l].offset = static_cast<std::uint32_t>(offsets[l]);
    sources[l].range = static_cast<std::uint32_t>(ranges[l]);
    sources[l].bits.position =
        static_cast<std::uint64_t>(positions[l] - (sources[l].bits.bytes - bytes) * 8);
    if (kNeighbour) chains[l] = {before[l], second[l], mean[l]};
    others.blocks[l].begin += least;
  }
  // The last channel of the longer blocks.
  return faults | read_all<kEdges, kNeighbour>(r, others, sources, chains);
}
#endif

template <bool kEdges, bool kNeighbour>
unsigned read_any(const IntervalReader& reader, const LaneRange& lanes, RangeSource* sources,
                  NeighbourChain* chains) {
#if HWY_MAX_BYTES >= 32
  if (lanes.first == 0 && lanes.last == kMaxLanes) {
    return read_eight<kEdges, kNeighbour>(reader, lanes, sources, chains);
  }
#endif
  return read_all<kEdges, kNeighbour>(reader, lanes, sources, chains);
}

unsigned ReadIntervals(RangeRows& rows, const LaneRange& lanes, const IntervalSearch& search,
                       RangeSource* sources, NeighbourChain* chains) {
  const IntervalReader r = make_reader(rows, search);
  const bool edges = !search.code_at.empty();
  if (rows.corrections.neighbour) {
    return edges ? read_any<true, true>(r, lanes, sources, chains)
                 : read_any<false, true>(r, lanes, sources, chains);
  }
  return edges ? read_any<true, false>(r, lanes, sources, chains)
               : read_any<false, false>(r, lanes, sources, chains);
}

}  // namespace
}  // namespace nrc::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nrc {

namespace {

HWY_EXPORT(WriteCodewords);
HWY_EXPORT(ReadCodewords);
HWY_EXPORT(WriteIntervals);
HWY_EXPORT(ReadIntervals);

}  // namespace

void write_codewords(const HuffmanRows& rows, const LaneRange& lanes, BitWriter* writers) {
  HWY_DYNAMIC_DISPATCH(WriteCodewords)(rows, lanes, writers);
}

void read_codewords(HuffmanRows& rows, const LaneRange& lanes, const HuffmanIndex& index,
                    BitSource* sources) {
  HWY_DYNAMIC_DISPATCH(ReadCodewords)(rows, lanes, index, sources);
}

void write_intervals(const RangeRows& rows, const LaneRange& lanes, RangeWriter* writers) {
  HWY_DYNAMIC_DISPATCH(WriteIntervals)(rows, lanes, writers);
}

unsigned read_intervals(RangeRows& rows, const LaneRange& lanes, const IntervalSearch& search,
                        RangeSource* sources, NeighbourChain* chains) {
  return HWY_DYNAMIC_DISPATCH(ReadIntervals)(rows, lanes, search, sources, chains);
}

void RangeWriter::move_out() {
  const int below = 16 + fill - 32;
  const std::uint64_t word = low >> below;
  // The carry goes into the bytes already written, through all that are 0xFF.
  if (word >> 32 != 0) {
    std::uint8_t* at = out;
    while (at != begin && ++at[-1] == 0) --at;
  }
  out[0] = static_cast<std::uint8_t>(word >> 24);
  out[1] = static_cast<std::uint8_t>(word >> 16);
  out[2] = static_cast<std::uint8_t>(word >> 8);
  out[3] = static_cast<std::uint8_t>(word);
  out += 4;
  low &= (std::uint64_t{1} << below) - 1;
  fill -= 32;
}

IntervalSearch::IntervalSearch(const RangeRows& rows)
    : least_place(rows.min_value), places((rows.max_value - rows.min_value) + (1 << kFracBits)) {
  // above[f] is one more than the last deviate at or below f: a run of f for each deviate.
  above.reserve((1 << 16) + 1);
  for (std::int32_t z = -kDeviates; z < kDeviates; ++z) {
    const auto end =
        static_cast<std::size_t>(rows.cumulative[static_cast<std::size_t>(z + kDeviates)]);
    if (end > above.size()) above.resize(end, static_cast<std::int16_t>(z));
  }
  above.resize(1 << 16, static_cast<std::int16_t>(kDeviates));
  above.push_back(0);
  for (const std::int32_t c : rows.cumulative) cumulative.push_back(static_cast<std::uint16_t>(c));
  cumulative.push_back(0);
  // The largest scale has all bits set.
  const int most = (rows.code_width + 6 - 1 - floor_log2(kMinScale) + 1) << kScaleMantissaBits;
  for (int index = 0; index < most + kBurstMax; ++index) {
    widths.push_back(static_cast<float>(IntervalModel::deviate_width(index)));
  }
  for (std::size_t j = 0; j < inverse.size(); ++j) {
    inverse[j] = ~std::uint64_t{0} / static_cast<std::uint64_t>(rows.reciprocals[j]) + 1;
  }
  edges = rows.edges;
  edges.back() = std::numeric_limits<std::int32_t>::max();
  bool even = true;
  for (std::size_t i = 1; i + 1 < edges.size(); ++i) {
    const std::int32_t code = static_cast<std::int32_t>(i) + rows.min_code;
    even = even && edges[i] == code * (1 << kFracBits) - (1 << (kFracBits - 1));
  }
  if (even) return;
  // One cell for every 1 << kPlaceShift places; a run of cells for each code.
  const auto cells_below = [this](std::int32_t place) {
    return std::max((place - least_place + (1 << kPlaceShift) - 1) >> kPlaceShift, 0);
  };
  const std::size_t cells = static_cast<std::size_t>(cells_below(least_place + places));
  code_at.reserve(cells + 1);
  for (std::size_t at = 0; at + 1 < edges.size(); ++at) {
    const bool last = at + 2 == edges.size();
    const std::size_t end = last ? cells : std::min<std::size_t>(cells_below(edges[at + 1]), cells);
    const std::int32_t code = static_cast<std::int32_t>(at) + rows.min_code;
    if (end > code_at.size()) code_at.resize(end, static_cast<std::int16_t>(code));
  }
  code_at.push_back(0);
}

}  // namespace nrc
#endif
