// SPDX-License-Identifier: Apache-2.0
//
// Bench of nrc_encoder: the whole pipeline against nrc::Encoder, packet by packet, with gaps in the
// input, stalls at the output, key requests, framing errors, overflow and streams that end and
// begin.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "Vnrc_encoder.h"
#include "nrc/decoder.hpp"
#include "nrc/encoder.hpp"
#include "nrc/huffman.hpp"
#include "nrc/recording_generator.hpp"
#include "nrc/tables.hpp"
#include "verilated_dut.hpp"

namespace nrc {
namespace {

constexpr std::uint32_t kChannels = NRC_PARAM_Channels;
#ifdef NRC_PARAM_CodeWidth
constexpr int kCodeWidth = NRC_PARAM_CodeWidth;
constexpr Mapping kMapping = Mapping::kCode;
#else
constexpr int kCodeWidth = 10;
constexpr Mapping kMapping = Mapping::kShift6;
#endif
constexpr std::uint16_t kPacketFrames = NRC_PARAM_PacketFrames;
#ifdef NRC_PARAM_KeyInterval
constexpr std::uint16_t kKeyInterval = NRC_PARAM_KeyInterval;
#else
constexpr std::uint16_t kKeyInterval = 0;
#endif
#ifdef NRC_PARAM_LoadableTables
constexpr bool kLoadable = true;
#else
constexpr bool kLoadable = false;
#endif

using Bytes = std::vector<std::uint8_t>;
using Frame = std::vector<Code>;

#ifdef NRC_PARAM_Profile
constexpr auto kProfile = static_cast<Profile>(NRC_PARAM_Profile);
#else
constexpr Profile kProfile = Profile::kHuffman;
#endif
constexpr PacketType kDataType =
    kProfile == Profile::kHuffman ? PacketType::kHuffman : PacketType::kRange;

const Tables& tables() { return Tables::builtin(kProfile, NRC_TABLES); }

StreamHeader stream_header() {
  StreamHeader h;
  h.mapping = kMapping;
  h.code_width = kCodeWidth;
  h.channels = kChannels;
  h.rate_millihertz = 19531250;
  h.packet_frames = kPacketFrames;
  return h;
}

class Bench {
 public:
  explicit Bench(unsigned seed) : random_(seed) {
    dut_->enable_i = 0;
    dut_->key_request_i = 0;
    dut_->s_axis_tvalid = 0;
    dut_->m_axis_tready = 0;
    dut_->table_we_i = 0;
    dut_->table_id_i = tables().id();
    reset();
    if (kLoadable) load_tables();
    dut_->enable_i = 1;
  }

  /// Resets in the middle of whatever goes on; what came out before is forgotten.
  void reset() {
    dut_->s_axis_tvalid = 0;
    dut_->rst_ni = 0;
    for (int i = 0; i < 3; ++i) dut_.tick();
    dut_->rst_ni = 1;
    stream_.clear();
    ends_.clear();
    stalls_ = clocks_ = 0;
    packed_ = 0;
    waiting_ = false;
    clock();
  }

  /// Chances in percent that a sample is offered and that the output is ready.
  void rates(unsigned input, unsigned output) {
    input_rate_ = input;
    output_rate_ = output;
  }
  void enable(bool on) { dut_->enable_i = on; }
  void request_key() {
    dut_->key_request_i = 1;
    clock();
    dut_->key_request_i = 0;
  }

  /// Offers a frame of any length, tlast at its end or, if it is too long, nowhere before.
  void send(const Frame& frame) {
    for (std::size_t i = 0; i < frame.size(); ++i) {
      while (random_() % 100 >= input_rate_) clock();
      dut_->s_axis_tvalid = 1;
      dut_->s_axis_tdata = static_cast<std::uint16_t>(sample_of(kMapping, frame[i]));
      dut_->s_axis_tlast = i + 1 == frame.size();
      for (;;) {
        dut_.eval();
        const bool taken = dut_->s_axis_tready;
        stalls_ += !taken;
        clock();
        if (taken) break;
      }
      dut_->s_axis_tvalid = 0;
    }
  }

  void drain() {
    output_rate_ = std::max(output_rate_, 50U);
    for (int quiet = 0; quiet < 400; ++quiet) {
      const std::size_t before = stream_.size();
      clock();
      if (stream_.size() != before) quiet = 0;
    }
  }

