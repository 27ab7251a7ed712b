// SPDX-License-Identifier: Apache-2.0
//
// nrc self-test: the CRC expected from the built-in self test of an RTL encoder.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coding_argument.hpp"
#include "commands.hpp"
#include "format/crc.hpp"
#include "host/output_file.hpp"
#include "map_argument.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "number_range.hpp"
#include "stages/self_test.hpp"
#include "table_argument.hpp"

namespace nrc::cli {
namespace {

/// The defaults are those of nrc_encoder.
struct SelfTestArguments {
  std::uint32_t channels = 1024;
  std::string mapping = "shift6";
  int code_width = 0;
  std::uint32_t packet_frames = 20;
  std::uint32_t key_interval = 384;
  double rate = 19531.25;
  std::string profile = "huffman";
  bool narrow = false;
  bool taps = false;
  bool neighbour = false;
  bool rate_control = false;
  bool events = false;
  bool classes = false;
  std::string tables;
  std::uint32_t packets = 8;
  std::string output;
  bool force = false;
};

/// The packets that an encoder of this configuration sends in its self test.
std::vector<std::uint8_t> test_packets(const SelfTestArguments& arguments) {
  EncodeOptions options;
  mapping_argument(arguments.mapping, arguments.code_width, options);
  if (options.mapping != Mapping::kShift6 &&
      (options.mapping != Mapping::kCode || options.code_width == 0)) {
    throw Error("self-test: give --mapping shift6, or --mapping code with --code-width");
  }
  if (std::uint64_t{arguments.packets} * arguments.packet_frames < 2) {
    throw Error("self-test: a stream of one frame tests nothing; give more --packets");
  }
  const Profile profile = profile_argument(arguments.profile);
  StreamHeader header;
  header.channels = arguments.channels;
  header.packet_frames = arguments.packet_frames;
  header.rate_millihertz = static_cast<std::uint32_t>(std::llround(arguments.rate * 1000.0));
  header.mapping = *options.mapping;
  header.code_width = options.mapping == Mapping::kShift6 ? 10 : options.code_width;
  header.narrow = narrow_argument(arguments.narrow, profile);
  header.corrections = corrections_argument(arguments.taps, arguments.neighbour, profile);
  header.rounding = header.proportional = arguments.rate_control;
  header.events = arguments.events;
  header.classes = arguments.classes;
  const Tables tables = table_argument(
      arguments.tables.empty() ? Tables::standard_name(header.code_width) : arguments.tables,
      profile);

  Encoder encoder(header, tables, Transport::kLink);
  encoder.set_short_headers(false);
  if (arguments.events) encoder.set_events({});
  if (arguments.classes) {
    encoder.set_channel_classes(
        std::vector<ChannelClass>(arguments.channels, ChannelClass::kRounded));
  }
  SelfTest pattern(arguments.channels, header.code_width);
  std::vector<Code> codes(std::size_t{arguments.channels} * arguments.packet_frames);
  std::vector<std::uint8_t> packets;
  for (std::uint32_t packet = 0; packet < arguments.packets; ++packet) {
    for (Code& code : codes) code = pattern.next();
    PacketRequest request;
    request.key = arguments.key_interval != 0 && packet % arguments.key_interval == 0;
    request.last = packet + 1 == arguments.packets;
    encoder.encode(codes.data(), arguments.packet_frames, request, packets);
  }
  return packets;
}

void self_test(const SelfTestArguments& arguments) {
  const std::vector<std::uint8_t> packets = test_packets(arguments);
  if (!arguments.output.empty()) {
    host::OutputFile output(arguments.output, nullptr, host::overwrite(arguments.force));
    output.write(packets.data(), packets.size());
    output.commit(false);
  }
  fmt::print(
      "#define NRC_SELF_TEST_PACKETS {}u /* of register self_test */\n"
      "#define NRC_SELF_TEST_CRC 0x{:08X}u /* of register self_test_expected */\n",
      arguments.packets, crc32(packets));
}

}  // namespace

void add_self_test_command(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "self-test", "Compute the CRC that the built-in self test of an RTL encoder is to find");
  const auto arguments = std::make_shared<SelfTestArguments>();
  command->add_option("--channels", arguments->channels, "Channels of the encoder")
      ->check(CLI::Range(1u, 65536u))
      ->capture_default_str();
  command->add_option("--mapping", arguments->mapping, "shift6, or code with --code-width")
      ->capture_default_str();
  command->add_option("--code-width", arguments->code_width, "CodeWidth, with --mapping code");
  command->add_option("--packet-frames", arguments->packet_frames, "PacketFrames")
      ->check(CLI::Range(1u, 65535u))
      ->capture_default_str();
  command->add_option("--key-interval", arguments->key_interval, "KeyInterval")
      ->check(CLI::Range(0u, 65535u))
      ->capture_default_str();
  command->add_option("--rate", arguments->rate, "RateMillihertz in Hz")
      ->check(number_range(0.0, kMaxRate))
      ->capture_default_str();
  command->add_option("--profile", arguments->profile, "huffman or range")
      ->check(CLI::IsMember({"huffman", "range"}))
      ->capture_default_str();
  command->add_flag("--narrow", arguments->narrow, "Narrow");
  command->add_flag("--taps", arguments->taps, "Taps");
  command->add_flag("--neighbour", arguments->neighbour, "Neighbour");
  command->add_flag("--rate-control", arguments->rate_control, "RateControl");
  command->add_flag("--events", arguments->events, "Events");
  command->add_flag("--classes", arguments->classes, "Classes");
  command->add_option("--tables", arguments->tables,
                      "table set that the encoder was built with, or the file of loaded tables "
                      "[default of 10 bits: default, otherwise: generic]");
  command->add_option("--packets", arguments->packets, "of the test")
      ->check(CLI::Range(1u, 256u))
      ->capture_default_str();
  command->add_option("-o,--output", arguments->output, "also write the packets to this file");
  command->add_flag("-f,--force", arguments->force, "replace the output if it exists");
  command->callback([arguments] { self_test(*arguments); });
}

}  // namespace nrc::cli
