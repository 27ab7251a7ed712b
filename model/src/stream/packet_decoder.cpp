// SPDX-License-Identifier: Apache-2.0
#include "nrc/packet_decoder.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "format/bytes.hpp"
#include "format/exceptions.hpp"
#include "format/samples.hpp"
#include "nrc/error.hpp"
#include "stages/low_parts.hpp"
#include "stages/rounding.hpp"
#include "stream/payload_part.hpp"
#include "vector/vector_mapper.hpp"

namespace nrc {

namespace {

bool all_zero(const std::uint8_t* begin, const std::uint8_t* end) {
  return std::all_of(begin, end, [](std::uint8_t b) { return b == 0; });
}

/// Whether low bits are in a coded packet.
bool has_low_parts(const StreamHeader& stream, const PacketHeader& h) {
  return stream.low_bits != 0 && h.step == 0 && h.frames != 0;
}

}  // namespace

bool is_data(PacketType type) {
  return type == PacketType::kHuffman || type == PacketType::kRange || type == PacketType::kRaw;
}

PacketDecoder::PacketDecoder(TableSource tables) : table_source_(std::move(tables)) {}
PacketDecoder::~PacketDecoder() = default;
PacketDecoder::PacketDecoder(PacketDecoder&&) noexcept = default;
PacketDecoder& PacketDecoder::operator=(PacketDecoder&&) noexcept = default;

std::uint64_t PacketDecoder::raw_bytes(std::uint64_t frames) const {
  return frames * header_->channels * sample_bytes();
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
  if (h.type == PacketType::kEvents) {
    return stream->events && h.frames == 0 && h.length <= kMaxEventBytes;
  }
  const std::uint64_t codes = std::uint64_t{h.frames} * stream->channels;
  if (codes > kMaxPacketSamples) return false;
  if (h.step != 0 && !stream->rounding) return false;
  if (stream->packet_frames != 0 && h.frames > stream->packet_frames) return false;
  const std::uint64_t raw = padded_to_words(codes * nrc::sample_bytes(stream->sample_type));
  if (h.type == PacketType::kRaw) return h.length == raw && (!stream->classes || codes == 0);
  if (h.type != coded_type(stream->profile) || stream->table_id == 0) return false;
  if (h.lanes > max_lanes(stream->profile, stream->channels)) return false;
  // With exceptions a packet is sent only if it is not longer than a raw one.
  if (h.exceptions && !stream->classes) return h.length <= raw;
  if (codes == 0) return h.length == 0;
  const std::uint64_t low = has_low_parts(*stream, h) ? low_part_bytes(codes, stream->low_bits) : 0;
  // With classes there are no raw packets, and exceptions may take what they need.
  const std::uint64_t exceptions = h.exceptions ? 2 * raw : 0;
  return h.length <=
         low + exceptions + max_payload_bytes(stream->profile, stream->code_width, codes, h.lanes);
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
    tables_ = tables;
  }
  header_ = header;
  lossy_step_ = 1;
  header_payload_.assign(packet.payload, end);
  mapper_ = std::make_unique<VectorMapper>(header);
  if (is_wide(header.sample_type)) {
    wide_codes_.reserve(max_samples());
    wide_values_.reserve(max_samples());
  } else if (header.sample_type != SampleType::kInt16) {
    values_.reserve(max_samples());
  }
  if (!wide_codes()) codes_.reserve(max_samples());
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
  chosen_.clear();
  part_.reset();
  synchronised_ = false;
}

std::vector<ChannelClass> PacketDecoder::channel_classes() const {
  return payload_ && synchronised_ ? payload_->classes() : std::vector<ChannelClass>();
}

bool PacketDecoder::choose(const std::vector<std::uint32_t>& channels) {
  if (!header_) throw Error("channels are chosen before the stream header");
  if (!channels.empty() && (!part_ || channels != part_channels_)) {
    // Low bits are one string for all channels, and the other profiles have one lane.
    if (!payload_ || header_->low_bits != 0 || wide_codes() || header_->classes ||
        max_lanes(header_->profile, header_->channels) == 1) {
      return false;
    }
    StreamHeader part = *header_;
    part.channels = static_cast<std::uint32_t>(channels.size());
    part.order.clear();
    if (header_->map.channels.size() > 1) {
      part.map.channels.clear();
      for (const std::uint32_t channel : channels) {
        part.map.channels.push_back(header_->map.channels.at(channel));
      }
    }
    part_ = std::make_unique<PayloadPart>(*tables_, *header_, channels);
    part_mapper_ = std::make_unique<VectorMapper>(part);
    part_channels_ = channels;
  }
  chosen_ = channels;
  lose_state();
  return true;
}

