// SPDX-License-Identifier: Apache-2.0
//
// Stage packetizer: payloads -> packets with sync, sequence number, length and CRC-32
// (docs/bitstream.md, section 7). RTL: nrc_packetizer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/packet.hpp"

namespace nrc {

/// Counts packets and wraps payloads.
class Packetizer {
 public:
  /// @param stream_number  of the stream, whose low 16 bits are in every packet
  explicit Packetizer(std::uint32_t stream_number = 0)
      : stream_(static_cast<std::uint16_t>(stream_number)) {}

  /// Continues with this sequence number.
  void resume(std::uint32_t sequence) { sequence_ = sequence; }
  /// Of the next packet.
  std::uint32_t sequence() const { return sequence_; }

  /// The packet for a payload whose size is a multiple of 4; header.sequence, .length and
  /// .stream are set. The short form is for packets that can have it.
  std::vector<std::uint8_t> wrap(PacketHeader header, const std::vector<std::uint8_t>& payload);
  /// The same, appended to `packets`. @throws Error if the payload is too long for a packet;
  /// `packets` is then as it was.
  void append(PacketHeader header, const std::uint8_t* payload, std::size_t size,
              std::vector<std::uint8_t>& packets);

 private:
  std::uint32_t sequence_ = 0;
  const std::uint16_t stream_;
};

}  // namespace nrc
