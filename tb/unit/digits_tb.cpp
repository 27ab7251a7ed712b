// SPDX-License-Identifier: Apache-2.0
//
// nrc_digits for every number: its digits add up to it, and each has one of the codes.
#include <gtest/gtest.h>

#include <cstdint>

#include "Vnrc_digits.h"
#include "bench_random.hpp"

namespace nrc::tb {
namespace {

constexpr int kWidth = NRC_PARAM_Width;
constexpr int kDigits = kWidth / 2 + 1;

/// The digit of a code {negative, twice, once}; 9 for what is none.
int digit_of(std::uint32_t code) {
  constexpr int kValue[8] = {0, 1, 2, 9, 9, -1, -2, 9};
  return kValue[code];
}

TEST(Digits, AddUpToTheNumber) {
  Vnrc_digits dut;
  for (std::uint32_t number = 0; number < std::uint32_t{1} << kWidth; ++number) {
    drive(dut.number_i, number);
    dut.eval();
    std::int64_t sum = 0;
    for (int k = 0; k < kDigits; ++k) {
      const int digit = digit_of((dut.digits_o >> (3 * k)) & 7);
      ASSERT_NE(digit, 9) << number;
      sum += std::int64_t{digit} * (std::int64_t{1} << (2 * k));
    }
    ASSERT_EQ(sum, number);
  }
}

}  // namespace
}  // namespace nrc::tb
