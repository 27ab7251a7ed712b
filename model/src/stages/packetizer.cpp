// SPDX-License-Identifier: Apache-2.0
#include "stages/packetizer.hpp"

#include <algorithm>
#include <string>

#include "format/bytes.hpp"
#include "format/crc.hpp"
#include "nrc/error.hpp"

namespace nrc {

std::vector<std::uint8_t> Packetizer::wrap(PacketHeader header,
                                           const std::vector<std::uint8_t>& payload) {
  std::vector<std::uint8_t> packet;
  append(header, payload.data(), payload.size(), packet);
  return packet;
}

void Packetizer::append(PacketHeader header, const std::uint8_t* payload, std::size_t size,
                        std::vector<std::uint8_t>& packets) {
  if (size > kMaxPayloadBytes) {
    throw Error("a packet's payload has " + std::to_string(size) +
                " bytes, more than 2^26 - 4; use fewer frames per packet");
  }
  const std::size_t begin = packets.size();
  const std::size_t header_size = header_bytes(header);
  packets.resize(begin + header_size + size + kPacketCrcBytes);
  std::uint8_t* const packet = packets.data() + begin;
  std::uint8_t* p = packet;
  p = put_little_endian(p, kSync);
  p = put_little_endian(
      p, static_cast<std::uint8_t>(static_cast<int>(header.type) | (header.key ? kFlagKey : 0) |
                                   (header.last ? kFlagLast : 0) |
                                   (header.exceptions ? kFlagExceptions : 0) |
                                   (header.short_form ? kFlagShort : 0)));
  int lane_bits = 0;
  while (1 << lane_bits < header.lanes) ++lane_bits;
  p = put_little_endian(p, static_cast<std::uint8_t>(header.step | lane_bits << kLanesShift));
  p = put_little_endian(p, sequence_++);
  p = put_little_endian(p, header.first_frame);
  const std::uint64_t words = size / 4;
  if (header.short_form) {
    p = put_little_endian(p, static_cast<std::uint32_t>(header.frames | words << kShortFrameBits |
                                                        std::uint64_t{stream_} << 16));
  } else {
    p = put_little_endian(p, header.frames | words << 24 | std::uint64_t{stream_} << 48);
  }
  p = std::copy_n(payload, size, p);
  put_little_endian(p, crc32(packet, header_size + size));
}

}  // namespace nrc