  std::vector<ParsedPacket> packets() const {
    std::vector<ParsedPacket> all;
    for (std::size_t at = 0; at < stream_.size();) {
      all.push_back(parse_packet(stream_.data() + at, stream_.size() - at));
      EXPECT_EQ(all.back().status, ParseStatus::kPacket) << "at byte " << at;
      if (all.back().status != ParseStatus::kPacket) break;
      at += all.back().size;
    }
    return all;
  }

  const Bytes& stream() const { return stream_; }
  std::size_t stalls() const { return stalls_; }
  std::size_t clocks() const { return clocks_; }
  std::uint32_t packed() const { return packed_; }
  Vnrc_encoder& dut() { return *dut_; }

 private:
  void clock() {
    dut_->m_axis_tready = random_() % 100 < output_rate_;
    dut_.eval();
    if (waiting_) {
      EXPECT_TRUE(dut_->m_axis_tvalid) << "tvalid withdrawn";
      EXPECT_EQ(dut_->m_axis_tdata, held_data_) << "tdata changed while it waited";
      EXPECT_EQ(dut_->m_axis_tlast, held_last_) << "tlast changed while it waited";
    }
    if (dut_->m_axis_tvalid && dut_->m_axis_tready) {
      for (int b = 0; b < 4; ++b) {
        stream_.push_back(static_cast<std::uint8_t>(dut_->m_axis_tdata >> (8 * b)));
      }
      if (dut_->m_axis_tlast) ends_.push_back(stream_.size());
    }
    waiting_ = dut_->m_axis_tvalid && !dut_->m_axis_tready;
    held_data_ = dut_->m_axis_tdata;
    held_last_ = dut_->m_axis_tlast;
    dut_.tick();
    packed_ += dut_->sample_packed_o;
    ++clocks_;
  }

  void load_tables() {
    const std::vector<std::uint16_t> memory =
        HuffmanEncoder(tables().huffman(), kCodeWidth).memory();
    dut_->table_we_i = 1;
    for (std::size_t i = 0; i < memory.size(); ++i) {
      dut_->table_addr_i = static_cast<std::uint16_t>(i);
      dut_->table_wdata_i = memory[i];
      clock();
    }
    dut_->table_we_i = 0;
  }

 public:
  /// Stream lengths at which tlast was seen.
  std::vector<std::size_t> ends_;

