// SPDX-License-Identifier: Apache-2.0
//
// Receiver: every rule of docs/bitstream.md, section 12. A test says what arrives, and what the
// receiver shall tell; each sample given is compared with the one that was encoded.
#include "nrc/receiver.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "format/bytes.hpp"
#include "format/crc.hpp"
#include "host/recording_generator.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "stages/code_to_sample.hpp"
#include "stages/packetizer.hpp"

// Memory in use, for the test of its bound. The size precedes what is given.
namespace {
std::size_t memory_in_use = 0;
std::size_t max_memory = 0;
constexpr std::size_t kSizeField = alignof(std::max_align_t);
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  auto* const p = static_cast<unsigned char*>(std::malloc(size + kSizeField));
  if (p == nullptr) throw std::bad_alloc();
  std::memcpy(p, &size, sizeof size);
  memory_in_use += size;
  max_memory = std::max(max_memory, memory_in_use);
  return p + kSizeField;
}
[[gnu::noinline]] void operator delete(void* given) noexcept {
  if (given == nullptr) return;
  unsigned char* const p = static_cast<unsigned char*>(given) - kSizeField;
  std::size_t size = 0;
  std::memcpy(&size, p, sizeof size);
  memory_in_use -= size;
  std::free(p);
}
[[gnu::noinline]] void operator delete(void* given, std::size_t) noexcept {
  operator delete(given);
}

namespace nrc {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Samples = std::vector<std::int16_t>;
using Events = std::vector<std::string>;

constexpr std::uint32_t kFrames = 4;  ///< of a data packet
constexpr std::size_t kInterval = 8;  ///< data packets from one key packet to the next
constexpr std::size_t kWindow = 8;    ///< packets that wait, by the document

/// A stream on its way: packets[0] is the stream header, and another precedes each key packet.
struct Sent {
  std::vector<Bytes> packets;
  std::uint32_t channels = 0;
  Samples samples;                ///< from frame `origin` on
  std::uint64_t origin = 0;       ///< first frame of the first data packet
  std::vector<std::size_t> data;  ///< where each data packet is among the packets
  /// From this frame on, `outage` frames more have passed than there are samples.
  std::uint64_t outage_at = ~std::uint64_t{0};
  std::uint64_t outage = 0;

  std::size_t frames() const { return samples.size() / channels; }
};

StreamHeader stream_of(std::uint32_t channels) {
  StreamHeader h;
  h.channels = channels;
  h.packet_frames = kFrames;
  h.rate_millihertz = 1000;
  return h;
}

struct Plan {
  StreamHeader header = stream_of(3);
  Profile profile = Profile::kHuffman;
  std::size_t data_packets = 32;
  std::size_t interval = kInterval;
  unsigned seed = 1;
  std::uint32_t sequence = 0;             ///< of the first stream header
  std::uint32_t first_frame = 0;          ///< of the first data packet
  std::vector<std::size_t> dropped = {};  ///< data packets that the encoder drops
  std::vector<std::size_t> raw = {};      ///< data packets of noise, which are sent raw
  std::vector<std::size_t> off_map = {};  ///< data packets with an exception
  bool empty_last = false;                ///< a packet without frames closes the stream
  bool closed = true;
};

bool has(const std::vector<std::size_t>& list, std::size_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Adds to the sequence number and, of a data packet, to the first frame.
void advance(Bytes& packet, std::uint32_t packets, std::uint32_t frames) {
  const PacketHeader h = parse_packet(packet.data(), packet.size()).header;
  put_little_endian(packet.data() + 4, h.sequence + packets);
  if (is_data(h.type)) put_little_endian(packet.data() + 8, h.first_frame + frames);
  const std::size_t checked = packet.size() - kPacketCrcBytes;
  put_little_endian(packet.data() + checked, crc32(packet.data(), checked));
}

/// Streams of other seeds have other numbers.
Sent send(const Plan& plan) {
  Sent sent;
  sent.channels = plan.header.channels;
  sent.origin = plan.first_frame;
  const std::size_t n = std::size_t{kFrames} * sent.channels;
  for (const Code c : generate(sent.channels, kFrames * plan.data_packets, plan.seed)) {
    sent.samples.push_back(sample_of(plan.header.mapping, c));
  }
  for (const std::size_t k : plan.off_map) sent.samples[k * n + 1] ^= 1;
  for (const std::size_t k : plan.raw) {
    std::mt19937 random(static_cast<unsigned>(k));
    for (std::size_t i = 0; i < n; ++i) {
      sent.samples[k * n + i] = static_cast<std::int16_t>(random());
    }
  }
  StreamHeader header = plan.header;
  header.stream_number += plan.seed * 0x10001;
  Encoder encoder(header, Tables::builtin(plan.profile, "default"), Transport::kLink);
  encoder.skip(plan.first_frame);
  const auto add = [&sent](const Bytes& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
      const ParsedPacket packet = parse_packet(bytes.data() + at, bytes.size() - at);
      ASSERT_EQ(packet.status, ParseStatus::kPacket);
      const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
      at += packet.size;
      if (is_data(packet.header.type)) sent.data.push_back(sent.packets.size());
      sent.packets.emplace_back(from, from + static_cast<std::ptrdiff_t>(packet.size));
    }
  };
  add(encoder.stream_header());
  for (std::size_t k = 0; k < plan.data_packets; ++k) {
    if (has(plan.dropped, k)) {
      encoder.skip(kFrames);
      sent.data.push_back(0);  // no packet
      continue;
    }
    const bool last = plan.closed && !plan.empty_last && k + 1 == plan.data_packets;
    const bool key = plan.interval != 0 && k % plan.interval == 0;
    add(encoder.encode_samples(sent.samples.data() + k * n, kFrames, {key, last}));
  }
  if (plan.empty_last) add(encoder.encode_samples(nullptr, 0, {false, true}));
  for (Bytes& packet : sent.packets) advance(packet, plan.sequence, 0);
  return sent;
}

/// What a receiver tells, in words; runs of samples are joined. Samples are compared with those of
/// the streams in turn.
class Link {
 public:
  explicit Link(std::vector<Sent> sent, std::size_t reorder_packets = kWindow)
      : sent_(std::move(sent)), receiver_(options(reorder_packets), events()) {}

  Link& pass(const Bytes& bytes) {
    receiver_.add(bytes.data(), bytes.size());
    passed_ += bytes.size();
    return *this;
  }
  Link& pass(const std::vector<Bytes>& packets) {
    for (const Bytes& p : packets) pass(p);
    return *this;
  }
  const Events& finish() {
    receiver_.finish();
    EXPECT_EQ(counters().bytes, passed_);
    EXPECT_EQ(counters().frames, given_);
    EXPECT_EQ(counters().missing_frames, missing_);
    EXPECT_EQ(counters().dropped_frames, dropped_);
    EXPECT_EQ(counters().streams, streams_);
    EXPECT_FALSE(open_) << "a stream does not end";
    return events_;
  }

  const Events& told() const { return events_; }
  const ReceiverCounters& counters() const { return receiver_.counters(); }
  Receiver& receiver() { return receiver_; }
  std::uint64_t given() const { return given_; }

 private:
  static Receiver::Options options(std::size_t reorder_packets) {
    Receiver::Options o;
    EXPECT_EQ(o.reorder_packets, kWindow);
    o.reorder_packets = reorder_packets;
    return o;
  }

