// SPDX-License-Identifier: Apache-2.0
#include "train/range_trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "stages/dispersion.hpp"
#include "stages/interval.hpp"
#include "stages/linearizer.hpp"
#include "stages/pace.hpp"
#include "stages/predictor.hpp"

namespace nrc {

namespace {

constexpr std::uint32_t kInitialScale = 4096;  // 4 codes
constexpr double kDeviatesPerScale = 128.0;
// Counted as if seen for each code besides what was: rare codes stay near the even width.
constexpr double kWidthPrior = 20.0;
// Expected counts need a sum over many codes, so only every kExpectedStride-th sample's is taken.
constexpr std::size_t kExpectedStride = 8;
// Codes before the state has settled say little about the distribution, unless there are few.
constexpr std::size_t kSettling = 300;
// Codes that the distribution of `generic` counts as, so that a few recordings do not leave
// deviates without a frequency.
constexpr double kMassPrior = 2000.0;

/// Half distribution from the probability of |deviate| in [i, i + 1).
std::vector<std::uint16_t> half_distribution(const std::vector<double>& mass) {
  const double top = kTopFrequency;
  const double middle = (top + kEscapeFrequency) / 2;
  double total = 0;
  for (const double m : mass) total += m;
  std::vector<std::uint16_t> cumulative;
  double sum = 0;
  for (const double m : mass) {
    // An edge with deviate i lies in [i, i + 1), on average in its middle.
    const double c = middle + (top - middle) * (sum + m / 2) / total;
    cumulative.push_back(static_cast<std::uint16_t>(std::min(std::ceil(c), top)));
    sum += m;
  }
  cumulative.back() = kTopFrequency;
  return cumulative;
}

/// Mass of |x| in each deviate, x normal with a part of it twice as wide.
std::vector<double> normal_mixture(double wide_part) {
  const double sigma = kDeviatesPerScale * std::sqrt(std::acos(-1.0) / 2);
  const auto above = [&](double x) {
    return (1 - wide_part) * std::erfc(x / sigma / std::sqrt(2.0)) +
           wide_part * std::erfc(x / sigma / std::sqrt(8.0));
  };
  std::vector<double> mass;
  mass.reserve(kDeviates);
  for (int i = 0; i < kDeviates; ++i) mass.push_back(above(i) - above(i + 1));
  return mass;
}

/// Edges of the code widths, in 1/64 code, over the same span as even codes.
std::vector<std::int32_t> edges_of(const std::vector<double>& widths) {
  double total = 0;
  for (const double w : widths) total += w;
  const double count = static_cast<double>(widths.size());
  std::vector<std::int32_t> edges;
  double position = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    position += widths[i] * count / total;
    const auto edge = static_cast<std::int32_t>(std::lround((position - 0.5 - count / 2) * 64));
    const std::int32_t highest = edges.empty() ? edge : edges.back() + kMaxEdgeStep;
    edges.push_back(std::min(edge, highest));
  }
  return edges;
}

/// Divides out the drift of the widths over many codes, which is the signals' and not the ADC's.
void remove_drift(std::vector<double>& widths) {
  constexpr int kReach = 64;
  constexpr double kSigma = 24;
  const int n = static_cast<int>(widths.size());
  std::vector<double> smooth(widths.size());
  for (int i = 0; i < n; ++i) {
    double sum = 0;
    double weights = 0;
    for (int j = std::max(0, i - kReach); j <= std::min(n - 1, i + kReach); ++j) {
      const double w = std::exp(-0.5 * (i - j) * (i - j) / (kSigma * kSigma));
      sum += w * widths[static_cast<std::size_t>(j)];
      weights += w;
    }
    smooth[static_cast<std::size_t>(i)] = sum / weights;
  }
  for (std::size_t i = 0; i < widths.size(); ++i) widths[i] /= smooth[i];
}

/// What one pass over the codes gathers.
struct Counts {
  std::vector<double> seen;      ///< [code] how often
  std::vector<double> expected;  ///< [code] under the tables at hand
  std::vector<double> mass;      ///< [|deviate|]
};

/// Spreads one code evenly over the deviates of its interval, both signs folded.
void spread(std::vector<double>& mass, double low, double high) {
  const double width = high - low;
  if (!(width > 0)) return;
  const auto add = [&](double from, double to) {  // 0 <= from < to
    for (double at = from; at < to;) {
      const double cell = std::floor(at);
      if (cell >= static_cast<double>(mass.size())) return;
      const double end = std::min(cell + 1, to);
      mass[static_cast<std::size_t>(cell)] += (end - at) / width;
      at = end;
    }
  };
  if (high > 0) add(std::max(low, 0.0), high);
  if (low < 0) add(std::max(-high, 0.0), -low);
}

/// Codes at the start of a channel that are not counted.
std::size_t settling(const std::vector<Code>& codes) {
  return std::min(kSettling, codes.size() / 4);
}

void gather(const std::vector<Code>& codes, const RangeTables& tables, int code_width,
            Counts& counts) {
  const Linearizer linearizer(tables, code_width);
  const IntervalModel model(tables, linearizer);
  const Predictor predictor(code_width);
  const Dispersion dispersion(tables.initial_scale, code_width);
  PredictorState p;
  DispersionState d;
  Pace pace;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const bool reset = i == 0;
    const int boost = pace.next(reset);
    const Code code = codes[i];
    const CodeInterval& interval = linearizer.interval(code);
    const Prediction prediction = predictor.predict(p, reset);
    const int index = dispersion.index(d, reset);
    const bool outermost = code == linearizer.min_code() || code == linearizer.max_code();
    if (i >= settling(codes) && !outermost) {
      const auto at = [&](Code c) { return static_cast<std::size_t>(c - linearizer.min_code()); };
      counts.seen[at(code)] += 1;
      const double per_deviate = IntervalModel::deviate_width(index);
      spread(counts.mass, (interval.low - prediction.value) / per_deviate,
             (interval.high - prediction.value) / per_deviate);
      if (!tables.edges.empty() && i % kExpectedStride == 0) {
        const auto reach = static_cast<std::int32_t>(kDeviates * per_deviate / 64) + 2;
        const std::int32_t first = std::max(prediction.code - reach, linearizer.min_code() + 1);
        const std::int32_t last = std::min(prediction.code + reach, linearizer.max_code() - 1);
        std::uint32_t low = model.cumulative(static_cast<Code>(first), prediction.value, index);
        for (std::int32_t c = first; c <= last; ++c) {
          const std::uint32_t high =
              model.cumulative(static_cast<Code>(c + 1), prediction.value, index);
          counts.expected[at(static_cast<Code>(c))] +=
              static_cast<double>(kExpectedStride) * (high - low) / 65536.0;
          low = high;
        }
      }
    }
    dispersion.update(d, interval.value - prediction.value, reset, boost);
    predictor.update_value(p, prediction, interval.value, reset, boost);
  }
}

}  // namespace

