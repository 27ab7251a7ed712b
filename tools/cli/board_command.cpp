// SPDX-License-Identifier: Apache-2.0
//
// nrc board: the host's end of a development board. Receives the board's stream, decodes it and
// compares every sample with the source's model.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "board_source.hpp"
#include "board_status.hpp"
#include "commands.hpp"
#include "host/program.hpp"
#include "host/status_line.hpp"
#include "nrc/error.hpp"
#include "nrc/rate_control.hpp"
#include "nrc/receiver.hpp"
#include "nrc/table_files.hpp"
#include "number_range.hpp"
#include "serial_port.hpp"
#include "stages/huffman.hpp"
#include "table_argument.hpp"

namespace nrc::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kAdcBits = 10;
constexpr std::size_t kPortReadBytes = 4096;
constexpr std::chrono::milliseconds kStep{100};            ///< between two looks at the clock
constexpr std::chrono::milliseconds kStatusInterval{500};  ///< of records while a stream runs

struct BoardArguments {
  std::string port;
  unsigned baud = 2000000;
  std::uint64_t packets = 0;  ///< 0: until a signal
  std::string tables = "default";
  unsigned timeout = 5;  ///< seconds without a byte
  // Of boards with rate control: codes.
  int max_step = lossy_step(kMaxRateStep);
  int first_step = lossy_step(RateSettings().first_step);
  int min_step = 1;
  double event_threshold = kEventThreshold / 4.0;  ///< of boards with events; 0: none
  bool json = false;
};

/// A board at a serial port, and what its stream was found to be.
class BoardSession {
 public:
  explicit BoardSession(const BoardArguments& arguments)
      : arguments_(arguments),
        port_(arguments.port, arguments.baud),
        tables_(is_builtin_name(arguments.tables) ? std::string() : arguments.tables),
        receiver_({std::cref(tables_)}, events()),
        demultiplexer_([this](const std::uint8_t* data, std::size_t size) { take(data, size); },
                       [this](const BoardStatus& status) { now_ = status; }) {}
  // The events refer to it.
  BoardSession(const BoardSession&) = delete;
  BoardSession& operator=(const BoardSession&) = delete;

  /// @return whether all that came was right, and nothing is missing
  bool run() {
    const StopSignal stop;
    command('E', 0);
    await_idle(stop);
    before_ = *now_;
    // The RTL decoder takes streams with these options as another one's.
    before_.loopback =
        before_.loopback && !before_.rate_control && !before_.events && !before_.classes;
    if (stop.raised()) {
      throw Error("stopped before the stream began");
    }
    if (before_.loadable_tables) {
      load_tables();
    }
    if (before_.rate_control) control_rate();
    if (before_.events) {
      command('V', static_cast<std::uint32_t>(arguments_.event_threshold * 4.0));
    }
    if (before_.classes) write_classes();
    host::print_line(
        "nrc", fmt::format("{}: {} channels, {} profile{}{}{}", port_.path(), before_.channels,
                           before_.range ? "range" : "Huffman",
                           before_.loadable_tables ? ", tables loaded" : "",
                           before_.rate_control
                               ? fmt::format(", rounded by steps of up to {} codes for the line",
                                             arguments_.max_step)
                               : "",
                           before_.loopback ? ", with a decoder in the chip" : ""));
    host::StatusLine line([this] { return status(); });
    try {
      listening_ = true;
      command('E', 1);
      started_ = Clock::now();
      receive(stop, line);
      command('E', 0);
      await_idle(stop);
      elapsed_ = std::chrono::duration<double>(Clock::now() - started_).count();
      demultiplexer_.finish();
      receiver_.finish();
    } catch (...) {
      line.finish();
      throw;
    }
    line.finish();
    return right();
  }

  std::string json() const {
    const ReceiverCounters& c = receiver_.counters();
    nlohmann::ordered_json j;
    j["channels"] = before_.channels;
    j["profile"] = before_.range ? "range" : "huffman";
    j["packets"] = data_packets_;
    j["frames"] = c.frames;
    j["bytes"] = c.bytes;
    j["bits_per_sample"] = bits_per_sample();
    j["lossless_packets"] = lossless_packets_;
    j["largest_step"] = largest_step_;
    j["events"] = c.events;
    j["wrong_samples"] = wrong_;
    j["missing_frames"] = c.missing_frames;
    j["lost_packets"] = c.lost_packets;
    j["damages"] = c.sync_losses;
    j["closed"] = closed_;
    j["board"] = {{"packets", now_->packets - before_.packets},
                  {"dropped", now_->dropped - before_.dropped},
                  {"framing_errors", now_->framing_errors - before_.framing_errors},
                  {"off_grid", now_->off_grid - before_.off_grid},
                  {"decoded_samples", now_->decoded - before_.decoded},
                  {"decode_errors", now_->decode_errors - before_.decode_errors}};
    j["right"] = right();
    return j.dump(2);
  }

