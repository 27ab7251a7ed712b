// SPDX-License-Identifier: Apache-2.0
#include "cascade/curves.hpp"

#include <cmath>

namespace nrc {

namespace {

// Powers are products and the normal distribution is a sum of them: exp() and erf() differ from one
// mathematical library to the next, products and sums of binary64 do not.
constexpr double kRootOfHalf = 0.9785720620877001;    ///< 2^(-1/32)
constexpr double kNormalFirst = 0.9999222906449717;   ///< exp(-1 / (4096 pi))
constexpr double kNormalChange = 0.9998445873286874;  ///< exp(-2 / (4096 pi))

std::int32_t rounded(double v) { return static_cast<std::int32_t>(std::floor(v + 0.5)); }

}  // namespace

const Curves& Curves::instance() {
  static const Curves curves;
  return curves;
}

Curves::Curves() {
  constexpr int kHalf = kReach << kCurveBits;
  // [k]: 2^(-k / 32)
  std::array<double, kHalf + 1> power;
  // [k]: mass of the normal distribution between 0 and k / 64, not to scale
  std::array<double, kHalf + 1> normal;
  double density = 1;
  double ratio = kNormalFirst;
  power[0] = 1;
  normal[0] = 0;
  for (std::size_t k = 1; k <= kHalf; ++k) {
    power[k] = power[k - 1] * kRootOfHalf;
    const double next = density * ratio;
    ratio *= kNormalChange;
    normal[k] = normal[k - 1] + (density + next);
    density = next;
  }

  // All but 2^15 of the mass has the shape; the rest is uniform, so that no interval is empty.
  constexpr std::int32_t kAll = 1 << kMassBits;
  constexpr std::int32_t kUniform = 1 << 15;
  for (int k = 0; k <= kHalf; ++k) {
    const auto i = static_cast<std::size_t>(k);
    const double z = k / 64.0;
    const double s = 1 + z * z / 4;
    const std::array<double, 3> above_half = {0.5 * (normal[i] / normal[kHalf]),
                                              1 / (1 + power[i]) - 0.5,
                                              0.375 * (z / std::sqrt(s)) * (1 - z * z / (12 * s))};
    for (std::size_t shape = 0; shape < 3; ++shape) {
      const std::int32_t mass =
          k * (kUniform / (2 * kHalf)) + rounded((kAll - kUniform) * above_half[shape]);
      cumulative_[shape][kHalf + i] = kAll / 2 + mass;
      cumulative_[shape][kHalf - i] = kAll / 2 - mass;
    }
  }

  constexpr int kMiddle = kReach << kSquashBits;
  for (std::size_t k = 0; k <= kMiddle; ++k) {
    const std::int32_t p = rounded(65536 / (1 + power[k]));
    probability_[kMiddle + k] = p;
    probability_[kMiddle - k] = 65536 - p;
  }

  // The bits of log2(1 + (i + 1/2) / 1024), one by one: squaring doubles a logarithm.
  for (std::size_t i = 0; i < log2_.size(); ++i) {
    std::uint64_t x = (2 * (std::uint64_t{1} << kLogBits) + 2 * i + 1) << (31 - kLogBits - 1);
    std::uint32_t bits = 0;
    for (int bit = 0; bit < kOctaveBits; ++bit) {
      x = (x * x) >> 31;
      const auto carry = static_cast<std::uint32_t>(x >> 32);
      bits = bits << 1 | carry;
      x >>= carry;
    }
    log2_[i] = static_cast<std::uint16_t>(bits);
  }
}

}  // namespace nrc
