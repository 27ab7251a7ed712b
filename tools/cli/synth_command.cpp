// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "file/wav.hpp"
#include "format/bytes.hpp"
#include "host/output_file.hpp"
#include "host/program.hpp"
#include "host/progress.hpp"
#include "host/recording_generator.hpp"
#include "nrc/decoder.hpp"
#include "number_range.hpp"
#include "stages/code_to_sample.hpp"

namespace nrc::cli {
namespace {

constexpr std::size_t kBlockSamples = std::size_t{1} << 16;

struct SynthArguments {
  std::string output;
  std::string format = "auto";
  std::uint32_t channels = 1;
  double seconds = 5.0;
  std::uint64_t frames = 0;  ///< 0: by seconds
  double rate = RecordingGenerator::kDefaultRate;
  std::uint64_t seed = 1;
  bool force = false;
};

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() &&
         text.compare(text.size() - end.size(), std::string::npos, end) == 0;
}

void synthesise(const SynthArguments& arguments) {
  RecordingGenerator generator(arguments.channels, arguments.seed, arguments.rate);
  const std::uint64_t frames =
      arguments.frames != 0
          ? arguments.frames
          : static_cast<std::uint64_t>(std::llround(arguments.seconds * arguments.rate));
  const bool wav =
      arguments.format == "auto" ? ends_with(arguments.output, ".wav") : arguments.format == "wav";
  std::vector<std::uint8_t> bytes;
  if (wav) {
    bytes = canonical_header(arguments.channels,
                             static_cast<std::uint32_t>(std::lround(arguments.rate)), frames);
  }
  host::OutputFile output(arguments.output, nullptr, host::overwrite(arguments.force));
  host::Progress progress("generating " + arguments.output, frames, "frames");
  const std::uint64_t block = std::max<std::uint64_t>(kBlockSamples / arguments.channels, 1);
  std::vector<Code> codes;
  for (std::uint64_t done = 0; done < frames;) {
    const std::uint64_t count = std::min(block, frames - done);
    codes.resize(count * arguments.channels);
    generator.generate(codes.data(), count);
    for (const Code code : codes) {
      const std::int16_t sample = sample_of(Mapping::kShift6, code);
      append_samples(bytes, &sample, 1);
    }
    output.write(bytes.data(), bytes.size());
    bytes.clear();
    done += count;
    progress.update(done);
  }
  output.write(bytes.data(), bytes.size());
  output.commit(false);
}

}  // namespace

void add_synth_command(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("synth", "Generate a synthetic recording: local field, noise and spikes");
  const auto arguments = std::make_shared<SynthArguments>();
  command->add_option("output", arguments->output, "file to write; - is standard output")
      ->required();
  command
      ->add_option("--format", arguments->format,
                   "wav, raw (int16 little-endian, interleaved) or auto: by the output's name")
      ->check(CLI::IsMember({"auto", "wav", "raw"}))
      ->capture_default_str();
  command->add_option("--channels", arguments->channels, "number of channels")
      ->check(CLI::Range(std::uint32_t{1}, kMaxChannels))
      ->capture_default_str();
  CLI::Option* const seconds = command->add_option("--seconds", arguments->seconds, "length")
                                   ->check(number_range(0.0, 1e6))
                                   ->capture_default_str();
  command->add_option("--frames", arguments->frames, "length in frames instead")
      ->check(CLI::PositiveNumber)
      ->excludes(seconds);
  command->add_option("--rate", arguments->rate, "sampling rate of a channel, Hz")
      ->check(number_range(100.0, 1e6))
      ->capture_default_str();
  command->add_option("--seed", arguments->seed, "the same seed gives the same recording")
      ->capture_default_str();
  command->add_flag("-f,--force", arguments->force, "replace the output if it exists");
  command->callback([arguments] { synthesise(*arguments); });
}

}  // namespace nrc::cli
