// SPDX-License-Identifier: Apache-2.0
//
// The work of nrc train.
#include "train/training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
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
#include "nrc/file_encoder.hpp"
#include "nrc/table_files.hpp"
#include "nrc/tables.hpp"
#include "stages/shift6.hpp"
#include "train/range_trainer.hpp"
#include "train/trainer.hpp"
#include "vector/vector_mapper.hpp"

namespace nrc::train {

namespace {

/// Codes of one recording, channel after channel.
struct Recording {
  std::vector<std::vector<Code>> channels;
  std::size_t bytes = 0;  ///< of the file
};

/// A recording and how its samples are coded.
struct Source {
  std::string path;
  StreamHeader header;
};

/// Samples of a WAV file, frame after frame. @param bytes  of the file
std::vector<std::int16_t> read_samples(const std::string& path, std::size_t& channels,
                                       std::size_t& bytes) {
  host::InputFile image(path);
  const WavLayout layout = read_int16_wav_layout(image.data(), image.size());
  if (!layout.applies()) {
    throw Error(path + ": " + layout.reason + "; only 16-bit PCM can be trained on");
  }
  channels = layout.channels;
  bytes = image.size();
  return get_samples(image.data() + layout.data_offset, layout.frames() * layout.channels);
}

/// How the samples of a recording are coded: as asked for, or as `nrc encode` would.
Source find_source(const std::string& path, const TrainOptions& o) {
  Source source;
  source.path = path;
  std::size_t channels = 0;
  std::size_t bytes = 0;
  const std::vector<std::int16_t> samples = read_samples(path, channels, bytes);
  source.header.channels = static_cast<std::uint32_t>(channels);
  if (o.mapping == "auto") {
    EncodeOptions options;
    options.code_width = o.code_width;
    source.header.packet_frames = 1024;
    choose_coding(samples, options, source.header);
  } else {
    const bool shift = o.mapping == "shift6";
    source.header.mapping = shift ? Mapping::kShift6 : Mapping::kCode;
    source.header.code_width = shift || o.code_width == 0 ? 10 : o.code_width;
    // Tables for an ADC of this width must not learn from the samples of another one.
    const std::int32_t half = 1 << (source.header.code_width - 1);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const std::int16_t sample = samples[i];
      if (shift ? Shift6::on_grid(sample) : (sample >= -half && sample < half)) continue;
      throw Error(
          fmt::format("{}: sample {} of frame {} is not a {}-bit code; leave out --mapping, or "
                      "give --mapping code and a larger --code-width",
                      path, sample, i / channels, source.header.code_width));
    }
  }
  return source;
}

Recording read_recording(const Source& source) {
  Recording recording;
  std::size_t channels = 0;
  const std::vector<std::int16_t> samples = read_samples(source.path, channels, recording.bytes);
  const std::size_t frames = samples.size() / channels;
  std::vector<Code> codes(samples.size());
  VectorMapper(source.header).to_codes(samples.data(), frames, codes.data());
  recording.channels.assign(channels, std::vector<Code>(frames));
  for (std::size_t i = 0; i < codes.size(); ++i) {
    recording.channels[i % channels][i / channels] = codes[i];
  }
  return recording;
}

/// Payload bytes of a channel's codes as a stream of its own.
std::size_t coded_bytes(const Code* codes, std::size_t count, const Tables& tables,
                        const StreamHeader& header) {
  std::size_t bytes = 0;
  Encoder encoder(header, tables);
  for (std::size_t at = 0; at < count; at += kMaxPacketFrames) {
    const std::size_t frames = std::min<std::size_t>(kMaxPacketFrames, count - at);
    bytes += encoder.encode(codes + at, frames, {}).size() - kPacketHeaderBytes - kPacketCrcBytes;
  }
  return bytes;
}

/// What some tables make of some codes.
struct Total {
  std::size_t files = 0, samples = 0, bytes = 0, coded = 0;
  double bits() const { return 8.0 * static_cast<double>(coded) / static_cast<double>(samples); }
};

/// The part of a channel that tables are learned from when the rest is to check them.
std::size_t learned_part(std::size_t count) { return count - count / 3; }

enum class Part { kAll, kLearned };

/// What is fixed before tables are learned.
struct Shape {
  std::string huffman;                 ///< of the Huffman profile: a name or a file
  CodeEdges edges = CodeEdges::kEven;  ///< of the range profile
};

/// The shapes to choose from.
std::vector<Shape> shapes_for(const TrainOptions& o, int code_width) {
  if (o.profile == "range") {
    const bool edges = code_width <= kMaxEdgeCodeWidth;
    return edges ? std::vector<Shape>{{"", CodeEdges::kTrained}, {"", CodeEdges::kEven}}
                 : std::vector<Shape>{{"", CodeEdges::kEven}};
  }
  if (!o.shape.empty()) return {{o.shape}};
  return {{"default"}, {"generic"}};
}

/// Training of tables of one profile and shape.
class Learner {
 public:
  Learner(const TrainOptions& options, int code_width)
      : options_(options), code_width_(code_width) {}

