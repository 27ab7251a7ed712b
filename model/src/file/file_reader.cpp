// SPDX-License-Identifier: Apache-2.0
#include "nrc/file_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "file/container.hpp"
#include "file/stream_index.hpp"
#include "format/bytes.hpp"
#include "format/event_payload.hpp"
#include "format/metadata.hpp"
#include "nrc/error.hpp"

namespace nrc {

namespace {

/// Bytes at the end of an index packet that say where it begins: its length, and the CRC.
constexpr std::size_t kTailBytes = 4 + kPacketCrcBytes;

[[noreturn]] void fail(const std::string& what, std::uint64_t offset) {
  throw Error(
      fmt::format("{} at byte {} of the stream; get it from its source again", what, offset));
}

}  // namespace

FileReader::FileReader(std::uint64_t size, Read read, PacketDecoder::TableSource tables)
    : size_(size),
      read_(std::move(read)),
      decoder_(std::move(tables)),
      index_(std::make_unique<StreamIndex>()) {
  std::uint8_t sync[2] = {};
  if (size_ >= sizeof sync) read_(0, sync, sizeof sync);
  if (get_little_endian<std::uint16_t>(sync) != kSync) {
    throw Error("not an nrc stream; give a file that `nrc encode` wrote");
  }
  const ParsedPacket first = packet_at(0);
  if (!decoder_.plausible(first.header)) fail("no stream header", 0);
  decoder_.open(first);
  begin_ = first.size;
  indexed_ = find_index();
  closed_ = indexed_;
  if (!indexed_) scan();
  wav_ = header().container == 1;
  const std::uint64_t after_metadata = begin_ + read_metadata();
  if (header().container == 2 && frames() != 0) {
    // The bytes before the samples come first; raw samples have none.
    const ParsedPacket piece = packet_at(after_metadata);
    wav_ = piece.header.type == PacketType::kContainer &&
           !parse_container(piece.payload, piece.header.length).after_samples;
  }
}

FileReader::~FileReader() = default;
FileReader::FileReader(FileReader&&) noexcept = default;
FileReader& FileReader::operator=(FileReader&&) noexcept = default;

std::uint64_t FileReader::frames() const { return index_->frames; }
bool FileReader::closed() const {
  return closed_ && (header().total_frames == kUnknownFrames || header().total_frames == frames());
}
std::size_t FileReader::key_packets() const { return index_->keys.size(); }
std::uint64_t FileReader::key_frame(std::size_t number) const {
  return index_->keys[number].first_frame;
}

/// The packet in bytes_. @throws Error
ParsedPacket FileReader::packet_at(std::uint64_t offset) {
  bytes_.clear();
  const std::size_t least = kPacketHeaderBytes + kPacketCrcBytes;
  if (size_ < least || offset > size_ - least) fail("the stream ends inside a packet", offset);
  bytes_.resize(least);
  read_(offset, bytes_.data(), least);
  ParsedPacket packet = parse_packet(bytes_.data(), least);
  if (packet.status == ParseStatus::kIncomplete) {
    if (packet.size > size_ - offset) fail("the stream ends inside a packet", offset);
    bytes_.resize(packet.size);
    read_(offset + least, bytes_.data() + least, packet.size - least);
    packet = parse_packet(bytes_.data(), bytes_.size());
  }
  if (packet.status != ParseStatus::kPacket) fail("a damaged packet", offset);
  return packet;
}

/// @return bytes of the metadata packet; 0: there is none
std::size_t FileReader::read_metadata() {
  std::uint8_t fields[kPacketHeaderBytes];
  if (size_ - begin_ < kPacketHeaderBytes) return 0;
  // Not the whole packet: most streams have none, and begin with a large one.
  read_(begin_, fields, kPacketHeaderBytes);
  const ParsedPacket next = parse_packet(fields, kPacketHeaderBytes);
  if (next.status != ParseStatus::kIncomplete || next.header.type != PacketType::kMetadata) {
    return 0;
  }
  const ParsedPacket packet = packet_at(begin_);
  metadata_ = parse_metadata(packet.payload, packet.header.length);
  return packet.size;
}

bool FileReader::of_stream(const PacketHeader& h) const {
  return h.stream == static_cast<std::uint16_t>(header().stream_number) && decoder_.plausible(h);
}

bool FileReader::find_index() {
  std::uint8_t tail[kTailBytes];
  const std::uint64_t around = kPacketHeaderBytes + kPacketCrcBytes;
  if (size_ < begin_ + around + kTailBytes) return false;
  read_(size_ - kTailBytes, tail, kTailBytes);
  const auto length = get_little_endian<std::uint32_t>(tail);
  if (length > kMaxIndexBytes || length + around > size_ - begin_) return false;
  const std::uint64_t offset = size_ - length - around;
  try {
    const ParsedPacket packet = packet_at(offset);
    if (packet.header.type != PacketType::kIndex || packet.size != size_ - offset ||
        !of_stream(packet.header)) {
      return false;
    }
    *index_ = parse_index(packet.payload, packet.header.length);
  } catch (const Error&) {
    return false;
  }
  // Another stream's, if streams follow each other in the file.
  return index_->bytes == offset;
}

void FileReader::scan() {
  *index_ = {};
  std::uint64_t at = begin_;
  std::optional<std::uint32_t> due;
  bool last = false;
  while (!last && size_ - at >= kPacketHeaderBytes + kPacketCrcBytes) {
    std::uint8_t fields[kPacketHeaderBytes];
    read_(at, fields, kPacketHeaderBytes);
    const ParsedPacket packet = parse_packet(fields, kPacketHeaderBytes);
    const PacketHeader& h = packet.header;
    if (packet.status != ParseStatus::kIncomplete || packet.size > size_ - at || !of_stream(h) ||
        (due && h.sequence != *due)) {
      break;
    }
    if (is_data(h.type)) {
      if (h.first_frame != static_cast<std::uint32_t>(index_->frames)) break;
      if (h.key && h.frames != 0) index_->keys.push_back({at, index_->frames});
      index_->frames += h.frames;
    }
    due = h.sequence + 1;
    last = h.last;
    at += packet.size;
  }
  index_->bytes = at;
  closed_ = last;
}

/// Whether the key packet with this first frame is at this byte.
bool FileReader::begins_at(std::uint64_t offset, std::uint64_t frame) {
  try {
    const PacketHeader h = packet_at(offset).header;
    return of_stream(h) && is_data(h.type) && h.key && h.frames != 0 &&
           h.first_frame == static_cast<std::uint32_t>(frame);
  } catch (const Error&) {
    return false;
  }
}

PacketSurvey FileReader::survey() {
  PacketSurvey survey;
  std::uint64_t frames = 0;  // counted on beyond 32 bits, by samples or events
  for (std::uint64_t at = begin_; at < index_->bytes;) {
    std::uint8_t fields[kPacketHeaderBytes];
    if (index_->bytes - at < kPacketHeaderBytes) fail("the stream ends inside a packet", at);
    read_(at, fields, kPacketHeaderBytes);
    ParsedPacket packet = parse_packet(fields, kPacketHeaderBytes);
    const PacketHeader& h = packet.header;
    if (packet.status != ParseStatus::kIncomplete || !of_stream(h)) fail("a damaged packet", at);
    if (is_data(h.type) && h.frames != 0) {
      ++survey.packets;
      survey.lossless += h.step == 0 ? 1 : 0;
      survey.largest_step = std::max(survey.largest_step, nrc::lossy_step(h.step));
      frames += h.frames;
    } else if (h.type == PacketType::kEvents) {
      packet = packet_at(at);
      const auto back =
          static_cast<std::int32_t>(h.first_frame - static_cast<std::uint32_t>(frames));
      const std::uint64_t first = frames + static_cast<std::uint64_t>(std::int64_t{back});
      parse_events({header().channels, header().code_width}, packet.payload, h.length, first,
                   survey.events);
      frames = std::max(frames, first);
    }
    at += packet.size;
  }
  return survey;
}

void FileReader::read(std::uint64_t first, std::uint64_t count,
                      const std::vector<std::uint32_t>& channels, const Samples& samples) {
  for (const std::uint32_t channel : channels) {
    if (channel >= header().channels) {
      throw Error(
          fmt::format("channel {} is wanted, but the stream has {}", channel, header().channels));
    }
  }
  if (channels.empty() || !decoder_.choose(channels)) decoder_.choose({});
  std::uint64_t done = 0;
  if (channels.empty() || decoder_.chosen()) {
    done = read_chosen(first, count, samples);
    if (done == count) return;
    decoder_.choose({});
  }
  read_chosen(first + done, count - done, [&](SampleView given, std::size_t frames) {
    const std::size_t step = sample_bytes(given.type());
    const std::uint8_t* frame = given.bytes();
    chosen_samples_.resize(frames * channels.size() * step);
    std::uint8_t* to = chosen_samples_.data();
    for (std::size_t f = 0; f < frames; ++f, frame += header().channels * step) {
      for (const std::uint32_t channel : channels) {
        to = std::copy_n(frame + channel * step, step, to);
      }
    }
    samples({given.type(), chosen_samples_.data()}, frames);
  });
}

/// Gives frames of the channels that the decoder gives.
/// @return how many: fewer than `count` if a packet has all channels only
std::uint64_t FileReader::read_chosen(std::uint64_t first, std::uint64_t count,
                                      const Samples& samples) {
  if (count == 0) return 0;
  const auto key_before = [&] {
    if (first >= frames() || count > frames() - first) {
      throw Error(fmt::format("frames {} to {} are wanted, but the stream has only {}", first,
                              first + (count - 1), frames()));
    }
    const auto after = std::upper_bound(
        index_->keys.begin(), index_->keys.end(), first,
        [](std::uint64_t frame, const KeyPacket& key) { return frame < key.first_frame; });
    if (after == index_->keys.begin()) fail("no key packet", begin_);
    return *(after - 1);
  };
  KeyPacket key = key_before();
  if (indexed_ && !begins_at(key.offset, key.first_frame)) {
    // An index that is wrong is as good as none.
    indexed_ = false;
    scan();
    key = key_before();
  }
  decoder_.lose_state();
  std::uint64_t at = key.offset;
  std::uint64_t frame = key.first_frame;
  std::optional<std::uint32_t> due;
  const std::uint64_t end = first + count;
  while (frame < end) {
    const ParsedPacket packet = packet_at(at);
    const PacketHeader& h = packet.header;
    if (!of_stream(h) || (due && h.sequence != *due)) fail("packets are missing", at);
    if (is_data(h.type)) {
      if (h.first_frame != static_cast<std::uint32_t>(frame)) fail("frames are missing", at);
      if (!decoder_.gives_chosen(h)) return std::max(frame, first) - first;
      samples_.clear();
      decoder_.decode(packet, samples_);
      const std::uint64_t from = std::max(first, frame);
      const std::uint64_t to = std::min(end, frame + h.frames);
      if (from < to) {
        const SampleType type = header().sample_type;
        const std::size_t frame_bytes = samples_.size() / h.frames;
        samples({type, samples_.data() + (from - frame) * frame_bytes},
                static_cast<std::size_t>(to - from));
      }
      frame += h.frames;
    }
    if (h.last && frame < end) fail("the stream ends too soon", at);
    due = h.sequence + 1;
    at += packet.size;
  }
  return count;
}

}  // namespace nrc
