// SPDX-License-Identifier: Apache-2.0
//
// nrc_range_decoder, with nrc_window and nrc_bit_window in it, against nrc::RangeDecoder and
// nrc::IntervalModel: packets of nrc::RangeEncoder go in, their codes come out in order, and
// payloads are damaged if they are so for the model. What the design must not look at is random.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "Vnrc_range_decoder.h"
#include "bench_random.hpp"
#include "nrc/error.hpp"
#include "nrc/range_tables.hpp"
#include "rtl_constants.hpp"
#include "stages/bit_packer.hpp"
#include "stages/carry_packer.hpp"
#include "stages/interval.hpp"
#include "stages/linearizer.hpp"
#include "stages/range.hpp"
#include "verilated_dut.hpp"

namespace nrc::tb {
namespace {

constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr std::size_t kRoom = NRC_PARAM_Room;
constexpr long kLatency = rtl::kRangeDecoderLatency;
constexpr int kMin = -(1 << (kCodeWidth - 1));
constexpr int kMax = (1 << (kCodeWidth - 1)) - 1;
constexpr int kMinPrediction = kMin * 64;
constexpr int kMaxPrediction = kMax * 64;
constexpr int kMaxIndex = 16 * (kCodeWidth - 1) + 15 + 15;  ///< largest scale, largest burst
constexpr bool kGroups = kCodeWidth > kPlainWidth;
/// Codes on each side of the predicted one that are in the first window.
constexpr int kReach = kCodeWidth < 5 ? 7 : 15;

constexpr std::uint32_t low_bits(std::int32_t value, int width) {
  return static_cast<std::uint32_t>(value) & ((1U << width) - 1);
}

/// The built-in tables, with a scale at reset that fits codes of any width.
RangeTables make_tables() {
  RangeTables tables = RangeTables::builtin(NRC_TABLES);
  tables.initial_scale = kMinScale;
  return tables;
}

struct Golden {
  RangeTables tables = make_tables();
  Linearizer linearizer{tables, kCodeWidth};
  IntervalModel model{tables, linearizer};
};

const Golden& golden() {
  static const Golden instance;
  return instance;
}

struct Sample {
  int code = 0;
  std::int32_t prediction = 0;
  int index = 0;
  bool raw = false;       ///< of a raw packet: 16 bits
  bool verbatim = false;  ///< after a reset
};

using Packet = std::vector<Sample>;
using Bytes = std::vector<std::uint8_t>;

Bytes encode(const Packet& packet) {
  if (packet.front().raw) {
    BitPacker packer;
    for (const Sample& s : packet) {
      const std::uint32_t bits = low_bits(s.code, 16);
      packer.put((bits & 0xFF) << 8 | bits >> 8, 16);
    }
    return packer.take();
  }
  RangeEncoder encoder(kCodeWidth);
  CarryPacker packer;
  for (const Sample& s : packet) {
    const auto code = static_cast<Code>(s.code);
    if (s.verbatim) {
      packer.put(encoder.verbatim(code));
    } else {
      const IntervalModel& model = golden().model;
      packer.put(
          encoder.encode(model.of(code, s.prediction, s.index), code, model.plain_bits(s.index)));
    }
  }
  packer.put(encoder.finish());
  return packer.take();
}

/// The codes of a payload in place of those of the packet. @return whether it is all right
bool decode(const Bytes& payload, Packet& packet) {
  RangeDecoder decoder(payload.data(), payload.size(), kCodeWidth);
  try {
    for (Sample& s : packet) {
      if (s.verbatim) {
        s.code = decoder.consume_verbatim();
        continue;
      }
      const std::uint32_t target = decoder.target();
      if (target < kEscapeFrequency) {
        s.code = decoder.consume_escape();
        continue;
      }
      const IntervalModel& model = golden().model;
      const Code code = model.find(target, s.prediction, s.index);
      decoder.consume(model.of(code, s.prediction, s.index));
      const int plain = model.plain_bits(s.index);
      s.code = code + (plain == 0 ? 0 : decoder.consume_plain(plain));
    }
  } catch (const Error&) {
    return false;
  }
  return !decoder.overrun() && (decoder.consumed_bits() + 31) / 32 * 4 == payload.size() &&
         decoder.padding_is_zero();
}

class Bench {
 public:
  explicit Bench(unsigned seed) : rng_(seed) {
    dut_->drain_i = 0;
    dut_->word_valid_i = 0;
    dut_->valid_i = 1;
    dut_->rst_ni = 1;
    dut_.eval();
    dut_->rst_ni = 0;
    for (int i = 0; i < 8; ++i) dut_.tick();
    EXPECT_EQ(dut_->valid_o, 0);
    EXPECT_EQ(dut_->damaged_o, 0);
    dut_->valid_i = 0;
    dut_->rst_ni = 1;
  }

