// SPDX-License-Identifier: Apache-2.0
#include "nrc/decoder.hpp"

#include <string>
#include <utility>

#include "nrc/error.hpp"

namespace nrc {

Decoder::Decoder(TableSource tables) : packets_(std::move(tables)) {}

void Decoder::decode(const ParsedPacket& packet, std::vector<std::uint8_t>& samples) {
  decode_into(packet, samples);
}

void Decoder::decode(const ParsedPacket& packet, std::vector<std::int16_t>& samples) {
  decode_into(packet, samples);
}

template <typename Samples>
void Decoder::decode_into(const ParsedPacket& packet, Samples& samples) {
  const PacketHeader& h = packet.header;
  check_order(h);
  if (h.type == PacketType::kStreamHeader) {
    packets_.open(packet);
  } else if (is_data(h.type)) {
    packets_.decode(packet, samples);
  }
  advance(h);
}

void Decoder::pass(const PacketHeader& h) {
  check_order(h);
  // Its codes are not seen here: what follows needs them, unless it is a key packet.
  packets_.lose_state();
  if (h.frames != 0) lossy_step_ = std::max(lossy_step_, nrc::lossy_step(h.step));
  advance(h);
}

void Decoder::check_order(const PacketHeader& h) const {
  if (finished_) throw Error(packet_name(h) + " comes after the stream's last packet");
  if (next_sequence_ ? h.sequence != *next_sequence_ : h.type != PacketType::kStreamHeader) {
    throw Error(next_sequence_ ? packet_name(h) + " where " + std::to_string(*next_sequence_) +
                                     " is due: packets are missing or out of order"
                               : std::string("the stream does not begin with a stream header; try "
                                             "`nrc decode --recover`"));
  }
  if (h.type == PacketType::kStreamHeader) return;
  if (h.stream != static_cast<std::uint16_t>(header()->stream_number)) {
    throw Error(packet_name(h) + " is of another stream");
  }
  if (is_data(h.type) || (h.type == PacketType::kIndex && packets_.plausible(h))) {
    if (h.first_frame != static_cast<std::uint32_t>(frames_)) {
      throw Error(packet_name(h) + " begins with frame " + std::to_string(h.first_frame) +
                  " where " + std::to_string(frames_) + " is due: the encoder dropped frames");
    }
    // A raw packet can be decoded without its state, but a stream does not begin with one.
    if (frames_ == 0 && h.frames != 0 && !h.key) {
      throw Error(packet_name(h) + " should be a key packet");
    }
  } else if (!packets_.plausible(h)) {
    throw Error(packet_name(h) +
                " is a container or event packet in a stream without them, or has frames, "
                "or is longer than its type allows");
  }
}

void Decoder::advance(const PacketHeader& h) {
  frames_ += h.frames;
  next_sequence_ = h.sequence + 1;
  finished_ = h.last;
}

}  // namespace nrc
