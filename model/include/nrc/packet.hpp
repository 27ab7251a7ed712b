// SPDX-License-Identifier: Apache-2.0
//
// Packets as they are in the bytes of a stream (docs/bitstream.md, sections 7 and 8): header,
// CRC-32 and the payload of a stream header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "nrc/format.hpp"
#include "nrc/sample.hpp"
#include "nrc/value_map.hpp"

namespace nrc {

/// @throws Error if the order does not hold each channel exactly once; an empty one is right.
void check_order(const std::vector<std::uint16_t>& order, std::uint32_t channels);

/// What messages call a stream's corrections: "taps", "neighbour", "taps and neighbour", or
/// nothing.
const char* corrections_name(const Corrections& corrections);

/// Fields of a packet's header.
struct PacketHeader {
  PacketType type = PacketType::kStreamHeader;
  bool key = false;
  bool last = false;
  bool exceptions = false;  ///< the payload begins with exceptions
  bool short_form = false;  ///< a header of 16 bytes instead of 20
  std::uint8_t step = 0;    ///< index of the rounding step of the codes, for lossy_step()
  std::uint8_t lanes = 1;   ///< bit strings of the payload, 1, 2, 4 or 8
  std::uint32_t sequence = 0;
  std::uint32_t first_frame = 0;
  std::uint32_t frames = 0;  ///< 0 .. 2^24 - 1
  std::uint32_t length = 0;  ///< payload bytes, a multiple of 4
  std::uint16_t stream = 0;  ///< low 16 bits of the stream number
};

/// Bytes of a packet's header.
constexpr std::size_t header_bytes(const PacketHeader& header) {
  return header.short_form ? kShortHeaderBytes : kPacketHeaderBytes;
}
/// Whether a packet can have a header of the short form: data packets only, with frames.
bool short_form_possible(PacketType type, std::uint32_t frames, std::size_t payload_bytes);

/// What messages call a packet: by its sequence number.
std::string packet_name(const PacketHeader& header);

/// Payload of the stream header packet.
struct StreamHeader {
  Profile profile = Profile::kHuffman;
  Mapping mapping = Mapping::kShift6;
  int code_width = 10;
  std::uint32_t channels = 1;
  std::uint32_t rate_millihertz = 0;
  std::uint32_t table_id = 0;
  std::uint32_t packet_frames =
      0;  ///< of every data packet but the last; 0, or over 65535: not stated
  std::uint64_t total_frames = kUnknownFrames;  ///< from 2^32 - 1 on: not stated
  std::uint8_t container = 0;
  /// Tells streams apart: another one for each start of an encoder.
  std::uint32_t stream_number = 0;
  Corrections corrections;  ///< range profile only
  /// Huffman profile only: fewer bits of state for each channel (docs/bitstream.md, section 16).
  bool narrow = false;
  /// Channels in the order in which a frame's codes are coded; empty: as they are.
  std::vector<std::uint16_t> order;
  SampleType sample_type = SampleType::kInt16;
  bool big_endian = false;  ///< byte order of the samples in the file
  /// Bits of a full code below those of the code, which are sent as they are: wide types only.
  int low_bits = 0;
  /// Packets may have a rounding step (section 14): the stream may not reproduce its samples.
  bool rounding = false;
  /// With rounding: the step is smaller for channels with less noise.
  bool proportional = false;
  /// Event packets may be in the stream (section 17).
  bool events = false;
  /// Channels have classes, which may change at any key packet (section 18).
  bool classes = false;
  ValueMap map;  ///< of Mapping::kMap, otherwise unused
};

/// Type of the packets that a profile codes.
PacketType coded_type(Profile profile);

/// The most lanes that packets of a stream can have.
int max_lanes(Profile profile, std::uint32_t channels);

/// Payload of a stream header: kStreamHeaderBytes, and the value map if there is one.
std::vector<std::uint8_t> serialise(const StreamHeader& header);
/// True if two stream headers have the same payload.
bool same_payload(const StreamHeader& a, const StreamHeader& b);

/// Whether a stream header's payload that begins with these kStreamHeaderBytes + 4 bytes may have
/// this length: detects a damaged length field before its last byte is awaited.
bool stream_header_length_possible(const std::uint8_t* payload, std::size_t length);

/// @throws Error for another version, or a field outside its range.
StreamHeader parse_stream_header(const std::uint8_t* payload, std::size_t size);

/// What a byte buffer begins with.
enum class ParseStatus {
  kPacket,      ///< a complete packet with a correct CRC
  kIncomplete,  ///< the buffer ends before the packet does
  kBadSync,     ///< no packet begins here
  kBadHeader,   ///< sync is right but a header field is not
  kBadCrc,      ///< damaged
};

struct ParsedPacket {
  ParseStatus status = ParseStatus::kIncomplete;
  PacketHeader header;
  const std::uint8_t* payload = nullptr;  ///< header.length bytes inside the buffer
  std::size_t size = 0;                   ///< bytes of the whole packet; kIncomplete: bytes needed
  /// The packet's first byte. @pre kPacket
  const std::uint8_t* begin() const { return payload - header_bytes(header); }
};

/// Looks at the start of `data`. Never reads past `size`.
ParsedPacket parse_packet(const std::uint8_t* data, std::size_t size);

}  // namespace nrc
