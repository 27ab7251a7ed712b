// SPDX-License-Identifier: Apache-2.0
#include "train/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nrc/error.hpp"
#include "stages/context.hpp"
#include "stages/huffman.hpp"
#include "stages/pace.hpp"
#include "stages/predictor.hpp"

namespace nrc {

namespace {

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

std::size_t table_count(const TableSet& shape) {
  std::size_t tables = 0;
  for (const ScaleClass& c : shape.classes) {
    tables = std::max(tables, c.first_table + static_cast<std::size_t>(c.tables()));
  }
  return tables;
}

/// Class of the thresholds below, in codes.
ScaleClass scale_class(double below, int first_table, int modulus_bits, bool split, int raw_bits) {
  ScaleClass c;
  if (below > 0) c.below = static_cast<std::uint16_t>(std::lround(below * (1 << kThresholdFrac)));
  c.first_table = static_cast<std::uint16_t>(first_table);
  c.modulus_bits = static_cast<std::uint8_t>(modulus_bits);
  c.split = split;
  c.raw_bits = static_cast<std::uint8_t>(raw_bits);
  return c;
}

}  // namespace

Trainer::Trainer(TableSet shape, int code_width)
    : shape_(std::move(shape)), code_width_(code_width) {
  shape_.lengths.clear();
  counts_.assign(table_count(shape_),
                 std::vector<double>(static_cast<std::size_t>(shape_.symbols()), 0.0));
}

void Trainer::add(const Code* codes, std::size_t count) {
  const Predictor predictor(code_width_);
  const Context context(shape_, code_width_);
  PredictorState predictor_state;
  ContextState context_state;
  Pace pace;
  const std::int32_t half = shape_.symbols() / 2;
  for (std::size_t i = 0; i < count; ++i) {
    const bool reset = i == 0;
    const int boost = pace.next(reset);
    const Prediction prediction = predictor.predict(predictor_state, reset);
    const CodingContext c = context.select(context_state, prediction.code, reset);
    const std::int32_t value = (codes[i] - prediction.code) >> c.raw_bits;
    const bool escape = value <= -half || value >= half;
    const auto symbol = static_cast<std::size_t>(escape ? 0 : value + half);
    counts_[static_cast<std::size_t>(c.table)][symbol] += 1.0;
    context.update(context_state, Predictor::innovation(prediction, codes[i]), reset, boost);
    predictor.update(predictor_state, prediction, codes[i], reset, boost);
  }
  codes_ += count;
}

double Trainer::typical_scale(std::size_t k) const {
  const auto codes = [this](std::size_t i) {
    return static_cast<double>(shape_.classes[i].below) / (1 << kThresholdFrac);
  };
  if (shape_.classes.size() == 1) return std::ldexp(1.0, shape_.symbol_bits - 3);
  if (k == 0) return codes(0) / 2;
  if (k + 1 == shape_.classes.size()) return codes(k - 1) * 1.5;
  return std::sqrt(codes(k - 1) * codes(k));
}

std::vector<double> Trainer::prior(const ScaleClass& c, double scale) const {
  // A normal distribution's mean absolute value is sqrt(2 / pi) of its deviation. One code of
  // rounding in the prediction and a floor for each symbol keep rare events affordable.
  const double sigma = std::max(scale, 0.2) * std::sqrt(std::acos(-1.0) / 2);
  const double step = std::ldexp(1.0, c.raw_bits);
  const int half = shape_.symbols() / 2;
  std::vector<double> p(static_cast<std::size_t>(shape_.symbols()));
  double inside = 0;
  for (int v = 1 - half; v < half; ++v) {
    const double low = v * step - 0.5;
    const double mass = normal_cdf((low + step) / sigma) - normal_cdf(low / sigma) + 1e-5;
    p[static_cast<std::uint32_t>(v + half)] = mass;
    inside += mass;
  }
  p[0] = std::max(1.0 - inside, 0.0) + 1e-3;
  return p;
}

TableSet Trainer::train(double prior_weight) const {
  TableSet set = shape_;
  std::vector<std::vector<double>> weights = counts_;
  for (std::size_t k = 0; k < set.classes.size(); ++k) {
    const ScaleClass& c = set.classes[k];
    const std::vector<double> p = prior(c, typical_scale(k));
    for (int t = 0; t < c.tables(); ++t) {
      auto& table = weights[c.first_table + static_cast<std::size_t>(t)];
      for (std::size_t s = 0; s < table.size(); ++s) table[s] += prior_weight * p[s];
    }
  }
  for (const auto& table : weights) set.lengths.push_back(limited_lengths(table, kMaxCodeLength));
  set.validate();
  return set;
}

TableSet table_shape(const std::string& name) {
  TableSet shape;
  shape.name = name;
  if (name == "default") {
    // Most codes of an implant's recordings fall into the three classes from 2.5 to 6.5 codes,
    // which have 64 tables each; 64 more tables serve quiet and noisy channels. Above 9 codes
    // two rows of tables serve an octave, and raw low bits take the octaves above.
    shape.description = "10-bit implant recordings, uneven ADC codes, 256 tables";
    const int quiet = 0;
    const int middle = 16;
    const int wide = 208;
    shape.classes = {
        scale_class(1.25, quiet, 3, false, 0),      scale_class(2.5, quiet + 8, 3, false, 0),
        scale_class(3.6, middle, 5, true, 0),       scale_class(4.6, middle + 64, 5, true, 0),
        scale_class(6.5, middle + 128, 5, true, 0), scale_class(9, wide, 4, false, 0),
        scale_class(13, wide + 16, 4, false, 1),    scale_class(18, wide + 32, 4, false, 1),
        scale_class(26, wide + 16, 4, false, 2),    scale_class(36, wide + 32, 4, false, 2),
        scale_class(52, wide + 16, 4, false, 3),    scale_class(72, wide + 32, 4, false, 3),
        scale_class(144, wide + 32, 4, false, 4),   scale_class(288, wide + 32, 4, false, 5),
        scale_class(576, wide + 32, 4, false, 6),   scale_class(0, wide + 32, 4, false, 8),
    };
  } else if (name == "generic") {
    // Any ADC: nothing is known of its codes, so a class has one table. The classes go from a
    // fraction of a code to thousands; raw bits keep the wide ones inside the 64 symbols.
    shape.description = "any ADC up to 16 bits: normal innovations over even code widths";
    struct Row {
      double below;
      int raw_bits;
    };
    constexpr Row kRows[] = {{0.25, 0}, {0.45, 0}, {0.75, 0}, {1.2, 0},  {1.8, 0}, {2.6, 0},
                             {3.7, 0},  {5.2, 0},  {7.4, 0},  {10.5, 0}, {21, 1},  {60, 3},
                             {170, 4},  {500, 6},  {1400, 7}, {0, 9}};
    for (const Row& row : kRows) {
      shape.classes.push_back(
          scale_class(row.below, static_cast<int>(shape.classes.size()), 0, false, row.raw_bits));
    }
  } else {
    throw Error("there is no table shape '" + name + "'; known: default, generic");
  }
  return shape;
}

}  // namespace nrc
