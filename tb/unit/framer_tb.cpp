// SPDX-License-Identifier: Apache-2.0
//
// nrc_framer against the rules of docs/rtl.md, "Framing". A model gets every sample
// that the design takes, and says what has to come out one clock later; directed tests write the
// expected packets out.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "Vnrc_framer.h"
#include "framer_model.hpp"
#include "rtl_constants.hpp"
#include "sideband.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr int kMaxChannels = NRC_PARAM_Channels;
constexpr int kMinChannels = NRC_PARAM_MinChannels;
constexpr int kPacketFrames = NRC_PARAM_PacketFrames;
constexpr int kBriefFrames = (kPacketFrames + 1) / 2;
constexpr int kKeyInterval = NRC_PARAM_KeyInterval;
constexpr bool kShallow = NRC_PARAM_Pipeline == 1;
constexpr int kLoopLatency = NRC_PARAM_LoopLatency;

using Input = nrc::tb::FramerModel::Input;
using Output = nrc::tb::FramerModel::Output;

class Bench {
 public:
  /// Another number of channels with each seed, if there are several.
  explicit Bench(unsigned seed)
      : channels(kMinChannels + static_cast<int>(seed) % (kMaxChannels - kMinChannels + 1)),
        model_(channels, kPacketFrames, kBriefFrames, kKeyInterval),
        rng_(seed),
        entered_(static_cast<std::size_t>(channels), -1000) {
    dut_->last_channel_i = static_cast<std::uint8_t>(channels - 1);
    dut_->brief_last_i = kBriefFrames - 1;
    dut_->rst_ni = 0;
    dut_->enable_i = 1;
    dut_->key_request_i = 0;
    dut_->key_needed_i = 0;
    dut_->brief_needed_i = 0;
    dut_->flush_i = 0;
    dut_->s_axis_tvalid_i = 1;
    for (int i = 0; i < 3; ++i) {
      dut_.tick();
      EXPECT_EQ(dut_->s_axis_tready_o, 0);
      EXPECT_EQ(dut_->valid_o, 0);
    }
    dut_->s_axis_tvalid_i = 0;
    dut_->rst_ni = 1;
    dut_.tick();
  }

  /// One clock with or without a sample on offer. True if one was taken.
  bool clock(const std::optional<Input>& input) {
    dut_->enable_i = enable;
    dut_->key_request_i = request;
    dut_->key_needed_i = needed;
    dut_->brief_needed_i = brief;
    dut_->flush_i = flush;
    dut_->s_axis_tdata_i = input ? input->data : static_cast<std::uint16_t>(rng_());
    dut_->s_axis_tlast_i = input ? input->last : rng_() & 1;
    // tready must not depend on tvalid, tdata or tlast.
    dut_->s_axis_tvalid_i = !input;
    dut_.eval();
    const bool ready = dut_->s_axis_tready_o;
    dut_->s_axis_tvalid_i = input.has_value();
    dut_.eval();
    EXPECT_EQ(dut_->s_axis_tready_o, ready);
    // Of a flush tready knows a clock later.
    if (flushed_) begin_flush();
    flushed_ = flush;
    EXPECT_EQ(ready, clock_ >= rest_until_ && clock_ >= flushing_until_) << "clock " << clock_;

    const bool taken = input && ready;
    std::optional<Output> expected;
    if (taken) expected = model_.take(*input, enable, request || asked_, needed, brief);
    asked_ = taken ? false : asked_ || request;
    request = false;
    flush = false;
    if (expected && expected->last) leaving_until_ = clock_ + 1 + nrc::rtl::kCloseLatency;
    ++clock_;
    if (kShallow) compare(expected);
    watch_flush();
    dut_.tick();
    if (!kShallow) compare(expected);
    return taken;
  }

  /// Offers a sample until it is taken, with gaps before it.
  void send(const Input& input) {
    while (rng_() % 100 < gap_percent) clock(std::nullopt);
    while (!clock(input)) {
      if (testing::Test::HasFailure()) return;
    }
  }

  void frame() { frame(channels); }
  /// A frame of `size` samples, tlast on the last one.
  void frame(int size) {
    for (int i = 0; i < size; ++i) send({static_cast<std::uint16_t>(rng_()), i == size - 1});
  }

