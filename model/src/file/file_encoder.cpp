// SPDX-License-Identifier: Apache-2.0
#include "nrc/file_encoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "file/container.hpp"
#include "file/signal_notes.hpp"
#include "file/wav.hpp"
#include "format/bytes.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "stages/shift6.hpp"

namespace nrc {
namespace {

/// Samples of a packet when the user does not say how many frames it has.
constexpr std::uint32_t kDefaultPacketSamples = 131072;
constexpr std::array<int, 4> kCodeWidths = {10, 12, 14, 16};

/// What the choice of mapping and code width depends on, gathered packet by packet.
struct SampleRange {
  std::size_t packets = 0;
  std::size_t off_grid_packets = 0;  ///< with samples off the shift6 grid
  std::int16_t lowest = 0;
  std::int16_t highest = 0;

  void add(const std::uint8_t* bytes, std::size_t count) {
    bool on_grid = true;
    for (std::size_t i = 0; i < count; ++i) {
      const std::int16_t sample = get_sample(bytes + 2 * i);
      lowest = std::min(lowest, sample);
      highest = std::max(highest, sample);
      on_grid = on_grid && Shift6::on_grid(sample);
    }
    ++packets;
    off_grid_packets += on_grid ? 0 : 1;
  }

  /// Off-grid packets are sent raw, so a few of them are cheaper than giving up the grid.
  bool suits_shift6() const { return off_grid_packets == 0 || 4 * off_grid_packets < packets; }

  /// Smallest code width that holds all samples.
  int code_width() const {
    for (const int width : kCodeWidths) {
      const std::int32_t half = std::int32_t{1} << (width - 1);
      if (lowest >= -half && highest < half) {
        return width;
      }
    }
    return kMaxCodeWidth;
  }
};

/// Finds mapping and code width, and the tables that go with them.
/// @param complete  whether `range` is that of all samples, or of the first packet only
/// @param first     samples of the first packet, on which tables are tried
const Tables& choose_coding(const SampleRange& range, bool complete, const EncodeOptions& options,
                            const std::vector<std::int16_t>& first, StreamHeader& header) {
  header.mapping =
      options.mapping.value_or(range.suits_shift6() ? Mapping::kShift6 : Mapping::kCode);
  // Samples to come may be larger than any so far. A code width too large costs a tenth of a
  // percent, one too small sends packets raw.
  header.code_width = header.mapping == Mapping::kShift6 ? 10
                      : complete                         ? range.code_width()
                                                         : kMaxCodeWidth;
  if (options.tables != nullptr) {
    return *options.tables;
  }
  const auto cost = [&](const Tables& tables) {
    return Encoder(header, tables)
        .encode_samples(first.data(), first.size() / header.channels, {})
        .size();
  };
  if (header.lossy_step > 1) {
    // Widths of single codes mean nothing once several of them are one.
    const Tables& even = Tables::builtin(options.profile, "generic");
    if (options.profile != Profile::kRange) return even;
    const Tables& coarse = Tables::builtin(options.profile, "coarse");
    return cost(coarse) < cost(even) ? coarse : even;
  }
  const Tables& standard = Tables::builtin(options.profile, "default");
  if (header.mapping == Mapping::kShift6) {
    return standard;
  }
  const Tables& generic = Tables::builtin(options.profile, "generic");
  if (options.profile != Profile::kHuffman && header.code_width != standard.range().code_width) {
    return generic;
  }
  return cost(generic) < cost(standard) ? generic : standard;
}

/// Header of a stream with the settings that do not depend on the samples.
StreamHeader header_for(std::uint32_t channels, std::uint32_t rate_millihertz,
                        const EncodeOptions& options) {
  if (channels < 1 || channels > kMaxChannels) {
    throw Error(fmt::format("{} channels are not supported; give 1 to {}", channels, kMaxChannels));
  }
  const std::uint32_t frames =
      options.packet_frames != 0
          ? options.packet_frames
          : std::clamp<std::uint32_t>(kDefaultPacketSamples / channels, 1, kMaxPacketFrames);
  if (frames > kMaxPacketFrames || std::uint64_t{frames} * channels > kMaxPacketSamples) {
    throw Error(fmt::format(
        "packets of {} frames are too large with {} channels; give at most {}", frames, channels,
        std::min<std::uint64_t>(kMaxPacketFrames, kMaxPacketSamples / channels)));
  }
  StreamHeader header;
  header.channels = channels;
  header.rate_millihertz = rate_millihertz;
  header.packet_frames = frames;
  header.neighbour = options.neighbour;
  header.lossy_step = options.lossy_step;
  return header;
}

}  // namespace

/// Cuts samples into packets and hands the packets on.
class PacketWriter {
 public:
  PacketWriter(const StreamHeader& header, const Tables& tables, const EncodeOptions& options,
               const ByteSink& sink)
      : encoder_(header, tables, options.key_interval == 0 ? Transport::kFile : Transport::kLink),
        sink_(sink),
        key_interval_(options.key_interval) {
    summary_.header = encoder_.header();
    summary_.tables = tables.name();
    send(encoder_.stream_header());
  }

