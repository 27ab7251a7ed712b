// SPDX-License-Identifier: Apache-2.0
//
// nrc_packetizer (with its writer, buffer and emitter) against nrc::Packetizer and
// nrc::parse_packet: every byte of every packet, under stalls of the output, bad packets, overflow
// and recovery, and new streams. Which packets must be dropped and which must not is checked
// against the rules; which of the others are, when the room is nearly used up, is taken from the
// design.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "Vnrc_packetizer.h"
#include "bench_random.hpp"
#include "nrc/packet.hpp"
#include "nrc/payload.hpp"
#include "sideband.hpp"
#include "stages/packetizer.hpp"
#include "stream_number.hpp"
#include "verilated_dut.hpp"

namespace {

#ifndef NRC_PARAM_KeyInterval
#define NRC_PARAM_KeyInterval 0
#endif

constexpr std::size_t kBufferWords = NRC_PARAM_BufferWords;
constexpr std::size_t kFifoDepth = NRC_PARAM_PacketFifoDepth;
constexpr std::uint32_t kTableId = 0x89ABCDEF;
constexpr std::uint32_t kStreamNumber = 0xFEDC1234;  // of the first stream
constexpr int kMinSpacing = 10;  // clocks from one end of a good packet to the next

/// @param number  of the stream, counted from 0
constexpr bool kRateControl = NRC_PARAM_Flags != 0;

nrc::StreamHeader stream_header(std::uint32_t number) {
  nrc::StreamHeader h;
  h.mapping = static_cast<nrc::Mapping>(NRC_PARAM_Mapping);
  h.code_width = NRC_PARAM_CodeWidth;
  h.channels = NRC_PARAM_Channels;
  h.rate_millihertz = NRC_PARAM_RateMillihertz;
  h.table_id = kTableId;
  h.packet_frames = NRC_PARAM_PacketFrames;
  h.stream_number = nrc::tb::stream_number(kStreamNumber, number);
  h.rounding = kRateControl;
  h.proportional = kRateControl;
  return h;
}

struct Packet {
  std::size_t words = 1;
  int frames = 1;
  bool key = false;
  bool bad = false;
  bool last = false;
  bool flush = false;             ///< its end comes without a frame, and without a word
  std::uint32_t gap_percent = 0;  ///< of clocks without a word
};

class Bench {
 public:
  using Ready = std::function<bool()>;

  explicit Bench(std::uint32_t seed) : rng_(seed), ready_([] { return true; }) {
    dut_->rst_ni = 0;
    dut_->table_id_i = kTableId;
    dut_->last_channel_i = NRC_PARAM_Channels - 1;
    dut_->stream_number_i = kStreamNumber;
    dut_->word_valid_i = 1;
    dut_->flushed_i = 0;
    dut_->close_i = 0;
    for (int i = 0; i < 4; ++i) {
      randomise();
      dut_->m_axis_tready_i = rng_.flip();
      dut_.tick();
    }
    EXPECT_EQ(dut_->m_axis_tvalid_o, 0);
    EXPECT_EQ(dut_->key_needed_o, 0);
    EXPECT_EQ(dut_->dropped_o, 0u);
    EXPECT_EQ(dut_->packets_o, 0u);
    dut_->rst_ni = 1;
    idle();
  }

  void set_ready(Ready ready) { ready_ = std::move(ready); }
  nrc::tb::Random& rng() { return rng_; }
  std::uint32_t dropped() const { return dropped_; }
  std::uint32_t overflows() const { return overflows_; }
  std::uint32_t sent() const { return sent_; }
  bool key_needed() const { return key_needed_; }
  nrc::tb::Dut<Vnrc_packetizer>& dut() { return dut_; }

  void idle(int clocks = 1) {
    for (int i = 0; i < clocks; ++i) {
      dut_->word_valid_i = 0;
      randomise();
      tick();
    }
  }

