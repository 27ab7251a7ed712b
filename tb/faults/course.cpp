// SPDX-License-Identifier: Apache-2.0
#include "course.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "format/bytes.hpp"
#include "format/crc.hpp"
#include "host/recording_generator.hpp"
#include "nrc/encoder.hpp"
#include "nrc/packet_decoder.hpp"
#include "stages/code_to_sample.hpp"

namespace nrc::faults {
namespace {

constexpr std::size_t kMaxSamples = 40000;  ///< of a stream: ten thousand trials take minutes
constexpr int kFewestPackets = 80;          ///< of data: more than any number that waits or is late

template <class Value, std::size_t N>
Value pick(Random& random, const Value (&values)[N]) {
  return values[random() % N];
}

struct Shape {
  Profile profile = Profile::kHuffman;
  const char* tables = "default";
  StreamHeader header;
  std::size_t key_interval = 0;
  std::size_t data_packets = 0;
};

Shape make_shape(Random& random) {
  Shape shape;
  shape.profile = random.flip() ? Profile::kRange : Profile::kHuffman;
  StreamHeader& h = shape.header;
  h.narrow = random.percent(25);
  if (shape.profile == Profile::kRange && !h.narrow) h.corrections = {random.flip(), random.flip()};
  if (random.percent(25)) {
    shape.tables = "generic";
    h.mapping = Mapping::kCode;
    h.code_width = pick(random, {10, 12, 16});
  }
  h.channels = pick(random, {1U, 2U, 3U, 5U, 8U, 16U, 32U, 64U, 128U});
  h.packet_frames = pick(random, {1U, 2U, 5U, 10U, 20U});
  h.rate_millihertz = 1 + random() % 30000000;
  shape.key_interval = pick(random, {1U, 2U, 4U, 8U, 16U, 32U});
  const std::size_t affordable = kMaxSamples / (h.channels * h.packet_frames);
  const std::size_t most = std::min<std::size_t>(affordable, 200 + 2 * shape.key_interval);
  shape.data_packets = static_cast<std::size_t>(
      random.range(kFewestPackets, std::max(kFewestPackets, static_cast<int>(most))));
  if (random.percent(10)) h.packet_frames = 0;  // not stated
  return shape;
}

std::size_t max_packet_bytes(const Shape& shape, std::size_t packet_frames) {
  const StreamHeader& h = shape.header;
  const std::uint64_t told = h.packet_frames != 0 ? packet_frames : kMaxPacketFrames;
  const std::uint64_t codes = std::min(told * h.channels, kMaxPacketSamples);
  const std::uint64_t coded = max_payload_bytes(shape.profile, h.code_width, codes);
  return static_cast<std::size_t>(std::max<std::uint64_t>(coded, 2 * codes + 3)) +
         kPacketHeaderBytes + kPacketCrcBytes;
}

/// One more stream at the end of the course.
void add_stream(Course& course, const Shape& shape, std::size_t packet_frames, bool drops,
                bool closed, bool outage, Random& random) {
  const std::size_t begin = course.packets.size();
  course.originals.emplace_back();
  Original& original = course.originals.back();
  const std::uint32_t channels = shape.header.channels;
  const std::size_t frames = packet_frames * shape.data_packets;
  original.closed = closed;
  original.max_packet_bytes = max_packet_bytes(shape, packet_frames);

  // Sequence numbers or frame numbers that wrap around, as if joined late.
  std::uint32_t first_sequence = 0;
  if (random.percent(25)) {
    first_sequence =
        random.flip() ? random() : 0U - random() % static_cast<std::uint32_t>(shape.data_packets);
    const std::size_t before = (kFewestPackets - 10) * packet_frames;  // a header comes in time
    original.first_frame = random.flip()
                               ? (std::uint64_t{1} << 32) - before - random() % (frames - before)
                               : random() % 100000;
  }
  original.end_frame = original.first_frame + frames;
  StreamHeader header = shape.header;
  if (!outage && random.percent(20) && original.end_frame < 0xFFFFFFFF) {
    header.total_frames = original.end_frame;
  }

  const int gain = header.code_width > 10 ? 1 << (header.code_width - 10) : 1;
  for (const Code code : generate(channels, frames, random())) {
    const int finer = gain == 1 ? 0 : random.range(0, gain - 1);
    original.samples.push_back(sample_of(header.mapping, static_cast<Code>(code * gain + finer)));
  }
  const std::size_t packet_samples = packet_frames * channels;
  Encoder encoder(header, Tables::builtin(shape.profile, shape.tables), Transport::kLink);
  original.header = encoder.header();
  encoder.skip(static_cast<std::size_t>(original.first_frame));

  course.append(encoder.stream_header());
  const bool empty_last = closed && random.percent(20);
  for (std::size_t k = 0; k < shape.data_packets;) {
    const bool at_end = k + 1 == shape.data_packets;
    if (drops && !(at_end && closed) && random.percent(4)) {
      const std::size_t n = std::min<std::size_t>(1 + random() % 5, shape.data_packets - 1 - k);
      encoder.skip(n * packet_frames);
      k += n;
      if (n != 0) continue;
    }
    std::int16_t* const samples = original.samples.data() + k * packet_samples;
    if (random.percent(2)) samples[0] ^= 1;  // off the map of shift6
    if (random.percent(2)) {                 // raw
      for (std::size_t i = 0; i < packet_samples; ++i) {
        samples[i] = static_cast<std::int16_t>(random());
      }
    }
    const bool last = closed && at_end && !empty_last;
    course.append(
        encoder.encode_samples(samples, packet_frames, {k % shape.key_interval == 0, last}));
    ++k;
  }
  if (empty_last) course.append(encoder.encode_samples(nullptr, 0, {false, true}));
  // As if the link had been away from a stream header on.
  std::size_t from = course.packets.size();
  std::uint64_t packets = 0;
  if (outage) {
    while (from == course.packets.size() || !course.packets[from].is_header()) {
      from = begin + 1 + random() % (course.packets.size() - begin - 1);
    }
    packets = random() >> random.range(2, 28);
    original.outage_at = course.packets[from + 1].first_frame;
    original.outage = random() >> random.range(2, 28);
    original.end_frame += original.outage;
  }
  for (std::size_t i = begin; i < course.packets.size(); ++i) {
    course.packets[i].advance(first_sequence + (i < from ? 0 : packets),
                              i < from ? 0 : original.outage);
  }
}

}  // namespace

void SentPacket::advance(std::uint64_t packets, std::uint64_t frames) {
  number += packets;
  header.sequence = static_cast<std::uint32_t>(number);
  put_little_endian(bytes.data() + 4, header.sequence);
  if (is_data(header.type)) {
    first_frame += frames;
    header.first_frame = static_cast<std::uint32_t>(first_frame);
    put_little_endian(bytes.data() + 8, header.first_frame);
  }
  const std::size_t checked = bytes.size() - kPacketCrcBytes;
  put_little_endian(bytes.data() + checked, crc32(bytes.data(), checked));
}

void Course::append(const Bytes& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ParsedPacket parsed = parse_packet(bytes.data() + at, bytes.size() - at);
    if (parsed.status != ParseStatus::kPacket) {
      throw std::logic_error("the encoder's bytes are not packets");
    }
    SentPacket packet;
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    packet.bytes.assign(from, from + static_cast<std::ptrdiff_t>(parsed.size));
    packet.header = parsed.header;
    packet.number = parsed.header.sequence;
    packet.original = originals.size() - 1;
    const std::uint64_t first = originals.back().first_frame;
    packet.first_frame = first + static_cast<std::uint32_t>(parsed.header.first_frame -
                                                            static_cast<std::uint32_t>(first));
    packets.push_back(std::move(packet));
    at += parsed.size;
  }
}

