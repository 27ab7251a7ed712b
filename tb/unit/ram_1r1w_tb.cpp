// SPDX-License-Identifier: Apache-2.0
//
// nrc_ram_1r1w against a plain array: random reads and writes, held read data, and the
// assertion against a read and a write of one address.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "Vnrc_ram_1r1w.h"
#include "verilated_dut.hpp"

namespace {

constexpr std::uint32_t kDepth = NRC_PARAM_Depth;
constexpr unsigned kSeed = 1;

/// Drives a port, whatever type its width gave it.
template <class Port, class Value>
void set(Port& port, Value value) {
  port = static_cast<Port>(value);
}

/// Resets the assertions.
void reset(nrc::tb::Dut<Vnrc_ram_1r1w>& dut) {
  dut->rst_ni = 0;
  dut.tick();
  dut->rst_ni = 1;
  dut->we_i = 0;
  dut->re_i = 0;
  dut.tick();
}

TEST(Ram1r1w, RandomAccess) {
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 rng(kSeed);
  nrc::tb::Dut<Vnrc_ram_1r1w> dut;
  reset(dut);
  std::vector<std::optional<std::uint16_t>> memory(kDepth);  // nullopt: never written
  std::optional<std::uint16_t> read;
  for (int i = 0; i < 50000; ++i) {
    const auto write_address = static_cast<std::uint32_t>(rng() % kDepth);
    const auto read_address = static_cast<std::uint32_t>(rng() % kDepth);
    const bool write = rng() % 2 == 0;
    const bool want_read = rng() % 2 == 0 && !(write && read_address == write_address);
    const auto data = static_cast<std::uint16_t>(rng());
    dut->we_i = write;
    set(dut->waddr_i, write_address);
    dut->wdata_i = data;
    dut->re_i = want_read;
    set(dut->raddr_i, read_address);
    if (want_read) read = memory[read_address];
    if (write) memory[write_address] = data;
    dut.tick();
    if (read) {
      ASSERT_EQ(dut->rdata_o, *read) << "access " << i;
    }
  }
}

/// A read and a write of the same address in one clock.
void collide(nrc::tb::Dut<Vnrc_ram_1r1w>& dut) {
  dut->waddr_i = 0;
  dut->raddr_i = 0;
  dut->we_i = 1;
  dut->re_i = 1;
  dut.tick();
}

TEST(Ram1r1wDeathTest, CollisionIsCaught) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        nrc::tb::Dut<Vnrc_ram_1r1w> dut;
        reset(dut);
        collide(dut);
      },
      "");
}

// Whatever the ports do before the first reset, although it is not active.
TEST(Ram1r1w, AssertionsWaitForTheFirstReset) {
  nrc::tb::Dut<Vnrc_ram_1r1w> dut;
  dut->rst_ni = 1;
  for (int i = 0; i < 8; ++i) collide(dut);
}

}  // namespace
