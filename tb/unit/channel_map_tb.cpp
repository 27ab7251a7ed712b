// SPDX-License-Identifier: Apache-2.0
//
// nrc_channel_map against a permutation in C++: random tables and numbers of places, pauses on both
// sides, frames of wrong lengths, resets.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <numeric>
#include <vector>

#include "Vnrc_channel_map.h"
#include "bench_random.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr int kChannels = NRC_PARAM_Channels;

class Bench {
 public:
  explicit Bench(std::uint32_t seed) : rng_(seed) {
    dut_->table_we_i = 0;
    dut_->s_axis_tvalid = 0;
    dut_->m_axis_tready = 0;
    dut_->count_i = kChannels;
    dut_->rst_ni = 1;  // the model reacts to the edge
    dut_.tick();
    reset();
  }

  void reset() {
    dut_->rst_ni = 0;
    for (int i = 0; i < 3; ++i) {
      dut_.eval();
      EXPECT_EQ(dut_->s_axis_tready, 0);
      EXPECT_EQ(dut_->m_axis_tvalid, 0);
      dut_.tick();
    }
    dut_->rst_ni = 1;
    expected_.clear();
    waits_ = false;
    dut_.tick();
  }

  /// As many places without a table: each has its own channel.
  void no_table(int places) {
    table_.resize(static_cast<std::size_t>(places));
    std::iota(table_.begin(), table_.end(), 0);
    dut_->count_i = static_cast<std::uint32_t>(places);
  }

  void write_table(const std::vector<int>& table) {
    table_ = table;
    dut_->count_i = static_cast<std::uint32_t>(table.size());
    for (std::size_t place = 0; place < table.size(); ++place) {
      write_place(static_cast<int>(place), table[place]);
    }
  }

  void write_place(int place, int channel) {
    dut_->table_we_i = 1;
    dut_->table_place_i = static_cast<std::uint16_t>(place);
    dut_->table_channel_i = static_cast<std::uint16_t>(channel);
    clock(0);
    dut_->table_we_i = 0;
  }
  /// From now on the place is expected to be the channel.
  void change(int place, int channel) { table_[static_cast<std::size_t>(place)] = channel; }

  /// Sends a frame; what must come of it is expected at the output.
  void frame(int length, int input_percent, int output_percent) {
    std::vector<std::uint16_t> samples(static_cast<std::size_t>(length));
    for (auto& sample : samples) sample = static_cast<std::uint16_t>(rng_());
    for (std::size_t i = 0; i < samples.size(); ++i) {
      while (!rng_.percent(input_percent)) clock(output_percent);
      dut_->s_axis_tvalid = 1;
      dut_->s_axis_tdata = samples[i];
      dut_->s_axis_tlast = i + 1 == samples.size();
      if (i + 1 == samples.size()) expect(samples);
      bool taken = false;
      for (int waited = 0; !taken; ++waited) {
        ASSERT_LT(waited, 1000);
        dut_.eval();
        taken = dut_->s_axis_tready;
        clock(output_percent);
        stalls += !taken;
      }
      dut_->s_axis_tvalid = 0;
      dut_->s_axis_tlast = rng_.flip();
    }
  }

  void drain() {
    for (int i = 0; i < 4 * kChannels + 20; ++i) clock(100);
    EXPECT_TRUE(expected_.empty()) << expected_.size() << " samples are missing";
  }

  nrc::tb::Random& rng() { return rng_; }
  int stalls = 0;  ///< clocks in which a sample had to wait

 private:
  struct Sample {
    bool any;  ///< of a frame of the wrong length: its value says nothing
    std::uint16_t value;
    bool last;
  };

  void expect(const std::vector<std::uint16_t>& samples) {
    if (static_cast<int>(samples.size()) == kChannels) {
      for (std::size_t place = 0; place < table_.size(); ++place) {
        expected_.push_back(
            {false, samples[static_cast<std::size_t>(table_[place])], place + 1 == table_.size()});
      }
    } else {
      if (table_.size() == 1) expected_.push_back({true, 0, false});
      expected_.push_back({true, 0, true});
    }
  }