  Tables learn(const std::vector<Source>& sources, const Shape& shape, Part part,
               host::Progress& progress, std::size_t done) const {
    return options_.profile == "range"
               ? learn_range(sources, shape.edges, part, progress, done)
               : learn_huffman(sources, shape.huffman, part, progress, done);
  }

 private:
  static std::size_t length(const std::vector<Code>& channel, Part part) {
    return part == Part::kAll ? channel.size() : learned_part(channel.size());
  }

  Tables learn_huffman(const std::vector<Source>& sources, const std::string& shape_name, Part part,
                       host::Progress& progress, std::size_t done) const {
    const bool is_file = shape_name.find('.') != std::string::npos;
    TableSet shape = is_file ? load_table_set(shape_name) : table_shape(shape_name);
    shape.check_code_width(code_width_);
    Trainer trainer(shape, code_width_);
    for (const Source& source : sources) {
      for (const auto& channel : read_recording(source).channels) {
        trainer.add(channel.data(), length(channel, part));
      }
      progress.update(++done);
    }
    TableSet tables = trainer.train(options_.prior_weight);
    if (!options_.name.empty()) tables.name = options_.name;
    return tables;
  }

  Tables learn_range(const std::vector<Source>& sources, CodeEdges code_edges, Part part,
                     host::Progress& progress, std::size_t done) const {
    constexpr int kIterations = 3;
    RangeTrainer trainer(code_width_);
    std::size_t channels = 0;
    for (const Source& source : sources) {
      for (auto& channel : read_recording(source).channels) {
        channel.resize(length(channel, part));
        trainer.add(std::move(channel));
        ++channels;
      }
    }
    const auto report = [&](std::size_t pass) {
      progress.update(done + pass * sources.size() / (kIterations * channels));
    };
    RangeTables tables = trainer.train(code_edges, kIterations, report);
    if (!options_.name.empty()) tables.name = options_.name;
    return tables;
  }

  const TrainOptions& options_;
  int code_width_;
};

void check_options(const TrainOptions& o) {
  if (o.mapping == "shift6" && o.code_width != 0 && o.code_width != 10) {
    throw Error(
        "--mapping shift6 makes 10-bit codes; leave out --code-width or use --mapping code");
  }
}

/// Built-in tables that could be used instead.
std::vector<const Tables*> rivals(const TrainOptions& o, int code_width) {
  const Profile profile = o.profile == "range" ? Profile::kRange : Profile::kHuffman;
  std::vector<const Tables*> tables;
  for (const std::string& name : Tables::builtin_names(profile)) {
    const Tables& builtin = Tables::builtin(profile, name);
    // The edges of another ADC's codes are of no use.
    if (profile == Profile::kRange && builtin.range().code_width != 0 &&
        builtin.range().code_width != code_width) {
      continue;
    }
    tables.push_back(&builtin);
  }
  return tables;
}

/// Measures tables on the codes of a recording from a place of each channel on.
class Meter {
 public:
  explicit Meter(int code_width) {
    header_.mapping = Mapping::kCode;
    header_.code_width = code_width;
  }

  void add(const Recording& recording, const Tables& tables, bool only_last_part, Total& total) {
    ++total.files;
    total.bytes += recording.bytes;
    for (const auto& channel : recording.channels) {
      const std::size_t first = only_last_part ? learned_part(channel.size()) : 0;
      total.samples += channel.size() - first;
      total.coded += coded_bytes(channel.data() + first, channel.size() - first, tables, header_);
    }
  }

