// SPDX-License-Identifier: Apache-2.0
#include "nrc/packet_decoder.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "format/bytes.hpp"
#include "format/exceptions.hpp"
#include "nrc/error.hpp"
#include "stages/mapper.hpp"
#include "stages/quantise.hpp"

namespace nrc {

namespace {

bool all_zero(const std::uint8_t* begin, const std::uint8_t* end) {
  return std::all_of(begin, end, [](std::uint8_t b) { return b == 0; });
}

}  // namespace

bool is_data(PacketType type) {
  return type == PacketType::kHuffman || type == PacketType::kRange || type == PacketType::kRaw;
}

PacketDecoder::PacketDecoder(TableSource tables) : table_source_(std::move(tables)) {}
PacketDecoder::~PacketDecoder() = default;
PacketDecoder::PacketDecoder(PacketDecoder&&) noexcept = default;
PacketDecoder& PacketDecoder::operator=(PacketDecoder&&) noexcept = default;

std::uint64_t PacketDecoder::raw_bytes(std::uint32_t frames) const {
  return std::uint64_t{frames} * header_->channels * sizeof(std::int16_t);
}

/// Of a packet whose samples are given.
void PacketDecoder::note_step(const PacketHeader& header) {
  if (header.frames != 0) lossy_step_ = std::max(lossy_step_, nrc::lossy_step(header.step));
}

bool PacketDecoder::plausible(const PacketHeader& h) const {
  return plausible(h, header_ ? &*header_ : nullptr);
}

bool PacketDecoder::plausible(const PacketHeader& h, const StreamHeader* stream) {
  if (h.type == PacketType::kStreamHeader) {
    return h.length >= kStreamHeaderBytes && h.length <= kMaxStreamHeaderBytes && h.frames == 0 &&
           h.first_frame == 0;
  }
  if (stream == nullptr) return false;
  if (h.type == PacketType::kContainer) return stream->container == 2 && h.frames == 0;
  if (h.type == PacketType::kIndex) return h.frames == 0 && h.length <= kMaxIndexBytes;
  if (h.type == PacketType::kMetadata) {
    return h.frames == 0 && h.length <= 4 + kMaxMetadataBytes;
  }
  const std::uint64_t codes = std::uint64_t{h.frames} * stream->channels;
  if (codes > kMaxPacketSamples) return false;
  if (stream->packet_frames != 0 && h.frames > stream->packet_frames) return false;
  const std::uint64_t raw = padded_to_words(codes * sizeof(std::int16_t));
  if (h.type == PacketType::kRaw) return h.length == raw;
  if (h.type != coded_type(stream->profile) || stream->table_id == 0) return false;
  if (h.lanes > max_lanes(stream->profile, stream->channels)) return false;
  // With exceptions a packet is sent only if it is not longer than a raw one.
  if (h.exceptions) return h.length <= raw;
  return h.length <=
         (codes == 0 ? 0 : max_payload_bytes(stream->profile, stream->code_width, codes, h.lanes));
}

void PacketDecoder::open(const ParsedPacket& packet) {
  if (!plausible(packet.header)) {
    throw Error(packet_name(packet.header) + ": a stream header of a wrong length, or with frames");
  }
  const std::uint8_t* const end = packet.payload + packet.header.length;
  if (header_ && std::equal(header_payload_.begin(), header_payload_.end(), packet.payload, end)) {
    return;
  }
  const StreamHeader header = parse_stream_header(packet.payload, packet.header.length);
  if (header_) {
    throw Error(packet_name(packet.header) + " holds a stream header that differs from the first");
  }
  if (header.table_id != 0) {
    const Tables* const tables = table_source_(header.profile, header.table_id);
    if (tables == nullptr) {
      throw Error("the stream needs " + std::string(profile_name(header.profile)) +
                  " tables of id " + std::to_string(header.table_id) +
                  ", which are not available; give their table file");
    }
    payload_ = PayloadDecoder::make(*tables, header);
  }
  header_ = header;
  lossy_step_ = 1;
  header_payload_.assign(packet.payload, end);
  mapper_ = std::make_unique<Mapper>(header);
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
  mapper_.reset();
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
  const bool was_synchronised = std::exchange(synchronised_, false);
  const std::uint64_t bytes = raw_bytes(h.frames);
  if (h.length != padded_to_words(bytes) ||
      !all_zero(packet.payload + bytes, packet.payload + h.length)) {
    throw Error(packet_name(h) + ": raw payload of the wrong length");
  }
  const std::size_t begin = samples.size();
  samples.resize(begin + bytes / 2);
  get_samples(packet.payload, bytes / 2, samples.data() + begin);
  note_step(h);
  // The state goes on as if the codes had been sent; if it is not known, the samples still are.
  const bool known = h.key || (was_synchronised && (h.frames == 0 || h.step == state_step_));
  if (payload_ == nullptr || !known) return;
  if (h.frames != 0) {
    codes_.resize(bytes / 2);
    mapper_->to_codes(samples.data() + begin, h.frames, codes_.data());
    if (h.step != 0) quantise(codes_, nrc::lossy_step(h.step));
    payload_->skip(codes_.data(), h.frames, h.key);
    state_step_ = h.step;
  }
  synchronised_ = was_synchronised || h.frames != 0;
}

void PacketDecoder::decode_coded(const ParsedPacket& packet, std::vector<std::int16_t>& samples) {
  const PacketHeader& h = packet.header;
  if (payload_ == nullptr || h.type != coded_type(header_->profile)) {
    throw Error(packet_name(h) + " is coded with a profile that the stream header does not name");
  }
  if (h.lanes > max_lanes(header_->profile, header_->channels)) {
    throw Error(packet_name(h) + " has more lanes than the stream can have");
  }
  if (!h.key && !synchronised_) throw Error(packet_name(h) + " should be a key packet");
  const std::uint64_t count = std::uint64_t{h.frames} * header_->channels;
  // Until the payload is decoded completely, the state of the channels is unknown.
  const bool was_synchronised = std::exchange(synchronised_, false);
  if (!h.key && h.frames != 0 && h.step != state_step_) {
    throw Error(packet_name(h) + " has another rounding step and should be a key packet");
  }
  // Before memory is allocated: the header may claim any number of frames.
  const std::uint8_t* payload = packet.payload;
  std::size_t size = h.length;
  if (h.exceptions) {
    if (h.length > padded_to_words(raw_bytes(h.frames))) {
      throw Error(packet_name(h) + ": the payload is longer than a raw one");
    }
    try {
      const std::size_t taken =
          read_exceptions(payload, size, count, [](std::uint64_t, std::int16_t) {});
      payload += taken;
      size -= taken;
    } catch (const Error& e) {
      throw Error(packet_name(h) + ": " + e.what());
    }
  }
  if (count > payload_->max_codes(size)) {
    throw Error(packet_name(h) + ": the payload is too short");
  }
  if (count == 0 && h.length != 0) {
    throw Error(packet_name(h) + ": the payload goes on after its last code");
  }
  codes_.clear();
  try {
    payload_->set_lanes(h.lanes);
    payload_->decode(payload, size, h.frames, h.key, codes_);
  } catch (const Error& e) {
    throw Error(packet_name(h) + ": " + e.what());
  }
  if (h.step != 0) {
    const int step = nrc::lossy_step(h.step);
    const std::int32_t half = 1 << (header_->code_width - 1);
    for (Code& code : codes_) {
      code = static_cast<Code>(std::clamp(code * step, -half, half - 1));
    }
  }
  const std::size_t begin = samples.size();
  samples.resize(begin + codes_.size());
  std::int16_t* const out = samples.data() + begin;
  mapper_->to_samples(codes_.data(), h.frames, out);
  if (h.exceptions) {
    read_exceptions(packet.payload, h.length, count,
                    [&](std::uint64_t position, std::int16_t sample) {
                      out[position % h.frames * header_->channels + position / h.frames] = sample;
                    });
  }
  if (h.frames != 0) state_step_ = h.step;
  note_step(h);
  synchronised_ = was_synchronised || h.frames > 0;
}

}  // namespace nrc
