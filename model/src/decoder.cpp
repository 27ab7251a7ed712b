// SPDX-License-Identifier: Apache-2.0
#include "nrc/decoder.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "nrc/error.hpp"
#include "nrc/shift6.hpp"

namespace nrc {

namespace {

std::string packet_name(const PacketHeader& h) { return "packet " + std::to_string(h.sequence); }

bool all_zero(const std::uint8_t* begin, const std::uint8_t* end) {
  return std::all_of(begin, end, [](std::uint8_t b) { return b == 0; });
}

}  // namespace

std::int16_t sample_of(Mapping mapping, Code code) {
  return mapping == Mapping::kShift6 ? Shift6::sample(code) : code;
}

Decoder::Decoder(TableSource tables) : table_source_(std::move(tables)) {}

void Decoder::open(const ParsedPacket& packet) {
  const StreamHeader header = parse_stream_header(packet.payload, packet.header.length);
  if (header_) {
    if (serialise(*header_) != serialise(header)) {
      throw Error(packet_name(packet.header) +
                  " holds a stream header that differs from the first");
    }
    return;
  }
  if (header.table_id != 0) {
    const Tables* const tables = table_source_(header.profile, header.table_id);
    if (tables == nullptr) {
      throw Error("the stream needs " + std::string(profile_name(header.profile)) +
                  " tables of id " + std::to_string(header.table_id) +
                  ", which are not here; give their table file");
    }
    payload_ = PayloadDecoder::make(*tables, header.code_width, header.channels, header.neighbour);
  }
  header_ = header;
}

void Decoder::decode(const ParsedPacket& packet, std::vector<std::int16_t>& samples) {
  const PacketHeader& h = packet.header;
  if (finished_) throw Error(packet_name(h) + " comes after the stream's last packet");
  if (next_sequence_ ? h.sequence != *next_sequence_ : h.type != PacketType::kStreamHeader) {
    throw Error(next_sequence_ ? packet_name(h) + " where " + std::to_string(*next_sequence_) +
                                     " is due: packets are missing or out of order"
                               : std::string("the stream does not begin with a stream header"));
  }
  const bool coded = h.type == PacketType::kHuffman || h.type == PacketType::kRange;
  const bool data = coded || h.type == PacketType::kRaw;
  if (data && h.first_frame != static_cast<std::uint32_t>(frames_)) {
    throw Error(packet_name(h) + " begins with frame " + std::to_string(h.first_frame) + " where " +
                std::to_string(frames_) + " is due: the encoder dropped frames");
  }
  switch (h.type) {
    case PacketType::kStreamHeader:
      open(packet);
      break;
    case PacketType::kHuffman:
    case PacketType::kRange:
      decode_coded(packet, samples);
      break;
    case PacketType::kRaw: {
      const std::uint64_t bytes = std::uint64_t{h.frames} * header_->channels * 2;
      if (h.length != (bytes + 3) / 4 * 4 ||
          !all_zero(packet.payload + bytes, packet.payload + h.length)) {
        throw Error(packet_name(h) + ": raw payload of the wrong length");
      }
      for (std::size_t i = 0; i < bytes; i += 2) {
        samples.push_back(
            static_cast<std::int16_t>(packet.payload[i] | (packet.payload[i + 1] << 8)));
      }
      synchronised_ = false;
      break;
    }
    case PacketType::kContainer:
      break;
  }
  if (data) frames_ += h.frames;
  next_sequence_ = static_cast<std::uint16_t>(h.sequence + 1);
  finished_ = h.last;
}

void Decoder::decode_coded(const ParsedPacket& packet, std::vector<std::int16_t>& samples) {
  const PacketHeader& h = packet.header;
  const Profile profile = h.type == PacketType::kHuffman ? Profile::kHuffman : Profile::kRange;
  if (payload_ == nullptr || profile != header_->profile) {
    throw Error(packet_name(h) + " is coded with a profile that the stream header does not name");
  }
  if (!h.key && !synchronised_) throw Error(packet_name(h) + " should be a key packet");
  const std::uint64_t count = std::uint64_t{h.frames} * header_->channels;
  if (count > payload_->most_codes(h.length)) {
    throw Error(packet_name(h) + ": the payload is too short");
  }
  codes_.clear();
  try {
    payload_->decode(packet.payload, h.length, h.frames, h.key, codes_);
  } catch (const Error& e) {
    synchronised_ = false;
    throw Error(packet_name(h) + ": " + e.what());
  }
  samples.reserve(samples.size() + codes_.size());
  for (const Code code : codes_) samples.push_back(sample_of(header_->mapping, code));
  synchronised_ = synchronised_ || h.frames > 0;
}

}  // namespace nrc
