// SPDX-License-Identifier: Apache-2.0
//
// Samples without a header, any options. Input: the options, then the samples: as they are, or as a
// signal (signal.hpp).
//
// Properties: samples that can be encoded come back, through encode_raw(), RawEncoder and Encoder
// alike; what cannot is refused with a message of one line, and only that.
#include <memory>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_encoder.hpp"
#include "nrc/packet_decoder.hpp"
#include "nrc/preset.hpp"
#include "property.hpp"
#include "signal.hpp"
#include "small_tables.hpp"
#include "stages/code_to_sample.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;
using fuzz::FuzzInput;
using fuzz::require;

constexpr std::size_t kMaxSamples = 1U << 15;

nrc::ByteSink into(Bytes& bytes) {
  return [&bytes](const std::uint8_t* data, std::size_t size) {
    bytes.insert(bytes.end(), data, data + size);
  };
}

/// Any tables, of any profile.
const nrc::Tables& any_tables(std::uint32_t choice) {
  static const std::vector<const nrc::Tables*> all = [] {
    std::vector<const nrc::Tables*> tables;
    for (const std::string& name : nrc::TableSet::builtin_names()) {
      tables.push_back(&nrc::Tables::builtin(nrc::Profile::kHuffman, name));
    }
    for (const std::string& name : nrc::RangeTables::builtin_names()) {
      tables.push_back(&nrc::Tables::builtin(nrc::Profile::kRange, name));
    }
    for (const std::string& name : nrc::NeuralTables::builtin_names()) {
      tables.push_back(&nrc::Tables::builtin(nrc::Profile::kNeural, name));
    }
    return tables;
  }();
  // Mostly the small ones: see there.
  choice %= 2 * static_cast<std::uint32_t>(all.size());
  return choice < all.size() ? *all[choice] : fuzz::small_tables();
}

/// Mostly few, as the frames of an input are few then many; sometimes any number.
std::uint32_t channels_from(FuzzInput& input) {
  const std::uint8_t choice = input.u8();
  return choice < 0xF0 ? 1U + choice % 40U : 1U + input.u16();
}

Bytes samples_from(FuzzInput& input) {
  const std::uint8_t kind = input.u8();
  if (kind < 0x80) return {input.data(), input.data() + input.size()};
  const bool on_grid = (kind & 0x40) != 0;
  const int width = on_grid ? 10 : nrc::kMinCodeWidth + kind % 15;
  Bytes bytes;
  for (const nrc::Code code : fuzz::codes_from(input, width, kMaxSamples)) {
    const std::int16_t sample =
        nrc::sample_of(on_grid ? nrc::Mapping::kShift6 : nrc::Mapping::kCode, code);
    bytes.push_back(static_cast<std::uint8_t>(sample));
    bytes.push_back(static_cast<std::uint8_t>(sample >> 8));
  }
  return bytes;
}

void require_back(const Bytes& stream, const Bytes& samples, std::uint8_t pieces) {
  Bytes back;
  nrc::FileDecoder decoder(into(back), fuzz::tables_by_id);
  fuzz::in_pieces(stream.data(), stream.size(), pieces,
                  [&](const std::uint8_t* p, std::size_t n) { decoder.add(p, n); });
  decoder.finish();
  require(back == samples, "every sample comes back");
}

