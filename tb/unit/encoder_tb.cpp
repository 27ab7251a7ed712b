// SPDX-License-Identifier: Apache-2.0
//
// Bench of nrc_encoder: the whole pipeline against nrc::Encoder, packet by packet, with gaps in the
// input, stalls at the output, key requests, overflow and streams that end and begin. Misuse and
// resets: encoder_tb_misuse.cpp.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "encoder_bench.hpp"
#include "nrc/decoder.hpp"
#include "stages/code_to_sample.hpp"
#include "worst_case.hpp"

namespace nrc::tb {
namespace {

std::size_t frame_count() { return kChannels >= 256 ? 3U * kPacketFrames + 1 : 400; }

std::size_t packet_count(std::size_t frames) {
  return (frames + kPacketFrames - 1) / kPacketFrames;
}

TEST(Encoder, FullSpeedWithoutAStall) {
  const auto frames = make_frames(frame_count(), 1);
  EncoderBench bench(1);
  bench.control_rate(0, 0, 0);  // with rate control: the bytes are those of a lossless packet
  const std::size_t start = bench.clocks();
  bench.send_and_close(frames);
  const std::size_t took = bench.clocks() - start;
  bench.drain();
  EXPECT_EQ(check(bench).frames, frames.size());
  EXPECT_EQ(bench.packed(), frames.size() * kChannels);
  EXPECT_EQ(bench.stalls(), (frames.size() - 1) * kBubbles);
  EXPECT_EQ(took, frames.size() * kChannels + bench.stalls());
  EXPECT_TRUE(bench.packets().back().header.last);
  EXPECT_EQ(bench.dut().packets_o, packet_count(frames.size()));
  EXPECT_EQ(bench.dut().dropped_o, 0U);

  Decoder decoder([&](Profile, std::uint32_t) { return &bench.tables(); });
  std::vector<std::int16_t> samples;
  for (const ParsedPacket& p : bench.packets()) decoder.decode(p, samples);
  ASSERT_EQ(samples.size(), frames.size() * kChannels);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    ASSERT_EQ(samples[i], sample_of(kMapping, frames[i / kChannels][i % kChannels]));
  }
}

/// Clocks from a sample's handshake until its last bit is packed.
TEST(Encoder, Latency) {
  const int latency = kProfile == Profile::kRange && kNarrow    ? rtl::kNarrowRangeEncoderLatency
                      : kProfile == Profile::kRange && kShallow ? rtl::kShallowRangeEncoderLatency
                      : kProfile == Profile::kRange
                          ? rtl::kRangeEncoderLatency + kTaps * rtl::kTapsLatency +
                                kNeighbour * rtl::kNeighbourLatency
                      : kNarrow  ? rtl::kNarrowEncoderLatency
                      : kShallow ? rtl::kShallowEncoderLatency
                                 : rtl::kEncoderLatency;
  EncoderBench bench(20);
  bench.send(0, kChannels == 1);
  int clocks = 1;
  for (; bench.packed() == 0 && clocks < 100; ++clocks) bench.idle(1);
  EXPECT_EQ(clocks, latency);
}

TEST(Encoder, GapsStallsAndKeyRequests) {
  const auto frames = make_frames(frame_count(), 2);
  EncoderBench bench(2);
  bench.rates(60, kPacketFrames == 1 ? 100 : 70);  // the shortest packets keep a link busy
  const std::size_t interval = kPacketFrames == 1 ? 20 : 2 * kPacketFrames;
  std::size_t requests = 0;
  for (std::size_t f = 0; f < frames.size(); ++f) {
    if (f % interval == interval / 4) bench.request_key(), ++requests;
    if (f + 1 == frames.size()) bench.enable(false);
    bench.send(frames[f]);
  }
  bench.drain();
  const Verdict v = check(bench);
  EXPECT_EQ(v.frames, frames.size());
  EXPECT_GE(v.keys, std::min(requests, packet_count(frames.size()) - 1));
  EXPECT_EQ(bench.dut().dropped_o, 0U);
}

TEST(Encoder, KeyIntervalIsKept) {
  const auto frames = make_frames(frame_count(), 3);
  EncoderBench bench(3);
  bench.send_and_close(frames);
  bench.drain();
  EXPECT_EQ(check(bench).frames, frames.size());
  std::size_t packet = 0;
  std::size_t sequence = 0;
  for (const ParsedPacket& p : bench.packets()) {
    EXPECT_EQ(p.header.sequence, sequence++);
    if (p.header.type == PacketType::kStreamHeader) continue;
    EXPECT_EQ(p.header.key, kKeyInterval == 0 ? packet == 0 : packet % kKeyInterval == 0);
    ++packet;
  }
  EXPECT_EQ(packet, packet_count(frames.size()));
}

TEST(Encoder, ALinkThatStallsDropsWholePacketsAndRecovers) {
  const std::size_t count = kChannels >= 256 ? 16U * kPacketFrames : 3000;
  const auto frames = make_frames(count, 5);
  EncoderBench bench(5);
  for (std::size_t f = 0; f < count; ++f) {
    if (f == count / 8) bench.rates(100, 0);
    if (f == count / 2) bench.rates(100, 100);
    if (f + 1 == count) bench.enable(false);
    bench.send(frames[f]);
  }
  bench.drain();
  const Verdict v = check(bench);
  // The room that is left takes packets of one frame.
  EXPECT_GE(v.gaps, 1U) << "the stall was too short to show anything";
  EXPECT_GT(v.lost, 0U);
  EXPECT_GT(bench.overflows(), 0U);
  EXPECT_GT(v.frames, frames.size() / 2);
  EXPECT_GE(v.sent + v.lost, packet_count(count));
  EXPECT_TRUE(bench.packets().back().header.last);
  EXPECT_EQ(bench.stalls(), (count - 1) * kBubbles) << "the link held the samples up";
}

TEST(Encoder, AnyStallsOfTheLinkCostWholePacketsOnly) {
  const std::size_t count = kChannels >= 256 ? 40U * kPacketFrames : 6000;
  const auto frames = make_frames(count, 15);
  EncoderBench bench(15);
  std::size_t change = 0;
  for (std::size_t f = 0; f < count; ++f) {
    if (f == change) {
      // Nothing at all, a trickle, anything, or all the link can take; for any time.
      Random& random = bench.random();
      const int rates[] = {0, random.range(1, 4), random.range(0, 100), 100};
      bench.rates(100, static_cast<unsigned>(rates[random.range(0, 3)]));
      change = f + static_cast<std::size_t>(random.range(1, static_cast<int>(count) / 16));
    }
    if (f + 1 == count) bench.enable(false);
    bench.send(frames[f]);
  }
  bench.drain();
  const Verdict v = check(bench);
  EXPECT_GT(v.gaps, 1U);
  EXPECT_GT(v.sent, 0U);
  EXPECT_GE(v.sent + v.lost, packet_count(count));
  EXPECT_EQ(bench.stalls(), (count - 1) * kBubbles) << "the link held the samples up";
}

TEST(Encoder, ALinkThatIsDeadDropsAllThatTheBufferCannotHold) {
  const std::size_t count = kChannels >= 256 ? 12U * kPacketFrames : 1500;
  const auto frames = make_frames(count, 16);
  EncoderBench bench(16);
  bench.rates(100, 0);
  bench.send(frames);
  bench.idle(kPipelineClocks);
  EXPECT_EQ(bench.dut().packets_o, 0U);
  EXPECT_GT(bench.dut().dropped_o, 0U);
  EXPECT_EQ(bench.stalls(), (count - 1) * kBubbles) << "the link held the samples up";
  // What waits is whole, and so is what follows.
  bench.drain();
  bench.rates(100, 100);
  bench.send_and_close(make_frames(2U * kPacketFrames, 17));
  bench.drain();
  const Verdict v = check(bench);
  EXPECT_GE(v.gaps, 1U);
  EXPECT_TRUE(bench.packets().back().header.last);
}

TEST(Encoder, StreamsEndAndBeginWithEnable) {
  const auto first = make_frames(kPacketFrames + 3, 6);
  const auto second = make_frames(kPacketFrames + 1, 7);
  EncoderBench bench(6);
  bench.send_and_close(first);
  bench.send(second[0]);  // thrown away
  bench.enable(true);
  bench.send_and_close(second);
  bench.drain();
  const Verdict v = check(bench);
  EXPECT_EQ(v.frames, first.size() + second.size());
  EXPECT_EQ(v.streams, 2U);
}

// The converter stops with whatever it has sent: whole packets, some frames of one, or a part of a
// frame, which costs its packet.
TEST(Encoder, AFlushNeedsNoSample) {
  const auto frames = make_frames(2U * kPacketFrames + 1, 31);
  for (const std::size_t count : {std::size_t{1}, std::size_t{kPacketFrames},
                                  std::size_t{kPacketFrames} + 1, frames.size()}) {
    for (const std::size_t rest : {std::size_t{0}, std::size_t{1}, std::size_t{kChannels} - 1}) {
      if (kChannels >= 256 && count % kPacketFrames != rest % 2) continue;  // for its time
      EncoderBench bench(static_cast<unsigned>(count));
      EXPECT_EQ(bench.state(), rtl::kStateIdle);
      bench.flush();
      for (std::size_t f = 0; f < count; ++f) bench.send(frames[f]);
      EXPECT_EQ(bench.state(), rtl::kStateOpen);
      for (std::size_t c = 0; c < rest; ++c) bench.send(1, kChannels == 1);
      bench.enable(false);
      bench.flush();
      bench.idle(2);
      EXPECT_EQ(bench.state(), rtl::kStateClosing);
      bench.drain();
      EXPECT_EQ(bench.state(), rtl::kStateClosed);
      Verdict v = check(bench);
      const std::size_t whole = count + (kChannels == 1 ? rest : 0);
      const bool cut = kChannels > 1 && rest != 0;
      EXPECT_EQ(v.frames, cut ? count / kPacketFrames * kPacketFrames : whole);
      EXPECT_EQ(v.bad, cut ? 1U : 0U);
      const bool sent = v.sent != 0;
      ASSERT_EQ(bench.packets().empty(), !sent);
      if (sent) {
        EXPECT_TRUE(bench.packets().back().header.last);
      }
      EXPECT_EQ(v.ends, sent && (cut || whole % kPacketFrames == 0) ? 1U : 0U);
      // The next stream is as good as any; what is left of a frame is discarded.
      if (cut) bench.send(2, true);
      bench.enable(true);
      bench.send_and_close(frames);
      bench.drain();
      v = check(bench);
      EXPECT_EQ(v.streams, sent ? 2U : 1U);
      EXPECT_TRUE(bench.packets().back().header.last);
    }
  }
}

TEST(Encoder, WithoutTablesNoStreamOpens) {
  if (!kLoadable) GTEST_SKIP() << "its tables are fixed";
  EncoderBench bench(32);
  bench.reset(false);
  bench.send(make_frames(2, 33));
  EXPECT_EQ(bench.state(), rtl::kStateIdle);
  EXPECT_NE(bench.dut().status_o >> rtl::kStatusNoTables & 1, 0);
  bench.enable(false);
  bench.idle(1);
  EXPECT_EQ(bench.dut().status_o >> rtl::kStatusNoTables & 1, 0);
  EXPECT_TRUE(bench.stream().empty());
}

// A link that takes four fifths of what comes: no packet is lost, and each is rounded as the golden
// model's.
TEST(Encoder, ASlowLinkLosesNothingWithRateControl) {
  const std::size_t count = kChannels >= 256 ? 40U * kPacketFrames : 200U * kPacketFrames;
  const auto frames = make_frames(count, 21);
  EncoderBench bench(21);
  Encoder lossless(stream_header(), bench.tables(), Transport::kLink);
  std::size_t bytes = 0;
  for (const Frame& frame : frames) bytes += lossless.encode(frame.data(), 1, {}).size() - 24;
  const std::size_t clocks = count * std::max(kChannels, kLoopLatency);
  bench.rates(100, static_cast<unsigned>(bytes * 100 / 4 * 4 / 5 / clocks));
  bench.send_and_close(frames);
  bench.drain();
  const Verdict v = check(bench);
  if (!kRateControl) {
    EXPECT_EQ(bench.dut().largest_step_o, 0);
    return;
  }
  EXPECT_EQ(v.lost, 0U);
  EXPECT_EQ(v.frames, count);
  EXPECT_GT(bench.dut().largest_step_o, 0);
}

// With a ceiling of 1 code every data packet is that of an encoder without rate control, however
// much waits for the link.
TEST(Encoder, ACeilingOfOneChangesNoByte) {
  if (!kRateControl) return;
  const auto frames = make_frames(30U * kPacketFrames, 23);
  EncoderBench bench(23);
  bench.control_rate(0, 1, 1);
  bench.send_and_close(frames);
  bench.drain();
  EXPECT_EQ(check(bench).lost, 0U);
  EXPECT_EQ(bench.dut().largest_step_o, 0);
  EXPECT_GT(bench.dut().waiting_o, 1000U);
  StreamHeader header = stream_header();
  header.rounding = false;
  header.proportional = false;
  Encoder plain(header, bench.tables(), Transport::kLink);
  plain.stream_header();
  std::size_t at = 0;
  std::size_t first = 0;
  for (const ParsedPacket& p : bench.packets()) {
    const Bytes bytes(bench.stream().begin() + static_cast<std::ptrdiff_t>(at),
                      bench.stream().begin() + static_cast<std::ptrdiff_t>(at + p.size));
    at += p.size;
    if (p.header.type == PacketType::kStreamHeader) {
      if (first != 0) plain.stream_header();
      continue;
    }
    std::vector<Code> codes;
    for (std::size_t f = 0; f < p.header.frames; ++f, ++first) {
      codes.insert(codes.end(), frames[first].begin(), frames[first].end());
    }
    EXPECT_EQ(bytes, plain.encode(codes.data(), p.header.frames, {p.header.key, p.header.last}))
        << "frames up to " << first;
  }
  EXPECT_EQ(first, frames.size());
}

// By the link's rate the steps are those of the golden model's rate control, packet by packet.
TEST(Encoder, StepsByTheRateAreTheModels) {
  const std::size_t packets = kChannels >= 256 ? 20U : 100U;
  const auto frames = make_frames(packets * kPacketFrames, 22);
  EncoderBench bench(22);
  RateSettings settings;
  settings.buffer_words = std::max(kBufferWords, 64U);
  settings.first_step = 3;
  settings.min_step = kChannels % 2 == 0 ? 0 : 2;
  settings.link_words = 16U * kPacketFrames * kChannels * 4 / 32;
  bench.control_rate(settings.max_step, settings.first_step, settings.link_words,
                     settings.min_step);
  bench.send_and_close(frames);
  bench.drain();
  EXPECT_EQ(check(bench).lost, 0U);
  RateControl golden(settings);
  std::uint32_t words = 0;
  std::size_t smallest = 0;
  std::size_t all = 0;
  for (const ParsedPacket& p : bench.packets()) {
    words += static_cast<std::uint32_t>(p.size / 4);
    if (p.header.type == PacketType::kStreamHeader) continue;
    ASSERT_EQ(p.header.step, kRateControl ? golden.begin_packet() : 0) << "packet " << all;
    golden.end_packet(words);
    words = 0;
    smallest += p.header.step == settings.min_step ? 1 : 0;
    ++all;
  }
  if (kRateControl) {
    EXPECT_GT(smallest, 0U);
    EXPECT_LT(smallest, all);
  }
}

// Codes of all values cost more than the buffer's port carries: packets are dropped, but soon one
// follows that is not, and the end of the stream arrives.
TEST(Encoder, ALoudSignalIsNotDroppedForEver) {
  const std::size_t count = (kChannels >= 256 ? 8U : 60U) * kPacketFrames;
  std::vector<Frame> frames(count, Frame(kChannels));
  std::mt19937 random(34);
  for (Frame& frame : frames) {
    for (Code& code : frame) {
      code = static_cast<Code>(static_cast<int>(random() >> (32 - kCodeWidth)) -
                               (1 << (kCodeWidth - 1)));
    }
  }
  EncoderBench bench(34);
  bench.control_rate(0, 0, 0);
  bench.send_and_close(frames);
  bench.drain();
  const Verdict v = check(bench);
  EXPECT_TRUE(bench.packets().back().header.last);
  RecordProperty("frames_sent", std::to_string(v.frames));
  EXPECT_GT(v.frames, count / 4);
  EXPECT_LE(v.longest, 4U);
}

/// Streams of several lengths, with rounded packets among them.
TEST(Encoder, EventsAreTheModels) {
  if (!kEvents) return;
  const auto frames = make_frames(3000, 31);
  EncoderBench bench(31);
  bench.control_events(12, false);
  bench.rates(90, 60);
  for (std::size_t f = 0; f < frames.size(); ++f) {
    if (f == 900 || f == 1100 || f + 1 == frames.size()) bench.enable(false);
    bench.send(frames[f]);
    bench.enable(true);
  }
  bench.drain();
  const Verdict v = check(bench);
  EXPECT_EQ(v.frames, frames.size());
  EXPECT_EQ(v.streams, 3U);
  EXPECT_GT(v.events, 200U);
  EXPECT_EQ(bench.dut().events_lost_o, 0U);
}

TEST(Encoder, AFlushSendsTheEventsThatWait) {
  if (!kEvents) return;
  const auto frames = make_frames(1500, 35);
  EncoderBench bench(35);
  bench.control_events(12, false);
  for (std::size_t f = 0; f < frames.size(); ++f) {
    // Inside a packet, and between two.
    if (f == 407 || f == 807) bench.flush();
    bench.send(frames[f]);
  }
  bench.flush();
  bench.drain();
  const Verdict v = check(bench);
  EXPECT_EQ(v.frames, frames.size());
  EXPECT_EQ(v.streams, 3U);
  EXPECT_GT(v.events, 100U);
  EXPECT_EQ(bench.dut().events_lost_o, 0U);
}

/// A receiver without samples has the events that the golden model sends.
TEST(Encoder, EventsWithoutSamples) {
  if (!kEvents) return;
  const auto frames = make_frames(3000, 32);
  EncoderBench bench(32);
  bench.control_rate(0, 0, 0);
  bench.control_events(16, true);
  bench.send_and_close(frames);
  bench.drain();
  Encoder model(stream_header(), bench.tables(), Transport::kLink);
  model.set_events({16, true});
  Bytes expected;
  for (std::size_t f = 0; f < frames.size(); f += kPacketFrames) {
    std::vector<Code> codes;
    const std::size_t end = std::min<std::size_t>(f + kPacketFrames, frames.size());
    for (std::size_t i = f; i < end; ++i) {
      codes.insert(codes.end(), frames[i].begin(), frames[i].end());
    }
    const bool key = f / kPacketFrames % kKeyInterval == 0;
    model.encode(codes.data(), end - f, {key, end == frames.size()}, expected);
  }
  EXPECT_EQ(bench.stream(), expected);
  EXPECT_EQ(bench.dut().dropped_o, 0U);
  EXPECT_EQ(bench.dut().events_lost_o, 0U);
}

TEST(Encoder, EventsThatFindNoRoomAreCounted) {
  if (!kEvents) return;
  const auto frames = make_frames(6000, 33);
  EncoderBench bench(33);
  bench.control_rate(0, 0, 0);
  bench.control_events(4, true);
  EventSource golden(stream_header(), bench.tables().huffman(), {4, true});
  for (std::size_t f = 0; f < frames.size(); ++f) {
    if (f == 1000) bench.rates(100, 0);
    if (f == 5000) bench.rates(100, 100);
    if (f + 1 == frames.size()) bench.enable(false);
    bench.send(frames[f]);
    golden.add(frames[f].data(), 1, f % (kPacketFrames * kKeyInterval) == 0, 1);
  }
  bench.drain();
  std::size_t events = 0;
  for (const ParsedPacket& p : bench.packets()) {
    if (p.header.type == PacketType::kEvents) events += p.header.length / 4;
  }
  EXPECT_EQ(bench.dut().dropped_o, 0U);
  EXPECT_GT(bench.dut().events_lost_o, 100U);
  EXPECT_EQ(events + bench.dut().events_lost_o, golden.take().size());
}

/// Two tables, each written before a key packet takes it over, with events of the channels that are
/// not off.
TEST(Encoder, ChannelClassesChangeAtKeyPackets) {
  if (!kClasses) return;
  const auto frames = make_frames(3 * kPacketFrames * kKeyInterval, 34);
  EncoderBench bench(34);
  bench.control_rate(0, 0, 0);
  bench.control_events(kEvents ? 12 : 0, false);
  Encoder model(stream_header(), bench.tables(), Transport::kLink);
  EventSource events(stream_header(), bench.tables().huffman(), {12, false});
  std::vector<ChannelClass> classes(kChannels, ChannelClass::kRounded);
  Bytes expected;
  const std::size_t turn = kPacketFrames * kKeyInterval;
  for (std::size_t f = 0; f < frames.size(); ++f) {
    if (f % turn == 0) {
      // Taken over now: it was written before.
      model.set_channel_classes(classes);
      events.set_classes(classes);
    }
    if (f % turn == turn / 2) {
      for (std::size_t c = 0; c < kChannels; ++c) {
        classes[c] = static_cast<ChannelClass>(f < turn ? c % 4 : 3 - c % 4);
      }
      // Off at the end of a frame, too.
      classes.back() = ChannelClass::kOff;
      bench.write_classes(classes);
    }
    if (f + 1 == frames.size()) bench.enable(false);
    bench.send(frames[f]);
    events.add(frames[f].data(), 1, f % turn == 0, 1);
    if ((f + 1) % kPacketFrames != 0) continue;
    std::vector<Code> codes;
    for (std::size_t i = f + 1 - kPacketFrames; i <= f; ++i) {
      codes.insert(codes.end(), frames[i].begin(), frames[i].end());
    }
    model.encode(codes.data(), kPacketFrames, {f + 1 == kPacketFrames, f + 1 == frames.size()},
                 expected);
  }
  bench.drain();
  std::vector<Event> found;
  std::vector<Bytes> got;
  for (const ParsedPacket& p : bench.packets()) {
    if (p.header.type == PacketType::kEvents) {
      parse_events({kChannels, kCodeWidth}, p.payload, p.header.length, p.header.first_frame,
                   found);
    } else {
      got.emplace_back(p.payload, p.payload + p.header.length);
    }
  }
  std::size_t at = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const ParsedPacket p = parse_packet(expected.data() + at, expected.size() - at);
    ASSERT_EQ(p.status, ParseStatus::kPacket);
    at += p.size;
    ASSERT_EQ(got[i], Bytes(p.payload, p.payload + p.header.length)) << "packet " << i;
  }
  EXPECT_EQ(at, expected.size());
  const std::vector<Event> wanted = events.take();
  ASSERT_EQ(found.size(), kEvents ? wanted.size() : 0U);
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(found[i].frame, wanted[i].frame);
    ASSERT_EQ(found[i].channel, wanted[i].channel);
  }
}

