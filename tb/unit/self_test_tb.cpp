// SPDX-License-Identifier: Apache-2.0
//
// nrc_self_test with the bench as its encoder: the samples that come are those of nrc::SelfTest, in
// streams as they should be; the CRC is zlib's of the packets that the bench sends; an encoder that
// stops is found; outside a test everything passes, and stream numbers are those without tests.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <vector>

#include "Vnrc_self_test.h"
#include "bench_random.hpp"
#include "stages/self_test.hpp"
#include "stages/shift6.hpp"
#include "verilated_dut.hpp"

namespace {

constexpr std::uint32_t kChannels = NRC_PARAM_Channels;
constexpr int kFrames = NRC_PARAM_PacketFrames;
constexpr int kPatience = NRC_PARAM_Patience;
constexpr std::uint8_t kIdle = 0, kOpen = 1, kClosing = 2, kClosed = 3;
constexpr std::uint32_t kLast = 1U << 21;

struct Sample {
  std::int16_t value;
  bool last;
  bool enable;
};

/// An encoder that sends what it is given to send.
class Bench {
 public:
  explicit Bench(std::uint32_t seed) : random_(seed) {
    dut_->rst_ni = 0;
    dut_->start_i = dut_->enable_i = dut_->flush_i = dut_->key_request_i = dut_->events_only_i = 0;
    dut_->s_axis_tvalid = dut_->sample_ready_i = dut_->packet_valid_i = 0;
    dut_->status_i = kIdle;
    dut_->stream_number_i = 0xABCD1234;
    dut_->max_step_i = 5;
    dut_->link_words_i = 77;
    dut_->event_threshold_i = 9;
    dut_->m_axis_tready = 1;
    dut_.tick();
    dut_->rst_ni = 1;
  }

  Vnrc_self_test& dut() { return *dut_.operator->(); }

  void tick() {
    dut_->eval();
    dut_.tick();
    dut_->eval();
  }

  void start(int packets, std::uint32_t expected) {
    dut_->packets_i = static_cast<std::uint8_t>(packets);
    dut_->expected_i = expected;
    dut_->start_i = 1;
    tick();
    dut_->start_i = 0;
  }

  /// Takes samples, with pauses, until the stream closes.
  std::vector<Sample> stream(bool align) {
    std::vector<Sample> samples;
    for (int clocks = 0; clocks < 5000; ++clocks) {
      dut_->sample_ready_i = random_.percent(60) ? 1 : 0;
      dut_->eval();
      EXPECT_FALSE(dut_->s_axis_tready);
      const bool take = dut_->sample_valid_o && dut_->sample_ready_i;
      if (take) {
        samples.push_back({static_cast<std::int16_t>(dut_->sample_o), dut_->sample_last_o != 0,
                           dut_->enable_o != 0});
      }
      tick();
      if (take && align) {
        EXPECT_TRUE(samples.back().last && !samples.back().enable);
        samples.clear();
        align = false;
      } else if (take) {
        dut_->status_i = kOpen;
        if (samples.back().last && !samples.back().enable) break;
      }
    }
    dut_->sample_ready_i = 0;
    dut_->status_i = kClosing;
    return samples;
  }

  /// Sends a packet of random words, and takes it where it comes out if `leaves`.
  void packet(bool last, bool leaves, std::uint32_t& crc) {
    const int words = random_.range(6, 20);
    for (int i = 0; i < words; ++i) {
      std::uint32_t word = random_();
      if (i == 0) word = last ? word | kLast : word & ~kLast;
      dut_->packet_word_i = word;
      dut_->packet_last_i = i + 1 == words;
      dut_->packet_valid_i = 1;
      bool taken = false;
      while (!taken) {
        dut_->m_axis_tready = !leaves || random_.percent(50);
        dut_->eval();
        EXPECT_EQ(dut_->m_axis_tvalid, leaves);
        taken = dut_->packet_ready_o != 0;
        EXPECT_TRUE(taken || leaves);
        if (leaves) {
          EXPECT_EQ(dut_->m_axis_tdata, word);
          EXPECT_EQ(dut_->m_axis_tlast, dut_->packet_last_i);
        }
        tick();
      }
      const Bytef bytes[4] = {static_cast<Bytef>(word), static_cast<Bytef>(word >> 8),
                              static_cast<Bytef>(word >> 16), static_cast<Bytef>(word >> 24)};
      crc = static_cast<std::uint32_t>(crc32(crc, bytes, 4));
    }
    dut_->packet_valid_i = 0;
  }

