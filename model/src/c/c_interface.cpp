// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "c/guarded.hpp"
#include "c/tables_handle.hpp"
#include "nrc/decoder.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/file_encoder.hpp"
#include "nrc/file_reader.hpp"
#include "nrc/nrc.h"
#include "nrc/preset.hpp"
#include "nrc/rate_control.hpp"
#include "nrc/receiver.hpp"

static_assert(NRC_PROFILE_HUFFMAN == static_cast<int>(nrc::Profile::kHuffman));
static_assert(NRC_PROFILE_RANGE == static_cast<int>(nrc::Profile::kRange));
static_assert(NRC_PROFILE_NEURAL == static_cast<int>(nrc::Profile::kNeural));
static_assert(NRC_PROFILE_CASCADE == static_cast<int>(nrc::Profile::kCascade));
static_assert(NRC_MAPPING_CODE == static_cast<int>(nrc::Mapping::kCode));
static_assert(NRC_MAPPING_SHIFT6 == static_cast<int>(nrc::Mapping::kShift6));
static_assert(NRC_MAPPING_MAP == static_cast<int>(nrc::Mapping::kMap));
static_assert(NRC_ROUND_NEAREST_AWAY == static_cast<int>(nrc::Rounding::kNearestAway));
static_assert(NRC_CLASS_OFF == static_cast<int>(nrc::ChannelClass::kOff));
static_assert(NRC_CLASS_EVENTS == static_cast<int>(nrc::ChannelClass::kEventsOnly));
static_assert(nrc::kUnknownFrames == UINT64_MAX);
static_assert(NRC_UINT16 == static_cast<int>(nrc::SampleType::kUint16));
static_assert(NRC_UINT8 == static_cast<int>(nrc::SampleType::kUint8));
static_assert(NRC_INT24 == static_cast<int>(nrc::SampleType::kInt24));
static_assert(NRC_UINT32 == static_cast<int>(nrc::SampleType::kUint32));

namespace {

using nrc::Error;
using nrc::Profile;
using nrc::Tables;
using nrc::c::fail;
using nrc::c::guarded;

constexpr std::uint32_t kDefaultPacketFrames = 20;
constexpr int kDefaultCodeWidth = 10;
constexpr std::size_t kDefaultReorderPackets = 8;
constexpr std::uint32_t kChoiceSamples = 1 << 17;

const Tables& tables_of(const nrc_encoder_config& config, int code_width) {
  const auto profile = static_cast<Profile>(config.profile);
  if (config.tables == nullptr) {
    return Tables::builtin(profile, config.builtin_tables != nullptr
                                        ? config.builtin_tables
                                        : Tables::standard_name(code_width));
  }
  if (config.builtin_tables != nullptr) {
    throw Error("both builtin_tables and tables are set; give one of them");
  }
  const Tables& tables = *config.tables->tables;
  if (tables.profile() != profile) {
    throw Error(std::string("the tables are of the ") + nrc::profile_name(tables.profile()) +
                " profile; give that profile or other tables");
  }
  return tables;
}

/// Where decoder and receiver find tables: those of the caller, or else the built-in ones.
class TableSource {
 public:
  /// @param given  may be null
  explicit TableSource(const nrc_tables* given) {
    // Shared: the caller may let go of them before the decoder does.
    if (given != nullptr) given_ = given->tables;
  }
  const Tables* operator()(Profile profile, std::uint32_t id) const {
    return given_ && given_->profile() == profile && given_->id() == id
               ? given_.get()
               : Tables::builtin_by_id(profile, id);
  }

