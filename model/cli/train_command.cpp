// SPDX-License-Identifier: Apache-2.0
//
// nrc train: learns a table set from recordings.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "input_file.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/range_trainer.hpp"
#include "nrc/shift6.hpp"
#include "nrc/trainer.hpp"
#include "nrc/wav.hpp"
#include "output_file.hpp"
#include "progress.hpp"

namespace nrc::cli {

namespace {

namespace fs = std::filesystem;

struct TrainOptions {
  std::string directory;
  std::string output;
  std::string profile = "huffman";
  std::string shape = "default";
  std::string name;
  std::string mapping = "shift6";
  int code_width = 10;
  std::vector<int> lossy_steps;
  unsigned test_every = 0;
  double prior_weight = 100.0;
};

/// Codes of one recording, channel after channel.
struct Recording {
  std::vector<std::vector<Code>> channels;
  std::size_t bytes = 0;  ///< of the file
};

Recording read_recording(const fs::path& path, Mapping mapping, int code_width) {
  InputFile image(path.string());
  const WavLayout layout = read_wav_layout(image.data(), image.size());
  if (!layout.applies()) {
    throw Error(path.string() + ": " + layout.reason + "; only 16-bit PCM can be trained on");
  }
  Recording recording;
  recording.bytes = image.size();
  recording.channels.assign(layout.channels, std::vector<Code>(layout.frames()));
  const std::int32_t half = 1 << (code_width - 1);
  const std::uint8_t* p = image.data() + layout.data_offset;
  for (std::size_t frame = 0; frame < layout.frames(); ++frame) {
    for (auto& channel : recording.channels) {
      const auto sample = static_cast<std::int16_t>(p[0] | (p[1] << 8));
      p += 2;
      const bool shift = mapping == Mapping::kShift6;
      const Code code = shift ? Shift6::code(sample) : sample;
      if (shift ? !Shift6::on_grid(sample) : (sample < -half || sample >= half)) {
        throw Error(
            fmt::format("{}: sample {} of frame {} is not a {}-bit code; train with "
                        "--mapping code and a larger --code-width",
                        path.string(), sample, frame, code_width));
      }
      channel[frame] = code;
    }
  }
  return recording;
}

std::vector<fs::path> wav_files(const std::string& directory) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".wav") paths.push_back(it->path());
  }
  if (error) {
    throw Error(directory + ": cannot list it (" + error.message() + "); give a directory of WAVs");
  }
  if (paths.empty())
    throw Error(directory + ": no .wav file in it; give a directory of recordings");
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Stream bytes of a recording, all channels as one-channel streams without packets' overhead.
std::size_t coded_bytes(const Recording& recording, const Tables& tables,
                        const StreamHeader& header) {
  std::size_t bytes = 0;
  for (const auto& channel : recording.channels) {
    Encoder encoder(header, tables);
    for (std::size_t at = 0; at < channel.size(); at += kMaxPacketFrames) {
      const std::size_t frames = std::min<std::size_t>(kMaxPacketFrames, channel.size() - at);
      bytes += encoder.encode(channel.data() + at, frames, {}).size() - kPacketHeaderBytes -
               kPacketCrcBytes;
    }
  }
  return bytes;
}

/// Tables for the codes of the chosen files.
Tables learn_huffman(const TrainOptions& o, const std::vector<fs::path>& paths, Mapping mapping,
                     Progress& progress) {
  const bool is_file = o.shape.find('.') != std::string::npos;
  TableSet shape = is_file ? TableSet::load(o.shape) : table_shape(o.shape);
  shape.check_code_width(o.code_width);
  Trainer trainer(shape, o.code_width);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    for (const auto& channel : read_recording(paths[i], mapping, o.code_width).channels) {
      trainer.add(channel.data(), channel.size());
    }
    progress.update(i + 1);
  }
  TableSet tables = trainer.train(o.prior_weight);
  if (!o.name.empty()) tables.name = o.name;
  return tables;
}

Tables learn_range(const TrainOptions& o, const std::vector<fs::path>& paths, Mapping mapping,
                   Progress& progress) {
  constexpr int kIterations = 3;
  RangeTrainer trainer(o.code_width);
  std::size_t channels = 0;
  for (const fs::path& path : paths) {
    for (auto& channel : read_recording(path, mapping, o.code_width).channels) {
      trainer.add(std::move(channel));
      ++channels;
    }
  }
  const std::size_t passes = o.lossy_steps.empty() ? kIterations : o.lossy_steps.size();
  const auto report = [&](std::size_t done) {
    progress.update(done * paths.size() / (passes * channels));
  };
  RangeTables tables = o.lossy_steps.empty() ? trainer.train(kIterations, report)
                                             : trainer.train_rounded(o.lossy_steps, report);
  if (!o.name.empty()) tables.name = o.name;
  return tables;
}

