// SPDX-License-Identifier: Apache-2.0
//
// Stage code model of the cascade profile: a code as a sequence of decisions, each with a
// probability that is mixed from several distributions and from what such decisions were before
// (docs/bitstream.md, section 15). No RTL.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cascade/cascade_predictor.hpp"
#include "cascade/curves.hpp"
#include "nrc/format.hpp"
#include "nrc/range_tables.hpp"

namespace nrc {

class CodeModel {
 public:
  /// Keeps a reference: the tables outlive the object. Their edges are used if there are any.
  CodeModel(const RangeTables& tables, int code_width);

  /// Codes the first code of a channel; what is known of it is that of the channel before.
  /// @param coder     BitEncoder or BitDecoder
  /// @param expected  value of the other code, 1/64 code
  /// @param code      for a decoder without meaning
  /// @return the code
  template <class Coder>
  std::int32_t first_code(Coder& coder, std::int32_t expected, std::int32_t code) {
    distributions_.fill({expected, first_scale_.reciprocal(), Shape::kNormal});
    steadiness_ = kFirst;
    code = walk(coder, first_scale_.value(), expected, code);
    first_scale_.update(value(code) - expected, kFirstRate);
    return code;
  }

  /// Codes another one.
  template <class Coder>
  std::int32_t next_code(Coder& coder, const CascadePrediction& expected, std::int32_t code) {
    expect(expected);
    code = walk(coder, scales_[0].value(), expected.full, code);
    update(value(code));
    return code;
  }

  /// Another channel may have another scale: lets the scales move fast.
  void begin_channel() { pace_ = std::min(pace_, kChannelPace); }

  /// The value of a code, 1/64 code.
  std::int32_t value(std::int32_t code) const {
    if (edges_ == nullptr || code == min_code_ || code == max_code_) return code * kOne;
    return ((lower_edge(code) + lower_edge(code + 1)) >> 1) & ~(kValueStep - 1);
  }

 private:
  static constexpr std::int32_t kOne = 1 << kFracBits;
  static constexpr std::size_t kDistributions = 6;
  /// To the mixing; the last three are a fast and a slow counter and a node.
  static constexpr std::size_t kInputs = kDistributions + 3;
  static constexpr std::size_t kContexts = 28 * 64;
  static constexpr std::size_t kNodes = 1 << 16;
  static constexpr std::size_t kDecisionKinds = 49;
  static constexpr std::size_t kFirst = 3;  ///< steadiness of a channel's first code
  static constexpr int kFirstRate = 2;
  static constexpr int kChannelPace = 14;

  /// Mean magnitude of an error, in 1/256 of 1/64 code.
  class Scale {
   public:
    explicit Scale(std::int64_t value) : value_(value) {}
    /// At least 1/8 code.
    std::int64_t value() const { return std::max<std::int64_t>(value_, kLeast); }
    std::int64_t reciprocal() const { return (std::int64_t{1} << 40) / value(); }
    void update(std::int64_t error, int rate) {
      value_ += ((std::max(error, -error) << kFraction) - value_) >> rate;
    }
    static constexpr int kFraction = 8;

   private:
    static constexpr std::int64_t kLeast = 8 << kFraction;
    std::int64_t value_;
  };

  /// What a code may be, and how likely.
  struct Distribution {
    std::int32_t mean;        ///< 1/64 code
    std::int64_t reciprocal;  ///< of the scale
    Shape shape;
  };
  /// One number for each distribution.
  using Masses = std::array<std::int32_t, kDistributions>;

  /// Weights of the inputs, in 1/65536.
  struct Weights {
    Weights() {
      inputs.fill(65536 / static_cast<int>(kDistributions));
      std::fill(inputs.begin() + kDistributions, inputs.end(), 0);
    }
    std::array<std::int32_t, kInputs> inputs;
    std::int32_t decisions = 0;
  };

  /// How far a code's lower edge is from where it ought to be.
  struct EdgeShift {
    std::int32_t shift = 0;  ///< 1/65536 code
    std::int32_t decisions = 0;
  };

  /// Probability of "not below", in 1/65536.
  struct Counter {
    std::uint16_t fast = 1 << 15;
    std::uint16_t slow = 1 << 15;
    std::uint16_t decisions = 0;
  };

  /// The same of the decisions about one code, which is how values that do not occur are found.
  struct Node {
    std::uint16_t p = 1 << 15;
    std::uint16_t decisions = 0;
  };

  /// Where a decision belongs.
  struct DecisionKind {
    std::size_t weights;
    std::size_t context;
    std::size_t node;
  };

  std::int32_t lower_edge(std::int32_t code) const {
    return edges_ == nullptr ? code * kOne - kOne / 2
                             : edges_[static_cast<std::size_t>(code - min_code_) - 1];
  }

  std::size_t shift_index(std::int32_t code) const {
    return static_cast<std::uint32_t>(code) & (edge_shifts_.size() - 1);
  }

  /// Masses below the lower edge of a code.
  void masses_below(std::int32_t code, Masses& masses) const {
    std::int64_t edge = lower_edge(code);
    if (fine_) edge += edge_shifts_[shift_index(code)].shift >> (16 - kFracBits);
    for (std::size_t i = 0; i < kDistributions; ++i) {
      const Distribution& d = distributions_[i];
      masses[i] = curves_.cumulative(d.shape, ((edge - d.mean) * d.reciprocal) >> 16);
    }
  }

  void expect(const CascadePrediction& expected);
  void update(std::int32_t value);

