// SPDX-License-Identifier: Apache-2.0
//
// `decode IN OUT`, small: the other half of the interface of Neuralink's compression challenge.
// Reads what the small `encode` writes, no other stream.
#include <cstring>

#include "challenge_tables.hpp"
#include "coder.hpp"
#include "format/bytes.hpp"
#include "nrc/error.hpp"
#include "stages/range.hpp"
#include "stages/shift6.hpp"

namespace nrc::challenge {
namespace {

void require(bool ok) {
  if (!ok) throw Error("not an intact stream of the same version's encode");
}

/// The packets of a stream, one after the other.
class Packets {
 public:
  explicit Packets(const Bytes& stream) : at_(stream.data()), left_(stream.size()) {}

  /// Moves to the next packet. @throws Error if it is damaged
  void next() {
    at_ += size_;
    left_ -= size_;
    require(left_ >= kPacketHeaderBytes + kPacketCrcBytes);
    const std::size_t checked = kPacketHeaderBytes + length();
    require(left_ - kPacketCrcBytes >= checked);
    require(get_little_endian<std::uint16_t>(at_) == kSync &&
            crc(at_, checked) == get_little_endian<std::uint32_t>(at_ + checked));
    size_ = checked + kPacketCrcBytes;
  }

  PacketType type() const { return static_cast<PacketType>(at_[2] & 0xF); }
  bool key() const { return (at_[2] & kFlagKey) != 0; }
  bool last() const { return (at_[2] & kFlagLast) != 0; }
  std::size_t frames() const {
    return static_cast<std::size_t>(get_little_endian<std::uint64_t>(at_ + 12) & 0xFFFFFF);
  }
  std::size_t length() const {
    return 4 *
           static_cast<std::size_t>(get_little_endian<std::uint64_t>(at_ + 12) >> 24 & 0xFFFFFF);
  }
  const std::uint8_t* payload() const { return at_ + kPacketHeaderBytes; }

 private:
  const std::uint8_t* at_;
  std::size_t left_;
  std::size_t size_ = 0;
};

void put_wav_header(std::uint32_t channels, std::uint32_t rate, std::uint32_t frames, Bytes& out) {
  const auto text = [&out](const char* four) { out.insert(out.end(), four, four + 4); };
  const std::uint32_t frame_bytes = 2 * channels;
  text("RIFF");
  append_little_endian(out, frames * frame_bytes + 36);
  text("WAVE");
  text("fmt ");
  append_little_endian(out, std::uint32_t{16});
  append_little_endian(out, std::uint16_t{1});
  append_little_endian(out, static_cast<std::uint16_t>(channels));
  append_little_endian(out, rate);
  append_little_endian(out, rate * frame_bytes);
  append_little_endian(out, static_cast<std::uint16_t>(frame_bytes));
  append_little_endian(out, std::uint16_t{16});
  text("data");
  append_little_endian(out, frames * frame_bytes);
}

void put_coded(Model& model, const Packets& packet, Bytes& out) {
  if (packet.frames() == 0) return;
  RangeDecoder coder(packet.payload(), packet.length(), kWidth);
  for (std::size_t i = 0; i < packet.frames() * model.channels(); ++i) {
    const std::size_t channel = i % model.channels();
    const bool reset = packet.key() && i < model.channels();
    const Model::Expectation expected = model.expect(channel, reset);
    const std::int32_t prediction = expected.prediction.value;
    Code code = 0;
    if (reset) {
      code = coder.consume_verbatim();
    } else if (const std::uint32_t target = coder.target(); target < kEscapeFrequency) {
      code = coder.consume_escape();
    } else {
      code = model.intervals().find(target, prediction, expected.index);
      coder.consume(model.intervals().of(code, prediction, expected.index));
    }
    const std::int16_t sample = Shift6::sample(code);
    append_little_endian(out, sample);
    model.update(channel, expected, code, reset);
  }
  require(!coder.overrun());
}

Bytes decode(const Bytes& stream) {
  Packets packet(stream);
  packet.next();
  const std::uint8_t* const h = packet.payload();
  constexpr auto kMappingAndWidth =
      static_cast<std::uint16_t>(static_cast<int>(Mapping::kShift6) | kWidth << 8);
  require(packet.type() == PacketType::kStreamHeader && packet.length() == kStreamHeaderBytes &&
          h[0] == kVersion && (h[1] & 0xF) == static_cast<int>(Profile::kRange) &&
          get_little_endian<std::uint16_t>(h + 2) == kMappingAndWidth &&
          get_little_endian<std::uint32_t>(h + 12) == kTableId);
  const std::uint32_t channels = get_little_endian<std::uint16_t>(h + 4) + 1U;
  Bytes out;
  if (h[1] >> 4 == 1) {
    put_wav_header(channels, get_little_endian<std::uint32_t>(h + 8) / 1000,
                   get_little_endian<std::uint32_t>(h + 16), out);
  }
  Model model(channels);
  while (!packet.last()) {
    packet.next();
    const std::uint8_t* const payload = packet.payload();
    if (packet.type() == PacketType::kContainer) {
      require(packet.length() >= kPieceHeaderBytes);
      const auto count = get_little_endian<std::uint32_t>(payload + 8);
      require(payload[1] == 0 && count <= packet.length() - kPieceHeaderBytes);
      out.insert(out.end(), payload + kPieceHeaderBytes, payload + kPieceHeaderBytes + count);
    } else if (packet.type() == PacketType::kRaw) {
      const std::size_t count = 2 * packet.frames() * channels;
      require(count <= packet.length());
      out.insert(out.end(), payload, payload + count);
    } else {
      put_coded(model, packet, out);
    }
  }
  return out;
}

}  // namespace
}  // namespace nrc::challenge

int main(int argc, char** argv) { return nrc::challenge::run(argc, argv, nrc::challenge::decode); }
