// SPDX-License-Identifier: Apache-2.0
#include "decode_command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "commands.hpp"
#include "file/wav.hpp"
#include "format/samples.hpp"
#include "gap_report.hpp"
#include "host/input_file.hpp"
#include "host/output_file.hpp"
#include "host/program.hpp"
#include "host/progress.hpp"
#include "host/recordings.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_reader.hpp"
#include "nrc/file_recovery.hpp"
#include "table_argument.hpp"

namespace nrc::cli {
namespace {

constexpr std::size_t kStreamReadBytes = std::size_t{1} << 18;
constexpr const char* kHint = "; `nrc decode --recover` writes what survives";

/// Hands the input on in parts. @param take  returns false to have no more
template <typename Take>
void read_all(host::InputFile& input, const char* what, const Take& take) {
  host::Progress progress(what + (" " + input.name()), input.mapped() ? input.size() : 0);
  std::vector<std::uint8_t> buffer(kStreamReadBytes);
  std::uint64_t done = 0;
  while (const std::size_t count = input.read(buffer.data(), buffer.size())) {
    if (!take(buffer.data(), count)) {
      return;
    }
    done += count;
    progress.update(done);
  }
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  return a == b ||
         std::filesystem::weakly_canonical(a, error) == std::filesystem::weakly_canonical(b, error);
}

/// The channels of a list as in 0-63,70. @throws Error
std::vector<std::uint32_t> channels_argument(const std::string& text, std::uint32_t all) {
  std::vector<std::uint32_t> channels;
  const auto fail = [&](const std::string& what) {
    throw Error(fmt::format("--channels {}: {}; give channels from 0 to {}, as in 0-63,70", text,
                            what, all - 1));
  };
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    std::uint32_t first = 0;
    auto [rest, error] = std::from_chars(at, end, first);
    std::uint32_t last = first;
    if (error == std::errc() && rest != end && *rest == '-') {
      const auto second = std::from_chars(rest + 1, end, last);
      rest = second.ptr;
      error = second.ec;
    }
    if (error != std::errc() || (rest != end && *rest != ',') || rest + 1 == end) {
      fail("not a list of channels");
    }
    if (first > last) fail(fmt::format("{} comes after {}", first, last));
    if (last >= all) fail(fmt::format("the stream has {} channels", all));
    for (std::uint32_t channel = first; channel <= last; ++channel) channels.push_back(channel);
    if (channels.size() > kMaxChannels) fail("too many channels");
    at = rest == end ? end : rest + 1;
  }
  return channels;
}

/// A file without a name, where TMPDIR says; std::tmpfile() would not ask it.
std::FILE* open_temporary() {
  std::error_code error;
  const std::filesystem::path directory = std::filesystem::temp_directory_path(error);
  std::string name = ((error ? "/tmp" : directory) / "nrc-XXXXXX").string();
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) {
    return nullptr;
  }
  ::unlink(name.c_str());
  return ::fdopen(descriptor, "w+b");
}

}  // namespace

// Not optional<int64_t> at once, as CLI11 has its own ideas about that.
std::optional<std::int64_t> fill_argument(const std::string& text) {
  if (text == "none") {
    return std::nullopt;
  }
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) {
    host::usage_error(fmt::format("--fill: {} is neither a whole number nor none", text));
  }
  return value;
}

/// A player would take the name's word for it.
void note_raw_samples(const std::string& output, const StreamHeader& header) {
  const std::string ending = host::extension_of(output);
  if (header.container != 0 || (ending != ".wav" && ending != ".w64")) return;
  host::print_line("nrc", fmt::format("note: {} holds raw samples without a WAV header, as the "
                                      "stream was made from such samples",
                                      output));
}

