// SPDX-License-Identifier: Apache-2.0
#include "nrc/packet.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "format/bytes.hpp"
#include "format/channel_order.hpp"
#include "format/crc.hpp"
#include "format/value_map.hpp"
#include "nrc/error.hpp"

namespace nrc {

namespace {

/// Total frames in a stream header that does not state them.
constexpr std::uint32_t kUnstatedFrames = 0xFFFFFFFF;
/// Of the stream number in a stream header's payload.
constexpr std::size_t kNumberOffset = 20;

std::uint8_t predictor_byte(const StreamHeader& header) {
  return static_cast<std::uint8_t>((header.corrections.neighbour ? kPredictorNeighbour : 0) |
                                   (header.corrections.taps ? kPredictorTaps : 0) |
                                   (header.narrow ? kPredictorNarrow : 0) |
                                   (header.order.empty() ? 0 : kPredictorOrder));
}

}  // namespace

std::string packet_name(const PacketHeader& header) {
  return "packet " + std::to_string(header.sequence);
}

bool short_form_possible(PacketType type, std::uint32_t frames, std::size_t payload_bytes) {
  const bool data =
      type == PacketType::kHuffman || type == PacketType::kRange || type == PacketType::kRaw;
  return data && frames >= 1 && frames <= kMaxShortFrames && payload_bytes <= kMaxShortBytes;
}

PacketType coded_type(Profile profile) {
  return profile == Profile::kHuffman ? PacketType::kHuffman : PacketType::kRange;
}

int max_lanes(Profile profile, std::uint32_t channels) {
  if (profile != Profile::kHuffman && profile != Profile::kRange) return 1;
  int lanes = kMaxLanes;
  while (static_cast<std::uint32_t>(lanes) > channels) lanes /= 2;
  return lanes;
}

const char* corrections_name(const Corrections& corrections) {
  if (!corrections.any()) return "";
  if (!corrections.neighbour) return "taps";
  return corrections.taps ? "taps and neighbour" : "neighbour";
}

std::vector<std::uint8_t> serialise(const StreamHeader& header) {
  std::vector<std::uint8_t> payload(kStreamHeaderBytes);
  std::uint8_t* p = payload.data();
  p = put_little_endian(p, kVersion);
  p = put_little_endian(
      p, static_cast<std::uint8_t>(static_cast<int>(header.profile) | header.container << 4));
  p = put_little_endian(p, static_cast<std::uint8_t>(header.mapping));
  p = put_little_endian(p, static_cast<std::uint8_t>(header.code_width));
  p = put_little_endian(p, static_cast<std::uint16_t>(header.channels - 1));
  p = put_little_endian(p, static_cast<std::uint16_t>(header.packet_frames > kMaxStatedPacketFrames
                                                          ? 0
                                                          : header.packet_frames));
  p = put_little_endian(p, header.rate_millihertz);
  p = put_little_endian(p, header.table_id);
  p = put_little_endian(p, header.total_frames < kUnstatedFrames
                               ? static_cast<std::uint32_t>(header.total_frames)
                               : kUnstatedFrames);
  p = put_little_endian(p, header.stream_number);
  p = put_little_endian(p, predictor_byte(header));
  p = put_little_endian(p, static_cast<std::uint8_t>(static_cast<int>(header.sample_type) |
                                                     (header.big_endian ? kSampleBigEndian : 0)));
  p = put_little_endian(p, static_cast<std::uint8_t>(header.low_bits));
  put_little_endian(p, static_cast<std::uint8_t>((header.rounding ? kFlagRounding : 0) |
                                                 (header.proportional ? kFlagProportional : 0) |
                                                 (header.events ? kFlagEvents : 0) |
                                                 (header.classes ? kFlagClasses : 0)));
  if (header.mapping == Mapping::kMap) append_value_map(header.map, payload);
  check_order(header.order, header.channels);
  append_channel_order(header.order, payload);
  if (payload.size() > kMaxStreamHeaderBytes) {
    throw Error("value map and channel order are longer than a stream header can be");
  }
  return payload;
}

bool same_payload(const StreamHeader& a, const StreamHeader& b) {
  return serialise(a) == serialise(b);
}

bool stream_header_length_possible(const std::uint8_t* payload, std::size_t length) {
  const std::uint32_t channels = std::uint32_t{get_little_endian<std::uint16_t>(payload + 4)} + 1;
  SizeBounds size = {kStreamHeaderBytes, kStreamHeaderBytes};
  if (payload[2] == static_cast<int>(Mapping::kMap)) {
    const SizeBounds map = value_map_sizes(payload + kStreamHeaderBytes, channels);
    size.least += map.least;
    size.most += map.most;
  }
  if ((payload[24] & kPredictorOrder) != 0) {
    size.least += (channels + 3) / 4 * 4;
    size.most += (channels * kMaxOrderVarintBytes + 3) / 4 * 4;
  }
  return length >= size.least && length <= size.most;
}

StreamHeader parse_stream_header(const std::uint8_t* payload, std::size_t size) {
  if (size < kStreamHeaderBytes) {
    throw Error("stream header of " + std::to_string(size) + " bytes; it has at least " +
                std::to_string(kStreamHeaderBytes));
  }
  const auto field = [](const char* name, std::uint64_t value) {
    throw Error("stream header: " + std::string(name) + " " + std::to_string(value) +
                " is unknown to this version");
  };
  if (payload[0] != kVersion) field("version", payload[0]);
  if ((payload[1] & 0xF) > static_cast<int>(Profile::kCascade)) field("profile", payload[1] & 0xF);
  const int container = payload[1] >> 4;
  if (container > 2) field("container", static_cast<std::uint64_t>(container));
  if (payload[2] > static_cast<int>(Mapping::kMap)) field("mapping", payload[2]);
  if ((payload[24] &
       ~(kPredictorNeighbour | kPredictorTaps | kPredictorOrder | kPredictorNarrow)) != 0) {
    field("predictor", payload[24]);
  }
  if ((payload[25] & ~(kSampleTypeMask | kSampleBigEndian)) != 0) {
    field("sample type", payload[25]);
  }
  if ((payload[27] & ~(kFlagRounding | kFlagProportional | kFlagEvents | kFlagClasses)) != 0 ||
      (payload[27] & (kFlagRounding | kFlagProportional)) == kFlagProportional) {
    field("flag in byte 27", payload[27]);
  }
  StreamHeader h;
  h.profile = static_cast<Profile>(payload[1] & 0xF);
  h.mapping = static_cast<Mapping>(payload[2]);
  h.code_width = payload[3];
  h.channels = std::uint32_t{get_little_endian<std::uint16_t>(payload + 4)} + 1;
  h.packet_frames = get_little_endian<std::uint16_t>(payload + 6);
  h.rate_millihertz = get_little_endian<std::uint32_t>(payload + 8);
  h.table_id = get_little_endian<std::uint32_t>(payload + 12);
  const auto total_frames = get_little_endian<std::uint32_t>(payload + 16);
  h.total_frames = total_frames == kUnstatedFrames ? kUnknownFrames : total_frames;
  h.container = static_cast<std::uint8_t>(container);
  h.stream_number = get_little_endian<std::uint32_t>(payload + kNumberOffset);
  h.corrections.taps = (payload[24] & kPredictorTaps) != 0;
  h.corrections.neighbour = (payload[24] & kPredictorNeighbour) != 0;
  if (h.corrections.any() && h.profile != Profile::kRange) {
    throw Error("stream header: only the range profile has taps and neighbours");
  }
  h.narrow = (payload[24] & kPredictorNarrow) != 0;
  if (h.narrow && h.profile != Profile::kHuffman && h.profile != Profile::kRange) {
    throw Error("stream header: only the huffman and the range profile have the narrow state");
  }
  if (h.narrow && (h.corrections.neighbour || h.corrections.taps)) {
    throw Error("stream header: the narrow state does not go with neighbours or taps");
  }
  if (h.narrow && (payload[27] & kFlagRounding) != 0) {
    throw Error("stream header: the narrow state does not go with rounding");
  }
  if (h.narrow && h.code_width < kMinNarrowWidth) {
    throw Error("stream header: the narrow state is for codes of " +
                std::to_string(kMinNarrowWidth) + " to 16 bits, not of " +
                std::to_string(h.code_width));
  }
  h.sample_type = static_cast<SampleType>(payload[25] & kSampleTypeMask);
  h.big_endian = (payload[25] & kSampleBigEndian) != 0;
  h.low_bits = payload[26];
  h.rounding = (payload[27] & kFlagRounding) != 0;
  h.proportional = (payload[27] & kFlagProportional) != 0;
  h.events = (payload[27] & kFlagEvents) != 0;
  h.classes = (payload[27] & kFlagClasses) != 0;
  if (h.classes &&
      (h.profile != Profile::kHuffman || h.narrow || (payload[24] & kPredictorOrder) != 0)) {
    throw Error(
        "stream header: channel classes go with the huffman profile only, with the full state and "
        "without a channel order");
  }
  if (h.proportional && h.profile == Profile::kCascade) {
    throw Error("stream header: the cascade profile has one rounding step for all channels");
  }
  const bool wide = is_wide(h.sample_type);
  if (h.low_bits > (wide ? kMaxLowBits : 0) || h.low_bits + payload[3] > 32)
    field("number of low bits", payload[26]);
  if (wide && h.mapping == Mapping::kShift6) field("mapping of samples over 16 bits", payload[2]);
  const int most = wide && h.profile == Profile::kCascade ? kMaxWideCodeWidth : kMaxCodeWidth;
  if (h.code_width < kMinCodeWidth || h.code_width > most ||
      (h.mapping == Mapping::kShift6 && h.code_width != 10)) {
    field("code width", payload[3]);
  }
  std::size_t end = kStreamHeaderBytes;
  if (h.mapping == Mapping::kMap) {
    std::size_t map_size = size - end;
    h.map = parse_value_map(payload + end, map_size, h.channels);
    end += map_size;
    for (const MapStep& step : h.map.steps) {
      if (h.low_bits != 0 && step.numerator >= kMaxLowBitsNumerator) {
        throw Error("stream header: its value map has a step too large for codes with low bits");
      }
    }
  }
  if ((payload[24] & kPredictorOrder) != 0) {
    h.order = parse_channel_order(payload + end, size - end, h.channels);
  } else if (size != end) {
    throw Error("stream header of " + std::to_string(size) + " bytes; with its value map it has " +
                std::to_string(end));
  }
  return h;
}

ParsedPacket parse_packet(const std::uint8_t* data, std::size_t size) {
  ParsedPacket packet;
  PacketHeader& h = packet.header;
  h.short_form = size >= 3 && (data[2] & kFlagShort) != 0;
  const std::size_t header_size = header_bytes(h);
  packet.size = header_size + kPacketCrcBytes;
  const auto fail = [&packet](ParseStatus status) {
    packet.status = status;
    return packet;
  };
  if ((size >= 1 && data[0] != (kSync & 0xFF)) || (size >= 2 && data[1] != (kSync >> 8))) {
    return fail(ParseStatus::kBadSync);
  }
  // Before its third byte it may be of either form.
  if (size < header_size) return fail(ParseStatus::kIncomplete);

  const int type = data[2] & 0x0F;
  h.type = static_cast<PacketType>(type);
  h.key = (data[2] & kFlagKey) != 0;
  h.last = (data[2] & kFlagLast) != 0;
  h.exceptions = (data[2] & kFlagExceptions) != 0;
  h.step = data[3] & kStepMask;
  const int lane_bits = data[3] >> kLanesShift;
  h.lanes = static_cast<std::uint8_t>(1 << lane_bits);
  h.sequence = get_little_endian<std::uint32_t>(data + 4);
  h.first_frame = get_little_endian<std::uint32_t>(data + 8);
  if (h.short_form) {
    const std::uint32_t frames_and_words = get_little_endian<std::uint16_t>(data + 12);
    h.frames = frames_and_words & kMaxShortFrames;
    h.length = 4 * (frames_and_words >> kShortFrameBits);
    h.stream = get_little_endian<std::uint16_t>(data + 14);
  } else {
    // Frames in bytes 12 to 14, words of payload in bytes 15 to 17.
    const auto frames_and_words = get_little_endian<std::uint64_t>(data + 12);
    h.frames = static_cast<std::uint32_t>(frames_and_words & 0xFFFFFF);
    h.length = 4 * static_cast<std::uint32_t>(frames_and_words >> 24 & 0xFFFFFF);
    h.stream = get_little_endian<std::uint16_t>(data + 18);
  }
  // Raw packets have no need of exceptions or lanes, and a packet without frames no room for them.
  const bool coded = h.type == PacketType::kHuffman || h.type == PacketType::kRange;
  const bool data_packet = coded || h.type == PacketType::kRaw;
  if (type >= kPacketTypes || (h.short_form && !short_form_possible(h.type, h.frames, h.length)) ||
      1 << lane_bits > kMaxLanes || h.step >= kLossySteps || (h.step != 0 && !data_packet) ||
      ((h.exceptions || h.lanes > 1) && (!coded || h.frames == 0))) {
    return fail(ParseStatus::kBadHeader);
  }
  packet.size += h.length;
  if (size < packet.size) return fail(ParseStatus::kIncomplete);
  const std::size_t checked = header_size + h.length;
  if (get_little_endian<std::uint32_t>(data + checked) != crc32(data, checked))
    return fail(ParseStatus::kBadCrc);
  packet.payload = data + header_size;
  // Both say which stream it is.
  if (h.type == PacketType::kStreamHeader && h.length >= kStreamHeaderBytes &&
      packet.payload[0] == kVersion &&
      get_little_endian<std::uint16_t>(packet.payload + kNumberOffset) != h.stream) {
    return fail(ParseStatus::kBadHeader);
  }
  return fail(ParseStatus::kPacket);
}

}  // namespace nrc
