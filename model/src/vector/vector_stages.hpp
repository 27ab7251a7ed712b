// SPDX-License-Identifier: Apache-2.0
//
// The stages of many channels of a frame at a time, with vector instructions: what predictor,
// context, huffman, linearizer, taps, neighbour, dispersion and interval do for one code, on
// arrays. Integer for integer the same as those classes. Products that need more than 32 bits are
// made of two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/range_tables.hpp"
#include "nrc/table_set.hpp"
#include "stages/linearizer.hpp"
#include "stages/pace.hpp"

namespace nrc {

/// Values of one kind, by channel in the order of the codes.
using Row = std::vector<std::int32_t>;

/// Values of a row after those of the channels: vectors may read them.
constexpr std::size_t kRowMargin = 3;

/// Channels from `begin` to before `end`.
struct Block {
  std::size_t begin, end;
};

/// Predictor of all channels (docs/bitstream.md, section 3).
struct PredictorRows {
  PredictorRows(int code_width, std::size_t count);
  /// As before a key packet.
  void reset(Block block);

  int code_width;
  std::size_t channels;
  std::int32_t min_value, max_value;  ///< of a prediction, 1/64 code
  Row level, weight, last;            ///< state, as in PredictorState
  Row deviation, value;               ///< prediction, as in Prediction
  Row code;                           ///< of the frame at hand
};

/// Bits of a payload that a Huffman code is looked up by; longer ones are searched.
constexpr int kHuffmanIndexBits = 9;

/// Huffman profile: what chooses a code's table, and the scale.
struct HuffmanRows : PredictorRows {
  HuffmanRows(const TableSet& tables, int code_width, std::size_t count);
  void reset(Block block);

  /// Prediction, table and raw bits.
  void expect(Block block);
  /// There is nothing to correct in this profile.
  void correct() {}
  /// Codewords of `code`, after expect(). Memory: as HuffmanEncoder::memory(), but the code's
  /// length in front of its bits, length << 16 | bits.
  void encode(Block block, const Row& memory);
  /// Sets `code` from `found`. @return false if one is outside the code width
  bool complete(Block block);
  /// Moves all state past `code`; boost of stage pace.
  void update(Block block, int boost);
  /// Instead of update() in a frame that began with reset().
  void update_reset(Block block);

  int symbol_bits;
  std::int32_t initial_scale, cap;
  Row below;    ///< thresholds of the classes but the last one
  Row classes;  ///< first table | raw bits << 16 | modulus bits << 20 | split << 24
  Row scale;
  Row predicted, table, raw_bits;  ///< as in Prediction and CodingContext
  Row bits, length;                ///< as in Codeword
  Row found;                       ///< symbol << raw bits | raw, as if escapes were symbols too
};

/// Range profile: what a code's interval follows from.
struct RangeRows : PredictorRows {
  RangeRows(const RangeTables& tables, int code_width, std::size_t count,
            const Corrections& corrections);
  void reset(Block block);

  /// Prediction with stage taps, and dispersion index.
  void expect(Block block);
  /// Stage neighbour, for `code` of all channels, after expect() of them.
  void correct();
  /// Intervals of the groups of `code`, and how many of its low bits are plain, after correct().
  void intervals(Block block);
  void update(Block block, int boost);
  void update_reset(Block block);

  /// What a code is predicted as in the end.
  const Row& prediction() const { return corrections.neighbour ? corrected : tapped(); }
  /// And before stage neighbour.
  const Row& tapped() const { return corrections.taps ? after_taps : value; }

  Corrections corrections;
  std::int32_t min_code, max_code, initial_scale, cap;
  std::int32_t plain_octave;  ///< the last one of the index without plain bits
  Linearizer linearizer;
  Row edges;        ///< edges[i] is below code i + min_code; one more after the last code
  Row values;       ///< values[i] is the value of code i + min_code
  Row reciprocals;  ///< by mantissa of the index
  Row cumulative;   ///< by deviate + kDeviates
  Row scale, burst;
  Row index;           ///< dispersion
  Row low, frequency;  ///< as in Interval
  Row plain;           ///< low bits that are sent plain
  // With taps.
  Row past1, past2, tap1, tap2;  ///< state, as in TapsState
  Row after_taps;                ///< prediction
  // With neighbour.
  Row gain1, gain2, gain3;   ///< state, as in NeighbourState
  Row before, second, mean;  ///< inputs of each channel, as in NeighbourInputs
  Row corrected;             ///< prediction
};

}  // namespace nrc
