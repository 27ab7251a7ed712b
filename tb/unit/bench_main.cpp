// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <verilated.h>

#include <cstdlib>

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  Verilated::commandArgs(argc, argv);
  // State without a reset starts random, so that a bench cannot lean on zeros. Dut takes this over.
  Verilated::randReset(2);
  const char* const seed = std::getenv("NRC_SEED");
  Verilated::randSeed(seed != nullptr ? std::atoi(seed) : 1);
  return RUN_ALL_TESTS();
}
