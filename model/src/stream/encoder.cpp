// SPDX-License-Identifier: Apache-2.0
#include "nrc/encoder.hpp"

#include <algorithm>
#include <string>

#include "format/bytes.hpp"
#include "nrc/error.hpp"
#include "stages/packetizer.hpp"
#include "stages/shift6.hpp"

namespace nrc {

namespace {

StreamHeader checked(StreamHeader header, const Tables& tables) {
  if (header.channels < 1 || header.channels > kMaxChannels) {
    throw Error(std::to_string(header.channels) + " channels are not supported; give 1 to 65536");
  }
  if (lossy_index(header.lossy_step) < 0) {
    throw Error("a lossy step of " + std::to_string(header.lossy_step) +
                " codes is not possible; give 2, 3, 4, 6, 8, 12 and so on up to 4096");
  }
  header.profile = tables.profile();
  header.table_id = tables.id();
  const std::vector<std::uint8_t> payload = serialise(header);
  // The header as a decoder will see it, which also checks every field.
  return parse_stream_header(payload.data(), payload.size());
}

/// Codes -> multiples of `step`, rounded half up (docs/bitstream.md, section 14).
void quantise(std::vector<Code>& codes, int step) {
  for (Code& code : codes) {
    const int shifted = code + step / 2;
    code = static_cast<Code>(shifted >= 0 ? shifted / step : -((step - 1 - shifted) / step));
  }
}

/// Payload of a raw packet of that many samples.
std::size_t raw_bytes(std::uint64_t count) { return (2 * count + 3) / 4 * 4; }

void check_frames(std::size_t frames) {
  if (frames > kMaxPacketFrames) throw Error("a packet holds at most 2^24 - 1 frames");
}

}  // namespace

Encoder::Encoder(const StreamHeader& header, const Tables& tables, Transport transport)
    : tables_(tables),
      header_(checked(header, tables)),
      payload_(PayloadEncoder::make(tables_, header.code_width, header.channels, header.neighbour)),
      packetizer_(std::make_unique<Packetizer>()),
      transport_(transport) {}

Encoder::~Encoder() = default;

void Encoder::reserve(std::size_t frames) {
  const std::uint64_t count = std::uint64_t{frames} * header_.channels;
  if (frames > kMaxPacketFrames || count > kMaxPacketSamples) {
    throw Error("packets of " + std::to_string(frames) + " frames are too large with " +
                std::to_string(header_.channels) + " channels; a packet holds 2^24 samples");
  }
  codes_.reserve(count);
  payload_->reserve(count);
  payload_bytes_.reserve(max_bytes(frames));
}

std::uint64_t Encoder::max_bytes(std::size_t frames) const {
  const std::uint64_t count = std::uint64_t{frames} * header_.channels;
  const std::uint64_t coded = max_payload_bytes(tables_.profile(), header_.code_width, count);
  return 2 * (kPacketHeaderBytes + kPacketCrcBytes) + kStreamHeaderBytes +
         std::max(coded, raw_bytes(count));
}

std::vector<std::uint8_t> Encoder::stream_header() {
  std::vector<std::uint8_t> packet;
  append_stream_header(packet);
  return packet;
}

void Encoder::append_stream_header(std::vector<std::uint8_t>& packets) {
  header_due_ = false;
  std::uint8_t payload[kStreamHeaderBytes];
  serialise(header_, payload);
  packetizer_->append({PacketType::kStreamHeader}, payload, kStreamHeaderBytes, packets);
}

std::vector<std::uint8_t> Encoder::container(const std::vector<std::uint8_t>& payload) {
  return packetizer_->wrap({PacketType::kContainer}, payload);
}

void Encoder::finish(PacketType type, std::size_t frames, bool key, bool last,
                     std::vector<std::uint8_t>& packets) {
  PacketHeader h;
  h.type = type;
  h.key = key;
  h.last = last;
  h.frames = static_cast<std::uint32_t>(frames);
  h.first_frame = next_frame_;
  next_frame_ += static_cast<std::uint32_t>(frames);
  const bool behind_drop = skipped_ && frames != 0;
  if ((transport_ == Transport::kLink || behind_drop) && key && header_due_) {
    append_stream_header(packets);
  }
  skipped_ = skipped_ && frames == 0;
  header_due_ = true;
  packetizer_->append(h, payload_bytes_.data(), payload_bytes_.size(), packets);
}

std::vector<std::uint8_t> Encoder::encode(const Code* codes, std::size_t frames,
                                          PacketRequest request) {
  std::vector<std::uint8_t> packets;
  encode(codes, frames, request, packets);
  return packets;
}

void Encoder::encode(const Code* codes, std::size_t frames, PacketRequest request,
                     std::vector<std::uint8_t>& packets) {
  check_frames(frames);
  const bool key = request.key || key_due_;
  key_due_ = key_due_ && frames == 0;  // a packet without frames resets nothing
  if (header_.lossy_step > 1) {
    codes_.assign(codes, codes + frames * header_.channels);
    quantise(codes_, header_.lossy_step);
    codes = codes_.data();
  }
  payload_->encode(codes, frames, key, payload_bytes_);
  finish(coded_type(header_.profile), frames, key, request.last, packets);
}

std::vector<std::uint8_t> Encoder::encode_samples(const std::int16_t* samples, std::size_t frames,
                                                  PacketRequest request) {
  std::vector<std::uint8_t> packets;
  encode_samples(samples, frames, request, packets);
  return packets;
}

void Encoder::encode_samples(const std::int16_t* samples, std::size_t frames, PacketRequest request,
                             std::vector<std::uint8_t>& packets) {
  check_frames(frames);
  const std::size_t count = frames * header_.channels;
  const std::int32_t half = 1 << (header_.code_width - 1);
  codes_.resize(count);
  // Without early exits, so that compilers make vectors of it.
  std::int32_t off_grid = 0;
  if (header_.mapping == Mapping::kShift6) {
    for (std::size_t i = 0; i < count; ++i) {
      codes_[i] = Shift6::code(samples[i]);
      off_grid |= Shift6::sample(codes_[i]) ^ samples[i];
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      codes_[i] = samples[i];
      off_grid |= static_cast<std::int32_t>(samples[i] < -half || samples[i] >= half);
    }
  }
  const bool on_grid = off_grid == 0;
  if (on_grid) {
    if (header_.lossy_step > 1) quantise(codes_, header_.lossy_step);
    const bool key = request.key || key_due_;
    payload_->encode(codes_.data(), frames, key, payload_bytes_);
    // A signal that the tables do not suit is sent raw, so a packet is never larger than its
    // samples.
    if (payload_bytes_.size() <= raw_bytes(count)) {
      key_due_ = key_due_ && frames == 0;
      finish(coded_type(header_.profile), frames, key, request.last, packets);
      return;
    }
  }
  payload_bytes_.clear();
  payload_bytes_.reserve(raw_bytes(count));
  append_samples(payload_bytes_, samples, count);
  payload_bytes_.resize(raw_bytes(count));
  // A decoder does not track the channels' state through raw samples.
  key_due_ = true;
  finish(PacketType::kRaw, frames, true, request.last, packets);
}

void Encoder::skip(std::size_t frames) {
  next_frame_ += static_cast<std::uint32_t>(frames);
  key_due_ = true;
  skipped_ = true;
}

}  // namespace nrc
