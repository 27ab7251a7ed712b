// SPDX-License-Identifier: Apache-2.0
#include "cascade/least_squares.hpp"

#include <cmath>

// This file is compiled once for each instruction set; the best one is chosen when it runs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cascade/least_squares.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nrc::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using F64 = hn::CappedTag<double, 8>;
using Vec = hn::Vec<F64>;

constexpr std::size_t kLanes = 8;  ///< of sums, whatever the vectors hold

Vec load(const double* from) { return hn::LoadU(F64(), from); }
void store(Vec v, double* to) { hn::StoreU(v, F64(), to); }
Vec set(double v) { return hn::Set(F64(), v); }

double Dot(const double* a, const double* b, std::size_t count) {
  alignas(64) double sums[kLanes];
  const std::size_t step = hn::Lanes(F64());
  for (std::size_t lane = 0; lane < kLanes; lane += step) {
    Vec sum = hn::Zero(F64());
    for (std::size_t i = lane; i < count; i += kLanes) {
      sum = hn::Add(sum, hn::Mul(load(a + i), load(b + i)));
    }
    store(sum, sums + lane);
  }
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

void AddMultiple(double* to, double factor, const double* from, std::size_t count) {
  const Vec f = set(factor);
  for (std::size_t i = 0; i < count; i += hn::Lanes(F64())) {
    store(hn::Add(load(to + i), hn::Mul(f, load(from + i))), to + i);
  }
}

/// rows[i][j] = rows[i][j] * memory + the products of the block's samples, the oldest first.
void Accumulate(Regressors* rows, const FitBlock& block, double memory) {
  const Vec m = set(memory);
  for (std::size_t i = 0; i <= kRegressors; ++i) {
    // Numbers, as vectors of some machines cannot be elements of an array.
    double factor[kFitBlock];
    for (std::size_t k = 0; k < kFitBlock; ++k) {
      factor[k] = i < kRegressors ? block.regressors[k][i] : block.values[k];
    }
    const std::size_t end = i < kRegressors ? (i / kLanes + 1) * kLanes : kRegressors;
    for (std::size_t j = 0; j < end; j += hn::Lanes(F64())) {
      Vec sum = hn::Mul(load(&rows[i][j]), m);
      for (std::size_t k = 0; k < kFitBlock; ++k) {
        sum = hn::Add(sum, hn::Mul(set(factor[k]), load(&block.regressors[k][j])));
      }
      store(sum, &rows[i][j]);
    }
  }
}

/// Weights by Cholesky's method. @return whether there are any
bool Solve(const Regressors* rows, double* weights) {
  constexpr double kRidge = 30;
  constexpr double kRelativeRidge = 1 + 1.0 / (1 << 30);
  alignas(64) double u[kRegressors][kRegressors];
  for (std::size_t i = 0; i < kRegressors; ++i) {
    for (std::size_t j = 0; j < i; ++j) u[i][j] = 0;
    for (std::size_t j = i; j < kRegressors; ++j) u[i][j] = rows[j][i];
    u[i][i] = u[i][i] * kRelativeRidge + kRidge;
  }
  alignas(64) double y[kRegressors];
  alignas(64) double inverse[kRegressors];
  for (std::size_t i = 0; i < kRegressors; ++i) y[i] = rows[kRegressors][i];
  for (std::size_t k = 0; k < kRegressors; ++k) {
    if (!(u[k][k] > 1)) return false;
    inverse[k] = 1 / std::sqrt(u[k][k]);
    const std::size_t from = k / kLanes * kLanes;
    for (std::size_t j = from; j < kRegressors; j += hn::Lanes(F64())) {
      store(hn::Mul(load(u[k] + j), set(inverse[k])), u[k] + j);
    }
    y[k] *= inverse[k];
    for (std::size_t i = k + 1; i < kRegressors; ++i) {
      const double factor = u[k][i];
      y[i] -= factor * y[k];
      const Vec f = set(factor);
      for (std::size_t j = i / kLanes * kLanes; j < kRegressors; j += hn::Lanes(F64())) {
        store(hn::Sub(load(u[i] + j), hn::Mul(f, load(u[k] + j))), u[i] + j);
      }
    }
  }
  for (std::size_t k = kRegressors; k-- > 0;) {
    weights[k] = y[k] * inverse[k];
    for (std::size_t i = 0; i < k; ++i) y[i] -= u[i][k] * weights[k];
  }
  return true;
}

}  // namespace
}  // namespace nrc::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nrc {

HWY_EXPORT(Dot);
HWY_EXPORT(AddMultiple);
HWY_EXPORT(Accumulate);
HWY_EXPORT(Solve);

double dot_product(const double* a, const double* b, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(Dot)(a, b, count);
}

void add_multiple(double* to, double factor, const double* from, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(AddMultiple)(to, factor, from, count);
}

LeastSquares::LeastSquares(double memory, int interval)
    : memory_(memory), interval_(interval), sums_(std::make_unique<Sums>()) {
  weights_[0] = 1;
}

double LeastSquares::predict(const Regressors& x) const {
  return dot_product(weights_.data(), x.data(), kRegressors);
}

void LeastSquares::add(const FitBlock& block) {
  constexpr double kMaxCoefficient = 1e6;
  HWY_DYNAMIC_DISPATCH(Accumulate)(sums_->rows.data(), block, memory_);
  if (++blocks_ < interval_) return;
  blocks_ = 0;
  Regressors fitted = {};
  if (!HWY_DYNAMIC_DISPATCH(Solve)(sums_->rows.data(), fitted.data())) return;
  for (const double w : fitted) {
    if (!(std::abs(w) < kMaxCoefficient)) return;
  }
  weights_ = fitted;
}

void LeastSquares::fade() {
  constexpr double kFade = 0.125;
  for (Regressors& row : sums_->rows) {
    for (double& sum : row) sum *= kFade;
  }
}

}  // namespace nrc
#endif  // HWY_ONCE
