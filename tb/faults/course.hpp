// SPDX-License-Identifier: Apache-2.0
//
// What a trial of the fault campaign sends: streams as packets, and the samples that are in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench_random.hpp"
#include "nrc/format.hpp"
#include "nrc/packet.hpp"

namespace nrc::faults {

using Bytes = std::vector<std::uint8_t>;
using tb::Random;

/// The samples of one stream.
struct Original {
  StreamHeader header;
  std::vector<std::int16_t> samples;  ///< samples[(frame - first_frame) * channels + channel]
  std::uint64_t first_frame = 0;      ///< of the first data packet, sent or dropped
  std::uint64_t end_frame = 0;        ///< after the last one, sent or dropped
  /// From this frame on, `outage` frames more have passed than there are samples.
  std::uint64_t outage_at = ~std::uint64_t{0};
  std::uint64_t outage = 0;
  bool closed = true;                ///< ends with a packet that says so
  std::size_t max_packet_bytes = 0;  ///< that its header allows, bytes
};

struct SentPacket {
  Bytes bytes;
  PacketHeader header;
  std::size_t original = 0;
  std::uint64_t first_frame = 0;  ///< counted on beyond 32 bits
  std::uint64_t number = 0;       ///< sequence number, likewise

  bool is_header() const { return header.type == PacketType::kStreamHeader; }
  /// Adds to the sequence number and, of a data packet, to the first frame.
  void advance(std::uint64_t packets, std::uint64_t frames);
};

/// One stream, or several that follow each other, as they leave the encoder.
struct Course {
  std::vector<Original> originals;
  std::vector<SentPacket> packets;
  std::size_t key_interval = 0;  ///< data packets
  std::size_t stalls = 0;        ///< of the RTL's sink
  std::string name;              ///< for messages

  /// Cuts `bytes` into packets, which belong to the last original.
  void append(const Bytes& bytes);
};

/// What a course is made for.
enum class CourseKind { kOneStream, kDrops, kOutage, kSeveralStreams };

/// A course of the golden model: either profile, neighbour, 1 to 128 channels, packets of 1 to 20
/// frames, a key packet every 1 to 32, numbers that may be about to wrap, raw packets.
Course model_course(CourseKind kind, Random& random);

}  // namespace nrc::faults
