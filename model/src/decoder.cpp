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
      throw Error(packet_name(packet.header) + " holds a stream header that differs from the first");
    }
    return;
  }
  if (header.table_id != 0) {
    tables_ = table_source_(header.table_id);
    if (tables_ == nullptr) {
      throw Error("the stream needs table set " + std::to_string(header.table_id) +
                  ", which is not here; give its table file");
    }
    tables_->check_code_width(header.code_width);
    predictor_.emplace(tables_->predictor, header.code_width);
    context_.emplace(*tables_, header.code_width);
    huffman_.emplace(*tables_, header.code_width);
  }
  channels_.resize(header.channels);
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
  const bool data = h.type == PacketType::kHuffman || h.type == PacketType::kRaw;
  if (data && h.first_frame != static_cast<std::uint32_t>(frames_)) {
    throw Error(packet_name(h) + " begins with frame " + std::to_string(h.first_frame) +
                " where " + std::to_string(frames_) + " is due: the encoder dropped frames");
  }
  switch (h.type) {
    case PacketType::kStreamHeader:
      open(packet);
      break;
    case PacketType::kHuffman:
      decode_huffman(packet, samples);
      break;
    case PacketType::kRaw: {
      const std::size_t bytes = std::size_t{h.frames} * header_->channels * 2;
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
    case PacketType::kRange:
      throw Error(packet_name(h) + " is of the range profile, which this version cannot decode");
  }
  if (data) frames_ += h.frames;
  next_sequence_ = static_cast<std::uint16_t>(h.sequence + 1);
  finished_ = h.last;
}

void Decoder::decode_huffman(const ParsedPacket& packet, std::vector<std::int16_t>& samples) {
  const PacketHeader& h = packet.header;
  if (tables_ == nullptr) throw Error(packet_name(h) + " is coded, but the stream names no tables");
  if (!h.key && !synchronised_) throw Error(packet_name(h) + " should be a key packet");
  const std::size_t count = std::size_t{h.frames} * header_->channels;
  // Every code takes at least one bit, so a header cannot ask for more samples than it carries.
  if (count > std::size_t{h.length} * 8) throw Error(packet_name(h) + ": payload is too short");

  const std::size_t before = samples.size();
  BitReader reader(packet.payload, h.length);
  try {
    samples.reserve(before + count);
    for (std::size_t frame = 0; frame < h.frames; ++frame) {
      const bool reset = h.key && frame == 0;
      for (ChannelState& channel : channels_) {
        const Prediction prediction = predictor_->predict(channel.predictor, reset);
        const CodingContext context = context_->select(channel.context, prediction.code, reset);
        const Code code = huffman_->decode(reader, prediction.code, context);
        context_->update(channel.context, Predictor::innovation(prediction, code), reset);
        predictor_->update(channel.predictor, prediction, code, reset);
        samples.push_back(sample_of(header_->mapping, code));
      }
      if (reader.overrun()) throw Error("the payload is too short");
    }
    const std::size_t used = (reader.consumed_bits() + 31) / 32 * 4;
    const int padding = static_cast<int>(used * 8 - reader.consumed_bits());
    if (used != h.length || reader.peek(padding) != 0) {
      throw Error("the payload goes on after its last code");
    }
  } catch (const Error& e) {
    samples.resize(before);
    synchronised_ = false;
    throw Error(packet_name(h) + ": " + e.what());
  }
  synchronised_ = synchronised_ || h.frames > 0;
}

}  // namespace nrc
