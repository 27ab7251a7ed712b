// SPDX-License-Identifier: Apache-2.0
#include "cascade/code_model.hpp"

#include "nrc/error.hpp"

namespace nrc {

namespace {

/// How each distribution follows the signal: shape, and 1/2^rate of the scale's distance a code.
struct Kind {
  Shape shape;
  int rate;
};
constexpr std::array<Kind, 6> kKinds = {{{Shape::kNormal, 5},
                                         {Shape::kNormal, 8},
                                         {Shape::kLogistic, 4},
                                         {Shape::kStudent, 8},
                                         {Shape::kNormal, 7},
                                         {Shape::kNormal, 7}}};
constexpr std::size_t kSteadyScale = 1;  ///< these two show whether the signal is calm
constexpr std::size_t kLiveScale = 2;

constexpr int kMaxShiftBits = 16;
constexpr int kWeightRate = 22;  ///< error times log odds is shifted by so much, at first
constexpr int kSlowerBy = 3;     ///< and by so much more in the end
constexpr int kSlowerFrom = 8;   ///< from 2^8 decisions on
constexpr std::int32_t kMaxWeight = 1 << 23;
constexpr int kCounterRate = 5;
constexpr int kCounterSteadies = 255;  ///< decisions after which a slow counter moves no slower
constexpr int kNodeSteadies = 4;       ///< few: each channel may have values of its own
constexpr std::int32_t kEdgeStart = 12;
constexpr std::int32_t kEdgeSteadies = 1023;  ///< decisions after which an edge moves no slower
constexpr std::int32_t kEdgeKnown = 250;      ///< decisions that an edge of the tables is worth
constexpr std::int32_t kMaxShift = 30000;

}  // namespace

CodeModel::CodeModel(const RangeTables& tables, int code_width)
    : curves_(Curves::instance()),
      edges_(tables.edges.empty() ? nullptr : tables.edges.data()),
      min_code_(-(1 << (code_width - 1))),
      max_code_((1 << (code_width - 1)) - 1),
      scales_{Scale(4 * kOne << Scale::kFraction), Scale(4 * kOne << Scale::kFraction),
              Scale(4 * kOne << Scale::kFraction), Scale(4 * kOne << Scale::kFraction),
              Scale(4 * kOne << Scale::kFraction), Scale(4 * kOne << Scale::kFraction)},
      first_scale_((std::int64_t{kOne} << Scale::kFraction) << std::max(code_width - 5, 0)),
      nodes_(kNodes),
      weights_((kFirst + 1) * kDecisionKinds),
      edge_shifts_(std::size_t{1} << std::min(code_width, kMaxShiftBits)) {
  if (edges_ != nullptr) {
    for (EdgeShift& e : edge_shifts_) e.decisions = kEdgeKnown;
  }
}

void CodeModel::expect(const CascadePrediction& expected) {
  expected_ = expected;
  for (std::size_t i = 0; i < kDistributions; ++i) {
    const std::int32_t mean = i == 4 ? expected.slow : i == 5 ? expected.fast : expected.full;
    distributions_[i] = {mean, scales_[i].reciprocal(), kKinds[i].shape};
  }
  const std::int64_t steady = scales_[kSteadyScale].value();
  const std::int64_t live = scales_[kLiveScale].value();
  steadiness_ = 5 * live < 4 * steady ? 0 : 4 * live < 5 * steady ? 1 : 2;
}

void CodeModel::update(std::int32_t value) {
  const int fastest = floor_log2(static_cast<std::uint32_t>(pace_) + 2);
  if (pace_ < 1 << 16) ++pace_;
  for (std::size_t i = 0; i < kDistributions; ++i) {
    scales_[i].update(std::int64_t{value} - distributions_[i].mean,
                      std::min(kKinds[i].rate, fastest));
  }
}

std::uint32_t CodeModel::probability(const Masses& low, const Masses& middle, const Masses& high,
                                     DecisionKind kind) {
  for (std::size_t i = 0; i < kDistributions; ++i) {
    const std::int32_t below = curves_.log2(std::max(middle[i] - low[i], 1));
    const std::int32_t above = curves_.log2(std::max(high[i] - middle[i], 1));
    log_odds_[i] = std::clamp(above - below, -Curves::kLimit, Curves::kLimit);
  }
  const Counter& counter = counters_[kind.context];
  const auto odds_of = [this](std::int32_t p) {
    return curves_.log2(p + 1) - curves_.log2(65536 - p);
  };
  log_odds_[kDistributions] = odds_of(counter.fast);
  log_odds_[kDistributions + 1] = odds_of(counter.slow);
  log_odds_[kDistributions + 2] = odds_of(nodes_[kind.node].p);
  const Weights& weights = weights_[steadiness_ * kDecisionKinds + kind.weights];
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < kInputs; ++i) {
    sum += std::int64_t{weights.inputs[i]} * log_odds_[i];
  }
  p_ = curves_.probability(sum >> 16);
  return p_;
}

void CodeModel::learn(bool above, std::int32_t edge, DecisionKind kind) {
  const std::int32_t error = (above ? 65536 : 0) - static_cast<std::int32_t>(p_);
  Weights& weights = weights_[steadiness_ * kDecisionKinds + kind.weights];
  const int slower = floor_log2(static_cast<std::uint32_t>(weights.decisions >> kSlowerFrom) + 1);
  const int rate = kWeightRate + std::min(kSlowerBy, slower);
  if (weights.decisions < 1 << 16) ++weights.decisions;
  for (std::size_t i = 0; i < kInputs; ++i) {
    const auto step = static_cast<std::int32_t>((std::int64_t{log_odds_[i]} * error) >> rate);
    weights.inputs[i] = std::clamp(weights.inputs[i] + step, -kMaxWeight, kMaxWeight);
  }
  if (fine_) {
    EdgeShift& e = edge_shifts_[shift_index(edge)];
    e.shift = std::clamp(e.shift - error * 4 / (e.decisions + kEdgeStart), -kMaxShift, kMaxShift);
    if (e.decisions < kEdgeSteadies) ++e.decisions;
  }
  Counter& counter = counters_[kind.context];
  const int target = above ? 65535 : 0;
  const int fast = counter.fast;
  counter.fast = static_cast<std::uint16_t>(above ? fast + ((target - fast) >> kCounterRate)
                                                  : fast - (fast >> kCounterRate));
  counter.slow = static_cast<std::uint16_t>(counter.slow + (target - counter.slow) * 2 /
                                                               (2 * counter.decisions + 3));
  if (counter.decisions < kCounterSteadies) ++counter.decisions;
  Node& node = nodes_[kind.node];
  node.p = static_cast<std::uint16_t>(node.p + (target - node.p) * 2 / (2 * node.decisions + 3));
  if (node.decisions < kNodeSteadies) ++node.decisions;
}

}  // namespace nrc