void decode_file(const DecodeArguments& arguments) {
  const StreamTables tables(arguments.tables);
  host::InputFile input(arguments.input);
  host::OutputFile output(arguments.output, &input, host::overwrite(arguments.force));
  FileDecoder decoder(
      [&output](const std::uint8_t* data, std::size_t size) { output.write(data, size); },
      // What comes from a pipe is written as it comes.
      std::cref(tables), input.mapped() ? arguments.threads : 1);
  const auto checked = [&](const auto& work) {
    try {
      work();
    } catch (const host::OutputError&) {
      throw;
    } catch (const Error& e) {
      // After the stream header every fault is damage.
      throw Error(fmt::format("{}: {}{}", input.name(), e.what(), decoder.header() ? kHint : ""));
    }
  };
  read_all(input, "decoding", [&](const std::uint8_t* data, std::size_t size) {
    checked([&] { decoder.add(data, size); });
    return true;
  });
  checked([&] { decoder.finish(); });
  output.commit(arguments.sync);
  note_raw_samples(arguments.output, *decoder.header());
  if (decoder.lossy_step() > 1) {
    fmt::print(stderr,
               "nrc: note: {} is lossy: its codes are rounded by steps of up to {}, none is more "
               "than {} off\n",
               input.name(), decoder.lossy_step(), decoder.lossy_step() / 2);
  }
}

void decode_part(const DecodeArguments& arguments) {
  const StreamTables tables(arguments.tables);
  host::InputFile input(arguments.input);
  const std::uint8_t* const pipe = input.mapped() ? nullptr : input.data();
  const auto read = [&](std::uint64_t offset, std::uint8_t* to, std::size_t size) {
    if (pipe == nullptr) {
      input.read_at(offset, to, size);
    } else {
      std::copy_n(pipe + offset, size, to);
    }
  };
  try {
    FileReader reader(input.size(), read, std::cref(tables));
    const StreamHeader& header = reader.header();
    const auto seconds = [&header](std::uint64_t frames) {
      return header.rate_millihertz == 0
                 ? std::string()
                 : fmt::format(" ({:.3f} s)",
                               1000.0 * static_cast<double>(frames) / header.rate_millihertz);
    };
    const std::uint64_t from = arguments.from ? arguments.from->frames(header) : 0;
    if (from >= reader.frames()) {
      throw Error(fmt::format("--from: frame {}{} is wanted, but the stream has {} frames{}", from,
                              seconds(from), reader.frames(), seconds(reader.frames())));
    }
    const std::uint64_t left = reader.frames() - from;
    const std::uint64_t wanted = arguments.length ? arguments.length->frames(header) : left;
    const std::uint64_t count = std::min(wanted, left);
    const std::vector<std::uint32_t> chosen =
        channels_argument(arguments.channels, header.channels);
    const std::uint32_t channels =
        chosen.empty() ? header.channels : static_cast<std::uint32_t>(chosen.size());
    host::OutputFile output(arguments.output, &input, host::overwrite(arguments.force));
    if (reader.wav()) {
      const std::vector<std::uint8_t> bytes =
          canonical_header(channels, header.rate_millihertz / 1000, count, header.sample_type);
      output.write(bytes.data(), bytes.size());
    }
    std::vector<std::uint8_t> bytes;
    const std::size_t step = sample_bytes(header.sample_type);
    reader.read(from, count, chosen, [&](SampleView samples, std::size_t frames) {
      bytes.assign(samples.bytes(), samples.bytes() + frames * channels * step);
      to_byte_order(header.sample_type, header.big_endian, bytes.data(), bytes.size());
      output.write(bytes.data(), bytes.size());
    });
    output.commit(arguments.sync);
    note_raw_samples(arguments.output, header);
    if (count < wanted && arguments.length) {
      fmt::print(stderr, "nrc: note: {} ends at frame {}{}, so that {} frames were written\n",
                 input.name(), reader.frames(), seconds(reader.frames()), count);
    }
    if (reader.lossy_step() > 1) {
      fmt::print(stderr,
                 "nrc: note: {} is lossy: its codes are rounded by steps of up to {}, none is more "
                 "than {} off\n",
                 input.name(), reader.lossy_step(), reader.lossy_step() / 2);
    }
  } catch (const host::OutputError&) {
    throw;
  } catch (const Error& e) {
    throw Error(fmt::format("{}: {}", input.name(), e.what()));
  }
}

