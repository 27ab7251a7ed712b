// SPDX-License-Identifier: Apache-2.0
//
// The work of nrc train.
#include "train/training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "file/wav.hpp"
#include "format/bytes.hpp"
#include "host/input_file.hpp"
#include "host/output_file.hpp"
#include "host/progress.hpp"
#include "host/recordings.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/table_files.hpp"
#include "nrc/tables.hpp"
#include "stages/shift6.hpp"
#include "train/range_trainer.hpp"
#include "train/trainer.hpp"

namespace nrc::train {

namespace {

/// Codes of one recording, channel after channel.
struct Recording {
  std::vector<std::vector<Code>> channels;
  std::size_t bytes = 0;  ///< of the file
};

Recording read_recording(const std::string& path, Mapping mapping, int code_width) {
  host::InputFile image(path);
  const WavLayout layout = read_wav_layout(image.data(), image.size());
  if (!layout.applies()) {
    throw Error(path + ": " + layout.reason + "; only 16-bit PCM can be trained on");
  }
  Recording recording;
  recording.bytes = image.size();
  recording.channels.assign(layout.channels, std::vector<Code>(layout.frames()));
  const std::int32_t half = 1 << (code_width - 1);
  const std::uint8_t* p = image.data() + layout.data_offset;
  for (std::size_t frame = 0; frame < layout.frames(); ++frame) {
    for (auto& channel : recording.channels) {
      const auto sample = get_sample(p);
      p += 2;
      const bool shift = mapping == Mapping::kShift6;
      const Code code = shift ? Shift6::code(sample) : sample;
      if (shift ? !Shift6::on_grid(sample) : (sample < -half || sample >= half)) {
        throw Error(
            fmt::format("{}: sample {} of frame {} is not a {}-bit code; train with "
                        "--mapping code and a larger --code-width",
                        path, sample, frame, code_width));
      }
      channel[frame] = code;
    }
  }
  return recording;
}

/// Stream bytes of a recording, all channels as one-channel streams without packets' overhead.
std::size_t coded_bytes(const Recording& recording, const Tables& tables,
                        const StreamHeader& header, int lossy_step) {
  std::size_t bytes = 0;
  for (const auto& channel : recording.channels) {
    Encoder encoder(header, tables);
    encoder.set_lossy_step(lossy_step);
    for (std::size_t at = 0; at < channel.size(); at += kMaxPacketFrames) {
      const std::size_t frames = std::min<std::size_t>(kMaxPacketFrames, channel.size() - at);
      bytes += encoder.encode(channel.data() + at, frames, {}).size() - kPacketHeaderBytes -
               kPacketCrcBytes;
    }
  }
  return bytes;
}

/// Tables for the codes of the chosen files.
Tables learn_huffman(const TrainOptions& o, const std::vector<std::string>& paths, Mapping mapping,
                     host::Progress& progress) {
  const bool is_file = o.shape.find('.') != std::string::npos;
  TableSet shape = is_file ? load_table_set(o.shape) : table_shape(o.shape);
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

Tables learn_range(const TrainOptions& o, const std::vector<std::string>& paths, Mapping mapping,
                   host::Progress& progress) {
  constexpr int kIterations = 3;
  RangeTrainer trainer(o.code_width);
  std::size_t channels = 0;
  for (const std::string& path : paths) {
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

}  // namespace

void run(const TrainOptions& o) {
  StreamHeader header;
  header.mapping = o.mapping == "shift6" ? Mapping::kShift6 : Mapping::kCode;
  header.code_width = o.code_width;
  if (header.mapping == Mapping::kShift6 && o.code_width != 10) {
    throw Error(
        "--mapping shift6 makes 10-bit codes; leave out --code-width or use --mapping code");
  }
  if (o.profile == "range" && (o.code_width < 4 || o.code_width > 12)) {
    throw Error(
        "range tables have edges for codes of 4 to 12 bits; give a --code-width in that range");
  }
  for (const int step : o.lossy_steps) {
    if (o.profile != "range") {
      throw Error("--lossy-steps trains range tables; add --profile range");
    }
    if (step < 2 || lossy_index(step) < 0) {
      throw Error(fmt::format(
          "--lossy-steps {}: a step is one of 2, 3, 4, 6, 8, 12 and so on up to 4096", step));
    }
  }
  // Refused before the work, which may take minutes.
  host::OutputFile output(o.output, nullptr, host::overwrite(o.force));
  const std::vector<std::string> paths = host::wav_files(o.directory);
  const auto [training, tests] = host::split_recordings(paths, o.test_every);
  if (training.empty()) {
    throw Error(
        fmt::format("--test-every {} leaves none of the {} recordings to train on; give "
                    "another number",
                    o.test_every, paths.size()));
  }
  host::Progress progress("training", training.size() + paths.size(), "files");
  const Tables tables = o.profile == "range" ? learn_range(o, training, header.mapping, progress)
                                             : learn_huffman(o, training, header.mapping, progress);

  struct Total {
    std::size_t files = 0, samples = 0, bytes = 0, coded = 0;
  } totals[2];
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const Recording recording = read_recording(paths[i], header.mapping, o.code_width);
    Total& total = totals[host::is_test(i, o.test_every) ? 1 : 0];
    ++total.files;
    for (const int step : o.lossy_steps.empty() ? std::vector<int>{1} : o.lossy_steps) {
      total.bytes += recording.bytes;
      total.coded += coded_bytes(recording, tables, header, step);
      for (const auto& channel : recording.channels) total.samples += channel.size();
    }
    progress.update(training.size() + i + 1);
  }

  const std::string json = to_json(tables);
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

}  // namespace nrc::train