bool PacketDecoder::gives_chosen(const PacketHeader& h) const {
  if (chosen_.empty() || !is_data(h.type) || h.frames == 0) return true;
  // A raw packet says nothing of the lanes of those after it.
  if (h.type == PacketType::kRaw) return !h.key;
  return h.key ? part_->worth(h.lanes) : h.lanes == part_->lanes();
}

void PacketDecoder::decode(const ParsedPacket& packet, std::vector<std::uint8_t>& samples) {
  decode(packet, [&samples](std::size_t bytes) {
    samples.resize(samples.size() + bytes);
    return samples.data() + samples.size() - bytes;
  });
}

void PacketDecoder::decode(const ParsedPacket& packet, std::vector<std::int16_t>& samples) {
  if (header_ && header_->sample_type != SampleType::kInt16) {
    throw Error("the stream's samples are " + std::string(sample_type_name(header_->sample_type)) +
                ", not int16; decode them as bytes");
  }
  decode(packet, [&samples](std::size_t bytes) {
    samples.resize(samples.size() + bytes / 2);
    return reinterpret_cast<std::uint8_t*>(samples.data() + samples.size() - bytes / 2);
  });
}

void PacketDecoder::decode(const ParsedPacket& packet, const Room& room) {
  const PacketHeader& h = packet.header;
  if (!header_) throw Error(packet_name(h) + " comes before the stream header");
  if (std::uint64_t{h.frames} * header_->channels > kMaxPacketSamples) {
    throw Error(packet_name(h) + " claims more than 2^24 samples");
  }
  if (header_->packet_frames != 0 && h.frames > header_->packet_frames) {
    throw Error(packet_name(h) + " has more frames than the stream header tells");
  }
  if (h.step != 0 && !header_->rounding) {
    throw Error(packet_name(h) + " has a rounding step, which the stream header excludes");
  }
  if (h.type == PacketType::kRaw) {
    decode_raw(packet, room);
  } else {
    decode_coded(packet, room);
  }
}

void PacketDecoder::decode_raw(const ParsedPacket& packet, const Room& room) {
  const PacketHeader& h = packet.header;
  const bool was_synchronised = std::exchange(synchronised_, false);
  const std::uint64_t bytes = raw_bytes(h.frames);
  if (header_->classes && h.frames != 0) {
    throw Error(packet_name(h) + " is raw, which a stream with channel classes excludes");
  }
  if (h.length != padded_to_words(bytes) ||
      !all_zero(packet.payload + bytes, packet.payload + h.length)) {
    throw Error(packet_name(h) + ": raw payload of the wrong length");
  }
  all_samples_.resize(chosen_.empty() ? 0 : bytes);
  std::uint8_t* const samples = chosen_.empty() ? room(bytes) : all_samples_.data();
  std::copy_n(packet.payload, bytes, samples);
  to_byte_order(header_->sample_type, false, samples, bytes);
  if (!chosen_.empty()) {
    const std::size_t step = sample_bytes();
    std::uint8_t* out = room(std::uint64_t{h.frames} * chosen_.size() * step);
    for (std::size_t frame = 0; frame < h.frames; ++frame) {
      for (const std::uint32_t channel : chosen_) {
        out = std::copy_n(samples + (frame * header_->channels + channel) * step, step, out);
      }
    }
  }
  note_step(h);
  // The state goes on as if the codes had been sent; if it is not known, the samples still are.
  if (payload_ == nullptr || !(h.key || was_synchronised)) return;
  if (h.frames != 0) skip(samples, h);
  synchronised_ = was_synchronised || h.frames != 0;
}

/// Updates the state as if the codes of these samples had been decoded.
void PacketDecoder::skip(const std::uint8_t* samples, const PacketHeader& h) {
  // Only the cascade profile has them, and no state.
  if (wide_codes()) return;
  const SampleType type = header_->sample_type;
  const std::size_t count = std::size_t{h.frames} * header_->channels;
  codes_.resize(count);
  if (is_wide(type)) {
    wide_values_.resize(count);
    get_values(type, samples, count, wide_values_.data());
    wide_codes_.resize(count);
    mapper_->to_codes(wide_values_.data(), h.frames, wide_codes_.data());
    for (std::size_t i = 0; i < count; ++i) {
      codes_[i] = static_cast<Code>(wide_codes_[i] >> header_->low_bits);
    }
  } else {
    values_.resize(count);
    get_values(type, samples, count, values_.data());
    mapper_->to_codes(values_.data(), h.frames, codes_.data());
  }
  if (chosen_.empty()) {
    payload_->set_step(nrc::lossy_step(h.step));
    payload_->skip(codes_.data(), h.frames, h.key);
  } else {
    part_->set_step(nrc::lossy_step(h.step));
    part_->skip(codes_.data(), h.frames, h.key);
  }
}