  /// What came out since the last call, a word for each frame end: K or P (key or plain packet),
  /// the number of samples, then e(nd of packet), b(ad), l(ast).
  std::string ends() {
    std::string all;
    all.swap(ends_);
    return all;
  }

  std::mt19937& rng() { return rng_; }

  const int channels;  ///< of a frame

  bool enable = true;
  bool request = false;  ///< for one clock
  bool needed = false;
  bool brief = false;
  bool flush = false;  ///< for one clock
  unsigned gap_percent = 0;

 private:
  /// In the clock after flush_i, in which tready falls if a stream is open.
  void begin_flush() {
    const auto ended = model_.flush();
    if (!ended) return;
    ended_ = *ended;
    samples_ = 0;
    error_ = ended_.cut;
    flush_due_ = clock_ + 1 + nrc::rtl::kCloseLatency;
    flushing_until_ = leaving_until_ = flush_due_ + nrc::rtl::kCloseLatency;
  }

  /// Before the clock's edge.
  void watch_flush() {
    const long now = clock_ - 1;
    const bool due = now == flush_due_;
    ASSERT_EQ(dut_->flush_o, due && ended_.packet) << "clock " << now;
    ASSERT_EQ(dut_->close_o, due && !ended_.packet) << "clock " << now;
    ASSERT_EQ(dut_->flushed_o, flush_due_ >= 0 && now >= flush_due_ && now < flushing_until_);
    ASSERT_EQ(dut_->settled_o, now >= settled_from_) << "clock " << now;
    settled_from_ = leaving_until_;
    if (now <= flush_due_ - nrc::rtl::kCloseLatency + 1 || now >= flushing_until_) return;
    const auto side = nrc::tb::Side::of(dut_->side_o);
    ASSERT_TRUE(side.packet_end && side.last && side.frame_end) << "clock " << now;
    if (ended_.packet) {
      ASSERT_EQ(side.key, ended_.key);
      ASSERT_EQ(side.bad, ended_.cut);
    }
  }

  void compare(const std::optional<Output>& expected) {
    ASSERT_EQ(dut_->valid_o, expected.has_value()) << "clock " << clock_;
    ASSERT_EQ(dut_->framing_error_o, (expected && expected->error) || error_) << "clock " << clock_;
    error_ = false;
    if (!expected) return;
    const Output& e = *expected;
    ASSERT_EQ(dut_->sample_o, e.sample);
    ASSERT_EQ(dut_->channel_o, e.channel) << "clock " << clock_;
    ASSERT_EQ(dut_->first_o, e.first) << "clock " << clock_;
    const auto side = nrc::tb::Side::of(dut_->side_o);
    ASSERT_EQ(side.frame_end, e.frame_end) << "clock " << clock_;
    ASSERT_EQ(side.packet_end, e.packet_end) << "clock " << clock_;
    ASSERT_EQ(side.key, e.key) << "clock " << clock_;
    ASSERT_EQ(side.bad, e.bad) << "clock " << clock_;
    ASSERT_EQ(side.last, e.last) << "clock " << clock_;
    // Whatever a channel's sample needs must have been written back.
    long& entered = entered_[static_cast<std::size_t>(e.channel)];
    if (!e.first) {
      ASSERT_GE(clock_ - entered, kLoopLatency);
    }
    entered = clock_;
    ++samples_;
    if (e.frame_end) {
      rest_until_ = clock_ + std::max(kLoopLatency - channels, 0);
      ends_ += (ends_.empty() ? "" : " ") + std::string(e.key ? "K" : "P") +
               std::to_string(samples_) + (e.packet_end ? "e" : "") + (e.bad ? "b" : "") +
               (e.last ? "l" : "");
      samples_ = 0;
    }
  }

