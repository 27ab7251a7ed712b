// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "coding_argument.hpp"
#include "commands.hpp"
#include "file/wav.hpp"
#include "host/input_file.hpp"
#include "host/parallel.hpp"
#include "host/progress.hpp"
#include "host/recordings.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_encoder.hpp"
#include "number_range.hpp"
#include "pairs_bench.hpp"
#include "table_argument.hpp"

namespace nrc::cli {
namespace {

/// 1024 channels at 19,531.25 Hz.
constexpr double kRealTimeSamples = 20e6;
constexpr std::uint32_t kImplantChannels = 1024;
constexpr std::uint32_t kInterleavedFrames = 4096;
constexpr std::uint32_t kMillisecondFrames = 20;
/// From one key packet to the next, the RTL's default: 0.39 s of packets of a millisecond.
constexpr std::uint16_t kKeyPackets = 384;
constexpr std::uint32_t kKeyFrames = kKeyPackets * kMillisecondFrames;
/// The cost of key packets is measured over that many intervals, so on one key packet less.
constexpr std::uint32_t kKeyIntervals = 4;

struct BenchArguments {
  std::string directory;
  std::string pairs;             ///< file of pairs to measure instead
  std::string profile = "both";  ///< huffman, range or both
  bool narrow = false;           ///< huffman or range profile: with the narrow state
  std::string tables;
  unsigned threads = 0;
  bool json = false;
  std::size_t test_every = 0;  ///< only every K-th file; 0: all
  bool files = false;
  double speed_seconds = 2.0;
};

struct FileResult {
  std::string name;
  std::size_t bytes = 0;
  std::size_t stream_bytes = 0;
  std::size_t samples = 0;  ///< 0: stored without compression
  double ratio() const { return static_cast<double>(bytes) / static_cast<double>(stream_bytes); }
};

/// Speed of one direction on one core.
struct Speed {
  double seconds = 0.0;
  double samples = 0.0;
  double megabytes_per_second() const { return 2.0 * samples / seconds / 1e6; }
  double real_time() const { return samples / seconds / kRealTimeSamples; }
};

struct SpeedPair {
  Speed encode;
  Speed decode;
};

/// What a key packet takes more than another, the stream header before it included.
struct KeyCost {
  std::size_t channels = 0;
  double bits = 0.0;     ///< per channel and key packet
  double percent = 0.0;  ///< of the stream, with a key packet every kKeyPackets
};

/// Processor time of this thread: other programs on the machine disturb it little.
double cpu_seconds() {
  timespec time = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

using Bytes = std::vector<std::uint8_t>;

ByteSink append_to(Bytes& bytes) {
  return [&bytes](const std::uint8_t* data, std::size_t size) {
    bytes.insert(bytes.end(), data, data + size);
  };
}

/// The measurements of one profile.
class Bench {
 public:
  Bench(const BenchArguments& arguments, Profile profile) : arguments_(arguments) {
    options_.profile = profile;
    options_.narrow = narrow_argument(arguments.narrow, profile);
    if (!arguments.tables.empty()) {
      tables_ = table_argument(arguments.tables, profile);
      options_.tables = &*tables_;
    }
    find_files();
  }

  void run() {
    code_all();
    measure_files();
    measure_interleaved();
    measure_key_packets();
  }

 private:
  void find_files() {
    paths_ = host::wav_files(arguments_.directory);
    if (arguments_.test_every == 0) return;
    std::vector<std::string> tests = host::split_recordings(paths_, arguments_.test_every).second;
    if (tests.empty()) {
      throw Error(fmt::format("{} has only {} WAV files; give a smaller --test-every",
                              arguments_.directory, paths_.size()));
    }
    paths_ = std::move(tests);
  }

  Bytes decode(const Bytes& stream) const {
    Bytes decoded;
    FileDecoder decoder(append_to(decoded), [this](Profile profile, std::uint32_t id) {
      return tables_ && tables_->id() == id ? &*tables_ : Tables::builtin_by_id(profile, id);
    });
    decoder.add(stream.data(), stream.size());
    decoder.finish();
    return decoded;
  }

  FileResult code(const std::string& path) const {
    host::InputFile input(path);
    Bytes stream;
    const EncodeSummary summary =
        encode_wav(input.data(), input.size(), options_, append_to(stream));
    const Bytes decoded = decode(stream);
    if (decoded.size() != input.size() ||
        !std::equal(decoded.begin(), decoded.end(), input.data())) {
      throw Error(fmt::format("{} differs after decoding; report this as a bug", path));
    }
    return {std::filesystem::path(path).filename().string(), input.size(), stream.size(),
            static_cast<std::size_t>(summary.frames) * summary.header.channels};
  }

  /// Codes and checks every file, on all threads.
  void code_all() {
    results_.resize(paths_.size());
    host::Progress progress("checking", paths_.size(), "files");
    host::for_each_index(paths_.size(), arguments_.threads, progress,
                         [this](std::size_t i) { results_[i] = code(paths_[i]); });
  }

  template <typename Encode>
  void measure(const Encode& encode, double samples, SpeedPair& speeds) const {
    Bytes stream;
    const double start = cpu_seconds();
    encode(append_to(stream));
    const double middle = cpu_seconds();
    decode(stream);
    speeds.encode.seconds += middle - start;
    speeds.encode.samples += samples;
    speeds.decode.seconds += cpu_seconds() - middle;
    speeds.decode.samples += samples;
  }

  bool enough(const SpeedPair& speeds) const {
    return std::min(speeds.encode.seconds, speeds.decode.seconds) >= arguments_.speed_seconds;
  }

  void measure_files() {
    host::Progress progress("measuring", paths_.size(), "files");
    for (std::size_t i = 0; i < paths_.size() && !enough(file_speed_); ++i) {
      if (results_[i].samples != 0) {
        host::InputFile input(paths_[i]);
        measure(
            [&](const ByteSink& sink) { encode_wav(input.data(), input.size(), options_, sink); },
            static_cast<double>(results_[i].samples), file_speed_);
      }
      progress.update(i);
    }
  }

  /// The first `frames` frames of each recording of one electrode that has as many.
  std::vector<Bytes> beginnings(std::uint32_t frames) const {
    std::vector<Bytes> all;
    for (std::size_t i = 0; i < paths_.size() && all.size() < kImplantChannels; ++i) {
      host::InputFile input(paths_[i]);
      const WavLayout layout = read_int16_wav_layout(input.data(), input.size());
      if (layout.applies() && layout.channels == 1 && layout.frames() >= frames) {
        const std::uint8_t* const samples = input.data() + layout.data_offset;
        all.emplace_back(samples, samples + std::size_t{2} * frames);
      }
    }
    return all;
  }

  /// The recordings as the channels of one stream; where there are too few they come again.
  static Bytes interleave(const std::vector<Bytes>& recordings, std::size_t channels) {
    Bytes image;
    image.reserve(channels * recordings.front().size());
    for (std::size_t at = 0; at < recordings.front().size(); at += 2) {
      for (std::size_t channel = 0; channel < channels; ++channel) {
        const std::uint8_t* const sample = &recordings[channel % recordings.size()][at];
        image.insert(image.end(), sample, sample + 2);
      }
    }
    return image;
  }

  /// The implant's case.
  void measure_interleaved() {
    const std::vector<Bytes> recordings = beginnings(kInterleavedFrames);
    if (recordings.empty()) {
      return;
    }
    const Bytes image = interleave(recordings, kImplantChannels);
    const std::size_t samples = image.size() / 2;
    const auto ratio = [&](std::uint32_t packet_frames) {
      EncodeOptions options = options_;
      options.packet_frames = packet_frames;
      options.lanes = 1;  // as hardware sends them
      Bytes stream;
      encode_raw(image.data(), image.size(), kImplantChannels, 19531250, options,
                 append_to(stream));
      return static_cast<double>(image.size()) / static_cast<double>(stream.size());
    };
    long_packets_ratio_ = ratio(kInterleavedFrames);
    short_packets_ratio_ = ratio(kMillisecondFrames);
    interleaved_speed_.emplace();
    host::Progress progress("measuring 1024 channels", 0, "samples");
    while (!enough(*interleaved_speed_)) {
      measure(
          [&](const ByteSink& sink) {
            encode_raw(image.data(), image.size(), kImplantChannels, 19531250, options_, sink);
          },
          static_cast<double>(samples), *interleaved_speed_);
      progress.update(static_cast<std::uint64_t>(interleaved_speed_->encode.samples));
    }
  }

  /// Packets of a millisecond with key packets at the RTL's default interval, and without.
  void measure_key_packets() {
    const std::vector<Bytes> recordings = beginnings(kKeyIntervals * kKeyFrames);
    if (recordings.empty()) {
      return;
    }
    host::Progress progress("measuring key packets", 2, "streams");
    const std::size_t channels = recordings.size();
    const Bytes image = interleave(recordings, channels);
    const auto stream_bits = [&](std::uint16_t key_interval) {
      EncodeOptions options = options_;
      options.packet_frames = kMillisecondFrames;
      options.lanes = 1;
      options.key_interval = key_interval;
      Bytes stream;
      encode_raw(image.data(), image.size(), static_cast<std::uint32_t>(channels), 19531250,
                 options, append_to(stream));
      if (decode(stream) != image) {
        throw Error("a stream with key packets differs after decoding; report this as a bug");
      }
      return 8.0 * static_cast<double>(stream.size());
    };
    const double plain = stream_bits(0);
    progress.update(1);
    // The first packet is a key packet in either stream.
    const double key_packet = (stream_bits(kKeyPackets) - plain) / (kKeyIntervals - 1);
    key_cost_ = KeyCost{channels, key_packet / static_cast<double>(channels),
                        100.0 * key_packet / (plain / kKeyIntervals)};
  }

 public:
  FileResult total() const {
    FileResult total;
    for (const FileResult& result : results_) {
      total.bytes += result.bytes;
      total.stream_bytes += result.stream_bytes;
      total.samples += result.samples;
    }
    return total;
  }

  static double bits_per_sample(const FileResult& result) {
    return result.samples == 0 ? 0.0
                               : 8.0 * static_cast<double>(result.stream_bytes) /
                                     static_cast<double>(result.samples);
  }

  const std::vector<FileResult>& results() const { return results_; }
  Profile profile() const { return options_.profile; }
  /// Of 1024 channels in one packet, and in packets of a millisecond.
  double long_packets_ratio() const { return long_packets_ratio_; }
  double short_packets_ratio() const { return short_packets_ratio_; }
  const SpeedPair& file_speed() const { return file_speed_; }
  const std::optional<SpeedPair>& interleaved_speed() const { return interleaved_speed_; }
  const std::optional<KeyCost>& key_cost() const { return key_cost_; }

  nlohmann::ordered_json json() const {
    const FileResult sum = total();
    const auto speed = [](const Speed& s) {
      return nlohmann::ordered_json{{"megabytes_per_second", s.megabytes_per_second()},
                                    {"real_time", s.real_time()}};
    };
    nlohmann::ordered_json json = {{"profile", profile_name(profile())},
                                   {"files", results_.size()},
                                   {"verified", true},
                                   {"original_bytes", sum.bytes},
                                   {"stream_bytes", sum.stream_bytes},
                                   {"ratio", sum.ratio()},
                                   {"bits_per_sample", bits_per_sample(sum)}};
    if (file_speed_.encode.samples > 0) {
      json["files_encode"] = speed(file_speed_.encode);
      json["files_decode"] = speed(file_speed_.decode);
    }
    if (interleaved_speed_) {
      json["interleaved_encode"] = speed(interleaved_speed_->encode);
      json["interleaved_decode"] = speed(interleaved_speed_->decode);
      json["long_packets_ratio"] = long_packets_ratio_;
      json["short_packets_ratio"] = short_packets_ratio_;
    }
    if (key_cost_) {
      json["key_packets"] = {{"channels", key_cost_->channels},
                             {"interval", kKeyPackets},
                             {"bits_per_channel", key_cost_->bits},
                             {"percent", key_cost_->percent}};
    }
    for (const FileResult& result : results_) {
      json["results"].push_back({{"file", result.name},
                                 {"original_bytes", result.bytes},
                                 {"stream_bytes", result.stream_bytes},
                                 {"samples", result.samples}});
    }
    return json;
  }

 private:
  BenchArguments arguments_;
  std::optional<Tables> tables_;
  EncodeOptions options_;
  std::vector<std::string> paths_;
  std::vector<FileResult> results_;
  SpeedPair file_speed_;
  std::optional<SpeedPair> interleaved_speed_;
  double long_packets_ratio_ = 0.0;
  double short_packets_ratio_ = 0.0;
  std::optional<KeyCost> key_cost_;
};

/// Profiles side by side, a column each.
void print_text(const std::vector<Bench>& benches, bool files) {
  const auto row = [&benches](const std::string& label, const auto& cell) {
    fmt::print("{:<36}", label);
    for (const Bench& bench : benches) fmt::print("{:>12}", cell(bench));
    fmt::print("\n");
  };
  const auto number = [](int digits, double value) {
    return fmt::format("{:.{}f}", value, digits);
  };
  row("", [](const Bench& b) { return std::string(profile_name(b.profile())); });
  if (files) {
    for (std::size_t i = 0; i < benches.front().results().size(); ++i) {
      row(benches.front().results()[i].name,
          [&](const Bench& b) { return number(4, b.results()[i].ratio()); });
    }
  }
  const FileResult sum = benches.front().total();
  row("stream bytes", [](const Bench& b) { return fmt::to_string(b.total().stream_bytes); });
  row("ratio", [&](const Bench& b) { return number(4, b.total().ratio()); });
  row("bits/sample", [&](const Bench& b) { return number(4, Bench::bits_per_sample(b.total())); });
  const auto by_ratio = [](const FileResult& a, const FileResult& b) {
    return a.ratio() < b.ratio();
  };
  row("best file, ratio", [&](const Bench& b) {
    return number(4, std::max_element(b.results().begin(), b.results().end(), by_ratio)->ratio());
  });
  row("worst file, ratio", [&](const Bench& b) {
    return number(4, std::min_element(b.results().begin(), b.results().end(), by_ratio)->ratio());
  });
  if (benches.front().interleaved_speed()) {
    row("1024 channels, one packet, ratio",
        [&](const Bench& b) { return number(4, b.long_packets_ratio()); });
    row("1024 channels, 1 ms packets, ratio",
        [&](const Bench& b) { return number(4, b.short_packets_ratio()); });
  }
  if (benches.front().key_cost()) {
    row("key packet, bits per channel",
        [&](const Bench& b) { return number(1, b.key_cost()->bits); });
    row(fmt::format("key packet every {}, 1 ms each, %", kKeyPackets),
        [&](const Bench& b) { return number(3, b.key_cost()->percent); });
  }
  const auto speed = [&](const std::string& label, const auto& speed_of) {
    row(label + ", MB/s",
        [&](const Bench& b) { return number(1, speed_of(b).megabytes_per_second()); });
    row(label + ", x real time",
        [&](const Bench& b) { return number(2, speed_of(b).real_time()); });
  };
  if (benches.front().file_speed().encode.samples > 0) {
    speed("encode files", [](const Bench& b) { return b.file_speed().encode; });
    speed("decode files", [](const Bench& b) { return b.file_speed().decode; });
  }
  if (benches.front().interleaved_speed()) {
    speed("encode 1024 channels", [](const Bench& b) { return b.interleaved_speed()->encode; });
    speed("decode 1024 channels", [](const Bench& b) { return b.interleaved_speed()->decode; });
  }
  fmt::print(
      "\n{} files, {} bytes, every byte verified. Speeds: one core; real time is 1024 "
      "channels at 19,531.25 Hz.\n",
      benches.front().results().size(), sum.bytes);
}

void bench(const BenchArguments& arguments) {
  std::vector<Bench> benches;
  benches.reserve(2);  // a bench refers to itself: it must not move
  for (const Profile profile :
       {Profile::kHuffman, Profile::kRange, Profile::kNeural, Profile::kCascade}) {
    const bool both = arguments.profile == "both" && profile < Profile::kNeural;
    if (both || arguments.profile == profile_name(profile)) {
      benches.emplace_back(arguments, profile);
      benches.back().run();
    }
  }
  if (!arguments.json) {
    print_text(benches, arguments.files);
    return;
  }
  nlohmann::ordered_json json;
  for (const Bench& b : benches) json.push_back(b.json());
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace

void add_bench_command(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "bench", "Measure ratio and speed on the WAV files of a directory, and verify every byte");
  const auto arguments = std::make_shared<BenchArguments>();
  command->add_option("directory", arguments->directory, "directory of WAV files")->required();
  CLI::Option* const profile =
      command
          ->add_option("--profile", arguments->profile,
                       "profile to measure: huffman, range, both, neural or cascade")
          ->check(CLI::IsMember({"huffman", "range", "both", "neural", "cascade"}))
          ->capture_default_str();
  command->add_flag("--narrow", arguments->narrow, kNarrowHelp);
  command->add_option("--tables", arguments->tables,
                      "table file for the given profile, or built-in set by name");
  CLI::Option* const pairs =
      command
          ->add_option(
              "--pairs", arguments->pairs,
              "measure stage neighbour instead, on pairs of simultaneous recordings: a file "
              "with two file names per line")
          ->excludes(profile);
  command->add_option(
      "--threads", arguments->threads,
      "threads for coding and checking; 0: all processors. Speeds are always those of one core");
  command->add_option(
      "--test-every", arguments->test_every,
      "only every K-th file: those that nrc train --test-every K does not train on");
  command
      ->add_option("--speed-seconds", arguments->speed_seconds,
                   "processor seconds of encoding and of decoding that a speed is measured over")
      ->check(number_range(0.01, 600.0))
      ->capture_default_str();
  command->add_flag("--files", arguments->files, "list every file or pair");
  command->add_flag("--json", arguments->json, "print JSON, with every file or pair");
  command->callback([arguments, pairs] {
    if (pairs->count() > 0) {
      bench_pairs({arguments->directory, arguments->pairs, arguments->tables, arguments->threads,
                   arguments->json, arguments->files});
      return;
    }
    if (!arguments->tables.empty() && arguments->profile == "both") {
      throw Error("--tables are for one profile; add --profile huffman or range");
    }
    bench(*arguments);
  });
}

}  // namespace nrc::cli