void PacketDecoder::decode_coded(const ParsedPacket& packet, const Room& room) {
  const PacketHeader& h = packet.header;
  const SampleType type = header_->sample_type;
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
  // Before memory is allocated: the header may claim any number of frames.
  const std::uint8_t* payload = packet.payload;
  std::size_t size = h.length;
  if (h.exceptions) {
    if (h.length > padded_to_words(raw_bytes(h.frames)) && !header_->classes) {
      throw Error(packet_name(h) + ": the payload is longer than a raw one");
    }
    try {
      const std::size_t taken =
          read_exceptions(payload, size, count, type, [](std::uint64_t, const std::uint8_t*) {});
      payload += taken;
      size -= taken;
    } catch (const Error& e) {
      throw Error(packet_name(h) + ": " + e.what());
    }
  }
  const std::uint8_t* const low_parts = payload;
  const bool low = has_low_parts(*header_, h);
  if (low) {
    const std::size_t taken = low_part_bytes(count, header_->low_bits);
    if (taken > size) throw Error(packet_name(h) + ": the payload is too short");
    payload += taken;
    size -= taken;
  }
  if (count > payload_->max_codes(size)) {
    throw Error(packet_name(h) + ": the payload is too short");
  }
  if (count == 0 && h.length != 0) {
    throw Error(packet_name(h) + ": the payload goes on after its last code");
  }
  codes_.clear();
  wide_codes_.clear();
  // In other profiles the payload coder does it.
  const Rounder rounder(header_->code_width, nrc::lossy_step(h.step));
  const bool rounded = h.step != 0 && header_->profile == Profile::kCascade;
  const VectorMapper& mapper = chosen_.empty() ? *mapper_ : *part_mapper_;
  const std::uint64_t given = std::uint64_t{h.frames} * given_channels();
  try {
    payload_->set_lanes(h.lanes);
    payload_->set_step(nrc::lossy_step(h.step));
    if (!chosen_.empty() && h.frames != 0) {
      part_->set_step(nrc::lossy_step(h.step));
      part_->decode(payload, size, h.lanes, h.frames, h.key, codes_);
    } else if (wide_codes()) {
      payload_->decode_wide(payload, size, h.frames, wide_codes_);
    } else {
      payload_->decode(payload, size, h.frames, h.key, codes_);
    }
    if (is_wide(type)) {
      if (!wide_codes()) wide_codes_.assign(codes_.begin(), codes_.end());
      if (rounded) unround_codes(wide_codes_, rounder);
      const int bits = header_->low_bits;
      if (bits != 0) add_low_parts(low ? low_parts : nullptr, wide_codes_.data(), count, bits);
      wide_values_.resize(given);
      mapper.to_values(wide_codes_.data(), h.frames, wide_values_.data());
    }
  } catch (const Error& e) {
    throw Error(packet_name(h) + ": " + e.what());
  }
  std::uint8_t* const out = room(given * sample_bytes());
  if (is_wide(type)) {
    put_values(type, wide_values_.data(), given, out);
  } else {
    if (rounded) unround_codes(codes_, rounder);
    const bool direct = type == SampleType::kInt16 &&
                        reinterpret_cast<std::uintptr_t>(out) % alignof(std::int16_t) == 0;
    if (!direct) values_.resize(given);
    mapper.to_values(codes_.data(), h.frames,
                     direct ? reinterpret_cast<std::int16_t*>(out) : values_.data());
    if (!direct) put_values(type, values_.data(), given, out);
  }
  if (h.exceptions) put_exceptions(packet, out);
  note_step(h);
  synchronised_ = was_synchronised || h.frames > 0;
}

/// Puts the exceptions of a packet in place of the samples of their codes.
void PacketDecoder::put_exceptions(const ParsedPacket& packet, std::uint8_t* out) {
  const PacketHeader& h = packet.header;
  const SampleType type = header_->sample_type;
  const std::size_t bytes = sample_bytes();
  const std::size_t width = given_channels();
  const auto put = [&](std::uint64_t frame, std::size_t column, const std::uint8_t* sample) {
    std::uint8_t* const place = out + bytes * (static_cast<std::size_t>(frame) * width + column);
    std::copy_n(sample, bytes, place);
    to_byte_order(type, false, place, bytes);
  };
  const std::uint64_t count = std::uint64_t{h.frames} * header_->channels;
  read_exceptions(packet.payload, h.length, count, type,
                  [&](std::uint64_t position, const std::uint8_t* sample) {
                    const std::uint64_t channel = position / h.frames;
                    const std::uint64_t frame = position % h.frames;
                    if (chosen_.empty()) {
                      put(frame, static_cast<std::size_t>(channel), sample);
                      return;
                    }
                    for (std::size_t i = 0; i < chosen_.size(); ++i) {
                      if (chosen_[i] == channel) put(frame, i, sample);
                    }
                  });
}

}  // namespace nrc
