// SPDX-License-Identifier: Apache-2.0
#include "chunk.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "nrc/error.hpp"
#include "nrc/file_encoder.hpp"
#include "nrc/preset.hpp"
#include "nrc/tables.hpp"

namespace nrc::python {
namespace {

/// As nrc::encode_raw() has them; a stream's header needs them before there are samples.
constexpr std::uint32_t kPacketSamples = 131072;
constexpr std::uint32_t kCascadePacketSamples = 1u << 20;
constexpr bool kBigEndianMachine = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
/// What a sample costs that is off the map, and the part of a stream that such samples may be
/// before its coding is chosen by looking at all of it.
constexpr std::uint64_t kExceptionBytes = 5;
constexpr std::uint64_t kMostOffMap = 200;

Preset preset_of(const Encoding& encoding) {
  const Preset* const named = find_preset(encoding.preset);
  if (named == nullptr) {
    std::string names;
    for (const Preset& p : presets()) names += (names.empty() ? "" : ", ") + p.name;
    throw Error("preset '" + encoding.preset + "' does not exist; give one of " + names);
  }
  Preset preset = *named;
  // The cascade profile sees other channels in its own way.
  if (encoding.neighbours == Neighbours::kAuto ||
      preset.codings.front().profile == Profile::kCascade) {
    return preset;
  }
  const bool wanted = encoding.neighbours == Neighbours::kYes;
  std::vector<Coding> codings;
  for (const Coding& coding : preset.codings) {
    if (coding.corrections.neighbour == wanted) codings.push_back(coding);
  }
  if (codings.empty()) codings.push_back({Profile::kRange, {false, true}});
  preset.codings = codings;
  preset.orders = preset.orders && wanted;
  return preset;
}

EncodeOptions options_of(const Encoding& encoding, const Preset& preset, std::uint32_t channels) {
  EncodeOptions options;
  if (!encoding.like.empty()) {
    const StreamHeader header = parse_stream_header(encoding.like.data(), encoding.like.size());
    if (header.channels != channels) {
      throw Error(std::to_string(channels) + " channels, where the coding is one of " +
                  std::to_string(header.channels) + "; choose another one for these samples");
    }
    const Tables* const tables = Tables::builtin_by_id(header.profile, header.table_id);
    if (tables == nullptr) throw Error("the coding needs tables that are not built in");
    options = options_like(header, *tables);
  } else {
    options.profile = preset.codings.front().profile;
    options.corrections = preset.codings.front().corrections;
    if (preset.codings.size() > 1) options.preset = &preset;
  }
  options.threads = encoding.threads;
  options.metadata = encoding.metadata;
  return options;
}

std::uint32_t stream_channels(const Layout& layout, std::uint32_t planes) {
  const std::uint64_t channels = std::uint64_t{layout.channels} * planes;
  if (channels < 1 || channels > kMaxChannels) {
    throw Error(std::to_string(layout.channels) + " channels" + (planes == 1 ? "" : " of 64 bits") +
                " are not supported; give 1 to " + std::to_string(kMaxChannels / planes));
  }
  return static_cast<std::uint32_t>(channels);
}

std::uint32_t plane_count(const std::uint8_t* data, const Layout& layout,
                          const Encoding& encoding) {
  const std::uint32_t needed = encoding.planes == 2 ? 2 : planes_needed(data, layout);
  if (encoding.planes != 0 && needed > encoding.planes) {
    throw Error(
        "samples of more than 32 bits, where those before had fewer; choose the coding from "
        "samples of all the recording");
  }
  return needed;
}

/// Whether samples that are off the map are so many that another map may be worth a search.
bool many_off_map(const EncodeSummary& summary) {
  return summary.off_map * kExceptionBytes * kMostOffMap > summary.stream_bytes;
}

/// Takes the map of an earlier stream, if it is one of such samples.
bool take_map(const std::vector<std::uint8_t>& earlier, std::uint32_t channels,
              EncodeOptions& options) {
  if (earlier.empty() || options.profile == Profile::kCascade) return false;
  const StreamHeader header = parse_stream_header(earlier.data(), earlier.size());
  if (header.mapping != Mapping::kMap || header.channels != channels ||
      header.sample_type != options.sample_type || is_wide(header.sample_type)) {
    return false;
  }
  options.mapping = header.mapping;
  options.map = header.map;
  return true;
}

}  // namespace

std::vector<std::uint8_t> encode(const std::uint8_t* data, const Layout& layout,
                                 const Encoding& encoding) {
  const std::uint32_t planes = plane_count(data, layout, encoding);
  const std::uint32_t channels = stream_channels(layout, planes);
  const Preset preset = preset_of(encoding);
  const StreamSamples samples(data, layout, planes);
  EncodeOptions options = options_of(encoding, preset, channels);
  options.sample_type = layout.element.sample_type();
  options.big_endian = samples.big_endian();
  options.notes = false;
  options.quick_choice = true;
  std::vector<std::uint8_t> best;
  const auto suits = [&](const EncodeOptions& tried) {
    std::vector<std::uint8_t> stream;
    stream.reserve(samples.size() / 2);
    const EncodeSummary summary =
        encode_raw(samples.data(), samples.size(), channels, encoding.rate_millihertz, tried,
                   [&stream](const std::uint8_t* bytes, std::size_t size) {
                     stream.insert(stream.end(), bytes, bytes + size);
                   });
    if (best.empty() || stream.size() < best.size()) best = std::move(stream);
    return !many_off_map(summary);
  };
  EncodeOptions mapped = options;
  const bool known = encoding.like.empty() && take_map(encoding.map_of, channels, mapped);
  if (suits(known ? mapped : options) || !encoding.like.empty()) return best;
  // What was looked at, or came before, was not like the rest.
  options.quick_choice = false;
  suits(options);
  return best;
}

std::vector<std::uint8_t> map_header(const std::vector<std::uint8_t>& stream) {
  const ParsedPacket packet = parse_packet(stream.data(), stream.size());
  const std::uint8_t* const end = packet.payload + packet.header.length;
  return parse_stream_header(packet.payload, packet.header.length).mapping == Mapping::kMap
             ? std::vector<std::uint8_t>(packet.payload, end)
             : std::vector<std::uint8_t>();
}

std::vector<std::uint8_t> choose(const std::uint8_t* data, const Layout& layout,
                                 const Encoding& encoding) {
  const std::uint32_t planes = plane_count(data, layout, encoding);
  const Preset preset = preset_of(encoding);
  StreamHeader header;
  header.channels = stream_channels(layout, planes);
  header.rate_millihertz = encoding.rate_millihertz;
  const StreamSamples samples(data, layout, planes);
  EncodeOptions options = options_of(encoding, preset, header.channels);
  options.sample_type = layout.element.sample_type();
  options.big_endian = samples.big_endian();
  const std::uint32_t packet_samples =
      options.profile == Profile::kCascade ? kCascadePacketSamples : kPacketSamples;
  header.packet_frames =
      std::clamp<std::uint32_t>(packet_samples / header.channels, 1, kMaxStatedPacketFrames);
  // Of the byte order of the machine.
  const std::uint8_t* native = samples.data();
  std::vector<std::uint8_t> turned;
  if (samples.big_endian() != kBigEndianMachine) {
    turned.assign(samples.data(), samples.data() + samples.size());
    const std::size_t step = sample_bytes(options.sample_type);
    for (std::size_t i = 0; i < turned.size(); i += step) {
      std::reverse(turned.data() + i, turned.data() + i + step);
    }
    native = turned.data();
  }
  const Tables& tables = choose_coding(native, layout.frames, options, header);
  header.profile = tables.profile();
  header.table_id = tables.id();
  return serialise(header);
}

std::vector<std::string> notes(const std::uint8_t* data, const Layout& layout,
                               const Encoding& encoding, bool certain_type) {
  // Samples of 64 bits are coded as two channels of 32, of which the notes would speak.
  if (plane_count(data, layout, encoding) != 1 || layout.frames == 0) return {};
  const std::uint32_t channels = stream_channels(layout, 1);
  const StreamSamples samples(data, layout, 1);
  // The quickest way to notes, and the preset that others are compared with.
  const std::string compared = "fast";
  EncodeOptions options;
  options.preset = find_preset(compared);
  options.sample_type = layout.element.sample_type();
  options.big_endian = samples.big_endian();
  options.certain_type = certain_type;
  EncodeSummary summary =
      encode_raw(samples.data(), samples.size(), channels, encoding.rate_millihertz, options,
                 [](const std::uint8_t*, std::size_t) {});
  std::vector<std::string> lines = std::move(summary.notes);
  if (encoding.preset == compared && !summary.smaller_preset.empty()) {
    lines.push_back(std::move(summary.smaller_preset));
  }
  return lines;
}

Source::Source(std::uint64_t size, FileReader::Read read)
    : size_(size), read_(std::move(read)), first_(std::make_unique<FileReader>(size_, read_)) {
  idle_.push_back(std::make_unique<FileReader>(size_, read_));
}

std::unique_ptr<FileReader> Source::borrow() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<FileReader> reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
  }
  return std::make_unique<FileReader>(size_, read_);
}

