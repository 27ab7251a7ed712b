// SPDX-License-Identifier: Apache-2.0
//
// nrc_huffman_decoder, with nrc_bit_window in it, against nrc::HuffmanEncoder: packets of
// codewords of any context go in, their codes come out, each in the clock in which it is due. What
// the design must not look at is random.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "Vnrc_huffman_decoder.h"
#include "bench_random.hpp"
#include "nrc/table_set.hpp"
#include "rtl_constants.hpp"
#include "stages/huffman.hpp"
#include "verilated_dut.hpp"

namespace nrc::tb {
namespace {

constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr std::size_t kLatency = nrc::rtl::kHuffmanDecoderLatency;
constexpr int kMin = -(1 << (kCodeWidth - 1));
constexpr int kMax = (1 << (kCodeWidth - 1)) - 1;
constexpr int kMaxUsedRawBits = std::min(kMaxRawBits, kCodeWidth);

constexpr std::uint32_t low_bits(std::int32_t value, int width) {
  return static_cast<std::uint32_t>(value) & ((1U << width) - 1);
}

struct Sample {
  int code = 0;
  int predicted = 0;
  CodingContext context{0, 0};
  bool raw = false;  ///< of a raw packet: 16 bits
  bool packet_end = false;
  bool verbatim = false;  ///< after a reset
};

Codeword codeword(const HuffmanEncoder& encoder, const Sample& s) {
  const auto code = static_cast<Code>(s.code);
  return s.verbatim ? encoder.verbatim(code) : encoder.encode(code, s.predicted, s.context);
}

struct Word {
  std::uint32_t word;
  bool last;
};

const TableSet& tables() { return TableSet::builtin(NRC_TABLES); }

class Bench {
 public:
  explicit Bench(unsigned seed) : rng_(seed), golden_(tables(), kCodeWidth), pipeline_(kLatency) {
    dut_->drain_i = 0;
    dut_->word_valid_i = 0;
    dut_->valid_i = 1;
    dut_->rst_ni = 1;
    dut_.eval();
    dut_->rst_ni = 0;
    for (int i = 0; i < 8; ++i) dut_.tick();
    EXPECT_EQ(dut_->valid_o, 0);
    dut_->valid_i = 0;
    dut_->rst_ni = 1;
  }

  Random& rng() { return rng_; }
  int random_code() { return rng_.range(kMin, kMax); }
  CodingContext random_context() {
    return {rng_.range(0, static_cast<int>(tables().lengths.size()) - 1),
            rng_.range(0, kMaxUsedRawBits)};
  }
  /// A sample whose residual lies where it matters: inside the table, at its borders, anywhere.
  Sample random_sample() {
    Sample s;
    s.context = random_context();
    s.predicted = random_code();
    const int half = tables().symbols() / 2;
    const int range = half << s.context.raw_bits;
    int residual = rng_.range(-16, 16);
    if (rng_() % 3 == 0) residual = rng_.range(-range, range);
    if (rng_() % 5 == 0) residual = (rng_.flip() ? range : -range) + rng_.range(-3, 3);
    s.code = rng_() % 9 == 0 ? random_code() : std::clamp(s.predicted + residual, kMin, kMax);
    return s;
  }

  /// Queues a packet's words.
  void load(const std::vector<Sample>& packet) {
    BitPacker packer;
    for (const Sample& s : packet) {
      if (s.raw) {
        const std::uint32_t bits = low_bits(s.code, 16);
        packer.put((bits & 0xFF) << 8 | bits >> 8, 16);
      } else {
        const Codeword c = codeword(golden_, s);
        longest_ = std::max(longest_, c.length);
        packer.put(c.bits, c.length);
      }
    }
    load(packer.take());
  }
  void load(const std::vector<std::uint8_t>& payload) {
    for (std::size_t at = 0; at < payload.size(); at += 4) {
      std::uint32_t word = 0;
      for (std::size_t b = 0; b < 4; ++b) word |= std::uint32_t{payload[at + b]} << (8 * b);
      words_.push_back({word, at + 4 == payload.size()});
    }
  }