  nrc::tb::Dut<Vnrc_framer> dut_;
  nrc::tb::FramerModel model_;
  std::mt19937 rng_;
  std::vector<long> entered_;  ///< clock of each channel's last sample
  std::string ends_;
  int samples_ = 0;
  nrc::tb::FramerModel::Flushed ended_;
  bool flushed_ = false;  ///< flush_i was high in the clock before
  bool error_ = false;    ///< of a frame that a flush cut
  long flush_due_ = -1;
  long flushing_until_ = 0;  ///< tready is low before
  long leaving_until_ = 0;   ///< settled_o is low before, as is known
  long settled_from_ = 0;    ///< a clock later
  bool asked_ = false;       ///< key_request_i came between two samples
  long clock_ = 0;
  long rest_until_ = 0;  ///< tready is low before
};

/// Many frames of all kinds. The odds are one in ... for each frame, 0 for never.
void random_frames(unsigned seed, int frames, unsigned gap_percent, unsigned bad_one_in,
                   unsigned switch_one_in, unsigned key_one_in, unsigned flush_one_in = 0) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Bench bench(seed);
  std::mt19937& rng = bench.rng();
  const auto chance = [&rng](unsigned one_in) { return one_in != 0 && rng() % one_in == 0; };
  bench.gap_percent = gap_percent;
  for (int i = 0; i < frames && !testing::Test::HasFailure(); ++i) {
    int size = bench.channels;
    if (chance(bad_one_in)) {
      size = 1 + static_cast<int>(rng() % (2 * static_cast<unsigned>(size) + 2));
    }
    // The controls change at any sample of the frame, or before the first.
    const auto when = static_cast<int>(rng() % static_cast<unsigned>(size + 1));
    for (int k = 0; k < size; ++k) {
      if (k == when || (when == size && k == 0)) {
        if (chance(switch_one_in)) bench.enable = !bench.enable;
        if (chance(key_one_in)) bench.request = true;
        if (chance(key_one_in)) bench.needed = !bench.needed;
        if (chance(key_one_in)) bench.brief = !bench.brief;
        if (chance(flush_one_in)) bench.flush = true;
        if (when == size) bench.clock(std::nullopt);
      }
      bench.send({static_cast<std::uint16_t>(rng()), k == size - 1});
    }
  }
}

TEST(Framer, Random) { random_frames(1, 2000, 20, 10, 10, 20); }
TEST(Framer, RandomAtFullRate) { random_frames(2, 2000, 0, 10, 10, 20); }
TEST(Framer, OnlyWholeFrames) { random_frames(3, 2000, 0, 0, 0, 0); }
TEST(Framer, OnlyWholeFramesWithGaps) { random_frames(4, 1000, 60, 0, 0, 0); }
TEST(Framer, MostlyFramingErrors) { random_frames(5, 2000, 5, 2, 20, 20); }
TEST(Framer, OftenSwitched) { random_frames(6, 2000, 5, 30, 2, 20); }
TEST(Framer, Flushes) { random_frames(8, 2000, 5, 20, 10, 20, 3); }
TEST(Framer, KeysOnRequest) { random_frames(7, 2000, 5, 0, 0, 5); }

#if NRC_PARAM_Channels == 3 && NRC_PARAM_PacketFrames == 2 && NRC_PARAM_KeyInterval == 0
// Directed tests, where the expected output is written out for 3 channels, 2 frames in a packet.

class Directed : public testing::Test {
 protected:
  void frames(int count) {
    for (int i = 0; i < count; ++i) bench_.frame();
  }
  Bench bench_{1};
};

TEST_F(Directed, OnlyTheFirstPacketIsAKeyPacket) {
  frames(6);
  EXPECT_EQ(bench_.ends(), "K3 K3e P3 P3e P3 P3e");
}

TEST_F(Directed, ShortFrame) {
  frames(3);
  bench_.frame(2);
  frames(4);
  EXPECT_EQ(bench_.ends(), "K3 K3e P3 P2eb K3 K3e P3 P3e");
}

TEST_F(Directed, LongFrame) {
  bench_.frame(7);
  frames(3);
  EXPECT_EQ(bench_.ends(), "K3eb K3 K3e P3");
}

TEST_F(Directed, LongFrameInTheMiddleOfAPacket) {
  frames(3);
  bench_.frame(4);
  frames(3);
  EXPECT_EQ(bench_.ends(), "K3 K3e P3 P3eb K3 K3e P3");
}

