// SPDX-License-Identifier: Apache-2.0
//
// Stage context: chooses the Huffman table of a code from the channel's scale and the predicted
// code (docs/bitstream.md, section 4), and keeps the scale. RTL: nrc_context.
#pragma once

#include <cstdint>

#include "nrc/table_set.hpp"

namespace nrc {

/// Context state of one channel: running mean of |innovation| in 1/1024 code, width + 6 bits.
struct ContextState {
  std::uint32_t scale = 0;
};

/// The table that codes a residual, and how many of its low bits go uncoded.
struct CodingContext {
  int table;
  int raw_bits;
};

class Context {
 public:
  /// Keeps a reference: the table set outlives the object.
  Context(const TableSet& tables, int code_width);

  /// Class (0-based) of a scale.
  int class_of(std::uint32_t scale) const;

  /// Table and raw bits for the code predicted as `predicted_code`. With reset the state counts as
  /// just reset.
  CodingContext select(const ContextState& state, std::int32_t predicted_code, bool reset) const;

  /// Table and raw bits for the number of a multiple of a rounding step (section 14): the widths
  /// of single codes mean nothing then, so the set's classes have one table each.
  /// @param scale  of the channel, 1/1024 code
  CodingContext select_rounded(std::uint32_t scale, int step) const;

  /// The scale that a code is coded by, 1/1024 code. With reset that of a reset.
  std::uint32_t scale(const ContextState& state, bool reset) const {
    return reset ? tables_.initial_scale : state.scale;
  }

  /// Table and raw bits of a class.
  CodingContext of_class(int noise_class, std::int32_t predicted_code) const;

  /// Moves the state past an innovation (1/64 code). `reset` as given to select(); `boost` of stage
  /// pace.
  void update(ContextState& state, std::int32_t innovation, bool reset, int boost) const;

 private:
  /// The first class whose bound, `factor` times, is above a scale in 1/16 code.
  int class_at(std::uint32_t level, std::uint32_t factor) const;

  const TableSet& tables_;
  std::int32_t cap_;  ///< largest |innovation| that counts, 1/64 code
};

}  // namespace nrc
