// SPDX-License-Identifier: Apache-2.0
#include "nrc/file_encoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "file/container.hpp"
#include "file/map_detector.hpp"
#include "file/order_search.hpp"
#include "file/ordered_jobs.hpp"
#include "file/packet_codes.hpp"
#include "file/signal_notes.hpp"
#include "file/stream_index.hpp"
#include "file/type_notes.hpp"
#include "file/wav.hpp"
#include "file/wide_map.hpp"
#include "format/bytes.hpp"
#include "format/crc.hpp"
#include "format/samples.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "stages/shift6.hpp"
#include "vector/vector_mapper.hpp"

namespace nrc {
namespace {

/// Samples of a packet when the user does not say how many frames it has.
constexpr std::uint32_t kDefaultPacketSamples = 131072;
/// The same with the cascade profile, which begins anew in each packet.
constexpr std::uint32_t kCascadePacketSamples = 1u << 20;
/// Samples that are looked at to find their map, and less than the codec takes for a second of many
/// channels.
constexpr std::size_t kLearnedSamples = std::size_t{1} << 21;
constexpr std::size_t kLearnedBlocks = 16;
/// The same where the choice is to be quick, and of a packet the samples that are encoded for it.
constexpr std::size_t kQuickLearnedSamples = std::size_t{1} << 18;
constexpr std::size_t kQuickPacketSamples = 49152;
/// Of samples outside the code width, one in so many costs less than a larger one.
constexpr std::uint64_t kRare = 25000;
/// Of a packet, the samples that show which coding is best, and the frames at least: corrections
/// learn from frame to frame.
constexpr std::size_t kTrialSamples = 32768;
constexpr std::size_t kTrialFrames = 1024;
/// The cascade profile, many times slower, is taken for codes of more than 16 bits if it makes a
/// few packets smaller than another one, which sends low bits as they are, by more than so many
/// thousandths.
constexpr std::uint64_t kCascadeSlack = 40;
/// Another order of the channels is taken if it saves one byte in so many.
constexpr std::uint64_t kWorthOrdering = 200;
/// A value map is taken if it saves one byte in so many.
constexpr std::uint64_t kWorthMapping = 500;
/// Another preset is worth a note if it makes a part of a packet, of so many samples and at least
/// so many frames, smaller by so many hundredths; the slow `best` by so many than the others, on
/// fewer samples.
constexpr std::size_t kPresetTrialSamples = 65536;
constexpr std::size_t kPresetTrialFrames = 256;
constexpr std::uint64_t kWorthPreset = 2;
constexpr std::uint64_t kWorthBest = 10;
constexpr std::size_t kBestTrialSamples = 32768;
/// Fewer samples show nothing of it.
constexpr std::size_t kMinPresetSamples = 4096;
/// Packets for which a stream header is sent, where samples are to come.
constexpr std::size_t kLivePackets = 384;
/// Bytes of a channel from one key packet to the next, where the user does not say. A key packet
/// costs about 4 bytes of a channel more than another one.
constexpr std::uint64_t kKeyChannelBytes = 8000;
/// How long a group, a key packet and those after it, has to be follows from the size of the group
/// so many before it. So many can be encoded at a time.
constexpr std::size_t kGroupLag = 16;
/// Frames of a group at most, or a packet.
constexpr std::uint64_t kMaxGroupFrames = 1 << 16;
/// Of what lanes cost, a packet has to have so many times as much.
constexpr double kLanesWorth = 1000;
/// Bytes that a lane costs besides its length: half a byte of padding, and the coder's end.
constexpr double kLaneBytes = 0.6;
/// Samples of a packet that show how long it will be.
constexpr std::size_t kLaneTrialSamples = 16384;
/// Bytes at the beginning and at the end of a file that its stream number depends on.
constexpr std::size_t kNumberBytes = std::size_t{1} << 18;

/// Samples of a packet, in the byte order of the machine.
using Samples = std::vector<std::uint8_t>;

std::size_t frame_bytes_of(const StreamHeader& header) {
  return sample_bytes(header.sample_type) * header.channels;
}

/// The part of an image that holds samples, cut into packets.
class SampleImage {
 public:
  SampleImage(const std::uint8_t* data, std::size_t size, const StreamHeader& header,
              bool quick = false)
      : data_(data),
        size_(size),
        quick_(quick),
        type_(header.sample_type),
        big_endian_(header.big_endian),
        channels_(header.channels),
        packet_bytes_(frame_bytes_of(header) * header.packet_frames) {}

  std::size_t size() const { return size_; }
  std::size_t samples() const { return size_ / sample_bytes(type_); }
  std::size_t packets() const { return (size_ + packet_bytes_ - 1) / packet_bytes_; }
  std::size_t packet_offset(std::size_t number) const { return number * packet_bytes_; }
  bool whole(std::size_t offset) const { return size_ - offset <= packet_bytes_; }
  std::size_t packet_bytes(std::size_t offset) const {
    return std::min(size_ - offset, packet_bytes_);
  }
  Samples packet(std::size_t offset) const {
    Samples samples;
    packet(offset, samples);
    return samples;
  }
  /// The same in memory that is used again.
  void packet(std::size_t offset, Samples& samples) const {
    samples.assign(data_ + offset, data_ + offset + packet_bytes(offset));
    to_byte_order(type_, big_endian_, samples.data(), samples.size());
  }

  /// The same image in packets of another length.
  SampleImage with_packets(const StreamHeader& header) const {
    return {data_, size_, header, quick_};
  }

  /// Whether a part of the samples has to be enough for a choice.
  bool quick() const { return quick_; }
  /// Whether channel() gives all samples.
  bool learned_whole() const { return frames() <= learned_frames(); }
  /// Values of a channel, of large images from blocks all over it.
  /// @tparam Value  int16_t, but int32_t if the type is wide
  template <typename Value>
  void channel(std::size_t channel, std::vector<Value>& values) const {
    values.clear();
    if (frames() == 0) return;
    const std::size_t bytes = sample_bytes(type_);
    const std::size_t blocks = learned_whole() ? 1 : kLearnedBlocks;
    const std::size_t length = learned_whole() ? frames() : learned_frames() / blocks;
    std::vector<std::uint8_t> samples(length * bytes);
    for (std::size_t block = 0; block < blocks; ++block) {
      const std::size_t first = blocks == 1 ? 0 : (frames() - length) / (blocks - 1) * block;
      const std::uint8_t* at = data_ + bytes * (first * channels_ + channel);
      for (std::size_t i = 0; i < length; ++i, at += bytes * channels_) {
        std::copy_n(at, bytes, samples.data() + bytes * i);
      }
      to_byte_order(type_, big_endian_, samples.data(), samples.size());
      values.resize(values.size() + length);
      get_values(type_, samples.data(), length, values.data() + values.size() - length);
    }
  }

