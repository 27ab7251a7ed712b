// SPDX-License-Identifier: Apache-2.0
//
// nrc_ram_1rw against an array: what is read in the clock after a read access is what was
// written last. Addresses that were never written are not looked at.
#include <gtest/gtest.h>

#include <cstdint>
#include <unordered_map>

#include "Vnrc_ram_1rw.h"
#include "bench_random.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr std::uint32_t kWords = NRC_PARAM_Words;
constexpr std::uint32_t kMask =
    static_cast<std::uint32_t>((std::uint64_t{1} << NRC_PARAM_Width) - 1);

class Bench {
 public:
  Bench() {
    dut_->en_i = 0;
    dut_->rst_ni = 0;
    dut_.tick();
    dut_->rst_ni = 1;
  }

  void step(bool enable, bool write, std::uint32_t address, std::uint32_t data) {
    dut_->en_i = enable;
    dut_->we_i = write;
    nrc::tb::drive(dut_->addr_i, address);
    nrc::tb::drive(dut_->wdata_i, data & kMask);
    dut_.tick();
    if (enable && write) memory_[address] = data & kMask;
    if (enable && !write) {
      const auto cell = memory_.find(address);
      if (cell != memory_.end()) {
        ASSERT_EQ(dut_->rdata_o, cell->second) << "address " << address;
      }
    }
  }

 private:
  nrc::tb::Dut<Vnrc_ram_1rw> dut_;
  std::unordered_map<std::uint32_t, std::uint32_t> memory_;
};

// Every address once, then all of them again: no two share a cell.
TEST(Ram1rw, EveryAddress) {
  nrc::tb::Random rng(1);
  Bench bench;
  for (std::uint32_t a = 0; a < kWords; ++a) bench.step(true, true, a, rng());
  for (std::uint32_t a = 0; a < kWords; ++a) bench.step(true, false, kWords - 1 - a, rng());
}

TEST(Ram1rw, Random) {
  nrc::tb::Random rng(2);
  Bench bench;
  for (int i = 0; i < 200000; ++i) {
    // Few addresses meet often; all of them now and then.
    const std::uint32_t address = rng() % (rng() % 8 == 0 ? kWords : 16);
    bench.step(rng.percent(75), rng.flip(), address, rng());
    if (HasFatalFailure()) return;
  }
}

}  // namespace