void Source::give_back(std::unique_ptr<FileReader> reader) {
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_.push_back(std::move(reader));
}

PacketSurvey Source::survey() {
  std::unique_ptr<FileReader> reader = borrow();
  PacketSurvey survey = reader->survey();
  give_back(std::move(reader));
  return survey;
}

void Source::read(std::uint64_t first, std::uint32_t planes, const std::uint32_t* chosen,
                  std::uint8_t* data, const Layout& layout, unsigned threads) {
  const std::uint64_t count = layout.frames;
  const std::uint32_t stream = header().channels;
  if (planes == 0 || stream % planes != 0 || (planes > 1 && layout.element.bytes != 8)) {
    throw Error("a stream of " + std::to_string(stream) + " channels does not hold samples of " +
                std::to_string(planes) + " halves");
  }
  const std::uint32_t all = stream / planes;
  if (chosen == nullptr ? layout.channels != all
                        : std::any_of(chosen, chosen + layout.channels,
                                      [all](std::uint32_t channel) { return channel >= all; })) {
    throw Error("the stream has " + std::to_string(all) + " channels, and not all that are wanted");
  }
  std::vector<std::uint32_t> channels;
  for (std::uint32_t plane = 0; chosen != nullptr && plane < planes; ++plane) {
    for (std::uint32_t i = 0; i < layout.channels; ++i) channels.push_back(plane * all + chosen[i]);
  }
  const auto part = [&](std::uint64_t from, std::uint64_t to) {
    std::unique_ptr<FileReader> reader = borrow();
    std::uint64_t done = from - first;
    reader->read(from, to - from, channels, [&](SampleView samples, std::size_t frames) {
      put_samples(samples, frames, planes,
                  data + static_cast<std::ptrdiff_t>(done) * layout.frame_stride, layout);
      done += frames;
    });
    give_back(std::move(reader));
  };
  // Each thread begins at a key packet.
  std::vector<std::uint64_t> ends;
  if (threads > 1) {
    for (unsigned i = 1; i < threads; ++i) {
      const std::uint64_t wanted = first + count / threads * i;
      std::size_t low = 0;
      std::size_t high = first_->key_packets();
      while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (first_->key_frame(middle) < wanted) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      if (low == first_->key_packets()) break;
      const std::uint64_t end = first_->key_frame(low);
      if (end >= first + count) break;
      if (end > first && (ends.empty() || end > ends.back())) ends.push_back(end);
    }
  }
  if (ends.empty()) {
    part(first, first + count);
    return;
  }
  ends.push_back(first + count);
  std::vector<std::exception_ptr> errors(ends.size());
  std::vector<std::thread> workers;
  std::uint64_t from = first;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const std::uint64_t to = ends[i];
    workers.emplace_back([&part, &errors, i, from, to] {
      try {
        part(from, to);
      } catch (...) {
        errors[i] = std::current_exception();
      }
    });
    from = to;
  }
  for (std::thread& worker : workers) worker.join();
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

FileReader::Read memory_read(const std::uint8_t* data) {
  return [data](std::uint64_t offset, std::uint8_t* to, std::size_t size) {
    std::memcpy(to, data + offset, size);
  };
}

}  // namespace nrc::python
