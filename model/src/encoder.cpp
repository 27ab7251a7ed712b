// SPDX-License-Identifier: Apache-2.0
#include "nrc/encoder.hpp"

#include <string>

#include "nrc/error.hpp"
#include "nrc/shift6.hpp"

namespace nrc {

namespace {

StreamHeader checked(StreamHeader header, const Tables& tables) {
  if (header.channels < 1 || header.channels > kMaxChannels) {
    throw Error(std::to_string(header.channels) + " channels are not possible; give 1 to 65536");
  }
  header.profile = tables.profile();
  header.table_id = tables.id();
  const std::vector<std::uint8_t> payload = serialise(header);
  return parse_stream_header(payload.data(), payload.size());
}

void check_frames(std::size_t frames) {
  if (frames > kMaxPacketFrames) throw Error("a packet holds at most 2^24 - 1 frames");
}

}  // namespace

Encoder::Encoder(const StreamHeader& header, const Tables& tables, Transport transport)
    : tables_(tables),
      header_(checked(header, tables)),
      payload_(PayloadEncoder::make(tables_, header.code_width, header.channels, header.neighbour)),
      transport_(transport) {}

std::vector<std::uint8_t> Encoder::stream_header() {
  header_due_ = false;
  return packetizer_.wrap({PacketType::kStreamHeader}, serialise(header_));
}

std::vector<std::uint8_t> Encoder::container(const std::vector<std::uint8_t>& payload) {
  return packetizer_.wrap({PacketType::kContainer}, payload);
}

PacketType Encoder::coded_type() const {
  return tables_.profile() == Profile::kHuffman ? PacketType::kHuffman : PacketType::kRange;
}

std::vector<std::uint8_t> Encoder::finish(PacketType type, const std::vector<std::uint8_t>& payload,
                                          std::size_t frames, bool key, bool last) {
  PacketHeader h;
  h.type = type;
  h.key = key;
  h.last = last;
  h.frames = static_cast<std::uint32_t>(frames);
  h.first_frame = next_frame_;
  next_frame_ += static_cast<std::uint32_t>(frames);
  std::vector<std::uint8_t> packets;
  if (transport_ == Transport::kLink && key && header_due_) packets = stream_header();
  header_due_ = true;
  if (packets.empty()) return packetizer_.wrap(h, payload);
  const std::vector<std::uint8_t> packet = packetizer_.wrap(h, payload);
  packets.insert(packets.end(), packet.begin(), packet.end());
  return packets;
}

std::vector<std::uint8_t> Encoder::encode(const Code* codes, std::size_t frames,
                                          PacketRequest request) {
  check_frames(frames);
  const bool key = request.key || key_due_;
  key_due_ = key_due_ && frames == 0;  // a packet without frames resets nothing
  return finish(coded_type(), payload_->encode(codes, frames, key), frames, key, request.last);
}

std::vector<std::uint8_t> Encoder::encode_samples(const std::int16_t* samples, std::size_t frames,
                                                  PacketRequest request) {
  check_frames(frames);
  const std::size_t count = frames * header_.channels;
  const std::int32_t half = 1 << (header_.code_width - 1);
  codes_.resize(count);
  bool on_grid = true;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int16_t s = samples[i];
    if (header_.mapping == Mapping::kShift6) {
      codes_[i] = Shift6::code(s);
      on_grid = on_grid && Shift6::on_grid(s);
    } else {
      codes_[i] = s;
      on_grid = on_grid && s >= -half && s < half;
    }
  }
  const std::size_t raw_bytes = (2 * count + 3) / 4 * 4;
  if (on_grid) {
    const bool key = request.key || key_due_;
    const std::vector<std::uint8_t> payload = payload_->encode(codes_.data(), frames, key);
    if (payload.size() <= raw_bytes) {
      key_due_ = key_due_ && frames == 0;
      return finish(coded_type(), payload, frames, key, request.last);
    }
  }
  std::vector<std::uint8_t> raw;
  raw.reserve(raw_bytes);
  for (std::size_t i = 0; i < count; ++i) {
    raw.push_back(static_cast<std::uint8_t>(samples[i]));
    raw.push_back(static_cast<std::uint8_t>(samples[i] >> 8));
  }
  raw.resize(raw_bytes);
  key_due_ = true;
  return finish(PacketType::kRaw, raw, frames, true, request.last);
}

void Encoder::skip(std::size_t frames) {
  next_frame_ += static_cast<std::uint32_t>(frames);
  key_due_ = true;
}

}  // namespace nrc