  Random& rng() { return rng_; }

  /// A sample whose code lies where it matters: in the window, at its ends, far away, anywhere.
  Sample random_sample() {
    Sample s;
    const int octave = rng_.range(0, 3);
    s.index = rng_.flip() ? rng_.range(0, kMaxIndex) : 16 * octave + rng_.range(0, 15);
    s.prediction = rng_.range(kMinPrediction, kMaxPrediction);
    if (rng_.percent(10)) s.prediction = rng_.flip() ? kMinPrediction : kMaxPrediction;
    const int plain = golden().model.plain_bits(s.index);
    int distance = rng_.range(-3, 3);
    if (rng_.percent(20)) distance = rng_.range(-kReach, kReach);
    if (rng_.percent(10)) distance = (rng_.flip() ? kReach : -kReach) + rng_.range(-3, 3);
    if (rng_.percent(5)) distance = rng_.range(-120, 120);
    s.code = (s.prediction >> 6) + (distance << plain) + rng_.range(0, (1 << plain) - 1);
    if (rng_.percent(2)) s.code = rng_.range(kMin, kMax);
    if (rng_.percent(2)) s.code = rng_.flip() ? kMin : kMax;
    s.code = std::clamp(s.code, kMin, kMax);
    return s;
  }
  Packet random_packet(int samples) {
    Packet packet;
    const bool raw = rng_.percent(10);
    const int verbatim = rng_.percent(30) ? rng_.range(0, samples) : 0;
    for (int i = 0; i < samples; ++i) {
      packet.push_back(random_sample());
      packet.back().verbatim = !raw && i < verbatim;
      packet.back().raw = raw;
      if (raw) packet.back().code = rng_.range(-32768, 32767);
    }
    return packet;
  }

  void load(const Bytes& payload) {
    for (std::size_t at = 0; at < payload.size(); at += 4) {
      std::uint32_t word = 0;
      for (std::size_t b = 0; b < 4; ++b) word |= std::uint32_t{payload[at + b]} << (8 * b);
      words_.push_back({word, at + 4 == payload.size()});
    }
  }