  Receiver::Events events() {
    Receiver::Events on;
    on.stream = [this](const StreamHeader& header) {
      EXPECT_FALSE(open_);
      ASSERT_LT(streams_, sent_.size()) << "more streams than were sent";
      EXPECT_EQ(header.channels, sent_[streams_].channels);
      now_ = &sent_[streams_++];
      open_ = true;
      next_ = 0;
      events_.emplace_back("stream");
      run_ = false;
    };
    on.samples = [this](std::uint64_t first, const std::int16_t* samples, std::size_t frames) {
      ASSERT_TRUE(open_);
      EXPECT_EQ(first, next_) << "samples do not follow what was told before";
      EXPECT_GT(frames, 0U);
      next_ = first + frames;
      given_ += frames;
      ASSERT_GE(first, now_->origin);
      const bool later = first >= now_->outage_at && first - now_->outage_at >= now_->outage;
      const std::uint64_t frame = first - now_->origin - (later ? now_->outage : 0);
      const std::size_t at = frame * now_->channels;
      const std::size_t count = frames * now_->channels;
      ASSERT_LE(at + count, now_->samples.size());
      EXPECT_TRUE(std::equal(samples, samples + count, now_->samples.data() + at))
          << "wrong samples in frames " << first << " to " << next_;
      if (!run_) run_from_ = first;
      if (run_) events_.pop_back();
      events_.push_back(std::to_string(run_from_) + " to " + std::to_string(next_));
      run_ = true;
    };
    on.gap = [this](const Gap& gap) {
      EXPECT_TRUE(open_);
      EXPECT_EQ(gap.first_frame, next_) << "a gap does not follow what was told before";
      EXPECT_GT(gap.frames, 0U);
      next_ += gap.frames;
      missing_ += gap.frames;
      dropped_ += gap.dropped_frames;
      std::string text = "gap to " + std::to_string(next_);
      if (gap.lost_packets != 0) text += ", " + std::to_string(gap.lost_packets) + " lost";
      if (gap.dropped_frames != 0) {
        text += ", " + std::to_string(gap.dropped_frames) + " frames dropped";
      }
      if (gap.undecodable_packets != 0) {
        text += ", " + std::to_string(gap.undecodable_packets) + " undecodable";
      }
      events_.push_back(text);
      run_ = false;
    };
    on.container = [this](const std::uint8_t* payload, std::size_t size) {
      events_.push_back("container of " + std::to_string(size) + ", " + std::to_string(payload[0]));
      run_ = false;
    };
    on.end = [this](bool closed) {
      EXPECT_TRUE(open_);
      open_ = false;
      events_.emplace_back(closed ? "closed" : "cut");
      run_ = false;
    };
    return on;
  }