 private:
  std::shared_ptr<const Tables> given_;
};

nrc_stream_info info_of(const nrc::StreamHeader& h, int lossy_step) {
  nrc_stream_info info = {};
  info.profile = static_cast<int>(h.profile);
  info.mapping = static_cast<int>(h.mapping);
  info.code_width = h.code_width;
  info.narrow = h.narrow ? 1 : 0;
  info.taps = h.corrections.taps ? 1 : 0;
  info.neighbour = h.corrections.neighbour ? 1 : 0;
  info.channels = h.channels;
  info.packet_frames = h.packet_frames;
  info.rate_millihertz = h.rate_millihertz;
  info.table_id = h.table_id;
  info.total_frames = h.total_frames;
  if (h.mapping == nrc::Mapping::kMap) {
    const nrc::MapStep& step = h.map.steps[h.map.channels[0].step];
    info.map_numerator = step.numerator;
    info.map_denominator = step.denominator;
  }
  info.stream_number = h.stream_number;
  info.lossy_step = lossy_step;
  info.sample_type = static_cast<int>(h.sample_type);
  info.low_bits = h.low_bits;
  info.events = h.events ? 1 : 0;
  info.classes = h.classes ? 1 : 0;
  return info;
}

nrc_status get_info(const std::optional<nrc::StreamHeader>& header, int lossy_step,
                    nrc_stream_info* info) {
  if (info == nullptr) return NRC_ERROR_ARGUMENT;
  if (!header) return NRC_ERROR_STATE;
  *info = info_of(*header, lossy_step);
  return NRC_OK;
}

nrc::ValueMap map_of(const nrc_encoder_config& config) {
  nrc::ValueMap map;
  if (config.mapping != NRC_MAPPING_MAP) {
    if (config.map != nullptr) throw Error("map is set; give mapping NRC_MAPPING_MAP with it");
    return map;
  }
  const nrc_map* const given = config.map;
  if (given == nullptr || given->steps == nullptr || given->channels == nullptr) {
    throw Error("map is null; NRC_MAPPING_MAP needs it, its steps and its channels");
  }
  if (given->channel_count != 1 && given->channel_count != config.channels) {
    throw Error("map has " + std::to_string(given->channel_count) + " channels; give 1 or " +
                std::to_string(config.channels));
  }
  if (given->step_count == 0 || given->step_count > nrc::kMaxMapSteps) {
    throw Error("map has " + std::to_string(given->step_count) + " steps; give 1 to 255");
  }
  for (std::uint32_t i = 0; i < given->step_count; ++i) {
    const nrc_map_step& step = given->steps[i];
    if (step.rounding < NRC_ROUND_DOWN || step.rounding > NRC_ROUND_NEAREST_AWAY) {
      throw Error("rounding of a step is " + std::to_string(step.rounding) + "; give 0 to 3");
    }
    map.steps.push_back(
        {step.numerator, step.denominator, static_cast<nrc::Rounding>(step.rounding)});
  }
  for (std::uint32_t i = 0; i < given->channel_count; ++i) {
    const nrc_channel_map& channel = given->channels[i];
    if (channel.step >= given->step_count) {
      throw Error("step of a channel is " + std::to_string(channel.step) +
                  "; the map has fewer steps");
    }
    map.channels.push_back({static_cast<std::uint8_t>(channel.step), channel.offset});
  }
  return map;
}

std::vector<nrc::ChannelClass> classes_of(const std::uint8_t* given, std::uint32_t channels) {
  std::vector<nrc::ChannelClass> classes;
  for (std::uint32_t c = 0; c < channels; ++c) {
    if (given[c] > NRC_CLASS_EVENTS) {
      throw Error("class of channel " + std::to_string(c) + " is " + std::to_string(given[c]) +
                  "; give 0 to 3");
    }
    classes.push_back(static_cast<nrc::ChannelClass>(given[c]));
  }
  return classes;
}

nrc::RateSettings rate_settings(const nrc_encoder_config& config, std::uint32_t packet_frames) {
  const auto number = [](const char* name, int step) {
    const int index = nrc::lossy_index(step);
    if (index < 0 || index > nrc::kMaxRateStep) {
      throw Error(std::string(name) + " is " + std::to_string(step) +
                  "; give 1, 2, 3, 4, 6, 8, 12 or 16");
    }
    return index;
  };
  nrc::RateSettings settings;
  if (config.link_buffer != 0) settings.buffer_words = config.link_buffer;
  if (config.max_step != 0) settings.max_step = number("max_step", config.max_step);
  settings.first_step = config.first_step != 0 ? number("first_step", config.first_step)
                                               : std::min(settings.first_step, settings.max_step);
  if (config.min_step != 0) settings.min_step = number("min_step", config.min_step);
  settings.link_words = nrc::link_words(config.link_rate, packet_frames,
                                        static_cast<double>(config.rate_millihertz) / 1000.0);
  return settings;
}

nrc::StreamHeader header_of(const nrc_encoder_config& config) {
  const auto within = [](const char* name, std::uint64_t value, std::uint64_t max) {
    if (value > max) {
      throw Error(std::string(name) + " is " + std::to_string(value) + "; give at most " +
                  std::to_string(max));
    }
  };
  if (config.channels == 0) throw Error("channels is 0; give 1 to 65536");
  within("channels", config.channels, nrc::kMaxChannels);
  within("packet_frames", config.packet_frames, nrc::kMaxStatedPacketFrames);
  // Negative numbers are large ones.
  within("profile", static_cast<unsigned>(config.profile), NRC_PROFILE_CASCADE);
  within("mapping", static_cast<unsigned>(config.mapping), NRC_MAPPING_MAP);
  within("narrow", static_cast<unsigned>(config.narrow), 1);
  within("taps", static_cast<unsigned>(config.taps), 1);
  within("neighbour", static_cast<unsigned>(config.neighbour), 1);
  within("code_width", static_cast<unsigned>(config.code_width), nrc::kMaxWideCodeWidth);
  within("sample_type", static_cast<unsigned>(config.sample_type), NRC_UINT32);
  within("low_bits", static_cast<unsigned>(config.low_bits), nrc::kMaxLowBits);
  within("event_threshold", static_cast<unsigned>(config.event_threshold),
         (1U << nrc::kEventThresholdBits) - 1);
  within("events_only", static_cast<unsigned>(config.events_only), 1);
  if (config.events_only != 0 && config.event_threshold == 0) {
    throw Error("events_only is set; give an event_threshold with it, such as 26");
  }
  if (config.link_rate != 0 && config.rate_millihertz == 0) {
    throw Error("link_rate is set; give rate_millihertz with it");
  }
  nrc::StreamHeader h;
  h.mapping = static_cast<nrc::Mapping>(config.mapping);
  h.code_width = config.code_width == 0 ? kDefaultCodeWidth : config.code_width;
  h.map = map_of(config);
  h.sample_type = static_cast<nrc::SampleType>(config.sample_type);
  h.low_bits = config.low_bits;
  h.channels = config.channels;
  h.rate_millihertz = config.rate_millihertz;
  h.packet_frames = config.packet_frames == 0 ? kDefaultPacketFrames : config.packet_frames;
  h.narrow = config.narrow != 0;
  h.corrections.taps = config.taps != 0;
  h.corrections.neighbour = config.neighbour != 0;
  if (config.channel_order != nullptr) {
    h.order.assign(config.channel_order, config.channel_order + config.channels);
  }
  h.rounding = config.link_rate != 0;
  h.proportional = h.rounding && config.profile != NRC_PROFILE_CASCADE;
  h.events = config.event_threshold != 0;
  h.classes = config.channel_classes != nullptr;
  h.stream_number = config.stream_number != 0 ? config.stream_number : std::random_device()();
  return h;
}

/// Whether a stream header, perhaps after events, is before the data packet.
bool has_stream_header(const std::vector<std::uint8_t>& packets) {
  for (std::size_t at = 0; at < packets.size();) {
    const nrc::PacketHeader h =
        nrc::parse_packet(packets.data() + at, nrc::kPacketHeaderBytes).header;
    if (h.type != nrc::PacketType::kEvents) return h.type == nrc::PacketType::kStreamHeader;
    at += nrc::kPacketHeaderBytes + h.length + nrc::kPacketCrcBytes;
  }
  return false;
}

}  // namespace

