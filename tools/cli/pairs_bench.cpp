// SPDX-License-Identifier: Apache-2.0
#include "pairs_bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <vector>

#include "file/wav.hpp"
#include "format/bytes.hpp"
#include "host/input_file.hpp"
#include "host/parallel.hpp"
#include "host/progress.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_encoder.hpp"
#include "table_argument.hpp"

namespace nrc::cli {
namespace {

/// Of every stream here, so that one and two channels have as many packets.
constexpr std::uint32_t kPacketFrames = 65536;

using Bytes = std::vector<std::uint8_t>;

/// A line of the file of pairs.
struct Pair {
  std::string where;  ///< for messages
  std::string first;
  std::string second;
};

/// Sizes of streams, bytes, and how many samples are in them.
struct PairResult {
  std::size_t samples = 0;        ///< of both channels
  std::size_t without = 0;        ///< both channels, without neighbour
  std::size_t with = 0;           ///< both channels, with neighbour
  std::size_t first_channel = 0;  ///< the first channel alone; neighbour leaves its bits alone

  PairResult& operator+=(const PairResult& other) {
    samples += other.samples;
    without += other.without;
    with += other.with;
    first_channel += other.first_channel;
    return *this;
  }

  double bits_without() const { return per_sample(without, samples); }
  double bits_with() const { return per_sample(with, samples); }
  /// What the second channel adds to a stream of the first, per sample of its own.
  double second_without() const { return per_sample(without - first_channel, samples / 2); }
  double second_with() const { return per_sample(with - first_channel, samples / 2); }

 private:
  static double per_sample(std::size_t bytes, std::size_t count) {
    return 8.0 * static_cast<double>(bytes) / static_cast<double>(count);
  }
};

std::vector<Pair> read_pairs(const std::string& path) {
  host::InputFile input(path);
  std::istringstream text(std::string(input.data(), input.data() + input.size()));
  std::vector<Pair> pairs;
  std::string line;
  for (std::size_t number = 1; std::getline(text, line); ++number) {
    std::istringstream words(line);
    Pair pair;
    pair.where = fmt::format("{}, line {}", input.name(), number);
    std::string more;
    if (!(words >> pair.first)) {
      continue;
    }
    if (!(words >> pair.second) || words >> more || pair.first == pair.second) {
      throw Error(fmt::format("{}: {}; give the names of two recordings", pair.where,
                              pair.second.empty() ? "only one name"
                              : more.empty()      ? "one name twice"
                                                  : "more than two names"));
    }
    pairs.push_back(std::move(pair));
  }
  if (pairs.empty()) {
    throw Error(
        fmt::format("no pair in {}; give the names of two recordings in each line", input.name()));
  }
  return pairs;
}

/// The samples of a recording of one electrode, int16 little-endian.
Bytes read_recording(const std::filesystem::path& path) {
  host::InputFile input(path.string());
  const WavLayout layout = read_int16_wav_layout(input.data(), input.size());
  if (!layout.applies()) {
    throw Error(fmt::format("{}: {}; give a WAV file of 16-bit PCM", input.name(), layout.reason));
  }
  if (layout.channels != 1) {
    throw Error(fmt::format("{}: {} channels; give recordings of one electrode", input.name(),
                            layout.channels));
  }
  const std::uint8_t* const samples = input.data() + layout.data_offset;
  return Bytes(samples, samples + 2 * layout.frames());
}

/// Samples of two channels in turn, as many frames as the shorter one has.
Bytes interleave(const Bytes& first, const Bytes& second) {
  Bytes image;
  const std::size_t bytes = std::min(first.size(), second.size());
  image.reserve(2 * bytes);
  for (std::size_t i = 0; i < bytes; i += 2) {
    image.insert(image.end(), {first[i], first[i + 1], second[i], second[i + 1]});
  }
  return image;
}

class PairsBench {
 public:
  explicit PairsBench(const PairsBenchArguments& arguments)
      : arguments_(arguments), pairs_(read_pairs(arguments.pairs)), results_(pairs_.size()) {
    if (!arguments.tables.empty()) {
      tables_ = table_argument(arguments.tables, Profile::kRange);
    }
  }

  void run() {
    host::Progress progress("checking", pairs_.size(), "pairs");
    host::for_each_index(pairs_.size(), arguments_.threads, progress, [this](std::size_t i) {
      try {
        results_[i] = measure(pairs_[i]);
      } catch (const Error& e) {
        throw Error(fmt::format("{}: {}", pairs_[i].where, e.what()));
      }
    });
  }

