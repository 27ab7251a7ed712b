// SPDX-License-Identifier: Apache-2.0
//
// nrc_row_memory against an array: words come in order, with gaps; each is read and written, or
// only read or only written, which a run over all words has in common, as frames have.
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "Vnrc_row_memory.h"
#include "bench_random.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr std::uint32_t kWords = NRC_PARAM_Words;
constexpr std::uint32_t kMask =
    static_cast<std::uint32_t>((std::uint64_t{1} << NRC_PARAM_Width) - 1);

class Bench {
 public:
  explicit Bench(std::uint32_t seed) : rng_(seed), memory_(kWords) {
    dut_->valid_i = 0;
    dut_->write_i = 0;
    dut_->rst_ni = 0;
    dut_.tick();
    dut_->rst_ni = 1;
  }

  /// All words once. @param gap_percent  of clocks without one
  void run(bool read, bool write, int gap_percent) {
    for (std::uint32_t word = 0; word < kWords; ++word) {
      while (rng_.percent(gap_percent)) step({}, false);
      step(word, read, write);
    }
  }
  void drain() {
    for (int i = 0; i < 6; ++i) step({}, false);
  }

 private:
  void step(std::optional<std::uint32_t> word, bool read, bool write = false) {
    dut_->valid_i = word.has_value();
    dut_->read_i = word ? read : rng_.flip();
    nrc::tb::drive(dut_->word_i, word ? *word : rng_() % kWords);
    const std::optional<std::uint32_t> written = coming_[0];
    coming_[0] = coming_[1];
    coming_[1] = word && write ? word : std::nullopt;
    dut_->write_i = written.has_value();
    const std::uint32_t data = rng_() & kMask;
    dut_->slot_i = (written ? *written : rng_()) & 3;
    nrc::tb::drive(dut_->wdata_i, data);
    // Written after it was read: a word is written two clocks after it comes.
    const std::uint32_t expected = word ? memory_[*word] : 0;
    if (written) memory_[*written] = data;
    dut_.tick();
    if (word && read) {
      ASSERT_EQ(dut_->rdata_o, expected) << "word " << *word;
    }
  }

  nrc::tb::Dut<Vnrc_row_memory> dut_;
  nrc::tb::Random rng_;
  std::vector<std::uint32_t> memory_;
  std::optional<std::uint32_t> coming_[2];  ///< words that are written in this clock and the next
};

void test(std::uint32_t seed, int gap_percent) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Bench bench(seed);
  nrc::tb::Random rng(seed);
  bench.run(false, true, gap_percent);
  for (int i = 0; i < 2000 && !testing::Test::HasFatalFailure(); ++i) {
    const int kind = rng() % 4;
    bench.run(kind != 0, kind != 1, gap_percent);
    if (rng.percent(10)) bench.drain();
  }
}

TEST(RowMemory, WithoutGaps) { test(1, 0); }
TEST(RowMemory, WithFewGaps) { test(2, 20); }
TEST(RowMemory, WithManyGaps) { test(3, 60); }

}  // namespace
