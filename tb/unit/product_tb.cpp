// SPDX-License-Identifier: Apache-2.0
//
// nrc_product against multiplication: operands with a run of ones, at whose ends the recoding has
// its digits other than zero, and random ones, which are all there are in the small variant. The
// digits are those that nrc_digits gives.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "Vnrc_product.h"
#include "bench_random.hpp"
#include "verilated_dut.hpp"

namespace nrc::tb {
namespace {

constexpr int kAWidth = NRC_PARAM_AWidth;
constexpr int kBWidth = NRC_PARAM_BWidth;

/// {negative, twice, once} for each digit of -2 .. 2 of two bits, the lowest digit first.
std::uint32_t digits_of(std::uint32_t number) {
  std::uint32_t digits = 0;
  for (int k = 0; k <= kBWidth / 2; ++k) {
    const int place = (number >> (2 * k)) & 3;
    const int below = k == 0 ? 0 : (number >> (2 * k - 1)) & 1;
    const int digit = (place < 2 ? place : place - 4) + below;
    const std::uint32_t code = digit == -2   ? 0b110
                               : digit == -1 ? 0b101
                               : digit == 2  ? 0b010
                                             : digit;
    digits |= code << (3 * k);
  }
  return digits;
}

class Product : public testing::Test {
 protected:
  void check(std::uint32_t a, std::uint32_t b) {
    drive(dut_.a_i, a);
    drive(dut_.digits_i, digits_of(b));
    dut_.eval();
    ASSERT_EQ(dut_.product_o, a * b) << a << " * " << b;
  }

  Vnrc_product dut_;
};

/// Numbers of `width` bits with one run of ones, and zero.
std::vector<std::uint32_t> runs_of_ones(int width) {
  std::vector<std::uint32_t> runs = {0};
  for (int low = 0; low < width; ++low) {
    for (int high = low + 1; high <= width; ++high) {
      runs.push_back((std::uint32_t{1} << high) - (std::uint32_t{1} << low));
    }
  }
  return runs;
}

TEST_F(Product, RunsOfOnes) {
  for (const std::uint32_t a : runs_of_ones(kAWidth)) {
    for (const std::uint32_t b : runs_of_ones(kBWidth)) {
      check(a, b);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_F(Product, Random) {
  Random random(1);
  for (int i = 0; i < 100000; ++i) {
    check(random() >> (32 - kAWidth), random() >> (32 - kBWidth));
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace nrc::tb
