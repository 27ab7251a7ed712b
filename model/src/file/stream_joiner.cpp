// SPDX-License-Identifier: Apache-2.0
#include "nrc/stream_joiner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "file/stream_index.hpp"
#include "file/wav.hpp"
#include "format/bytes.hpp"
#include "format/crc.hpp"
#include "format/metadata.hpp"
#include "format/samples.hpp"
#include "nrc/error.hpp"
#include "nrc/file_encoder.hpp"
#include "stages/packetizer.hpp"

namespace nrc {
namespace {

/// Frames that are decoded at a time where a source is coded again.
constexpr std::uint64_t kBlockSamples = std::uint64_t{1} << 20;

/// A header without what differs between streams that are coded alike.
std::vector<std::uint8_t> coding_of(StreamHeader header) {
  header.total_frames = kUnknownFrames;
  header.packet_frames = 0;
  header.stream_number = 0;
  header.container = 0;
  return serialise(header);
}

class Joiner {
 public:
  Joiner(const StreamHeader& header, const ByteSink& sink)
      : number_(static_cast<std::uint16_t>(header.stream_number)),
        packetizer_(header.stream_number),
        sink_(sink) {
    send(packetizer_.wrap({PacketType::kStreamHeader}, serialise(header)));
  }

  void metadata(const std::string& text) {
    send(packetizer_.wrap({PacketType::kMetadata}, metadata_payload(text)));
  }

  /// A packet of a source. Only those with frames have a place in the new stream.
  void take(const ParsedPacket& packet) {
    if (!is_data(packet.header.type) || packet.header.frames == 0) return;
    if (packet.header.key) index_.keys.push_back({bytes_, frames_});
    PacketHeader header = packet.header;
    header.last = false;
    header.first_frame = static_cast<std::uint32_t>(frames_);
    header.stream = number_;
    payload_.assign(packet.payload, packet.payload + packet.header.length);
    send(packetizer_.wrap(header, payload_));
    frames_ += header.frames;
  }

  void finish() {
    if (index_.keys.size() > 1) {
      index_.bytes = bytes_;
      index_.frames = frames_;
      PacketHeader header = {PacketType::kIndex, false, true};
      header.first_frame = static_cast<std::uint32_t>(frames_);
      send(packetizer_.wrap(header, index_payload(index_)));
      return;
    }
    // A single key packet needs no index, but a stream needs an end.
    PacketHeader header = {PacketType::kRaw, false, true};
    header.first_frame = static_cast<std::uint32_t>(frames_);
    send(packetizer_.wrap(header, {}));
  }