 private:
  Receiver::Events events() {
    Receiver::Events events;
    events.stream = [this](const StreamHeader& header) {
      if (header.channels != before_.channels) {
        throw Error(fmt::format("{} reports {} channels but sends {}; load its bitstream again",
                                port_.path(), before_.channels, header.channels));
      }
      ++streams_;
      source_.emplace(header.channels);
      expected_.resize(header.channels);
      due_ = 0;
    };
    events.samples = [this](std::uint64_t first, const std::int16_t* samples, std::size_t frames) {
      ++data_packets_;
      const int step = receiver_.packet_step();
      largest_step_ = std::max(largest_step_, step);
      lossless_packets_ += step == 1 ? 1 : 0;
      const int max_error = step / 2;
      for (; due_ < first; ++due_) {
        source_->frame(expected_.data());
      }
      for (std::size_t f = 0; f < frames; ++f, ++due_) {
        source_->frame(expected_.data());
        for (const std::int16_t expected : expected_) {
          wrong_ += std::abs(*samples++ - expected) > max_error ? 1U : 0U;
        }
      }
    };
    events.end = [this](bool closed) { closed_ = closed_ || closed; };
    return events;
  }

  void command(char letter, std::uint32_t argument) {
    std::vector<std::uint8_t> bytes(4, 0);  // end a command that was cut
    append_command(letter, argument, bytes);
    port_.write(bytes.data(), bytes.size());
  }

  static void append_command(char letter, std::uint32_t argument,
                             std::vector<std::uint8_t>& bytes) {
    bytes.push_back(static_cast<std::uint8_t>(letter));
    for (int shift = 0; shift < 32; shift += 8) {
      bytes.push_back(static_cast<std::uint8_t>(argument >> shift));
    }
  }

  /// Takes bytes off the port. @return false if none came in kStep
  bool pump(const StopSignal& stop) {
    const std::size_t size = port_.read(buffer_.data(), buffer_.size(), kStep, stop);
    const auto now = Clock::now();
    if (size == 0) {
      if (now - heard_ > std::chrono::seconds(arguments_.timeout)) {
        throw Error(fmt::format(
            "no answer from {} for {} s; load the board's bitstream, check --port and --baud",
            port_.path(), arguments_.timeout));
      }
      return false;
    }
    heard_ = now;
    demultiplexer_.add(buffer_.data(), size);
    return true;
  }

  /// Until the board has sent all that it had to send.
  void await_idle(const StopSignal& stop) {
    heard_ = Clock::now();
    do {
      now_.reset();
      command('S', 0);
      while (!now_) {
        pump(stop);
      }
    } while (!now_->idle);
  }

  void receive(const StopSignal& stop, host::StatusLine& line) {
    auto next_status = Clock::now() + kStatusInterval;
    heard_ = Clock::now();
    while (!stop.raised() && (arguments_.packets == 0 || data_packets_ < arguments_.packets)) {
      pump(stop);
      if (Clock::now() >= next_status) {
        command('S', 0);
        next_status = Clock::now() + kStatusInterval;
      }
      line.update();
    }
  }

  void load_tables() {
    const Tables tables =
        table_argument(arguments_.tables, before_.range ? Profile::kRange : Profile::kHuffman);
    tables.huffman().check_code_width(kAdcBits);
    const std::vector<std::uint16_t> memory = table_words(tables, "default");
    std::vector<std::uint8_t> bytes;
    append_command('T', tables.id(), bytes);
    for (std::size_t address = 0; address < memory.size(); ++address) {
      append_command(
          'W',
          static_cast<std::uint32_t>(address) | static_cast<std::uint32_t>(memory[address]) << 16,
          bytes);
    }
    port_.write(bytes.data(), bytes.size());
  }

  void control_rate() {
    const int max = lossy_index(arguments_.max_step);
    const int first = std::min(lossy_index(arguments_.first_step), max);
    const int min = lossy_index(arguments_.min_step);
    if (min > first) {
      throw Error(fmt::format("--min-step {} is more than the first step, {}; give less",
                              arguments_.min_step, lossy_step(first)));
    }
    command('R', static_cast<std::uint32_t>(max | first << 4 | min << 8));
  }

  /// All channels are rounded as their packets say.
  void write_classes() {
    std::vector<std::uint8_t> bytes(4, 0);
    for (std::uint32_t channel = 0; channel < before_.channels; ++channel) {
      append_command('C', channel, bytes);
    }
    port_.write(bytes.data(), bytes.size());
  }

  void take(const std::uint8_t* data, std::size_t size) {
    // What is left of an older stream is not looked at.
    if (!listening_) {
      return;
    }
    const std::uint64_t lost = receiver_.counters().lost_packets;
    receiver_.add(data, size);
    // What was lost shall cost no more than it must.
    if (receiver_.counters().lost_packets != lost) {
      command('K', 0);
    }
  }