// The packet buffer holds a packet that costs all it can; the RTL's assertions and the model's
// check that it does not cost more.
TEST(Encoder, TheCostliestSignal) {
  if (brief_frames() != kPacketFrames) GTEST_SKIP() << "the buffer holds no such packet";
  const Tables tables = kLoadable && kProfile == Profile::kHuffman
                            ? Tables(with_long_escapes(built_in_tables().huffman()))
                            : first_tables();
  const std::vector<Code> codes = costly_codes(tables, kCodeWidth, kChannels, kPacketFrames);
  EncoderBench bench(18, tables);
  bench.control_rate(0, 0, 0);
  for (int packet = 0; packet < 2; ++packet) {
    bench.request_key();
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (packet == 1 && i + kChannels == codes.size()) bench.enable(false);
      bench.send(codes[i], (i + 1) % kChannels == 0);
    }
    bench.drain();
  }
  const Verdict v = check(bench);
  EXPECT_EQ(v.sent, 2U);
  EXPECT_EQ(v.keys, 2U);
  const std::uint64_t bound = max_key_payload_bytes(kProfile, kCodeWidth, kChannels, kPacketFrames);
  for (const ParsedPacket& p : bench.packets()) {
    if (p.header.type == PacketType::kStreamHeader) continue;
    RecordProperty("bytes", std::to_string(p.header.length));
    RecordProperty("bound", std::to_string(bound));
    EXPECT_LE(p.header.length, bound);
    // Built-in Huffman tables lack the longest codes where it would matter.
    if (kLoadable || (kProfile == Profile::kRange && !kNeighbour && !kTaps && !kNarrow)) {
      EXPECT_EQ(p.header.length, bound);
    }
  }
}

}  // namespace
}  // namespace nrc::tb