TEST_F(Directed, TwoErrorsInARow) {
  bench_.frame(1);
  bench_.frame(4);
  frames(3);
  EXPECT_EQ(bench_.ends(), "K1eb K3eb K3 K3e P3");
}

TEST_F(Directed, DisableClosesTheStreamWithTheFrame) {
  frames(2);
  bench_.send({1, false});
  bench_.enable = false;
  bench_.send({2, false});
  bench_.send({3, true});
  frames(3);
  EXPECT_EQ(bench_.ends(), "K3 K3e P3el");
}

TEST_F(Directed, ABriefDisableInsideAFrameDoesNothing) {
  bench_.send({1, false});
  bench_.enable = false;
  bench_.send({2, false});
  bench_.enable = true;
  bench_.send({3, true});
  frames(1);
  EXPECT_EQ(bench_.ends(), "K3 K3e");
}

TEST_F(Directed, EnableBeginsANewStreamWithAWholeFrame) {
  bench_.enable = false;
  frames(1);
  bench_.send({1, false});
  bench_.enable = true;
  bench_.send({2, false});
  bench_.send({3, true});
  EXPECT_EQ(bench_.ends(), "");
  frames(3);
  EXPECT_EQ(bench_.ends(), "K3 K3e P3");
}

TEST_F(Directed, AStreamOfOneFrame) {
  bench_.send({1, false});
  bench_.enable = false;
  bench_.send({2, false});
  bench_.send({3, true});
  bench_.enable = true;
  frames(3);
  EXPECT_EQ(bench_.ends(), "K3el K3 K3e P3");
}

TEST_F(Directed, DisableWaitsForAWholeFrame) {
  bench_.send({1, false});
  bench_.enable = false;
  bench_.send({2, true});
  frames(2);
  EXPECT_EQ(bench_.ends(), "K2eb K3el");
}

TEST_F(Directed, FramesThrownAwayAreNotChecked) {
  bench_.enable = false;
  bench_.frame(1);
  bench_.frame(5);
  bench_.enable = true;
  frames(2);
  EXPECT_EQ(bench_.ends(), "K3 K3e");
}

TEST_F(Directed, AFlushInsideAFrameCutsItsPacket) {
  frames(3);
  bench_.send({1, false});
  bench_.flush = true;
  bench_.clock(std::nullopt);
  bench_.send({2, false});
  bench_.send({3, true});
  frames(3);
  EXPECT_EQ(bench_.ends(), "K3 K3e P3 K3 K3e P3");
}

TEST_F(Directed, AFlushEndsAPacketWithoutASample) {
  frames(3);
  bench_.flush = true;
  bench_.clock(std::nullopt);
  frames(3);
  EXPECT_EQ(bench_.ends(), "K3 K3e P3 K3 K3e P3");
}

TEST_F(Directed, AfterADropForLackOfRoomAPacketIsBrief) {
  frames(1);
  bench_.needed = bench_.brief = true;
  frames(2);
  bench_.needed = bench_.brief = false;
  frames(2);
  EXPECT_EQ(bench_.ends(), "K3 K3e K3e P3 P3e");
}

TEST_F(Directed, KeyRequestIsRemembered) {
  frames(3);
  bench_.request = true;
  bench_.clock(std::nullopt);
  frames(5);
  EXPECT_EQ(bench_.ends(), "K3 K3e P3 P3e K3 K3e P3 P3e");
}

TEST_F(Directed, KeyRequestInTheClockOfTheFirstSampleCounts) {
  frames(2);
  for (int i = 0; i < kLoopLatency; ++i) bench_.clock(std::nullopt);
  bench_.request = true;
  frames(4);
  EXPECT_EQ(bench_.ends(), "K3 K3e K3 K3e P3 P3e");
}

TEST_F(Directed, KeyNeededCountsWhenAPacketBegins) {
  frames(2);
  bench_.needed = true;
  frames(1);
  bench_.needed = false;
  frames(1);
  bench_.send({1, false});
  bench_.needed = true;
  bench_.send({2, false});
  bench_.needed = false;
  bench_.send({3, true});
  frames(1);
  EXPECT_EQ(bench_.ends(), "K3 K3e K3 K3e P3 P3e");
}

#endif

}  // namespace