void train(const TrainOptions& o) {
  StreamHeader header;
  header.mapping = o.mapping == "shift6" ? Mapping::kShift6 : Mapping::kCode;
  header.code_width = o.code_width;
  if (header.mapping == Mapping::kShift6 && o.code_width != 10) {
    throw Error(
        "--mapping shift6 gives 10-bit codes; leave --code-width out or use --mapping code");
  }
  if (o.profile == "range" && (o.code_width < 4 || o.code_width > 12)) {
    throw Error("range tables have edges for codes of 4 to 12 bits; give such a --code-width");
  }
  for (const int step : o.lossy_steps) {
    if (o.profile != "range") {
      throw Error("--lossy-steps trains range tables; give --profile range with it");
    }
    if (step < 2 || lossy_index(step) < 0) {
      throw Error(fmt::format(
          "--lossy-steps {}: a step is one of 2, 3, 4, 6, 8, 12 and so on up to 4096", step));
    }
  }
  const std::vector<fs::path> paths = wav_files(o.directory);
  const auto is_test = [&o](std::size_t i) {
    return o.test_every != 0 && i % o.test_every == o.test_every - 1;
  };
  std::vector<fs::path> training;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (!is_test(i)) training.push_back(paths[i]);
  }
  Progress progress("training", training.size() + paths.size(), "files");
  const Tables tables = o.profile == "range" ? learn_range(o, training, header.mapping, progress)
                                             : learn_huffman(o, training, header.mapping, progress);

  struct Total {
    std::size_t files = 0, samples = 0, bytes = 0, coded = 0;
  } totals[2];
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const Recording recording = read_recording(paths[i], header.mapping, o.code_width);
    Total& total = totals[is_test(i) ? 1 : 0];
    ++total.files;
    for (const int step : o.lossy_steps.empty() ? std::vector<int>{1} : o.lossy_steps) {
      header.lossy_step = step;
      total.bytes += recording.bytes;
      total.coded += coded_bytes(recording, tables, header);
      for (const auto& channel : recording.channels) total.samples += channel.size();
    }
    progress.update(training.size() + i + 1);
  }

  OutputFile output(o.output, nullptr, Overwrite::kReplace);
  const std::string json = tables.to_json();
  output.write(reinterpret_cast<const std::uint8_t*>(json.data()), json.size());
  output.commit(false);

  fmt::print("{:<10} {:>6} {:>12} {:>12} {:>8}\n", "files", "count", "samples", "bits/sample",
             "ratio");
  for (const Total& total : totals) {
    if (total.files == 0) continue;
    fmt::print("{:<10} {:>6} {:>12} {:>12.4f} {:>8.4f}\n",
               &total == totals ? "trained on" : "others", total.files, total.samples,
               8.0 * static_cast<double>(total.coded) / static_cast<double>(total.samples),
               static_cast<double>(total.bytes) / static_cast<double>(total.coded));
  }
  fmt::print("wrote {} ({} tables '{}', id {:08X})\n", o.output, profile_name(tables.profile()),
             tables.name(), tables.id());
}

}  // namespace

void add_train_command(CLI::App& app) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* command = app.add_subcommand(
      "train",
      "Learn a table set from the WAV files of a directory, to fit an ADC and its signals");
  command->add_option("DIR", options->directory, "Directory of .wav files")->required();
  command->add_option("-o,--output", options->output, "Table file to write (JSON)")->required();
  command->add_option("--profile", options->profile, "Profile to train for: huffman or range")
      ->check(CLI::IsMember({"huffman", "range"}))
      ->capture_default_str();
  command
      ->add_option("--shape", options->shape,
                   "Huffman profile: predictor, classes and phases: default, generic, study, or a "
                   "table file")
      ->capture_default_str();
  command->add_option("--name", options->name, "Name of the new tables (default: the shape's)");
  command->add_option("--mapping", options->mapping, "How samples are codes: shift6 or code")
      ->check(CLI::IsMember({"shift6", "code"}))
      ->capture_default_str();
  command->add_option("--code-width", options->code_width, "Bits of a code")
      ->check(CLI::Range(kMinCodeWidth, kMaxCodeWidth))
      ->capture_default_str();
  command
      ->add_option(
          "--lossy-steps", options->lossy_steps,
          "Range profile: train on codes rounded to multiples of these steps in turn, with "
          "commas between them, for encode --lossy")
      ->delimiter(',');
  command->add_option("--test-every", options->test_every,
                      "Keep every K-th file out of training and measure on it (0: none)");
  command
      ->add_option("--prior-weight", options->prior_weight, "Codes that a table's prior counts as")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->callback([options] { train(*options); });
}

}  // namespace nrc::cli
