// SPDX-License-Identifier: Apache-2.0
//
// nrc_packet_buffer against a queue of committed words and a list of uncommitted ones:
// order, what a rewind takes back, when it is full, that a shown word waits, and its speed.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "Vnrc_packet_buffer.h"
#include "bench_random.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr std::size_t kWords = NRC_PARAM_Words;
constexpr std::size_t kOutputWords = 2;  // registers after the memory

struct Options {
  int clocks = 100000;
  std::uint32_t write_percent = 50;
  std::uint32_t ready_percent = 50;
  std::uint32_t end_percent = 10;     ///< of clocks that commit or rewind
  std::uint32_t rewind_percent = 30;  ///< of those
};

class Bench {
 public:
  explicit Bench(std::uint32_t seed) : rng_(seed) {
    dut_->rst_ni = 0;
    dut_->write_i = 1;
    dut_->commit_i = 1;
    dut_->rewind_i = 0;
    dut_->ready_i = 1;
    for (int i = 0; i < 4; ++i) dut_.tick();
    EXPECT_EQ(dut_->valid_o, 0);
    EXPECT_EQ(dut_->full_o, 0);
    dut_->write_i = 0;
    dut_->commit_i = 0;
    dut_->rst_ni = 1;
  }

  /// One clock. True if a word was read.
  bool step(bool write, bool commit, bool rewind, bool ready) {
    const std::uint32_t word = rng_();
    dut_->write_i = write;
    dut_->wdata_i = word;
    dut_->commit_i = commit;
    dut_->rewind_i = rewind;
    dut_->ready_i = ready;
    dut_.eval();

    // A word leaves the ring for an output register some clocks before it is read here.
    const std::size_t held = committed_.size() + open_.size();
    if (dut_->full_o) {
      EXPECT_GE(held, kWords);
      EXPECT_LE(held, kWords + kOutputWords);
      ++full_clocks_;
    } else {
      EXPECT_LT(held, kWords + kOutputWords + 1);
    }
    const bool valid = dut_->valid_o != 0;
    const bool pop = valid && ready;
    if (valid) {
      EXPECT_FALSE(committed_.empty()) << "a word that was not committed";
      if (!committed_.empty()) {
        EXPECT_EQ(dut_->rdata_o, committed_.front());
        if (pop) committed_.pop_front();
      }
    }
    const bool must_wait = valid && !pop;
    if (write && !dut_->full_o) open_.push_back(word);
    if (commit) {
      committed_.insert(committed_.end(), open_.begin(), open_.end());
      open_.clear();
    }
    if (rewind) open_.clear();
    dut_.tick();
    if (must_wait) {
      EXPECT_EQ(dut_->valid_o, 1) << "a shown word went away";
    }
    return pop;
  }

  void run(const Options& o) {
    for (int i = 0; i < o.clocks && !testing::Test::HasFailure(); ++i) {
      const bool end = rng_.percent(o.end_percent);
      const bool rewind = end && rng_.percent(o.rewind_percent);
      step(rng_.percent(o.write_percent), end && !rewind, rewind, rng_.percent(o.ready_percent));
    }
  }

  /// Reads everything that is committed.
  void drain() {
    step(false, false, true, false);
    for (std::size_t i = 0; !committed_.empty() && i < kWords + 10; ++i) {
      step(false, false, false, true);
    }
    EXPECT_TRUE(committed_.empty());
    step(false, false, false, true);
    EXPECT_EQ(dut_->valid_o, 0);
  }

  int full_clocks() const { return full_clocks_; }
  nrc::tb::Dut<Vnrc_packet_buffer>& dut() { return dut_; }

 private:
  nrc::tb::Dut<Vnrc_packet_buffer> dut_;
  nrc::tb::Random rng_;
  std::deque<std::uint32_t> committed_;
  std::vector<std::uint32_t> open_;
  int full_clocks_ = 0;
};

TEST(PacketBuffer, Balanced) {
  Bench bench(1);
  bench.run({});
  bench.drain();
}

TEST(PacketBuffer, MostlyFull) {
  Bench bench(2);
  Options o;
  o.write_percent = 90;
  o.ready_percent = 30;
  o.end_percent = 20;
  o.rewind_percent = 10;
  bench.run(o);
  EXPECT_GT(bench.full_clocks(), 1000);
  bench.drain();
}

TEST(PacketBuffer, MostlyEmpty) {
  Bench bench(3);
  Options o;
  o.write_percent = 20;
  o.ready_percent = 95;
  bench.run(o);
  bench.drain();
}

TEST(PacketBuffer, ManyRewinds) {
  Bench bench(4);
  Options o;
  o.rewind_percent = 90;
  o.end_percent = 30;
  bench.run(o);
  bench.drain();
}

// One packet that fills the whole ring and more: it can be rewound, and one that just fits
// committed.
TEST(PacketBuffer, WholeRing) {
  Bench bench(5);
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < kWords; ++i) {
      EXPECT_EQ(bench.dut()->full_o, 0);
      bench.step(true, false, false, true);
    }
    EXPECT_EQ(bench.dut()->full_o, 1);
    for (int i = 0; i < 5; ++i) bench.step(true, false, false, true);
    bench.step(false, round == 1, round != 1, true);
    if (round == 1) {
      bench.drain();
    } else {
      EXPECT_EQ(bench.dut()->full_o, 0);
    }
  }
}

// The reader takes a word in every clock while nothing is written, and none while it is in all.
TEST(PacketBuffer, Throughput) {
  Bench bench(6);
  const std::size_t words = kWords - 1;
  for (std::size_t i = 0; i < words; ++i) bench.step(true, i + 1 == words, false, false);
  bench.step(false, false, false, false);
  bench.step(false, false, false, false);
  for (std::size_t i = 0; i < words; ++i) {
    ASSERT_TRUE(bench.step(false, false, false, true)) << "word " << i;
  }
  EXPECT_FALSE(bench.step(false, false, false, true));
}

// Reading and writing take turns: half of the clocks each, and no word is lost.
TEST(PacketBuffer, AlternateClocks) {
  Bench bench(7);
  int read = 0;
  for (int i = 0; i < 1000; ++i) read += bench.step(i % 2 == 0, i % 2 == 0, false, true) ? 1 : 0;
  EXPECT_GE(read, 495);
  bench.drain();
}

#if NRC_PARAM_DualPort
// A word in and a word out in every clock.
TEST(PacketBuffer, TwoPorts) {
  Bench bench(8);
  int read = 0;
  for (int i = 0; i < 1000; ++i) read += bench.step(true, true, false, true) ? 1 : 0;
  EXPECT_GE(read, 995);
  EXPECT_EQ(bench.full_clocks(), 0);
  bench.drain();
}
#endif

}  // namespace
