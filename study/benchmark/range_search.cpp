// SPDX-License-Identifier: Apache-2.0
//
// range_search [DIR]: how far a range decoder's first guess of a code is from the code. Each step
// is an edge, two products and a look into the distribution, and the next code waits for the last
// one, so this is what a decoder in hardware would take its time for.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <random>

#include "recordings.hpp"
#include "stages/dispersion.hpp"
#include "stages/interval.hpp"
#include "stages/pace.hpp"
#include "stages/predictor.hpp"
#include "stages/shift6.hpp"

namespace nrc::bench {
namespace {

constexpr std::size_t kSamples = std::size_t{1} << 22;
constexpr std::size_t kChannels = 1024;
constexpr int kCodeWidth = 10;

void run(const std::vector<Samples>& recordings) {
  const Samples samples = make_samples(kSamples, kChannels, 1, recordings);
  const RangeTables& tables = RangeTables::builtin("default");
  const Linearizer linearizer(tables, kCodeWidth);
  const Predictor predictor(kCodeWidth);
  const Dispersion dispersion(tables.initial_scale, kCodeWidth);
  const IntervalModel model(tables, linearizer);
  std::vector<PredictorState> predictors(kChannels);
  std::vector<DispersionState> dispersions(kChannels);
  std::mt19937_64 random(1);

  std::map<int, std::size_t> steps;
  std::size_t codes = 0;
  double sum = 0;
  Pace pace;
  int boost = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::size_t c = i % kChannels;
    const bool reset = i < kChannels;
    const Code code = Shift6::code(samples[i]);
    const Prediction p = predictor.predict(predictors[c], reset);
    const int index = dispersion.index(dispersions[c], reset);
    const Interval interval = model.of(code, p.value, index);
    if (!interval.escape()) {
      // The bits after a code are practically random.
      const std::uint32_t target =
          interval.low + static_cast<std::uint32_t>(random() % interval.frequency);
      const int distance = std::abs(model.near(target, p.value, index) - code);
      ++steps[distance];
      sum += distance;
      ++codes;
    }
    const std::int32_t value = linearizer.interval(code).value;
    if (c == 0) boost = pace.next(reset);
    dispersion.update(dispersions[c], value - p.value, reset, boost);
    predictor.update_value(predictors[c], p, value, reset, boost);
  }
  fmt::print("{} codes of {} channels\nsteps from the first guess to the code: mean {:.3f}\n",
             codes, kChannels, sum / static_cast<double>(codes));
  for (const auto& [distance, count] : steps) {
    fmt::print("{:>4} {:8.4f} %\n", distance,
               100.0 * static_cast<double>(count) / static_cast<double>(codes));
  }
}

}  // namespace
}  // namespace nrc::bench

int main(int argc, char** argv) {
  try {
    nrc::bench::run(argc > 1 ? nrc::bench::read_recordings(argv[1], 1024)
                             : std::vector<nrc::bench::Samples>());
    return 0;
  } catch (const std::exception& e) {
    fmt::print(stderr, "range_search: {}\n", e.what());
    return 1;
  }
}
