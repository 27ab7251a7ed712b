// SPDX-License-Identifier: Apache-2.0
#include "encode_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "coding_argument.hpp"
#include "commands.hpp"
#include "file/wav.hpp"
#include "host/input_file.hpp"
#include "host/output_file.hpp"
#include "host/program.hpp"
#include "host/progress.hpp"
#include "map_argument.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_encoder.hpp"
#include "nrc/packet.hpp"
#include "number_range.hpp"
#include "table_argument.hpp"

namespace nrc::cli {
namespace {

constexpr std::size_t kImageReadBytes = std::size_t{1} << 18;

EncodeSummary encode_pipe(host::InputFile& input, const EncodeArguments& arguments,
                          std::uint32_t rate_millihertz, const EncodeOptions& options,
                          const ByteSink& sink, host::Progress& progress) {
  RawEncoder encoder(arguments.channels, rate_millihertz, options, sink);
  std::vector<std::uint8_t> buffer(kImageReadBytes);
  std::uint64_t done = 0;
  while (const std::size_t count = input.read(buffer.data(), buffer.size())) {
    encoder.add(buffer.data(), count);
    done += count;
    progress.update(done);
  }
  return encoder.finish();
}

void report(const EncodeArguments& arguments, const std::string& name,
            const EncodeSummary& summary) {
  if (!summary.stored_because.empty() && !arguments.any_file) {
    fmt::print(stderr, "nrc: note: {} was stored, its samples not compressed: {}\n", name,
               summary.stored_because);
  }
  for (const std::string& note : summary.notes) {
    if (!arguments.any_file) fmt::print(stderr, "nrc: note: {}: {}\n", name, note);
  }
  if (!summary.smaller_preset.empty()) {
    fmt::print(stderr, "nrc: note: {}: {}\n", name, summary.smaller_preset);
  }
  if (arguments.verbose && summary.stored_because.empty()) {
    const StreamHeader& header = summary.header;
    const std::string mapping =
        mapping_text(header) + fmt::format(", codes of {} bits", header.code_width);
    fmt::print(stderr, "{}: {} bytes to {}, ratio {:.3f}; mapping {}, {} tables {}{}{}\n", name,
               summary.input_bytes, summary.stream_bytes,
               static_cast<double>(summary.input_bytes) / static_cast<double>(summary.stream_bytes),
               mapping, profile_name(header.profile), summary.tables,
               header.corrections.any()
                   ? fmt::format(", with {}", corrections_name(header.corrections))
                   : "",
               summary.lanes > 1 ? fmt::format(", {} lanes", summary.lanes) : "");
  }
  const bool forced = arguments.mapping != "auto" && summary.notes.empty();
  if (summary.off_map != 0 && (forced || arguments.verbose)) {
    fmt::print(stderr,
               "nrc: note: {}: {} of {} samples are not on the map ({}) and were sent one by one\n",
               name, summary.off_map, summary.frames * summary.header.channels,
               mapping_text(summary.header));
  }
}

bool is_stream(host::InputFile& input) {
  return parse_packet(input.data(), input.size()).status == ParseStatus::kPacket;
}

/// Decodes the file that was written and compares it with the input. @throws Error
void verify(host::InputFile& input, const host::OutputFile& output, unsigned threads) {
  if (output.written().empty() || !input.mapped()) {
    throw Error("--verify reads input and output again; give files, or leave it out");
  }
  host::InputFile stream(output.written());
  host::Progress progress("verifying " + input.name(), stream.size());
  const std::uint8_t* const original = input.data();
  std::size_t at = 0;
  const auto fail = [&](std::size_t byte) {
    throw Error(
        fmt::format("decoding does not give byte {} of the input again, and nothing was "
                    "written; check this computer's memory, and report it",
                    byte));
  };
  FileDecoder decoder(
      [&](const std::uint8_t* data, std::size_t size) {
        if (size > input.size() - at) fail(input.size());
        const auto* const end = original + at + size;
        const auto* const differs = std::mismatch(original + at, end, data).first;
        if (differs != end) fail(static_cast<std::size_t>(differs - original));
        at += size;
      },
      Tables::builtin_by_id, threads);
  std::vector<std::uint8_t> buffer(kImageReadBytes);
  std::uint64_t done = 0;
  while (const std::size_t count = stream.read(buffer.data(), buffer.size())) {
    decoder.add(buffer.data(), count);
    done += count;
    progress.update(done);
  }
  decoder.finish();
  if (at != input.size()) fail(at);
}

/// Whether the coding is given, so that no preset chooses it.
bool has_own_coding(const EncodeArguments& a) {
  return !a.profile.empty() || !a.tables.empty() || a.narrow || a.taps || a.neighbour;
}

/// The step of --lossy step=N.
int lossy_argument(const std::string& argument) {
  int step = 0;
  const char* const begin = argument.data() + std::min<std::size_t>(5, argument.size());
  const char* const end = argument.data() + argument.size();
  const auto [rest, error] = std::from_chars(begin, end, step);
  if (argument.compare(0, 5, "step=") != 0 || error != std::errc() || rest != end || step < 2 ||
      lossy_index(step) < 0) {
    throw Error(
        fmt::format("--lossy {}: give --lossy step=N with N one of 2, 3, 4, 6, 8, 12 and so "
                    "on up to 4096",
                    argument));
  }
  return step;
}

}  // namespace

void encode_file(const EncodeArguments& arguments) {
  EncodeOptions options;
  options.profile = profile_argument(arguments.profile);
  const bool own = has_own_coding(arguments);
  options.narrow = narrow_argument(arguments.narrow, options.profile);
  options.corrections = corrections_argument(arguments.taps, arguments.neighbour, options.profile);
  if (!own) {
    const Preset& preset = preset_argument(arguments.preset);
    options.profile = preset.codings.front().profile;
    options.corrections = preset.codings.front().corrections;
    if (preset.codings.size() > 1) options.preset = &preset;
  }
  options.order = order_argument(arguments.order);
  std::optional<Tables> tables;
  if (!arguments.tables.empty()) {
    tables = table_argument(arguments.tables, options.profile);
  }
  options.tables = tables ? &*tables : nullptr;
  if (!arguments.lossy.empty()) options.lossy_step = lossy_argument(arguments.lossy);
  options.packet_frames = arguments.packet_frames;
  options.lanes = arguments.lanes;
  options.long_headers = arguments.long_headers;
  options.threads = arguments.threads;
  options.key_interval = arguments.key_interval;
  options.notes = !arguments.any_file;
  if (!arguments.metadata.empty()) {
    host::InputFile text(arguments.metadata);
    options.metadata.assign(reinterpret_cast<const char*>(text.data()), text.size());
  }
  mapping_argument(arguments.mapping, arguments.code_width, options);
  type_argument(arguments.type, arguments.big_endian, options);
  const auto rate_millihertz = static_cast<std::uint32_t>(std::llround(arguments.rate * 1000.0));

  host::InputFile input(arguments.input);
  // Before the output is touched: for a pipe this is known only after reading it.
  if (!arguments.raw && !arguments.any_file && !is_wav(input.data(), input.size())) {
    throw Error(
        fmt::format("{} is not a WAV file; give --channels and --type if it holds samples without "
                    "a header",
                    input.name()));
  }
  // An image may be of any size, and only its layout is read.
  if (!arguments.raw && !arguments.any_file &&
      read_wav_layout(input.data(), input.size()).floating) {
    throw Error(fmt::format(
        "{}: its samples are floating-point, which nrc does not code; make integers of them first, "
        "for instance with `ffmpeg -i IN.wav -c:a pcm_s24le OUT.wav`",
        input.name()));
  }
  host::OutputFile output(arguments.output, &input, host::overwrite(arguments.force));
  const ByteSink sink = [&output](const std::uint8_t* data, std::size_t size) {
    output.write(data, size);
  };
  const bool pipe = arguments.raw && !input.mapped();
  host::Progress progress("encoding " + input.name(), pipe ? 0 : input.size());
  const ByteProgress update = [&progress](std::uint64_t bytes) { progress.update(bytes); };
  EncodeSummary summary;
  try {
    summary = pipe ? encode_pipe(input, arguments, rate_millihertz, options, sink, progress)
              : arguments.raw ? encode_raw(input.data(), input.size(), arguments.channels,
                                           rate_millihertz, options, sink, update)
                              : encode_wav(input.data(), input.size(), options, sink, update);
  } catch (const host::OutputError&) {
    throw;
  } catch (const Error& e) {
    throw Error(fmt::format("{}: {}", input.name(), e.what()));
  }
  if (arguments.verify) {
    try {
      verify(input, output, arguments.threads);
    } catch (const Error& e) {
      throw Error(fmt::format("{}: {}", input.name(), e.what()));
    }
  }
  output.commit(arguments.sync);
  if (arguments.raw && input.mapped() && is_wav(input.data(), input.size())) {
    summary.notes.emplace_back(
        "it is a WAV file, whose header was taken for samples; leave out --raw, --channels and "
        "--type");
  }
  if (arguments.raw && input.mapped() && is_stream(input)) {
    summary.notes.emplace_back("it is an nrc stream already, whose bytes were taken for samples");
  }
  report(arguments, input.name(), summary);
}

void add_encode_command(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("encode", "Compress a WAV file, or raw samples, into an nrc stream");
  const auto arguments = std::make_shared<EncodeArguments>();
  command->add_option("input", arguments->input, "WAV file or raw samples; - is standard input")
      ->required();
  command->add_option("output", arguments->output, "stream to write; - is standard output")
      ->required();
  command->add_flag("--raw", arguments->raw,
                    "input is samples, channels interleaved, without a header");
  CLI::Option* const type =
      command
          ->add_option("--type", arguments->type,
                       fmt::format("of the samples of raw input: {} (implies --raw)", kTypes))
          ->capture_default_str();
  CLI::Option* const big_endian =
      command->add_flag("--big-endian", arguments->big_endian,
                        "samples of raw input begin with their highest byte "
                        "(implies --raw)");
  CLI::Option* const channels =
      command
          ->add_option("--channels", arguments->channels, "channels of raw input (implies --raw)")
          ->check(CLI::Range(std::uint32_t{1}, kMaxChannels))
          ->capture_default_str();
  CLI::Option* const preset =
      command->add_option("--preset", arguments->preset, preset_help())->capture_default_str();
  CLI::Option* const rate =
      command->add_option("--rate", arguments->rate, "sampling rate of raw input, Hz (fractional)")
          ->check(number_range(0.0, kMaxRate));
  command
      ->add_option("--profile", arguments->profile,
                   "entropy coder, instead of a preset: huffman, range for about 1 % less, neural "
                   "or cascade (both slow)")
      ->check(CLI::IsMember({"huffman", "range", "neural", "cascade"}));
  command->add_flag("--narrow", arguments->narrow, kNarrowHelp);
  command->add_flag("--taps", arguments->taps, kTapsHelp);
  command->add_flag("--neighbour", arguments->neighbour, kNeighbourHelp);
  command->add_option("--channel-order", arguments->order,
                      "channels in the order in which they are coded, as in 3,0,1,2, or a file of "
                      "their numbers; the samples come back in their own order");
  command->add_option("--tables", arguments->tables,
                      "table file, or built-in set by name (default: chosen by the samples)");
  command->add_option("--mapping", arguments->mapping, kMappingHelp)->capture_default_str();
  command
      ->add_option("--code-width", arguments->code_width,
                   "bits of a code, with --mapping code or step=N (default: by the samples)")
      ->check(CLI::Range(kMinCodeWidth, kMaxCodeWidth));
  command->add_option(
      "--lossy", arguments->lossy,
      "step=N: round codes to multiples of N (2, 3, 4, 6, 8, 12 ... 4096). The original samples "
      "are lost");
  command
      ->add_option("--packet-frames", arguments->packet_frames,
                   "frames per packet (default: about 131072 samples)")
      ->check(CLI::Range(std::uint32_t{1}, kMaxPacketFrames));
  command
      ->add_option("--key-interval", arguments->key_interval,
                   "packets from one key packet to the next, with a stream header before each; 0: "
                   "only the first is a key packet (default: as many as cost less than 0.1 %, "
                   "without stream headers)")
      ->check(CLI::Range(0, 65535));
  command
      ->add_option("--lanes", arguments->lanes,
                   "bit strings of a packet, which are decoded at once: 1, 2, 4 or 8 (default: as "
                   "many as cost less than 0.1 %)")
      ->check(CLI::IsMember({1, 2, 4, 8}));
  command->add_flag("--long-headers", arguments->long_headers, kLongHeadersHelp);
  command->add_flag("-f,--force", arguments->force, "replace the output if it exists");
  command
      ->add_option("--threads", arguments->threads,
                   "threads that encode a file (0: one for each processor)")
      ->capture_default_str();
  command->add_flag("--sync", arguments->sync, "return only when the output is on the disk");
  CLI::Option* const lossy = command->get_option("--lossy");
  command
      ->add_flag("--verify", arguments->verify,
                 "decode what was written and compare it with the input before it gets its name")
      ->excludes(lossy);
  command->add_option("--metadata", arguments->metadata,
                      "file of text about the recording, JSON by custom, to keep in the stream");
  command->add_flag("-v,--verbose", arguments->verbose, "print sizes and choices");
  command->callback([arguments, channels, type, big_endian, preset, rate] {
    arguments->raw =
        arguments->raw || channels->count() > 0 || type->count() > 0 || big_endian->count() > 0;
    if (rate->count() > 0 && !arguments->raw) {
      host::usage_error("--rate is for raw input; a WAV file states its own rate");
    }
    if (preset->count() > 0 && has_own_coding(*arguments)) {
      host::usage_error(
          "--preset chooses profile, tables, --narrow, --taps and --neighbour; give either");
    }
    encode_file(*arguments);
  });
}

}  // namespace nrc::cli
