// SPDX-License-Identifier: Apache-2.0
//
// Trains the tables of the range profile from recordings: the edges of the ADC's codes and the
// distribution of the innovation, in turn, as each needs the other.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "nrc/range_tables.hpp"

namespace nrc {

/// Whether the codes of an ADC have edges of their own.
enum class CodeEdges {
  kEven,     ///< all codes are equally wide; any code width
  kTrained,  ///< codes of kMinRangeCodeWidth..kMaxEdgeCodeWidth bits
};

class RangeTrainer {
 public:
  /// @param code_width  kMinRangeCodeWidth..kMaxCodeWidth
  explicit RangeTrainer(int code_width) : code_width_(code_width) {}

  /// Keeps one channel's codes, in time order.
  void add(std::vector<Code> codes);

  /// The trained tables. Each iteration goes through all codes once; two to four are enough.
  /// @param progress  called after each channel with the number of passes over channels done
  RangeTables train(CodeEdges code_edges = CodeEdges::kTrained, int iterations = 3,
                    const std::function<void(std::size_t done)>& progress = {}) const;

  /// Tables for any ADC: even codes, normal innovations with a wider part mixed in.
  static RangeTables generic();

 private:
  int code_width_;
  std::vector<std::vector<Code>> channels_;
};

}  // namespace nrc
