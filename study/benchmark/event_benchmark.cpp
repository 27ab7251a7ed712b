// SPDX-License-Identifier: Apache-2.0
//
// How many of the spikes an encoder's events hold, and what they cost on the link: `make events`.
// A stream of events alone is encoded and received for each threshold, from 1024 channels of
// recordings and of the generator.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "host/program.hpp"
#include "host/recording_generator.hpp"
#include "host/recordings.hpp"
#include "host/spikes.hpp"
#include "nrc/encoder.hpp"
#include "nrc/error.hpp"
#include "nrc/receiver.hpp"
#include "recordings.hpp"
#include "stages/code_to_sample.hpp"

namespace nrc::bench {
namespace {

constexpr double kRate = RecordingGenerator::kDefaultRate;
constexpr std::size_t kPacketFrames = 20;
constexpr std::size_t kKeyInterval = 384;
constexpr std::size_t kMaxFiles = 4096;
constexpr double kLowDeviations = 4.5;  ///< below which a false alarm is no spike by any measure
constexpr double kThresholds[] = {5.5, 6.0, 6.5, 7.0, 7.5, 8.0};  ///< mean innovations

using Places = std::vector<std::vector<std::size_t>>;  ///< of spikes, for each channel

/// Channels with what is to be found in them.
struct Signal {
  std::size_t channels = 0;
  std::size_t frames = 0;
  std::vector<std::int16_t> samples;
  Places standard;  ///< spikes of the standard detector
  Places low;       ///< the same with kLowDeviations
  Places known;     ///< those of the generator; empty: not known
  const Places& wanted() const { return known.empty() ? standard : known; }
  bool sound(std::size_t channel) const {
    return static_cast<double>(standard[channel].size()) <= host::kMaxSpikeRate * seconds();
  }
  double seconds() const { return static_cast<double>(frames) / kRate; }
};

void find_standard(Signal& signal) {
  for (std::size_t c = 0; c < signal.channels; ++c) {
    host::Signal x;
    for (std::size_t i = c; i < signal.samples.size(); i += signal.channels) {
      x.push_back(signal.samples[i]);
    }
    const host::Spikes spikes = host::detect_spikes(x, kRate);
    signal.standard.push_back(spikes.places);
    const double low = spikes.threshold * kLowDeviations / host::kNoiseDeviations;
    signal.low.push_back(host::detect_spikes(x, kRate, low).places);
  }
}

/// A file for each channel; where there are fewer, another part of it.
Signal recorded(const std::string& directory, std::size_t channels, std::size_t frames) {
  const std::vector<Samples> files = read_recordings(directory, kMaxFiles);
  Signal signal;
  signal.channels = channels;
  signal.frames = frames;
  signal.samples.resize(channels * frames);
  for (std::size_t c = 0; c < channels; ++c) {
    const Samples& file = files[c % files.size()];
    std::size_t place = c / files.size() * frames % file.size();
    for (std::size_t frame = 0; frame < frames; ++frame) {
      signal.samples[frame * channels + c] = file[place];
      place = place + 1 == file.size() ? 0 : place + 1;
    }
  }
  find_standard(signal);
  return signal;
}

Signal generated(std::size_t channels, std::size_t frames) {
  Signal signal;
  signal.channels = channels;
  signal.frames = frames;
  RecordingGenerator generator(static_cast<std::uint32_t>(channels), 1);
  std::vector<RecordingGenerator::Spike> spikes;
  generator.note_spikes(&spikes);
  std::vector<Code> codes(channels * frames);
  generator.generate(codes.data(), frames);
  for (const Code code : codes) signal.samples.push_back(sample_of(Mapping::kShift6, code));
  signal.known.resize(channels);
  for (const auto& spike : spikes) {
    if (spike.frame < frames) signal.known[spike.channel].push_back(spike.frame);
  }
  for (std::vector<std::size_t>& places : signal.known) std::sort(places.begin(), places.end());
  find_standard(signal);
  return signal;
}

/// @param all  of channels that are not sound, too
host::SpikeMatch match(const Signal& signal, const Places& spikes, const Places& found,
                       bool all = false) {
  host::SpikeMatch sum;
  for (std::size_t c = 0; c < spikes.size(); ++c) {
    if (!all && !signal.sound(c)) continue;
    const host::SpikeMatch m = host::match_spikes({spikes[c], 0.0}, {found[c], 0.0}, kRate);
    sum.kept += m.kept;
    sum.lost += m.lost;
    sum.added += m.added;
  }
  return sum;
}

double percent(std::size_t part, const host::SpikeMatch& m) {
  return 100.0 * static_cast<double>(part) /
         static_cast<double>(std::max<std::size_t>(1, m.kept + m.lost));
}

/// What a receiver has of a stream of events alone.
struct Received {
  Places places;
  std::size_t events = 0;
  std::size_t bytes = 0;
};

Received send(const Signal& signal, double threshold) {
  StreamHeader header;
  header.channels = static_cast<std::uint32_t>(signal.channels);
  header.packet_frames = kPacketFrames;
  header.rate_millihertz = static_cast<std::uint32_t>(std::llround(kRate * 1000.0));
  header.events = true;
  Encoder encoder(header, Tables::builtin(Profile::kHuffman, "default"), Transport::kLink);
  encoder.set_events({static_cast<int>(std::lround(threshold * kThresholdUnit)), true});
  Received received;
  received.places.resize(signal.channels);
  Receiver::Events events;
  events.events = [&received](const Event* event, std::size_t count) {
    received.events += count;
    for (const Event* end = event + count; event != end; ++event) {
      received.places[event->channel].push_back(event->frame);
    }
  };
  Receiver receiver({}, events);
  std::vector<std::uint8_t> packets;
  for (std::size_t frame = 0; frame < signal.frames; frame += kPacketFrames) {
    PacketRequest request;
    request.key = frame / kPacketFrames % kKeyInterval == 0;
    request.last = frame + kPacketFrames >= signal.frames;
    packets.clear();
    encoder.encode_samples(signal.samples.data() + frame * signal.channels,
                           std::min(kPacketFrames, signal.frames - frame), request, packets);
    receiver.add(packets.data(), packets.size());
    received.bytes += packets.size();
  }
  receiver.finish();
  for (std::vector<std::size_t>& places : received.places) std::sort(places.begin(), places.end());
  return received;
}

/// What is found at a threshold; with nullptr of it by the standard detector. Figures of recordings
/// and of the generator are in one row, by name.
void add_row(const Signal& signal, const double* threshold, const std::string& prefix,
             nlohmann::ordered_json& row) {
  const Received received =
      threshold == nullptr ? Received{signal.standard, 0, 0} : send(signal, *threshold);
  const host::SpikeMatch m = match(signal, signal.wanted(), received.places);
  row[prefix + "found"] = percent(m.kept, m);
  row[prefix + "missed"] = percent(m.lost, m);
  row[prefix + "false"] = percent(m.added, m);
  row[prefix + "false_low"] = percent(match(signal, signal.low, received.places).added, m);
  row[prefix + "found_all"] = percent(match(signal, signal.wanted(), received.places, true).kept,
                                      match(signal, signal.wanted(), signal.wanted(), true));
  std::size_t sound = 0;
  for (std::size_t c = 0; c < signal.channels; ++c) sound += signal.sound(c) ? 1 : 0;
  row[prefix + "channels"] = sound;
  row[prefix + "spikes"] =
      static_cast<double>(m.kept + m.lost) / signal.seconds() / static_cast<double>(sound);
  const bool sent = threshold != nullptr;
  const auto per_second = [&signal, sent](double value) {
    return sent ? nlohmann::ordered_json(value / signal.seconds()) : nlohmann::ordered_json();
  };
  row[prefix + "megabits"] = per_second(8e-6 * static_cast<double>(received.bytes));
  row[prefix + "events"] =
      per_second(static_cast<double>(received.events) / static_cast<double>(signal.channels));
}

nlohmann::ordered_json rows(const std::vector<std::pair<std::string, Signal>>& signals) {
  nlohmann::ordered_json json;
  for (const double threshold : kThresholds) {
    nlohmann::ordered_json& row = json[fmt::format("{:g}", threshold)];
    for (const auto& [prefix, signal] : signals) add_row(signal, &threshold, prefix, row);
  }
  for (const auto& [prefix, signal] : signals) {
    add_row(signal, nullptr, prefix, json["standard detector"]);
  }
  return json;
}

}  // namespace
}  // namespace nrc::bench

int main(int argc, char** argv) {
  CLI::App app("Spikes that an encoder's events hold, and their rate.", "event_benchmark");
  std::string data;
  std::string output;
  std::size_t channels = 1024;
  std::size_t frames = 40000;
  app.add_option("--data", data, "directory of recordings; without it only the generator");
  app.add_option("--json", output, "file to write")->required();
  app.add_option("--channels", channels)->capture_default_str();
  app.add_option("--frames", frames)->capture_default_str();
  app.callback([&] {
    std::vector<std::pair<std::string, nrc::bench::Signal>> signals;
    if (!data.empty()) signals.emplace_back("", nrc::bench::recorded(data, channels, frames));
    signals.emplace_back("generator_", nrc::bench::generated(channels, frames));
    std::ofstream file(output);
    file << nrc::bench::rows(signals).dump(1) << '\n';
    if (!file.flush()) throw nrc::Error("cannot write " + output + "; give another file");
  });
  return nrc::host::run_program(app, argc, argv);
}