  /// A part of the file that holds no samples, in as many pieces as it takes.
  void container(bool after_samples, const std::uint8_t* data, std::size_t size,
                 const ByteProgress& progress = {}) {
    for (std::size_t done = 0; done < size;) {
      const std::size_t count = std::min(size - done, kContainerPieceBytes);
      send(encoder_.container(container_payload(after_samples, data + done, count)));
      done += count;
      if (progress) {
        progress(done);
      }
    }
  }

  void packet(const std::vector<std::int16_t>& samples, bool last) {
    const std::size_t frames = samples.size() / summary_.header.channels;
    const bool key = key_interval_ != 0 && packets_ % key_interval_ == 0;
    send(encoder_.encode_samples(samples.data(), frames, {key, last}));
    summary_.frames += frames;
    ++packets_;
  }

  EncodeSummary& summary() { return summary_; }

 private:
  void send(const std::vector<std::uint8_t>& bytes) {
    sink_(bytes.data(), bytes.size());
    summary_.stream_bytes += bytes.size();
  }

  Encoder encoder_;
  const ByteSink& sink_;
  EncodeSummary summary_;
  std::uint16_t key_interval_;
  std::uint64_t packets_ = 0;
};

namespace {

/// What the user should know of the samples, of which `first` are those of the first packet.
void add_notes(const std::vector<std::int16_t>& first, const EncodeOptions& options,
               EncodeSummary& summary) {
  const bool forced = options.mapping == Mapping::kShift6;
  if (forced && !std::all_of(first.begin(), first.end(), Shift6::on_grid)) {
    summary.notes.emplace_back(
        "mapping shift6 was forced on samples that are not on its grid; packets with such samples "
        "are not compressed");
  }
  for (std::string& note : signal_notes(first, summary.header)) {
    summary.notes.push_back(std::move(note));
  }
}

/// The part of an image that holds samples, cut into packets.
class SampleImage {
 public:
  SampleImage(const std::uint8_t* data, std::size_t size, const StreamHeader& header)
      : data_(data),
        size_(size),
        packet_bytes_(std::size_t{2} * header.channels * header.packet_frames) {}

