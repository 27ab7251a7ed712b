// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "commands.hpp"
#include "input_file.hpp"
#include "nrc/error.hpp"
#include "nrc/file_codec.hpp"
#include "nrc/packetizer.hpp"
#include "nrc/wav.hpp"

namespace nrc::cli {
namespace {

constexpr std::array<const char*, 5> kTypeNames = {"header", "huffman", "range", "raw",
                                                   "container"};

/// What the packets of a stream say without decoding them.
struct StreamInfo {
  StreamHeader header;
  std::array<std::uint64_t, kTypeNames.size()> packets = {};
  std::uint64_t key_packets = 0;
  std::uint64_t frames = 0;
  std::uint64_t container_bytes = 0;  ///< of the original file that are not samples
  std::uint64_t missing_packets = 0;
  std::uint64_t bytes = 0;  ///< of the stream, up to its end or the first damage
  bool closed = false;
  std::string damage;

  std::string state() const {
    return !damage.empty() ? damage : closed ? "closed" : "cut: its end is missing";
  }
  std::uint64_t samples() const { return frames * header.channels; }
  std::uint64_t original_bytes() const {
    return 2 * samples() + (header.container == 1 ? kCanonicalHeaderBytes : container_bytes);
  }
  double ratio() const {
    return static_cast<double>(original_bytes()) / static_cast<double>(bytes);
  }
  /// Of the whole stream; 0 without samples.
  double bits_per_sample() const {
    return samples() == 0 ? 0.0 : 8.0 * static_cast<double>(bytes) / static_cast<double>(samples());
  }
};

StreamInfo read_info(InputFile& input) {
  const std::uint8_t* const data = input.data();
  const std::size_t size = input.size();
  StreamInfo info;
  std::optional<std::uint16_t> due;
  while (info.bytes < size) {
    const ParsedPacket packet = parse_packet(data + info.bytes, size - info.bytes);
    if (packet.status == ParseStatus::kIncomplete && due) {
      break;
    }
    if (packet.status != ParseStatus::kPacket || info.closed) {
      info.damage = fmt::format("damaged at byte {}", info.bytes);
      break;
    }
    const PacketHeader& header = packet.header;
    if (!due) {
      if (header.type != PacketType::kStreamHeader) {
        break;
      }
      info.header = parse_stream_header(packet.payload, header.length);
    }
    info.missing_packets += static_cast<std::uint16_t>(header.sequence - due.value_or(0));
    due = static_cast<std::uint16_t>(header.sequence + 1);
    ++info.packets[static_cast<std::size_t>(header.type)];
    info.key_packets += header.key && header.frames > 0 ? 1 : 0;
    info.frames += header.frames;
    if (header.type == PacketType::kContainer) {
      info.container_bytes += parse_container(packet.payload, header.length).length;
    }
    info.closed = header.last;
    info.bytes += packet.size;
  }
  if (!due) {
    throw Error(is_wav(data, size) ? "a WAV file, not an nrc stream; encode it first"
                                   : "not an nrc stream; give a file that `nrc encode` wrote");
  }
  return info;
}

std::string mapping_name(const StreamHeader& header) {
  return header.mapping == Mapping::kShift6 ? "shift6" : "code";
}

std::string tables_name(const StreamHeader& header) {
  const Tables* const tables = Tables::builtin_by_id(header.profile, header.table_id);
  return tables == nullptr ? "not built in" : tables->name();
}

void print_text(const std::string& name, const StreamInfo& info) {
  const StreamHeader& header = info.header;
  const auto line = [](const char* label, const std::string& value) {
    fmt::print("{:<16}{}\n", label, value);
  };
  line("stream", name);
  line("state", info.state());
  line("profile",
       std::string(profile_name(header.profile)) + (header.neighbour ? ", with neighbour" : ""));
  line("mapping", fmt::format("{}, {} bits", mapping_name(header), header.code_width));
  line("channels", fmt::to_string(header.channels));
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
       fmt::format("{}; {} key, {} missing", packets, info.key_packets, info.missing_packets));
  if (header.packet_frames != 0) line("packet frames", fmt::to_string(header.packet_frames));
  line("bytes",
       fmt::format("{} of {}, ratio {:.4f}", info.bytes, info.original_bytes(), info.ratio()));
  line("bits/sample", fmt::format("{:.4f}", info.bits_per_sample()));
}

void print_json(const std::string& name, const StreamInfo& info) {
  const StreamHeader& header = info.header;
  nlohmann::ordered_json packets;
  for (std::size_t type = 0; type < kTypeNames.size(); ++type) {
    packets[kTypeNames[type]] = info.packets[type];
  }
  nlohmann::ordered_json json = {
      {"stream", name},
      {"closed", info.closed && info.damage.empty()},
      {"damage",
       info.damage.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(info.damage)},
      {"profile", profile_name(header.profile)},
      {"neighbour", header.neighbour},
      {"mapping", mapping_name(header)},
      {"code_width", header.code_width},
      {"channels", header.channels},
      {"rate_hz", static_cast<double>(header.rate_millihertz) / 1000.0},
      {"tables", tables_name(header)},
      {"table_id", header.table_id},
      {"container", header.container},
      {"frames", info.frames},
      {"packets", packets},
      {"key_packets", info.key_packets},
      {"missing_packets", info.missing_packets},
      {"packet_frames", header.packet_frames},
      {"stream_bytes", info.bytes},
      {"original_bytes", info.original_bytes()},
      {"ratio", info.ratio()},
      {"bits_per_sample", info.bits_per_sample()},
  };
  if (header.total_frames != kUnknownFrames) {
    json["total_frames"] = header.total_frames;
  }
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void show_info(const std::string& path, bool json) {
  InputFile input(path);
  StreamInfo info;
  try {
    info = read_info(input);
  } catch (const Error& e) {
    throw Error(fmt::format("{}: {}", input.name(), e.what()));
  }
  json ? print_json(input.name(), info) : print_text(input.name(), info);
  if (!info.damage.empty()) {
    throw Error(
        fmt::format("{}: {}; get the stream from its source again", input.name(), info.damage));
  }
}

}  // namespace

void add_info_command(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("info", "Show what an nrc stream holds, without decoding it");
  const auto path = std::make_shared<std::string>();
  const auto json = std::make_shared<bool>(false);
  command->add_option("stream", *path, "stream to read; - is standard input")->required();
  command->add_flag("--json", *json, "print JSON");
  command->callback([path, json] { show_info(*path, *json); });
}

}  // namespace nrc::cli
