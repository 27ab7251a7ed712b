// SPDX-License-Identifier: Apache-2.0
//
// nrc events: the spikes of a stream, as text.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"
#include "format/event_payload.hpp"
#include "host/input_file.hpp"
#include "host/output_file.hpp"
#include "nrc/error.hpp"
#include "nrc/packet.hpp"

namespace nrc::cli {
namespace {

constexpr std::size_t kTextBytes = std::size_t{1} << 16;  ///< written at once

/// Writes the events as rows. Samples are not decoded, so no tables are needed.
class EventTable {
 public:
  explicit EventTable(host::OutputFile& output) : output_(output) {
    text_ = "frame,seconds,channel,amplitude\n";
  }

  /// @throws Error if a packet of the stream is damaged, or it has no events
  void read(const std::uint8_t* data, std::size_t size) {
    for (std::size_t at = 0; at < size;) {
      const ParsedPacket packet = parse_packet(data + at, size - at);
      if (packet.status != ParseStatus::kPacket) {
        throw Error(fmt::format("{} at byte {}",
                                !header_ ? "not an nrc stream"
                                : packet.status == ParseStatus::kIncomplete
                                    ? "the stream ends inside a packet"
                                    : "damaged",
                                at));
      }
      take(packet);
      at += packet.size;
    }
    if (!header_ || !header_->events) {
      throw Error("the stream has no events; encode it with `nrc stream encode --events`");
    }
    flush();
  }

 private:
  void take(const ParsedPacket& packet) {
    const PacketHeader& h = packet.header;
    if (h.type == PacketType::kStreamHeader) {
      header_ = parse_stream_header(packet.payload, h.length);
      if (h.sequence == 0) frame_ = 0;
      return;
    }
    if (!header_) throw Error("the stream does not begin with a stream header");
    if (h.type != PacketType::kEvents) return;
    // Counted on beyond 32 bits.
    frame_ += static_cast<std::uint32_t>(h.first_frame - static_cast<std::uint32_t>(frame_));
    events_.clear();
    parse_events({header_->channels, header_->code_width}, packet.payload, h.length, frame_,
                 events_);
    for (const Event& event : events_) {
      const double rate = static_cast<double>(header_->rate_millihertz) / 1000.0;
      const std::string seconds =
          rate == 0.0 ? "" : fmt::format("{:.6f}", static_cast<double>(event.frame) / rate);
      text_ += fmt::format("{},{},{},{}\n", event.frame, seconds, event.channel, event.amplitude);
    }
    if (text_.size() >= kTextBytes) flush();
  }

  void flush() {
    output_.write(reinterpret_cast<const std::uint8_t*>(text_.data()), text_.size());
    text_.clear();
  }

  host::OutputFile& output_;
  std::string text_;  ///< not written yet
  std::optional<StreamHeader> header_;
  std::uint64_t frame_ = 0;  ///< from which the last packet counts
  std::vector<Event> events_;
};

void write_events(const std::string& path, const std::string& target, bool force) {
  host::InputFile input(path);
  host::OutputFile output(target, &input, host::overwrite(force));
  try {
    EventTable(output).read(input.data(), input.size());
  } catch (const host::OutputError&) {
    throw;
  } catch (const Error& e) {
    throw Error(fmt::format("{}: {}", input.name(), e.what()));
  }
  output.commit(false);
}

}  // namespace

void add_events_command(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("events", "Write the spikes that a stream holds as a table (CSV)");
  struct Arguments {
    std::string stream;
    std::string output = "-";
    bool force = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("stream", arguments->stream, "stream to read; - is standard input")
      ->required();
  command->add_option("-o,--output", arguments->output, "file to write; - is standard output")
      ->capture_default_str();
  command->add_flag("-f,--force", arguments->force, "replace the output if it exists");
  command->callback(
      [arguments] { write_events(arguments->stream, arguments->output, arguments->force); });
}

}  // namespace nrc::cli
