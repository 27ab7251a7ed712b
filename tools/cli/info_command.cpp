// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"
#include "file/container.hpp"
#include "file/signal_notes.hpp"
#include "file/type_notes.hpp"
#include "file/wav.hpp"
#include "format/exceptions.hpp"
#include "format/metadata.hpp"
#include "host/input_file.hpp"
#include "map_argument.hpp"
#include "nrc/decoder.hpp"
#include "nrc/error.hpp"
#include "nrc/packet.hpp"
#include "nrc/packet_decoder.hpp"

namespace nrc::cli {
namespace {

constexpr std::array<const char*, kPacketTypes> kTypeNames = {
    "header", "huffman", "range", "raw", "container", "index", "metadata", "events"};

constexpr const char* kRecover = "`nrc decode --recover` writes what survives";

/// What the packets of a stream say without decoding them.
struct StreamInfo {
  StreamHeader header;
  std::array<std::uint64_t, kTypeNames.size()> packets = {};
  std::uint64_t key_packets = 0;
  std::uint64_t exceptions = 0;         ///< samples off the map
  std::uint64_t exception_packets = 0;  ///< that hold them
  std::uint64_t frames = 0;
  std::uint64_t events = 0;  ///< spikes
  int lossy_step = 1;        ///< the largest of all packets
  std::uint64_t lossless_packets = 0;
  std::uint64_t rounded_packets = 0;
  int lanes = 1;                      ///< the most of all packets
  std::uint64_t container_bytes = 0;  ///< of the original file that are not samples
  std::uint64_t missing_packets = 0;
  std::uint64_t late_packets = 0;    ///< repeated or out of order; not in the other numbers
  std::uint64_t dropped_frames = 0;  ///< not sent by the encoder
  std::uint64_t bytes = 0;           ///< of all packets counted
  bool closed = false;
  std::string metadata;               ///< text about the recording
  std::vector<ChannelClass> classes;  ///< of the channels in the first packet; empty: none
  std::vector<std::string> notes;     ///< why the stream is larger than it needs to be
  std::string damage;  ///< the first place where the stream is not as it was sent; empty: none