  /// One clock.
  void step(const Sample* sample, bool begin = false, bool end = false) {
    dut_->valid_i = sample != nullptr;
    const Sample s = sample != nullptr ? *sample : random_sample();
    drive(dut_->pred_value_i, low_bits(s.prediction, kCodeWidth + kFracBits));
    drive(dut_->index_i, s.index);
    dut_->raw_i = sample != nullptr ? s.raw : rng_.flip();
    dut_->verbatim_i = sample != nullptr && !s.raw ? s.verbatim : rng_.flip();
    dut_->packet_begin_i = sample != nullptr ? begin : rng_.flip();
    dut_->packet_end_i = sample != nullptr ? end : rng_.flip();
    dut_->word_valid_i = !words_.empty();
    dut_->word_i = words_.empty() ? rng_() : words_.front().word;
    dut_->word_last_i = words_.empty() ? rng_.flip() : words_.front().last;
    if (sample != nullptr) due_.push_back({s, clock_});
    dut_.eval();
    const bool pop = dut_->word_ready_o != 0 && !words_.empty();
    dut_.tick();
    if (pop) words_.pop_front();
    ++clock_;
    if (dut_->valid_o == 0) return;
    ASSERT_FALSE(due_.empty()) << "a code of no sample";
    const Due due = due_.front();
    due_.pop_front();
    last_delay_ = clock_ - due.clock;
    ASSERT_GE(last_delay_, kLatency);
    if (expect_damage_ && dut_->damaged_o != 0) return;
    ASSERT_EQ(dut_->damaged_o, 0);
    ASSERT_EQ(dut_->raw_o != 0, due.sample.raw);
    if (due.sample.raw) {
      ASSERT_EQ(dut_->raw_sample_o, low_bits(due.sample.code, 16));
    } else if (!expect_damage_) {
      ASSERT_EQ(dut_->code_o, low_bits(due.sample.code, kCodeWidth))
          << due.sample.code << " predicted " << due.sample.prediction << " index "
          << due.sample.index << " clock " << clock_;
    }
  }
  void idle(std::size_t clocks) {
    for (std::size_t i = 0; i < clocks && !testing::Test::HasFatalFailure(); ++i) step(nullptr);
  }
  void play(const Packet& packet, unsigned gap_percent) {
    for (std::size_t i = 0; i < packet.size(); ++i) {
      while (due_.size() == kRoom || rng_.percent(gap_percent)) {
        step(nullptr);
        if (testing::Test::HasFatalFailure()) return;
      }
      step(&packet[i], i == 0, i + 1 == packet.size());
      if (testing::Test::HasFatalFailure()) return;
    }
  }
  /// Until all codes are there; a code takes a limited time.
  void finish() {
    for (int i = 0; !due_.empty() && !testing::Test::HasFatalFailure(); ++i) {
      ASSERT_LT(i, 100000) << "the decoder hangs";
      step(nullptr);
    }
    idle(4);
  }
  void run(const Packet& packet, unsigned gap_percent = 0) {
    load(encode(packet));
    idle(4);
    play(packet, gap_percent);
    finish();
    EXPECT_TRUE(words_.empty()) << "words were left over";
  }

  void expect_damage(bool on) { expect_damage_ = on; }
  /// As the scheduler does it, until no word is left.
  void drain() {
    dut_->drain_i = 1;
    while (!words_.empty()) step(nullptr);
    idle(4);
    dut_->drain_i = 0;
    idle(2);
  }
  bool damaged() { return dut_->damaged_o != 0; }
  bool words_left() const { return !words_.empty(); }
  long clock() const { return clock_; }
  long last_delay() const { return last_delay_; }

 private:
  struct Word {
    std::uint32_t word;
    bool last;
  };
  struct Due {
    Sample sample;
    long clock;
  };