struct nrc_choice {
  explicit nrc_choice(const nrc::StreamHeader& header, const Tables& tables)
      : order(header.order), table_name(tables.name()) {
    for (const nrc::MapStep& step : header.map.steps) {
      steps.push_back({step.numerator, step.denominator, static_cast<int>(step.rounding)});
    }
    for (const nrc::ChannelMap& channel : header.map.channels) {
      channels.push_back({channel.step, channel.offset});
    }
    map = {steps.data(), static_cast<std::uint32_t>(steps.size()), channels.data(),
           static_cast<std::uint32_t>(channels.size())};
  }
  // The map refers to the vectors.
  nrc_choice(const nrc_choice&) = delete;
  nrc_choice& operator=(const nrc_choice&) = delete;

  std::vector<nrc_map_step> steps;
  std::vector<nrc_channel_map> channels;
  nrc_map map;
  std::vector<std::uint16_t> order;
  std::string table_name;
};

struct nrc_encoder {
  nrc_encoder(const nrc_encoder_config& config, const nrc::StreamHeader& header,
              const Tables& tables)
      : encoder(header, tables, nrc::Transport::kLink), key_interval(config.key_interval) {
    if (config.lanes != 0) encoder.set_lanes(config.lanes);
    if (header.rounding) rate_control.emplace(rate_settings(config, header.packet_frames));
    if (header.events) encoder.set_events({config.event_threshold, config.events_only != 0});
    if (header.classes) {
      encoder.set_channel_classes(classes_of(config.channel_classes, config.channels));
    }
    encoder.reserve(header.packet_frames);
    // Events of the frames before may wait for a packet.
    const std::size_t waiting = header.events ? kEventPacketBytes : 0;
    packets.reserve(encoder.max_bytes(header.packet_frames) + waiting);
  }
  static constexpr std::size_t kEventPacketBytes =
      nrc::kPacketHeaderBytes + 4 * nrc::kMaxPacketEvents + nrc::kPacketCrcBytes;