  bool right() const {
    const ReceiverCounters& c = receiver_.counters();
    return closed_ && streams_ == 1 && wrong_ == 0 && c.missing_frames == 0 && c.sync_losses == 0 &&
           c.lost_packets == 0 && now_->dropped == before_.dropped &&
           now_->framing_errors == before_.framing_errors && now_->off_grid == before_.off_grid &&
           now_->decode_errors == before_.decode_errors &&
           (!before_.loopback || static_cast<std::uint32_t>(c.frames * before_.channels) ==
                                     now_->decoded - before_.decoded);
  }

  double bits_per_sample() const {
    const ReceiverCounters& c = receiver_.counters();
    const double samples = static_cast<double>(c.frames) * before_.channels;
    return samples == 0.0 ? 0.0 : 8.0 * static_cast<double>(c.bytes) / samples;
  }

  std::string status() const {
    const ReceiverCounters& c = receiver_.counters();
    const double bits = bits_per_sample();
    const double seconds =
        elapsed_ != 0.0 ? elapsed_ : std::chrono::duration<double>(Clock::now() - started_).count();
    std::string text = fmt::format(
        "{} frames in {} packets, {:.0f} frames/s: {:.3f} bits per sample of {}, ratio {:.3f}; {} "
        "samples wrong, {} packets lost, {} damaged",
        c.frames, data_packets_, static_cast<double>(c.frames) / seconds, bits, kAdcBits,
        bits == 0.0 ? 0.0 : kAdcBits / bits, wrong_, c.lost_packets, c.sync_losses);
    if (before_.rate_control) {
      text += fmt::format("; {} packets lossless, step {} now, {} at most", lossless_packets_,
                          receiver_.packet_step(), largest_step_);
    }
    if (before_.events) text += fmt::format("; {} events", c.events);
    if (now_) {
      text += fmt::format("; the board dropped {}", now_->dropped - before_.dropped);
      if (before_.loopback) {
        text += fmt::format(", decoded {} samples with {} errors", now_->decoded - before_.decoded,
                            now_->decode_errors - before_.decode_errors);
      }
    }
    return text;
  }

  const BoardArguments& arguments_;
  SerialPort port_;
  StreamTables tables_;
  Receiver receiver_;
  BoardDemultiplexer demultiplexer_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(kPortReadBytes);
  std::optional<BoardStatus> now_;  ///< the last record
  BoardStatus before_;              ///< at the beginning
  bool listening_ = false;
  Clock::time_point heard_;  ///< when the last byte came
  Clock::time_point started_;
  double elapsed_ = 0.0;  ///< seconds, at the end

  std::optional<BoardSource> source_;
  std::vector<std::int16_t> expected_;
  std::uint64_t due_ = 0;  ///< frame that the source gives next
  std::uint64_t streams_ = 0;
  std::uint64_t data_packets_ = 0;
  std::uint64_t lossless_packets_ = 0;
  int largest_step_ = 1;     ///< codes
  std::uint64_t wrong_ = 0;  ///< samples
  bool closed_ = false;
};

}  // namespace

void add_board_command(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "board", "Receive the stream of a development board, decode it and check every sample");
  const auto arguments = std::make_shared<BoardArguments>();
  command->add_option("--port", arguments->port, "serial port, for example /dev/ttyUSB1")
      ->required();
  command->add_option("--baud", arguments->baud, "its rate, bit/s")->capture_default_str();
  command->add_option("--packets", arguments->packets, "packets to check; 0: until Ctrl-C")
      ->capture_default_str();
  command
      ->add_option("--tables", arguments->tables,
                   "Huffman tables for boards that load them: built-in set or table file")
      ->capture_default_str();
  command->add_option("--timeout", arguments->timeout, "seconds to wait for a byte of the board")
      ->check(CLI::Range(1U, 3600U))
      ->capture_default_str();
  const auto steps = CLI::IsMember(rate_steps());
  command
      ->add_option(
          "--max-step", arguments->max_step,
          "of boards with rate control: codes of the largest rounding step; 1: never round")
      ->check(steps)
      ->capture_default_str();
  command
      ->add_option("--first-step", arguments->first_step,
                   "of these: codes of the step that rounding begins with")
      ->check(steps)
      ->capture_default_str();
  command
      ->add_option("--min-step", arguments->min_step,
                   "of these: codes of the smallest step; 1: lossless where the line takes it")
      ->check(steps)
      ->capture_default_str();
  command
      ->add_option("--event-threshold", arguments->event_threshold,
                   "of boards with events: of a spike, in mean innovations; 0: none")
      ->check(number_range(0.0, 15.75))
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "print the result as JSON");
  command->footer(
      "Exit status: 0 every sample correct and none missing; 1 error; 2 usage error; 3 otherwise.");
  command->callback([arguments] {
    BoardSession session(*arguments);
    const bool right = session.run();
    if (arguments->json) {
      fmt::print("{}\n", session.json());
    }
    if (!right) {
      throw CLI::RuntimeError(host::kExitIncomplete);
    }
  });
}

}  // namespace nrc::cli
