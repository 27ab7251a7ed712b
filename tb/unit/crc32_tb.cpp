// SPDX-License-Identifier: Apache-2.0
//
// nrc_crc32 against zlib's crc32(), after every word.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <vector>

#include "Vnrc_crc32.h"
#include "bench_random.hpp"
#include "verilated_dut.hpp"

namespace {

std::uint32_t append(std::uint32_t crc, std::uint32_t word) {
  const Bytef bytes[4] = {static_cast<Bytef>(word), static_cast<Bytef>(word >> 8),
                          static_cast<Bytef>(word >> 16), static_cast<Bytef>(word >> 24)};
  return static_cast<std::uint32_t>(crc32(crc, bytes, 4));
}

class Bench {
 public:
  void step(bool init, bool valid, std::uint32_t word) {
    dut_->init_i = init;
    dut_->valid_i = valid;
    dut_->word_i = word;
    dut_.tick();
    if (init) expected_ = 0;
    if (valid) expected_ = append(expected_, word);
    ASSERT_EQ(dut_->crc_o, expected_);
  }

 private:
  nrc::tb::Dut<Vnrc_crc32> dut_;
  std::uint32_t expected_ = 0;
};

// One bit at a time shows each column of the matrix.
TEST(Crc32, EveryBit) {
  Bench bench;
  for (int bit = 0; bit < 32; ++bit) {
    bench.step(true, true, std::uint32_t{1} << bit);
    bench.step(false, true, 0);
    bench.step(false, true, std::uint32_t{1} << bit);
    if (HasFatalFailure()) return;
  }
}

TEST(Crc32, Random) {
  nrc::tb::Random rng(1);
  Bench bench;
  bench.step(true, false, rng());
  for (int i = 0; i < 100000; ++i) {
    bench.step(rng.percent(5), rng.percent(75), rng());
    if (HasFatalFailure()) return;
  }
}

TEST(Crc32, Constant) {
  Bench bench;
  for (const std::uint32_t word : {0u, 0xFFFFFFFFu}) {
    bench.step(true, false, 0x12345678);
    for (int i = 0; i < 1000; ++i) bench.step(false, true, word);
  }
}

}  // namespace