  nrc::Encoder encoder;
  std::optional<nrc::RateControl> rate_control;
  int largest_step = 1;
  std::uint32_t key_interval;
  std::uint32_t since_key =
      0;  ///< data packets with frames since the last key packet, that one included
  std::vector<std::uint8_t> packets;
  nrc_encoder_counters counters = {};
  bool closed = false;
  nrc_message message = {};
};

struct nrc_decoder {
  explicit nrc_decoder(const TableSource& tables) : decoder(tables) {}

  nrc::Decoder decoder;
  std::vector<std::uint8_t> samples;
  nrc_message message = {};
};

struct nrc_receiver {
  explicit nrc_receiver(const nrc_receiver_config& c)
      : config(c), receiver(options(c), events(*this)) {}
  // The receiver's events refer to it.
  nrc_receiver(const nrc_receiver&) = delete;
  nrc_receiver& operator=(const nrc_receiver&) = delete;

  nrc_receiver_config config;
  nrc::Receiver receiver;
  int step = 1;  ///< of the samples given last
  std::vector<nrc_event> events_found;
  bool busy = false;  ///< a callback may be running
  nrc_message message = {};

  /// Runs `work` unless a callback calls.
  template <typename Work>
  nrc_status run(const Work& work) {
    if (busy) return NRC_ERROR_STATE;
    busy = true;
    const nrc_status status = guarded(&message, NRC_ERROR_DATA, [&] {
      work();
      return NRC_OK;
    });
    busy = false;
    return status;
  }

 private:
  static nrc::Receiver::Options options(const nrc_receiver_config& c) {
    nrc::Receiver::Options options;
    options.tables = TableSource(c.tables);
    options.reorder_packets = c.reorder_packets == 0  ? kDefaultReorderPackets
                              : c.reorder_packets < 0 ? 0
                                                      : static_cast<std::size_t>(c.reorder_packets);
    return options;
  }

  static nrc::Receiver::Events events(nrc_receiver& self) {
    const nrc_receiver_config& c = self.config;
    nrc::Receiver::Events events;
    events.stream = [&self, &c](const nrc::StreamHeader& header) {
      self.step = 1;
      const nrc_stream_info info = info_of(header, 1);
      if (c.on_stream != nullptr) c.on_stream(c.user, &info);
    };
    if (c.on_samples != nullptr || c.on_step != nullptr) {
      events.samples = [&self, &c](std::uint64_t first, nrc::SampleView samples,
                                   std::size_t frames) {
        const int step = self.receiver.packet_step();
        if (c.on_step != nullptr && step != self.step) c.on_step(c.user, step);
        self.step = step;
        if (c.on_samples != nullptr) c.on_samples(c.user, first, samples.data(), frames);
      };
    }
    if (c.on_events != nullptr) {
      events.events = [&self, &c](const nrc::Event* found, std::size_t count) {
        self.events_found.clear();
        for (std::size_t i = 0; i < count; ++i) {
          self.events_found.push_back({found[i].frame, found[i].channel, found[i].amplitude});
        }
        c.on_events(c.user, self.events_found.data(), count);
      };
    }
    if (c.on_gap != nullptr) {
      events.gap = [&c](const nrc::Gap& g) {
        const nrc_gap gap = {g.first_frame, g.frames, g.lost_packets, g.dropped_frames,
                             g.undecodable_packets};
        c.on_gap(c.user, &gap);
      };
    }
    if (c.on_end != nullptr) {
      events.end = [&c](bool closed) { c.on_end(c.user, closed ? 1 : 0); };
    }
    return events;
  }
};

struct nrc_reader {
  explicit nrc_reader(const nrc_reader_config& c)
      : reader(
            c.size,
            [read = c.read, user = c.user](std::uint64_t offset, std::uint8_t* to,
                                           std::size_t count) {
              if (read(user, offset, to, count) != 0) throw Error("the file cannot be read");
            },
            TableSource(c.tables)) {}

  nrc::FileReader reader;
  nrc_message message = {};
};

const char* nrc_strerror(int status) {
  switch (status) {
    case NRC_OK:
      return "no error";
    case NRC_MORE:
      return "the packet is not complete yet";
    case NRC_ERROR_ARGUMENT:
      return "a setting or an argument is outside its range";
    case NRC_ERROR_CAPACITY:
      return "the output buffer is too small";
    case NRC_ERROR_DATA:
      return "the stream is damaged, out of order, or needs other tables";
    case NRC_ERROR_STATE:
      return "this call is not possible now";
    case NRC_ERROR_MEMORY:
      return "out of memory";
    case NRC_ERROR_INTERNAL:
      return "internal error";
  }
  return "unknown status";
}

