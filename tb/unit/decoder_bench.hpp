// SPDX-License-Identifier: Apache-2.0
//
// What the benches of nrc_decoder share: streams of the golden encoder, a driver of the decoder's
// ports, and a check of what comes out.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "bench_random.hpp"
#include "clocks_before_reset.hpp"
#include "decoder_variant.hpp"
#include "host/recording_generator.hpp"
#include "nrc/encoder.hpp"
#include "nrc/packet_decoder.hpp"
#include "nrc/tables.hpp"
#include "rtl_constants.hpp"
#include "stages/code_to_sample.hpp"

namespace nrc::tb {

inline const bool kRange = kProfile == Profile::kRange;
inline const std::uint32_t kLoopLatency =
    kRange ? rtl::kRangeDecoderLoopLatency : rtl::kDecoderLoopLatency;
/// Clocks of a frame; in the range profile at least.
inline const std::uint32_t kFrameClocks = std::max(kChannels, kLoopLatency);

using Bytes = std::vector<std::uint8_t>;

inline StreamHeader stream_header(std::uint32_t channels = kChannels) {
  StreamHeader h;
  h.profile = kProfile;
  h.mapping = kMapping;
  h.code_width = static_cast<std::uint8_t>(kCodeWidth);
  h.channels = channels;
  h.rate_millihertz = 19531250;
  h.packet_frames = kPacketFrames;
  return h;
}

/// Samples like a recording's, with some that reach into the corners of the code range.
inline std::vector<std::int16_t> make_samples(std::uint32_t channels, std::size_t frames,
                                              unsigned seed) {
  const std::vector<Code> codes = generate(channels, frames, seed);
  std::mt19937 random(seed);
  const int half = 1 << (kCodeWidth - 1);
  // Few enough for coded packets to be shorter than raw ones.
  const std::uint32_t rare = kCodeWidth > 10 ? 256 : 64;
  std::vector<std::int16_t> samples;
  samples.reserve(codes.size());
  for (const Code c : codes) {
    int code = c;
    const std::uint32_t dice = static_cast<std::uint32_t>(random());
    if (dice % rare == 0) code = (dice & 0x100) != 0 ? half - 1 : -half;
    if (dice % rare == 1) code = static_cast<int>(dice >> 16) % (2 * half) - half;
    samples.push_back(sample_of(kMapping, static_cast<Code>(std::clamp(code, -half, half - 1))));
  }
  return samples;
}

/// A packet as it is on the link; `index` is its place in the stream as it was sent.
struct Packet {
  Bytes bytes;
  PacketHeader header;
  std::size_t index = 0;
  bool intact = true;
};

inline std::uint32_t crc32_of(const Bytes& bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

/// A stream of the golden encoder for a link, and its samples.
struct Stream {
  std::uint32_t channels = kChannels;
  std::vector<std::int16_t> samples;
  std::vector<Packet> packets;
  std::vector<std::uint64_t> raw_frames;  ///< first frames of raw packets
};

/// Streams of other seeds have other numbers.
/// @param key_every  packets from one key packet to the next; 0: only the first
/// @param raw_every  one packet in so many is noise and is sent raw; 0: none. Both it and the next
/// one are key packets, as the RTL does not follow the state through a raw packet
inline Stream make_stream(std::size_t packets, unsigned seed, std::size_t key_every,
                          std::size_t raw_every = 0, const StreamHeader& header = stream_header()) {
  Stream s;
  // The last packet may be shorter.
  const std::size_t frames = packets * kPacketFrames - (kPacketFrames > 1 ? 1 : 0);
  s.channels = header.channels;
  s.samples = make_samples(s.channels, frames, seed);
  StreamHeader named = header;
  named.stream_number += seed * 0x10001;
  Encoder encoder(named, Tables::builtin(kProfile, kTableSet), Transport::kLink);
  Bytes bytes;
  std::mt19937 noise(seed);
  for (std::size_t p = 0; p < packets; ++p) {
    const std::size_t first = p * kPacketFrames;
    const std::size_t count = std::min<std::size_t>(kPacketFrames, frames - first);
    std::int16_t* const data = s.samples.data() + first * s.channels;
    const bool off_grid = raw_every != 0 && kMapping == Mapping::kShift6;
    const bool raw = off_grid && p % raw_every == raw_every - 1;
    if (raw) {
      for (std::size_t i = 0; i < count * s.channels; ++i) {
        data[i] = static_cast<std::int16_t>(noise());
      }
    }
    PacketRequest request;
    request.key =
        (key_every != 0 && p % key_every == 0) || raw || (off_grid && p != 0 && p % raw_every == 0);
    request.last = p + 1 == packets;
    const Bytes more = encoder.encode_samples(data, count, request);
    bytes.insert(bytes.end(), more.begin(), more.end());
  }
  for (std::size_t at = 0; at < bytes.size();) {
    const ParsedPacket parsed = parse_packet(bytes.data() + at, bytes.size() - at);
    EXPECT_EQ(parsed.status, ParseStatus::kPacket);
    if (parsed.status != ParseStatus::kPacket) break;
    Packet packet;
    packet.header = parsed.header;
    packet.index = s.packets.size();
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    packet.bytes = Bytes(begin, begin + static_cast<std::ptrdiff_t>(parsed.size));
    if (packet.header.type == PacketType::kRaw) s.raw_frames.push_back(packet.header.first_frame);
    s.packets.push_back(packet);
    at += parsed.size;
  }
  return s;
}

class DecoderBench {
 public:
  /// A sample that came out.
  struct Given {
    std::int16_t sample;
    std::uint32_t frame;
    std::uint32_t channel;
    bool last;  ///< of its frame
    bool damaged;
    std::size_t clock;
  };

  explicit DecoderBench(unsigned seed) : random_(seed) {
    dut_->s_axis_tvalid = 0;
    dut_->m_axis_tready = 0;
    // Clocks before the first reset, with anything in the registers: assertions wait.
    dut_->s_axis_tvalid = 1;
    dut_->rst_ni = 1;
    for (int i = 0; i < kClocksBeforeReset; ++i) dut_.tick();
    reset();
  }

  /// Resets in the middle of whatever goes on; what came out before is forgotten.
  void reset() {
    dut_->s_axis_tvalid = 0;
    dut_->rst_ni = 0;
    for (int i = 0; i < 3; ++i) {
      dut_.eval();
      EXPECT_EQ(dut_->m_axis_tvalid, 0);
      EXPECT_EQ(dut_->packets_o, 0U);
      EXPECT_EQ(dut_->damaged_o, 0U);
      EXPECT_EQ(dut_->lost_o, 0U);
      EXPECT_EQ(dut_->skipped_o, 0U);
      EXPECT_EQ(dut_->mismatch_o, 0);
      EXPECT_EQ(dut_->synchronised_o, 0);
      dut_.tick();
    }
    dut_->rst_ni = 1;
    given_.clear();
    channel_ = 0;
    waiting_ = false;
    clocks_ = 0;
  }

  /// Chances in percent that a word is offered and that a sample is taken, clock by clock.
  void rates(unsigned input, unsigned output) {
    input_rate_ = input;
    output_rate_ = output;
  }
  /// Frames have any number of channels, which check() knows.
  void any_channels() { channels_ = 0; }
  /// A link without tlast.
  void no_last() { no_last_ = true; }

  void send_word(std::uint32_t word, bool last) {
    while (!random_.percent(input_rate_)) clock();
    dut_->s_axis_tvalid = 1;
    dut_->s_axis_tdata = word;
    dut_->s_axis_tlast = last && !no_last_;
    bool taken = false;
    for (int wait = 0; !taken; ++wait) {
      ASSERT_LT(wait, 4000000) << "the decoder takes no words";
      dut_.eval();
      taken = dut_->s_axis_tready != 0;
      clock();
    }
    dut_->s_axis_tvalid = 0;
  }
  void send(const Bytes& packet) {
    for (std::size_t at = 0; at + 4 <= packet.size(); at += 4) {
      std::uint32_t word = 0;
      for (std::size_t b = 0; b < 4; ++b) word |= std::uint32_t{packet[at + b]} << (8 * b);
      send_word(word, at + 8 > packet.size());
    }
  }
  void send(const std::vector<Packet>& packets) {
    for (const Packet& p : packets) send(p.bytes);
  }
  void idle(std::size_t clocks) {
    for (std::size_t i = 0; i < clocks; ++i) clock();
  }
  /// Waits until nothing comes out any more.
  void drain() {
    output_rate_ = std::max(output_rate_, 50U);
    for (int quiet = 0; quiet < 400; ++quiet) {
      const std::size_t before = given_.size();
      clock();
      if (given_.size() != before) quiet = 0;
    }
  }

  /// Checks that every sample not marked as damaged is right and in its place, and that whole
  /// frames come in ascending order.
  /// @param given_frames  gets one flag for each frame: all of it came, unmarked
  /// @param count  samples from the first one on that are looked at; the others are of streams to
  /// come
  void check(const Stream& s, std::vector<bool>& given_frames, std::size_t count) const {
    const std::size_t frames = s.samples.size() / s.channels;
    given_frames.assign(frames, false);
    std::int64_t before = -1;
    bool clean = true;
    for (std::size_t i = 0; i < std::min(count, given_.size()); ++i) {
      const Given& g = given_[i];
      ASSERT_LT(g.frame, frames);
      ASSERT_EQ(g.last, g.channel + 1 == s.channels) << "tlast";
      if (g.channel == 0) {
        ASSERT_GT(std::int64_t{g.frame}, before) << "a frame was given again";
        before = g.frame;
        clean = true;
      }
      ASSERT_EQ(std::int64_t{g.frame}, before) << "the number changed inside a frame";
      clean = clean && !g.damaged;
      if (!g.damaged) {
        ASSERT_EQ(g.sample, s.samples[g.frame * std::size_t{s.channels} + g.channel])
            << "frame " << g.frame << " channel " << g.channel;
      }
      if (g.last) given_frames[g.frame] = clean;
    }
  }
  void check(const Stream& s, std::vector<bool>& given_frames) const {
    check(s, given_frames, given_.size());
  }
  /// All frames came, and nothing else.
  void expect_all(const Stream& s) const { expect_all(s, given_.size()); }
  /// All frames came as the first samples.
  void expect_all(const Stream& s, std::size_t count) const {
    std::vector<bool> frames;
    check(s, frames, count);
    EXPECT_EQ(std::count(frames.begin(), frames.end(), true),
              static_cast<std::ptrdiff_t>(frames.size()));
  }

  const std::vector<Given>& given() const { return given_; }
  void forget() { given_.clear(); }
  /// Forgets the first samples.
  void forget(std::size_t count) {
    given_.erase(given_.begin(), given_.begin() + static_cast<std::ptrdiff_t>(count));
  }
  std::size_t clocks() const { return clocks_; }
  DecoderPorts& dut() { return *dut_; }
  Random& random() { return random_; }

 private:
  void clock() {
    dut_->m_axis_tready = random_.percent(output_rate_);
    dut_.eval();
    const auto frame = static_cast<std::uint32_t>(dut_->m_axis_tuser);
    const auto sample = static_cast<std::int16_t>(dut_->m_axis_tdata);
    if (waiting_) {
      EXPECT_TRUE(dut_->m_axis_tvalid) << "tvalid withdrawn";
      EXPECT_EQ(sample, held_.sample) << "tdata changed while it waited";
      EXPECT_EQ(frame, held_.frame) << "tuser changed while it waited";
    }
    waiting_ = dut_->m_axis_tvalid && !dut_->m_axis_tready;
    held_ = {sample, frame, channel_, dut_->m_axis_tlast != 0, (dut_->m_axis_tuser >> 32) != 0,
             clocks_};
    if (dut_->m_axis_tvalid && dut_->m_axis_tready) {
      given_.push_back(held_);
      if (channels_ != 0) {
        EXPECT_EQ(held_.last, channel_ + 1 == channels_) << "tlast";
      }
      channel_ = held_.last ? 0 : channel_ + 1;
    }
    dut_.tick();
    ++clocks_;
  }

  const std::unique_ptr<DecoderDesign> design_ = make_decoder();
  DecoderDesign& dut_ = *design_;
  Random random_;
  unsigned input_rate_ = 100, output_rate_ = 100;
  bool no_last_ = false;
  std::vector<Given> given_;
  std::uint32_t channels_ = kChannels;  ///< of all frames; 0: any number
  std::uint32_t channel_ = 0;
  bool waiting_ = false;
  Given held_{};
  std::size_t clocks_ = 0;
};

}  // namespace nrc::tb
