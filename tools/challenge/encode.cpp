// SPDX-License-Identifier: Apache-2.0
//
// `encode IN OUT`, small: one half of the interface of Neuralink's compression challenge, whose
// score counts the program's own bytes. Writes an nrc stream of the range profile; a file that is
// not a WAV file with the canonical header is stored.
#include <algorithm>
#include <cstring>

#include "challenge_tables.hpp"
#include "coder.hpp"
#include "format/bytes.hpp"
#include "nrc/error.hpp"
#include "stages/range.hpp"
#include "stages/shift6.hpp"

namespace nrc::challenge {
namespace {

constexpr std::uint32_t kPacketSamples = 131072;

/// Appends packets to a stream.
class Packets {
 public:
  explicit Packets(Bytes& out) : out_(out) {}

  void add(int type_and_flags, std::size_t frames, const Bytes& payload) {
    const std::size_t begin = out_.size();
    append_little_endian(out_, kSync);
    out_.push_back(static_cast<std::uint8_t>(type_and_flags));
    out_.push_back(0);  // lossless
    append_little_endian(out_, sequence_++);
    append_little_endian(out_, first_frame_);
    // The stream number is 0.
    append_little_endian(out_, std::uint64_t{frames} | std::uint64_t{payload.size() / 4} << 24);
    out_.insert(out_.end(), payload.begin(), payload.end());
    append_little_endian(out_, crc(out_.data() + begin, out_.size() - begin));
    first_frame_ += static_cast<std::uint32_t>(frames);
  }

  void add_header(std::uint32_t channels, std::uint32_t packet_frames, std::uint32_t rate,
                  std::size_t frames, int container) {
    Bytes payload = {kVersion,
                     static_cast<std::uint8_t>(static_cast<int>(Profile::kRange) | container << 4),
                     static_cast<std::uint8_t>(Mapping::kShift6), kWidth};
    append_little_endian(payload, static_cast<std::uint16_t>(channels - 1));
    append_little_endian(payload, static_cast<std::uint16_t>(
                                      packet_frames > kMaxStatedPacketFrames ? 0 : packet_frames));
    append_little_endian(payload, rate * 1000);
    append_little_endian(payload, kTableId);
    append_little_endian(payload, static_cast<std::uint32_t>(frames));
    append_little_endian(payload, std::uint64_t{0});  // stream number and predictor
    add(static_cast<int>(PacketType::kStreamHeader), 0, payload);
  }

 private:
  Bytes& out_;
  std::uint32_t sequence_ = 0;
  std::uint32_t first_frame_ = 0;
};

/// Payload of the samples at `data`, or an empty one if one of them is off the grid.
Bytes coded(Model& model, const std::uint8_t* data, std::size_t frames, bool key) {
  RangeEncoder coder(kWidth);
  CarryPacker packer;
  for (std::size_t i = 0; i < frames * model.channels(); ++i) {
    const std::int16_t sample = get_sample(data + 2 * i);
    if (!Shift6::on_grid(sample)) return {};
    const Code code = Shift6::code(sample);
    const std::size_t channel = i % model.channels();
    const bool reset = key && i < model.channels();
    const Model::Expectation expected = model.expect(channel, reset);
    const std::int32_t prediction = expected.prediction.value;
    packer.put(reset ? coder.verbatim(code)
                     : coder.encode(model.intervals().of(code, prediction, expected.index), code));
    model.update(channel, expected, code, reset);
  }
  packer.put(coder.finish());
  return packer.take();
}

/// True if the file is the header of container 1 (docs/bitstream.md, section 9) and whole frames.
bool canonical(const Bytes& file) {
  constexpr std::uint8_t kFormat[] = {'W', 'A', 'V', 'E', 'f', 'm', 't', ' ', 16, 0, 0, 0, 1, 0};
  if (file.size() <= kWavHeaderBytes || file.size() > 0xFFFFFFFF) return false;
  const std::uint8_t* const h = file.data();
  const std::size_t data = file.size() - kWavHeaderBytes;
  const std::uint32_t frame_bytes = 2U * get_little_endian<std::uint16_t>(h + 22);
  const auto rate = get_little_endian<std::uint32_t>(h + 24);
  return std::memcmp(h, "RIFF", 4) == 0 && std::memcmp(h + 8, kFormat, sizeof kFormat) == 0 &&
         std::memcmp(h + 36, "data", 4) == 0 && get_little_endian<std::uint32_t>(h + 40) == data &&
         get_little_endian<std::uint32_t>(h + 4) == data + 36 && frame_bytes != 0 &&
         data % frame_bytes == 0 && rate <= 0xFFFFFFFFU / 1000 &&
         get_little_endian<std::uint32_t>(h + 28) == std::uint64_t{rate} * frame_bytes &&
         get_little_endian<std::uint16_t>(h + 32) == frame_bytes &&
         get_little_endian<std::uint16_t>(h + 34) == 16;
}

Bytes stored(const Bytes& file) {
  Bytes out;
  Packets packets(out);
  packets.add_header(1, 0, 0, 0, 2);
  for (std::size_t done = 0; done < file.size(); done += kPieceBytes) {
    const auto count = static_cast<std::uint32_t>(std::min(file.size() - done, kPieceBytes));
    Bytes payload(4);
    append_little_endian(payload, count);
    append_little_endian(payload, count);
    const std::uint8_t* const piece = file.data() + done;
    payload.insert(payload.end(), piece, piece + count);
    payload.resize((payload.size() + 3) / 4 * 4);
    packets.add(static_cast<int>(PacketType::kContainer), 0, payload);
  }
  packets.add(static_cast<int>(PacketType::kRange) | kFlagKey | kFlagLast, 0, {});
  return out;
}

Bytes encode(const Bytes& file) {
  if (!canonical(file)) return stored(file);
  Bytes out;
  Packets packets(out);
  const std::uint32_t channels = get_little_endian<std::uint16_t>(file.data() + 22);
  const std::size_t frames = (file.size() - kWavHeaderBytes) / 2 / channels;
  const std::uint32_t packet_frames = std::max(kPacketSamples / channels, 1U);
  packets.add_header(channels, packet_frames, get_little_endian<std::uint32_t>(file.data() + 24),
                     frames, 1);
  Model model(channels);
  bool key = true;
  for (std::size_t done = 0; done < frames; done += packet_frames) {
    const std::size_t count = std::min<std::size_t>(frames - done, packet_frames);
    const std::uint8_t* const data = file.data() + kWavHeaderBytes + 2 * channels * done;
    const std::size_t bytes = 2 * channels * count;
    Bytes payload = coded(model, data, count, key);
    const bool raw = payload.empty() || payload.size() >= bytes;
    if (raw) {
      payload.assign(data, data + bytes);
      payload.resize((bytes + 3) / 4 * 4);
    }
    const PacketType type = raw ? PacketType::kRaw : PacketType::kRange;
    packets.add(static_cast<int>(type) | (key || raw ? kFlagKey : 0) |
                    (done + count == frames ? kFlagLast : 0),
                count, payload);
    key = raw;
  }
  return out;
}

}  // namespace
}  // namespace nrc::challenge

int main(int argc, char** argv) { return nrc::challenge::run(argc, argv, nrc::challenge::encode); }
