// SPDX-License-Identifier: Apache-2.0
#include "nrc/encoder.hpp"

#include <algorithm>
#include <string>

#include "format/bytes.hpp"
#include "format/event_payload.hpp"
#include "format/exceptions.hpp"
#include "format/metadata.hpp"
#include "format/samples.hpp"
#include "nrc/error.hpp"
#include "stages/low_parts.hpp"
#include "stages/packetizer.hpp"
#include "stages/rounding.hpp"
#include "stream/event_source.hpp"
#include "vector/vector_mapper.hpp"

namespace nrc {

namespace {

StreamHeader checked(StreamHeader header, const Tables& tables) {
  if (header.channels < 1 || header.channels > kMaxChannels) {
    throw Error(std::to_string(header.channels) + " channels are not supported; give 1 to 65536");
  }
  const std::size_t maps = header.map.channels.size();
  if (header.mapping == Mapping::kMap && maps != 1 && maps != header.channels) {
    throw Error("a value map of " + std::to_string(maps) + " channels; give one map, or " +
                std::to_string(header.channels));
  }
  header.profile = tables.profile();
  header.table_id = tables.id();
  const std::vector<std::uint8_t> payload = serialise(header);
  // The header as a decoder will see it, which also checks every field.
  return parse_stream_header(payload.data(), payload.size());
}

void check_frames(std::size_t frames) {
  if (frames > kMaxPacketFrames) throw Error("a packet holds at most 2^24 - 1 frames");
}

}  // namespace

Encoder::Encoder(const StreamHeader& header, const Tables& tables, Transport transport)
    : tables_(tables),
      header_(checked(header, tables)),
      header_payload_(serialise(header_)),
      mapper_(std::make_unique<VectorMapper>(header_)),
      payload_(PayloadEncoder::make(tables_, header_)),
      packetizer_(std::make_unique<Packetizer>(header_.stream_number)),
      exceptions_(std::make_unique<ExceptionWriter>()),
      transport_(transport) {}

Encoder::~Encoder() = default;

void Encoder::reserve(std::size_t frames) {
  const std::uint64_t count = std::uint64_t{frames} * header_.channels;
  if (frames > kMaxPacketFrames || count > kMaxPacketSamples) {
    throw Error("packets of " + std::to_string(frames) + " frames are too large with " +
                std::to_string(header_.channels) + " channels; a packet holds 2^24 samples");
  }
  if (is_wide(header_.sample_type)) {
    wide_codes_.reserve(count);
    wide_values_.reserve(count);
    wide_mapped_.reserve(count);
    low_parts_.reserve(low_part_bytes(count, header_.low_bits));
  }
  if (!wide_codes()) codes_.reserve(count);
  if (header_.sample_type != SampleType::kInt16) values_.reserve(count);
  if (!is_wide(header_.sample_type)) mapped_.reserve(count);
  off_map_bits_.reserve(header_.channels);
  payload_->reserve(count);
  exceptions_->reserve(count);
  coded_bytes_.reserve(max_bytes(frames));
  payload_bytes_.reserve(max_bytes(frames));
}

/// Payload of a raw packet of that many samples.
std::size_t Encoder::raw_bytes(std::uint64_t count) const {
  return padded_to_words(sample_bytes(header_.sample_type) * count);
}

std::uint64_t Encoder::max_bytes(std::size_t frames) const {
  const std::uint64_t count = std::uint64_t{frames} * header_.channels;
  const std::uint64_t coded =
      max_payload_bytes(tables_.profile(), header_.code_width, count, payload_->lanes()) +
      low_part_bytes(count, header_.low_bits);
  return 2 * (kPacketHeaderBytes + kPacketCrcBytes) + header_payload_.size() +
         (header_.classes ? coded + 2 * raw_bytes(count) : std::max(coded, raw_bytes(count))) +
         (events_ ? events_->max_bytes(frames) : 0);
}

void Encoder::resume(std::uint32_t packets, std::uint64_t frames) {
  packetizer_->resume(packets);
  next_frame_ = static_cast<std::uint32_t>(frames);
  header_due_ = false;
  key_due_ = true;
}

std::uint32_t Encoder::packets() const { return packetizer_->sequence(); }

std::vector<std::uint8_t> Encoder::stream_header() {
  std::vector<std::uint8_t> packet;
  append_stream_header(packet);
  return packet;
}

void Encoder::append_stream_header(std::vector<std::uint8_t>& packets) {
  header_due_ = false;
  packetizer_->append({PacketType::kStreamHeader}, header_payload_.data(), header_payload_.size(),
                      packets);
}

std::vector<std::uint8_t> Encoder::container(const std::vector<std::uint8_t>& payload) {
  return packetizer_->wrap({PacketType::kContainer}, payload);
}

std::vector<std::uint8_t> Encoder::metadata(const std::string& text) {
  return packetizer_->wrap({PacketType::kMetadata}, metadata_payload(text));
}

std::vector<std::uint8_t> Encoder::index(const std::vector<std::uint8_t>& payload) {
  PacketHeader h = {PacketType::kIndex, false, true};
  h.first_frame = next_frame_;
  return packetizer_->wrap(h, payload);
}

// What is due after dropped frames waits for a packet with frames.
bool Encoder::is_key(std::size_t frames, PacketRequest request) const {
  return request.key || (key_due_ && (frames != 0 || !skipped_));
}

void Encoder::finish(PacketHeader h, std::size_t frames, std::vector<std::uint8_t>& packets) {
  h.step = static_cast<std::uint8_t>(lossy_index(step_));
  h.frames = static_cast<std::uint32_t>(frames);
  if (frames != 0 && h.type != PacketType::kRaw) {
    h.lanes = static_cast<std::uint8_t>(payload_->lanes());
  }
  h.short_form = short_headers_ && short_form_possible(h.type, h.frames, payload_bytes_.size());
  h.first_frame = next_frame_;
  next_frame_ += static_cast<std::uint32_t>(frames);
  const bool behind_drop = skipped_ && frames != 0;
  if ((transport_ == Transport::kLink || behind_drop) && h.key && header_due_) {
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
  if (wide_codes() || header_.low_bits != 0) {
    throw Error("codes of more than 16 bits, or with low bits, are encoded from samples only");
  }
  const bool key = is_key(frames, request);
  key_due_ = key_due_ && frames == 0;  // a packet without frames resets nothing
  if (rounds_here()) {
    codes_.assign(codes, codes + frames * header_.channels);
    round_codes(codes_, Rounder(header_.code_width, step_));
    codes = codes_.data();
  }
  if (!send_events(codes, frames, key, request.last, packets)) return;
  payload_->encode(codes, frames, key, payload_bytes_);
  finish({coded_type(header_.profile), key, request.last}, frames, packets);
}

bool Encoder::send_events(const Code* codes, std::size_t frames, bool key, bool last,
                          std::vector<std::uint8_t>& packets) {
  if (!events_) return true;
  events_->add(codes, frames, key, step_);
  // Nothing comes before the first stream header.
  if (transport_ == Transport::kLink && packetizer_->sequence() == 0) append_stream_header(packets);
  events_->append_packets(*packetizer_, last, packets);
  if (!events_only_) return true;
  if (!key && !last) return false;
  payload_bytes_.clear();
  finish({coded_type(header_.profile), true, last}, 0, packets);
  return false;
}

std::vector<std::uint8_t> Encoder::encode_samples(const void* samples, std::size_t frames,
                                                  PacketRequest request) {
  std::vector<std::uint8_t> packets;
  encode_samples(samples, frames, request, packets);
  return packets;
}

void Encoder::encode_samples(const void* samples, std::size_t frames, PacketRequest request,
                             std::vector<std::uint8_t>& packets) {
  check_frames(frames);
  const std::size_t count = frames * header_.channels;
  const SampleType type = header_.sample_type;
  const auto* const bytes = static_cast<const std::uint8_t*>(samples);
  exceptions_->clear();
  if (is_wide(type)) {
    wide_values_.resize(count);
    get_values(type, bytes, count, wide_values_.data());
    map(wide_values_.data(), frames);
  } else if (type == SampleType::kInt16 &&
             reinterpret_cast<std::uintptr_t>(samples) % alignof(std::int16_t) == 0) {
    map(static_cast<const std::int16_t*>(samples), frames);
  } else {
    values_.resize(count);
    get_values(type, bytes, count, values_.data());
    map(values_.data(), frames);
  }
  // Also if the packet is sent raw: a decoder maps its samples and moves the state past their
  // codes.
  const bool key = is_key(frames, request);
  key_due_ = key_due_ && frames == 0;
  if (!wide_codes() && !send_events(codes_.data(), frames, key, request.last, packets)) return;
  // A raw packet would send channels that are off.
  const std::size_t limit = header_.classes ? kMaxPayloadBytes : raw_bytes(count);
  PacketHeader h = {coded_type(header_.profile), key, request.last};
  h.exceptions = !exceptions_->empty();
  // What rounding takes away is not worth its lower bits.
  const bool low = header_.low_bits != 0 && step_ == 1 && frames != 0;
  std::vector<std::uint8_t>& coded = h.exceptions || low ? coded_bytes_ : payload_bytes_;
  if (wide_codes()) {
    payload_->encode_wide(wide_codes_.data(), frames, coded);
  } else {
    payload_->encode(codes_.data(), frames, key, coded);
  }
  bool fits = true;
  if (h.exceptions || low) {
    const std::size_t least = coded.size() + (low ? low_parts_.size() : 0);
    payload_bytes_.clear();
    fits = least <= limit &&
           (!h.exceptions || exceptions_->write(payload_bytes_, limit - least, type));
    if (fits) {
      if (low) payload_bytes_.insert(payload_bytes_.end(), low_parts_.begin(), low_parts_.end());
      payload_bytes_.insert(payload_bytes_.end(), coded.begin(), coded.end());
    }
  }
  // A signal that tables or map do not suit is sent raw, so a packet is never larger than its
  // samples.
  if (!fits || payload_bytes_.size() > limit) {
    h.type = PacketType::kRaw;
    h.exceptions = false;
    payload_bytes_.assign(bytes, bytes + sample_bytes(type) * count);
    to_byte_order(type, false, payload_bytes_.data(), payload_bytes_.size());
    payload_bytes_.resize(limit);
  }
  finish(h, frames, packets);
}

bool Encoder::rounds_here() const { return step_ > 1 && header_.profile == Profile::kCascade; }

void Encoder::map(const std::int16_t* values, std::size_t frames) {
  codes_.resize(frames * header_.channels);
  if (!mapper_->to_codes(values, frames, codes_.data())) {
    find_exceptions(values, codes_, frames, mapped_);
  }
  if (rounds_here()) round_codes(codes_, Rounder(header_.code_width, step_));
}

void Encoder::map(const std::int32_t* values, std::size_t frames) {
  wide_codes_.resize(frames * header_.channels);
  if (!mapper_->to_codes(values, frames, wide_codes_.data())) {
    find_exceptions(values, wide_codes_, frames, wide_mapped_);
  }
  if (header_.low_bits != 0) {
    take_low_parts(wide_codes_.data(), wide_codes_.size(), header_.low_bits, low_parts_);
  }
  if (rounds_here()) round_codes(wide_codes_, Rounder(header_.code_width, step_));
  if (!wide_codes()) codes_.assign(wide_codes_.begin(), wide_codes_.end());
}

template <typename Value, typename C>
void Encoder::find_exceptions(const Value* values, const std::vector<C>& codes, std::size_t frames,
                              std::vector<Value>& mapped) {
  mapped.resize(codes.size());
  mapper_->to_values(codes.data(), frames, mapped.data());
  // Few channels have any, and a row after the other is how they lie in memory.
  off_map_bits_.assign(header_.channels, 0);
  for (std::size_t i = 0; i < codes.size(); i += header_.channels) {
    for (std::size_t c = 0; c < header_.channels; ++c) {
      off_map_bits_[c] |= mapped[i + c] ^ values[i + c];
    }
  }
  // Channel by channel, as a channel off the map is often so for many frames.
  for (std::size_t c = 0; c < header_.channels; ++c) {
    if (off_map_bits_[c] == 0 || (!classes_.empty() && !sends_codes(classes_[c]))) continue;
    for (std::size_t frame = 0; frame < frames; ++frame) {
      const std::size_t i = frame * header_.channels + c;
      if (mapped[i] == values[i]) continue;
      ++off_map_;
      exceptions_->add(static_cast<std::uint32_t>(c * frames + frame), values[i]);
    }
  }
}

void Encoder::set_lossy_step(int step) {
  if (lossy_index(step) < 0) {
    throw Error("a lossy step of " + std::to_string(step) +
                " codes is not possible; give 2, 3, 4, 6, 8, 12 and so on up to 4096");
  }
  if (step > 1 && !header_.rounding) {
    throw Error("this stream's header does not allow a lossy step; set StreamHeader::rounding");
  }
  step_ = step;
  payload_->set_step(step);
}

void Encoder::set_channel_classes(const std::vector<ChannelClass>& classes) {
  if (!header_.classes) {
    throw Error("this stream's header does not allow channel classes; set StreamHeader::classes");
  }
  if (classes.size() != header_.channels) {
    throw Error(std::to_string(classes.size()) + " channel classes for " +
                std::to_string(header_.channels) + " channels; give one for each");
  }
  payload_->set_classes(classes);
  if (events_) events_->set_classes(classes);
  classes_ = classes;
  key_due_ = true;
}

void Encoder::set_lanes(int lanes) {
  if (!possible_lanes(lanes)) {
    throw Error(std::to_string(lanes) + " lanes are not possible; give 1, 2, 4 or 8");
  }
  const int most = max_lanes(header_.profile, header_.channels);
  if (lanes > most) {
    throw Error(std::to_string(lanes) + " lanes are too many for " +
                std::to_string(header_.channels) + " channels of the " +
                profile_name(header_.profile) + " profile; give at most " + std::to_string(most));
  }
  payload_->set_lanes(lanes);
}

void Encoder::set_events(const EventSettings& settings) {
  if (!header_.events) {
    throw Error("this stream's header does not allow events; set StreamHeader::events");
  }
  if (header_.profile != Profile::kHuffman || header_.narrow) {
    throw Error("only the huffman profile with the full state finds events");
  }
  events_ = std::make_unique<EventSource>(header_, tables_.huffman(), settings);
  events_only_ = settings.only;
  if (!classes_.empty()) events_->set_classes(classes_);
}

std::vector<std::uint8_t> Encoder::event_packet(std::uint64_t first_frame,
                                                const std::vector<Event>& events) {
  PacketHeader h = {PacketType::kEvents};
  h.first_frame = static_cast<std::uint32_t>(first_frame);
  return packetizer_->wrap(h, event_payload({header_.channels, header_.code_width}, events.data(),
                                            events.size(), first_frame));
}

std::uint64_t Encoder::event_bytes() const { return events_ ? events_->bytes() : 0; }

void Encoder::skip(std::size_t frames) {
  if (events_) events_->skip(frames);
  next_frame_ += static_cast<std::uint32_t>(frames);
  key_due_ = true;
  skipped_ = true;
}

}  // namespace nrc