  bool whole(std::size_t offset) const { return size_ - offset <= packet_bytes_; }
  std::size_t packet_bytes(std::size_t offset) const {
    return std::min(size_ - offset, packet_bytes_);
  }
  std::vector<std::int16_t> packet(std::size_t offset) const {
    return get_samples(data_ + offset, packet_bytes(offset) / 2);
  }
  SampleRange range() const {
    SampleRange range;
    for (std::size_t offset = 0; offset < size_; offset += packet_bytes_) {
      range.add(data_ + offset, packet_bytes(offset) / 2);
    }
    return range;
  }
  /// Sends all packets; the last one closes the stream. An empty image sends one empty packet.
  void send(PacketWriter& writer, std::size_t done_before, const ByteProgress& progress) const {
    std::size_t offset = 0;
    bool last = false;
    while (!last) {
      last = whole(offset);
      writer.packet(packet(offset), last);
      offset += packet_bytes(offset);
      if (progress) {
        progress(done_before + offset);
      }
    }
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t packet_bytes_;
};

}  // namespace

EncodeSummary encode_wav(const std::uint8_t* image, std::size_t size, const EncodeOptions& options,
                         const ByteSink& sink, const ByteProgress& progress) {
  const WavLayout layout = read_wav_layout(image, size);
  // The stream's rate is in 1/1000 Hz; a rate beyond that is still in the container.
  constexpr std::uint32_t kMaxRate = std::numeric_limits<std::uint32_t>::max() / 1000;
  const bool rate_fits = layout.rate <= kMaxRate;
  StreamHeader header =
      layout.applies() ? header_for(layout.channels, rate_fits ? layout.rate * 1000 : 0, options)
                       : header_for(1, 0, {});
  header.total_frames = layout.applies() ? layout.frames() : 0;
  header.container = 2;
  const std::size_t end = layout.data_offset + layout.data_bytes;
  if (layout.applies() && rate_fits && layout.data_offset == kCanonicalHeaderBytes && end == size) {
    const std::vector<std::uint8_t> header_bytes(image, image + kCanonicalHeaderBytes);
    // A size field that the canonical header cannot hold belongs to a file that is not canonical.
    try {
      header.container =
          canonical_header(layout.channels, layout.rate, layout.frames()) == header_bytes ? 1 : 2;
    } catch (const Error&) {
      header.container = 2;
    }
  }
  const SampleImage samples(image + layout.data_offset, layout.data_bytes, header);
  const Tables& tables =
      layout.applies() ? choose_coding(samples.range(), true, options, samples.packet(0), header)
                       : Tables::builtin(options.profile, "default");
  PacketWriter writer(header, tables, options, sink);
  if (!layout.applies()) {
    writer.container(false, image, size, progress);
  } else if (header.container == 2) {
    writer.container(false, image, layout.data_offset);
    writer.container(true, image + end, size - end);
  }
  samples.send(writer, layout.data_offset, progress);
  EncodeSummary& summary = writer.summary();
  summary.input_bytes = size;
  summary.stored_because = layout.reason;
  if (layout.applies()) {
    if (!layout.note.empty()) summary.notes.push_back(layout.note);
    add_notes(samples.packet(0), options, summary);
  }
  return summary;
}

EncodeSummary encode_raw(const std::uint8_t* image, std::size_t size, std::uint32_t channels,
                         std::uint32_t rate_millihertz, const EncodeOptions& options,
                         const ByteSink& sink, const ByteProgress& progress) {
  StreamHeader header = header_for(channels, rate_millihertz, options);
  const std::size_t frame_bytes = std::size_t{2} * channels;
  const std::size_t rest = size % frame_bytes;
  header.total_frames = size / frame_bytes;
  if (rest != 0) header.container = 2;
  const SampleImage samples(image, size - rest, header);
  const Tables& tables = choose_coding(samples.range(), true, options, samples.packet(0), header);
  PacketWriter writer(header, tables, options, sink);
  // A file without frames is stored, and that is before samples that do not come.
  writer.container(header.total_frames != 0, image + size - rest, rest);
  samples.send(writer, 0, progress);
  EncodeSummary& summary = writer.summary();
  summary.input_bytes = size;
  if (rest != 0) {
    summary.notes.push_back(
        fmt::format("the last {} bytes are not a whole frame of {} channels and were kept as they "
                    "are; check the number of channels if the recording was not cut",
                    rest, channels));
  }
  add_notes(samples.packet(0), options, summary);
  return summary;
}

RawEncoder::RawEncoder(std::uint32_t channels, std::uint32_t rate_millihertz,
                       const EncodeOptions& options, ByteSink sink)
    : options_(options),
      sink_(std::move(sink)),
      header_(header_for(channels, rate_millihertz, options)),
      packet_bytes_(std::size_t{2} * channels * header_.packet_frames) {
  pending_.reserve(packet_bytes_);
}

RawEncoder::~RawEncoder() = default;

void RawEncoder::add(const std::uint8_t* data, std::size_t size) {
  input_bytes_ += size;
  while (size > 0) {
    // A full packet waits for the next byte, since only then is it known not to be the last one.
    if (pending_.size() == packet_bytes_) {
      flush(false);
    }
    const std::size_t count = std::min(size, packet_bytes_ - pending_.size());
    pending_.insert(pending_.end(), data, data + count);
    data += count;
    size -= count;
  }
}

EncodeSummary RawEncoder::finish() {
  if (pending_.size() % (std::size_t{2} * header_.channels) != 0) {
    throw Error(
        fmt::format("the input ends inside a frame of {} channels after {} bytes; check the "
                    "number of channels, or give the input as a file, of which every byte is kept",
                    header_.channels, input_bytes_));
  }
  flush(true);
  writer_->summary().input_bytes = input_bytes_;
  return writer_->summary();
}

void RawEncoder::flush(bool last) {
  const std::vector<std::int16_t> samples = get_samples(pending_.data(), pending_.size() / 2);
  if (!writer_) {
    SampleRange range;
    range.add(pending_.data(), samples.size());
    const Tables& tables = choose_coding(range, false, options_, samples, header_);
    writer_ = std::make_unique<PacketWriter>(header_, tables, options_, sink_);
    add_notes(samples, options_, writer_->summary());
  }
  writer_->packet(samples, last);
  pending_.clear();
}

}  // namespace nrc
