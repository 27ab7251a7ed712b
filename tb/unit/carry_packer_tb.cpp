// SPDX-License-Identifier: Apache-2.0
//
// nrc_carry_packer against nrc::CarryPacker: every word, its flags and the frames of its
// packet, how soon the last word of a packet comes, and that a packet is marked bad when a carry
// runs past the words held back, and only then. Words come from crafted strings with chains of
// carries, and from nrc::RangeEncoder; then nrc::RangeDecoder reads the words that came.
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <vector>

#include "Vnrc_carry_packer.h"
#include "bench_random.hpp"
#include "rtl_constants.hpp"
#include "sideband.hpp"
#include "stages/range.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr int kHeld = NRC_PARAM_Held;
constexpr int kMaxLength = NRC_PARAM_MaxLength;
// A frame ends as long as this after another, or later. A framing error can end a packet sooner.
constexpr int kFrameClocks = nrc::rtl::kLoopLatency;

struct Word {
  std::uint32_t bits;
  bool last_of_packet;
  bool key, bad, last;  // with last_of_packet
  int frames;           // with last_of_packet
  long due;             // with last_of_packet: clock by which it must be out
  bool lost;            // a carry outran the words held: the bits are anything
};

struct Complete {
  std::uint32_t bits;
  bool carried;
};

/// One word for the packer.
struct Step {
  std::uint32_t value;  // with the carry
  int length;
};

std::uint32_t ones(int bits) { return static_cast<std::uint32_t>((std::uint64_t{1} << bits) - 1); }

class Bench {
 public:
  explicit Bench(unsigned seed) : rng_(seed) {
    dut_->rst_ni = 0;
    dut_->valid_i = 1;
    for (int i = 0; i < 9; ++i) {
      randomise();
      dut_.tick();
      EXPECT_EQ(dut_->word_valid_o, 0);
      EXPECT_FALSE(nrc::tb::Side::of(dut_->side_o).frame_end);
    }
    dut_->valid_i = 0;
    dut_->rst_ni = 1;
  }

  ~Bench() {
    gap(10 + kHeld);
    EXPECT_EQ(words_.size(), 0u);
    EXPECT_EQ(expected_.size(), 0u) << "words that never came";
    EXPECT_EQ(packets_seen_, packets_);
    EXPECT_EQ(frames_seen_, 0);
  }

  void put(const Step& step, bool frame_end, bool packet_end, bool bad = false) {
    randomise();
    const bool last = rng_.flip();
    dut_->valid_i = 1;
    dut_->bits_i = step.value;
    dut_->length_i = static_cast<std::uint8_t>(step.length);
    const bool bad_flag = packet_end ? bad : rng_.flip();
    dut_->side_i = nrc::tb::Side{frame_end, packet_end, key_, bad_flag, last}.port();
    golden_.put({step.value, step.length});
    follow(step);
    frames_ += frame_end ? 1 : 0;
    if (frame_end) frame_clock_ = clock_;
    if (packet_end) {
      const std::vector<std::uint8_t> payload = golden_.take();
      for (std::size_t i = 0; i < payload.size(); i += 4) {
        const std::uint32_t word = static_cast<std::uint32_t>(payload[i]) << 24 |
                                   static_cast<std::uint32_t>(payload[i + 1]) << 16 |
                                   static_cast<std::uint32_t>(payload[i + 2]) << 8 | payload[i + 3];
        expected_.push_back({word, i + 4 == payload.size(), key_, bad || lost_, last, frames_,
                             clock_ + 8 + kHeld, lost_});
      }
      lost_packets_ += lost_ ? 1 : 0;
      frames_ = 0;
      ++packets_;
      complete_.clear();
      partial_ = 0;
      fill_ = 0;
      lost_ = false;
      key_ = rng_.flip();
    }
    tick();
  }

  void gap(int clocks = 1) {
    for (int i = 0; i < clocks; ++i) {
      randomise();
      dut_->valid_i = 0;
      tick();
    }
  }