Course model_course(CourseKind kind, Random& random) {
  Course course;
  Shape shape = make_shape(random);
  const std::size_t packet_frames =
      shape.header.packet_frames != 0 ? shape.header.packet_frames : 1 + random() % 10;
  const bool drops = kind == CourseKind::kDrops || random.percent(30);
  course.key_interval = shape.key_interval;
  course.name = fmt::format(
      "{}{} profile, tables {}, {} channels, {} data packets of {} frames, "
      "key packet every {}",
      profile_name(shape.profile),
      shape.header.narrow ? " (narrow)"
      : shape.header.corrections.any()
          ? fmt::format(" ({})", corrections_name(shape.header.corrections))
          : "",
      shape.tables, shape.header.channels, shape.data_packets, packet_frames, shape.key_interval);
  const std::size_t streams = kind == CourseKind::kSeveralStreams ? 2 + random() % 2 : 1;
  for (std::size_t i = 0; i < streams; ++i) {
    const bool closed = streams == 1 ? !random.percent(10) : random.flip();
    shape.header.stream_number = random();
    add_stream(course, shape, packet_frames, drops, closed, kind == CourseKind::kOutage, random);
    if (random.flip()) shape.header.rate_millihertz = 1 + random() % 30000000;
  }
  if (streams > 1) course.name += fmt::format(", {} streams", streams);
  return course;
}

}  // namespace nrc::faults