 private:
  std::size_t frames() const { return samples() / channels_; }
  std::size_t learned_frames() const {
    const std::size_t samples = quick_ ? kQuickLearnedSamples : kLearnedSamples;
    return std::max<std::size_t>(samples / channels_, 64 * kLearnedBlocks);
  }

  const std::uint8_t* data_;
  std::size_t size_;
  bool quick_;
  SampleType type_;
  bool big_endian_;
  std::size_t channels_;
  std::size_t packet_bytes_;
};

/// Codes of packets that some widths do not hold.
struct WidthCount {
  std::array<std::uint64_t, kCodeWidths.size()> outside = {};
  std::uint64_t codes = 0;
};

/// Of every `step`-th packet of an image from packet `first` on.
WidthCount count_widths(const SampleImage& image, const StreamHeader& header, std::size_t first,
                        std::size_t step) {
  WidthCount all;
  PacketCodes packet_codes(header);
  Samples samples;
  for (std::size_t number = first; number < image.packets(); number += step) {
    image.packet(image.packet_offset(number), samples);
    packet_codes.of(samples, samples.size() / frame_bytes_of(header), [&](const auto& codes) {
      all.codes += codes.size();
      // What a code and its sign differ in. Few packets have codes that a width does not hold.
      std::int32_t used = 0;
      for (const std::int32_t code : codes) used |= code ^ (code >> 31);
      for (std::size_t w = 0; w + 1 < kCodeWidths.size(); ++w) {
        const std::int32_t half = 1 << (kCodeWidths[w] - 1);
        if (used < half) break;
        std::uint64_t count = 0;
        for (const std::int32_t code : codes) count += code < -half || code >= half ? 1 : 0;
        all.outside[w] += count;
      }
    });
  }
  return all;
}

/// The smallest code width that all samples of an image but one in `rare` fit into. With a value
/// map, whose codes take their time, and for a quick choice, some packets stand for all.
int width_of(const SampleImage& image, const StreamHeader& header, std::size_t threads,
             std::uint64_t rare = kRare) {
  StreamHeader wide = header;
  wide.code_width = kMaxCodeWidth;
  const bool some = (header.mapping == Mapping::kMap || image.quick()) && rare == kRare;
  const std::size_t step = some ? image.samples() / (kLearnedSamples / 8) + 1 : 1;
  OrderedJobs<WidthCount> jobs(threads);
  for (std::size_t i = 0; i < threads; ++i) {
    jobs.add([&image, &wide, i, threads, step] {
      return count_widths(image, wide, i * step, threads * step);
    });
  }
  WidthCount all;
  while (!jobs.empty()) {
    const WidthCount part = jobs.take();
    all.codes += part.codes;
    for (std::size_t w = 0; w < kCodeWidths.size(); ++w) all.outside[w] += part.outside[w];
  }
  for (std::size_t w = 0; w < kCodeWidths.size(); ++w) {
    if (all.outside[w] * rare <= all.codes) return kCodeWidths[w];
  }
  return kMaxCodeWidth;
}

const Tables& choose_coding(const SampleImage& image, bool complete, const EncodeOptions& options,
                            StreamHeader& header);
WideMap find_wide(const SampleImage& image, bool complete, const EncodeOptions& options,
                  const StreamHeader& header);
const Tables& choose_wide_coding(const std::vector<Samples>& packets, std::uint64_t frames,
                                 int width, const EncodeOptions& options, StreamHeader& header);

/// Makes as much of full codes as possible codes of the cascade profile. @return its tables
const Tables& wide_cascade(StreamHeader& header) {
  const int width = header.code_width + header.low_bits;
  header.code_width = std::min(width, kMaxWideCodeWidth);
  header.low_bits = width - header.code_width;
  header.corrections = {};
  return Tables::builtin(Profile::kCascade, "generic");
}

/// The same for the cascade profile.
const Tables& choose_cascade(const SampleImage& image, bool complete, const EncodeOptions& options,
                             StreamHeader& header) {
  if (is_wide(header.sample_type)) {
    WideMap wide = find_wide(image, complete, options, header);
    header.mapping = wide.choices.front().mapping;
    header.map = std::move(wide.choices.front().map);
    if (wide.width > kMaxCodeWidth) return choose_wide_coding({}, 0, wide.width, options, header);
  }
  if (options.mapping && !is_wide(header.sample_type)) {
    header.mapping = *options.mapping;
    header.map = options.map;
    header.code_width = kMaxCodeWidth;
  } else {
    // What is best for the range profile is so for this one, and it takes a fraction of the time.
    EncodeOptions fast = options;
    fast.profile = Profile::kRange;
    fast.preset = nullptr;
    const Tables& tables = choose_coding(image, complete, fast, header);
    // Widths of single codes mean nothing once several of them are one.
    if (!tables.range().edges.empty() && options.lossy_step == 1) {
      return Tables::builtin(Profile::kCascade, "default");
    }
  }
  if (header.mapping == Mapping::kShift6) {
    header.code_width = 10;
    return Tables::builtin(Profile::kCascade, options.lossy_step > 1 ? "generic" : "default");
  }
  if (options.code_width != 0) {
    header.code_width = options.code_width;
  } else if (complete) {
    // Bits that hardly any code needs cost nothing here, and exceptions do.
    header.code_width = width_of(image, header, thread_count(options.threads),
                                 std::max<std::size_t>(image.size(), 1));
  }
  return Tables::builtin(Profile::kCascade, "generic");
}

/// The tables to choose from for a stream with this header.
std::vector<const Tables*> tables_for(const EncodeOptions& options, Profile profile,
                                      const StreamHeader& header) {
  if (options.tables != nullptr) return {options.tables};
  const Tables& standard = Tables::builtin(profile, "default");
  const Tables& generic = Tables::builtin(profile, "generic");
  if (header.mapping == Mapping::kShift6) return {&standard};
  if (profile == Profile::kHuffman || header.code_width == standard.range().code_width) {
    return {&generic, &standard};
  }
  return {&generic};
}

using Packets = std::vector<Samples>;

/// The first, the middle and the last packet of an image.
Packets few_packets(const SampleImage& image) {
  Packets packets;
  const std::size_t last = image.packets() == 0 ? 0 : image.packets() - 1;
  for (const std::size_t number : std::set<std::size_t>{0, last / 2, last}) {
    packets.push_back(image.packet(image.packet_offset(number)));
  }
  return packets;
}

/// As much of them as a choice of the coding takes. A good order of the channels needs all.
Packets tried_packets(const SampleImage& image, const StreamHeader& header,
                      const EncodeOptions& options) {
  Packets packets = few_packets(image);
  if (!image.quick() || (options.preset != nullptr && options.preset->orders)) return packets;
  const std::size_t frames = kQuickPacketSamples / header.channels + 1;
  for (Samples& packet : packets) {
    packet.resize(std::min(packet.size(), frames * frame_bytes_of(header)));
  }
  return packets;
}

/// Bytes of these packets, each a key packet.
/// @throws Error if the tables do not suit the header
std::uint64_t coded_size(const Packets& packets, const StreamHeader& header, const Tables& tables,
                         int lossy_step) {
  std::uint64_t size = 0;
  for (const Samples& samples : packets) {
    Encoder encoder(header, tables);
    encoder.set_lossy_step(lossy_step);
    const std::size_t frames = samples.size() / frame_bytes_of(header);
    size += encoder.encode_samples(samples.data(), frames, {}).size();
  }
  return size;
}

/// Frames of a packet that show what corrections are worth, which learn from frame to frame.
std::size_t trial_frames(const Samples& packet, const StreamHeader& header) {
  return std::min(packet.size() / frame_bytes_of(header),
                  std::max(kTrialFrames, kTrialSamples / header.channels));
}

/// Bytes of those frames of all packets, coded as one stream: corrections learn across packets too.
std::uint64_t trial_size(const Packets& packets, const StreamHeader& header, const Tables& tables,
                         int lossy_step) {
  Encoder encoder(header, tables);
  encoder.set_lossy_step(lossy_step);
  std::uint64_t size = 0;
  for (const Samples& samples : packets) {
    size += encoder.encode_samples(samples.data(), trial_frames(samples, header), {}).size();
  }
  return size;
}

/// The coding of a preset that suits the packets, and its tables.
/// @param frames  of the stream, or as many as there will be at least
const Tables& choose_coding(const Preset& preset, const Packets& packets, std::uint64_t frames,
                            const EncodeOptions& options, StreamHeader& header) {
  std::uint64_t tried = 0;
  for (const Samples& samples : packets) tried += trial_frames(samples, header);
  struct Candidate {
    StreamHeader header;
    const Tables* tables;
    std::uint64_t cost;
  };
  std::vector<Candidate> candidates;
  const auto try_coding = [&](const Coding& coding, const std::vector<std::uint16_t>& order) {
    Candidate candidate = {header, nullptr, 0};
    candidate.header.corrections = coding.corrections;
    candidate.header.order = order;
    for (const Tables* tables : tables_for(options, coding.profile, header)) {
      const std::uint64_t size = trial_size(packets, candidate.header, *tables, options.lossy_step);
      if (candidate.tables != nullptr && size >= candidate.cost) continue;
      candidate.tables = tables;
      candidate.cost = size;
    }
    // Another order has to be worth it, and the room that it takes in the stream header.
    if (order != header.order) {
      const std::uint64_t bytes = serialise(candidate.header).size() - serialise(header).size();
      candidate.cost += std::max(candidate.cost / kWorthOrdering,
                                 bytes * tried / std::max<std::uint64_t>({frames, tried, 1}));
    }
    candidates.push_back(std::move(candidate));
  };
  for (const Coding& coding : preset.codings) try_coding(coding, header.order);
  if (preset.orders && header.order.empty() && header.channels > 2 &&
      header.channels <= kMaxSearchedChannels) {
    const std::vector<std::uint16_t> order = find_channel_order(packets, header);
    for (const Coding& coding : preset.codings) {
      if (coding.corrections.neighbour) try_coding(coding, order);
    }
  }
  std::uint64_t lowest = candidates.front().cost;
  for (const Candidate& c : candidates) lowest = std::min(lowest, c.cost);
  const std::uint64_t limit = lowest + lowest * static_cast<std::uint64_t>(preset.slack) / 1000;
  const auto chosen = std::find_if(candidates.begin(), candidates.end(),
                                   [limit](const Candidate& c) { return c.cost <= limit; });
  header = chosen->header;
  return *chosen->tables;
}

std::size_t bytes_without_map(StreamHeader header) {
  header.mapping = Mapping::kCode;
  return serialise(header).size();
}

/// Ways to code samples of more than 16 bits.
WideMap find_wide(const SampleImage& image, bool complete, const EncodeOptions& options,
                  const StreamHeader& header) {
  const auto values_of = [&header](const Samples& samples) {
    std::vector<std::int32_t> values(samples.size() / sample_bytes(header.sample_type));
    get_values(header.sample_type, samples.data(), values.size(), values.data());
    return values;
  };
  WideMapRequest request;
  const std::size_t step = image.quick() ? image.samples() / kQuickLearnedSamples + 1 : 1;
  request.all = [&](const WideMapRequest::Values& take) {
    for (std::size_t number = 0; number < image.packets(); number += step) {
      const std::vector<std::int32_t> values = values_of(image.packet(image.packet_offset(number)));
      take(values.data(), values.size() / header.channels);
    }
  };
  request.channel = [&image](std::size_t channel, std::vector<std::int32_t>& values) {
    image.channel(channel, values);
  };
  request.channels = header.channels;
  request.header_bytes = bytes_without_map(header);
  request.complete = complete && (step == 1 || image.packets() <= 1);
  request.learned_whole = image.learned_whole();
  if (!options.mapping) return find_wide_map(request);

  // Codes by the user's map, and the bits that these need.
  if (*options.mapping == Mapping::kShift6) {
    throw Error(fmt::format("mapping shift6 is for samples of up to 16 bits, not {}; give another",
                            sample_type_name(header.sample_type)));
  }
  StreamHeader full = header;
  full.mapping = *options.mapping;
  full.map = options.map;
  full.code_width = kMaxCodeWidth;
  full.low_bits = kMaxLowBits;
  serialise(full);  // which checks the map
  const VectorMapper mapper(full);
  WideMapRequest mapped = request;
  mapped.move = false;
  mapped.all = [&](const WideMapRequest::Values& take) {
    request.all([&](const std::int32_t* values, std::size_t frames) {
      std::vector<WideCode> codes(frames * header.channels);
      mapper.to_codes(values, frames, codes.data());
      take(codes.data(), frames);
    });
  };
  WideMap map = find_wide_map(mapped);
  map.choices = {{full.mapping, kMaxCodeWidth, full.map}};
  if (options.code_width != 0) map.width = options.code_width;
  return map;
}

/// Chooses the coding of full codes of more than 16 bits.
/// @param frames  of the stream, or as many as there will be at least
/// @param width   of the full codes
const Tables& choose_wide_coding(const Packets& packets, std::uint64_t frames, int width,
                                 const EncodeOptions& options, StreamHeader& header) {
  if (options.profile == Profile::kCascade || options.lossy_step > 1) {
    // Rounding is in units of codes, which are the full ones here.
    if (options.lossy_step > 1 && width > kMaxWideCodeWidth) {
      throw Error("samples of more than 24 bits cannot be rounded; shift them right first");
    }
    header.code_width = width;
    header.low_bits = 0;
    const Tables& tables = wide_cascade(header);
    return options.tables != nullptr && options.tables->profile() == Profile::kCascade
               ? *options.tables
               : tables;
  }
  // Bits that are sent as they are must not be more than the noise has, and codes of the rest are
  // to be exceptions only if they are rare.
  const Preset* const preset = options.tables == nullptr ? options.preset : nullptr;
  const Profile profile = preset != nullptr ? preset->codings.front().profile : options.profile;
  // A preset has its own.
  if (preset != nullptr) header.corrections = {};
  header.code_width = kMaxCodeWidth;
  const Tables* best = nullptr;
  std::uint64_t lowest = 0;
  int best_bits = 0;
  for (header.low_bits = std::min(width - kMaxCodeWidth, kMaxLowBits); header.low_bits >= 0;
       --header.low_bits) {
    for (const Tables* tables : tables_for(options, profile, header)) {
      const std::uint64_t cost = coded_size(packets, header, *tables, 1);
      if (best != nullptr && cost >= lowest) continue;
      best = tables;
      lowest = cost;
      best_bits = header.low_bits;
    }
  }
  header.low_bits = best_bits;
  if (preset == nullptr) return *best;
  const Tables& chosen = choose_coding(*preset, packets, frames, options, header);
  StreamHeader slow = header;
  slow.order.clear();
  slow.code_width = width;
  slow.low_bits = 0;
  const Tables& cascade = wide_cascade(slow);
  const std::uint64_t least = coded_size(packets, slow, cascade, 1);
  const std::uint64_t size = coded_size(packets, header, chosen, 1);
  if (size <= least + least * kCascadeSlack / 1000) return chosen;
  slow.order = options.order;
  header = slow;
  return cascade;
}

/// Finds map and code width, the coding, and the tables that go with them.
/// @param complete  whether no samples follow those of the image
const Tables& choose_coding(const SampleImage& image, bool complete, const EncodeOptions& options,
                            StreamHeader& header) {
  if (options.profile == Profile::kCascade && options.tables == nullptr) {
    return choose_cascade(image, complete, options, header);
  }
  // A few packets show what is best: first map and tables, with the quickest coding.
  const Packets packets = tried_packets(image, header, options);
  const std::uint64_t frames = complete ? image.samples() / header.channels
                                        : std::uint64_t{kLivePackets} * header.packet_frames;
  MapRequest request;
  request.source = &image;
  request.read = [](const void* source, std::size_t channel, std::vector<std::int16_t>& samples) {
    static_cast<const SampleImage*>(source)->channel(channel, samples);
  };
  request.channels = header.channels;
  request.header_bytes = bytes_without_map(header);
  request.complete = complete && image.learned_whole();
  std::vector<MapChoice> choices;
  if (is_wide(header.sample_type) && options.low_bits && options.tables != nullptr) {
    header.mapping = options.mapping.value_or(Mapping::kCode);
    header.map = options.map;
    header.code_width = options.code_width;
    header.low_bits = *options.low_bits;
    return *options.tables;
  }
  if (is_wide(header.sample_type)) {
    WideMap wide = find_wide(image, complete, options, header);
    header.mapping = wide.choices.front().mapping;
    header.map = wide.choices.front().map;
    header.corrections = options.corrections;
    if (wide.width > kMaxCodeWidth) {
      return choose_wide_coding(packets, frames, wide.width, options, header);
    }
    choices = std::move(wide.choices);
  } else if (options.mapping == Mapping::kShift6) {
    choices = {{Mapping::kShift6, 10, {}}};
  } else if (options.mapping) {
    choices = {{*options.mapping, kMaxCodeWidth, options.map}};
  } else {
    choices = find_maps(request);
  }
  const Preset* const preset = options.tables == nullptr ? options.preset : nullptr;
  const Coding coding =
      preset != nullptr ? preset->codings.front() : Coding{options.profile, options.corrections};
  header.corrections = coding.corrections;
  header.narrow = options.narrow;
  const Tables* best = nullptr;
  StreamHeader best_header = header;
  std::uint64_t lowest_cost = 0;
  std::optional<Error> error;
  for (const MapChoice& choice : choices) {
    header.mapping = choice.mapping;
    header.map = choice.map;
    header.code_width = choice.code_width;
    // Samples to come may be larger than any so far. A code width too large costs a tenth of a
    // percent.
    if (choice.mapping != Mapping::kShift6) {
      if (options.code_width != 0) {
        header.code_width = options.code_width;
      } else if (complete && (options.mapping || !request.complete)) {
        header.code_width = width_of(image, header, thread_count(options.threads));
      }
      // The narrow state is for codes of some bits, and a larger width costs next to nothing.
      if (header.narrow && options.code_width == 0) {
        header.code_width = std::max(header.code_width, kMinNarrowWidth);
      }
    }
    const std::vector<const Tables*> candidates = tables_for(options, coding.profile, header);
    const bool certain = choices.size() == 1 && candidates.size() == 1;
    for (const Tables* tables : candidates) {
      std::uint64_t cost = 0;
      try {
        if (!certain) cost = coded_size(packets, header, *tables, options.lossy_step);
      } catch (const Error& e) {
        // Tables of the user's need not suit every width that is tried.
        error = e;
        continue;
      }
      // The stream header is sent once for all packets, so that it counts for less.
      const std::size_t all = std::max<std::size_t>(image.packets(), complete ? 1 : kLivePackets);
      cost += serialise(header).size() * packets.size() / all;
      // Mapping takes longer than coding.
      if (choice.mapping == Mapping::kMap) cost += cost / kWorthMapping;
      if (best != nullptr && cost >= lowest_cost) continue;
      best = tables;
      best_header = header;
      lowest_cost = cost;
    }
  }
  if (best == nullptr) throw Error(*error);
  header = best_header;
  if (preset == nullptr || preset->codings.size() == 1) return *best;
  return choose_coding(*preset, packets, frames, options, header);
}

/// Header of a stream with the settings that do not depend on the samples.
StreamHeader header_for(std::uint32_t channels, std::uint32_t rate_millihertz,
                        const EncodeOptions& options) {
  if (channels < 1 || channels > kMaxChannels) {
    throw Error(fmt::format("{} channels are not supported; give 1 to {}", channels, kMaxChannels));
  }
  const std::uint32_t samples =
      options.profile == Profile::kCascade ? kCascadePacketSamples : kDefaultPacketSamples;
  const std::uint32_t frames =
      options.packet_frames != 0
          ? options.packet_frames
          : std::clamp<std::uint32_t>(samples / channels, 1, kMaxPacketFrames);
  if (frames > kMaxPacketFrames || std::uint64_t{frames} * channels > kMaxPacketSamples) {
    throw Error(fmt::format(
        "packets of {} frames are too large with {} channels; give at most {}", frames, channels,
        std::min<std::uint64_t>(kMaxPacketFrames, kMaxPacketSamples / channels)));
  }
  StreamHeader header;
  header.channels = channels;
  header.rate_millihertz = rate_millihertz;
  header.packet_frames = frames;
  header.sample_type = options.sample_type;
  header.rounding = options.lossy_step > 1;
  header.big_endian = options.big_endian;
  header.corrections = options.corrections;
  header.narrow = options.narrow;
  check_order(options.order, channels);
  header.order = options.order;
  return header;
}

/// Bit strings of the packets of an image.
int lanes_for(const SampleImage& image, const StreamHeader& header, const Tables& tables,
              const EncodeOptions& options) {
  if (options.lanes != 0) return options.lanes;
  int lanes = max_lanes(tables.profile(), header.channels);
  if (lanes == 1 || image.size() == 0) return 1;
  std::vector<double> sizes;
  for (const Samples& samples : few_packets(image)) {
    const std::size_t frames = samples.size() / frame_bytes_of(header);
    const std::size_t tried = std::max<std::size_t>(kLaneTrialSamples / header.channels, 1);
    Encoder encoder(header, tables);
    encoder.set_lossy_step(options.lossy_step);
    const auto size_of = [&](std::size_t first, std::size_t count) {
      const std::size_t bytes =
          encoder.encode_samples(samples.data() + first * frame_bytes_of(header), count, {}).size();
      return static_cast<double>(bytes - kPacketHeaderBytes - kPacketCrcBytes);
    };
    if (frames <= 2 * tried) {
      sizes.push_back(size_of(0, frames));
      continue;
    }
    // Frames go on as the second ones are; the first ones are longer, as nothing predicts them.
    const double first = size_of(0, tried);
    sizes.push_back(first + size_of(tried, tried) * static_cast<double>(frames - tried) /
                                static_cast<double>(tried));
  }
  for (; lanes > 1; lanes /= 2) {
    double all = 0;
    double cost = 0;
    for (const double size : sizes) {
      all += size;
      double length = 1;
      for (auto rest = static_cast<std::uint64_t>(size / lanes) >> 7; rest != 0; rest >>= 7) {
        ++length;
      }
      cost += (lanes - 1) * (length + kLaneBytes);
    }
    if (cost * kLanesWorth <= all) break;
  }
  return lanes;
}

/// A stream number that differs between files: it depends on their size, beginning and end.
std::uint32_t number_of(const std::uint8_t* data, std::size_t size) {
  const std::size_t part = std::min(size, kNumberBytes);
  std::vector<std::uint8_t> facts;
  append_little_endian(facts, std::uint64_t{size});
  append_little_endian(facts, crc32(data, part));
  append_little_endian(facts, crc32(data + size - part, part));
  return crc32(facts);
}

}  // namespace

/// Cuts samples into packets and hands the packets on.
class PacketWriter {
 public:
  PacketWriter(const StreamHeader& header, const Tables& tables, const EncodeOptions& options,
               int lanes, const ByteSink& sink)
      : encoder_(header, tables,
                 options.key_interval.value_or(0) == 0 ? Transport::kFile : Transport::kLink),
        tables_(tables),
        sink_(sink),
        lossy_step_(options.lossy_step),
        lanes_(lanes),
        short_headers_(!options.long_headers),
        key_interval_(options.key_interval),
        packet_frames_(header.packet_frames) {
    encoder_.set_lossy_step(options.lossy_step);
    encoder_.set_lanes(lanes);
    encoder_.set_short_headers(short_headers_);
    summary_.lanes = lanes;
    summary_.header = encoder_.header();
    summary_.tables = tables.name();
    send(encoder_.stream_header());
    if (!options.metadata.empty()) send(encoder_.metadata(options.metadata));
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

  void packet(const Samples& samples, bool last) {
    const std::size_t frames = samples.size() / frame_bytes_of(summary_.header);
    const bool key = packets_ == 0 || (group_packets_ != 0 && group_packets_ == group_length());
    if (key) {
      if (packets_ != 0) close_group();
      if (frames != 0) index_.keys.push_back({summary_.stream_bytes, summary_.frames});
    }
    // Only if there is something to find.
    const bool indexed = last && index_.keys.size() > 1;
    bytes_.clear();
    encoder_.encode_samples(samples.data(), frames, {key, last && !indexed}, bytes_);
    if (key && frames != 0) {
      // A stream header may precede it.
      const ParsedPacket first = parse_packet(bytes_.data(), bytes_.size());
      if (first.header.type == PacketType::kStreamHeader) index_.keys.back().offset += first.size;
    }
    if (packets_ == 0) first_packet_bytes_ = bytes_.size();
    send(bytes_);
    group_bytes_ += bytes_.size();
    ++group_packets_;
    summary_.frames += frames;
    if (indexed) finish_index();
    summary_.off_map = encoder_.off_map();
    ++packets_;
  }

  /// All packets of an image, by several threads. The last one closes the stream.
  void packets(const SampleImage& samples, std::size_t threads, const ByteProgress& progress) {
    const StreamHeader& header = summary_.header;
    const std::size_t all = samples.packets();
    // What group_length() needs; the cascade profile's does not, and takes its time.
    if (header.profile != Profile::kCascade) {
      Worker first(*this);
      first.encode(samples, 0, 1, 0, false);
      first_packet_bytes_ = first.packets.size();
    }
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<Worker*> idle;
    std::deque<std::size_t> lengths;  // of the groups that are being encoded
    OrderedJobs<Worker*> jobs(std::min(threads, kGroupLag));
    std::size_t written = 0;  // packets
    const auto take = [&] {
      Worker* const worker = jobs.take();
      index_.keys.push_back({summary_.stream_bytes, summary_.frames});
      send(worker->packets);
      group_bytes_ = worker->packets.size();
      group_packets_ = lengths.front();
      lengths.pop_front();
      written += group_packets_;
      close_group();
      summary_.off_map += worker->off_map;
      idle.push_back(worker);
      const std::size_t end = std::min(samples.packet_offset(written), samples.size());
      summary_.frames = end / frame_bytes_of(header);
      if (progress) progress(end);
    };
    const std::uint32_t sequence = encoder_.packets();
    for (std::size_t first = 0; first < all; first += lengths.back()) {
      while (jobs.full()) take();
      lengths.push_back(std::min(group_length(lengths.size()), all - first));
      const std::size_t count = lengths.back();
      if (idle.empty()) {
        workers.push_back(std::make_unique<Worker>(*this));
        idle.push_back(workers.back().get());
      }
      Worker* const worker = idle.back();
      idle.pop_back();
      jobs.add([worker, &samples, first, count, sequence] {
        worker->encode(samples, first, count, sequence, count == samples.packets());
        return worker;
      });
    }
    while (!jobs.empty()) take();
    if (index_.keys.size() > 1) {
      encoder_.resume(sequence + static_cast<std::uint32_t>(all), summary_.frames);
      finish_index();
    }
  }

  EncodeSummary& summary() { return summary_; }

 private:
  /// What encodes groups on their own, and its memory: of memory that is given back, the system
  /// clears each page when it is taken again.
  struct Worker {
    explicit Worker(const PacketWriter& writer)
        : encoder(writer.summary_.header, writer.tables_, Transport::kFile),
          header(writer.summary_.header) {
      encoder.set_lossy_step(writer.lossy_step_);
      encoder.set_lanes(writer.lanes_);
      encoder.set_short_headers(writer.short_headers_);
    }

    /// @param last  the group is the whole stream
    void encode(const SampleImage& samples, std::size_t first, std::size_t count,
                std::uint32_t sequence, bool last) {
      const std::uint64_t off_map_before = encoder.off_map();
      encoder.resume(sequence + static_cast<std::uint32_t>(first),
                     samples.packet_offset(first) / frame_bytes_of(header));
      packets.clear();
      for (std::size_t number = first; number < first + count; ++number) {
        samples.packet(samples.packet_offset(number), packet);
        encoder.encode_samples(packet.data(), packet.size() / frame_bytes_of(header),
                               {number == first, last && number + 1 == first + count}, packets);
      }
      off_map = encoder.off_map() - off_map_before;
    }

    Encoder encoder;
    const StreamHeader& header;
    Samples packet;
    std::vector<std::uint8_t> packets;
    std::uint64_t off_map = 0;  ///< samples of the group
  };

  void send(const std::vector<std::uint8_t>& bytes) {
    sink_(bytes.data(), bytes.size());
    summary_.stream_bytes += bytes.size();
  }

  void close_group() {
    mean_packets_.push_back(std::max<std::size_t>(group_bytes_ / group_packets_, 1));
    if (mean_packets_.size() > kGroupLag) mean_packets_.pop_front();
    group_bytes_ = 0;
    group_packets_ = 0;
  }

  /// Packets of a group, if `between` are being encoded between the last closed one and it.
  std::size_t group_length(std::size_t between = 0) const {
    if (key_interval_) {
      return *key_interval_ == 0 ? std::numeric_limits<std::size_t>::max() : *key_interval_;
    }
    // The cascade profile has no state that a key packet would lose.
    if (summary_.header.profile == Profile::kCascade) return 1;
    // The group kGroupLag before it is closed in any case, the same with any number of threads.
    const std::size_t closed = mean_packets_.size() + between;
    const std::size_t bytes =
        closed < kGroupLag ? first_packet_bytes_ : mean_packets_[closed - kGroupLag];
    const std::uint64_t wanted = kKeyChannelBytes * summary_.header.channels;
    // A quiet beginning says nothing of what follows.
    const std::uint64_t most = std::max<std::uint64_t>(kMaxGroupFrames / packet_frames_, 1);
    return static_cast<std::size_t>(std::min((wanted + bytes - 1) / bytes, most));
  }

  void finish_index() {
    index_.bytes = summary_.stream_bytes;
    index_.frames = summary_.frames;
    send(encoder_.index(index_payload(index_)));
  }

  Encoder encoder_;
  const Tables& tables_;
  const ByteSink& sink_;
  EncodeSummary summary_;
  int lossy_step_;
  int lanes_;
  bool short_headers_;
  std::optional<std::uint16_t> key_interval_;
  std::uint64_t packet_frames_;
  std::uint64_t packets_ = 0;
  std::vector<std::uint8_t> bytes_;  ///< of the current packet
  std::size_t first_packet_bytes_ = 1;
  std::size_t group_bytes_ = 0;    ///< of the packets since the last key packet, that one included
  std::size_t group_packets_ = 0;  ///< how many these are
  std::deque<std::size_t> mean_packets_;  ///< bytes of a packet in each of the last groups
  StreamIndex index_;
};

namespace {

/// What `fast` leaves to presets that take longer: one line if that is much, else nothing.
std::string smaller_preset(const SampleImage& image, const StreamHeader& header,
                           const Tables& tables, const EncodeOptions& options) {
  if (options.preset != find_preset("fast") || options.tables != nullptr ||
      tables.profile() == Profile::kCascade || image.samples() < kMinPresetSamples) {
    return {};
  }
  // Short, as it is no part of the work: of small files it would take longer than that.
  const std::size_t middle = (image.packets() - 1) / 2;
  const std::size_t frames = std::max(kPresetTrialFrames, kPresetTrialSamples / header.channels);
  Packets packets = {image.packet(image.packet_offset(middle))};
  packets[0].resize(std::min(packets[0].size(), frames * frame_bytes_of(header)));
  const std::uint64_t size = trial_size(packets, header, tables, options.lossy_step);
  std::uint64_t balanced = size;
  StreamHeader other = header;
  for (const Coding& coding : find_preset("balanced")->codings) {
    other.corrections = coding.corrections;
    for (const Tables* const own : tables_for(options, coding.profile, other)) {
      balanced = std::min(balanced, trial_size(packets, other, *own, options.lossy_step));
    }
  }
  // The same of a part, as it is slow.
  Samples part = std::move(packets[0]);
  const std::size_t part_frames = kBestTrialSamples / header.channels + 1;
  part.resize(std::min(part.size(), part_frames * frame_bytes_of(header)));
  other.corrections = {};
  const SampleImage image_of_part(part.data(), part.size(), header);
  EncodeOptions best = options;
  best.profile = Profile::kCascade;
  best.preset = nullptr;
  // The map is known, and takes longer to find than all this.
  if (!is_wide(header.sample_type)) {
    best.mapping = header.mapping;
    best.map = header.map;
  }
  const Tables& cascade = choose_cascade(image_of_part, true, best, other);
  const std::uint64_t part_size = coded_size({part}, header, tables, options.lossy_step);
  const std::uint64_t part_best = coded_size({part}, other, cascade, options.lossy_step);
  const auto percent = [](std::uint64_t less, std::uint64_t than) {
    return less >= than ? 0 : (100 * (than - less) + than / 2) / than;
  };
  const std::uint64_t by_balanced = percent(balanced, size);
  const std::uint64_t by_best = percent(part_best, part_size);
  const bool much = by_best >= by_balanced + kWorthBest;
  if (by_balanced < kWorthPreset && !much) return {};
  std::string text;
  if (by_balanced >= kWorthPreset) {
    text = fmt::format("--preset balanced makes it about {} % smaller", by_balanced);
  }
  if (much) {
    text += fmt::format("{}--preset best {}about {} %{}", text.empty() ? "" : ", ",
                        text.empty() ? "makes it " : "", by_best, text.empty() ? " smaller" : "");
  }
  return text;
}

/// What the user should know of the samples.
/// @param raw  no header says what they are
void add_notes(const SampleImage& image, const StreamHeader& header, const Tables& tables, bool raw,
               const EncodeOptions& options, EncodeSummary& summary) {
  const Samples first = image.packet(0);
  if (raw) {
    for (std::string& note : type_notes(first, header)) {
      summary.notes.push_back(std::move(note));
    }
  }
  const std::vector<std::int32_t> values = note_values(first, header);
  const bool forced = options.mapping == Mapping::kShift6;
  if (forced && !std::all_of(values.begin(), values.end(), [](std::int32_t value) {
        return Shift6::on_grid(static_cast<std::int16_t>(value));
      })) {
    summary.notes.emplace_back(
        "mapping shift6 was forced on samples that are not on its grid; such samples "
        "are sent one by one");
  }
  for (std::string& note : signal_notes(values, header)) {
    summary.notes.push_back(std::move(note));
  }
  summary.smaller_preset = smaller_preset(image, header, tables, options);
}

/// Longer packets if a profile was chosen that wants them.
void suit_packets(const Tables& tables, const EncodeOptions& options, StreamHeader& header,
                  SampleImage& samples) {
  if (tables.profile() != Profile::kCascade || options.profile == Profile::kCascade) return;
  EncodeOptions cascade = options;
  cascade.profile = Profile::kCascade;
  header.packet_frames = header_for(header.channels, 0, cascade).packet_frames;
  samples = samples.with_packets(header);
}

/// Sends all packets; the last one closes the stream. An empty image sends one empty packet.
void send(const SampleImage& image, PacketWriter& writer, const EncodeOptions& options,
          std::size_t done_before, const ByteProgress& progress) {
  const std::size_t threads = thread_count(options.threads);
  if (threads > 1 && image.packets() > 1 && !options.key_interval) {
    writer.packets(image, threads, [&](std::uint64_t done) {
      if (progress) progress(done_before + done);
    });
    return;
  }
  std::size_t offset = 0;
  bool last = false;
  Samples packet;
  while (!last) {
    last = image.whole(offset);
    image.packet(offset, packet);
    writer.packet(packet, last);
    offset += image.packet_bytes(offset);
    if (progress) {
      progress(done_before + offset);
    }
  }
}

}  // namespace

EncodeOptions options_like(const StreamHeader& header, const Tables& tables) {
  EncodeOptions options;
  options.mapping = header.mapping;
  options.map = header.map;
  if (header.mapping != Mapping::kShift6) options.code_width = header.code_width;
  options.profile = header.profile;
  options.tables = &tables;
  options.packet_frames = header.packet_frames;
  options.corrections = header.corrections;
  options.narrow = header.narrow;
  options.order = header.order;
  options.sample_type = header.sample_type;
  options.big_endian = header.big_endian;
  if (is_wide(header.sample_type)) options.low_bits = header.low_bits;
  return options;
}

EncodeSummary encode_wav(const std::uint8_t* image, std::size_t size, const EncodeOptions& options,
                         const ByteSink& sink, const ByteProgress& progress) {
  const WavLayout layout = read_wav_layout(image, size);
  EncodeOptions typed = options;
  typed.sample_type = layout.type;
  typed.big_endian = false;
  // The stream's rate is in 1/1000 Hz; a rate beyond that is still in the container.
  constexpr std::uint32_t kMaxRate = std::numeric_limits<std::uint32_t>::max() / 1000;
  const bool rate_fits = layout.rate <= kMaxRate;
  StreamHeader header = layout.applies()
                            ? header_for(layout.channels, rate_fits ? layout.rate * 1000 : 0, typed)
                            : header_for(1, 0, {});
  header.stream_number = typed.stream_number.value_or(number_of(image, size));
  header.total_frames = layout.applies() ? layout.frames() : 0;
  header.container = 2;
  const std::size_t end = layout.data_offset + layout.data_bytes;
  if (layout.applies() && rate_fits && layout.data_offset == kCanonicalHeaderBytes && end == size) {
    const std::vector<std::uint8_t> header_bytes(image, image + kCanonicalHeaderBytes);
    // A size field that the canonical header cannot hold belongs to a file that is not canonical.
    try {
      header.container = canonical_header(layout.channels, layout.rate, layout.frames(),
                                          layout.type) == header_bytes
                             ? 1
                             : 2;
    } catch (const Error&) {
      header.container = 2;
    }
  }
  SampleImage samples(image + layout.data_offset, layout.data_bytes, header, typed.quick_choice);
  const Tables& tables = layout.applies() ? choose_coding(samples, true, typed, header)
                                          : Tables::builtin(typed.profile, "default");
  if (layout.applies()) suit_packets(tables, typed, header, samples);
  const int lanes = layout.applies() ? lanes_for(samples, header, tables, typed) : 1;
  PacketWriter writer(header, tables, typed, lanes, sink);
  if (!layout.applies()) {
    writer.container(false, image, size, progress);
  } else if (header.container == 2) {
    writer.container(false, image, layout.data_offset);
    writer.container(true, image + end, size - end);
  }
  send(samples, writer, typed, layout.data_offset, progress);
  EncodeSummary& summary = writer.summary();
  summary.input_bytes = size;
  summary.stored_because = layout.reason;
  if (layout.applies()) {
    if (!layout.note.empty()) summary.notes.push_back(layout.note);
    if (typed.notes) add_notes(samples, header, tables, false, typed, summary);
  }
  return summary;
}

EncodeSummary encode_raw(const std::uint8_t* image, std::size_t size, std::uint32_t channels,
                         std::uint32_t rate_millihertz, const EncodeOptions& options,
                         const ByteSink& sink, const ByteProgress& progress) {
  StreamHeader header = header_for(channels, rate_millihertz, options);
  const std::size_t frame_bytes = frame_bytes_of(header);
  const std::size_t rest = size % frame_bytes;
  header.stream_number = options.stream_number.value_or(number_of(image, size));
  header.total_frames = size / frame_bytes;
  if (rest != 0) header.container = 2;
  SampleImage samples(image, size - rest, header, options.quick_choice);
  const Tables& tables = choose_coding(samples, true, options, header);
  suit_packets(tables, options, header, samples);
  const int lanes = lanes_for(samples, header, tables, options);
  PacketWriter writer(header, tables, options, lanes, sink);
  // A file without frames is stored, and that is before samples that do not come.
  writer.container(header.total_frames != 0, image + size - rest, rest);
  send(samples, writer, options, 0, progress);
  EncodeSummary& summary = writer.summary();
  summary.input_bytes = size;
  if (rest != 0) {
    summary.notes.push_back(
        fmt::format("the last {} bytes are not a whole frame of {} channels and were kept as they "
                    "are; check the number of channels if the recording was not cut",
                    rest, channels));
  }
  if (options.notes) {
    add_notes(samples, header, tables, !options.certain_type, options, summary);
  }
  return summary;
}

const Tables& choose_coding(const void* samples, std::size_t frames, const EncodeOptions& options,
                            StreamHeader& header) {
  header.sample_type = options.sample_type;
  header.rounding = header.rounding || options.lossy_step > 1;
  header.big_endian = kBigEndianMachine;
  const SampleImage image(static_cast<const std::uint8_t*>(samples),
                          frames * frame_bytes_of(header), header);
  const Tables& tables = choose_coding(image, false, options, header);
  header.big_endian = options.big_endian;
  return tables;
}

const Tables& choose_coding(const std::vector<std::int16_t>& samples, const EncodeOptions& options,
                            StreamHeader& header) {
  EncodeOptions int16 = options;
  int16.sample_type = SampleType::kInt16;
  return choose_coding(samples.data(), samples.size() / header.channels, int16, header);
}

RawEncoder::RawEncoder(std::uint32_t channels, std::uint32_t rate_millihertz,
                       const EncodeOptions& options, ByteSink sink)
    : options_(options),
      sink_(std::move(sink)),
      header_(header_for(channels, rate_millihertz, options)),
      packet_bytes_(frame_bytes_of(header_) * header_.packet_frames) {
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
  if (pending_.size() % frame_bytes_of(header_) != 0) {
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
  Samples samples = pending_;
  to_byte_order(header_.sample_type, header_.big_endian, samples.data(), samples.size());
  if (!writer_) {
    const SampleImage first(pending_.data(), pending_.size(), header_);
    header_.stream_number =
        options_.stream_number.value_or(number_of(pending_.data(), pending_.size()));
    const Tables& tables = choose_coding(first, false, options_, header_);
    const int lanes = lanes_for(first, header_, tables, options_);
    writer_ = std::make_unique<PacketWriter>(header_, tables, options_, lanes, sink_);
    if (options_.notes) {
      add_notes(first, header_, tables, !options_.certain_type, options_, writer_->summary());
    }
  }
  writer_->packet(samples, last);
  pending_.clear();
}

}  // namespace nrc
