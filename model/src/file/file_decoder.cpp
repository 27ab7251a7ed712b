// SPDX-License-Identifier: Apache-2.0
#include "nrc/file_decoder.hpp"

#include <fmt/format.h>

#include <utility>

#include "file/container.hpp"
#include "file/wav.hpp"
#include "format/bytes.hpp"
#include "nrc/error.hpp"

namespace nrc {

FileDecoder::FileDecoder(ByteSink sink, Decoder::TableSource tables)
    : sink_(std::move(sink)), decoder_(std::move(tables)) {}

void FileDecoder::fail(const std::string& what) const {
  throw Error(
      fmt::format("{} at byte {} of the stream; get it from its source again", what, position_));
}

void FileDecoder::add(const std::uint8_t* data, std::size_t size) {
  // Packets are parsed where they lie; only what is left of an incomplete one is copied.
  const bool buffered = !buffer_.empty();
  if (buffered) {
    buffer_.insert(buffer_.end(), data, data + size);
    data = buffer_.data();
    size = buffer_.size();
  }
  std::size_t used = 0;
  while (used < size) {
    if (decoder_.finished()) {
      fail("bytes follow the end");
    }
    const ParsedPacket packet = parse_packet(data + used, size - used);
    if (packet.status == ParseStatus::kIncomplete) {
      break;
    }
    if (packet.status != ParseStatus::kPacket && !decoder_.header()) {
      throw Error(
          packet.status == ParseStatus::kBadSync
              ? "not an nrc stream; give a file that `nrc encode` wrote"
              : "the stream's first packet is damaged; get the stream from its source again, or "
                "try `nrc decode --recover`");
    }
    switch (packet.status) {
      case ParseStatus::kPacket:
      case ParseStatus::kIncomplete:
        break;
      case ParseStatus::kBadSync:
        fail("no packet begins");
      case ParseStatus::kBadHeader:
        fail("a packet with a damaged header");
      case ParseStatus::kBadCrc:
        fail("a damaged packet (wrong CRC)");
    }
    take(packet);
    used += packet.size;
    position_ += packet.size;
  }
  if (buffered) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used));
  } else {
    buffer_.assign(data + used, data + size);
  }
}

void FileDecoder::take(const ParsedPacket& packet) {
  samples_.clear();
  decoder_.decode(packet, samples_);
  if (!begun_) {
    begin(*decoder_.header());
  }
  if (packet.header.type == PacketType::kContainer) {
    take_container(packet);
  } else if (packet.header.type != PacketType::kStreamHeader) {
    data_begun_ = true;
  }
  if (decoder_.frames() > decoder_.header()->total_frames) {
    fail("more frames than the stream's header says");
  }
  if (samples_.empty()) {
    return;
  }
  bytes_.resize(2 * samples_.size());
  put_samples(bytes_.data(), samples_.data(), samples_.size());
  sink_(bytes_.data(), bytes_.size());
}

void FileDecoder::begin(const StreamHeader& header) {
  begun_ = true;
  if (header.container != 1) {
    return;
  }
  if (header.total_frames == kUnknownFrames || header.rate_millihertz % 1000 != 0) {
    fail("a header that does not give the WAV file's length or rate");
  }
  const std::vector<std::uint8_t> bytes =
      canonical_header(header.channels, header.rate_millihertz / 1000, header.total_frames);
  sink_(bytes.data(), bytes.size());
}

void FileDecoder::take_container(const ParsedPacket& packet) {
  if (decoder_.header()->container != 2 || data_begun_) {
    fail("a container packet out of place");
  }
  const std::uint8_t* const payload = packet.payload;
  const std::size_t size = packet.header.length;
  if (parse_container(payload, size).after_samples) {
    after_.emplace_back(payload, payload + size);
  } else {
    write_piece(payload, size, sink_);
  }
}

void FileDecoder::finish() {
  if (!buffer_.empty() || !decoder_.finished()) {
    throw Error(fmt::format(
        "the stream was cut after {} bytes{}; get it from its source again",
        position_ + buffer_.size(),
        decoder_.header() ? fmt::format(" and {} frames", decoder_.frames()) : std::string()));
  }
  const std::uint64_t total = decoder_.header()->total_frames;
  if (total != kUnknownFrames && total != decoder_.frames()) {
    fail(fmt::format("only {} frames instead of {}", decoder_.frames(), total));
  }
  for (const std::vector<std::uint8_t>& payload : after_) {
    write_piece(payload.data(), payload.size(), sink_);
  }
  after_.clear();
}

}  // namespace nrc