  /// Why the stream cannot be decoded as a whole, empty if it can: a cut may be one that is still
  /// being written.
  std::string fault() const {
    if (!damage.empty()) return damage;
    if (late_packets != 0) return "packets are repeated or out of order";
    if (missing_packets != 0) return "packets are missing";
    return dropped_frames != 0 ? "the encoder dropped frames" : "";
  }
  std::string state() const {
    const std::string why = fault();
    return !why.empty() ? why : closed ? "closed" : "cut: its end is missing";
  }
  std::uint64_t samples() const { return frames * header.channels; }
  std::uint64_t original_bytes() const {
    return sample_bytes(header.sample_type) * samples() +
           (header.container == 1 ? kCanonicalHeaderBytes : container_bytes);
  }
  double ratio() const {
    return static_cast<double>(original_bytes()) / static_cast<double>(bytes);
  }
  /// Of the whole stream; 0 without samples.
  double bits_per_sample() const {
    return samples() == 0 ? 0.0 : 8.0 * static_cast<double>(bytes) / static_cast<double>(samples());
  }
};

/// Reads the packets of a stream, also after damage. Not a Receiver: that decodes, and
/// needs the tables.
class InfoReader {
 public:
  InfoReader(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  StreamInfo read() {
    std::size_t at = 0;
    while (at < size_) {
      const ParsedPacket packet = parse_packet(data_ + at, size_ - at);
      if (possible(packet)) {
        if (another_stream(packet)) {
          damage("another stream begins", at);
          break;
        }
        take(packet);
        at += packet.size;
        continue;
      }
      const std::size_t next = find_packet(at + 1);
      // What ends inside its last packet is cut and not damaged.
      if (next < size_ || packet.status != ParseStatus::kIncomplete || info_.closed) {
        damage(info_.closed ? "bytes follow the end" : "damaged", at);
      }
      at = next;
    }
    if (!due_) {
      throw Error(is_wav(data_, size_) ? "a WAV file, not an nrc stream; encode it first"
                                       : "not an nrc stream; give a file that `nrc encode` wrote");
    }
    add_notes();
    return info_;
  }

 private:
  void add_notes() {
    const std::uint64_t raw = info_.packets[static_cast<std::size_t>(PacketType::kRaw)];
    const std::uint64_t coded = info_.packets[static_cast<std::size_t>(PacketType::kHuffman)] +
                                info_.packets[static_cast<std::size_t>(PacketType::kRange)];
    if (info_.header.container == 2 && info_.header.total_frames == 0) {
      info_.notes.emplace_back("the file is stored, its samples are not compressed");
    }
    if (raw > coded) {
      info_.notes.push_back(
          fmt::format("{} of {} data packets are raw, which is not compressed", raw, raw + coded));
    }
    const std::vector<std::uint8_t> samples = first_samples();
    if (!stated_) {
      for (std::string& note : type_notes(samples, info_.header)) {
        info_.notes.push_back(std::move(note));
      }
    }
    for (std::string& note : signal_notes(note_values(samples, info_.header), info_.header)) {
      info_.notes.push_back(std::move(note));
    }
  }

  /// Samples of the first data packet, the only one that is decoded; none if it cannot be.
  std::vector<std::uint8_t> first_samples() {
    std::vector<std::uint8_t> samples;
    try {
      Decoder decoder;
      for (std::size_t at = 0; at < size_ && samples.empty();) {
        const ParsedPacket packet = parse_packet(data_ + at, size_ - at);
        if (packet.status != ParseStatus::kPacket) break;
        decoder.decode(packet, samples);
        info_.classes = decoder.channel_classes();
        at += packet.size;
      }
    } catch (const Error&) {
      samples.clear();
    }
    return samples;
  }

  /// Before a stream header nothing else can be read.
  bool possible(const ParsedPacket& packet) const {
    return packet.status == ParseStatus::kPacket &&
           (due_ || packet.header.type == PacketType::kStreamHeader);
  }

  std::size_t find_packet(std::size_t at) const {
    const auto first = static_cast<std::uint8_t>(kSync & 0xFF);
    for (; at < size_; ++at) {
      at = static_cast<std::size_t>(std::find(data_ + at, data_ + size_, first) - data_);
      if (at < size_ && possible(parse_packet(data_ + at, size_ - at))) break;
    }
    return std::min(at, size_);
  }

  void damage(const char* what, std::size_t at) {
    if (info_.damage.empty()) info_.damage = fmt::format("{} at byte {}", what, at);
  }

  bool another_stream(const ParsedPacket& packet) const {
    if (!due_ || packet.header.type != PacketType::kStreamHeader) return false;
    const std::vector<std::uint8_t> known = serialise(info_.header);
    return !std::equal(known.begin(), known.end(), packet.payload) ||
           (packet.header.sequence == 0 && info_.closed);
  }

  void take(const ParsedPacket& packet) {
    const PacketHeader& header = packet.header;
    if (!due_) {
      info_.header = parse_stream_header(packet.payload, header.length);
      stated_ = info_.header.container == 1;
    }
    if (header.stream != static_cast<std::uint16_t>(info_.header.stream_number)) {
      ++info_.late_packets;
      return;
    }
    const auto distance = static_cast<std::int32_t>(header.sequence - due_.value_or(0));
    if (due_ && distance < 0) {
      ++info_.late_packets;
      return;
    }
    info_.missing_packets += header.sequence - due_.value_or(0);
    due_ = header.sequence + 1;
    loss_before_ = loss_before_ || distance != 0;
    ++info_.packets[static_cast<std::size_t>(header.type)];
    info_.key_packets += header.key && header.frames > 0 ? 1 : 0;
    if (is_data(header.type)) {
      // A jump of the frames that no missing packet explains.
      if (!loss_before_) {
        info_.dropped_frames += static_cast<std::uint32_t>(header.first_frame - due_frame_);
      }
      loss_before_ = false;
      due_frame_ = header.first_frame + header.frames;
    }
    info_.frames += header.frames;
    if (header.frames != 0) {
      info_.lossy_step = std::max(info_.lossy_step, lossy_step(header.step));
      ++(header.step == 0 ? info_.lossless_packets : info_.rounded_packets);
    }
    info_.lanes = std::max(info_.lanes, int{header.lanes});
    if (header.exceptions) {
      ++info_.exception_packets;
      read_exceptions(packet.payload, header.length,
                      std::uint64_t{header.frames} * info_.header.channels,
                      info_.header.sample_type,
                      [this](std::uint64_t, const std::uint8_t*) { ++info_.exceptions; });
    }
    if (header.type == PacketType::kContainer) {
      const ContainerPiece piece = parse_container(packet.payload, header.length);
      info_.container_bytes += piece.length;
      stated_ = stated_ || !piece.after_samples;
    }
    if (header.type == PacketType::kEvents) info_.events += header.length / 4;
    if (header.type == PacketType::kMetadata) {
      info_.metadata = parse_metadata(packet.payload, header.length);
    }
    info_.closed = info_.closed || header.last;
    info_.bytes += packet.size;
  }

  const std::uint8_t* data_;
  std::size_t size_;
  StreamInfo info_;
  std::optional<std::uint32_t> due_;  ///< sequence number
  std::uint32_t due_frame_ = 0;
  bool loss_before_ = false;  ///< packets are missing since the last data packet
  bool stated_ = false;       ///< the file has a header that says what its samples are
};

std::string mapping_name(const StreamHeader& header) {
  constexpr std::array<const char*, 3> kNames = {"code", "shift6", "map"};
  return kNames[static_cast<std::size_t>(header.mapping)];
}

std::string tables_name(const StreamHeader& header) {
  const Tables* const tables = Tables::builtin_by_id(header.profile, header.table_id);
  return tables == nullptr ? "not built in" : tables->name();
}

/// How many channels there are of each class but the usual one.
std::string class_text(const std::vector<ChannelClass>& classes) {
  constexpr std::array<const char*, 4> kClasses = {"rounded", "lossless", "off", "events only"};
  std::string text;
  for (std::size_t k = 0; k < kClasses.size(); ++k) {
    const auto count = std::count(classes.begin(), classes.end(), static_cast<ChannelClass>(k));
    if (count == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "; at first " : ", ", count, kClasses[k]);
  }
  return text;
}

std::vector<int> class_numbers(const std::vector<ChannelClass>& classes) {
  std::vector<int> numbers;
  numbers.reserve(classes.size());
  for (const ChannelClass c : classes) numbers.push_back(static_cast<int>(c));
  return numbers;
}

/// What is lost, by how many packets.
std::string loss(const StreamInfo& info) {
  if (info.lossy_step == 1) {
    return info.header.rounding ? "none so far, in a stream that may round" : "none";
  }
  std::string text =
      fmt::format("lossy, codes in steps of {}{}, none more than {} off",
                  info.header.proportional ? "up to " : "", info.lossy_step, info.lossy_step / 2);
  if (info.lossless_packets != 0) {
    text += fmt::format("; {} of {} packets lossless", info.lossless_packets,
                        info.lossless_packets + info.rounded_packets);
  }
  return text;
}

void print_text(const std::string& name, const StreamInfo& info) {
  const StreamHeader& header = info.header;
  const auto line = [](const char* label, const std::string& value) {
    fmt::print("{:<16}{}\n", label, value);
  };
  line("stream", fmt::format("{}, number {:08x}", name, header.stream_number));
  line("state", info.state());
  line(
      "profile",
      std::string(profile_name(header.profile)) + (header.narrow ? ", with narrow state" : "") +
          (header.corrections.any() ? fmt::format(", with {}", corrections_name(header.corrections))
                                    : ""));
  if (!header.order.empty()) {
    line("channel order", fmt::format("{}", fmt::join(header.order, ",")));
  }
  line("samples", fmt::format("{}{}", sample_type_name(header.sample_type),
                              header.big_endian ? ", big-endian" : ""));
  line("mapping",
       fmt::format("{}, {} bits{}", mapping_text(header), header.code_width,
                   header.low_bits == 0 ? "" : fmt::format(" and {} low ones", header.low_bits)));
  if (info.exception_packets != 0) {
    line("exceptions", fmt::format("{} samples off the map, in {} packets", info.exceptions,
                                   info.exception_packets));
  }
  line("loss", loss(info));
  line("lanes", fmt::to_string(info.lanes));
  line("channels", fmt::to_string(header.channels) + class_text(info.classes));
  line("rate", header.rate_millihertz == 0
                   ? "unknown"
                   : fmt::format("{} Hz", static_cast<double>(header.rate_millihertz) / 1000.0));
  line("tables", fmt::format("{} (id {:08x})", tables_name(header), header.table_id));
  constexpr std::array<const char*, 3> kContainers = {"none", "WAV, canonical header",
                                                      "file, bytes around the samples kept"};
  line("container", kContainers[header.container]);
  line("frames", header.total_frames == kUnknownFrames || header.total_frames == info.frames
                     ? fmt::to_string(info.frames)
                     : fmt::format("{} of {}", info.frames, header.total_frames));
  if (header.rate_millihertz != 0) {
    line("duration", fmt::format("{:.3f} s", static_cast<double>(info.frames) * 1000.0 /
                                                 header.rate_millihertz));
  }
  std::string packets;
  for (std::size_t type = 0; type < kTypeNames.size(); ++type) {
    if (info.packets[type] != 0) {
      packets +=
          fmt::format("{}{} {}", packets.empty() ? "" : ", ", info.packets[type], kTypeNames[type]);
    }
  }
  line("packets",
       fmt::format("{}; {} key, {} missing{}", packets, info.key_packets, info.missing_packets,
                   info.late_packets == 0
                       ? ""
                       : fmt::format(", {} repeated, out of order or of another stream",
                                     info.late_packets)));
  if (header.events) line("events", fmt::to_string(info.events));
  if (header.packet_frames != 0) line("packet frames", fmt::to_string(header.packet_frames));
  line("bytes",
       fmt::format("{} of {}, ratio {:.4f}", info.bytes, info.original_bytes(), info.ratio()));
  line("bits/sample", fmt::format("{:.4f}", info.bits_per_sample()));
  for (const std::string& note : info.notes) line("note", note);
  if (!info.metadata.empty()) line("metadata", info.metadata);
}

/// Null without a value map.
nlohmann::ordered_json map_json(const StreamHeader& header) {
  if (header.mapping != Mapping::kMap) return {};
  constexpr std::array<const char*, 4> kRoundings = {"down", "towards zero", "nearest even",
                                                     "nearest away"};
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const MapStep& step : header.map.steps) {
    steps.push_back({{"numerator", step.numerator},
                     {"denominator", step.denominator},
                     {"rounding", kRoundings[static_cast<std::size_t>(step.rounding)]}});
  }
  nlohmann::ordered_json channels = nlohmann::ordered_json::array();
  for (const ChannelMap& channel : header.map.channels) {
    channels.push_back({{"step", channel.step}, {"offset", channel.offset}});
  }
  return {{"steps", steps}, {"channels", channels}};
}

/// Null without metadata, text that is not JSON as a string.
nlohmann::ordered_json metadata_json(const std::string& text) {
  if (text.empty()) return {};
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(text, nullptr, false);
  return json.is_discarded() ? nlohmann::ordered_json(text) : json;
}

void print_json(const std::string& name, const StreamInfo& info) {
  const StreamHeader& header = info.header;
  const std::string fault = info.fault();
  nlohmann::ordered_json packets;
  for (std::size_t type = 0; type < kTypeNames.size(); ++type) {
    packets[kTypeNames[type]] = info.packets[type];
  }
  nlohmann::ordered_json json = {
      {"stream", name},
      {"stream_number", header.stream_number},
      {"closed", info.closed},
      {"damage", fault.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(fault)},
      {"profile", profile_name(header.profile)},
      {"narrow", header.narrow},
      {"taps", header.corrections.taps},
      {"neighbour", header.corrections.neighbour},
      {"channel_order", header.order},
      {"mapping", mapping_name(header)},
      {"map", map_json(header)},
      {"sample_type", sample_type_name(header.sample_type)},
      {"big_endian", header.big_endian},
      {"code_width", header.code_width},
      {"low_bits", header.low_bits},
      {"exceptions", info.exceptions},
      {"exception_packets", info.exception_packets},
      {"lossy_step", info.lossy_step},
      {"may_have_events", header.events},
      {"events", info.events},
      {"lossless_packets", info.lossless_packets},
      {"rounded_packets", info.rounded_packets},
      {"lanes", info.lanes},
      {"channels", header.channels},
      {"channel_classes", class_numbers(info.classes)},
      {"rate_hz", static_cast<double>(header.rate_millihertz) / 1000.0},
      {"tables", tables_name(header)},
      {"table_id", header.table_id},
      {"container", header.container},
      {"frames", info.frames},
      {"packets", packets},
      {"key_packets", info.key_packets},
      {"missing_packets", info.missing_packets},
      {"late_packets", info.late_packets},
      {"dropped_frames", info.dropped_frames},
      {"packet_frames", header.packet_frames},
      {"stream_bytes", info.bytes},
      {"original_bytes", info.original_bytes()},
      {"ratio", info.ratio()},
      {"bits_per_sample", info.bits_per_sample()},
      {"notes", info.notes},
      {"metadata", metadata_json(info.metadata)},
  };
  if (header.total_frames != kUnknownFrames) {
    json["total_frames"] = header.total_frames;
  }
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void show_info(const std::string& path, bool json) {
  host::InputFile input(path);
  StreamInfo info;
  try {
    info = InfoReader(input.data(), input.size()).read();
  } catch (const Error& e) {
    throw Error(fmt::format("{}: {}", input.name(), e.what()));
  }
  json ? print_json(input.name(), info) : print_text(input.name(), info);
  const std::string fault = info.fault();
  if (!fault.empty()) {
    throw Error(fmt::format("{}: {}; {}", input.name(), fault, kRecover));
  }
}

}  // namespace

void add_info_command(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("info", "Show what an nrc stream contains, without decoding it");
  const auto path = std::make_shared<std::string>();
  const auto json = std::make_shared<bool>(false);
  command->add_option("stream", *path, "stream to read; - is standard input")->required();
  command->add_flag("--json", *json, "print JSON");
  command->callback([path, json] { show_info(*path, *json); });
}

}  // namespace nrc::cli