  /// Sends a packet, with more frames if no payload of that many can be so long, and learns what
  /// became of it.
  void send(Packet p) {
    while ((p.words + p.flush) * 4 >
           nrc::max_payload_bytes(nrc::Profile::kHuffman, NRC_PARAM_CodeWidth,
                                  static_cast<std::uint64_t>(p.frames) * NRC_PARAM_Channels)) {
      ++p.frames;
    }
    std::vector<std::uint8_t> payload;
    bool crowded = false;
    step_ = kRateControl ? rng_.range(0, 7) : 0;
    dut_->step_i = static_cast<std::uint8_t>(step_);
    // A flush has nothing to count, and may have no word either.
    std::size_t frames_left = static_cast<std::size_t>(p.frames) + p.flush;
    const std::size_t clocks = p.words + (p.flush && rng_.flip());
    for (std::size_t i = 0; i < clocks; ++i) {
      // Frame ends come with words or between them; what is left comes before the last word.
      const bool at_end = i + 1 == clocks;
      const bool has_word = i < p.words;
      do {
        const bool more = at_end && frames_left > 1;
        if (!more && !rng_.percent(p.gap_percent)) break;
        dut_->word_valid_i = 0;
        const bool ends = frames_left > 1 && (more || rng_.flip());
        randomise(ends);
        if (ends) --frames_left;
        tick();
      } while (true);
      const std::uint32_t word = rng_();
      for (int shift = 24; has_word && shift >= 0; shift -= 8) {
        payload.push_back(static_cast<std::uint8_t>(word >> shift));
      }
      const bool ends = at_end ? frames_left != 0 : (frames_left > 1 && rng_.flip());
      randomise(ends);
      if (ends) --frames_left;
      dut_->word_valid_i = has_word;
      dut_->flushed_i = at_end && p.flush;
      dut_->word_i = word;
      nrc::tb::Side side = nrc::tb::Side::of(dut_->side_i);
      if (at_end) side = {ends, true, p.key, p.bad, p.last};
      side.packet_end = at_end;
      side.key = p.key;
      dut_->side_i = side.port();
      if (waiting_words_ + i + 1 > kBufferWords) crowded = true;
      tick();
      dut_->flushed_i = 0;
      if (testing::Test::HasFailure()) return;
    }
    judge(p, payload, crowded);
  }

  /// Ends the stream between two packets.
  void close() {
    dut_->word_valid_i = 0;
    randomise();
    dut_->close_i = 1;
    tick();
    dut_->close_i = 0;
    end_stream();
  }

  /// Waits until everything has been sent.
  void drain() {
    const Ready ready = std::exchange(ready_, [] { return true; });
    for (int i = 0; !expected_.empty() && i < 100000; ++i) idle();
    EXPECT_TRUE(expected_.empty()) << "packets that never came";
    idle(20);
    EXPECT_EQ(dut_->m_axis_tvalid_o, 0);
    EXPECT_EQ(dut_->busy_o, 0);
    EXPECT_EQ(dut_->packets_o, committed_);
    EXPECT_TRUE(received_.empty());
    ready_ = ready;
  }

 private:
  /// Anything but the end of a frame or packet, which count without a word as well.
  void randomise(bool frame_end = false) {
    dut_->word_i = rng_();
    dut_->side_i = nrc::tb::Side{frame_end, false, rng_.flip(), rng_.flip(), rng_.flip()}.port();
  }