  /// One clock; `damaged`: damaged_o has to be up from this sample on.
  void step(const std::optional<Sample>& sample) {
    dut_->valid_i = sample.has_value();
    const Sample s = sample ? *sample : random_sample();
    drive(dut_->pred_code_i, low_bits(s.predicted, kCodeWidth));
    drive(dut_->table_i, s.context.table);
    drive(dut_->raw_bits_i, s.context.raw_bits);
    dut_->raw_i = sample ? s.raw : rng_.flip();
    dut_->verbatim_i = sample && !s.raw ? s.verbatim : rng_.flip();
    dut_->packet_end_i = sample ? s.packet_end : rng_.flip();
    dut_->word_valid_i = !words_.empty();
    dut_->word_i = words_.empty() ? rng_() : words_.front().word;
    dut_->word_last_i = words_.empty() ? rng_.flip() : words_.front().last;
    pipeline_.push_back(sample);
    dut_.eval();
    const bool pop = dut_->word_ready_o != 0 && !words_.empty();
    dut_.tick();
    if (pop) words_.pop_front();
    pipeline_.pop_front();
    const std::optional<Sample>& due = pipeline_.front();
    ASSERT_EQ(dut_->valid_o != 0, due.has_value());
    if (!due || expect_damage_) return;
    ASSERT_EQ(dut_->damaged_o, 0);
    ASSERT_EQ(dut_->raw_o != 0, due->raw);
    if (due->raw) {
      ASSERT_EQ(dut_->raw_sample_o, low_bits(due->code, 16));
    } else {
      ASSERT_EQ(dut_->code_o, low_bits(due->code, kCodeWidth));
    }
  }
  void idle(std::size_t clocks) {
    for (std::size_t i = 0; i < clocks; ++i) step(std::nullopt);
  }
  void play(const std::vector<Sample>& packet, unsigned gap_percent) {
    for (const Sample& s : packet) {
      while (rng_.percent(gap_percent)) step(std::nullopt);
      step(s);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
  void run(std::vector<Sample> packet, unsigned gap_percent = 0) {
    packet.back().packet_end = true;
    load(packet);
    idle(4);
    play(packet, gap_percent);
    idle(kLatency + 1);
    EXPECT_TRUE(words_.empty()) << "words were left over";
  }

  void expect_damage(bool on) { expect_damage_ = on; }
  /// As the scheduler does it, until no word is left.
  void drain() {
    dut_->drain_i = 1;
    while (!words_.empty()) step(std::nullopt);
    step(std::nullopt);
    dut_->drain_i = 0;
    idle(2);
  }
  bool damaged() { return dut_->damaged_o != 0; }
  int longest() const { return longest_; }

 private:
  Dut<Vnrc_huffman_decoder> dut_;
  Random rng_;
  HuffmanEncoder golden_;
  std::deque<Word> words_;
  std::deque<std::optional<Sample>> pipeline_;  // front: what leaves after the next clock
  bool expect_damage_ = false;
  int longest_ = 0;
};

std::vector<Sample> random_packet(Bench& bench, int samples) {
  std::vector<Sample> packet;
  const bool raw = bench.rng()() % 8 == 0;
  const int verbatim = bench.rng().flip() ? bench.rng().range(0, samples) : 0;
  for (int i = 0; i < samples; ++i) {
    packet.push_back(bench.random_sample());
    packet.back().raw = raw;
    packet.back().verbatim = i < verbatim;
    if (raw) packet.back().code = bench.rng().range(-32768, 32767);
  }
  packet.back().packet_end = true;
  return packet;
}

// Packets of any length follow each other without a gap.
void run_random(unsigned seed, unsigned gap_percent, int packets) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Bench bench(seed);
  std::vector<std::vector<Sample>> all;
  for (int p = 0; p < packets; ++p) {
    // Two words may be used up by a packet's end; a packet of one code may then have to wait.
    all.push_back(random_packet(bench, bench.rng().range(3, bench.rng().flip() ? 8 : 300)));
    bench.load(all.back());
  }
  bench.idle(4);
  for (const auto& packet : all) {
    bench.play(packet, gap_percent);
    if (testing::Test::HasFatalFailure()) return;
  }
  bench.idle(kLatency + 1);
  EXPECT_FALSE(bench.damaged());
  EXPECT_GE(bench.longest(), kCodeWidth + 5);
}

TEST(HuffmanDecoder, BackToBack) { run_random(1, 0, 1000); }

TEST(HuffmanDecoder, WithGaps) { run_random(2, 60, 300); }

// Every symbol of every table, and the escape just outside it on either side.
TEST(HuffmanDecoder, EverySymbol) {
  Bench bench(3);
  const int half = tables().symbols() / 2;
  for (int table = 0; table < static_cast<int>(tables().lengths.size()); ++table) {
    std::vector<Sample> packet;
    for (int residual = -half - 1; residual <= half; ++residual) {
      Sample s;
      s.predicted = std::clamp(0, kMin - residual, kMax - residual);
      if (s.predicted < kMin || s.predicted > kMax) continue;
      s.code = s.predicted + residual;
      s.context = {table, 0};
      packet.push_back(s);
    }
    bench.run(packet);
    if (HasFatalFailure()) return;
  }
}

TEST(HuffmanDecoder, Extremes) {
  Bench bench(4);
  for (int raw_bits = 0; raw_bits <= kMaxUsedRawBits; ++raw_bits) {
    for (int table = 0; table < static_cast<int>(tables().lengths.size()); ++table) {
      std::vector<Sample> packet;
      for (const int code : {kMin, kMin + 1, -1, 0, 1, kMax - 1, kMax}) {
        for (const int predicted : {kMin, kMin + 1, -1, 0, 1, kMax - 1, kMax}) {
          packet.push_back({code, predicted, {table, raw_bits}});
        }
      }
      bench.run(packet);
      if (HasFatalFailure()) return;
    }
  }
}

// Whatever is wrong with a payload shows at its packet's last sample at the latest, and draining
// brings the decoder back.
TEST(HuffmanDecoder, DamagedPayloads) {
  Bench bench(5);
  for (int i = 0; i < 400; ++i) {
    SCOPED_TRACE(i);
    std::vector<Sample> packet = random_packet(bench, bench.rng().range(5, 60));
    BitPacker packer;
    const HuffmanEncoder encoder(tables(), kCodeWidth);
    std::vector<Sample> asked = packet;
    for (Sample& s : asked) s.raw = false;
    // One code less or more than are asked for, by enough bits to show; or padding that is not
    // zero.
    const int kind = bench.rng().range(0, 2);
    unsigned bits = 0;
    std::vector<std::uint8_t> payload;
    for (const Sample& s : asked) {
      const Codeword c = codeword(encoder, s);
      packer.put(c.bits, c.length);
      bits += static_cast<unsigned>(c.length);
    }
    payload = packer.take();
    if (kind == 0) payload.resize(payload.size() - 4);
    if (kind == 1) payload.insert(payload.end(), 4, std::uint8_t{0});
    if (kind == 2) {
      if (bits % 32 == 0) continue;
      // The bit after the last code, or any.
      const unsigned padding = 32 - bits % 32;
      const unsigned place = bench.rng().flip() ? padding - 1 : bench.rng()() % padding;
      payload[payload.size() - 1 - place / 8] |= static_cast<std::uint8_t>(1U << place % 8);
    }
    if (payload.empty()) continue;
    bench.load(payload);
    bench.idle(4);
    bench.expect_damage(true);
    bench.play(asked, 20);
    bench.idle(kLatency);
    EXPECT_TRUE(bench.damaged());
    bench.drain();
    EXPECT_FALSE(bench.damaged());
    bench.expect_damage(false);
    bench.run(random_packet(bench, 20));
    if (HasFatalFailure()) return;
  }
}

// A residual that leads outside the code width.
TEST(HuffmanDecoder, ACodeOutsideItsWidth) {
  Bench bench(6);
  Sample good{0, 0, {0, 0}};
  for (const int predicted : {kMin, kMax}) {
    const int step = predicted == kMin ? -1 : 1;
    Sample coded{0, -step, {0, 0}};  // residual = step
    coded.code = 0;
    bench.load({coded, good, good});
    bench.idle(4);
    bench.step(std::nullopt);
    bench.expect_damage(true);
    bench.step(Sample{0, predicted, {0, 0}});
    bench.step(good);
    Sample end = good;
    end.packet_end = true;
    bench.step(end);
    bench.idle(kLatency - 3);
    EXPECT_TRUE(bench.damaged()) << "with the sample itself";
    bench.idle(4);
    bench.drain();
    EXPECT_FALSE(bench.damaged());
    bench.expect_damage(false);
  }
}

}  // namespace
}  // namespace nrc::tb