void RangeTrainer::add(std::vector<Code> codes) { channels_.push_back(std::move(codes)); }

RangeTables RangeTrainer::generic() {
  RangeTables tables;
  tables.name = "generic";
  tables.description = "any ADC: even codes, normal innovations with 5 % twice as wide";
  tables.initial_scale = kInitialScale;
  tables.cumulative = half_distribution(normal_mixture(0.05));
  tables.validate();
  return tables;
}

RangeTables RangeTrainer::train(CodeEdges code_edges, int iterations,
                                const std::function<void(std::size_t)>& progress) const {
  const std::size_t codes = std::size_t{1} << code_width_;
  const bool uneven = code_edges == CodeEdges::kTrained;
  RangeTables tables = generic();
  tables.name = "default";
  tables.description = uneven ? fmt::format("{}-bit recordings, uneven ADC codes", code_width_)
                              : fmt::format("{}-bit recordings, even codes", code_width_);
  std::vector<double> widths(uneven ? codes : 0, 1.0);
  if (uneven) {
    tables.code_width = code_width_;
    tables.edges = edges_of(widths);
  }
  std::vector<double> prior = normal_mixture(0.05);
  for (double& mass : prior) mass = mass * kMassPrior + 1e-3;
  std::size_t done = 0;
  for (int i = 0; i < iterations; ++i) {
    Counts counts{std::vector<double>(codes, 0.0), std::vector<double>(codes, 0.0), prior};
    for (const auto& channel : channels_) {
      gather(channel, tables, code_width_, counts);
      if (progress) progress(++done);
    }
    if (uneven) {
      for (std::size_t c = 1; c + 1 < codes; ++c) {
        widths[c] *= (counts.seen[c] + kWidthPrior) / (counts.expected[c] + kWidthPrior);
      }
      remove_drift(widths);
      tables.edges = edges_of(widths);
    }
    tables.cumulative = half_distribution(counts.mass);
  }
  tables.validate();
  return tables;
}

}  // namespace nrc
