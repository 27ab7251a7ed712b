// SPDX-License-Identifier: Apache-2.0
//
// nrc_event_writer against the fields of nrc::EventLayout and the rules by which a packet of events
// ends: events of all sizes at any place, packets that end by number, by time and with the stream,
// descriptors that wait, a full event buffer, a full queue, and streams of which nothing is stored.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "Vnrc_event_writer.h"
#include "bench_random.hpp"
#include "format/event_payload.hpp"
#include "nrc/format.hpp"
#include "rtl_constants.hpp"
#include "sideband.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr std::uint32_t kChannels = NRC_PARAM_Channels;
constexpr int kWidth = NRC_PARAM_CodeWidth;
constexpr int kWindow = NRC_PARAM_Window;
constexpr std::uint32_t kLimit = NRC_PARAM_QueueLimit;
/// The framer keeps frames of few channels apart.
constexpr std::uint32_t kRest =
    kChannels < nrc::rtl::kLoopLatency ? nrc::rtl::kLoopLatency - kChannels : 0;
constexpr int kMaxWait = 3;  ///< clocks in which another descriptor is pushed

/// Chances in percent, of each code or clock.
struct Chances {
  std::uint32_t codes = 0;    ///< an event in every so many, 0: none
  std::uint32_t idle = 0;     ///< no code
  std::uint32_t wait = 0;     ///< another descriptor is pushed
  std::uint32_t full = 0;     ///< the event buffer is
  std::uint32_t crowded = 0;  ///< the descriptor queue is, for the time of a packet
};

class Bench {
 public:
  explicit Bench(std::uint32_t seed) : random_(seed), layout_(kChannels, kWidth) {
    dut_->rst_ni = 0;
    dut_->event_valid_i = 1;
    dut_->valid_i = 1;
    dut_->side_i = nrc::tb::Side{true, true, true, true, true}.port();
    dut_->end_i = 1;
    dut_->stream_open_i = 1;
    for (int i = 0; i < 3; ++i) dut_.tick();
    EXPECT_EQ(dut_->push_o, 0);
    EXPECT_EQ(dut_->lost_o, 0U);
    dut_->rst_ni = 1;
    dut_->end_i = 0;
    chances = {0, 100, 0, 0, 0};
    clock(false, 0, false);
  }

  Chances chances;
  bool open = true;  ///< a packet of the stream is stored

  /// A frame; the last one of its stream, or not.
  void frame(bool last = false) {
    for (std::uint32_t c = 0; c < kChannels && !testing::Test::HasFailure(); ++c) {
      while (random_.percent(chances.idle)) clock(false, 0, false);
      clock(true, c, last);
    }
    for (std::uint32_t i = 0; i < kRest; ++i) clock(false, 0, false);
  }
  /// The stream ends without a code, and the next one begins some frames later.
  void end() {
    dut_->end_i = 1;
    ended_ = true;
    clock(false, 0, false);
    dut_->end_i = 0;
    idle();
  }
  void idle() {
    for (std::uint32_t i = 0; i < nrc::rtl::kLoopLatency; ++i) clock(false, 0, false);
  }
  std::size_t packets() const { return packets_; }
  std::size_t full_packets() const { return full_packets_; }
  std::size_t events() const { return events_; }
  std::uint32_t lost() const { return lost_; }
  nrc::tb::Random& random() { return random_; }