  void print_text() const {
    const auto row = [](const std::string& label, double without, double with) {
      fmt::print("{:<36}{:>12.4f}{:>12.4f}{:>12.4f}\n", label, without, with, without - with);
    };
    fmt::print("{:<36}{:>12}{:>12}{:>12}\n", "bits/sample, range profile", "plain", "neighbour",
               "gain");
    if (arguments_.list) {
      for (std::size_t i = 0; i < pairs_.size(); ++i) {
        row(fmt::format("{} {}", pairs_[i].first, pairs_[i].second), results_[i].bits_without(),
            results_[i].bits_with());
      }
    }
    const PairResult sum = total();
    row("both channels", sum.bits_without(), sum.bits_with());
    row("second channels", sum.second_without(), sum.second_with());
    fmt::print("\n{} pairs, {} samples, every byte verified.\n", pairs_.size(), sum.samples);
  }

  void print_json() const {
    const PairResult sum = total();
    nlohmann::ordered_json json = {
        {"profile", profile_name(Profile::kRange)},
        {"pairs", pairs_.size()},
        {"verified", true},
        {"samples", sum.samples},
        {"bits_per_sample", sum.bits_without()},
        {"bits_per_sample_neighbour", sum.bits_with()},
        {"gain", sum.bits_without() - sum.bits_with()},
        {"second_bits_per_sample", sum.second_without()},
        {"second_bits_per_sample_neighbour", sum.second_with()},
        {"second_gain", sum.second_without() - sum.second_with()},
    };
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      json["results"].push_back({{"first", pairs_[i].first},
                                 {"second", pairs_[i].second},
                                 {"samples", results_[i].samples},
                                 {"stream_bytes", results_[i].without},
                                 {"stream_bytes_neighbour", results_[i].with},
                                 {"first_channel_bytes", results_[i].first_channel}});
    }
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  }

 private:
  const Tables& tables(Profile profile, std::uint32_t id) const {
    return tables_ && tables_->id() == id ? *tables_ : *Tables::builtin_by_id(profile, id);
  }

  /// The stream of two channels. @return its header
  StreamHeader encode(const Bytes& image, bool neighbour, Bytes& stream) const {
    EncodeOptions options;
    options.profile = Profile::kRange;
    options.tables = tables_ ? &*tables_ : nullptr;
    options.corrections.neighbour = neighbour;
    options.key_interval = 0;  // as in the stream of one channel
    options.packet_frames = kPacketFrames;
    const auto sink = [&stream](const std::uint8_t* data, std::size_t size) {
      stream.insert(stream.end(), data, data + size);
    };
    return encode_raw(image.data(), image.size(), 2, 0, options, sink).header;
  }

  /// Bytes of a stream of the first channel that is coded as in a stream with this header.
  std::size_t first_channel_bytes(const Bytes& image, StreamHeader header) const {
    std::vector<std::int16_t> samples;
    for (std::size_t i = 0; i < image.size(); i += 4) {
      samples.push_back(get_sample(&image[i]));
    }
    header.channels = 1;
    Encoder encoder(header, tables(header.profile, header.table_id));
    std::size_t bytes = encoder.stream_header().size();
    for (std::size_t at = 0; at < samples.size(); at += kPacketFrames) {
      const std::size_t frames = std::min<std::size_t>(kPacketFrames, samples.size() - at);
      bytes += encoder.encode_samples(samples.data() + at, frames, {}).size();
    }
    return bytes;
  }

  void check(const Bytes& stream, const Bytes& image) const {
    Bytes decoded;
    const auto sink = [&decoded](const std::uint8_t* data, std::size_t size) {
      decoded.insert(decoded.end(), data, data + size);
    };
    FileDecoder decoder(sink,
                        [this](Profile profile, std::uint32_t id) { return &tables(profile, id); });
    decoder.add(stream.data(), stream.size());
    decoder.finish();
    if (decoded != image) {
      throw Error("the decoded pair differs from the original; report this as a bug");
    }
  }

  PairResult measure(const Pair& pair) const {
    const std::filesystem::path directory(arguments_.directory);
    const Bytes image =
        interleave(read_recording(directory / pair.first), read_recording(directory / pair.second));
    Bytes without;
    Bytes with;
    const StreamHeader header = encode(image, false, without);
    encode(image, true, with);
    check(without, image);
    check(with, image);
    return {image.size() / 2, without.size(), with.size(), first_channel_bytes(image, header)};
  }

  PairResult total() const {
    PairResult sum;
    for (const PairResult& result : results_) {
      sum += result;
    }
    return sum;
  }

  PairsBenchArguments arguments_;
  std::vector<Pair> pairs_;
  std::vector<PairResult> results_;
  std::optional<Tables> tables_;
};

}  // namespace

void bench_pairs(const PairsBenchArguments& arguments) {
  PairsBench bench(arguments);
  bench.run();
  arguments.json ? bench.print_json() : bench.print_text();
}

}  // namespace nrc::cli