size_t nrc_sample_size(int sample_type) {
  return sample_type < NRC_INT16 || sample_type > NRC_UINT32
             ? 0
             : nrc::sample_bytes(static_cast<nrc::SampleType>(sample_type));
}

#define NRC_TEXT_OF(x) #x
#define NRC_TEXT(x) NRC_TEXT_OF(x)
const char* nrc_version(void) {
  return NRC_TEXT(NRC_VERSION_MAJOR) "." NRC_TEXT(NRC_VERSION_MINOR) "." NRC_TEXT(
      NRC_VERSION_PATCH);
}

// ---- Encoder

nrc_status nrc_choose(nrc_encoder_config* config, const char* preset, const void* samples,
                      size_t frames, nrc_choice** choice, nrc_message* message) {
  if (choice == nullptr) return fail(message, NRC_ERROR_ARGUMENT, "choice is null");
  *choice = nullptr;
  if (config == nullptr) return fail(message, NRC_ERROR_ARGUMENT, "config is null");
  if (config->struct_size != sizeof(nrc_encoder_config)) {
    return fail(message, NRC_ERROR_ARGUMENT, "set struct_size to sizeof(nrc_encoder_config)");
  }
  if (samples == nullptr || frames == 0) {
    return fail(message, NRC_ERROR_ARGUMENT, "there are no samples to choose by; give some frames");
  }
  return guarded(message, NRC_ERROR_ARGUMENT, [&] {
    nrc_encoder_config defaults = {};
    defaults.channels = config->channels;
    defaults.sample_type = config->sample_type;
    defaults.stream_number = 1;
    nrc::StreamHeader header = header_of(defaults);
    // Of the parts of the samples that are looked at, whatever the packets of the stream are.
    header.packet_frames = std::max(kChoiceSamples / header.channels, std::uint32_t{1});
    const std::string name = preset == nullptr ? "fast" : preset;
    const nrc::Preset* const found = nrc::find_preset(name);
    if (found == nullptr) {
      throw Error("there is no preset " + name + "; give implant, fast, balanced or best");
    }
    nrc::EncodeOptions options;
    options.preset = found;
    options.profile = found->codings.front().profile;
    options.corrections = found->codings.front().corrections;
    options.sample_type = header.sample_type;
    const Tables& tables = nrc::choose_coding(samples, frames, options, header);
    auto made = std::make_unique<nrc_choice>(header, tables);
    config->profile = static_cast<int>(tables.profile());
    config->mapping = static_cast<int>(header.mapping);
    config->map = header.mapping == nrc::Mapping::kMap ? &made->map : nullptr;
    config->code_width = header.code_width;
    config->low_bits = header.low_bits;
    config->narrow = 0;
    config->taps = header.corrections.taps ? 1 : 0;
    config->neighbour = header.corrections.neighbour ? 1 : 0;
    config->channel_order = made->order.empty() ? nullptr : made->order.data();
    config->builtin_tables = made->table_name.c_str();
    config->tables = nullptr;
    *choice = made.release();
    return NRC_OK;
  });
}

void nrc_choice_destroy(nrc_choice* choice) { delete choice; }

nrc_status nrc_encoder_create(const nrc_encoder_config* config, nrc_encoder** encoder,
                              nrc_message* message) {
  if (encoder == nullptr) return fail(message, NRC_ERROR_ARGUMENT, "encoder is null");
  *encoder = nullptr;
  if (config == nullptr) return fail(message, NRC_ERROR_ARGUMENT, "config is null");
  if (config->struct_size != sizeof(nrc_encoder_config)) {
    return fail(message, NRC_ERROR_ARGUMENT, "set struct_size to sizeof(nrc_encoder_config)");
  }
  return guarded(message, NRC_ERROR_ARGUMENT, [&] {
    const nrc::StreamHeader header = header_of(*config);
    *encoder = new nrc_encoder(*config, header, tables_of(*config, header.code_width));
    return NRC_OK;
  });
}

void nrc_encoder_destroy(nrc_encoder* encoder) { delete encoder; }

size_t nrc_encoder_max_size(const nrc_encoder* encoder) { return encoder->packets.capacity(); }

