// SPDX-License-Identifier: Apache-2.0
//
// nrc_bit_packer against nrc::BitPacker: every word, its flags and the frames of its packet,
// and how soon the last word of a packet comes.
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <vector>

#include "Vnrc_bit_packer.h"
#include "bench_random.hpp"
#include "rtl_constants.hpp"
#include "sideband.hpp"
#include "stages/bit_packer.hpp"
#include "verilated_dut.hpp"

namespace {

/// Clocks from a packet's last codeword to its last word, at most: one more if it is flushed.
constexpr long kLatency =
    1 + (NRC_PARAM_Pipeline == nrc::rtl::kPipelineShallow ? nrc::rtl::kShallowBitPackerLatency
                                                          : nrc::rtl::kBitPackerLatency);

struct Word {
  std::uint32_t bits;
  bool last_of_packet;
  bool key, bad, last;  // with last_of_packet
  int frames;           // with last_of_packet
  long due;             // with last_of_packet: clock by which it must be out
};

class Bench {
 public:
  explicit Bench(unsigned seed) : rng_(seed) {
    dut_->rst_ni = 0;
    dut_->flush_i = 0;
    dut_->valid_i = 1;
    for (int i = 0; i < 5; ++i) {
      randomise();
      dut_.tick();
    }
    EXPECT_EQ(dut_->word_valid_o, 0);
    EXPECT_FALSE(nrc::tb::Side::of(dut_->side_o).frame_end);
    dut_->valid_i = 0;
    dut_->rst_ni = 1;
  }

  void begin_packet() { key_ = rng_.flip(); }

  void put(std::uint32_t bits, int length, bool frame_end, bool packet_end, bool bad = false) {
    bits &= (std::uint32_t{1} << length) - 1;
    const bool last = rng_.flip();
    dut_->valid_i = 1;
    dut_->bits_i = bits;
    dut_->length_i = static_cast<std::uint8_t>(length);
    const bool bad_flag = packet_end ? bad : rng_.flip();
    dut_->side_i = nrc::tb::Side{frame_end, packet_end, key_, bad_flag, last}.port();
    golden_.put(bits, length);
    fill_ = packet_end ? 0 : (fill_ + length) % 32;
    frames_ += frame_end ? 1 : 0;
    if (packet_end) {
      const std::vector<std::uint8_t> payload = golden_.take();
      for (std::size_t i = 0; i < payload.size(); i += 4) {
        const std::uint32_t word = static_cast<std::uint32_t>(payload[i]) << 24 |
                                   static_cast<std::uint32_t>(payload[i + 1]) << 16 |
                                   static_cast<std::uint32_t>(payload[i + 2]) << 8 | payload[i + 3];
        expected_.push_back(
            {word, i + 4 == payload.size(), key_, bad, last, frames_, clock_ + kLatency});
      }
      frames_ = 0;
      ++packets_;
    }
    tick();
    if (packet_end) begin_packet();
  }

  /// Ends the packet without a codeword: with the begun word, or without a word if there is none.
  void flush(bool bad) {
    const bool last = rng_.flip();
    for (int clock = 0; clock < 7; ++clock) {
      randomise();
      dut_->valid_i = 0;
      dut_->flush_i = clock == 6;
      dut_->side_i = nrc::tb::Side{true, true, key_, bad, last}.port();
      if (clock < 6) tick();
    }
    const std::vector<std::uint8_t> payload = golden_.take();
    for (std::size_t i = 0; i < payload.size(); i += 4) {
      const std::uint32_t word = static_cast<std::uint32_t>(payload[i]) << 24 |
                                 static_cast<std::uint32_t>(payload[i + 1]) << 16 |
                                 static_cast<std::uint32_t>(payload[i + 2]) << 8 | payload[i + 3];
      const bool ends = i + 4 == payload.size() && fill_ != 0;
      expected_.push_back({word, ends, key_, bad, last, frames_ + 1, clock_ + kLatency});
    }
    if (fill_ == 0) bare_ends_.push_back({0, true, key_, bad, last, frames_, clock_ + kLatency});
    fill_ = 0;
    frames_ = 0;
    ++packets_;
    tick();
    dut_->flush_i = 0;
    gap(6);
    begin_packet();
  }

  void gap(int clocks = 1) {
    for (int i = 0; i < clocks; ++i) {
      dut_->valid_i = 0;
      randomise();
      tick();
    }
  }

  /// A packet of random codewords in frames of `channels`; the last frame is cut if bad.
  void packet(int channels, int frames, int min_length, int max_length, unsigned gap_percent,
              bool bad = false) {
    const int samples = bad ? rng_.range(1, channels * frames) : channels * frames;
    for (int i = 0; i < samples; ++i) {
      while (rng_.percent(gap_percent)) gap();
      const bool end = i + 1 == samples;
      put(rng_(), rng_.range(min_length, max_length), end || (i + 1) % channels == 0, end,
          end && bad);
      if (channels == 1 && frames > 1) gap(9);
      if (testing::Test::HasFatalFailure()) return;
    }
  }

  void drain() {
    gap(6);
    EXPECT_EQ(words_.size(), 0u);
    EXPECT_EQ(expected_.size(), 0u) << "words that never came";
    EXPECT_EQ(packets_seen_, packets_);
    EXPECT_EQ(frames_seen_, 0);
  }

  nrc::tb::Random& rng() { return rng_; }

 private:
  void randomise() {
    dut_->bits_i = rng_() & 0x7FFFFFFF;
    dut_->length_i = rng_() & 31;
    dut_->side_i = rng_() & 31;
  }