  void close() {
    dut_->status_i = kClosed;
    tick();
  }

 private:
  nrc::tb::Dut<Vnrc_self_test> dut_;
  nrc::tb::Random random_;
};

void expect_pattern(const std::vector<Sample>& samples, int frames) {
  ASSERT_EQ(samples.size(), kChannels * static_cast<std::uint32_t>(frames));
  nrc::SelfTest pattern(kChannels, 10);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "sample " << i);
    ASSERT_EQ(nrc::Shift6::code(samples[i].value), pattern.next());
    EXPECT_TRUE(nrc::Shift6::on_grid(samples[i].value));
    EXPECT_EQ(samples[i].last, i % kChannels == kChannels - 1);
    EXPECT_EQ(samples[i].enable, i + 1 < samples.size());
  }
}

/// The numbers that the encoder's count of streams makes of stream_number_o.
std::uint32_t number(Bench& bench, int streams) {
  std::uint32_t reversed = 0;
  for (int b = 0; b < 8; ++b) reversed |= (streams >> b & 1U) << (15 - b);
  bench.dut().eval();
  return bench.dut().stream_number_o ^ reversed;
}

/// A test of so many packets, with `right` or another CRC expected.
void test(Bench& bench, int packets, bool right, int& streams) {
  std::uint32_t ignored = 0, crc = 0;
  bench.start(packets, 0);
  ASSERT_TRUE(bench.dut().running_o);
  ASSERT_FALSE(bench.dut().done_o);
  expect_pattern(bench.stream(true), 2);
  EXPECT_EQ(number(bench, streams), 0U);
  bench.packet(false, false, ignored);
  bench.packet(true, false, ignored);
  ++streams;
  EXPECT_EQ(bench.dut().crc_o, 0U);
  bench.close();
  expect_pattern(bench.stream(false), packets * kFrames);
  EXPECT_EQ(number(bench, streams), 0U);
  EXPECT_EQ(bench.dut().link_words_o, 0xFFFFFFU);
  EXPECT_EQ(bench.dut().max_step_o, 0);
  EXPECT_EQ(bench.dut().event_threshold_o, nrc::kEventThreshold);
  for (int packet = 0; packet < packets; ++packet) {
    bench.packet(packet + 1 == packets, false, crc);
  }
  ++streams;
  bench.dut().expected_i = right ? crc : crc ^ 0x00010000;
  EXPECT_FALSE(bench.dut().done_o);
  bench.close();
  EXPECT_TRUE(bench.dut().done_o);
  EXPECT_EQ(bench.dut().passed_o, right);
  EXPECT_FALSE(bench.dut().timed_out_o);
  EXPECT_FALSE(bench.dut().running_o);
  EXPECT_EQ(bench.dut().crc_o, crc);
}

TEST(SelfTest, TestsAndStreams) {
  Bench bench(1);
  std::uint32_t ignored = 0;
  int streams = 0;
  int own = 0;
  for (int round = 0; round < 6; ++round) {
    // A stream from outside.
    std::uint32_t reversed = 0;
    for (int b = 0; b < 8; ++b) reversed |= (own >> b & 1U) << (15 - b);
    EXPECT_EQ(number(bench, streams), 0xABCD1234 ^ reversed);
    bench.packet(false, true, ignored);
    EXPECT_EQ(number(bench, streams), 0xABCD1234 ^ reversed);
    bench.packet(true, true, ignored);
    ++streams;
    ++own;
    test(bench, round + 1, round % 3 != 1, streams);
    if (HasFatalFailure()) return;
  }
}