nrc_status nrc_encoder_encode(nrc_encoder* encoder, const void* samples, uint32_t frames,
                              unsigned flags, uint8_t* output, size_t capacity, size_t* size) {
  nrc_message* const message = &encoder->message;
  if (size == nullptr) return fail(message, NRC_ERROR_ARGUMENT, "size is null");
  *size = 0;
  if (frames > encoder->encoder.header().packet_frames) {
    return fail(message, NRC_ERROR_ARGUMENT, "more frames than the packet_frames of the encoder");
  }
  if (samples == nullptr && frames != 0) {
    return fail(message, NRC_ERROR_ARGUMENT, "samples is null");
  }
  if ((flags & ~unsigned{NRC_KEY | NRC_LAST}) != 0) {
    return fail(message, NRC_ERROR_ARGUMENT, "unknown flags");
  }
  if (output == nullptr || capacity < nrc_encoder_max_size(encoder)) {
    return fail(message, NRC_ERROR_CAPACITY,
                "the output buffer is too small; give it nrc_encoder_max_size() bytes");
  }
  if (encoder->closed) {
    return fail(message, NRC_ERROR_STATE, "the stream is closed; create another encoder");
  }
  return guarded(message, NRC_ERROR_INTERNAL, [&] {
    nrc::PacketRequest request;
    const bool due =
        frames != 0 && encoder->key_interval != 0 && encoder->since_key >= encoder->key_interval;
    request.key = (flags & NRC_KEY) != 0 || due;
    request.last = (flags & NRC_LAST) != 0;
    std::vector<std::uint8_t>& packets = encoder->packets;
    packets.clear();
    int step = 1;
    if (encoder->rate_control) {
      step = nrc::lossy_step(encoder->rate_control->begin_packet());
      encoder->encoder.set_lossy_step(step);
    }
    const std::uint64_t event_bytes = encoder->encoder.event_bytes();
    encoder->encoder.encode_samples(samples, frames, request, packets);
    if (encoder->rate_control) {
      const std::uint64_t size_of_data =
          packets.size() - (encoder->encoder.event_bytes() - event_bytes);
      encoder->rate_control->end_packet(static_cast<std::uint32_t>(size_of_data / 4));
    }
    std::copy(packets.begin(), packets.end(), output);
    *size = packets.size();

    encoder->closed = request.last;
    nrc_encoder_counters& c = encoder->counters;
    const std::uint64_t channels = encoder->encoder.header().channels;
    ++c.packets;
    const bool key = has_stream_header(packets);
    c.key_packets += key ? 1 : 0;
    // Every key packet begins the interval again, as in the hardware.
    if (frames != 0) encoder->since_key = key ? 1 : encoder->since_key + 1;
    c.rounded_packets += step > 1 && frames != 0 ? 1 : 0;
    encoder->largest_step = std::max(encoder->largest_step, frames != 0 ? step : 1);
    c.frames += frames;
    c.off_map_samples = encoder->encoder.off_map();
    c.sample_bytes += frames * channels * nrc::sample_bytes(encoder->encoder.header().sample_type);
    c.bytes += packets.size();
    return NRC_OK;
  });
}

nrc_status nrc_encoder_set_classes(nrc_encoder* encoder, const uint8_t* classes) {
  if (classes == nullptr) return fail(&encoder->message, NRC_ERROR_ARGUMENT, "classes is null");
  return guarded(&encoder->message, NRC_ERROR_ARGUMENT, [&] {
    encoder->encoder.set_channel_classes(classes_of(classes, encoder->encoder.header().channels));
    return NRC_OK;
  });
}

void nrc_encoder_request_key(nrc_encoder* encoder) { encoder->encoder.request_key(); }

void nrc_encoder_skip(nrc_encoder* encoder, uint64_t frames) { encoder->encoder.skip(frames); }

void nrc_encoder_get_info(const nrc_encoder* encoder, nrc_stream_info* info) {
  *info = info_of(encoder->encoder.header(), encoder->largest_step);
}

void nrc_encoder_get_counters(const nrc_encoder* encoder, nrc_encoder_counters* counters) {
  *counters = encoder->counters;
}

const char* nrc_encoder_message(const nrc_encoder* encoder) { return encoder->message.text; }

// ---- Tables

void nrc_tables_destroy(nrc_tables* tables) { delete tables; }

// ---- Decoder

nrc_status nrc_decoder_create(const nrc_tables* tables, nrc_decoder** decoder,
                              nrc_message* message) {
  if (decoder == nullptr) return fail(message, NRC_ERROR_ARGUMENT, "decoder is null");
  *decoder = nullptr;
  return guarded(message, NRC_ERROR_ARGUMENT, [&] {
    *decoder = new nrc_decoder(TableSource(tables));
    return NRC_OK;
  });
}

