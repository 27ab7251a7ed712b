// SPDX-License-Identifier: Apache-2.0
#include "nrc/packet_decoder.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "format/bytes.hpp"
#include "nrc/error.hpp"
#include "stages/code_to_sample.hpp"

namespace nrc {

namespace {

bool all_zero(const std::uint8_t* begin, const std::uint8_t* end) {
  return std::all_of(begin, end, [](std::uint8_t b) { return b == 0; });
}

constexpr std::uint64_t padded(std::uint64_t bytes) { return (bytes + 3) / 4 * 4; }

}  // namespace

bool is_data(PacketType type) {
  return type == PacketType::kHuffman || type == PacketType::kRange || type == PacketType::kRaw;
}

PacketDecoder::PacketDecoder(TableSource tables) : table_source_(std::move(tables)) {}

std::uint64_t PacketDecoder::raw_bytes(std::uint32_t frames) const {
  return std::uint64_t{frames} * header_->channels * sizeof(std::int16_t);
}

bool PacketDecoder::plausible(const PacketHeader& h) const {
  if (h.type == PacketType::kStreamHeader) {
    return h.length == kStreamHeaderBytes && h.frames == 0 && h.first_frame == 0;
  }
  if (!header_) return false;
  if (h.type == PacketType::kContainer) return header_->container == 2 && h.frames == 0;
  const std::uint64_t codes = std::uint64_t{h.frames} * header_->channels;
  if (codes > kMaxPacketSamples) return false;
  if (header_->packet_frames != 0 && h.frames > header_->packet_frames) return false;
  if (h.type == PacketType::kRaw) return h.length == padded(raw_bytes(h.frames));
  return h.type == coded_type(header_->profile) && payload_ != nullptr &&
         h.length <=
             (codes == 0 ? 0 : max_payload_bytes(header_->profile, header_->code_width, codes));
}

void PacketDecoder::open(const ParsedPacket& packet) {
  if (!plausible(packet.header)) {
    throw Error(packet_name(packet.header) + ": a stream header has 20 bytes and no frames");
  }
  const StreamHeader header = parse_stream_header(packet.payload, packet.header.length);
  if (header_) {
    if (!same_payload(*header_, header)) {
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
                  ", which are not available; give their table file");
    }
    payload_ = PayloadDecoder::make(*tables, header.code_width, header.channels, header.neighbour);
  }
  header_ = header;
  codes_.reserve(max_samples());
  if (payload_) payload_->reserve(max_samples());
}

std::size_t PacketDecoder::max_samples() const {
  if (!header_) return 0;
  const std::uint64_t count = std::uint64_t{header_->packet_frames} * header_->channels;
  return static_cast<std::size_t>(std::min(count, kMaxPacketSamples));
}

void PacketDecoder::close() {
  header_.reset();
  payload_.reset();
  synchronised_ = false;
}

void PacketDecoder::decode(const ParsedPacket& packet, std::vector<std::int16_t>& samples) {
  const PacketHeader& h = packet.header;
  if (!header_) throw Error(packet_name(h) + " comes before the stream header");
  if (std::uint64_t{h.frames} * header_->channels > kMaxPacketSamples) {
    throw Error(packet_name(h) + " claims more than 2^24 samples");
  }
  if (header_->packet_frames != 0 && h.frames > header_->packet_frames) {
    throw Error(packet_name(h) + " has more frames than the stream header tells");
  }
  if (h.type == PacketType::kRaw) {
    decode_raw(packet, samples);
  } else {
    decode_coded(packet, samples);
  }
}

void PacketDecoder::decode_raw(const ParsedPacket& packet, std::vector<std::int16_t>& samples) {
  const PacketHeader& h = packet.header;
  synchronised_ = false;
  if (!h.key) throw Error(packet_name(h) + " is raw and should be a key packet");
  const std::uint64_t bytes = raw_bytes(h.frames);
  if (h.length != padded(bytes) || !all_zero(packet.payload + bytes, packet.payload + h.length)) {
    throw Error(packet_name(h) + ": raw payload of the wrong length");
  }
  samples.reserve(samples.size() + bytes / 2);
  for (std::size_t i = 0; i < bytes; i += 2) {
    samples.push_back(get_sample(packet.payload + i));
  }
}

void PacketDecoder::decode_coded(const ParsedPacket& packet, std::vector<std::int16_t>& samples) {
  const PacketHeader& h = packet.header;
  if (payload_ == nullptr || h.type != coded_type(header_->profile)) {
    throw Error(packet_name(h) + " is coded with a profile that the stream header does not name");
  }
  if (!h.key && !synchronised_) throw Error(packet_name(h) + " should be a key packet");
  const std::uint64_t count = std::uint64_t{h.frames} * header_->channels;
  // Until the payload is decoded completely, the state of the channels is unknown.
  const bool was_synchronised = std::exchange(synchronised_, false);
  // Before memory is allocated: the header may claim any number of frames.
  if (count > payload_->max_codes(h.length)) {
    throw Error(packet_name(h) + ": the payload is too short");
  }
  if (count == 0 && h.length != 0) {
    throw Error(packet_name(h) + ": the payload goes on after its last code");
  }
  codes_.clear();
  try {
    payload_->decode(packet.payload, h.length, h.frames, h.key, codes_);
  } catch (const Error& e) {
    throw Error(packet_name(h) + ": " + e.what());
  }
  if (header_->lossy_step > 1) {
    const std::int32_t half = 1 << (header_->code_width - 1);
    for (Code& code : codes_) {
      code = static_cast<Code>(std::clamp(code * header_->lossy_step, -half, half - 1));
    }
  }
  const std::size_t begin = samples.size();
  samples.resize(begin + codes_.size());
  std::int16_t* const out = samples.data() + begin;
  for (std::size_t i = 0; i < codes_.size(); ++i) out[i] = sample_of(header_->mapping, codes_[i]);
  synchronised_ = was_synchronised || h.frames > 0;
}

}  // namespace nrc
