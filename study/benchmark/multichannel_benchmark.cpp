// SPDX-License-Identifier: Apache-2.0
//
// Speed and ratio on recordings of many channels and several code widths, next to other compressors
// on the same samples in the same run, on one thread:
//   multichannel_benchmark [--data DIR] [--text FILE] [--plot FILE] [--benchmark_...]
// DIR holds files NAME_<channels>ch_<rate>Hz.i16 of int16 little-endian, channels interleaved.
// Without it, signals of 10, 12 and 16 bits are generated.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "baselines.hpp"
#include "benchmark_option.hpp"
#include "multichannel_signals.hpp"
#include "nrc/encoder.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_encoder.hpp"
#include "nrc/packet_decoder.hpp"
#include "nrc/preset.hpp"

namespace nrc::bench {
namespace {

constexpr std::size_t kPacketSamples = 131072;
/// Lanes that the encoder of files takes for such packets of usual signals.
constexpr int kLanes = 8;
/// The peers of the comparison: encoders and decoders of nrc against the fastest mode of WavPack,
/// and preset best against its slowest.
constexpr const char* kFastPeer = "WavPack -f";
constexpr const char* kBestPeer = "WavPack -hhx4";

/// Codes packet by packet, map and tables chosen before.
Baseline packets(const std::string& name, Profile profile, const Corrections& corrections,
                 const Signal& signal) {
  EncodeOptions options;
  options.profile = profile;
  options.corrections = corrections;
  StreamHeader header;
  header.channels = static_cast<std::uint32_t>(signal.channels);
  const std::size_t frames = std::max<std::size_t>(kPacketSamples / signal.channels, 1);
  header.packet_frames = static_cast<std::uint32_t>(frames);
  const Tables& tables = choose_coding(signal.samples, options, header);
  const int lanes = std::min(kLanes, max_lanes(profile, header.channels));
  return {name,
          [header, &tables, frames, lanes](const Samples& samples, std::size_t channels) {
            Encoder encoder(header, tables);
            encoder.set_lanes(lanes);
            Bytes stream = encoder.stream_header();
            stream.reserve(samples.size());
            const std::size_t all = samples.size() / channels;
            for (std::size_t at = 0; at < all; at += frames) {
              const std::size_t count = std::min(frames, all - at);
              encoder.encode_samples(samples.data() + at * channels, count,
                                     {false, at + count == all}, stream);
            }
            return std::vector<Bytes>{stream};
          },
          [](const std::vector<Bytes>& streams, std::size_t) {
            const Bytes& stream = streams.front();
            PacketDecoder decoder(Tables::builtin_by_id);
            Samples samples;
            for (std::size_t at = 0; at < stream.size();) {
              const ParsedPacket packet = parse_packet(stream.data() + at, stream.size() - at);
              if (packet.header.type == PacketType::kStreamHeader) {
                decoder.open(packet);
              } else {
                decoder.decode(packet, samples);
              }
              at += packet.size;
            }
            return samples;
          }};
}

/// A file, as `nrc encode --preset` makes it: with the choice of map, coding and tables.
Baseline file(const std::string& name, const char* preset_name) {
  return {name,
          [preset_name](const Samples& samples, std::size_t channels) {
            EncodeOptions options;
            options.preset = find_preset(preset_name);
            options.profile = options.preset->codings.front().profile;
            Bytes stream;
            encode_raw(reinterpret_cast<const std::uint8_t*>(samples.data()), 2 * samples.size(),
                       static_cast<std::uint32_t>(channels), 0, options,
                       [&stream](const std::uint8_t* data, std::size_t size) {
                         stream.insert(stream.end(), data, data + size);
                       });
            return std::vector<Bytes>{stream};
          },
          [](const std::vector<Bytes>& streams, std::size_t) {
            Bytes bytes;
            FileDecoder decoder([&bytes](const std::uint8_t* data, std::size_t size) {
              bytes.insert(bytes.end(), data, data + size);
            });
            decoder.add(streams.front().data(), streams.front().size());
            decoder.finish();
            Samples samples(bytes.size() / 2);
            std::memcpy(samples.data(), bytes.data(), 2 * samples.size());
            return samples;
          }};
}

struct Result {
  double ratio = 0, encode = 0, decode = 0;  ///< speeds in samples a second
};
using Results = std::map<std::string, std::map<std::string, Result>>;  ///< by signal and method

class Collector : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.run_type == Run::RT_Aggregate || run.error_occurred) continue;
      const std::string& name = run.run_name.function_name;  // signal/method/direction
      const std::size_t first = name.find('/');
      const std::size_t second = name.rfind('/');
      Result& result = results[name.substr(0, first)][name.substr(first + 1, second - first - 1)];
      result.ratio = run.counters.at("ratio");
      (name.substr(second + 1) == "encode" ? result.encode : result.decode) =
          run.counters.at("items_per_second");
    }
  }
  Results results;
};

