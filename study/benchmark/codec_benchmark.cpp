// SPDX-License-Identifier: Apache-2.0
//
// Speed and ratio of both profiles and of other compressors on the same samples, in one run of
// Google Benchmark on one thread, with 1 to 1024 channels:
//   codec_benchmark [--data DIR] [--plot FILE] [--benchmark_...]
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "baselines.hpp"
#include "benchmark_option.hpp"
#include "nrc/decoder.hpp"
#include "nrc/encoder.hpp"
#include "nrc/packet_decoder.hpp"
#include "recordings.hpp"

namespace nrc::bench {
namespace {

constexpr double kRealTime = 1024 * 19531.25;  ///< samples a second of an implant
constexpr std::size_t kSamples = std::size_t{1} << 22;
constexpr std::size_t kPacketSamples = 20480;  ///< a millisecond of 1024 channels
constexpr std::size_t kKeyPackets = 384;
constexpr std::size_t kChannels[] = {1, 32, 384, 1024};

Baseline profile(Profile which, const std::string& name) {
  return {name,
          [which](const Samples& samples, std::size_t channels) {
            const std::size_t frames = kPacketSamples / channels;
            StreamHeader header;
            header.channels = static_cast<std::uint32_t>(channels);
            header.packet_frames = static_cast<std::uint32_t>(frames);
            Encoder encoder(header, Tables::builtin(which, "default"), Transport::kLink);
            Bytes stream;
            stream.reserve(samples.size());
            const std::size_t packets = samples.size() / channels / frames;
            for (std::size_t i = 0; i < packets; ++i) {
              encoder.encode_samples(samples.data() + i * frames * channels, frames,
                                     {i % kKeyPackets == 0, i + 1 == packets}, stream);
            }
            return std::vector<Bytes>{stream};
          },
          [](const std::vector<Bytes>& streams, std::size_t) {
            const Bytes& stream = streams.front();
            Decoder decoder;
            Samples samples;
            for (std::size_t at = 0; at < stream.size();) {
              const ParsedPacket packet = parse_packet(stream.data() + at, stream.size() - at);
              decoder.decode(packet, samples);
              at += packet.size;
            }
            return samples;
          }};
}

struct Result {
  double ratio = 0, encode = 0, decode = 0;  ///< speeds in samples a second
};

/// The usual table on the terminal, and the results for the one below it.
class Collector : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.run_type == Run::RT_Aggregate || run.error_occurred) continue;
      const std::string& name = run.run_name.function_name;  // method/channels/direction
      const std::size_t first = name.find('/');
      const std::size_t second = name.rfind('/');
      Result& result = results[std::stoul(name.substr(first + 1))][name.substr(0, first)];
      result.ratio = run.counters.at("ratio");
      (name.substr(second + 1) == "encode" ? result.encode : result.decode) =
          run.counters.at("items_per_second");
    }
  }
  std::map<std::size_t, std::map<std::string, Result>> results;  ///< by channels and method
};

void add(const Baseline& method, std::size_t channels, const std::shared_ptr<Samples>& samples) {
  const auto streams = std::make_shared<std::vector<Bytes>>();
  const std::string name = method.name + "/" + std::to_string(channels);
  const auto finish = [=](benchmark::State& state) {
    std::size_t bytes = 0;
    for (const Bytes& stream : *streams) bytes += stream.size();
    const auto count = static_cast<double>(samples->size());
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(samples->size()));
    state.counters["ratio"] = 2.0 * count / static_cast<double>(bytes);
    state.counters["real_time"] = benchmark::Counter(
        count * static_cast<double>(state.iterations()) / kRealTime, benchmark::Counter::kIsRate);
  };
  benchmark::RegisterBenchmark((name + "/encode").c_str(), [=](benchmark::State& state) {
    for (auto _ : state) *streams = method.encode(*samples, channels);
    finish(state);
  });
  benchmark::RegisterBenchmark((name + "/decode").c_str(), [=](benchmark::State& state) {
    if (streams->empty()) *streams = method.encode(*samples, channels);
    Samples decoded;
    for (auto _ : state) decoded = method.decode(*streams, channels);
    if (decoded != *samples) state.SkipWithError("the samples do not come back");
    finish(state);
  });
}

void print(const Collector& collector) {
  fmt::print("\n{:>8} {:<14}{:>7}{:>18}{:>18}{:>10}{:>10}\n", "", "", "", "encode", "decode",
             "encode as", "decode as");
  fmt::print("{:>8} {:<14}{:>7}{:>18}{:>18}{:>10}{:>10}\n", "channels", "method", "ratio",
             "x real time", "x real time", "x zlib", "x FLAC");
  for (const auto& row : collector.results) {
    const auto& channels = row.first;
    const auto& methods = row.second;
    const auto zlib = methods.find("zlib -6");
    const auto flac = methods.find("FLAC -5");
    for (const auto& cell : methods) {
      const auto& name = cell.first;
      const Result& r = cell.second;
      const auto against = [&](const auto& other, double Result::*speed) {
        return other == methods.end() ? std::string("-")
                                      : fmt::format("{:.1f}", r.*speed / other->second.*speed);
      };
      fmt::print("{:>8} {:<14}{:>7.3f}{:>18.2f}{:>18.2f}{:>10}{:>10}\n", channels, name, r.ratio,
                 r.encode / kRealTime, r.decode / kRealTime, against(zlib, &Result::encode),
                 against(flac, &Result::decode));
    }
  }
}

/// Lines "method|ratio|encode|decode" (speeds in Msample/s) of the most channels.
void write_plot_data(const Collector& collector, const std::string& path) {
  std::ofstream out(path);
  if (!collector.results.empty()) {
    for (const auto& [name, r] : collector.results.rbegin()->second) {
      out << fmt::format("{}|{:.4f}|{:.3f}|{:.3f}\n", name, r.ratio, r.encode / 1e6,
                         r.decode / 1e6);
    }
  }
  if (!out.flush()) throw std::runtime_error("cannot write " + path + "; give another --plot");
}

int run(int argc, char** argv) {
  const std::string data = take_option(argc, argv, "--data");
  const std::string plot = take_option(argc, argv, "--plot");
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;

  std::vector<Samples> recordings;
  if (!data.empty()) recordings = read_recordings(data, kChannels[std::size(kChannels) - 1]);
  std::vector<Baseline> methods = baselines();
  methods.insert(methods.begin(), profile(Profile::kRange, "nrc range"));
  methods.insert(methods.begin(), profile(Profile::kHuffman, "nrc Huffman"));
  for (const std::size_t channels : kChannels) {
    const auto samples = std::make_shared<Samples>(
        make_samples(kSamples, channels, kPacketSamples / channels, recordings));
    for (const Baseline& method : methods) add(method, channels, samples);
  }
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector);
  print(collector);
  if (!plot.empty()) write_plot_data(collector, plot);
  return 0;
}

}  // namespace
}  // namespace nrc::bench

int main(int argc, char** argv) {
  try {
    return nrc::bench::run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "codec_benchmark: {}\n", e.what());
    return 1;
  }
}