bool recover_file(const DecodeArguments& arguments) {
  const StreamTables tables(arguments.tables);
  host::InputFile input(arguments.input);
  if (!arguments.gaps.empty() && same_file(arguments.gaps, arguments.output)) {
    throw Error(fmt::format("{} cannot be both the output and the gap report; give two names",
                            arguments.gaps));
  }
  host::OutputFile output(arguments.output, &input, host::overwrite(arguments.force));
  std::optional<host::OutputFile> gaps;
  ByteSink json;
  if (!arguments.gaps.empty()) {
    gaps.emplace(arguments.gaps, &input, host::overwrite(arguments.force));
    json = [&gaps](const std::uint8_t* data, std::size_t size) { gaps->write(data, size); };
  }
  GapReport report(input.name(), arguments.fill, json);
  FileRecovery::Options options;
  options.fill = arguments.fill;
  options.tables = std::cref(tables);
  options.temporary = open_temporary;
  FileRecovery recovery(
      options, [&output](const std::uint8_t* data, std::size_t size) { output.write(data, size); },
      {[&report](const StreamHeader& header) { report.begin(header); },
       [&report](const FileGap& gap) { report.gap(gap); }});
  RecoverySummary summary;
  try {
    read_all(input, "recovering", [&](const std::uint8_t* data, std::size_t size) {
      recovery.add(data, size);
      return !recovery.finished();
    });
    summary = recovery.finish();
  } catch (const host::OutputError&) {
    throw;
  } catch (const Error& e) {
    throw Error(fmt::format("{}: {}", input.name(), e.what()));
  }
  report.end(summary);
  output.commit(arguments.sync);
  if (gaps) {
    gaps->commit(arguments.sync);
  }
  for (const std::string& line : report.lines()) {
    host::print_line("nrc", line);
  }
  return summary.complete();
}

void add_decode_command(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("decode", "Restore the file, or the raw samples, from an nrc stream");
  const auto arguments = std::make_shared<DecodeArguments>();
  command->add_option("input", arguments->input, "stream to read; - is standard input")->required();
  command
      ->add_option(
          "output", arguments->output,
          "file to write; - is standard output. A stream without a WAV container decodes to "
          "samples as they were")
      ->required();
  command->add_option("--tables", arguments->tables,
                      "table file that the stream was encoded with, if it is not a built-in set");
  command->add_flag("-f,--force", arguments->force, "replace the output if it exists");
  command
      ->add_option("--threads", arguments->threads,
                   "threads that decode a whole stream (0: one for each processor)")
      ->capture_default_str();
  command->add_flag("--sync", arguments->sync, "return only when the output is on the disk");
  CLI::Option* const from = command->add_option_function<std::string>(
      "--from",
      [arguments](const std::string& text) { arguments->from = TimeArgument("--from", text); },
      std::string("decode a part only, from here on: ") + kTimeHelp +
          "; of a WAV file it becomes one");
  CLI::Option* const length = command->add_option_function<std::string>(
      "--seconds",
      [arguments](const std::string& text) { arguments->length = TimeArgument("--seconds", text); },
      "decode a part only, of this length, likewise (default: up to the end)");
  CLI::Option* const recover = command->add_flag(
      "--recover", "write what survives of a damaged stream, and report what is missing");
  CLI::Option* const channels =
      command->add_option("--channels", arguments->channels,
                          "decode these channels only, as in 0-63,70, in this order");
  recover->excludes(from)->excludes(length)->excludes(channels);
  command
      ->add_option_function<std::string>(
          "--fill", [arguments](const std::string& text) { arguments->fill = fill_argument(text); },
          "with --recover: value to write for missing samples (0), or none: missing "
          "frames are left out, and what follows moves forward in time")
      ->needs(recover);
  command
      ->add_option("--gaps", arguments->gaps,
                   "with --recover: write a JSON report of what is missing; - is standard "
                   "output")
      ->needs(recover);
  command->footer(
      "Exit status: 0 success; 1 error, and no file is written; 2 usage error; 3 with --recover: "
      "done, "
      "but something is missing.");
  command->callback([arguments, recover] {
    if (arguments->from || arguments->length || !arguments->channels.empty()) {
      decode_part(*arguments);
    } else if (recover->count() == 0) {
      decode_file(*arguments);
    } else if (!recover_file(*arguments)) {
      throw CLI::RuntimeError(host::kExitIncomplete);
    }
  });
}

}  // namespace nrc::cli
