// SPDX-License-Identifier: Apache-2.0
//
// The number of channels at run time (docs/rtl.md, "Channels at run time"): streams of several
// numbers one after the other, illegal numbers, and changes while a stream is open or closing. The
// other tests of a variant with VariableChannels have less than half of the channels in use.
#include <gtest/gtest.h>

#include <vector>

#include "encoder_bench.hpp"

namespace nrc::tb {
namespace {

/// Legal numbers, the smallest and the largest among them.
std::vector<std::uint32_t> legal_numbers() {
  if (kNarrow) return {8, kMaxChannels, 12, kMaxChannels - 4};
  return {1, kMaxChannels, 2, kMaxChannels - 1, kLoopLatency, kLoopLatency + 1, 3};
}

class Channels : public testing::Test {
 protected:
  Channels() : bench_(51) {
    bench_.control_rate(0, 0, 0);
    if (kClasses) {
      bench_.write_classes(std::vector<ChannelClass>(kMaxChannels, ChannelClass::kRounded));
    }
    bench_.enable(false);
  }

  /// Takes effect while no stream is open or closing.
  void use(std::uint32_t channels) {
    bench_.dut().channels_i = channels;
    bench_.idle(1);
  }

  std::vector<Frame> frames(std::uint32_t channels, unsigned seed) {
    std::vector<Frame> all = make_frames(2U * kPacketFrames + 1, seed);
    for (Frame& frame : all) {
      const Frame source = frame;
      frame.resize(channels);
      for (std::size_t c = 0; c < channels; ++c) frame[c] = source[c % source.size()];
    }
    return all;
  }

  /// A whole stream, which must be the model's.
  void stream_of(std::uint32_t channels) {
    const std::vector<Frame> sent = frames(channels, streams_);
    bench_.enable(true);
    bench_.send_and_close(sent);
    bench_.drain();
    expect(sent, channels);
  }

  void expect(const std::vector<Frame>& sent, std::uint32_t channels) {
    StreamHeader header = stream_header();
    header.channels = channels;
    header.stream_number = stream_number(header.stream_number, streams_++);
    Encoder model(header, bench_.tables(), Transport::kLink);
    Bytes expected;
    std::vector<Code> codes;
    const std::vector<ParsedPacket> packets = bench_.packets();
    std::size_t frame = 0;
    for (; next_ < packets.size(); ++next_) {
      const PacketHeader& h = packets[next_].header;
      if (h.type == PacketType::kStreamHeader) {
        append(expected, model.stream_header());
        continue;
      }
      codes.clear();
      for (std::size_t f = 0; f < h.frames && frame < sent.size(); ++f, ++frame) {
        codes.insert(codes.end(), sent[frame].begin(), sent[frame].end());
      }
      append(expected, model.encode(codes.data(), h.frames, {h.key, h.last}));
    }
    EXPECT_EQ(frame, sent.size()) << channels << " channels";
    EXPECT_EQ(
        Bytes(bench_.stream().begin() + static_cast<std::ptrdiff_t>(at_), bench_.stream().end()),
        expected)
        << channels << " channels";
    at_ = bench_.stream().size();
  }

  static void append(Bytes& to, const Bytes& bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
  }

  bool refused() { return (bench_.dut().status_o >> rtl::kStatusNoChannels & 1) != 0; }

  EncoderBench bench_;
  unsigned streams_ = 0;  ///< since reset
  std::size_t next_ = 0;  ///< the first packet that was not checked
  std::size_t at_ = 0;    ///< its offset in the stream, bytes
};

TEST_F(Channels, EachStreamHasItsNumber) {
  if (!kVariable) GTEST_SKIP() << "the number is fixed";
  for (const std::uint32_t channels : legal_numbers()) {
    use(channels);
    stream_of(channels);
  }
  EXPECT_EQ(bench_.dut().dropped_o, 0U);
  EXPECT_EQ(bench_.dut().framing_errors_o, 0U);
}

TEST_F(Channels, AnIllegalNumberOpensNoStream) {
  if (!kVariable) {
    // Whatever the port says.
    use(0);
    stream_of(kChannels);
    EXPECT_FALSE(refused());
    return;
  }
  std::vector<std::uint32_t> illegal = {0, kMaxChannels + 1, kMaxChannels + 0x10000, 0x1FFFF};
  if (kNarrow) illegal.insert(illegal.end(), {4, 10, kMaxChannels - 1});
  for (const std::uint32_t channels : illegal) {
    use(channels);
    bench_.enable(true);
    for (const Frame& frame : frames(kChannels, 52)) bench_.send(frame);
    EXPECT_TRUE(refused()) << channels;
    EXPECT_EQ(bench_.state(), rtl::kStateIdle) << channels;
    bench_.enable(false);
    bench_.idle(1);
    EXPECT_FALSE(refused());
  }
  EXPECT_TRUE(bench_.stream().empty());
  EXPECT_EQ(bench_.packed(), 0U);
  use(kMaxChannels);
  stream_of(kMaxChannels);
}

TEST_F(Channels, AChangeWaitsUntilTheStreamHasLeft) {
  if (!kVariable) GTEST_SKIP() << "the number is fixed";
  const std::uint32_t first = legal_numbers()[0];
  const std::uint32_t second = legal_numbers()[1];
  const std::vector<Frame> sent = frames(first, 53);
  use(first);
  bench_.enable(true);
  bench_.send(sent[0][0], first == 1);
  use(second);  // open
  for (std::size_t c = 1; c < first; ++c) bench_.send(sent[0][c], c + 1 == first);
  bench_.rates(100, 0);
  bench_.send_and_close({sent.begin() + 1, sent.end()});
  bench_.idle(100);
  EXPECT_EQ(bench_.state(), rtl::kStateClosing);
  // Before the link takes the first stream another one of its number opens.
  const std::vector<Frame> again = frames(first, 54);
  bench_.enable(true);
  bench_.send_and_close(again);
  EXPECT_EQ(bench_.dut().framing_errors_o, 0U);
  bench_.rates(100, 100);
  bench_.drain();
  EXPECT_EQ(bench_.state(), rtl::kStateClosed);
  const std::vector<ParsedPacket> packets = bench_.packets();
  EXPECT_EQ(packets.back().header.frames, 1U);
  // And now the new number holds.
  next_ = packets.size();
  at_ = bench_.stream().size();
  streams_ = 2;
  stream_of(second);
}

}  // namespace
}  // namespace nrc::tb