 private:
  /// Offers a code, with an event perhaps, or none, and judges what comes of it.
  void clock(bool valid, std::uint32_t channel, bool last) {
    const bool frame_end = valid && channel == kChannels - 1;
    nrc::tb::Side side;
    side.frame_end = valid ? frame_end : random_.flip();
    side.packet_end = valid ? frame_end && last : random_.flip();
    side.last = valid ? frame_end && last : random_.flip();
    side.key = random_.flip();
    side.bad = random_.flip();
    const bool event = valid && chances.codes != 0 && random_() % chances.codes == 0;
    const int ago = random_.range(0, kWindow - 1);
    const int half = 1 << (kWidth - 1);
    const int amplitude = random_.range(-half, half - 1);
    dut_->valid_i = valid;
    dut_->side_i = side.port();
    dut_->event_valid_i = event;
    nrc::tb::drive(dut_->event_channel_i, channel);
    nrc::tb::drive(dut_->event_amplitude_i,
                   static_cast<unsigned>(amplitude) & ((1U << kWidth) - 1));
    nrc::tb::drive(dut_->event_ago_i, ago);
    dut_->full_i = random_.percent(chances.full);
    dut_->stream_open_i = open;
    // No other descriptor begins while this one waits.
    if (other_ == 0 && left_ == 0 && random_.percent(chances.wait)) other_ = kMaxWait;
    dut_->ready_i = other_ == 0;
    if (other_ != 0) --other_;
    dut_->level_i = static_cast<std::uint8_t>(crowded_ ? random_.range(kLimit + 1, kLimit + 3)
                                                       : random_.range(0, kLimit));
    dut_.eval();

    ASSERT_EQ(dut_->write_o != 0, event);
    if (event && dut_->full_i) ++lost_;
    if (event && !dut_->full_i) {
      if (waiting_.empty()) first_ = frame_ - (kWindow - 1);
      nrc::Event expected = {frame_ - static_cast<std::uint64_t>(ago), channel, amplitude};
      const nrc::Event got = layout_.unpack(dut_->word_o, first_);
      // Low bits that have no room are not sent.
      expected.amplitude = layout_.unpack(layout_.pack(expected, first_), first_).amplitude;
      ASSERT_EQ(got.frame, expected.frame);
      ASSERT_EQ(got.channel, expected.channel);
      ASSERT_EQ(got.amplitude, expected.amplitude);
      waiting_.push_back(got);
    }

    // The end of a packet waits for the descriptor before.
    ended_ = ended_ || (frame_end && last);
    const bool in_time = frame_ + (frame_end ? 1U : 0U) < first_ + nrc::kEventPacketFrames;
    const bool due = ended_ || waiting_.size() >= nrc::kMaxPacketEvents || !in_time;
    const bool closes = !waiting_.empty() && due && left_ == 0;
    const bool stored = open && !crowded_;
    ASSERT_EQ(dut_->commit_o != 0, closes && stored) << "frame " << frame_;
    ASSERT_EQ(dut_->rewind_o != 0, closes && !stored) << "frame " << frame_;
    ASSERT_EQ(dut_->push_o != 0, left_ != 0 && dut_->ready_i);
    if (dut_->push_o) {
      ASSERT_EQ(dut_->descriptor_o, descriptor_[3 - left_]) << left_ << " entries are left";
      --left_;
    }
    if (closes) {
      const std::size_t count = waiting_.size();
      if (stored) {
        descriptor_ = {1U << 22, static_cast<std::uint32_t>(first_),
                       static_cast<std::uint32_t>(count)};
        left_ = 3;
        ++packets_;
        full_packets_ += count >= nrc::kMaxPacketEvents ? 1 : 0;
        events_ += count;
        // A packet goes on while the descriptor before it waits.
        ASSERT_LE(count, nrc::kMaxPacketEvents + 6);
      } else {
        lost_ += static_cast<std::uint32_t>(count);
      }
      waiting_.clear();
      crowded_ = random_.percent(chances.crowded);
    }
    const bool stream_ends = dut_->end_i || (frame_end && last);
    if (waiting_.empty()) ended_ = false;
    if (stream_ends)
      frame_ = 0;
    else if (frame_end)
      ++frame_;
    dut_.tick();
    ASSERT_EQ(dut_->lost_o, lost_);
    ASSERT_EQ(dut_->waits_o != 0, left_ != 0 || (ended_ && !waiting_.empty()));
  }