  void clock(int output_percent) {
    dut_->m_axis_tready = rng_.percent(output_percent);
    dut_.eval();
    if (waits_) {
      EXPECT_TRUE(dut_->m_axis_tvalid);
      EXPECT_EQ(dut_->m_axis_tdata, held_.value);
      EXPECT_EQ(dut_->m_axis_tlast != 0, held_.last);
    }
    waits_ = dut_->m_axis_tvalid && !dut_->m_axis_tready;
    held_ = {false, dut_->m_axis_tdata, dut_->m_axis_tlast != 0};
    if (dut_->m_axis_tvalid && dut_->m_axis_tready) {
      ASSERT_FALSE(expected_.empty()) << "a sample that did not come";
      if (!expected_[0].any) {
        ASSERT_EQ(dut_->m_axis_tdata, expected_[0].value);
      }
      ASSERT_EQ(dut_->m_axis_tlast != 0, expected_[0].last);
      expected_.pop_front();
    }
    dut_.tick();
  }

  nrc::tb::Dut<Vnrc_channel_map> dut_;
  nrc::tb::Random rng_;
  std::vector<int> table_;
  std::deque<Sample> expected_;
  bool waits_ = false;
  Sample held_{};
};

std::vector<int> random_table(nrc::tb::Random& rng) {
  std::vector<int> table(static_cast<std::size_t>(rng.range(1, kChannels)));
  for (int& channel : table) channel = rng.range(0, kChannels - 1);
  return table;
}

void random_frames(std::uint32_t seed, int input_percent, int output_percent, int wrong_percent) {
  Bench bench(seed);
  for (int table = 0; table < 20 && !testing::Test::HasFailure(); ++table) {
    bench.write_table(random_table(bench.rng()));
    for (int f = 0; f < 20; ++f) {
      int length = kChannels;
      if (bench.rng().percent(wrong_percent)) length = bench.rng().range(1, 3 * kChannels);
      bench.frame(length, input_percent, output_percent);
    }
    bench.drain();
  }
}

TEST(ChannelMap, Random) { random_frames(1, 70, 70, 0); }
TEST(ChannelMap, WrongLengths) { random_frames(2, 90, 80, 40); }
TEST(ChannelMap, SlowInput) { random_frames(3, 20, 100, 10); }
TEST(ChannelMap, SlowOutput) { random_frames(4, 100, 20, 10); }

/// What is not written in order is ignored; what was written once may be again.
TEST(ChannelMap, PlacesAreWrittenInOrder) {
  Bench bench(7);
  bench.no_table(kChannels);
  bench.write_place(1, 0);
  bench.write_place(kChannels, 1);
  bench.write_place(0xFFFF, 1);
  bench.frame(kChannels, 100, 100);
  bench.drain();
  bench.write_table({1, 0});
  bench.write_place(0, 0);
  bench.change(0, 0);
  bench.frame(kChannels, 100, 100);
  bench.drain();
}

/// All channels in reverse order, clock by clock.
TEST(ChannelMap, FullSpeedWithoutAStall) {
  Bench bench(5);
  std::vector<int> table(kChannels);
  std::iota(table.rbegin(), table.rend(), 0);
  bench.write_table(table);
  for (int f = 0; f < 50; ++f) bench.frame(kChannels, 100, 100);
  // With two channels the way through takes longer than a frame.
  if (kChannels > 3) {
    EXPECT_EQ(bench.stalls, 0);
  }
  bench.drain();
}

TEST(ChannelMap, AResetForgetsTheFramesAndTheTable) {
  Bench bench(6);
  for (int f = 0; f < 20; ++f) {
    bench.write_table(random_table(bench.rng()));
    bench.frame(kChannels, 100, 60);
    bench.frame(kChannels / 2, 100, 0);
    bench.reset();
    bench.no_table(bench.rng().range(1, kChannels));
    bench.frame(kChannels, 100, 100);
    bench.drain();
  }
}

}  // namespace
