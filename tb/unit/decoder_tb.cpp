// SPDX-License-Identifier: Apache-2.0
//
// Bench of nrc_decoder: streams of the golden encoder in, samples out, with stalls on both sides
// and with faults of the link.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "decoder_bench.hpp"

namespace nrc::tb {
namespace {

const bool kLarge = kChannels >= 256;

std::size_t packet_count() { return kLarge ? 6 : 60; }

TEST(Decoder, FullSpeed) {
  const Stream s = make_stream(packet_count(), 1, 4);
  DecoderBench bench(1);
  bench.send(s.packets);
  bench.drain();
  bench.expect_all(s);
  // One sample in every clock, from one packet to the next as well; few channels pause.
  const std::size_t frames = s.samples.size() / kChannels;
  ASSERT_EQ(bench.given().size(), s.samples.size());
  if (kRange) {
    // Codes far from their prediction take longer, and these samples have many.
    EXPECT_LE(bench.given().back().clock - bench.given().front().clock,
              (frames * kFrameClocks + s.packets.size() * 10) * (kCodeWidth > 10 ? 3 : 2));
  } else if (kChannels >= 32) {
    EXPECT_EQ(bench.given().back().clock - bench.given().front().clock + 1, s.samples.size());
  } else {
    // The link may be the slower one: a key packet takes 19 words of headers and CRCs.
    EXPECT_LE(bench.given().back().clock - bench.given().front().clock,
              frames * kFrameClocks + s.packets.size() * 10);
  }
  EXPECT_EQ(bench.dut().packets_o, packet_count());
  EXPECT_EQ(bench.dut().damaged_o, 0U);
  EXPECT_EQ(bench.dut().lost_o, 0U);
  EXPECT_EQ(bench.dut().skipped_o, 0U);
}

// From the CRC word of a packet to its first sample, when nothing else waits.
TEST(Decoder, Latency) {
  const Stream s = make_stream(2, 14, 0);
  DecoderBench bench(14);
  bench.send(s.packets[0].bytes);
  bench.send(s.packets[1].bytes);
  const std::size_t taken = bench.clocks() - 1;
  bench.drain();
  ASSERT_FALSE(bench.given().empty());
  // The first sample starts two clocks after the CRC word.
  const unsigned latency =
      kRange ? rtl::kRangeDecodePathLatency + 1 + rtl::kSampleOutputLatency : rtl::kDecoderLatency;
  EXPECT_EQ(bench.given().front().clock - taken, 2U + latency);
}

TEST(Decoder, StallsOnBothSides) {
  for (const unsigned input : {100U, 30U}) {
    for (const unsigned output : {100U, 45U, 3U}) {
      if (kLarge && output == 3) continue;
      SCOPED_TRACE(testing::Message() << input << " % in, " << output << " % out");
      const Stream s = make_stream(kLarge ? 3 : packet_count(), 2, 0, 5);
      DecoderBench bench(input + output);
      bench.rates(input, output);
      bench.send(s.packets);
      bench.drain();
      bench.expect_all(s);
    }
  }
}

TEST(Decoder, RawPacketsPassThrough) {
  const Stream s = make_stream(packet_count(), 3, 0, 2);
  ASSERT_TRUE(kMapping == Mapping::kCode || s.raw_frames.size() > 1);
  DecoderBench bench(3);
  bench.send(s.packets);
  bench.drain();
  bench.expect_all(s);
  EXPECT_EQ(bench.dut().skipped_o, 0U);
}

TEST(Decoder, ALinkWithoutLast) {
  const Stream s = make_stream(packet_count(), 4, 5);
  DecoderBench bench(4);
  bench.no_last();
  bench.rates(80, 90);
  bench.send_word(0x12345678, false);
  bench.send(s.packets);
  bench.drain();
  bench.expect_all(s);
  EXPECT_EQ(bench.dut().damaged_o, 1U) << "the word before the stream";
}

TEST(Decoder, ADeadOutputHoldsTheLinkUp) {
  const Stream s = make_stream(packet_count(), 5, 3);
  DecoderBench bench(5);
  bench.rates(100, 0);
  bench.send(s.packets[0].bytes);
  bench.send(s.packets[1].bytes);
  bench.idle(500);
  EXPECT_TRUE(bench.given().empty());
  bench.rates(100, 50);
  bench.send(std::vector<Packet>(s.packets.begin() + 2, s.packets.end()));
  bench.drain();
  bench.expect_all(s);
}

// What a link does to packets.
std::vector<Packet> spoil(const std::vector<Packet>& sent, unsigned percent, Random& random) {
  std::vector<Packet> link;
  for (const Packet& p : sent) {
    if (!random.percent(percent)) {
      link.push_back(p);
      continue;
    }
    Packet bad = p;
    bad.intact = false;
    switch (random.range(0, 6)) {
      case 0:  // flipped bits
        for (int n = random.range(1, 3); n > 0; --n) {
          const std::size_t bit = random() % (8 * bad.bytes.size());
          bad.bytes[bit / 8] = static_cast<std::uint8_t>(bad.bytes[bit / 8] ^ (1 << bit % 8));
        }
        link.push_back(bad);
        break;
      case 1:  // in the header
        bad.bytes[random() % kPacketHeaderBytes] ^= static_cast<std::uint8_t>(1 << random() % 8);
        link.push_back(bad);
        break;
      case 2:  // lost
        break;
      case 3:  // repeated, now or earlier
        link.push_back(p);
        link.push_back(random.flip() ? p : link[random() % link.size()]);
        link.back().intact = false;
        break;
      case 4:  // swapped with the one before
        link.push_back(bad);
        if (link.size() > 1) {
          link[link.size() - 2].intact = false;
          std::swap(link[link.size() - 1], link[link.size() - 2]);
        }
        break;
      case 5:  // cut
        bad.bytes.resize(4 * (1 + random() % (bad.bytes.size() / 4 - 1)));
        link.push_back(bad);
        break;
      default:  // other words, some of which look like a packet
        bad.bytes.clear();
        for (int n = random.range(1, 20); n > 0; --n) {
          for (int b = 0; b < 4; ++b) bad.bytes.push_back(static_cast<std::uint8_t>(random()));
          if (random.percent(20)) {
            std::copy_n(p.bytes.begin(), 4, bad.bytes.end() - 4);
          }
        }
        link.push_back(bad);
        link.push_back(p);
    }
  }
  return link;
}

// Frames that have to come: in a run of intact packets from a stream header on, the key packet and
// what follows up to a raw packet. That one comes if it is a key packet; the state is unknown after
// it.
std::vector<bool> due_frames(const Stream& s, const std::vector<Packet>& link) {
  std::vector<bool> due(s.samples.size() / kChannels, false);
  bool header = false;
  bool state = false;
  std::size_t next = s.packets.size();
  for (const Packet& p : link) {
    if (!p.intact || p.index != next) header = state = false;
    if (!p.intact) continue;
    next = p.index + 1;
    if (p.header.type == PacketType::kStreamHeader) {
      header = true;
      continue;
    }
    const bool raw = p.header.type == PacketType::kRaw;
    state = (state && !raw) || (header && p.header.key);
    for (std::uint32_t f = 0; state && f < p.header.frames; ++f) {
      due[p.header.first_frame + f] = true;
    }
    if (raw) state = false;
  }
  return due;
}

void run_faults(unsigned seed, bool with_last) {
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  const Stream s = make_stream(kLarge ? 24 : 400, seed, kLarge ? 3 : 6, kLarge ? 0 : 17);
  DecoderBench bench(seed);
  if (!with_last) bench.no_last();
  bench.rates(bench.random().flip() ? 100 : 70, bench.random().flip() ? 100 : 80);
  // The end is clean, so that it has to be right again.
  const std::size_t clean = s.packets.size() * 3 / 4;
  std::vector<Packet> sent(s.packets.begin(), s.packets.begin() + static_cast<long>(clean));
  std::vector<Packet> link = spoil(sent, kLarge ? 30 : 15, bench.random());
  link.insert(link.end(), s.packets.begin() + static_cast<long>(clean), s.packets.end());
  bench.send(link);
  bench.drain();

  std::vector<bool> given;
  bench.check(s, given);
  if (testing::Test::HasFatalFailure()) return;
  for (const auto& g : bench.given()) ASSERT_FALSE(g.damaged) << "no payload was wrong";
  const std::vector<bool> due = due_frames(s, link);
  std::size_t missing = 0;
  for (std::size_t f = 0; f < due.size(); ++f) {
    // Without tlast a truncated packet takes the next one with it.
    if (with_last || f * 8 > due.size() * 7) {
      EXPECT_TRUE(!due[f] || given[f]) << "frame " << f << " is missing";
    }
    missing += !given[f];
  }
  EXPECT_GT(missing, 0U) << "the faults were too few to show anything";
  EXPECT_GT(bench.dut().damaged_o + bench.dut().lost_o, 0U);
  EXPECT_TRUE(given.back());
}

TEST(Decoder, FaultsOfTheLink) {
  for (unsigned seed = 10; seed < (kLarge ? 13U : 22U) && !HasFatalFailure(); ++seed) {
    run_faults(seed, true);
  }
}

TEST(Decoder, FaultsOfALinkWithoutLast) {
  for (unsigned seed = 30; seed < (kLarge ? 31U : 36U) && !HasFatalFailure(); ++seed) {
    run_faults(seed, false);
  }
}

TEST(Decoder, EveryFaultIsCounted) {
  const Stream s = make_stream(12, 6, 4);
  // header, key, 3 packets, header, key, 3 packets, ...
  ASSERT_EQ(s.packets[5].header.type, PacketType::kStreamHeader);
  std::vector<Packet> link = s.packets;
  DecoderBench bench(6);
  auto run = [&] {
    bench.reset();
    bench.send(link);
    bench.drain();
    std::vector<bool> given;
    bench.check(s, given);
    return given;
  };
  // Damaged.
  link[2].bytes[kPacketHeaderBytes + 4] ^= 1;
  std::vector<bool> given = run();
  EXPECT_EQ(bench.dut().damaged_o, 1U);
  EXPECT_EQ(bench.dut().lost_o, 1U);
  EXPECT_EQ(bench.dut().skipped_o, 2U);
  EXPECT_EQ(bench.dut().packets_o, 9U);
  for (std::size_t f = 0; f < given.size(); ++f) {
    EXPECT_EQ(given[f], f / kPacketFrames < 1 || f / kPacketFrames >= 4) << f;
  }
  // Lost; repeated; late.
  link = s.packets;
  link.erase(link.begin() + 3);
  run();
  EXPECT_EQ(bench.dut().damaged_o, 0U);
  EXPECT_EQ(bench.dut().lost_o, 1U);
  EXPECT_EQ(bench.dut().skipped_o, 1U);
  link = s.packets;
  link.insert(link.begin() + 3, link[2]);
  link.insert(link.begin() + 8, link[1]);
  run();
  EXPECT_EQ(bench.dut().lost_o, 0U);
  EXPECT_EQ(bench.dut().skipped_o, 2U);
  EXPECT_EQ(bench.dut().packets_o, 12U);
  link = s.packets;
  std::swap(link[7], link[8]);
  run();
  EXPECT_EQ(bench.dut().lost_o, 1U);
  EXPECT_EQ(bench.dut().skipped_o, 3U) << "the early one, the late one and the one after them";
  // Other words.
  link = s.packets;
  Packet words = s.packets[0];
  words.bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  link.insert(link.begin() + 9, words);
  link.insert(link.begin() + 3, words);
  run();
  EXPECT_EQ(bench.dut().damaged_o, 2U);
  EXPECT_EQ(bench.dut().packets_o, 12U);
  // Cut.
  link = s.packets;
  link[4].bytes.resize(link[4].bytes.size() - 4);
  run();
  EXPECT_EQ(bench.dut().damaged_o, 1U);
  EXPECT_EQ(bench.dut().lost_o, 1U);
  EXPECT_EQ(bench.dut().packets_o, 11U);
}

/// The packet with another payload, and a CRC that is right for it.
Packet with_payload(const Packet& p, Bytes payload) {
  Packet out = p;
  out.bytes.resize(kPacketHeaderBytes);
  for (std::size_t b = 0; b < 3; ++b) {
    out.bytes[15 + b] = static_cast<std::uint8_t>(payload.size() / 4 >> (8 * b));
  }
  out.bytes.insert(out.bytes.end(), payload.begin(), payload.end());
  const std::uint32_t crc = crc32_of(out.bytes);
  for (int b = 0; b < 4; ++b) out.bytes.push_back(static_cast<std::uint8_t>(crc >> (8 * b)));
  return out;
}

// Payloads that are wrong in spite of their CRC: samples from there on are marked, and the next key
// packet that comes after them is right.
TEST(Decoder, DamagedPayloads) {
  const std::size_t count = kLarge ? 12 : 48;
  const std::size_t keys = kLarge ? 3 : 6;
  for (int kind = 0; kind < 4; ++kind) {
    for (const unsigned input : {100U, 3U}) {
      if (kLarge && input != 100) continue;
      SCOPED_TRACE(testing::Message() << "kind " << kind << ", " << input << " % in");
      const std::size_t at = 2;  // after the first key packet
      unsigned seed = 7;
      Stream s = make_stream(count, seed, keys);
      // A last byte of zeros is padding, most likely.
      while (kind == 2 && *(s.packets[at].bytes.end() - 5) != 0) {
        s = make_stream(count, ++seed, keys);
      }
      std::vector<Packet> link = s.packets;
      Bytes payload(link[at].bytes.begin() + kPacketHeaderBytes, link[at].bytes.end() - 4);
      switch (kind) {
        case 0:  // a word too many
          payload.insert(payload.end(), {0, 0, 0, 0});
          break;
        case 1:  // one missing
          payload.resize(payload.size() - 4);
          break;
        case 2:  // padding: its last bit
          payload.back() |= 1;
          break;
        default:  // codes outside their width, most likely
          std::fill(payload.begin(), payload.end(), std::uint8_t{0x5A});
      }
      if (payload.empty()) continue;
      link[at] = with_payload(link[at], payload);
      DecoderBench bench(40);
      bench.rates(input, 100);
      bench.send(link);
      bench.drain();
      std::vector<bool> given;
      // Codes that mean something else cannot be distinguished from correct ones.
      if (kind != 3) {
        bench.check(s, given);
        EXPECT_TRUE(std::any_of(bench.given().begin(), bench.given().end(),
                                [](const auto& g) { return g.damaged; }));
        EXPECT_FALSE(given[at * kPacketFrames - 1]);
        EXPECT_TRUE(given.back());
        EXPECT_GE(bench.dut().damaged_o, 1U);
        EXPECT_LE(bench.dut().damaged_o, 2U) << "a packet that was under way may be marked as well";
        EXPECT_EQ(bench.dut().packets_o + bench.dut().damaged_o + bench.dut().skipped_o, count)
            << "each counts once";
        if (input < 100 && kChannels < 256) {
          // Time enough to get ready before the next key packet.
          EXPECT_TRUE(given[keys * kPacketFrames]);
          EXPECT_EQ(bench.dut().packets_o, count - (keys - 1));
          EXPECT_EQ(bench.dut().damaged_o, 1U);
          EXPECT_EQ(bench.dut().skipped_o, keys - 2) << "those that waited count as well";
        }
      }
      EXPECT_EQ(bench.dut().synchronised_o, 1);
    }
  }
}

TEST(Decoder, StreamsFollowEachOther) {
  const Stream first = make_stream(packet_count(), 8, 4);
  const Stream second = make_stream(packet_count() / 2, 9, 5);
  DecoderBench bench(8);
  bench.send(first.packets);
  bench.drain();
  bench.expect_all(first);
  bench.forget();
  bench.send(second.packets);
  bench.drain();
  bench.expect_all(second);
  EXPECT_EQ(bench.dut().packets_o, packet_count() + packet_count() / 2);
  EXPECT_EQ(bench.dut().lost_o, 0U);
}

TEST(Decoder, AnEncoderThatBeginsAnew) {
  if (kLarge) GTEST_SKIP() << "more than 64 packets take too long";
  const Stream first = make_stream(90, 8, 4);
  const Stream second = make_stream(30, 9, 5);
  DecoderBench bench(8);
  std::vector<Packet> link(first.packets.begin(), first.packets.end() - 1);  // not closed
  bench.send(link);
  bench.drain();
  bench.forget();
  bench.send(second.packets);
  bench.drain();
  bench.expect_all(second);
}

// So soon that the new stream's numbers are those that are due.
TEST(Decoder, AnEncoderThatBeginsAnewSoon) {
  for (std::size_t old_packets = 2; old_packets < (kLarge ? 5U : 12U); ++old_packets) {
    SCOPED_TRACE(testing::Message() << old_packets << " packets before");
    const Stream first = make_stream(old_packets + 1, 8, 0);
    const Stream second = make_stream(kLarge ? 10 : 40, 9, kLarge ? 6 : 20);
    DecoderBench bench(8);
    bench.send(std::vector<Packet>(first.packets.begin(), first.packets.end() - 1));  // not closed
    bench.drain();
    bench.forget();
    bench.send(second.packets);
    bench.drain();
    bench.expect_all(second);
    EXPECT_EQ(bench.dut().lost_o, 0U);
    EXPECT_EQ(bench.dut().skipped_o, 0U);
  }
}

// Packets of other streams, and late ones of the stream before.
TEST(Decoder, PacketsOfOtherStreamsAreSkipped) {
  const Stream first = make_stream(12, 8, 4);
  const Stream second = make_stream(12, 9, 4);
  const Stream other = make_stream(12, 10, 4);
  DecoderBench bench(8);
  bench.send(std::vector<Packet>(first.packets.begin(), first.packets.end() - 1));  // not closed
  bench.drain();
  bench.forget();
  std::vector<Packet> link = second.packets;
  link.insert(link.begin() + 9, first.packets[5]);  // a stream header
  link.insert(link.begin() + 8, first.packets.back());
  link.insert(link.begin() + 7, other.packets[7]);
  link.insert(link.begin() + 2, other.packets[2]);
  bench.send(link);
  bench.drain();
  bench.expect_all(second);
  EXPECT_EQ(bench.dut().skipped_o, 4U);
  EXPECT_EQ(bench.dut().lost_o, 0U);
  // A stream that was closed comes again from its first packet on, not from its middle on.
  bench.forget();
  bench.send(std::vector<Packet>(second.packets.begin() + 5, second.packets.end()));
  bench.drain();
  EXPECT_TRUE(bench.given().empty());
  bench.send(second.packets);
  bench.drain();
  bench.expect_all(second);
}

// The number of a stream may have the low bits of another one's.
TEST(Decoder, AnEncoderThatBeginsAnewWithTheSameLowBits) {
  const Stream first = make_stream(12, 8, 4);
  StreamHeader header = stream_header();
  header.stream_number = 0x10000;
  const Stream second = make_stream(12, 8, 4, 0, header);
  DecoderBench bench(8);
  bench.send(std::vector<Packet>(first.packets.begin(), first.packets.end() - 1));
  bench.drain();
  bench.forget();
  bench.send(second.packets);
  bench.drain();
  bench.expect_all(second);
}

TEST(Decoder, OutagesOfAnyLength) {
  for (const std::uint32_t outage : {1U, 32767U, 32768U, 65536U, 0x7FFFFFF0U}) {
    const Stream s = make_stream(12, 8, 4);
    std::vector<Packet> link = s.packets;
    for (std::size_t i = 5; i < link.size(); ++i) {
      PacketHeader& h = link[i].header;
      h.sequence += outage;
      for (std::size_t b = 0; b < 4; ++b) {
        link[i].bytes[4 + b] = static_cast<std::uint8_t>(h.sequence >> (8 * b));
      }
      link[i] = with_payload(link[i], Bytes(link[i].bytes.begin() + kPacketHeaderBytes,
                                            link[i].bytes.end() - kPacketCrcBytes));
    }
    DecoderBench bench(8);
    bench.send(link);
    bench.drain();
    bench.expect_all(s);
    EXPECT_EQ(bench.dut().lost_o, outage);
  }
}

TEST(Decoder, AStreamForAnotherDecoderGivesNothing) {
  // With kVariable fewer channels are as good.
  for (int field = 0; field < (kVariable ? 6 : 7); ++field) {
    SCOPED_TRACE(field);
    Stream s = make_stream(8, 11, 4);
    for (Packet& p : s.packets) {
      if (p.header.type != PacketType::kStreamHeader) continue;
      Bytes payload(p.bytes.begin() + kPacketHeaderBytes, p.bytes.end() - 4);
      switch (field) {
        case 0:
          payload[4] = kMostChannels & 0xFF;  // one channel too many
          payload[5] = static_cast<std::uint8_t>(kMostChannels >> 8);
          break;
        case 1:
          payload[7] = 0xFF;  // packet frames
          break;
        case 2:
          payload[12] ^= 1;  // table id
          break;
        case 3:
          payload[1] ^= 1;  // profile
          break;
        case 4:
          payload[24] ^= 4;  // predictor: stage taps
          break;
        case 5:
          payload[3] ^= 1;  // code width
          break;
        default:
          payload[4] ^= 1;  // channels
      }
      p = with_payload(p, payload);
    }
    DecoderBench bench(11);
    bench.send(s.packets);
    bench.drain();
    EXPECT_TRUE(bench.given().empty());
    EXPECT_EQ(bench.dut().mismatch_o, 1);
    EXPECT_EQ(bench.dut().skipped_o, 8U);
    EXPECT_EQ(bench.dut().packets_o, 0U);
    const Stream right = make_stream(8, 12, 4);
    bench.send(right.packets);
    bench.drain();
    bench.expect_all(right);
    EXPECT_EQ(bench.dut().mismatch_o, 0);
  }
}

// One stream comes directly after the other: packets of both are in the decoder at once.
TEST(Decoder, StreamsHaveAnyNumberOfChannels) {
  if (!kVariable) GTEST_SKIP() << "without VariableChannels";
  DecoderBench bench(15);
  bench.any_channels();
  for (unsigned round = 0; round < (kLarge ? 2 : 100); ++round) {
    SCOPED_TRACE(round);
    std::vector<Stream> streams;
    for (unsigned i = 0; i < 6; ++i) {
      // Few channels are those for which the loop is too long.
      const std::uint32_t most = bench.random().percent(50) ? kMostChannels : 7;
      const std::uint32_t channels = i == 0 ? kMostChannels : 1 + bench.random()() % most;
      streams.push_back(
          make_stream(kLarge ? 2 : 4, 100 + 10 * round + i, 3, 0, stream_header(channels)));
    }
    if (round % 2 == 1) bench.rates(60, 70);
    for (const Stream& s : streams) bench.send(s.packets);
    EXPECT_EQ(bench.dut().channels_o, streams.back().channels);
    bench.drain();
    for (const Stream& s : streams) {
      bench.expect_all(s, s.samples.size());
      bench.forget(std::min(s.samples.size(), bench.given().size()));
    }
    EXPECT_TRUE(bench.given().empty());
    bench.rates(100, 100);
  }
  EXPECT_EQ(bench.dut().damaged_o, 0U);
  EXPECT_EQ(bench.dut().lost_o, 0U);
  EXPECT_EQ(bench.dut().skipped_o, 0U);
  EXPECT_EQ(bench.dut().mismatch_o, 0);
}

TEST(Decoder, ResetsAtAnyClock) {
  const Stream s = make_stream(kLarge ? 2 : 12, 13, 4);
  DecoderBench bench(13);
  for (int run = 0; run < 8; ++run) {
    const std::size_t whole = bench.random()() % 2;
    for (std::size_t p = 0; p <= whole; ++p) bench.send(s.packets[p].bytes);
    Bytes part = s.packets[1 + whole].bytes;
    part.resize(4 * (bench.random()() % (part.size() / 4)));
    bench.send(part);
    bench.idle(bench.random()() % 60);
    bench.reset();
  }
  bench.send(s.packets);
  bench.drain();
  bench.expect_all(s);
}

}  // namespace
}  // namespace nrc::tb