 private:
  tb::Dut<Vnrc_encoder> dut_;
  std::mt19937 random_;
  unsigned input_rate_ = 100, output_rate_ = 100;
  Bytes stream_;
  std::size_t stalls_ = 0, clocks_ = 0;
  std::uint32_t packed_ = 0;
  bool waiting_ = false;
  std::uint32_t held_data_ = 0;
  bool held_last_ = false;
};

/// Frames like a recording's, with some that reach into the corners of the code range; few enough
/// for the 16 bits a sample that the packet buffer sustains.
std::vector<Frame> make_frames(std::size_t count, unsigned seed) {
  std::vector<Frame> frames(count, Frame(kChannels));
  const std::vector<Code> codes = generate(kChannels, count, seed);
  std::mt19937 random(seed);
  const int half = 1 << (kCodeWidth - 1);
  const int gain = kCodeWidth > 10 ? 8 : 1;
  const unsigned corner_every = kCodeWidth > 10 ? 64 : 8;
  for (std::size_t f = 0; f < count; ++f) {
    for (std::size_t c = 0; c < kChannels; ++c) {
      int code = codes[f * kChannels + c] * gain;
      if (c % 5 == 3 && random() % corner_every == 0) code = random() % 2 ? half - 1 : -half;
      if (c % 7 == 1) code += static_cast<int>(random() % 200) - 100;
      frames[f][c] = static_cast<Code>(std::min(std::max(code, -half), half - 1));
    }
  }
  return frames;
}

/// What the golden model makes of the frames that each packet of the stream says it holds. Checks
/// every byte, and counts the frames that are there.
std::size_t check_stream(const Bench& bench, const std::vector<Frame>& frames,
                         std::size_t first_packet = 0, std::size_t* next_packet = nullptr) {
  const auto packets = bench.packets();
  Encoder model(stream_header(), tables());
  std::size_t at = 0;
  for (std::size_t i = 0; i < first_packet; ++i) at += packets[i].size;
  std::size_t next_frame = 0;
  std::size_t covered = 0;
  std::size_t i = first_packet;
  for (; i < packets.size(); ++i) {
    const PacketHeader& h = packets[i].header;
    Bytes expected;
    if (i == first_packet) {
      EXPECT_EQ(h.type, PacketType::kStreamHeader);
      expected = model.stream_header();
    } else {
      EXPECT_EQ(h.type, kDataType);
      EXPECT_LE(h.first_frame + h.frames, frames.size());
      EXPECT_GE(h.first_frame, next_frame);
      if (h.first_frame + h.frames > frames.size() || h.first_frame < next_frame) break;
      if (h.first_frame > next_frame) model.skip(h.first_frame - next_frame);
      std::vector<Code> codes;
      for (std::size_t f = 0; f < h.frames; ++f) {
        const Frame& frame = frames[h.first_frame + f];
        codes.insert(codes.end(), frame.begin(), frame.end());
      }
      expected = model.encode(codes.data(), h.frames, {h.key, h.last});
      next_frame = h.first_frame + h.frames;
      covered += h.frames;
    }
    const Bytes got(bench.stream().begin() + static_cast<std::ptrdiff_t>(at),
                    bench.stream().begin() + static_cast<std::ptrdiff_t>(at + packets[i].size));
    EXPECT_EQ(got, expected) << "packet " << i;
    at += packets[i].size;
    EXPECT_TRUE(std::binary_search(bench.ends_.begin(), bench.ends_.end(), at)) << "tlast";
    if (got != expected || h.last) {
      ++i;
      break;
    }
  }
  if (next_packet != nullptr) *next_packet = i;
  return covered;
}

/// Sends frames and lowers enable during the last one, so that the stream is closed.
void send_all(Bench& bench, const std::vector<Frame>& frames) {
  for (std::size_t f = 0; f < frames.size(); ++f) {
    if (f + 1 == frames.size()) bench.enable(false);
    bench.send(frames[f]);
  }
}

std::size_t frame_count() { return kChannels >= 256 ? 3U * kPacketFrames + 1 : 400; }

TEST(Encoder, FullSpeedWithoutAStall) {
  const auto frames = make_frames(frame_count(), 1);
  Bench bench(1);
  const std::size_t start = bench.clocks();
  send_all(bench, frames);
  const std::size_t took = bench.clocks() - start;
  bench.drain();
  EXPECT_EQ(check_stream(bench, frames), frames.size());
  EXPECT_EQ(bench.packed(), frames.size() * kChannels);
  if (kChannels >= 16) {
    EXPECT_EQ(bench.stalls(), 0U);
    EXPECT_EQ(took, frames.size() * kChannels);
  }
  EXPECT_TRUE(bench.packets().back().header.last);
  EXPECT_EQ(bench.dut().packets_o, bench.packets().size() - 1);
  EXPECT_EQ(bench.dut().dropped_o, 0U);
  EXPECT_EQ(bench.dut().framing_errors_o, 0U);
  EXPECT_EQ(bench.dut().off_grid_o, 0U);

  Decoder decoder;
  std::vector<std::int16_t> samples;
  for (const ParsedPacket& p : bench.packets()) decoder.decode(p, samples);
  ASSERT_EQ(samples.size(), frames.size() * kChannels);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    ASSERT_EQ(samples[i], sample_of(kMapping, frames[i / kChannels][i % kChannels]));
  }
}

TEST(Encoder, GapsStallsAndKeyRequests) {
  const auto frames = make_frames(frame_count(), 2);
  Bench bench(2);
  bench.rates(60, 70);
  int requests = 0;
  for (std::size_t f = 0; f < frames.size(); ++f) {
    if (f % (2 * kPacketFrames) == kPacketFrames / 2) bench.request_key(), ++requests;
    if (f + 1 == frames.size()) bench.enable(false);
    bench.send(frames[f]);
  }
  bench.drain();
  EXPECT_EQ(check_stream(bench, frames), frames.size());
  int keys = 0;
  for (const auto& p : bench.packets()) keys += p.header.key;
  EXPECT_GE(keys, std::min<int>(requests, static_cast<int>(bench.packets().size()) - 2));
  EXPECT_EQ(bench.dut().dropped_o, 0U);
}

TEST(Encoder, KeyIntervalIsKept) {
  const auto frames = make_frames(frame_count(), 3);
  Bench bench(3);
  send_all(bench, frames);
  bench.drain();
  EXPECT_EQ(check_stream(bench, frames), frames.size());
  const auto packets = bench.packets();
  for (std::size_t i = 1; i < packets.size(); ++i) {
    const bool due = i == 1 || (kKeyInterval != 0 && (i - 1) % kKeyInterval == 0);
    EXPECT_EQ(packets[i].header.key, due) << i;
  }
}

TEST(Encoder, AWrongFrameCostsItsPacketOnly) {
  auto frames = make_frames(frame_count(), 4);
  Bench bench(4);
  std::vector<Frame> sent = frames;
  const std::size_t wrong = kPacketFrames + 1;
  if (kChannels > 1) {
    sent[wrong].pop_back();
  } else {
    sent[wrong].push_back(0);
  }
  sent[2 * kPacketFrames + 3].push_back(1);
  sent[2 * kPacketFrames + 3].push_back(2);
  for (std::size_t f = 0; f < sent.size(); ++f) {
    if (f + 1 == sent.size()) bench.enable(false);
    bench.send(sent[f]);
  }
  bench.drain();
  EXPECT_EQ(bench.dut().framing_errors_o, 2U);
  EXPECT_EQ(bench.dut().dropped_o, 2U);
  // The frames of the cut packets are lost, all others arrive.
  const std::size_t lost =
      (wrong + 1 - kPacketFrames) + (2 * kPacketFrames + 3 + 1 - (wrong + 1)) % kPacketFrames;
  EXPECT_EQ(check_stream(bench, frames), frames.size() - lost);
}

TEST(Encoder, ALinkThatStallsDropsWholePacketsAndRecovers) {
  const std::size_t count = kChannels >= 256 ? 16U * kPacketFrames : 3000;
  const auto frames = make_frames(count, 5);
  Bench bench(5);
  for (std::size_t f = 0; f < count; ++f) {
    if (f == count / 8) bench.rates(100, 0);
    if (f == count / 2) bench.rates(100, 100);
    if (f + 1 == count) bench.enable(false);
    bench.send(frames[f]);
  }
  bench.drain();
  const std::size_t covered = check_stream(bench, frames);
  EXPECT_GT(bench.dut().dropped_o, 0U) << "the stall was too short to show anything";
  EXPECT_LT(covered, frames.size());
  EXPECT_GT(covered, frames.size() / 2);
  EXPECT_EQ(bench.dut().packets_o + bench.dut().dropped_o,
            (frames.size() + kPacketFrames - 1) / kPacketFrames);
  EXPECT_TRUE(bench.packets().back().header.last);
}

TEST(Encoder, StreamsEndAndBeginWithEnable) {
  const auto first = make_frames(kPacketFrames + 3, 6);
  const auto second = make_frames(kPacketFrames, 7);
  Bench bench(6);
  send_all(bench, first);
  bench.send(second[0]);  // thrown away
  bench.enable(true);
  send_all(bench, second);
  bench.drain();
  std::size_t next = 0;
  EXPECT_EQ(check_stream(bench, first, 0, &next), first.size());
  EXPECT_EQ(check_stream(bench, second, next), second.size());
}

TEST(Encoder, AResetAtAnyClockLeavesNothingBehind) {
  const auto before = make_frames(2U * kPacketFrames, 8);
  const auto after = make_frames(kPacketFrames + 1, 9);
  std::mt19937 random(8);
  for (unsigned trial = 0; trial < 5; ++trial) {
    Bench bench(100 + trial);
    bench.rates(90, trial == 0 ? 0 : 80);
    const std::size_t cut = random() % before.size();
    for (std::size_t f = 0; f < cut; ++f) bench.send(before[f]);
    const auto part = static_cast<std::ptrdiff_t>(random() % kChannels);
    if (part > 0) bench.send(Frame(before[cut].begin(), before[cut].begin() + part));
    bench.reset();
    bench.rates(100, 90);
    send_all(bench, after);
    bench.drain();
    EXPECT_EQ(check_stream(bench, after), after.size());
    EXPECT_EQ(bench.dut().packets_o, 2U);
    EXPECT_EQ(bench.dut().dropped_o, 0U);
    EXPECT_EQ(bench.dut().framing_errors_o, 0U);
  }
}

}  // namespace
}  // namespace nrc