  std::vector<Sent> sent_;
  Receiver receiver_;
  Events events_;
  const Sent* now_ = nullptr;
  bool open_ = false, run_ = false;
  std::uint64_t next_ = 0, run_from_ = 0;
  std::uint64_t given_ = 0, missing_ = 0, dropped_ = 0, streams_ = 0;
  std::uint64_t passed_ = 0;
};

/// What is reported about packets that come from one stream.
Events told(const Sent& sent, const std::vector<Bytes>& packets,
            std::size_t reorder_packets = kWindow) {
  Link link({sent}, reorder_packets);
  return link.pass(packets).finish();
}

std::vector<Bytes> without(std::vector<Bytes> packets, std::vector<std::size_t> lost) {
  std::sort(lost.rbegin(), lost.rend());
  for (const std::size_t i : lost) packets.erase(packets.begin() + static_cast<std::ptrdiff_t>(i));
  return packets;
}

/// The packet at `from` moved to `to`, the others close up.
std::vector<Bytes> moved(std::vector<Bytes> packets, std::size_t from, std::size_t to) {
  const Bytes packet = packets[from];
  packets.erase(packets.begin() + static_cast<std::ptrdiff_t>(from));
  packets.insert(packets.begin() + static_cast<std::ptrdiff_t>(to), packet);
  return packets;
}

std::vector<Bytes> joined(std::vector<Bytes> a, const std::vector<Bytes>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes flat(const std::vector<Bytes>& packets) {
  Bytes all;
  for (const Bytes& p : packets) all.insert(all.end(), p.begin(), p.end());
  return all;
}

std::vector<Bytes> slice(const std::vector<Bytes>& packets, std::size_t from, std::size_t to) {
  return {packets.begin() + static_cast<std::ptrdiff_t>(from),
          packets.begin() + static_cast<std::ptrdiff_t>(to)};
}

const Events kWhole = {"stream", "0 to 128", "closed"};

// ---- a stream that nothing happens to

TEST(Receiver, AnUntouchedStreamArrivesWhole) {
  for (const Profile profile : {Profile::kHuffman, Profile::kRange}) {
    for (const bool neighbour : {false, true}) {
      if (neighbour && profile == Profile::kHuffman) continue;
      for (const std::uint32_t channels : {1U, 3U, 64U}) {
        Plan plan;
        plan.header.channels = channels;
        plan.header.corrections = {neighbour, neighbour};
        plan.profile = profile;
        plan.raw = {13};
        plan.off_map = {0, 5, 16};
        const Sent sent = send(plan);
        Link link({sent});
        EXPECT_EQ(link.pass(sent.packets).finish(), kWhole);
        const ReceiverCounters& c = link.counters();
        EXPECT_EQ(c.packets, sent.packets.size());
        EXPECT_EQ(c.skipped_bytes + c.sync_losses + c.late_packets + c.reordered_packets +
                      c.lost_packets + c.undecodable_packets,
                  0U);
      }
    }
  }
}

TEST(Receiver, SamplesComeAsSoonAsTheirPacketIsWhole) {
  const Sent sent = send({});
  Link link({sent});
  std::uint64_t due = 0;
  for (std::size_t i = 0; i < sent.packets.size(); ++i) {
    link.pass(Bytes(sent.packets[i].begin(), sent.packets[i].end() - 1));
    EXPECT_EQ(link.given(), due);
    link.pass(Bytes{sent.packets[i].back()});
    due += has(sent.data, i) ? kFrames : 0;
    EXPECT_EQ(link.given(), due);
  }
  EXPECT_EQ(link.told(), kWhole) << "the end is told with the last packet";
  EXPECT_EQ(link.finish(), kWhole);
}

TEST(Receiver, HowTheBytesAreCutDoesNotMatter) {
  const Sent sent = send({});
  std::mt19937 random(1);
  std::vector<Bytes> packets = without(sent.packets, {5, 20});
  packets = moved(packets, 10, 13);
  Bytes stream = flat(packets);
  for (const std::size_t at : {std::size_t{300}, std::size_t{301}, std::size_t{900}}) {
    stream[at] = static_cast<std::uint8_t>(stream[at] ^ 0x10);
  }
  const Bytes junk = {'N', 'R', 'N', 'N', 'R', 1, 0x10, 0, 'N'};
  stream.insert(stream.begin() + 1500, junk.begin(), junk.end());
  Link whole({sent});
  const Events expected = whole.pass(stream).finish();
  EXPECT_GT(whole.counters().missing_frames, 0U);
  for (int trial = 0; trial < 50; ++trial) {
    Link link({sent});
    const std::size_t most = trial == 0 ? 1 : 1 + random() % 200;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t n = std::min<std::size_t>(1 + random() % most, stream.size() - at);
      const auto from = stream.begin() + static_cast<std::ptrdiff_t>(at);
      link.pass(Bytes(from, from + static_cast<std::ptrdiff_t>(n)));
      at += n;
    }
    EXPECT_EQ(link.finish(), expected);
    EXPECT_EQ(link.counters().sync_losses, whole.counters().sync_losses);
    EXPECT_EQ(link.counters().skipped_bytes, whole.counters().skipped_bytes);
    EXPECT_EQ(link.counters().lost_packets, whole.counters().lost_packets);
  }
}

// ---- loss

TEST(Receiver, ALostPacketHidesThoseUpToTheNextKeyPacket) {
  const Sent sent = send({});
  EXPECT_EQ(
      told(sent, without(sent.packets, {sent.data[10]})),
      (Events{"stream", "0 to 40", "gap to 64, 1 lost, 5 undecodable", "64 to 128", "closed"}));
  EXPECT_EQ(told(sent, without(sent.packets, {sent.data[15]})),
            (Events{"stream", "0 to 60", "gap to 64, 1 lost", "64 to 128", "closed"}))
      << "the last one before a key packet";
  EXPECT_EQ(
      told(sent, without(sent.packets, {sent.data[16]})),
      (Events{"stream", "0 to 64", "gap to 96, 1 lost, 7 undecodable", "96 to 128", "closed"}))
      << "a key packet";
  EXPECT_EQ(
      told(sent, without(sent.packets, {sent.data[9], sent.data[10], sent.data[13]})),
      (Events{"stream", "0 to 36", "gap to 64, 3 lost, 4 undecodable", "64 to 128", "closed"}))
      << "three in one gap";
  EXPECT_EQ(told(sent, without(sent.packets, {sent.data[6], sent.data[31]})),
            (Events{"stream", "0 to 24", "gap to 32, 1 lost, 1 undecodable", "32 to 124", "cut"}))
      << "the last one of the stream";
}

TEST(Receiver, ALostStreamHeaderInBetweenCostsNothing) {
  const Sent sent = send({});
  Link link({sent});
  for (std::size_t k = kInterval; k < 32; k += kInterval) {
    ASSERT_EQ(sent.data[k], sent.data[k - 1] + 2) << "the header is repeated";
  }
  link.pass(without(sent.packets, {sent.data[8] - 1, sent.data[16] - 1}));
  EXPECT_EQ(link.finish(), kWhole);
  EXPECT_EQ(link.counters().lost_packets, 2U);
}

TEST(Receiver, JoiningLateBeginsWithTheNextStreamHeader) {
  const Sent sent = send({});
  for (std::size_t from = 1; from < sent.packets.size(); ++from) {
    Link link({sent});
    link.pass(slice(sent.packets, from, sent.packets.size()));
    std::size_t k = 0;
    while (k < 32 && sent.data[k] - 1 < from) k += kInterval;
    if (k == 32) {
      EXPECT_EQ(link.finish(), Events{});
      continue;
    }
    const std::string frame = std::to_string(k * kFrames);
    const std::string lost = std::to_string(sent.data[k] - 1);
    EXPECT_EQ(link.finish(), (Events{"stream", "gap to " + frame + ", " + lost + " lost",
                                     frame + " to 128", "closed"}));
    EXPECT_EQ(link.counters().lost_packets, sent.data[k] - 1);
  }
}

TEST(Receiver, WithoutItsKeyPacketAStreamHeaderTellsOnlyWhatIsMissing) {
  const Sent sent = send({});
  EXPECT_EQ(told(sent, without(sent.packets, {0, 1})),
            (Events{"stream", "gap to 32, 9 lost", "32 to 128", "closed"}));
  EXPECT_EQ(told(sent, without(sent.packets, {1})),
            (Events{"stream", "gap to 32, 1 lost, 7 undecodable", "32 to 128", "closed"}));
  EXPECT_EQ(told(sent, {sent.packets[0]}), (Events{"stream", "cut"}));
  EXPECT_EQ(told(sent, {sent.packets[0], sent.packets.back()}),
            (Events{"stream", "gap to 128, 34 lost, 1 undecodable", "closed"}));
}

TEST(Receiver, TotalFramesTellWhatIsMissingAtTheEnd) {
  Plan plan;
  plan.header.total_frames = 128;
  const Sent sent = send(plan);
  EXPECT_EQ(told(sent, sent.packets), kWhole);
  const std::vector<Bytes> cut = slice(sent.packets, 0, sent.data[20]);
  EXPECT_EQ(told(sent, cut), (Events{"stream", "0 to 80", "gap to 128", "cut"}));
  EXPECT_EQ(told(sent, without(cut, {sent.data[17]})),
            (Events{"stream", "0 to 68", "gap to 128, 1 lost, 2 undecodable", "cut"}));
  EXPECT_EQ(told(sent, {sent.packets[0]}), (Events{"stream", "gap to 128", "cut"}));
  const Sent untold = send({});
  EXPECT_EQ(told(untold, slice(untold.packets, 0, untold.data[20])),
            (Events{"stream", "0 to 80", "cut"}));
}

TEST(Receiver, RawPacketsNeedNoState) {
  Plan plan;
  plan.raw = {12, 13};
  const Sent sent = send(plan);
  EXPECT_EQ(told(sent, sent.packets), kWhole);
  // They make the state known no more than it was: data packet 16 is the next key packet.
  EXPECT_EQ(told(sent, without(sent.packets, {sent.data[10]})),
            (Events{"stream", "0 to 40", "gap to 48, 1 lost, 1 undecodable", "48 to 56",
                    "gap to 64, 2 undecodable", "64 to 128", "closed"}));
  EXPECT_EQ(told(sent, without(sent.packets, {sent.data[12]})),
            (Events{"stream", "0 to 48", "gap to 52, 1 lost", "52 to 56",
                    "gap to 64, 2 undecodable", "64 to 128", "closed"}));
  EXPECT_EQ(
      told(sent, without(sent.packets, {sent.data[14]})),
      (Events{"stream", "0 to 56", "gap to 64, 1 lost, 1 undecodable", "64 to 128", "closed"}));
}

TEST(Receiver, ARawKeyPacketMakesTheStateKnown) {
  Plan plan;
  plan.raw = {16};
  const Sent sent = send(plan);
  EXPECT_EQ(
      told(sent, without(sent.packets, {sent.data[10]})),
      (Events{"stream", "0 to 40", "gap to 64, 1 lost, 5 undecodable", "64 to 128", "closed"}));
}

TEST(Receiver, ExceptionsAreLostWithTheirPacketOnly) {
  for (const Profile profile : {Profile::kHuffman, Profile::kRange}) {
    Plan plan;
    plan.profile = profile;
    for (std::size_t k = 0; k < 32; ++k) plan.off_map.push_back(k);
    const Sent sent = send(plan);
    EXPECT_EQ(told(sent, sent.packets), kWhole);
    for (std::size_t k = 0; k < sent.packets.size(); ++k) {
      // The receiver compares what it gives.
      told(sent, without(sent.packets, {k}));
    }
  }
}

TEST(Receiver, ADamagedLengthOfAStreamHeaderDelaysLittle) {
  Plan plan;
  plan.header.channels = 3;
  const Sent sent = send(plan);
  std::vector<Bytes> packets = sent.packets;
  const std::size_t header = sent.data[8] - 1;
  ASSERT_EQ(packets[header][2] & 0xF, 0);
  packets[header][14] = 3;  // 196,628 bytes
  Link link({sent});
  link.pass(slice(packets, 0, header + 10));
  EXPECT_GE(link.given(), 32U);
  EXPECT_GT(link.counters().packets, header + 3);
}

TEST(Receiver, APacketWithoutFramesClosesTheStream) {
  Plan plan;
  plan.empty_last = true;
  const Sent sent = send(plan);
  EXPECT_EQ(told(sent, sent.packets), kWhole);
  const std::size_t last = sent.packets.size() - 1;
  EXPECT_EQ(told(sent, without(sent.packets, {last})), (Events{"stream", "0 to 128", "cut"}));
  EXPECT_EQ(told(sent, without(sent.packets, {last - 1})),
            (Events{"stream", "0 to 124", "gap to 128, 1 lost, 1 undecodable", "closed"}));
  EXPECT_EQ(told(sent, without(sent.packets, {last - 3})),
            (Events{"stream", "0 to 116", "gap to 128, 1 lost, 3 undecodable", "closed"}));
}

// ---- drops at the encoder

TEST(Receiver, AFrameGapWithoutASequenceGapIsADrop) {
  Plan plan;
  plan.dropped = {10, 11, 20};
  const Sent sent = send(plan);
  EXPECT_EQ(told(sent, sent.packets),
            (Events{"stream", "0 to 40", "gap to 48, 8 frames dropped", "48 to 80",
                    "gap to 84, 4 frames dropped", "84 to 128", "closed"}));
  // A sequence number is missing as well: who lost the frames is not known.
  EXPECT_EQ(told(sent, without(sent.packets, {sent.data[9]})),
            (Events{"stream", "0 to 36", "gap to 48, 1 lost", "48 to 80",
                    "gap to 84, 4 frames dropped", "84 to 128", "closed"}));
  EXPECT_EQ(told(sent, without(sent.packets, {sent.data[8]})),
            (Events{"stream", "0 to 32", "gap to 48, 1 lost, 8 frames dropped, 1 undecodable",
                    "48 to 80", "gap to 84, 4 frames dropped", "84 to 128", "closed"}));
  // What was lost before the last drop does not excuse it.
  EXPECT_EQ(told(sent, without(sent.packets, {sent.data[12] - 1})),
            (Events{"stream", "0 to 40", "gap to 48, 1 lost", "48 to 80",
                    "gap to 84, 4 frames dropped", "84 to 128", "closed"}))
      << "the stream header behind the drop";
}

TEST(Receiver, ADropAtTheBeginningIsOne) {
  Plan plan;
  plan.dropped = {0, 1, 2};
  const Sent sent = send(plan);
  EXPECT_EQ(told(sent, sent.packets),
            (Events{"stream", "gap to 12, 12 frames dropped", "12 to 128", "closed"}));
}

// ---- order

TEST(Receiver, UpToEightEarlyPacketsArePutBack) {
  const Sent sent = send({});
  for (std::size_t late = 1; late <= 12; ++late) {
    const std::size_t at = sent.data[9];
    Link link({sent});
    link.pass(moved(sent.packets, at, at + late));
    if (late <= kWindow) {
      EXPECT_EQ(link.finish(), kWhole) << late;
      EXPECT_EQ(link.counters().reordered_packets, 1U);
      EXPECT_EQ(link.counters().late_packets, 0U);
      EXPECT_EQ(link.counters().lost_packets, 0U);
    } else {
      EXPECT_EQ(link.finish(), (Events{"stream", "0 to 36", "gap to 64, 1 lost, 6 undecodable",
                                       "64 to 128", "closed"}))
          << late;
      EXPECT_EQ(link.counters().reordered_packets, 0U);
      EXPECT_EQ(link.counters().late_packets, 1U);
      EXPECT_EQ(link.counters().lost_packets, 1U);
    }
  }
}

TEST(Receiver, TheNinthEarlyPacketEndsTheWaiting) {
  const Sent sent = send({});
  const std::size_t at = sent.data[17];
  Link link({sent});
  link.pass(slice(sent.packets, 0, at));
  link.pass(slice(sent.packets, at + 1, at + 1 + kWindow));
  EXPECT_EQ(link.told(), (Events{"stream", "0 to 68"}));
  EXPECT_EQ(link.counters().lost_packets, 0U);
  link.pass(sent.packets[at + 1 + kWindow]);
  EXPECT_EQ(link.counters().lost_packets, 1U);
  EXPECT_EQ(link.counters().undecodable_packets, 6U);
  EXPECT_EQ(link.told(),
            (Events{"stream", "0 to 68", "gap to 96, 1 lost, 6 undecodable", "96 to 104"}));
}

TEST(Receiver, ManyOutOfOrderAtOnce) {
  const Sent sent = send({});
  // Turned round in groups of nine, which needs eight places.
  std::vector<Bytes> packets = sent.packets;
  for (std::size_t at = 1; at + 9 <= packets.size(); at += 9) {
    std::reverse(packets.begin() + static_cast<std::ptrdiff_t>(at),
                 packets.begin() + static_cast<std::ptrdiff_t>(at + 9));
  }
  EXPECT_EQ(told(sent, packets), kWhole);
  // In groups of ten one is too late.
  packets = sent.packets;
  std::reverse(packets.begin() + 10, packets.begin() + 20);
  Link link({sent});
  link.pass(packets).finish();
  EXPECT_EQ(link.counters().late_packets, 1U);
  EXPECT_EQ(link.counters().lost_packets, 1U);
}

TEST(Receiver, WhatWaitsWhenTheBytesEndIsGiven) {
  const Sent sent = send({});
  std::vector<Bytes> packets = slice(sent.packets, 0, sent.data[18]);
  packets.erase(packets.begin() + static_cast<std::ptrdiff_t>(sent.data[15]));
  Link link({sent});
  link.pass(packets);
  EXPECT_EQ(link.told(), (Events{"stream", "0 to 60"}));
  EXPECT_EQ(link.finish(), (Events{"stream", "0 to 60", "gap to 64, 1 lost", "64 to 72", "cut"}));
}

TEST(Receiver, WithoutAWindowAnEarlyPacketIsGivenAtOnce) {
  const Sent sent = send({});
  EXPECT_EQ(told(sent, sent.packets, 0), kWhole);
  const std::size_t at = sent.data[15];
  Link link({sent}, 0);
  link.pass(slice(sent.packets, 0, at));
  link.pass(slice(sent.packets, at + 1, at + 3));
  EXPECT_EQ(link.told(), (Events{"stream", "0 to 60", "gap to 64, 1 lost", "64 to 68"}));
  link.pass(sent.packets[at]);
  link.pass(slice(sent.packets, at + 3, sent.packets.size()));
  EXPECT_EQ(link.finish(),
            (Events{"stream", "0 to 60", "gap to 64, 1 lost", "64 to 128", "closed"}));
  EXPECT_EQ(link.counters().late_packets, 1U);
}

TEST(Receiver, RepeatedPacketsAreDiscarded) {
  const Sent sent = send({});
  std::vector<Bytes> doubled;
  for (const Bytes& p : sent.packets) doubled.insert(doubled.end(), 2, p);
  Link link({sent});
  EXPECT_EQ(link.pass(doubled).finish(), kWhole);
  // The second last packet comes when the stream has ended: it is in no stream.
  EXPECT_EQ(link.counters().late_packets, sent.packets.size() - 1);
  EXPECT_EQ(link.counters().skipped_bytes, sent.packets.back().size());

  for (std::size_t count : {1U, 15U, 16U, 20U, 30U}) {
    for (std::size_t behind = count; behind <= 30; behind += 5) {
      std::vector<Bytes> packets = sent.packets;
      const std::vector<Bytes> again = slice(packets, 31 - behind, 31 - behind + count);
      packets.insert(packets.begin() + 31, again.begin(), again.end());
      Link repeated({sent});
      EXPECT_EQ(repeated.pass(packets).finish(), kWhole) << count << " from " << behind;
      EXPECT_EQ(repeated.counters().late_packets, count);
    }
  }
}

TEST(Receiver, APacketThatWaitsMayBeRepeatedToo) {
  const Sent sent = send({});
  const std::size_t at = sent.data[9];
  std::vector<Bytes> packets = slice(sent.packets, 0, at);
  for (int i = 0; i < 20; ++i) packets.push_back(sent.packets[at + 1]);
  packets.push_back(sent.packets[at]);
  packets = joined(packets, slice(sent.packets, at + 2, sent.packets.size()));
  Link link({sent});
  EXPECT_EQ(link.pass(packets).finish(), kWhole);
  EXPECT_EQ(link.counters().late_packets, 19U);
}

TEST(Receiver, SequenceNumbersGoRound) {
  for (std::size_t before = 0; before <= 36; before += 3) {
    Plan plan;
    plan.sequence = 0U - static_cast<std::uint32_t>(before);
    const Sent sent = send(plan);
    Link link({sent});
    EXPECT_EQ(link.pass(sent.packets).finish(), kWhole);
    // Frames count from 0, so no samples of the stream's own beginning were missed.
    EXPECT_EQ(link.counters().lost_packets, plan.sequence) << before;
    EXPECT_EQ(told(sent, without(sent.packets, {sent.data[15], sent.data[14]})),
              (Events{"stream", "0 to 56", "gap to 64, 2 lost", "64 to 128", "closed"}));
    EXPECT_EQ(told(sent, moved(sent.packets, sent.data[15], sent.data[15] + 5)), kWhole);
    std::vector<Bytes> packets = sent.packets;
    packets.insert(packets.begin() + 30, packets[4]);
    EXPECT_EQ(told(sent, packets), kWhole);
  }
}

TEST(Receiver, FrameNumbersGoRound) {
  for (const std::uint32_t back : {1U, 4U, 50U, 64U, 66U, 128U}) {
    Plan plan;
    plan.sequence = 7;
    plan.first_frame = 0U - back;
    const Sent sent = send(plan);
    const std::uint64_t first = (std::uint64_t{1} << 32) - back;
    const auto at = [&](std::uint64_t frame) { return std::to_string(first + frame); };
    const std::string joined_late = "gap to " + at(0) + ", 7 lost";
    EXPECT_EQ(told(sent, sent.packets),
              (Events{"stream", joined_late, at(0) + " to " + at(128), "closed"}));
    EXPECT_EQ(told(sent, without(sent.packets, {sent.data[12]})),
              (Events{"stream", joined_late, at(0) + " to " + at(48),
                      "gap to " + at(64) + ", 1 lost, 3 undecodable", at(64) + " to " + at(128),
                      "closed"}));
  }
}

/// The stream after an outage that begins before the data packet `from`, a key packet.
std::vector<Bytes> with_outage(Sent& sent, std::size_t to, std::size_t from, std::uint32_t packets,
                               std::uint32_t frames) {
  std::vector<Bytes> left = slice(sent.packets, 0, sent.data[to]);
  for (std::size_t i = sent.data[from] - 1; i < sent.packets.size(); ++i) {
    left.push_back(sent.packets[i]);
    advance(left.back(), packets, frames);
  }
  sent.outage_at = from * kFrames;
  sent.outage = frames;
  return left;
}

TEST(Receiver, AnOutageKeepsTheTime) {
  constexpr std::uint32_t kMost = 0x7FFFFF00;
  for (const std::uint32_t packets : {0U, 1U, 8U, 100U, 32759U, 32768U, 40000U, 65535U, 65536U,
                                      65537U, 200000U, 3515625U, kMost}) {
    for (const std::uint32_t frames :
         {packets, std::min<std::uint32_t>(20 * packets, kMost), kMost}) {
      Sent sent = send({});
      // Data packets 13 to 15 and their stream header are lost as well.
      const std::vector<Bytes> left = with_outage(sent, 13, 16, packets, frames);
      const std::string end = std::to_string(64 + std::uint64_t{frames});
      EXPECT_EQ(
          told(sent, left),
          (Events{"stream", "0 to 52",
                  "gap to " + end + ", " + std::to_string(packets + std::uint64_t{3}) + " lost",
                  end + " to " + std::to_string(128 + std::uint64_t{frames}), "closed"}))
          << packets << " packets, " << frames << " frames";
    }
  }
}

// ---- strangers among the packets

TEST(Receiver, PacketsOfAnotherStreamAreDiscarded) {
  // With numbers that would fit, early and due.
  Plan plan;
  plan.closed = false;
  plan.interval = 0;
  const Sent sent = send(plan);
  plan.seed = 2;
  const Sent other = send(plan);
  for (const std::size_t at : {1U, 5U, 20U}) {
    for (const std::size_t number : {2U, 5U, 20U, 28U}) {
      std::vector<Bytes> packets = sent.packets;
      packets.insert(packets.begin() + static_cast<std::ptrdiff_t>(at), other.packets[number]);
      Link link({sent});
      EXPECT_EQ(link.pass(packets).finish(), (Events{"stream", "0 to 128", "cut"}));
      EXPECT_EQ(link.counters().late_packets, 1U);
    }
  }
}

TEST(Receiver, AnEarlyPacketWaitsHoweverLong) {
  const Sent sent = send({});
  EXPECT_EQ(told(sent, moved(sent.packets, 33, 3)), kWhole);
}

TEST(Receiver, AStrayStreamHeaderOfAnotherStreamIsForgotten) {
  Plan plan;
  const Sent sent = send(plan);
  plan.seed = 2;
  const Sent other = send(plan);
  for (const std::size_t more : {1U, 3U, 8U}) {
    std::vector<Bytes> packets = slice(sent.packets, 0, 6);
    packets = joined(packets, slice(other.packets, 0, more));
    Link link({sent});
    link.pass(joined(packets, slice(sent.packets, 6, sent.packets.size())));
    EXPECT_EQ(link.finish(), kWhole) << more;
    EXPECT_EQ(link.counters().late_packets, more);
  }
  // The header and eight packets more are another stream.
  std::vector<Bytes> packets = slice(sent.packets, 0, 6);
  packets = joined(packets, slice(other.packets, 0, 9));
  Link link({sent, other});
  link.pass(joined(packets, slice(sent.packets, 6, 8)));
  EXPECT_EQ(link.finish(), (Events{"stream", "0 to 20", "cut", "stream", "0 to 32", "cut"}));
  EXPECT_EQ(link.counters().late_packets, 2U);
}

TEST(Receiver, AStreamThatGoesOnAfterAllIsTakenUpAgain) {
  Plan plan;
  const Sent sent = send(plan);
  plan.seed = 2;
  const Sent other = send(plan);
  std::vector<Bytes> packets = slice(sent.packets, 0, 6);
  packets = joined(packets, slice(other.packets, 0, 9));
  Link link({sent, other, sent});
  link.pass(joined(packets, slice(sent.packets, 6, sent.packets.size())));
  EXPECT_EQ(link.finish(), (Events{"stream", "0 to 20", "cut", "stream", "0 to 32", "cut", "stream",
                                   "gap to 32, 9 lost", "32 to 128", "closed"}));
}

// ---- streams that begin again

TEST(Receiver, AStreamFollowsAnother) {
  Plan plan;
  const Sent first = send(plan);
  plan.seed = 2;
  plan.data_packets = 24;
  const Sent second = send(plan);
  plan.header = stream_of(5);
  const Sent third = send(plan);
  const Events expected = {"stream", "0 to 128", "closed",  "stream", "0 to 96",
                           "closed", "stream",   "0 to 96", "closed"};
  const std::vector<Bytes> all = joined(joined(first.packets, second.packets), third.packets);
  Link link({first, second, third});
  EXPECT_EQ(link.pass(all).finish(), expected);
  EXPECT_EQ(link.counters().lost_packets + link.counters().late_packets, 0U);

  // What is repeated of the first stream is in no stream, or late.
  const std::size_t end = first.packets.size();
  for (std::size_t i = 1; i < end; ++i) {
    std::vector<Bytes> packets = all;
    packets.insert(packets.begin() + static_cast<std::ptrdiff_t>(end), first.packets[i]);
    Link repeated({first, second, third});
    EXPECT_EQ(repeated.pass(packets).finish(), expected) << i;
    EXPECT_EQ(repeated.counters().late_packets, has(first.data, i) ? 0U : 1U);
  }
}

TEST(Receiver, AStreamThatFollowsMayBeJoinedLate) {
  Plan plan;
  const Sent first = send(plan);
  plan.seed = 2;
  const Sent second = send(plan);
  Link link({first, second});
  link.pass(first.packets).pass(slice(second.packets, 1, second.packets.size()));
  EXPECT_EQ(link.finish(), (Events{"stream", "0 to 128", "closed", "stream", "gap to 32, 9 lost",
                                   "32 to 128", "closed"}));
}

TEST(Receiver, AStreamMayComeTwice) {
  const Sent sent = send({});
  Link link({sent, sent});
  link.pass(sent.packets).pass(sent.packets);
  EXPECT_EQ(link.finish(),
            (Events{"stream", "0 to 128", "closed", "stream", "0 to 128", "closed"}));
  // Not from its middle on: those are late.
  Link other({sent});
  other.pass(sent.packets).pass(slice(sent.packets, 5, sent.packets.size()));
  EXPECT_EQ(other.finish(), kWhole);
  EXPECT_EQ(other.counters().late_packets, 3U) << "stream headers";
}

TEST(Receiver, OrderDoesNotMatterWhereOneStreamFollowsAnother) {
  for (const bool closed : {true, false}) {
    Plan plan;
    plan.closed = closed;
    plan.data_packets = 16;
    const Sent first = send(plan);
    plan.seed = 2;
    plan.header = stream_of(2);
    const Sent second = send(plan);
    const std::string end = closed ? "closed" : "cut";
    const std::vector<Bytes> all = joined(first.packets, second.packets);
    const std::size_t border = first.packets.size();
    for (std::size_t from = border - 6; from < border + 6; ++from) {
      for (std::size_t to = border - 6; to < border + 6; ++to) {
        // Before its stream's header a packet is of an unknown stream.
        if (from == border && to > border) continue;
        if (from > border && to <= border) continue;
        if (to > from + kWindow || from > to + kWindow) continue;
        Link link({first, second});
        EXPECT_EQ(link.pass(moved(all, from, to)).finish(),
                  (Events{"stream", "0 to 64", end, "stream", "0 to 64", end}))
            << from << " to " << to;
      }
    }
  }
}

TEST(Receiver, AStreamHeaderThatComesAfterTheEndBeginsNothing) {
  const Sent sent = send({});
  for (const std::size_t k : {kInterval, 2 * kInterval}) {
    Link link({sent});
    link.pass(moved(sent.packets, sent.data[k] - 1, sent.packets.size() - 1));
    EXPECT_EQ(link.finish(), kWhole);
    EXPECT_EQ(link.counters().late_packets, 1U);
    EXPECT_EQ(link.counters().lost_packets, 1U);
  }
}

TEST(Receiver, ALostEndIsNoticedWhenTheNextStreamBegins) {
  for (const std::size_t first_packets : {1U, 2U, 5U, 15U, 16U, 17U, 32U, 200U}) {
    for (const std::size_t joined_at : {0U, 1U}) {
      if (joined_at == 1 && first_packets < 100) continue;
      for (const bool same_header : {true, false}) {
        Plan plan;
        plan.data_packets = first_packets;
        plan.closed = false;
        const Sent first = send(plan);
        plan.seed = 2;
        plan.data_packets = 40;
        if (!same_header) plan.header.rate_millihertz = 2000;
        const Sent second = send(plan);
        Link link({first, second});
        link.pass(slice(first.packets, joined_at, first.packets.size()));
        link.pass(second.packets);
        const std::string end = std::to_string(first_packets * kFrames);
        Events expected = {"stream"};
        if (joined_at == 1) {
          expected =
              joined_at == 1 ? Events{"stream", "gap to 32, 9 lost", "32 to " + end} : expected;
        } else {
          expected.push_back("0 to " + end);
        }
        const Events rest = {"cut", "stream", "0 to 160", "cut"};
        expected.insert(expected.end(), rest.begin(), rest.end());
        EXPECT_EQ(link.finish(), expected)
            << first_packets << " data packets, joined at " << joined_at;
      }
    }
  }
}

TEST(Receiver, AnEncoderThatRestartsIsNoticedWhateverIsLost) {
  // The state and the numbers of the first stream would fit the second one's next packet.
  for (const std::size_t first_packets : {3U, 9U, 20U, 40U, 70U, 150U}) {
    for (std::size_t lost = 0; lost < 12; ++lost) {
      Plan plan;
      plan.data_packets = first_packets;
      plan.closed = false;
      plan.interval = 1000;
      const Sent first = send(plan);
      plan.seed = 2;
      plan.data_packets = 300;
      plan.interval = 100;
      const Sent second = send(plan);
      if (lost >= first_packets) continue;
      // Nothing, the header, both, ... and then every eleventh.
      std::vector<std::size_t> missing;
      for (std::size_t i = 0; i < lost; ++i) missing.push_back(i);
      for (std::size_t i = lost + 10; i < first_packets; i += 11) missing.push_back(i);
      Link link({first, second});
      link.pass(first.packets).pass(without(second.packets, missing));
      const Events& events = link.finish();
      const std::string end = std::to_string(first_packets * kFrames);
      ASSERT_GE(events.size(), 5U) << first_packets << " " << lost;
      EXPECT_EQ(events[1], "0 to " + end);
      EXPECT_EQ(events[2], "cut");
      EXPECT_EQ(events[events.size() - 2].substr(events[events.size() - 2].find(" to ")),
                " to 1200");
      EXPECT_EQ(link.counters().streams, 2U);
      EXPECT_GE(link.given(), first_packets * kFrames + 100 * kFrames);
    }
  }
}

TEST(Receiver, ARestartIsNoticedWhateverItsNumbersAre) {
  for (const std::uint32_t sequence : {0U, 1U, 35U, 36U, 37U, 100U, 40000U, 0x80000000U}) {
    for (const std::uint32_t frame : {0U, 4U, 124U, 128U, 132U, 100000U}) {
      Plan plan;
      plan.closed = false;
      const Sent first = send(plan);
      plan.seed = 2;
      plan.sequence = sequence;
      plan.first_frame = frame;
      const Sent second = send(plan);
      const auto lost = [&](std::uint32_t packets, std::uint32_t until) {
        std::string text = "gap to " + std::to_string(until);
        if (sequence + packets != 0) text += ", " + std::to_string(sequence + packets) + " lost";
        if (sequence + packets == 0) text += ", " + std::to_string(until) + " frames dropped";
        return text;
      };
      const std::string end = std::to_string(frame + 128);
      Events expected = {"stream", "0 to 128", "cut", "stream"};
      if (frame != 0) expected.push_back(lost(0, frame));
      expected.push_back(std::to_string(frame) + " to " + end);
      expected.emplace_back("cut");
      Link link({first, second});
      EXPECT_EQ(link.pass(first.packets).pass(second.packets).finish(), expected);
      // Without its header, it waits for the next one.
      Link other({first, second});
      other.pass(first.packets).pass(slice(second.packets, 1, second.packets.size()));
      EXPECT_EQ(other.finish(), (Events{"stream", "0 to 128", "cut", "stream", lost(9, frame + 32),
                                        std::to_string(frame + 32) + " to " + end, "cut"}));
    }
  }
}

TEST(Receiver, ARestartWithTheSameLowBitsIsNoticedAtItsStreamHeader) {
  Plan plan;
  plan.closed = false;
  plan.data_packets = 14;
  const Sent first = send(plan);
  plan.header.stream_number = 0x10000;  // the rest comes from the seed
  const Sent second = send(plan);
  Link link({first, second});
  EXPECT_EQ(link.pass(first.packets).pass(second.packets).finish(),
            (Events{"stream", "0 to 56", "cut", "stream", "0 to 56", "cut"}));
  // What waits then may be of either.
  Link other({first, second});
  other.pass(without(first.packets, {first.data[10]})).pass(second.packets);
  EXPECT_EQ(other.finish(), (Events{"stream", "0 to 40", "cut", "stream", "0 to 56", "cut"}));
  EXPECT_EQ(other.counters().late_packets, 3U);
}

TEST(Receiver, ADifferentHeaderKeepsTheOrderBehindIt) {
  Plan plan;
  plan.closed = false;
  plan.sequence = 40000;
  const Sent first = send(plan);
  plan.seed = 2;
  plan.sequence = 0;
  plan.header.rate_millihertz = 2000;
  const Sent second = send(plan);
  Link link({first, second});
  link.pass(first.packets);
  // Two are swapped when the new stream has just begun, and two more a little later.
  std::vector<Bytes> packets = second.packets;
  std::swap(packets[9], packets[10]);
  std::swap(packets[14], packets[17]);
  link.pass(packets);
  EXPECT_EQ(link.finish(), (Events{"stream", "0 to 128", "cut", "stream", "0 to 128", "cut"}));
}

TEST(Receiver, ADifferentHeaderEndsAnUnclosedStream) {
  // Its number is the one due, as an encoder's whose numbers go on.
  Plan plan;
  plan.closed = false;
  plan.data_packets = 12;
  const Sent first = send(plan);
  plan.seed = 2;
  plan.header = stream_of(4);
  plan.sequence = static_cast<std::uint32_t>(first.packets.size());
  const Sent second = send(plan);
  Link link({first, second});
  EXPECT_EQ(link.pass(first.packets).pass(second.packets).finish(),
            (Events{"stream", "0 to 48", "cut", "stream", "0 to 48", "cut"}));
}

TEST(Receiver, FramesThatGoBackAreNotDecoded) {
  Sent sent = send({});
  for (std::size_t i = sent.data[11]; i < sent.data[14]; ++i) advance(sent.packets[i], 0, 0U - 40);
  EXPECT_EQ(told(sent, sent.packets),
            (Events{"stream", "0 to 44", "gap to 64, 12 frames dropped, 5 undecodable", "64 to 128",
                    "closed"}));
}

// ---- damage

TEST(Receiver, GarbageBeforeBetweenAndBehindIsSkipped) {
  const Sent sent = send({});
  std::mt19937 random(3);
  for (int trial = 0; trial < 30; ++trial) {
    Bytes stream;
    std::size_t junk_bytes = 0;
    std::size_t runs = 0;
    const auto junk = [&] {
      const std::size_t n = random() % 3 == 0 ? 0 : 1 + random() % 60;
      for (std::size_t i = 0; i < n; ++i) {
        const Bytes likely = {'N', 'R', 0, 1, 0x11, static_cast<std::uint8_t>(random())};
        stream.push_back(likely[random() % likely.size()]);
      }
      junk_bytes += n;
      runs += n != 0;
    };
    for (const Bytes& p : sent.packets) {
      junk();
      stream.insert(stream.end(), p.begin(), p.end());
    }
    junk();
    Link link({sent});
    EXPECT_EQ(link.pass(stream).finish(), kWhole);
    EXPECT_EQ(link.counters().skipped_bytes, junk_bytes);
    EXPECT_EQ(link.counters().sync_losses, runs);
    EXPECT_EQ(link.counters().packets, sent.packets.size());
  }
}

TEST(Receiver, EveryBitOfAPacketIsWatched) {
  Plan plan;
  plan.header.channels = 1;
  const Sent sent = send(plan);
  const std::size_t at = sent.data[11];
  const Events expected = {"stream", "0 to 44", "gap to 64, 1 lost, 4 undecodable", "64 to 128",
                           "closed"};
  for (std::size_t bit = 0; bit < sent.packets[at].size() * 8; ++bit) {
    std::vector<Bytes> packets = sent.packets;
    packets[at][bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    Link link({sent});
    EXPECT_EQ(link.pass(packets).finish(), expected) << "bit " << bit;
    EXPECT_EQ(link.counters().skipped_bytes, packets[at].size());
    EXPECT_EQ(link.counters().sync_losses, 1U);
  }
}

TEST(Receiver, ADamagedLengthHoldsUpByOnePacketAtMost) {
  const Sent sent = send({});
  const std::size_t at = sent.data[15];
  const std::uint64_t longest = max_payload_bytes(Profile::kHuffman, 10, kFrames * sent.channels) +
                                kPacketHeaderBytes + kPacketCrcBytes;
  for (std::uint32_t length = 0; length < 1000; length += 4) {
    std::vector<Bytes> packets = sent.packets;
    Bytes& packet = packets[at];
    const std::size_t right = packet.size() - kPacketHeaderBytes - kPacketCrcBytes;
    if (length == right) continue;
    packet[15] = static_cast<std::uint8_t>(length / 4);
    packet[16] = static_cast<std::uint8_t>(length / 4 >> 8);
    Link link({sent});
    std::size_t behind = 0;
    for (std::size_t i = 0; i < packets.size(); ++i) {
      link.pass(packets[i]);
      behind += i > at ? packets[i].size() : 0;
      // One packet is missing, so the window has to fill as well.
      if (i <= at + kWindow || packet.size() + behind < longest) continue;
      EXPECT_GE(link.given(), 64U) << "length " << length;
    }
    EXPECT_EQ(link.finish(),
              (Events{"stream", "0 to 60", "gap to 64, 1 lost", "64 to 128", "closed"}))
        << "length " << length;
  }
}

TEST(Receiver, OnlyWhatTheStreamHeaderAllowsIsAPacket) {
  const Sent sent = send({});
  const auto packet = [](PacketType type, std::uint32_t frames, std::size_t bytes) {
    PacketHeader h;
    h.type = type;
    h.key = true;
    h.frames = frames;
    return Packetizer(0x10001).wrap(h, Bytes(bytes));
  };
  const std::uint64_t longest = max_payload_bytes(Profile::kHuffman, 10, kFrames * 3);
  struct Case {
    Bytes bytes;
    bool possible;
  };
  const std::vector<Case> cases = {
      {packet(PacketType::kHuffman, kFrames, longest), true},
      {packet(PacketType::kHuffman, kFrames, longest + 4), false},
      {packet(PacketType::kHuffman, kFrames + 1, 4), false},
      {packet(PacketType::kRange, kFrames, 8), false},
      {packet(PacketType::kRaw, kFrames, 24), true},
      {packet(PacketType::kRaw, kFrames, 28), false},
      {packet(PacketType::kRaw, kFrames, 20), false},
      {packet(PacketType::kRaw, kFrames + 1, 32), false},
      {packet(PacketType::kContainer, 0, 16), false},
      {packet(PacketType::kIndex, 0, 16), true},
      {packet(PacketType::kIndex, 0, kMaxIndexBytes), true},
      {packet(PacketType::kIndex, 0, kMaxIndexBytes + 4), false},
      {packet(PacketType::kIndex, 1, 16), false},
      {packet(PacketType::kMetadata, 0, 16), true},
      {packet(PacketType::kMetadata, 0, kMaxMetadataBytes + 4), true},
      {packet(PacketType::kMetadata, 0, kMaxMetadataBytes + 8), false},
      {packet(PacketType::kMetadata, 1, 16), false},
      {packet(PacketType::kEvents, 0, 16), false},
      {packet(PacketType::kStreamHeader, 0, 28), true},
      {packet(PacketType::kStreamHeader, 1, 28), false},
      {packet(PacketType::kStreamHeader, 0, 32), false},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Link link({sent, sent});
    link.pass(slice(sent.packets, 0, 12)).pass(sent.packets[11]);
    const std::size_t known = link.counters().packets;
    try {
      link.pass(cases[i].bytes);
    } catch (const Error&) {
      EXPECT_EQ(cases[i].bytes[2] & 0xF, 0) << "zeros are no stream header";
    }
    EXPECT_EQ(link.counters().packets, known + (cases[i].possible ? 1 : 0)) << i;
    EXPECT_EQ(link.counters().skipped_bytes, cases[i].possible ? 0 : cases[i].bytes.size()) << i;
  }
  // Without a stream header nothing else is one.
  Link link({sent});
  link.pass(slice(sent.packets, 1, sent.data[8] - 1));
  EXPECT_EQ(link.counters().packets, 0U);
  EXPECT_EQ(link.told(), Events{});
}

/// Raw packets whose payload looks like the beginning of a packet everywhere.
TEST(Receiver, SyncsInsideAPayloadAreNotPackets) {
  Plan plan;
  plan.header.mapping = Mapping::kCode;
  plan.header.channels = 12;
  const Sent clean = send(plan);
  Sent sent;
  sent.channels = 12;
  StreamHeader header = plan.header;
  header.table_id = Tables::builtin(Profile::kHuffman, "default").id();
  Packetizer packetizer;
  sent.packets.push_back(packetizer.wrap({PacketType::kStreamHeader}, serialise(header)));
  PacketHeader likely;
  likely.type = PacketType::kRaw;
  likely.key = true;
  likely.frames = kFrames;
  const Bytes image = Packetizer().wrap(likely, Bytes(96));
  for (std::size_t k = 0; k < 32; ++k) {
    Bytes payload;
    while (payload.size() + 16 <= 96)
      payload.insert(payload.end(), image.begin(), image.begin() + 16);
    payload.resize(96, 'N');
    Samples samples;
    for (std::size_t i = 0; i < payload.size(); i += 2) {
      samples.push_back(static_cast<std::int16_t>(payload[i] | payload[i + 1] << 8));
    }
    sent.samples.insert(sent.samples.end(), samples.begin(), samples.end());
    PacketHeader raw;
    raw.type = PacketType::kRaw;
    raw.key = k == 0;
    raw.last = k == 31;
    raw.frames = kFrames;
    raw.first_frame = static_cast<std::uint32_t>(k * kFrames);
    sent.packets.push_back(packetizer.wrap(raw, payload));
  }
  EXPECT_EQ(told(sent, sent.packets), kWhole);
  for (const std::size_t byte : {0U, 1U, 5U, 15U, 16U, 50U, 115U}) {
    std::vector<Bytes> packets = sent.packets;
    packets[10][byte] ^= 0x40;
    packets[20][byte] ^= 0x40;
    EXPECT_EQ(told(sent, packets), (Events{"stream", "0 to 36", "gap to 40, 1 lost", "40 to 76",
                                           "gap to 80, 1 lost", "80 to 128", "closed"}))
        << byte;
  }
}

TEST(Receiver, ACutEndCostsWhatIsCut) {
  Plan plan;
  plan.header.channels = 1;
  const Sent sent = send(plan);
  const Bytes stream = flat(sent.packets);
  std::size_t whole = sent.packets.size();
  std::size_t end = stream.size();
  for (std::size_t size = stream.size(); size > stream.size() / 2; --size) {
    if (size < end) end -= sent.packets[--whole].size();
    std::uint64_t frames = 0;
    for (std::size_t k = 0; k < 32; ++k) frames += sent.data[k] < whole ? kFrames : 0;
    const Bytes part(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
    Link link({sent});
    EXPECT_EQ(link.pass(part).finish(), (Events{"stream", "0 to " + std::to_string(frames),
                                                size == stream.size() ? "closed" : "cut"}));
    EXPECT_EQ(link.counters().skipped_bytes, size - end) << size;
  }
}

TEST(Receiver, ATruncatedPacketCostsItselfOnly) {
  Plan plan;
  plan.header.channels = 1;
  const Sent sent = send(plan);
  const std::size_t at = sent.data[15];
  for (std::size_t size = 0; size < sent.packets[at].size(); ++size) {
    std::vector<Bytes> packets = sent.packets;
    packets[at].resize(size);
    EXPECT_EQ(told(sent, packets),
              (Events{"stream", "0 to 60", "gap to 64, 1 lost", "64 to 128", "closed"}))
        << size;
  }
  // At the end of what arrives as well, where what follows it could be taken for its rest.
  std::vector<Bytes> packets = slice(sent.packets, 0, sent.data[18]);
  packets[sent.data[15]].resize(17);
  EXPECT_EQ(told(sent, packets),
            (Events{"stream", "0 to 60", "gap to 64, 1 lost", "64 to 72", "cut"}));
}

TEST(Receiver, APayloadThatCannotBeDecodedIsMissingOnly) {
  // A right CRC over a payload that does not end with its last code.
  const Sent sent = send({});
  std::vector<Bytes> packets = sent.packets;
  const std::size_t at = sent.data[9];
  const ParsedPacket p = parse_packet(packets[at].data(), packets[at].size());
  Bytes payload(p.payload, p.payload + p.header.length);
  std::fill(payload.begin(), payload.end(), std::uint8_t{0xFF});
  Packetizer counted(0x10001);
  for (std::size_t i = 0; i < at; ++i) counted.wrap({}, {});
  packets[at] = counted.wrap(p.header, payload);
  EXPECT_EQ(told(sent, packets),
            (Events{"stream", "0 to 36", "gap to 64, 7 undecodable", "64 to 128", "closed"}));
}

TEST(Receiver, ContainersPassInOrder) {
  StreamHeader header = stream_of(2);
  header.container = 2;
  Encoder encoder(header, Tables::builtin(Profile::kHuffman, "default"), Transport::kLink);
  Sent sent;
  sent.channels = 2;
  for (const Code c : generate(2, 8, 1)) sent.samples.push_back(sample_of(header.mapping, c));
  std::vector<Bytes> packets = {encoder.stream_header()};
  packets.push_back(encoder.container(Bytes(12, 1)));
  packets.push_back(encoder.container(Bytes(16, 2)));
  packets.push_back(encoder.encode_samples(sent.samples.data(), 4, {}));
  packets.push_back(encoder.encode_samples(sent.samples.data() + 8, 4, {}));
  packets.push_back(encoder.container(Bytes(20, 3)));
  packets.push_back(encoder.encode_samples(nullptr, 0, {false, true}));
  const Events expected = {"stream", "container of 12, 1", "container of 16, 2",
                           "0 to 8", "container of 20, 3", "closed"};
  EXPECT_EQ(told(sent, packets), expected);
  std::swap(packets[1], packets[3]);
  EXPECT_EQ(told(sent, packets), expected);
  packets[1] = packets[0];
  packets[3] = packets[0];
  EXPECT_EQ(told(sent, packets), (Events{"stream", "container of 16, 2", "container of 20, 3",
                                         "gap to 8, 2 lost, 2 undecodable", "closed"}));
}

// ---- the receiver as an object

TEST(Receiver, UnknownTablesAreAnErrorAndTheNextStreamIsNot) {
  const Sent sent = send({});
  TableSet own = TableSet::builtin("default");
  std::swap(own.lengths[0], own.lengths[1]);
  Encoder encoder(stream_of(3), own);
  const Bytes header = encoder.stream_header();
  Link link({sent});
  EXPECT_THROW(link.pass(header), Error);
  EXPECT_EQ(link.counters().packets, 1U);
  // What was refused is not looked at again.
  link.receiver().add(sent.packets[0].data(), sent.packets[0].size());
  for (std::size_t i = 1; i < sent.packets.size(); ++i) {
    link.receiver().add(sent.packets[i].data(), sent.packets[i].size());
  }
  link.receiver().finish();
  EXPECT_EQ(link.told(), kWhole);
  EXPECT_EQ(link.counters().packets, sent.packets.size() + 1);
}

TEST(Receiver, ACallbackThatThrowsStopsNothingElse) {
  const Sent sent = send({});
  const Bytes stream = flat(sent.packets);
  std::uint64_t frames = 0;
  int calls = 0;
  Receiver::Events on;
  on.samples = [&](std::uint64_t, const std::int16_t*, std::size_t n) {
    if (++calls == 5) throw std::runtime_error("enough");
    frames += n;
  };
  Receiver receiver({}, on);
  EXPECT_THROW(receiver.add(stream.data(), stream.size()), std::runtime_error);
  receiver.add(nullptr, 0);
  receiver.finish();
  EXPECT_EQ(frames, 31U * kFrames) << "but for the packet whose callback threw";
  EXPECT_EQ(receiver.counters().late_packets, 0U);
  EXPECT_EQ(receiver.counters().packets, sent.packets.size());
}

TEST(Receiver, NothingHasToListen) {
  const Sent sent = send({});
  const Bytes stream = flat(without(sent.packets, {5}));
  Receiver receiver({}, {});
  receiver.add(stream.data(), stream.size());
  receiver.finish();
  EXPECT_EQ(receiver.counters().frames, 128U - 16U);
  EXPECT_EQ(receiver.counters().missing_frames, 16U);
  EXPECT_FALSE(receiver.header().has_value()) << "no stream is at hand any more";
  Receiver nothing({}, {});
  nothing.finish();
  EXPECT_EQ(nothing.counters().streams, 0U);
}

TEST(Receiver, MemoryStaysBounded) {
  // An hour of all that a receiver could keep: early packets that never come due, headers of
  // packets that never end, garbage, late packets.
  Plan plan;
  plan.header.channels = 16;
  plan.data_packets = 64;
  const Sent sent = send(plan);
  const std::size_t longest = static_cast<std::size_t>(
      max_payload_bytes(Profile::kHuffman, 10, kFrames * plan.header.channels) +
      kPacketHeaderBytes + kPacketCrcBytes);
  std::mt19937 random(4);
  Bytes junk(4096);
  const std::size_t before = memory_in_use;
  Receiver receiver({}, {});
  receiver.add(sent.packets[0].data(), sent.packets[0].size());
  max_memory = memory_in_use;
  const std::size_t at_rest = memory_in_use - before;
  for (int round = 0; round < 2000; ++round) {
    for (std::uint8_t& b : junk) {
      b = static_cast<std::uint8_t>(random() % 4 == 0 ? (random() % 2 != 0 ? 'N' : 'R') : random());
    }
    receiver.add(junk.data(), random() % junk.size());
    // The header of a packet of the longest kind.
    Bytes header = sent.packets[sent.data[1]];
    header.resize(kPacketHeaderBytes);
    const std::size_t words = (longest - kPacketHeaderBytes - kPacketCrcBytes) / 4;
    header[15] = static_cast<std::uint8_t>(words);
    header[16] = static_cast<std::uint8_t>(words >> 8);
    receiver.add(header.data(), header.size());
    const Bytes& packet = sent.packets[2 + random() % 62];
    receiver.add(packet.data(), packet.size());
  }
  // Buffer and what waits, in vectors that may have twice the size needed.
  EXPECT_LE(max_memory - before, at_rest + 3 * (longest + junk.size()) + 10 * (longest + 200));
  EXPECT_GT(receiver.counters().bytes, 1000U * junk.size() / 2);
}

}  // namespace
}  // namespace nrc