  Dut<Vnrc_range_decoder> dut_;
  Random rng_;
  std::deque<Word> words_;
  std::deque<Due> due_;
  bool expect_damage_ = false;
  long clock_ = 0;
  long last_delay_ = 0;
};

// Packets of any length follow each other without a gap.
void run_random(unsigned seed, unsigned gap_percent, int packets) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Bench bench(seed);
  std::vector<Packet> all;
  for (int p = 0; p < packets; ++p) {
    // Two words may be used up by a packet's end; a packet of one code may then have to wait.
    all.push_back(bench.random_packet(bench.rng().range(3, bench.rng().flip() ? 8 : 200)));
    bench.load(encode(all.back()));
  }
  bench.idle(4);
  for (const Packet& packet : all) {
    bench.play(packet, gap_percent);
    if (testing::Test::HasFatalFailure()) return;
  }
  bench.finish();
  EXPECT_FALSE(bench.damaged());
  EXPECT_FALSE(bench.words_left());
}

TEST(RangeDecoder, BackToBack) { run_random(1, 0, 600); }

TEST(RangeDecoder, WithGaps) { run_random(2, 60, 200); }

TEST(RangeDecoder, Latency) {
  Bench bench(3);
  for (const int distance : {0, 1, -2}) {
    Sample s;
    s.code = distance;
    s.index = 64;
    const Packet packet(1, s);
    bench.run(packet);
    EXPECT_EQ(bench.last_delay(), kLatency + 1) << "a packet's first sample takes one clock more";
  }
}

// One code in every clock if all are in the window, and a frame of verbatim ones as well.
TEST(RangeDecoder, Rate) {
  Bench bench(4);
  Packet packet;
  for (int i = 0; i < 3000; ++i) {
    Sample s;
    s.prediction = bench.rng().range(kMinPrediction, kMaxPrediction);
    s.index = bench.rng().range(16, 95);
    s.code = std::clamp((s.prediction >> 6) + bench.rng().range(-2, 2), kMin, kMax);
    s.verbatim = i < 1000;
    // No escape: it takes longer.
    if (golden().model.of(static_cast<Code>(s.code), s.prediction, s.index).escape()) continue;
    packet.push_back(s);
  }
  bench.load(encode(packet));
  bench.idle(4);
  ASSERT_GE(packet.size(), 2500U);
  bench.play(packet, 0);
  bench.finish();
  // The first code was a clock late, and none that followed lost another.
  EXPECT_EQ(bench.last_delay(), kLatency + 1);
}

// A code in every place, seen from predictions in the middle and at both ends of the range.
TEST(RangeDecoder, EveryDistance) {
  Bench bench(5);
  for (const std::int32_t prediction : {0, 31, 32, kMinPrediction, kMaxPrediction}) {
    for (const int index : {0, 40, 16 * std::min(kCodeWidth, 8), kMaxIndex}) {
      const int plain = golden().model.plain_bits(index);
      const int reach = std::min(kMax, 700);
      Packet packet;
      for (int distance = -reach; distance <= reach; ++distance) {
        const int code = (prediction >> 6) + distance * (1 << plain);
        if (code < kMin || code > kMax) continue;
        packet.push_back({code, prediction, index});
      }
      bench.run(packet);
      if (HasFatalFailure()) return;
    }
  }
}

// A payload is damaged if it is so for the model, at its packet's last sample at the latest, and
// draining brings the decoder back. If it is not, its codes are those of the model.
TEST(RangeDecoder, DamagedPayloads) {
  Bench bench(6);
  int accepted = 0;
  int rejected = 0;
  for (int i = 0; i < 1500; ++i) {
    SCOPED_TRACE(i);
    Packet packet = bench.random_packet(bench.rng().range(5, 60));
    if (packet.front().raw) continue;
    Bytes payload = encode(packet);
    switch (bench.rng().range(0, 4)) {
      case 0:  // a word less
        payload.resize(payload.size() - 4);
        break;
      case 1:  // or more
        payload.insert(payload.end(), 4, std::uint8_t{0});
        break;
      case 2:  // the last bits
        payload.back() |= static_cast<std::uint8_t>(1U << bench.rng()() % 8);
        break;
      case 3:  // any bit
        payload[bench.rng()() % payload.size()] ^=
            static_cast<std::uint8_t>(1U << bench.rng()() % 8);
        break;
      default:  // any bits
        for (std::uint8_t& byte : payload) byte = static_cast<std::uint8_t>(bench.rng()());
        if (bench.rng().flip()) payload[0] = bench.rng().flip() ? 0 : 0xFF;
    }
    if (payload.empty()) continue;
    const bool right = decode(payload, packet);
    (right ? accepted : rejected)++;
    bench.load(payload);
    bench.idle(4);
    bench.expect_damage(!right);
    bench.play(packet, 20);
    bench.finish();
    EXPECT_EQ(bench.damaged(), !right);
    if (!right) bench.drain();
    EXPECT_FALSE(bench.damaged());
    EXPECT_FALSE(bench.words_left());
    bench.expect_damage(false);
    bench.run(bench.random_packet(20));
    if (HasFatalFailure()) return;
  }
  EXPECT_GE(accepted, 10) << "changed bits may be those of another code";
  EXPECT_GE(rejected, 500);
}

}  // namespace
}  // namespace nrc::tb