  /// Puts a packet; ends frames in it where they may end.
  void packet(const std::vector<Step>& steps, std::uint32_t gap_percent, bool bad = false) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      while (rng_.percent(gap_percent)) gap();
      const bool end = i + 1 == steps.size();
      const bool frame_end = end || (clock_ - frame_clock_ >= kFrameClocks && rng_.percent(70));
      put(steps[i], frame_end, end, end && bad);
      if (testing::Test::HasFatalFailure()) return;
    }
  }

  /// Pieces of a bit string that begin with `debt`: the carry of a piece pays what the one before
  /// holds less than its bits. A run of zeros in between is a chain of ones that the carry ripples
  /// through. Pieces have `min`..`max` bits, or none; runs are `run_percent` of them.
  std::vector<Step> crafted(int pieces, int min, int max, std::uint32_t run_percent,
                            std::uint32_t none_percent = 0) {
    std::vector<Step> steps;
    bool owed = false;
    for (int i = 0; i < pieces; ++i) {
      const bool end = i + 1 == pieces;
      int length = rng_.percent(none_percent) ? 0 : rng_.range(min, max);
      if (end && length == 0) length = 1;
      const std::uint32_t bits =
          rng_.percent(run_percent) ? 0 : static_cast<std::uint32_t>(rng_()) & ones(length);
      // Nothing can be owed by a piece of zeros that is not owed anything itself.
      bool owe = !end && (bits != 0 || owed);
      if (owe && rng_.percent(owed && bits == 0 ? 5 : 30)) owe = false;
      steps.push_back({bits + (owed ? 1U << length : 0) - (owe ? 1U : 0), length});
      owed = owe;
    }
    return steps;
  }

  nrc::tb::Random& rng() { return rng_; }
  int carries(int words) const {
    const auto n = static_cast<std::size_t>(words);
    return n < carries_.size() ? carries_[n] : 0;
  }
  int lost_packets() const { return lost_packets_; }
  /// Carries that no range coder gives.
  int impossible() const { return impossible_; }
  const std::vector<std::uint8_t>& payload() const { return payload_; }

 private:
  void randomise() {
    dut_->bits_i = rng_() & 0x3FFFFFFF;
    dut_->length_i = rng_() & 31;
    dut_->side_i = rng_() & 31;
  }

  /// How far the carries go in words.
  void follow(const Step& step) {
    if ((step.value >> step.length) != 0) {
      ++partial_;
      if (partial_ >> fill_ != 0) {
        std::size_t gone = 0;
        bool twice = false;
        while (gone < complete_.size()) {
          Complete& word = complete_[complete_.size() - 1 - gone];
          twice = twice || word.carried;
          word.carried = true;
          if (++word.bits != 0) break;
          ++gone;
        }
        const bool out = gone == complete_.size();
        if (out || twice) ++impossible_;
        if (out || twice || static_cast<int>(gone) >= kHeld) lost_ = true;
        if (carries_.size() <= gone) carries_.resize(gone + 1);
        ++carries_[gone];
      }
      partial_ &= ones(fill_);
    }
    partial_ = (partial_ << step.length) | (step.value & ones(step.length));
    fill_ += step.length;
    if (fill_ >= 32) {
      fill_ -= 32;
      complete_.push_back({static_cast<std::uint32_t>(partial_ >> fill_), false});
      partial_ &= ones(fill_);
    }
  }

  void tick() {
    dut_.tick();
    ++clock_;
    const auto side = nrc::tb::Side::of(dut_->side_o);
    if (side.frame_end) ++frames_seen_;
    if (dut_->word_valid_o) {
      words_.push_back({dut_->word_o, side.packet_end, side.key, side.bad, side.last, frames_seen_,
                        clock_, false});
      if (side.packet_end) {
        frames_seen_ = 0;
        ++packets_seen_;
      }
    } else {
      ASSERT_FALSE(side.packet_end);
    }
    // The golden packer gives a packet's words at its end: those that came sooner have waited.
    while (!words_.empty() && !expected_.empty()) {
      const Word& got = words_.front();
      const Word& want = expected_.front();
      if (!want.lost) {
        ASSERT_EQ(got.bits, want.bits);
      }
      ASSERT_EQ(got.last_of_packet, want.last_of_packet);
      if (begins_) payload_.clear();
      begins_ = want.last_of_packet;
      for (int shift = 24; shift >= 0; shift -= 8) {
        payload_.push_back(static_cast<std::uint8_t>(got.bits >> shift));
      }
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

  nrc::tb::Dut<Vnrc_carry_packer> dut_;
  nrc::tb::Random rng_;
  nrc::CarryPacker golden_;
  std::deque<Word> expected_;          // words of ended packets
  std::deque<Word> words_;             // words that came
  std::vector<std::uint8_t> payload_;  // of the packet that came last
  std::vector<Complete> complete_;     // words of the packet that is put
  std::uint64_t partial_ = 0;
  int fill_ = 0;
  bool lost_ = false;
  std::vector<int> carries_;  // that incremented the n-th word before the current one
  int lost_packets_ = 0;
  int impossible_ = 0;
  bool begins_ = true;
  bool key_ = false;
  int frames_ = 0;
  int frames_seen_ = 0;
  int packets_ = 0;
  int packets_seen_ = 0;
  long clock_ = 0;
  long frame_clock_ = 0;
};

/// Pieces of `left` bits in all, of one value in each bit.
void fill_with(std::vector<Step>& steps, int left, bool bit) {
  while (left > 0) {
    const int length = left > kMaxLength ? kMaxLength : left;
    steps.push_back({bit ? ones(length) : 0, length});
    left -= length;
  }
}

// Each length at each fill, with and without a carry, as the last word of a packet and followed by
// another.
TEST(CarryPacker, EveryLengthAtEveryFill) {
  Bench bench(1);
  for (int fill = 0; fill < 32; ++fill) {
    for (int length = 0; length <= kMaxLength; ++length) {
      for (int variant = 0; variant < 16; ++variant) {
        const bool more = (variant & 1) != 0 || length == 0;
        const bool carry = (variant & 2) != 0;
        std::vector<Step> steps;
        // A one far ahead, for the carry to add to, and a string of ones or of anything.
        if ((variant & 4) != 0) steps.push_back({2, 3});
        steps.push_back({1, 2});
        fill_with(steps, 32 - 2 - ((variant & 4) != 0 ? 3 : 0), (variant & 8) != 0);
        fill_with(steps, fill, (variant & 8) != 0);
        steps.push_back({(bench.rng()() & ones(length)) | (carry ? 1U << length : 0), length});
        if (more) steps.push_back({bench.rng()() & ones(9), 9});
        bench.packet(steps, 0);
        if (HasFatalFailure()) return;
      }
    }
  }
}

// A carry through n words of ones, added when `pieces` more bits are there: it is right up to the
// words held back, and bad from there on.
TEST(CarryPacker, Chains) {
  Bench bench(2);
  for (int words = 0; words <= kHeld + 3; ++words) {
    for (int before = 0; before < 70; ++before) {
      for (int fill = 0; fill < 32; ++fill) {
        std::vector<Step> steps;
        fill_with(steps, before, bench.rng().flip());
        steps.push_back({0, 1});
        fill_with(steps, 32 * words + fill, true);
        const int length = bench.rng().range(1, kMaxLength);
        steps.push_back({(bench.rng()() & ones(length)) | 1U << length, length});
        if (bench.rng().flip()) {
          const auto rest = bench.crafted(bench.rng().range(1, 20), 0, kMaxLength, 0);
          steps.insert(steps.end(), rest.begin(), rest.end());
        }
        bench.packet(steps, bench.rng().percent(80) ? 0 : 50);
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_GT(bench.lost_packets(), 500);
  EXPECT_GT(bench.carries(kHeld - 1), 500);
}

// What no range coder does, a carry out of the payload or two to one word, costs that packet alone.
TEST(CarryPacker, ImpossibleCarries) {
  Bench bench(10);
  for (int i = 0; i < 5000; ++i) {
    bench.packet(bench.crafted(bench.rng().range(2, 6), 20, kMaxLength, 50), 0);
    std::vector<Step> steps;
    const int words = bench.rng().range(0, 2);
    if (bench.rng().flip()) {
      fill_with(steps, 32 * words + bench.rng().range(1, 31), true);
    } else {
      fill_with(steps, 32, false);
      fill_with(steps, 32 * words, true);
      steps.push_back({1, 0});
      steps.push_back({1, 0});
    }
    steps.push_back({(steps.back().length == 0 ? 0 : 1U << 9), 9});
    bench.packet(steps, 0);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(bench.impossible(), 2000);
}

TEST(CarryPacker, BackToBack) {
  Bench bench(3);
  for (int i = 0; i < 3000; ++i) {
    bench.packet(bench.crafted(bench.rng().range(1, 100), 0, kMaxLength, 5), 0,
                 bench.rng().percent(10));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(bench.carries(0), 1000);
}

TEST(CarryPacker, WithGaps) {
  Bench bench(4);
  for (int i = 0; i < 1000; ++i) {
    bench.packet(bench.crafted(bench.rng().range(1, 100), 0, bench.rng().range(1, kMaxLength), 20),
                 bench.rng().percent(50) ? 50 : 90, bench.rng().flip());
    if (HasFatalFailure()) return;
  }
}

// Every sample ends a frame, and many of them a packet, in its own time.
TEST(CarryPacker, OneChannel) {
  Bench bench(5);
  for (int i = 0; i < 2000; ++i) {
    const auto steps = bench.crafted(bench.rng().range(1, 20), 0, kMaxLength, 10);
    for (std::size_t n = 0; n < steps.size(); ++n) {
      bench.put(steps[n], true, n + 1 == steps.size());
      bench.gap(kFrameClocks - 1);
      if (HasFatalFailure()) return;
    }
  }
}

// Packets of one sample and of a few, in every clock, as framing errors can make them: each keeps
// its own last word, flags and frames.
TEST(CarryPacker, TinyPackets) {
  Bench bench(6);
  for (int i = 0; i < 30000; ++i) {
    const int samples = bench.rng().percent(60) ? 1 : bench.rng().range(2, 12);
    const int min = bench.rng().flip() ? 0 : 25;
    bench.packet(bench.crafted(samples, min, kMaxLength, 10), bench.rng().percent(25) ? 30 : 0,
                 bench.rng().flip());
    if (HasFatalFailure()) return;
  }
}

// The highest rate, and packets with the largest remainder at their end.
TEST(CarryPacker, Sustained) {
  Bench bench(7);
  bench.packet(bench.crafted(20000, kMaxLength, kMaxLength, 2), 0);
  for (int samples = 1; samples < 150; ++samples) {
    for (int i = 0; i < 20; ++i) {
      bench.packet(bench.crafted(samples, kMaxLength - (i & 1), kMaxLength, 2), 0);
      if (HasFatalFailure()) return;
    }
  }
}

// Few bits, many frames: a word fills in thousands of clocks.
TEST(CarryPacker, FewBits) {
  Bench bench(8);
  for (int i = 0; i < 30; ++i) {
    bench.packet(bench.crafted(5000, 1, 2, 0, 97), 0);
    if (HasFatalFailure()) return;
  }
}

// From the range coder to the range decoder.
TEST(CarryPacker, RangeCoder) {
  constexpr int kCodeWidth = 16;
  Bench bench(9);
  auto& rng = bench.rng();
  for (int i = 0; i < 600; ++i) {
    const int codes = rng.percent(30) ? rng.range(1, 3) : rng.range(1, 400);
    const int magnitude = rng.range(1, 16);
    nrc::RangeEncoder encoder(kCodeWidth);
    std::vector<nrc::Interval> intervals;
    std::vector<nrc::Code> escapes;
    std::vector<Step> steps;
    for (int n = 0; n < codes; ++n) {
      nrc::Interval interval{0, 0};
      nrc::Code code = 0;
      if (rng.percent(3)) {
        code = static_cast<nrc::Code>(rng.range(-32768, 32767));
        escapes.push_back(code);
      } else {
        int frequency = rng.range(2, 1 << (magnitude > 1 ? magnitude : 2));
        if (frequency > 65519) frequency = 65519;
        interval = {static_cast<std::uint32_t>(rng.range(16, 65535 - frequency)),
                    static_cast<std::uint32_t>(frequency)};
      }
      intervals.push_back(interval);
      nrc::CarryWord word = encoder.encode(interval, code);
      if (n + 1 == codes) {
        const nrc::CarryWord final = encoder.finish();
        word = {(word.bits << 1) + final.bits, word.length + 1};
      }
      steps.push_back({word.bits, word.length});
    }
    bench.packet(steps, 0);
    bench.gap(10 + kHeld);
    const std::vector<std::uint8_t> payload = bench.payload();
    nrc::RangeDecoder decoder(payload.data(), payload.size(), kCodeWidth);
    std::size_t next_escape = 0;
    for (const nrc::Interval& interval : intervals) {
      if (interval.escape()) {
        ASSERT_EQ(decoder.consume_escape(), escapes[next_escape++]);
      } else {
        ASSERT_NO_THROW(decoder.consume(interval));
      }
    }
    ASSERT_FALSE(decoder.overrun());
    ASSERT_TRUE(decoder.padding_is_zero());
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(bench.lost_packets(), 0);
}

}  // namespace
