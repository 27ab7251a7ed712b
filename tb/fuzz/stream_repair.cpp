// SPDX-License-Identifier: Apache-2.0
#include "stream_repair.hpp"

#include <zlib.h>

#include <algorithm>
#include <optional>
#include <string>

#include "nrc/format.hpp"
#include "nrc/packet.hpp"
#include "nrc/packet_decoder.hpp"
#include "nrc/tables.hpp"
#include "small_tables.hpp"

namespace fuzz {

namespace {

constexpr std::size_t kPacketBytes = nrc::kPacketHeaderBytes + nrc::kPacketCrcBytes;
constexpr std::uint64_t kQuickSamples = 1U << 17;
/// No payload bit holds more codes.
constexpr std::uint64_t kCodesInBit = 4096;

std::uint32_t get(const std::uint8_t* p, int bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= static_cast<std::uint32_t>(p[i]) << (8 * i);
  return value;
}

void set(std::uint8_t* p, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) p[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

bool sync_at(const std::uint8_t* data, std::size_t size, std::size_t at) {
  return size - at >= 2 && get(data + at, 2) == nrc::kSync;
}

/// Of a header: frames and words of payload.
struct Counts {
  std::uint32_t frames, words;
};
Counts counts(const std::uint8_t* header) {
  if ((header[2] & nrc::kFlagShort) == 0) return {get(header + 12, 3), get(header + 15, 3)};
  const std::uint32_t both = get(header + 12, 2);
  return {both & nrc::kMaxShortFrames, both >> nrc::kShortFrameBits};
}
void set_counts(std::uint8_t* header, Counts c) {
  if ((header[2] & nrc::kFlagShort) == 0) {
    set(header + 12, c.frames, 3);
    set(header + 15, c.words, 3);
  } else {
    set(header + 12, c.frames | c.words << nrc::kShortFrameBits, 2);
  }
}
std::size_t header_bytes(const std::uint8_t* header) {
  return (header[2] & nrc::kFlagShort) != 0 ? nrc::kShortHeaderBytes : nrc::kPacketHeaderBytes;
}

/// Where the packet at `at` ends.
std::size_t packet_end(const std::uint8_t* data, std::size_t size, std::size_t at) {
  const std::uint64_t stated = at + header_bytes(data + at) + nrc::kPacketCrcBytes +
                               4 * std::uint64_t{counts(data + at).words};
  if (stated == size || (stated < size && sync_at(data, size, static_cast<std::size_t>(stated)))) {
    return static_cast<std::size_t>(stated);
  }
  std::size_t end = at + kPacketBytes;
  while (end < size && !sync_at(data, size, end)) ++end;
  return end;
}

/// Id of some tables that are there, chosen by an id that may be wrong.
std::uint32_t known_tables(std::uint8_t profile, std::uint32_t id) {
  if (id == 0) return 0;
  nrc::Profile kind = nrc::Profile::kHuffman;
  for (const nrc::Profile other :
       {nrc::Profile::kRange, nrc::Profile::kNeural, nrc::Profile::kCascade}) {
    if ((profile & 0xF) == static_cast<int>(other)) kind = other;
  }
  if (tables_by_id(kind, id) != nullptr) return id;
  const std::vector<std::string> names = nrc::Tables::builtin_names(kind);
  if (kind == nrc::Profile::kHuffman && id % 8 >= names.size()) return small_tables().id();
  return nrc::Tables::builtin(kind, names[id % names.size()]).id();
}

}  // namespace

std::vector<std::uint8_t> repair(const std::uint8_t* data, std::size_t size, unsigned repairs) {
  if ((repairs & kRepairCrc) == 0) return {data, data + size};
  std::vector<std::uint8_t> out;
  std::uint32_t sequence = 0;
  std::uint32_t number = 0;  // of the stream, its low 16 bits
  std::uint32_t frames = 0;
  std::uint32_t channels = 1;
  std::uint64_t quick = kQuickSamples;
  std::size_t at = 0;
  while (size - at >= kPacketBytes) {
    const std::size_t end = packet_end(data, size, at);
    std::vector<std::uint8_t> packet(data + at, data + end - nrc::kPacketCrcBytes);
    at = end;
    packet.resize((packet.size() + 3) / 4 * 4);
    std::uint8_t* header = packet.data();
    if ((repairs & kRepairType) != 0) {
      set(header, nrc::kSync, 2);
      header[2] = static_cast<std::uint8_t>(
          ((header[2] & 0x0F) % nrc::kPacketTypes) |
          (header[2] & (nrc::kFlagKey | nrc::kFlagLast | nrc::kFlagExceptions | nrc::kFlagShort)));
      // What cannot have a short header has a long one.
      if (!nrc::is_data(static_cast<nrc::PacketType>(header[2] & 0x0F)) ||
          packet.size() > nrc::kShortHeaderBytes + nrc::kMaxShortBytes) {
        header[2] &= static_cast<std::uint8_t>(~nrc::kFlagShort);
        packet.resize(std::max(packet.size(), nrc::kPacketHeaderBytes));
        header = packet.data();
      }
    }
    const bool short_form = (header[2] & nrc::kFlagShort) != 0;
    const auto length = static_cast<std::uint32_t>(packet.size() - header_bytes(header));
    set_counts(header, {counts(header).frames, length / 4});
    if ((repairs & kRepairEnd) != 0) {
      header[2] = static_cast<std::uint8_t>((header[2] & ~nrc::kFlagLast) |
                                            (size - at < kPacketBytes ? nrc::kFlagLast : 0));
    }
    const auto type = static_cast<nrc::PacketType>(header[2] & 0x0F);
    if (type == nrc::PacketType::kStreamHeader && length >= nrc::kStreamHeaderBytes) {
      std::uint8_t* const payload = header + nrc::kPacketHeaderBytes;
      channels = get(payload + 4, 2) + 1;
      if ((repairs & kRepairTables) != 0) {
        set(payload + 12, known_tables(payload[1], get(payload + 12, 4)), 4);
      }
      number = get(payload + 20, 2);
    }
    std::uint32_t count = counts(header).frames;
    const std::uint64_t samples = std::uint64_t{count} * channels;
    if (type == nrc::PacketType::kRange &&
        samples < (std::uint64_t{length} * 8 + 16) * kCodesInBit) {
      if (samples > quick) {
        count = static_cast<std::uint32_t>(quick / channels);
        set_counts(header, {count, length / 4});
      }
      quick -= std::uint64_t{count} * channels;
    }
    if ((repairs & kRepairOrder) != 0) {
      set(header + 4, sequence++, 4);
      set(header + (short_form ? 14 : 18), number, 2);
      const bool is_data = nrc::is_data(type);
      if (!is_data) {
        set(header + 12, 0, 3);
        header[3] = 0;
      }
      set(header + 8, is_data ? frames : 0, 4);
      frames += is_data ? count : 0;
    }
    out.insert(out.end(), packet.begin(), packet.end());
    out.resize(out.size() + nrc::kPacketCrcBytes);
    set(out.data() + out.size() - nrc::kPacketCrcBytes,
        static_cast<std::uint32_t>(crc32(0, packet.data(), static_cast<uInt>(packet.size()))), 4);
  }
  out.insert(out.end(), data + at, data + size);
  return out;
}

bool obeys_header(const std::vector<std::uint8_t>& stream) {
  std::optional<nrc::StreamHeader> header;
  for (std::size_t at = 0; at < stream.size();) {
    const nrc::ParsedPacket packet = nrc::parse_packet(stream.data() + at, stream.size() - at);
    if (packet.status != nrc::ParseStatus::kPacket) return false;
    const nrc::PacketHeader& h = packet.header;
    if (h.type == nrc::PacketType::kStreamHeader) {
      if (h.frames != 0 || h.first_frame != 0) return false;
      if (!header) header = nrc::parse_stream_header(packet.payload, h.length);
    } else if (h.type == nrc::PacketType::kContainer) {
      if (!header || header->container != 2 || h.frames != 0) return false;
    } else if (h.type == nrc::PacketType::kIndex || h.type == nrc::PacketType::kMetadata) {
      if (!header || h.frames != 0) return false;
    } else if (h.type == nrc::PacketType::kEvents) {
      if (!header || !header->events || h.frames != 0) return false;
    } else if (!header || (header->packet_frames != 0 && h.frames > header->packet_frames)) {
      return false;
    }
    at += packet.size;
  }
  return header.has_value();
}

}  // namespace fuzz