  /// After the clock of a packet's last word. `crowded`: a word may have found the buffer full.
  void judge(const Packet& p, const std::vector<std::uint8_t>& payload, bool crowded) {
    const bool drop = dut_->dropped_o != dropped_;
    const bool overflow = dut_->overflow_o != 0;
    ASSERT_LE(dut_->dropped_o - dropped_, 1u);
    dropped_ = dut_->dropped_o;
    const bool must_drop = p.bad || (key_needed_ && !p.key);
    ASSERT_EQ(drop, must_drop || overflow);
    if (!drop || overflow) {
      ASSERT_EQ(dut_->brief_needed_o, overflow);
    }
    // Room: at most four words are on their way out of the buffer, two of them in registers.
    const std::size_t held = waiting_words_ + p.words;
    if (overflow) {
      ++overflows_;
      ASSERT_TRUE(crowded || waiting_packets_ >= kFifoDepth || too_soon_ > 0)
          << "dropped with " << held << " words and " << waiting_packets_ << " packets held";
    } else if (!drop) {
      ASSERT_LE(p.words, kBufferWords);
      ASSERT_LE(held, kBufferWords + 4);
      ASSERT_LE(waiting_packets_, kFifoDepth + 1);
    }
    ASSERT_EQ(dut_->packet_end_o, 1);
    const std::size_t on_link = 6 + p.words + (p.key ? 13 : 0);
    ASSERT_EQ(dut_->packet_words_o, drop ? 0 : on_link % (2 * kBufferWords));
    key_needed_ = drop;
    ASSERT_EQ(dut_->key_needed_o != 0, key_needed_);
    if (!drop) {
      if (stream_begin_) {
        stream_ = stream_header(streams_++);
        golden_.emplace(stream_.stream_number);
      }
      if (p.key) expected_.push_back(golden_->wrap({}, nrc::serialise(stream_)));
      nrc::PacketHeader header;
      header.type = nrc::PacketType::kHuffman;
      header.key = p.key;
      header.step = static_cast<std::uint8_t>(step_);
      header.last = p.last;
      header.frames = static_cast<std::uint16_t>(p.frames);
      header.first_frame = first_frame_;
      expected_.push_back(golden_->wrap(header, payload));
      waiting_words_ += p.words;
      ++waiting_packets_;
      ++committed_;
      too_soon_ = 4;
      stream_begin_ = false;
    }
    first_frame_ += static_cast<std::uint32_t>(p.frames);
    if (p.last && !drop) stream_begin_ = true;  // so that nothing is owed
    if (p.last) end_stream();
  }

  /// If packets of the stream were committed, and the last one was not, one without frames follows.
  void end_stream() {
    if (!stream_begin_) {
      nrc::PacketHeader header;
      header.type = nrc::PacketType::kHuffman;
      header.last = true;
      header.first_frame = first_frame_;
      expected_.push_back(golden_->wrap(header, {}));
      ++waiting_packets_;
      ++committed_;
      too_soon_ = 5;
    }
    first_frame_ = 0;
    stream_begin_ = true;
  }

  void tick() {
    dut_->m_axis_tready_i = ready_();
    dut_.eval();
    const bool valid = dut_->m_axis_tvalid_o != 0;
    const bool taken = valid && dut_->m_axis_tready_i != 0;
    const std::uint32_t data = dut_->m_axis_tdata_o;
    const bool last = dut_->m_axis_tlast_o != 0;
    if (taken) take(data, last);
    dut_.tick();
    if (too_soon_ > 0) --too_soon_;
    if (valid && !taken) {
      ASSERT_EQ(dut_->m_axis_tvalid_o, 1);
      ASSERT_EQ(dut_->m_axis_tdata_o, data);
      ASSERT_EQ(dut_->m_axis_tlast_o != 0, last);
    }
  }

  void take(std::uint32_t data, bool last) {
    for (int shift = 0; shift < 32; shift += 8) {
      received_.push_back(static_cast<std::uint8_t>(data >> shift));
    }
    const bool header = received_.size() > 4 && (received_[2] & 15) == 0;
    if (!header && received_.size() > nrc::kPacketHeaderBytes && !last && waiting_words_ > 0)
      --waiting_words_;
    if (!last) return;
    ++sent_;
    ASSERT_FALSE(expected_.empty()) << "a packet that was not committed";
    const nrc::ParsedPacket parsed = nrc::parse_packet(received_.data(), received_.size());
    ASSERT_EQ(parsed.status, nrc::ParseStatus::kPacket);
    ASSERT_EQ(parsed.size, received_.size());
    ASSERT_EQ(received_, expected_.front()) << "packet " << sent_;
    if (parsed.header.type == nrc::PacketType::kHuffman) --waiting_packets_;
    expected_.pop_front();
    received_.clear();
  }