  std::uint64_t frames() const { return frames_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void send(const std::vector<std::uint8_t>& packet) {
    sink_(packet.data(), packet.size());
    bytes_ += packet.size();
  }

  std::uint16_t number_;
  Packetizer packetizer_;
  const ByteSink& sink_;
  StreamIndex index_;
  std::uint64_t frames_ = 0;
  std::uint64_t bytes_ = 0;
  std::vector<std::uint8_t> payload_;
};

/// Hands on all packets of a source. @throws Error if one is damaged or the end is missing
template <class Take>
void for_each_packet(const JoinSource& source, const Take& take) {
  const auto fail = [](std::uint64_t at) {
    throw Error(
        fmt::format("a damaged packet at byte {} of the stream; get it from its source "
                    "again",
                    at));
  };
  std::vector<std::uint8_t> bytes;
  std::optional<std::uint32_t> due;
  bool last = false;
  for (std::uint64_t at = 0; !last;) {
    constexpr std::size_t kLeast = kPacketHeaderBytes + kPacketCrcBytes;
    if (source.size - at < kLeast) throw Error("the stream was cut; get it from its source again");
    bytes.resize(kLeast);
    source.read(at, bytes.data(), kLeast);
    ParsedPacket packet = parse_packet(bytes.data(), kLeast);
    if (packet.status == ParseStatus::kIncomplete) {
      if (packet.size > source.size - at) fail(at);
      bytes.resize(packet.size);
      source.read(at + kLeast, bytes.data() + kLeast, packet.size - kLeast);
      packet = parse_packet(bytes.data(), bytes.size());
    }
    if (packet.status != ParseStatus::kPacket || (due && packet.header.sequence != *due)) fail(at);
    take(packet);
    due = packet.header.sequence + 1;
    last = packet.header.last;
    at += packet.size;
  }
}

/// Codes a source as the stream of this header is.
void recode(FileReader& reader, const StreamHeader& like, const Tables& tables, Joiner& joiner) {
  const ByteSink take = [&joiner](const std::uint8_t* data, std::size_t size) {
    for (std::size_t used = 0; used < size;) {
      const ParsedPacket packet = parse_packet(data + used, size - used);
      joiner.take(packet);
      used += packet.size;
    }
  };
  RawEncoder encoder(like.channels, like.rate_millihertz, options_like(like, tables), take);
  std::vector<std::uint8_t> bytes;
  const std::uint64_t block = std::max<std::uint64_t>(kBlockSamples / like.channels, 1);
  for (std::uint64_t first = 0; first < reader.frames(); first += block) {
    const std::uint64_t count = std::min(block, reader.frames() - first);
    reader.read(first, count, [&](SampleView samples, std::size_t frames) {
      const std::size_t size = frames * like.channels * sample_bytes(like.sample_type);
      bytes.assign(samples.bytes(), samples.bytes() + size);
      to_byte_order(like.sample_type, like.big_endian, bytes.data(), size);
      encoder.add(bytes.data(), bytes.size());
    });
  }
  if (reader.lossy_step() > 1) {
    throw Error("a lossy stream that is coded otherwise than the first; join those that are alike");
  }
  encoder.finish();
}

}  // namespace

JoinSummary join_streams(const std::vector<JoinSource>& sources, const ByteSink& sink,
                         const std::string* metadata, const PacketDecoder::TableSource& tables) {
  if (sources.empty()) throw Error("no streams to join; give one or more");
  JoinSummary summary;
  StreamHeader header;
  std::string text;
  std::vector<std::uint8_t> coding;
  std::uint64_t frames = 0;
  bool wav = true;
  std::vector<std::uint8_t> numbers;
  std::vector<bool> alike;
  for (const JoinSource& source : sources) {
    try {
      const FileReader reader(source.size, source.read, tables);
      const StreamHeader& h = reader.header();
      if (alike.empty()) {
        header = h;
        text = reader.metadata();
        coding = coding_of(h);
      } else if (h.channels != header.channels || h.rate_millihertz != header.rate_millihertz) {
        throw Error(fmt::format(
            "{} channels of {} Hz, where the first stream has {} of {}; join recordings of one rig",
            h.channels, h.rate_millihertz / 1000.0, header.channels,
            header.rate_millihertz / 1000.0));
      } else if (h.sample_type != header.sample_type) {
        throw Error(fmt::format("{} samples, where the first stream has {}; join those of one type",
                                sample_type_name(h.sample_type),
                                sample_type_name(header.sample_type)));
      } else if (frames % std::max<std::uint64_t>(header.packet_frames, 1) != 0 ||
                 h.packet_frames != header.packet_frames) {
        // Packets before the last one are shorter.
        header.packet_frames = 0;
      }
      alike.push_back(coding_of(h) == coding);
      wav = wav && reader.wav();
      frames += reader.frames();
      append_little_endian(numbers, h.stream_number);
    } catch (const Error& e) {
      throw Error(fmt::format("{}: {}", source.name, e.what()));
    }
  }
  header.total_frames = frames;
  header.container = 0;
  header.stream_number = crc32(numbers);
  if (wav && header.rate_millihertz % 1000 == 0) {
    try {
      canonical_header(header.channels, header.rate_millihertz / 1000, frames, header.sample_type);
      header.container = 1;
    } catch (const Error&) {
      header.container = 0;
    }
  }
  Joiner joiner(header, sink);
  if (metadata != nullptr) text = *metadata;
  if (!text.empty()) joiner.metadata(text);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    try {
      if (alike[i]) {
        for_each_packet(sources[i], [&](const ParsedPacket& packet) { joiner.take(packet); });
        continue;
      }
      FileReader reader(sources[i].size, sources[i].read, tables);
      const Tables* const own = tables(header.profile, header.table_id);
      if (own == nullptr) throw Error("the first stream's tables are not available");
      recode(reader, header, *own, joiner);
      ++summary.recoded;
    } catch (const Error& e) {
      throw Error(fmt::format("{}: {}", sources[i].name, e.what()));
    }
  }
  if (joiner.frames() != frames) {
    throw Error(
        fmt::format("{} frames where {} were announced; get the streams from their sources "
                    "again",
                    joiner.frames(), frames));
  }
  joiner.finish();
  summary.frames = joiner.frames();
  summary.bytes = joiner.bytes();
  return summary;
}

}  // namespace nrc
