// SPDX-License-Identifier: Apache-2.0
//
// What remains serial in a payload: codes and their bits, one after the other. Several lanes take
// turns, code by code, so that the processor works at one while it waits for another.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "nrc/format.hpp"
#include "vector/vector_stages.hpp"

namespace nrc {

/// Lanes `first` to before `last`, of which each has a block of the channels.
struct LaneRange {
  int first, last;
  std::array<Block, kMaxLanes> blocks;
};

// ---- Huffman profile

/// A bit string that is written.
struct BitWriter {
  std::uint8_t* begin = nullptr;
  std::uint8_t* out = nullptr;
  std::uint64_t accumulator = 0;  ///< the last bits, from the most significant place on
  int fill = 0;                   ///< how many, 0..7
};

/// Appends the codewords of the lanes' blocks.
void write_codewords(const HuffmanRows& rows, const LaneRange& lanes, BitWriter* writers);

/// A bit string that is read. Zeros follow its bytes: the bits of a frame, and 8 bytes.
struct BitSource {
  const std::uint8_t* bytes = nullptr;
  std::uint64_t position = 0;  ///< bits
};

/// The next bits of a source, 1 to 32.
inline std::uint32_t read_bits(BitSource& source, int count) {
  std::uint64_t window = 0;
  for (std::uint64_t i = 0; i < 8; ++i)
    window = window << 8 | source.bytes[source.position / 8 + i];
  window <<= source.position % 8;
  source.position += static_cast<std::uint64_t>(count);
  return static_cast<std::uint32_t>(window >> (64 - count));
}

/// What codes are found by.
struct HuffmanIndex {
  const std::uint16_t* entries;  ///< [table << kHuffmanIndexBits | next bits]; 0: longer
  /// Symbol and length of a code longer than that, of the next kMaxCodeLength bits.
  std::uint16_t (*search)(const void* owner, std::uint32_t table, std::uint32_t bits);
  const void* owner;
};
/// An entry is the symbol, and the length from this place on.
constexpr int kHuffmanSymbolPlaces = 10;
static_assert(kMaxSymbolBits <= kHuffmanSymbolPlaces &&
              kMaxCodeLength < 1 << (16 - kHuffmanSymbolPlaces));

/// Reads the codes of the lanes' blocks into rows.found, after HuffmanRows::expect().
void read_codewords(HuffmanRows& rows, const LaneRange& lanes, const HuffmanIndex& index,
                    BitSource* sources);

// ---- range profile

/// A coder's output, and its state.
struct RangeWriter {
  std::uint8_t* begin = nullptr;
  std::uint8_t* out = nullptr;
  std::uint64_t low = 0;  ///< 16 bits of the coder, `fill` bits before them, and a carry
  int fill = 0;
  std::uint32_t range = kRangeReset;

  /// Moves the low end by so many bits (0..16), and what then lies before its 16 bits out.
  void append(int shift) {
    low <<= shift;
    fill += shift;
    if (fill >= 32) move_out();
  }
  void move_out();
};

/// Appends the codes of the lanes' blocks, after RangeRows::intervals().
void write_intervals(const RangeRows& rows, const LaneRange& lanes, RangeWriter* writers);

/// A coder's input, and its state.
struct RangeSource {
  BitSource bits;
  std::uint32_t offset = 0;
  std::uint32_t range = kRangeReset;
};

/// Inputs of stage neighbour that go on from a lane's last channel to the next lane.
struct NeighbourChain {
  std::int32_t before = 0, second = 0, mean = 0;
};

/// Finds codes by their cumulative frequency.
struct IntervalSearch {
  explicit IntervalSearch(const RangeRows& rows);

  // Tables of 16 bits have one entry more, as vectors read 32.
  /// One more than the last deviate whose cumulative frequency is at most `frequency`, or
  /// -kDeviates if there is none.
  std::vector<std::int16_t> above;  ///< [frequency]
  /// cumulative frequencies, [deviate + kDeviates]
  std::vector<std::uint16_t> cumulative;
  /// The last code whose lower edge is at or below a place, [(place - least place) >> kPlaceShift];
  /// empty if edges are even.
  std::vector<std::int16_t> code_at;
  static constexpr int kPlaceShift = 0;
  std::int32_t least_place;
  std::int32_t places;
  /// edges[i] is below code i + min_code; without an end after the last code.
  Row edges;
  /// What a deviate is at a dispersion index, 1/64 code.
  std::vector<float> widths;
  /// 2^64 / M, rounded up, [mantissa]: quotients of 40 bits by M are exact.
  std::array<std::uint64_t, 1 << kScaleMantissaBits> inverse;
};

/// Reads the codes of the lanes' blocks into rows.code, after RangeRows::expect(). With stage
/// neighbour, also corrects the predictions, by what chains[lane] has at its block's begin.
/// @return lanes whose payload points between two codes, as bits; their codes are of no use
unsigned read_intervals(RangeRows& rows, const LaneRange& lanes, const IntervalSearch& search,
                        RangeSource* sources, NeighbourChain* chains);

}  // namespace nrc