  nrc::tb::Dut<Vnrc_packetizer> dut_;
  nrc::tb::Random rng_;
  Ready ready_;
  std::uint32_t streams_ = 0;  ///< begun
  nrc::StreamHeader stream_;
  std::optional<nrc::Packetizer> golden_;
  std::deque<std::vector<std::uint8_t>> expected_;
  std::vector<std::uint8_t> received_;
  std::size_t waiting_words_ = 0;    // committed payload words not yet sent
  std::size_t waiting_packets_ = 0;  // data packets in expected_
  int too_soon_ = 0;                 // clocks in which the descriptor before is still on its way
  std::uint32_t first_frame_ = 0;
  int step_ = 0;  ///< number of the packet's rounding step
  std::uint32_t dropped_ = 0;
  std::uint32_t overflows_ = 0;
  std::uint32_t committed_ = 0;
  std::uint32_t sent_ = 0;
  bool key_needed_ = false;
  bool stream_begin_ = true;
};

Packet random_packet(Bench& bench, bool& first) {
  nrc::tb::Random& rng = bench.rng();
  Packet p;
  p.words = static_cast<std::size_t>(rng.percent(30) ? rng.range(1, 3) : rng.range(1, 40));
  p.frames = rng.range(1, 20);
  // A key packet is asked for, and comes some packets later.
  p.key = first || rng.percent(bench.key_needed() ? 40 : 10);
  p.last = rng.percent(5);
  p.gap_percent = rng.flip() ? 0 : 60;
  p.flush = p.last && rng.flip();
  first = p.last || (first && bench.key_needed());
  return p;
}

/// Random packets; the first of a stream that is committed is a key packet, as the framer makes it.
void run_random(Bench& bench, int packets, std::uint32_t bad_percent, int max_gap) {
  bool first = true;
  for (int i = 0; i < packets && !testing::Test::HasFailure(); ++i) {
    const bool stream_first = first;
    Packet p = random_packet(bench, first);
    p.bad = bench.rng().percent(bad_percent);
    if (p.bad) p.last = p.flush;
    bench.send(p);
    first = p.last || (stream_first && bench.key_needed());
    // A packet that a framing error cut short may be followed at once.
    if (!p.bad || p.last || bench.rng().flip()) {
      bench.idle(kMinSpacing + bench.rng().range(0, max_gap));
    }
    if (bench.rng().percent(3)) {
      bench.close();
      bench.idle(kMinSpacing);
      first = true;
    }
  }
  bench.drain();
}

TEST(Packetizer, AlwaysReady) {
  Bench bench(1);
  run_random(bench, 3000, 0, 60);
  EXPECT_GT(bench.sent(), 100u);
}

TEST(Packetizer, BadPackets) {
  Bench bench(2);
  run_random(bench, 3000, 30, 60);
  EXPECT_GT(bench.dropped(), 800u);
  EXPECT_GT(bench.sent(), 300u);
}

TEST(Packetizer, RandomStalls) {
  Bench bench(3);
  bench.set_ready([&bench] { return bench.rng().percent(60); });
  run_random(bench, 3000, 5, 60);
}

// Stalls longer than the buffer holds: packets are dropped, and it recovers every time.
TEST(Packetizer, LongStalls) {
  Bench bench(4);
  int left = 0;
  bool ready = true;
  bench.set_ready([&] {
    if (left-- == 0) {
      ready = !ready;
      left = bench.rng().range(
          1, ready ? 3000 : 40000 * static_cast<int>(kBufferWords) / 16384 + 3000);
    }
    return ready;
  });
  run_random(bench, 20000, 5, 20);
  EXPECT_GT(bench.overflows(), 50u);
  EXPECT_GT(bench.sent(), 500u);
}

// The output does nothing: the buffer fills with large packets, the queue with small ones.
TEST(Packetizer, FillsUp) {
  Bench bench(5);
  for (const std::size_t words : {kBufferWords / 2 - 1, std::size_t{1}}) {
    bench.set_ready([] { return false; });
    Packet p;
    p.key = true;
    p.words = words;
    const std::uint32_t before = bench.dropped();
    for (std::size_t i = 0; i < kFifoDepth + 4; ++i) {
      bench.send(p);
      bench.idle(kMinSpacing);
    }
    EXPECT_GE(bench.dropped() - before, 2u);
    if (words == 1) {
      EXPECT_LE(bench.dropped() - before, 4u);
    }
    bench.drain();
  }
  EXPECT_EQ(bench.dropped(), bench.overflows());
}

// A packet that just fits, and one that never can.
TEST(Packetizer, WholeBuffer) {
  Bench bench(6);
  Packet p;
  p.key = true;
  p.words = kBufferWords;
  bench.send(p);
  EXPECT_EQ(bench.dropped(), 0u);
  bench.idle(kMinSpacing);
  bench.drain();
  p.words = kBufferWords + 1;
  bench.send(p);
  EXPECT_EQ(bench.dropped(), 1u);
  bench.idle(kMinSpacing);
  p.words = 2 * kBufferWords + 5;
  bench.send(p);
  EXPECT_EQ(bench.dropped(), 2u);
  bench.idle(kMinSpacing);
  p.words = 3;
  bench.send(p);
  EXPECT_EQ(bench.dropped(), 2u);
  bench.drain();
}

// A word is lost in the middle of a packet, and there is room again before its end.
TEST(Packetizer, LostInTheMiddle) {
  Bench bench(10);
  bool ready = false;
  bench.set_ready([&ready] { return ready; });
  Packet p;
  p.key = true;
  p.words = kBufferWords - 4;
  bench.send(p);
  bench.idle(kMinSpacing);
  int clocks = 0;
  bench.set_ready([&clocks] { return ++clocks > 60; });
  p.words = kBufferWords / 2;
  p.gap_percent = 80;
  bench.send(p);
  EXPECT_EQ(bench.overflows(), 1u);
  bench.idle(kMinSpacing);
  bench.drain();
  bench.send(p);
  EXPECT_EQ(bench.dropped(), 1u);
  bench.drain();
}

// Packets that end while the descriptor of the one before is still being pushed are dropped.
TEST(Packetizer, TooSoon) {
  Bench bench(11);
  Packet p;
  p.key = true;
  for (int spacing = 0; spacing < 8; ++spacing) {
    const std::uint32_t before = bench.dropped();
    bench.send(p);
    bench.idle(spacing);
    bench.send(p);
    EXPECT_EQ(bench.dropped() - before, spacing < 3 ? 1u : 0u) << spacing;
    bench.drain();
  }
}

// The last packet of a stream is dropped, and then the first of the next: a header goes before the
// first one that is sent, and counting restarts.
TEST(Packetizer, DroppedAtTheSeam) {
  Bench bench(7);
  for (int round = 0; round < 8; ++round) {
    Packet p;
    p.key = true;
    p.words = 5;
    p.frames = 3;
    bench.send(p);
    bench.idle(kMinSpacing);
    p.last = true;
    p.bad = (round & 1) != 0;
    bench.send(p);
    bench.idle(kMinSpacing);
    p.last = (round & 4) != 0;
    p.bad = (round & 2) != 0;
    bench.send(p);
    bench.idle(kMinSpacing);
  }
  bench.drain();
}

// Without stalls a packet leaves in consecutive clocks, and soon; a key packet with the stream
// header before it as well.
TEST(Packetizer, FullThroughput) {
  constexpr int kHeaderPacketWords = 13;
  Bench bench(8);
  Packet p;
  p.key = true;
  p.words = 60;
  bench.send(p);
  bench.drain();
  for (const bool key : {false, true}) {
    p.key = key;
    bench.send(p);
    int wait = 0;
    while (bench.dut()->m_axis_tvalid_o == 0 && wait < 20) {
      bench.idle();
      ++wait;
    }
    EXPECT_LE(wait, 8);
    const int before = key ? kHeaderPacketWords : 0;
    for (int i = 0; i < before + 5 + 60 + 1; ++i) {
      ASSERT_EQ(bench.dut()->m_axis_tvalid_o, 1) << "word " << i;
      ASSERT_EQ(bench.dut()->m_axis_tlast_o, i + 1 == before || i == before + 5 + 60)
          << "word " << i;
      bench.idle();
    }
    bench.drain();
  }
}

// Numbers of more than 16 bits, and as many frames as a packet can have.
TEST(Packetizer, CountersGoFar) {
  Bench bench(9);
  Packet p;
  p.key = true;
  p.frames = NRC_PARAM_PacketFrames;
  bench.send(p);
  bench.drain();
  p.frames = 1;
  for (int i = 0; i < 66000 && !HasFailure(); ++i) {
    p.key = i % 50 == 0;
    bench.send(p);
    bench.idle(kMinSpacing);
  }
  bench.drain();
  EXPECT_EQ(bench.dropped(), 0u);
}

}  // namespace