  /// Probability that a code is not below `edge`, with the masses below the interval that it is in,
  /// below the edge, and below the end of the interval.
  std::uint32_t probability(const Masses& low, const Masses& middle, const Masses& high,
                            DecisionKind kind);
  void learn(bool above, std::int32_t edge, DecisionKind kind);

  template <class Coder>
  bool decide(Coder& coder, std::int32_t code, std::int32_t edge, const Masses& low,
              const Masses& middle, const Masses& high, DecisionKind kind) {
    const bool above = coder.decide(probability(low, middle, high, kind), code >= edge);
    learn(above, edge, kind);
    return above;
  }

  /// Codes the code that is given, or finds the one that is coded.
  template <class Coder>
  std::int32_t walk(Coder& coder, std::int64_t scale, std::int32_t expected, std::int32_t code);

  /// @param group  of the contexts
  /// @param low    bits that tell the contexts of a group apart
  static DecisionKind kind_of(std::size_t weights, std::size_t group, std::int32_t low,
                              std::int32_t edge) {
    const std::uint32_t hash = (static_cast<std::uint32_t>(edge) * 2654435761u) ^
                               (static_cast<std::uint32_t>(group) * (40503u << 7));
    return {weights, group * 64 + static_cast<std::size_t>(low & 63), (hash >> 8) % kNodes};
  }
  static DecisionKind first_kind(std::int32_t edge) { return kind_of(0, 1, edge, edge); }
  static DecisionKind outward_kind(int count, bool up, std::int32_t edge) {
    const std::size_t side = up ? 1 : 0;
    return kind_of(1 + 2 * static_cast<std::size_t>(std::min(count, 11)) + side,
                   2 + 2 * static_cast<std::size_t>(std::min(count, 3)) + side, edge, edge);
  }
  static DecisionKind inward_kind(int level, std::int32_t edge) {
    return kind_of(25 + static_cast<std::size_t>(std::min(level, 23)),
                   12 + static_cast<std::size_t>(std::min(level, 15)), edge >> level, edge);
  }

  const Curves& curves_;
  const std::int32_t*
      edges_;  ///< edges_[i] is the lower one of code min_code_ + 1 + i; may be null
  std::int32_t min_code_;
  std::int32_t max_code_;
  std::array<Scale, kDistributions> scales_;
  Scale first_scale_;
  int pace_ = 0;  ///< codes since the start of the packet
  CascadePrediction expected_ = {};
  std::array<Distribution, kDistributions> distributions_;
  std::size_t steadiness_ = 0;
  bool fine_ = false;  ///< codes are so coarse that their edges matter
  std::vector<Node> nodes_;
  std::vector<Weights> weights_;        ///< [steadiness * kDecisionKinds + kind]
  std::vector<EdgeShift> edge_shifts_;  ///< by the code's low bits
  std::array<Counter, kContexts> counters_;
  // Of the decision that is due.
  std::array<std::int32_t, kInputs> log_odds_ = {};
  std::uint32_t p_ = 0;
};

template <class Coder>
std::int32_t CodeModel::walk(Coder& coder, std::int64_t scale, std::int32_t expected,
                             std::int32_t code) {
  constexpr int kFineCell = 1;
  constexpr int kEvenSteps = 8;
  // Cells of 2^cell codes, about as wide as the scale.
  const int width_bits = floor_log2(static_cast<std::uint32_t>(max_code_ - min_code_) + 1);
  const std::int64_t codes = scale >> (Scale::kFraction + kFracBits);
  int cell = codes < 2 ? 0 : floor_log2(static_cast<std::uint32_t>(codes));
  cell = std::min(cell, width_bits - 1);
  fine_ = cell <= kFineCell;

  const std::int32_t begin = min_code_;
  const std::int32_t end = max_code_ + 1;
  Masses low;
  Masses middle;
  Masses high;

  // The edge of a cell that is next to what is expected.
  const std::int32_t cell_begin =
      (std::clamp((expected + kOne / 2) >> kFracBits, min_code_, max_code_) >> cell) * (1 << cell);
  const std::int32_t cell_end = cell_begin + (1 << cell);
  std::int32_t edge =
      expected - (cell_begin * kOne - kOne / 2) <= (cell_end * kOne - kOne / 2) - expected
          ? cell_begin
          : cell_end;
  edge = std::clamp(edge, begin + (1 << cell), end - (1 << cell));
  low.fill(0);
  high.fill(1 << Curves::kMassBits);
  masses_below(edge, middle);
  const bool up = decide(coder, code, edge, low, middle, high, first_kind(edge));
  std::int32_t from = up ? edge : begin;
  std::int32_t to = up ? end : edge;

  // Outwards cell by cell, after some of them in steps that double.
  (up ? low : high) = middle;
  bool inside = false;
  std::int64_t step = std::int64_t{1} << cell;
  for (int count = 0; !inside && to - from > step; ++count) {
    edge = static_cast<std::int32_t>(up ? from + step : to - step);
    masses_below(edge, middle);
    const bool above = decide(coder, code, edge, low, middle, high, outward_kind(count, up, edge));
    (above ? from : to) = edge;
    (above ? low : high) = middle;
    inside = above != up;
    if (count >= kEvenSteps - 1) step *= 2;
  }

  // Halves, at the edges whose codes have the most zeros at the end.
  while (to - from > 1) {
    const int level = floor_log2(static_cast<std::uint32_t>(to - from - 1));
    edge = ((to - 1) >> level) * (1 << level);
    if (edge <= from) edge = from + (to - from) / 2;
    masses_below(edge, middle);
    const bool above = decide(coder, code, edge, low, middle, high, inward_kind(level, edge));
    (above ? from : to) = edge;
    (above ? low : high) = middle;
  }
  return from;
}

}  // namespace nrc
