// SPDX-License-Identifier: Apache-2.0
//
// The stages of all channels of a frame at a time, with vector instructions: what predictor,
// context, huffman, linearizer, dispersion and interval do for one code, on arrays. Integer for
// integer the same as those classes. Products that need more than 32 bits are made of two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/range_tables.hpp"
#include "nrc/table_set.hpp"
#include "stages/linearizer.hpp"
#include "stages/pace.hpp"

namespace nrc {

/// Values of one kind, by channel. Padded, so that vectors need no tails.
using Lanes = std::vector<std::int32_t>;

/// Predictor of all channels (docs/bitstream.md, section 3).
struct PredictorLanes {
  PredictorLanes(int code_width, std::size_t channels);
  /// As before a key packet.
  void reset();

  std::size_t count;                  ///< channels, padded
  std::int32_t min_value, max_value;  ///< of a prediction, 1/64 code
  Lanes level, weight, last;          ///< state, as in PredictorState
  Lanes deviation, value;             ///< prediction, as in Prediction
  Lanes code;                         ///< of the frame at hand
  Pace pace;                          ///< moved on by reset() and update()
  int boost = 0;                      ///< of the frame at hand
};

/// Huffman profile: what chooses a code's table, and the scale.
struct HuffmanLanes : PredictorLanes {
  HuffmanLanes(const TableSet& tables, int code_width, std::size_t channels);
  void reset();

  /// Prediction, table and raw bits of all channels.
  void expect();
  /// Codewords of `code`, after expect(). Memory: as HuffmanEncoder::memory(), but the code's
  /// length in front of its bits, length << 16 | bits.
  void encode(const std::vector<std::int32_t>& memory);
  /// Moves all state past `code`.
  void update();
  /// Instead of update() in a frame that began with reset().
  void update_reset();

  int code_width, symbol_bits;
  std::int32_t initial_scale, cap;
  Lanes below;    ///< thresholds of the classes but the last one
  Lanes classes;  ///< first table | raw bits << 16 | modulus bits << 20 | split << 24
  Lanes scale;
  Lanes predicted, table, raw_bits;  ///< as in Prediction and CodingContext
  Lanes bits, length;                ///< as in Codeword
};

/// Range profile: what a code's interval follows from.
struct RangeLanes : PredictorLanes {
  RangeLanes(const RangeTables& tables, int code_width, std::size_t channels);
  void reset();

  /// Prediction and dispersion index of all channels.
  void expect();
  /// Intervals of the groups of `code`, and how many of its low bits are plain, after expect().
  void intervals();
  void update();
  void update_reset();

  /// Cumulative frequency of an edge, as IntervalModel has it.
  std::int32_t at_edge(std::int32_t edge, std::int32_t prediction, std::int32_t index_of) const;

  std::int32_t min_code, max_code, initial_scale, cap;
  std::int32_t plain_octave;  ///< the last one of the index without plain bits
  Linearizer linearizer;
  Lanes edges;        ///< edges[i] is below code i + min_code; one more after the last code
  Lanes values;       ///< values[i] is the value of code i + min_code
  Lanes reciprocals;  ///< by mantissa of the index
  Lanes cumulative;   ///< by deviate + kDeviates
  Lanes scale, burst;
  Lanes index;           ///< dispersion
  Lanes low, frequency;  ///< as in Interval
  Lanes plain;           ///< low bits that are sent plain
};

}  // namespace nrc