TEST(SelfTest, PassesEverythingOutsideATest) {
  Bench bench(2);
  Vnrc_self_test& dut = bench.dut();
  for (const bool bit : {false, true}) {
    dut.enable_i = dut.flush_i = dut.key_request_i = dut.events_only_i = bit;
    dut.s_axis_tvalid = dut.s_axis_tlast = dut.sample_ready_i = bit;
    dut.s_axis_tdata = static_cast<std::uint16_t>(bit ? 0x1234 : 0x4321);
    dut.eval();
    EXPECT_EQ(dut.enable_o, bit);
    EXPECT_EQ(dut.flush_o, bit);
    EXPECT_EQ(dut.key_request_o, bit);
    EXPECT_EQ(dut.events_only_o, bit);
    EXPECT_EQ(dut.sample_valid_o, bit);
    EXPECT_EQ(dut.sample_last_o, bit);
    EXPECT_EQ(dut.s_axis_tready, bit);
    EXPECT_EQ(dut.sample_o, dut.s_axis_tdata);
    EXPECT_EQ(dut.max_step_o, 5);
    EXPECT_EQ(dut.link_words_o, 77U);
    EXPECT_EQ(dut.event_threshold_o, 9);
  }
}

TEST(SelfTest, StartsOnlyWithoutAStream) {
  Bench bench(3);
  for (const std::uint8_t status : {kOpen, kClosing}) {
    bench.dut().status_i = status;
    bench.start(1, 0);
    EXPECT_FALSE(bench.dut().running_o);
  }
  bench.dut().status_i = kClosed;
  bench.dut().enable_i = 1;
  bench.start(1, 0);
  EXPECT_FALSE(bench.dut().running_o);
  bench.dut().enable_i = 0;
  bench.dut().expected_i = 0;
  bench.dut().flush_i = bench.dut().key_request_i = bench.dut().events_only_i = 1;
  bench.start(1, 0);
  EXPECT_TRUE(bench.dut().running_o);
  EXPECT_FALSE(bench.dut().flush_o || bench.dut().key_request_o || bench.dut().events_only_o);
}

/// An encoder that stops ends the test after kPatience clocks, and nothing but a reset helps.
void expect_timeout(Bench& bench) {
  for (int clock = 0; clock < kPatience; ++clock) {
    EXPECT_FALSE(bench.dut().done_o);
    bench.tick();
  }
  bench.tick();
  bench.tick();
  EXPECT_TRUE(bench.dut().done_o && bench.dut().timed_out_o && bench.dut().running_o);
  EXPECT_FALSE(bench.dut().passed_o);
  bench.dut().status_i = kClosed;
  bench.dut().sample_ready_i = 1;
  bench.start(1, 0);
  for (int clock = 0; clock < 10; ++clock) bench.tick();
  EXPECT_TRUE(bench.dut().done_o && bench.dut().timed_out_o && bench.dut().running_o);
  EXPECT_FALSE(bench.dut().sample_valid_o);
}

TEST(SelfTest, AnEncoderThatTakesNoSample) {
  Bench bench(4);
  bench.start(1, 0);
  expect_timeout(bench);
}

TEST(SelfTest, AnEncoderThatDoesNotClose) {
  Bench bench(5);
  bench.start(1, 0);
  bench.stream(true);
  expect_timeout(bench);
}

// An encoder without tables opens no stream.
TEST(SelfTest, AnEncoderThatSendsNothing) {
  Bench bench(6);
  bench.start(1, 0);
  for (int clock = 0; clock < 100 && !bench.dut().done_o; ++clock) {
    bench.dut().sample_ready_i = 1;
    bench.tick();
  }
  EXPECT_TRUE(bench.dut().done_o);
  EXPECT_FALSE(bench.dut().passed_o);
  EXPECT_EQ(bench.dut().crc_o, 0U);
}

}  // namespace
