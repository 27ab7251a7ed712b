// SPDX-License-Identifier: Apache-2.0
//
// Stage least squares of the cascade profile: a linear prediction whose weights follow the signal,
// fitted anew every few samples (docs/bitstream.md, section 15). No RTL.
//
// All numbers are IEEE 754 binary64, and each result is that of one operation, rounded: the library
// is compiled without contraction to fused operations. Vectors hold numbers that do not depend on
// each other, so that the results are those of any processor.
#pragma once

#include <array>
#include <cfloat>
#include <cstddef>
#include <limits>
#include <memory>

namespace nrc {

static_assert(std::numeric_limits<double>::is_iec559 && FLT_EVAL_METHOD == 0,
              "the cascade profile needs binary64 whose results have its own precision");

/// Regressors of a prediction.
constexpr std::size_t kRegressors = 32;
/// Samples that are taken into the sums together.
constexpr std::size_t kFitBlock = 8;

using Regressors = std::array<double, kRegressors>;

/// Samples that wait to be taken into the sums.
struct FitBlock {
  std::array<Regressors, kFitBlock> regressors;
  std::array<double, kFitBlock> values;
};

class LeastSquares {
 public:
  /// @param memory    what is left of the sums after a block
  /// @param interval  blocks from one fit to the next
  LeastSquares(double memory, int interval);

  double predict(const Regressors& x) const;
  /// Takes a block into the sums, and fits the weights if that is due.
  void add(const FitBlock& block);
  /// Lessens the sums, as another channel begins.
  void fade();

 private:
  /// Sums of products, of which [i][j] has a meaning for j <= i; the last row is that of the
  /// values.
  struct alignas(64) Sums {
    std::array<Regressors, kRegressors + 1> rows = {};
  };

  double memory_;
  int interval_;
  int blocks_ = 0;  ///< since the last fit
  std::unique_ptr<Sums> sums_;
  alignas(64) Regressors weights_ = {};
};

/// Sum of the products of `count` numbers, a multiple of 8, in the order of section 15.
double dot_product(const double* a, const double* b, std::size_t count);
/// to[i] += factor * from[i]
void add_multiple(double* to, double factor, const double* from, std::size_t count);

}  // namespace nrc