 private:
  StreamHeader header_;
};

/// Says so if tables are worse than built-in ones on samples that they were not trained on.
void warn_if_worse(const Total& own, const std::vector<const Tables*>& builtin,
                   const std::vector<Total>& theirs, std::size_t trained_on) {
  for (std::size_t i = 0; i < builtin.size(); ++i) {
    // A thousandth more or less is chance.
    if (theirs[i].coded + own.coded / 1000 >= own.coded || own.samples == 0) continue;
    fmt::print(stderr,
               "nrc: warning: on samples they were not trained on, the new tables take {:.4f} "
               "bits a sample and the built-in `{}` {:.4f}: train on more recordings ({} samples "
               "were used), or use the built-in tables\n",
               own.bits(), builtin[i]->name(), theirs[i].bits(), trained_on);
    return;
  }
}

}  // namespace

void run(const TrainOptions& o) {
  check_options(o);
  // Refused before the work, which may take minutes.
  host::OutputFile output(o.output, nullptr, host::overwrite(o.force));
  const std::vector<std::string> paths = host::wav_files(o.directory);
  std::vector<Source> training;
  std::vector<Source> tests;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    (host::is_test(i, o.test_every) ? tests : training).push_back(find_source(paths[i], o));
  }
  if (training.empty()) {
    throw Error(
        fmt::format("--test-every {} leaves none of the {} recordings to train on; give "
                    "another number",
                    o.test_every, paths.size()));
  }
  int code_width = 0;
  for (const auto* sources : {&training, &tests}) {
    for (const Source& source : *sources) {
      code_width = std::max(code_width, source.header.code_width);
    }
  }
  if (o.code_width != 0) code_width = o.code_width;
  if (o.profile == "range" && code_width < kMinRangeCodeWidth) {
    throw Error(
        fmt::format("range tables are for codes of {} bits or more; give a --code-width of "
                    "{} to {}",
                    kMinRangeCodeWidth, kMinRangeCodeWidth, kMaxCodeWidth));
  }

  const std::vector<Shape> shapes = shapes_for(o, code_width);
  const std::vector<const Tables*> builtin = rivals(o, code_width);
  const Learner learner(o, code_width);
  Meter meter(code_width);
  const std::size_t checks = shapes.size() + 1;
  host::Progress progress("training", (checks + 1) * training.size() + paths.size(), "files");
  std::size_t done = 0;

  // Tables of the first two thirds of every channel, on the last third: which shape suits so many
  // samples, and whether there are enough of them.
  std::vector<Tables> candidates;
  for (const Shape& shape : shapes) {
    candidates.push_back(learner.learn(training, shape, Part::kLearned, progress, done));
    done += training.size();
  }
  std::vector<Total> own(candidates.size());
  std::vector<Total> theirs(builtin.size());
  for (const Source& source : training) {
    const Recording recording = read_recording(source);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      meter.add(recording, candidates[i], true, own[i]);
    }
    for (std::size_t i = 0; i < builtin.size(); ++i) {
      meter.add(recording, *builtin[i], true, theirs[i]);
    }
    progress.update(++done);
  }
  const auto best = static_cast<std::size_t>(
      std::min_element(own.begin(), own.end(),
                       [](const Total& a, const Total& b) { return a.coded < b.coded; }) -
      own.begin());

  const Tables tables = learner.learn(training, shapes[best], Part::kAll, progress, done);
  done += training.size();
  Total trained;
  for (const Source& source : training) {
    meter.add(read_recording(source), tables, false, trained);
    progress.update(++done);
  }
  Total others;
  if (!tests.empty()) theirs.assign(builtin.size(), Total());
  for (const Source& source : tests) {
    const Recording recording = read_recording(source);
    meter.add(recording, tables, false, others);
    for (std::size_t i = 0; i < builtin.size(); ++i) {
      meter.add(recording, *builtin[i], false, theirs[i]);
    }
    progress.update(++done);
  }

  const std::string json = to_json(tables);
  output.write(reinterpret_cast<const std::uint8_t*>(json.data()), json.size());
  output.commit(false);

  fmt::print("{:<10} {:>6} {:>12} {:>12} {:>8}\n", "files", "count", "samples", "bits/sample",
             "ratio");
  for (const Total* total : {&trained, &others}) {
    if (total->files == 0) continue;
    fmt::print("{:<10} {:>6} {:>12} {:>12.4f} {:>8.4f}\n",
               total == &trained ? "trained on" : "others", total->files, total->samples,
               total->bits(),
               static_cast<double>(total->bytes) / static_cast<double>(total->coded));
  }
  fmt::print("wrote {} ({} tables '{}' for {}-bit codes, id {:08X})\n", o.output,
             profile_name(tables.profile()), tables.name(), code_width, tables.id());
  warn_if_worse(tests.empty() ? own[best] : others, builtin, theirs, trained.samples);
}

}  // namespace nrc::train