  nrc::tb::Dut<Vnrc_event_writer> dut_;
  nrc::tb::Random random_;
  nrc::EventLayout layout_;
  std::uint64_t frame_ = 0;  ///< of the stream
  std::uint64_t first_ = 0;  ///< of the packet in progress
  std::vector<nrc::Event> waiting_;
  bool ended_ = false;    ///< the stream has, and its last packet has not
  bool crowded_ = false;  ///< no room in the queue
  int other_ = 0;         ///< clocks left of another descriptor
  std::size_t left_ = 0;  ///< entries of the descriptor in progress
  std::array<std::uint32_t, 3> descriptor_ = {};
  std::size_t packets_ = 0;
  std::size_t full_packets_ = 0;
  std::size_t events_ = 0;
  std::uint32_t lost_ = 0;
};

/// Codes to an event: some in a packet that ends by time, and more than fill one.
constexpr std::uint32_t kRare = 30 * kChannels;
constexpr std::uint32_t kOften = (kChannels + 31) / 32;
constexpr int kFrames = kChannels == 1 ? 20000 : 1500;

/// Streams of all lengths; events come from the frame on in which the first spike can be complete.
void run(Bench& bench, const Chances& chances) {
  int left = 0;
  int age = 0;
  for (int f = 0; f < kFrames && !testing::Test::HasFailure(); ++f, ++age) {
    if (left == 0) {
      left = bench.random().range(20, 900);
      age = 0;
    }
    bench.chances = chances;
    if (age < kWindow) bench.chances.codes = 0;
    const bool flushed = left == 1 && bench.random().flip();
    bench.frame(left == 1 && !flushed);
    if (flushed) bench.end();
    --left;
  }
  bench.end();
}

TEST(EventWriter, PacketsEndByTimeAndWithTheStream) {
  Bench bench(1);
  run(bench, {kRare, 20, 50, 0, 0});
  EXPECT_GT(bench.packets(), 5U);
  EXPECT_GT(bench.events(), 2 * bench.packets());
  EXPECT_EQ(bench.full_packets(), 0U);
  EXPECT_EQ(bench.lost(), 0U);
}

TEST(EventWriter, PacketsEndWithSoManyEvents) {
  Bench bench(2);
  run(bench, {kOften, 0, 90, 0, 0});
  EXPECT_GT(bench.packets(), 50U);
  // One channel has fewer events in the frames of a packet than fill it.
  if (kChannels > 1) {
    EXPECT_GT(bench.full_packets(), 50U);
  }
  EXPECT_EQ(bench.lost(), 0U);
}

// A stream ends with an event in the clock after a full packet, whose descriptor is not pushed yet.
TEST(EventWriter, AnEndWaitsForTheDescriptorBefore) {
  if (kChannels == 1) return;
  static_assert(kChannels == 1 || kChannels == 2 * nrc::kMaxPacketEvents + 1);
  for (const std::uint32_t wait : {0, 100}) {
    Bench bench(5);
    for (int stream = 0; stream < 3; ++stream) {
      bench.chances = {0, 0, wait, 0, 0};
      for (int f = 0; f < kWindow; ++f) bench.frame();
      bench.chances.codes = 1;
      bench.frame(true);
      bench.chances.codes = 0;
      bench.idle();
    }
    EXPECT_EQ(bench.packets(), 9U);
    EXPECT_EQ(bench.full_packets(), 6U);
  }
}

TEST(EventWriter, WhatFindsNoRoomIsCounted) {
  Bench bench(3);
  run(bench, {kOften, 5, 50, 30, 40});
  EXPECT_GT(bench.packets(), 30U);
  EXPECT_GT(bench.lost(), 30 * bench.packets());
}

TEST(EventWriter, NothingIsSentBeforeTheFirstStoredPacket) {
  Bench bench(4);
  bench.open = false;
  run(bench, {kOften, 0, 50, 0, 0});
  EXPECT_EQ(bench.packets(), 0U);
  EXPECT_GT(bench.lost(), 500U);
}

}  // namespace