void add(const Baseline& method, const std::shared_ptr<Signal>& signal) {
  const auto streams = std::make_shared<std::vector<Bytes>>();
  const std::string name = signal->name + "/" + method.name;
  const auto finish = [=](benchmark::State& state) {
    std::size_t bytes = 0;
    for (const Bytes& stream : *streams) bytes += stream.size();
    const std::size_t count = signal->samples.size();
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
    state.counters["ratio"] = 2.0 * static_cast<double>(count) / static_cast<double>(bytes);
  };
  benchmark::RegisterBenchmark((name + "/encode").c_str(), [=](benchmark::State& state) {
    for (auto _ : state) *streams = method.encode(signal->samples, signal->channels);
    finish(state);
  });
  benchmark::RegisterBenchmark((name + "/decode").c_str(), [=](benchmark::State& state) {
    if (streams->empty()) *streams = method.encode(signal->samples, signal->channels);
    Samples decoded;
    for (auto _ : state) decoded = method.decode(*streams, signal->channels);
    if (decoded != signal->samples) state.SkipWithError("the samples do not come back");
    finish(state);
  });
}

/// Speeds as multiples of a peer's.
std::string times(double speed, double peer) {
  return peer == 0 || speed == 0 ? "-" : fmt::format("{:.2f}", speed / peer);
}

std::string table(const Results& results) {
  std::string text =
      fmt::format("{:<28}{:<24}{:>7}{:>10}{:>10}{:>12}{:>12}{:>14}\n", "signal", "method", "ratio",
                  "encode", "decode", "encode as", "decode as", "encode as");
  text += fmt::format("{:<28}{:<24}{:>7}{:>10}{:>10}{:>12}{:>12}{:>14}\n", "", "", "", "Msample/s",
                      "Msample/s", "WavPack -f", "WavPack -f", "WavPack -hhx4");
  for (const auto& [signal, methods] : results) {
    const auto peer = [&methods = methods](const char* name) {
      const auto found = methods.find(name);
      return found == methods.end() ? Result() : found->second;
    };
    for (const auto& [method, r] : methods) {
      text += fmt::format(
          "{:<28}{:<24}{:>7.3f}{:>10.2f}{:>10.2f}{:>12}{:>12}{:>14}\n", signal, method, r.ratio,
          r.encode / 1e6, r.decode / 1e6, times(r.encode, peer(kFastPeer).encode),
          times(r.decode, peer(kFastPeer).decode), times(r.encode, peer(kBestPeer).encode));
    }
  }
  return text;
}

/// Lines "method|encode|decode": the geometric mean over the signals of the speed as a multiple of
/// WavPack's fastest mode.
std::string plot_data(const Results& results) {
  struct Sum {
    double encode = 0, decode = 0;
    int count = 0;
  };
  std::map<std::string, Sum> sums;
  for (const auto& [signal, methods] : results) {
    const auto peer = methods.find(kFastPeer);
    if (peer == methods.end()) continue;
    for (const auto& [method, r] : methods) {
      if (r.encode == 0 || r.decode == 0) continue;
      Sum& sum = sums[method];
      sum.encode += std::log(r.encode / peer->second.encode);
      sum.decode += std::log(r.decode / peer->second.decode);
      ++sum.count;
    }
  }
  std::string text;
  for (const auto& [method, sum] : sums) {
    text += fmt::format("{}|{:.4f}|{:.4f}\n", method, std::exp(sum.encode / sum.count),
                        std::exp(sum.decode / sum.count));
  }
  return text;
}

void write(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  std::ofstream out(path);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + path + "; give another file");
}

int run(int argc, char** argv) {
  const std::string data = take_option(argc, argv, "--data");
  const std::string text = take_option(argc, argv, "--text");
  const std::string plot = take_option(argc, argv, "--plot");
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  for (Signal& one : data.empty() ? generated_signals() : read_signals(data)) {
    const auto signal = std::make_shared<Signal>(std::move(one));
    add(packets("nrc Huffman", Profile::kHuffman, {}, *signal), signal);
    add(packets("nrc range", Profile::kRange, {}, *signal), signal);
    add(packets("nrc range taps", Profile::kRange, {true, false}, *signal), signal);
    add(packets("nrc range neighbour", Profile::kRange, {false, true}, *signal), signal);
    add(packets("nrc range both", Profile::kRange, {true, true}, *signal), signal);
    add(file("nrc file, fast", "fast"), signal);
    add(file("nrc file, best", "best"), signal);
    for (const Baseline& peer : multichannel_baselines()) add(peer, signal);
  }
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector);
  const std::string results = table(collector.results);
  fmt::print("\n{}", results);
  write(text, results);
  write(plot, plot_data(collector.results));
  return 0;
}

}  // namespace
}  // namespace nrc::bench

int main(int argc, char** argv) {
  try {
    return nrc::bench::run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "multichannel_benchmark: {}\n", e.what());
    return 1;
  }
}