/// encode_raw() and RawEncoder: options as the user may set them.
void raw_round_trip(FuzzInput& input, bool piecewise) {
  const std::uint8_t choice = input.u8();
  nrc::EncodeOptions options;
  options.profile = (choice & 1) != 0 ? nrc::Profile::kRange : nrc::Profile::kHuffman;
  options.corrections = {(choice & 128) != 0, (choice & 2) != 0};
  if ((choice & 4) != 0) {
    options.mapping = (choice & 8) != 0 ? nrc::Mapping::kShift6 : nrc::Mapping::kCode;
  }
  if ((choice & 16) != 0) options.tables = &any_tables(input.u8());
  options.packet_frames = (choice & 32) != 0 ? input.u32() >> input.below(32) : input.u8();
  options.key_interval = input.u8();
  const std::uint32_t rate = (choice & 64) != 0 ? input.u32() : 0;
  const std::uint32_t channels = channels_from(input);
  const std::uint8_t pieces = input.u8();
  const std::uint8_t type = input.u8();
  options.sample_type = static_cast<nrc::SampleType>(type & 7);
  options.big_endian = (type & 8) != 0;
  if ((type & 16) != 0 && options.tables == nullptr) options.preset = nrc::find_preset("fast");
  if ((type & 0x60) == 0x60 && options.tables == nullptr) options.profile = nrc::Profile::kCascade;
  // A bit of the corrections is the narrow state's where a profile has it.
  options.narrow = options.preset == nullptr && options.tables == nullptr &&
                   (options.profile == nrc::Profile::kHuffman ? (choice & 3) == 2
                    : options.profile == nrc::Profile::kRange ? (choice & 130) == 130
                                                              : false);
  if (options.narrow) options.corrections = {};
  const std::uint8_t more = input.u8();
  if ((more & 4) != 0) options.lanes = 1 << (more & 3);
  if ((more & 8) != 0) options.metadata = std::string(1 + more % 5, 'm');
  options.long_headers = (more & 16) != 0;
  const Bytes samples = samples_from(input);
  const std::size_t frame_bytes = nrc::sample_bytes(options.sample_type) * channels;

  // Tables have widths of their own, so whether they fit depends on the samples.
  const bool surely_possible =
      (options.tables == nullptr || options.tables == &fuzz::small_tables()) &&
      (!options.corrections.any() ||
       (options.tables == nullptr && options.profile == nrc::Profile::kRange)) &&
      std::uint64_t{options.packet_frames} * channels <= nrc::kMaxPacketSamples &&
      !(nrc::is_wide(options.sample_type) && options.mapping) && options.lanes <= 1 &&
      samples.size() % frame_bytes == 0;
  Bytes stream;
  nrc::EncodeSummary summary;
  try {
    if (piecewise) {
      nrc::RawEncoder encoder(channels, rate, options, into(stream));
      fuzz::in_pieces(samples.data(), samples.size(), pieces,
                      [&](const std::uint8_t* p, std::size_t n) { encoder.add(p, n); });
      summary = encoder.finish();
    } else {
      summary =
          nrc::encode_raw(samples.data(), samples.size(), channels, rate, options, into(stream));
    }
  } catch (const nrc::Error& e) {
    fuzz::require_message(e);
    require(!surely_possible, "samples that can be encoded are");
    return;
  }
  require(summary.input_bytes == samples.size() && summary.stream_bytes == stream.size() &&
              summary.frames == samples.size() / frame_bytes,
          "the summary counts all bytes");
  require_back(stream, samples, pieces);
}

/// Encoder itself: any code width, packets of any lengths, key packets at any place.
void packet_round_trip(FuzzInput& input) {
  const nrc::Tables& tables = any_tables(input.u8());
  const std::uint8_t choice = input.u8();
  nrc::StreamHeader header;
  header.code_width = nrc::kMinCodeWidth + (choice >> 4) % 15;
  header.mapping =
      header.code_width == 10 && (choice & 1) != 0 ? nrc::Mapping::kShift6 : nrc::Mapping::kCode;
  header.corrections.neighbour = (choice & 2) != 0;
  header.channels = channels_from(input);
  const std::uint8_t seed = input.u8();
  if ((choice & 4) != 0) {
    header.mapping = nrc::Mapping::kMap;
    fuzz::Noise noise(seed);
    for (std::uint32_t i = 0; i < (choice & 8) / 8 + 1U; ++i) {
      header.map.steps.push_back({noise.below(1U << noise.below(24)) + 1, noise.below(1000) + 1,
                                  static_cast<nrc::Rounding>(noise.below(4))});
    }
    const std::uint32_t maps = (choice & 8) != 0 ? header.channels : 1;
    for (std::uint32_t c = 0; c < maps; ++c) {
      header.map.channels.push_back({static_cast<std::uint8_t>(c % header.map.steps.size()),
                                     std::int64_t{noise.below(1U << 24)} - (1 << 23)});
    }
  }
  const Bytes bytes = samples_from(input);
  std::vector<std::int16_t> samples;
  const std::size_t frames = bytes.size() / 2 / header.channels;
  for (std::size_t i = 0; i < frames * header.channels; ++i) {
    samples.push_back(static_cast<std::int16_t>(bytes[2 * i] | bytes[2 * i + 1] << 8));
  }

  std::unique_ptr<nrc::Encoder> encoder;
  try {
    encoder = std::make_unique<nrc::Encoder>(header, tables);
  } catch (const nrc::Error& e) {
    fuzz::require_message(e);
    return;
  }
  fuzz::Noise noise(seed);
  const int lanes = 1 << noise.below(4);
  if (lanes <= nrc::max_lanes(tables.profile(), header.channels)) encoder->set_lanes(lanes);
  encoder->set_short_headers(noise.below(2) == 0);
  Bytes stream = encoder->stream_header();
  std::size_t done = 0;
  bool last = false;
  while (!last) {
    const std::size_t count =
        std::min<std::size_t>(frames - done, noise.below(1U << noise.below(12)));
    last = done + count == frames;
    const bool key = noise.below(4) == 0;
    const Bytes packet =
        encoder->encode_samples(samples.data() + done * header.channels, count, {key, last});
    // Whose samples are padded to a multiple of 4 bytes.
    require(packet.size() <=
                2 * count * header.channels + 2 + nrc::kPacketHeaderBytes + nrc::kPacketCrcBytes,
            "no packet is longer than raw");
    stream.insert(stream.end(), packet.begin(), packet.end());
    done += count;
  }
  require_back(
      stream, Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(2 * samples.size())),
      seed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  const std::uint32_t way = input.below(3);
  if (way == 2) {
    packet_round_trip(input);
  } else {
    raw_round_trip(input, way == 1);
  }
  return 0;
}