  void tick() {
    dut_.tick();
    ++clock_;
    const auto side = nrc::tb::Side::of(dut_->side_o);
    if (side.frame_end) ++frames_seen_;
    if (dut_->word_valid_o) {
      words_.push_back(
          {dut_->word_o, side.packet_end, side.key, side.bad, side.last, frames_seen_, clock_});
      if (side.packet_end) {
        frames_seen_ = 0;
        ++packets_seen_;
      }
    } else if (side.packet_end) {
      ASSERT_FALSE(bare_ends_.empty());
      const Word& want = bare_ends_.front();
      ASSERT_TRUE(side.key == want.key && side.bad == want.bad && side.last == want.last);
      ASSERT_EQ(frames_seen_, want.frames);
      ASSERT_LE(clock_, want.due);
      bare_ends_.pop_front();
      frames_seen_ = 0;
      ++packets_seen_;
    }
    // The golden packer gives a packet's words at its end: those that came sooner have waited.
    while (!words_.empty() && !expected_.empty()) {
      const Word& got = words_.front();
      const Word& want = expected_.front();
      ASSERT_EQ(got.bits, want.bits);
      ASSERT_EQ(got.last_of_packet, want.last_of_packet);
      if (want.last_of_packet) {
        ASSERT_EQ(got.key, want.key);
        ASSERT_EQ(got.bad, want.bad);
        ASSERT_EQ(got.last, want.last);
        ASSERT_EQ(got.frames, want.frames);
        ASSERT_LE(got.due, want.due);
      }
      words_.pop_front();
      expected_.pop_front();
    }
    if (!expected_.empty()) {
      ASSERT_LT(clock_, expected_.back().due) << "a last word is late";
    }
  }

  nrc::tb::Dut<Vnrc_bit_packer> dut_;
  nrc::tb::Random rng_;
  nrc::BitPacker golden_;
  std::deque<Word> expected_;   // words of ended packets
  std::deque<Word> words_;      // words that came
  std::deque<Word> bare_ends_;  // of packets, without a word
  int fill_ = 0;                // bits of the begun word
  bool key_ = false;
  int frames_ = 0;
  int frames_seen_ = 0;
  int packets_ = 0;
  int packets_seen_ = 0;
  long clock_ = 0;
};

// Each length at each fill, as the last codeword of a packet and followed by another.
TEST(BitPacker, EveryLengthAtEveryFill) {
  Bench bench(1);
  for (int fill = 0; fill < 32; ++fill) {
    for (int length = 1; length <= 31; ++length) {
      for (int more = 0; more < 2; ++more) {
        for (const std::uint32_t pattern : {0xFFFFFFFFu, 0u, bench.rng()()}) {
          int left = fill;
          while (left > 0) {
            const int piece = left > 31 ? 16 : left;
            bench.put(bench.rng()(), piece, false, false);
            left -= piece;
          }
          bench.put(pattern, length, more == 0, more == 0);
          if (more != 0) bench.put(bench.rng()(), bench.rng().range(1, 31), true, true);
          if (HasFatalFailure()) return;
        }
      }
    }
  }
  bench.drain();
}

// At each fill, whether the packet is well or was cut.
TEST(BitPacker, Flush) {
  Bench bench(7);
  for (int round = 0; round < 4; ++round) {
    for (int fill = 0; fill < 64; ++fill) {
      for (int left = 64 + fill; left > 0;) {
        const int piece = bench.rng().range(1, left < 31 ? left : 31);
        bench.put(bench.rng()(), piece, left == piece, false);
        left -= piece;
      }
      bench.flush(bench.rng().flip());
      if (HasFatalFailure()) return;
    }
  }
  bench.drain();
}

TEST(BitPacker, BackToBack) {
  Bench bench(2);
  for (int i = 0; i < 3000; ++i) {
    bench.packet(bench.rng().range(2, 21), bench.rng().range(1, 5), 1, 31, 0);
    if (HasFatalFailure()) return;
  }
  bench.drain();
}

TEST(BitPacker, WithGaps) {
  Bench bench(3);
  for (int i = 0; i < 1000; ++i) {
    bench.packet(bench.rng().range(2, 21), bench.rng().range(1, 5), 1, 31, 50);
    if (HasFatalFailure()) return;
  }
  bench.drain();
}

// A single channel comes with gaps, as the framer makes them.
TEST(BitPacker, OneChannel) {
  Bench bench(4);
  for (int i = 0; i < 500; ++i) {
    bench.packet(1, bench.rng().range(2, 41), 1, 31, 0);
    if (HasFatalFailure()) return;
  }
  bench.drain();
}

// Packets of one sample and of a few, in every clock, as framing errors can make them: each keeps
// its own last word, flags and frames.
TEST(BitPacker, TinyPackets) {
  Bench bench(5);
  for (int i = 0; i < 20000; ++i) {
    const int samples = bench.rng().percent(67) ? 1 : bench.rng().range(2, 4);
    bench.packet(samples, 1, bench.rng().flip() ? 1 : 25, 31, bench.rng().percent(25) ? 30 : 0,
                 bench.rng().flip());
    if (HasFatalFailure()) return;
  }
  bench.drain();
}

TEST(BitPacker, LongPackets) {
  Bench bench(6);
  bench.packet(1024, 16, 1, 10, 0);
  bench.packet(1024, 16, 25, 31, 0);
  bench.packet(1024, 16, 31, 31, 0);
  bench.packet(1024, 16, 1, 1, 0);
  bench.packet(1024, 16, 16, 16, 0);
  bench.drain();
}

}  // namespace
