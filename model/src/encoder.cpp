// SPDX-License-Identifier: Apache-2.0
#include "nrc/encoder.hpp"

#include "nrc/error.hpp"
#include "nrc/shift6.hpp"

namespace nrc {

namespace {

StreamHeader checked(StreamHeader header, const TableSet& tables) {
  tables.validate();
  header.table_id = tables.id();
  const std::vector<std::uint8_t> payload = serialise(header);
  parse_stream_header(payload.data(), payload.size());
  tables.check_code_width(header.code_width);
  return header;
}

}  // namespace

Encoder::Encoder(const StreamHeader& header, const TableSet& tables)
    : header_(checked(header, tables)),
      predictor_(tables.predictor, header.code_width),
      context_(tables, header.code_width),
      huffman_(tables, header.code_width),
      channels_(header.channels) {}

std::vector<std::uint8_t> Encoder::stream_header() {
  return packetizer_.wrap({PacketType::kStreamHeader}, serialise(header_));
}

std::vector<std::uint8_t> Encoder::container(const std::vector<std::uint8_t>& payload) {
  return packetizer_.wrap({PacketType::kContainer}, payload);
}

std::vector<std::uint8_t> Encoder::payload_of(const Code* codes, std::size_t frames, bool key) {
  for (std::size_t frame = 0; frame < frames; ++frame) {
    const bool reset = key && frame == 0;
    for (ChannelState& channel : channels_) {
      const Code code = *codes++;
      const Prediction prediction = predictor_.predict(channel.predictor, reset);
      const CodingContext context = context_.select(channel.context, prediction.code, reset);
      const Codeword word = huffman_.encode(code, prediction.code, context);
      packer_.put(word.bits, word.length);
      context_.update(channel.context, Predictor::innovation(prediction, code), reset);
      predictor_.update(channel.predictor, prediction, code, reset);
    }
  }
  return packer_.take();
}

std::vector<std::uint8_t> Encoder::finish(PacketType type, const std::vector<std::uint8_t>& payload,
                                          std::size_t frames, bool key, bool last) {
  PacketHeader h;
  h.type = type;
  h.key = key;
  h.last = last;
  h.frames = static_cast<std::uint16_t>(frames);
  h.first_frame = next_frame_;
  next_frame_ += static_cast<std::uint32_t>(frames);
  return packetizer_.wrap(h, payload);
}

std::vector<std::uint8_t> Encoder::encode(const Code* codes, std::size_t frames,
                                          PacketRequest request) {
  if (frames > kMaxPacketFrames) throw Error("a packet holds at most 65535 frames");
  const bool key = request.key || key_due_;
  key_due_ = key_due_ && frames == 0;  // a packet without frames resets nothing
  return finish(PacketType::kHuffman, payload_of(codes, frames, key), frames, key, request.last);
}

std::vector<std::uint8_t> Encoder::encode_samples(const std::int16_t* samples, std::size_t frames,
                                                  PacketRequest request) {
  if (frames > kMaxPacketFrames) throw Error("a packet holds at most 65535 frames");
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
    const std::vector<std::uint8_t> payload = payload_of(codes_.data(), frames, key);
    if (payload.size() <= raw_bytes) {
      key_due_ = key_due_ && frames == 0;
      return finish(PacketType::kHuffman, payload, frames, key, request.last);
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
