// SPDX-License-Identifier: Apache-2.0
//
// Events: the fields of one, packets of them beside and instead of samples, and what receiver and
// decoder make of these. What is found is tested by tb/reference, against a restatement of the
// document, and by the bench of nrc_detector.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "format/event_payload.hpp"
#include "host/recording_generator.hpp"
#include "nrc/decoder.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/receiver.hpp"
#include "stages/detector.hpp"

namespace nrc {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kChannels = 40;
constexpr std::size_t kPacketFrames = 20;

StreamHeader events_header() {
  StreamHeader h;
  h.channels = kChannels;
  h.packet_frames = kPacketFrames;
  h.rate_millihertz = 19531250;
  h.stream_number = 0x77123456;
  h.events = true;
  return h;
}

const Tables& tables() { return Tables::builtin(Profile::kHuffman, "default"); }

/// Packets of a stream, one call of encode() each, and what is stated of their memory.
std::vector<Bytes> encode(const std::vector<Code>& codes, bool only, int threshold = 20) {
  Encoder encoder(events_header(), tables(), Transport::kLink);
  encoder.set_events({threshold, only});
  std::vector<Bytes> sent;
  const std::size_t step = kPacketFrames * kChannels;
  for (std::size_t at = 0; at < codes.size(); at += step) {
    const std::uint64_t most = encoder.max_bytes(kPacketFrames);
    const PacketRequest request = {at / step % 30 == 0, at + step >= codes.size()};
    sent.push_back(encoder.encode(codes.data() + at, kPacketFrames, request));
    EXPECT_LE(sent.back().size(), most);
  }
  return sent;
}

struct Received {
  std::vector<Event> events;
  std::vector<std::int16_t> samples;
  std::size_t gaps = 0;
  bool closed = false;
  ReceiverCounters counters;
};

Received receive(const std::vector<Bytes>& packets) {
  Received r;
  Receiver::Events events;
  events.events = [&r](const Event* e, std::size_t n) {
    r.events.insert(r.events.end(), e, e + n);
  };
  events.samples = [&r](std::uint64_t, const std::int16_t* s, std::size_t frames) {
    r.samples.insert(r.samples.end(), s, s + frames * kChannels);
  };
  events.gap = [&r](const Gap&) { ++r.gaps; };
  events.end = [&r](bool closed) { r.closed = closed; };
  Receiver receiver({}, events);
  for (const Bytes& p : packets) receiver.add(p.data(), p.size());
  receiver.finish();
  r.counters = receiver.counters();
  return r;
}

bool same(const Event& a, const Event& b) {
  return a.frame == b.frame && a.channel == b.channel && a.amplitude == b.amplitude;
}

TEST(EventLayout, HoldsTheLimitsOfEveryStream) {
  for (const std::uint32_t channels : {1U, 2U, 3U, 1024U, 1025U, 65536U}) {
    for (const int width : {2, 10, 16}) {
      const EventLayout layout(channels, width);
      int channel_bits = 0;
      while (std::uint64_t{1} << channel_bits < channels) ++channel_bits;
      const int lost = std::max(width - (24 - channel_bits), 0);
      for (const std::int32_t amplitude : {-(1 << (width - 1)), -1, 0, (1 << (width - 1)) - 1}) {
        const Event event = {std::uint64_t{1} << 40 | 255, channels - 1, amplitude};
        const std::uint64_t first = std::uint64_t{1} << 40;
        Event expected = event;
        expected.amplitude = amplitude >> lost << lost;
        EXPECT_TRUE(same(layout.unpack(layout.pack(event, first), first), expected))
            << channels << " channels of " << width << " bits, " << amplitude;
      }
    }
  }
}

TEST(EventLayout, RefusesAChannelThatIsNotThere) {
  std::vector<Event> events;
  const Event event = {5, 3, -2};
  const Bytes payload = event_payload({4, 10}, &event, 1, 0);
  EXPECT_THROW(parse_events({3, 10}, payload.data(), payload.size(), 0, events), Error);
  parse_events({4, 10}, payload.data(), payload.size(), 0, events);
  EXPECT_EQ(events.back().channel, 3U);
}

TEST(Detector, FramesOfASpikeFollowFromTheRate) {
  EXPECT_EQ(Detector::window(0), 11);
  EXPECT_EQ(Detector::rest(0), 21);
  EXPECT_EQ(Detector::window(19531250), 11);
  EXPECT_EQ(Detector::rest(19531250), 21);
  EXPECT_EQ(Detector::window(20000000), 11);
  EXPECT_EQ(Detector::window(20000001), 12);
  EXPECT_EQ(Detector::window(1), 2);
  EXPECT_EQ(Detector::rest(1), 2);
  EXPECT_EQ(Detector::window(4294967295U), 16);
  EXPECT_EQ(Detector::rest(4294967295U), 47);
}

TEST(Events, ComeBesideSamplesAndInsteadOfThem) {
  const std::vector<Code> codes = generate(kChannels, 80 * kPacketFrames, 5);
  const Received beside = receive(encode(codes, false));
  const Received only = receive(encode(codes, true));
  EXPECT_EQ(beside.samples.size(), codes.size());
  EXPECT_TRUE(beside.closed);
  EXPECT_TRUE(only.samples.empty());
  EXPECT_TRUE(only.closed);
  EXPECT_EQ(only.gaps, 0U);
  EXPECT_EQ(only.counters.undecodable_packets, 0U);
  ASSERT_EQ(beside.events.size(), only.events.size());
  EXPECT_EQ(beside.counters.events, beside.events.size());
  EXPECT_GT(only.events.size(), 50U);
  EXPECT_TRUE(std::equal(only.events.begin(), only.events.end(), beside.events.begin(), same));
  std::size_t at = 0;
  for (const Event& e : only.events) {
    EXPECT_LT(e.channel, kChannels);
    EXPECT_LT(e.frame, 80 * kPacketFrames);
    // In the order in which they are complete, and a peak is at most a window old.
    EXPECT_GE(e.frame + 11, at);
    at = std::max<std::size_t>(at, e.frame);
  }
}

TEST(Events, PacketsEndInTime) {
  const std::vector<Code> codes = generate(kChannels, 200 * kPacketFrames, 6);
  // So low that packets are full, and so high that they are not.
  for (const int threshold : {4, 40}) {
    std::size_t full = 0;
    std::size_t frames = 0;
    for (const Bytes& sent : encode(codes, true, threshold)) {
      frames += kPacketFrames;
      for (std::size_t at = 0; at < sent.size();) {
        const ParsedPacket p = parse_packet(sent.data() + at, sent.size() - at);
        ASSERT_EQ(p.status, ParseStatus::kPacket);
        at += p.size;
        if (p.header.type != PacketType::kEvents) continue;
        EXPECT_GE(p.header.length, 4U);
        EXPECT_LE(p.header.length, 4 * kMaxPacketEvents);
        full += p.header.length == 4 * kMaxPacketEvents ? 1 : 0;
        EXPECT_LE(frames - p.header.first_frame, kEventPacketFrames + kPacketFrames);
      }
    }
    EXPECT_EQ(full > 0, threshold == 4);
  }
}

TEST(Events, DecodersOfSamplesTakeNoNotice) {
  const std::vector<Code> codes = generate(kChannels, 30 * kPacketFrames, 7);
  Decoder decoder;
  std::vector<std::int16_t> samples;
  std::size_t event_packets = 0;
  for (const Bytes& sent : encode(codes, false)) {
    for (std::size_t at = 0; at < sent.size();) {
      const ParsedPacket p = parse_packet(sent.data() + at, sent.size() - at);
      decoder.decode(p, samples);
      event_packets += p.header.type == PacketType::kEvents ? 1 : 0;
      at += p.size;
    }
  }
  EXPECT_TRUE(decoder.finished());
  EXPECT_EQ(samples.size(), codes.size());
  EXPECT_GT(event_packets, 2U);
}

TEST(Events, AreGivenAfterALossAndCountOnBeyond32Bits) {
  Encoder encoder(events_header(), tables(), Transport::kLink);
  std::vector<Bytes> packets = {encoder.stream_header()};
  const std::uint64_t first = (std::uint64_t{1} << 32) - 100;
  for (std::uint64_t i = 0; i < 4; ++i) {
    packets.push_back(encoder.event_packet(i * 1000000000, {{i * 1000000000 + 3, 1, -7}}));
  }
  packets.push_back(encoder.event_packet(first, {{first + 2, 2, 5}}));
  packets.push_back(encoder.event_packet(first + 150, {{first + 151, 3, 6}}));
  packets.erase(packets.begin() + 2);
  const Received r = receive(packets);
  ASSERT_EQ(r.events.size(), 5U);
  EXPECT_TRUE(same(r.events[1], {2000000003, 1, -7}));
  EXPECT_TRUE(same(r.events[3], {first + 2, 2, 5}));
  EXPECT_TRUE(same(r.events[4], {first + 151, 3, 6}));
  EXPECT_EQ(r.counters.lost_packets, 1U);
  EXPECT_EQ(r.gaps, 0U);
}

TEST(Events, ADamagedPacketIsLeftOut) {
  Encoder encoder(events_header(), tables(), Transport::kLink);
  const Bytes header = encoder.stream_header();
  const Bytes wrong = encoder.event_packet(0, {{3, kChannels, 1}});
  const Bytes right = encoder.event_packet(0, {{3, kChannels - 1, 1}});
  const Received r = receive({header, wrong, right});
  EXPECT_EQ(r.events.size(), 1U);
  EXPECT_EQ(r.counters.undecodable_packets, 1U);
}

TEST(Events, WhatIsNotPossibleIsRefused) {
  StreamHeader header = events_header();
  EXPECT_THROW(Encoder(header, tables()).set_events({0, false}), Error);
  EXPECT_THROW(Encoder(header, tables()).set_events({64, false}), Error);
  Encoder(header, tables()).set_events({63, false});
  header.narrow = true;
  EXPECT_THROW(Encoder(header, tables()).set_events({}), Error);
  header.narrow = false;
  EXPECT_THROW(Encoder(header, Tables::builtin(Profile::kRange, "default")).set_events({}), Error);
  header.events = false;
  EXPECT_THROW(Encoder(header, tables()).set_events({}), Error);
}

}  // namespace
}  // namespace nrc