void nrc_decoder_destroy(nrc_decoder* decoder) { delete decoder; }

size_t nrc_decoder_max_samples(const nrc_decoder* decoder) {
  if (!decoder->decoder.header()) return 0;
  const std::size_t count = decoder->decoder.max_samples();
  return count == 0 ? nrc::kMaxPacketSamples : count;
}

nrc_status nrc_decoder_decode(nrc_decoder* decoder, const uint8_t* data, size_t size, size_t* taken,
                              void* samples, size_t capacity, uint32_t* frames) {
  nrc_message* const message = &decoder->message;
  if (taken == nullptr || frames == nullptr || (data == nullptr && size != 0)) {
    return fail(message, NRC_ERROR_ARGUMENT, "taken, frames or data is null");
  }
  *taken = 0;
  *frames = 0;
  if (decoder->decoder.finished()) {
    return fail(message, NRC_ERROR_STATE, "the stream has ended");
  }
  const nrc::ParsedPacket packet = nrc::parse_packet(data, size);
  switch (packet.status) {
    case nrc::ParseStatus::kPacket:
      break;
    case nrc::ParseStatus::kIncomplete:
      return NRC_MORE;
    case nrc::ParseStatus::kBadCrc:
      return fail(message, NRC_ERROR_DATA, "a packet's CRC is wrong");
    default:
      return fail(message, NRC_ERROR_DATA, "no packet begins here");
  }
  const auto& header = decoder->decoder.header();
  if (header && nrc::is_data(packet.header.type)) {
    const std::uint64_t count = std::uint64_t{packet.header.frames} * header->channels;
    if (count <= nrc::kMaxPacketSamples && count > (samples == nullptr ? 0 : capacity)) {
      return fail(message, NRC_ERROR_CAPACITY,
                  "no room for the packet's samples; give it nrc_decoder_max_samples()");
    }
  }
  return guarded(message, NRC_ERROR_DATA, [&] {
    decoder->samples.clear();
    decoder->decoder.decode(packet, decoder->samples);
    std::copy(decoder->samples.begin(), decoder->samples.end(),
              static_cast<std::uint8_t*>(samples));
    // The stream header states how many there may be.
    decoder->samples.reserve(decoder->decoder.max_sample_bytes());
    *taken = packet.size;
    *frames = nrc::is_data(packet.header.type) ? packet.header.frames : 0;
    return NRC_OK;
  });
}

int nrc_decoder_finished(const nrc_decoder* decoder) { return decoder->decoder.finished() ? 1 : 0; }

nrc_status nrc_decoder_get_info(const nrc_decoder* decoder, nrc_stream_info* info) {
  return get_info(decoder->decoder.header(), decoder->decoder.lossy_step(), info);
}

const char* nrc_decoder_message(const nrc_decoder* decoder) { return decoder->message.text; }

// ---- Receiver

nrc_status nrc_receiver_create(const nrc_receiver_config* config, nrc_receiver** receiver,
                               nrc_message* message) {
  if (receiver == nullptr) return fail(message, NRC_ERROR_ARGUMENT, "receiver is null");
  *receiver = nullptr;
  if (config == nullptr) return fail(message, NRC_ERROR_ARGUMENT, "config is null");
  if (config->struct_size != sizeof(nrc_receiver_config)) {
    return fail(message, NRC_ERROR_ARGUMENT, "set struct_size to sizeof(nrc_receiver_config)");
  }
  if (config->reorder_packets < NRC_NO_REORDERING ||
      config->reorder_packets > std::numeric_limits<std::int16_t>::max()) {
    return fail(message, NRC_ERROR_ARGUMENT, "reorder_packets is outside -1 to 32767");
  }
  return guarded(message, NRC_ERROR_ARGUMENT, [&] {
    *receiver = new nrc_receiver(*config);
    return NRC_OK;
  });
}

void nrc_receiver_destroy(nrc_receiver* receiver) { delete receiver; }

nrc_status nrc_receiver_add(nrc_receiver* receiver, const uint8_t* data, size_t size) {
  if (data == nullptr && size != 0) {
    return fail(&receiver->message, NRC_ERROR_ARGUMENT, "data is null");
  }
  return receiver->run([&] { receiver->receiver.add(data, size); });
}

nrc_status nrc_receiver_finish(nrc_receiver* receiver) {
  return receiver->run([&] { receiver->receiver.finish(); });
}

nrc_status nrc_receiver_get_info(const nrc_receiver* receiver, nrc_stream_info* info) {
  return get_info(receiver->receiver.header(), receiver->receiver.lossy_step(), info);
}

nrc_status nrc_receiver_get_classes(const nrc_receiver* receiver, uint8_t* classes) {
  if (classes == nullptr) return NRC_ERROR_ARGUMENT;
  const std::vector<nrc::ChannelClass> known = receiver->receiver.channel_classes();
  if (known.empty()) return NRC_ERROR_STATE;
  std::transform(known.begin(), known.end(), classes,
                 [](nrc::ChannelClass c) { return static_cast<std::uint8_t>(c); });
  return NRC_OK;
}

void nrc_receiver_get_counters(const nrc_receiver* receiver, nrc_receiver_counters* counters) {
  const nrc::ReceiverCounters& c = receiver->receiver.counters();
  *counters = {c.bytes,        c.skipped_bytes,     c.sync_losses,    c.packets,
               c.late_packets, c.reordered_packets, c.lost_packets,   c.undecodable_packets,
               c.frames,       c.missing_frames,    c.dropped_frames, c.streams,
               c.events};
}

const char* nrc_receiver_message(const nrc_receiver* receiver) { return receiver->message.text; }

// ---- Reader

namespace {

/// @param channels  empty: all
nrc_status read_frames(nrc_reader& reader, std::uint64_t first, std::uint64_t frames,
                       const std::vector<std::uint32_t>& channels, void* samples) {
  const std::uint64_t all = reader.reader.frames();
  if (first > all || frames > all - first) {
    return fail(&reader.message, NRC_ERROR_ARGUMENT, "the stream has fewer frames");
  }
  if (samples == nullptr && frames != 0) {
    return fail(&reader.message, NRC_ERROR_ARGUMENT, "samples is null");
  }
  return guarded(&reader.message, NRC_ERROR_DATA, [&] {
    const nrc::StreamHeader& header = reader.reader.header();
    const std::size_t frame_bytes = nrc::sample_bytes(header.sample_type) *
                                    (channels.empty() ? header.channels : channels.size());
    auto* to = static_cast<std::uint8_t*>(samples);
    reader.reader.read(first, frames, channels, [&](nrc::SampleView given, std::size_t count) {
      to = std::copy_n(given.bytes(), count * frame_bytes, to);
    });
    return NRC_OK;
  });
}

}  // namespace

nrc_status nrc_reader_create(const nrc_reader_config* config, nrc_reader** reader,
                             nrc_message* message) {
  if (reader == nullptr) return fail(message, NRC_ERROR_ARGUMENT, "reader is null");
  *reader = nullptr;
  if (config == nullptr) return fail(message, NRC_ERROR_ARGUMENT, "config is null");
  if (config->struct_size != sizeof(nrc_reader_config)) {
    return fail(message, NRC_ERROR_ARGUMENT, "set struct_size to sizeof(nrc_reader_config)");
  }
  if (config->read == nullptr) return fail(message, NRC_ERROR_ARGUMENT, "read is null");
  return guarded(message, NRC_ERROR_DATA, [&] {
    *reader = new nrc_reader(*config);
    return NRC_OK;
  });
}

void nrc_reader_destroy(nrc_reader* reader) { delete reader; }

uint64_t nrc_reader_frames(const nrc_reader* reader) { return reader->reader.frames(); }

nrc_status nrc_reader_read(nrc_reader* reader, uint64_t first_frame, uint64_t frames,
                           void* samples) {
  return read_frames(*reader, first_frame, frames, {}, samples);
}

nrc_status nrc_reader_read_channels(nrc_reader* reader, uint64_t first_frame, uint64_t frames,
                                    const uint32_t* channels, uint32_t channel_count,
                                    void* samples) {
  if (channels == nullptr || channel_count == 0) {
    return fail(&reader->message, NRC_ERROR_ARGUMENT, "channels is null or empty");
  }
  const std::uint32_t all = reader->reader.header().channels;
  if (std::any_of(channels, channels + channel_count,
                  [all](std::uint32_t channel) { return channel >= all; })) {
    return fail(&reader->message, NRC_ERROR_ARGUMENT, "the stream has fewer channels");
  }
  return guarded(&reader->message, NRC_ERROR_DATA, [&] {
    return read_frames(*reader, first_frame, frames, {channels, channels + channel_count}, samples);
  });
}

void nrc_reader_get_info(const nrc_reader* reader, nrc_stream_info* info) {
  *info = info_of(reader->reader.header(), reader->reader.lossy_step());
}

const char* nrc_reader_message(const nrc_reader* reader) { return reader->message.text; }
