// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "host/spikes.hpp"
#include "nrc/error.hpp"

namespace nrc::sim {
namespace {

constexpr double kClockMhz = 1000.0 / static_cast<double>(kClockPeriodNs);

double microseconds(std::uint64_t clocks) {
  return static_cast<double>(clocks * kClockPeriodNs) / 1000.0;
}

/// A whole number with its thousands set apart.
std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

void heading(std::string_view text) { fmt::print("\n{}\n", text); }

void row(std::string_view label, std::string_view value) {
  fmt::print("  {:<34}{}\n", label, value);
}

/// A row of three columns.
void spread(std::string_view label, const Histogram& values, std::string_view remark = "") {
  if (values.empty()) {
    row(label, "not measured");
    return;
  }
  fmt::print("  {:<34}{:>12}{:>12}{:>12}  clocks{}\n", label, grouped(values.min()),
             grouped(values.median()), grouped(values.max()), remark);
  fmt::print("  {:<34}{:>12.2f}{:>12.2f}{:>12.2f}  us\n", "", microseconds(values.min()),
             microseconds(values.median()), microseconds(values.max()));
}

double frame_rate(const Design& design) {
  return static_cast<double>(design.header.rate_millihertz) / 1000.0;
}

void print_timing(const Run& run) {
  const Design& design = run.design;
  const Monitor::Figures& f = run.figures;
  const unsigned frames = design.header.packet_frames;
  const double group_us = 1e6 * frames / frame_rate(design);

  heading(fmt::format("{:<36}{:>12}{:>12}{:>12}", "Timing", "min", "median", "max"));
  spread(fmt::format("clocks for {} frames", frames), f.group,
         design.rests() ? ""
                        : fmt::format(", budget {} x {} = {}", frames, design.header.channels,
                                      grouped(design.group_budget())));
  spread("latency, sample in to packed", f.pipeline);
  spread("delivery, sample in to packet out", f.delivered);
  row("real time",
      fmt::format("{} frames at {:.2f} Hz last {:.2f} us: {}", frames, frame_rate(design), group_us,
                  f.group.empty() ? "not measured"
                  : microseconds(f.group.max()) <= group_us
                      ? fmt::format("kept, they take {:.2f} us", microseconds(f.group.max()))
                      : fmt::format("NOT kept, they take {:.2f} us at {:g} MHz",
                                    microseconds(f.group.max()), kClockMhz)));
  row("input stalls",
      fmt::format("{} clocks{}", grouped(f.input_stalls),
                  design.rests() ? " (few channels: the encoder rests after a frame)" : ""));
  const double offered = static_cast<double>(f.output_words + f.output_stalls);
  row("output stalls",
      fmt::format("{} clocks with a word waiting ({:.1f} % of those with a word)",
                  grouped(f.output_stalls),
                  offered == 0 ? 0.0 : 100.0 * static_cast<double>(f.output_stalls) / offered));
}

void print_compression(const Run& run) {
  const Scoreboard& s = run.scoreboard;
  heading("Compression (packet headers, CRC and padding included)");
  const double samples =
      static_cast<double>(s.delivered_frames()) * static_cast<double>(run.design.frame_samples());
  if (samples == 0 || s.stream_bytes() == 0) {
    row("ratio", "no samples were delivered");
    return;
  }
  const double bits = 8.0 * static_cast<double>(s.stream_bytes()) / samples;
  row("stream", fmt::format("{} bytes, {:.3f} bits per sample", grouped(s.stream_bytes()), bits));
  row("ratio", fmt::format("{:.3f} against 16-bit samples, {:.3f} against {}-bit codes", 16 / bits,
                           run.design.header.code_width / bits, run.design.header.code_width));
  row("largest packet", fmt::format("{} bytes, worst case {}", grouped(s.max_packet()),
                                    grouped(run.design.max_packet())));
}

/// Parts of a whole, in percent.
double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void print_events(const Run& run) {
  const Scoreboard& s = run.scoreboard;
  heading("Events");
  row("threshold", fmt::format("{:g} mean innovations", run.design.events->threshold / 4.0));
  const double seconds = static_cast<double>(run.recording.frames) / frame_rate(run.design);
  row("events", fmt::format("{} in {} packets, {:.0f} a second", grouped(s.events()),
                            grouped(s.event_packets()), static_cast<double>(s.events()) / seconds));
  row("rate", fmt::format("{:.3f} Mbit/s, packet headers and CRC included",
                          8e-6 * static_cast<double>(s.event_bytes()) / seconds));
}

void print_classes(const Run& run) {
  constexpr std::array<const char*, 4> kNames = {"rounded", "lossless", "off", "events only"};
  heading("Channels by class");
  for (const ClassTable& table : run.design.classes) {
    std::string text;
    for (std::size_t c = 0; c < kNames.size(); ++c) {
      const auto count =
          std::count(table.classes.begin(), table.classes.end(), static_cast<ChannelClass>(c));
      if (count == 0) continue;
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ",
                          grouped(static_cast<std::uint64_t>(count)), kNames[c]);
    }
    row(fmt::format("from packet {} on", grouped(table.packet)), text);
  }
}

void print_link(const LinkFigures& f, const Run& run) {
  heading("Link");
  row("packets", fmt::format("{} sent, {} dropped ({:.1f} %)", grouped(f.packets - f.dropped),
                             grouped(f.dropped), percent(f.dropped, f.packets)));
  row("lossless", fmt::format("{:.1f} % of all packets", percent(f.lossless, f.packets)));
  std::string steps;
  for (std::size_t i = 0; i < run.scoreboard.steps().size(); ++i) {
    if (run.scoreboard.steps()[i] == 0) continue;
    steps += fmt::format("{}{}: {}", steps.empty() ? "" : ", ", lossy_step(static_cast<int>(i)),
                         grouped(run.scoreboard.steps()[i]));
  }
  row("packets by step", steps);
  if (const auto rounded = run.scoreboard.rounded()) {
    const double frame_ms = 1000.0 / frame_rate(run.design);
    row("rounded packets",
        fmt::format("from {:.0f} ms to {:.0f} ms", frame_ms * static_cast<double>(rounded->first),
                    frame_ms * static_cast<double>(rounded->second)));
  }
  row("largest error", fmt::format("{} codes at most, as the steps say", f.largest_step / 2));
  row("signal to noise above 300 Hz", f.snr ? fmt::format("{:.1f} dB", *f.snr) : "no error");
  row("spikes (5 deviations)",
      f.spikes == 0
          ? "none"
          : fmt::format("{:.2f} % of {} kept, {:.2f} % added", percent(f.spikes_kept, f.spikes),
                        grouped(f.spikes), percent(f.spikes_added, f.spikes)));
  row("of channels that are not clipped",
      f.clear_spikes == 0
          ? "none"
          : fmt::format("{:.2f} % of {} kept", percent(f.clear_spikes_kept, f.clear_spikes),
                        grouped(f.clear_spikes)));
  const Histogram& delay = run.figures.delivered;
  const double ms = 1000.0 / run.design.clocks_per_second();
  row("delay, sample in to packet out",
      delay.empty()
          ? "not measured"
          : fmt::format("{:.2f} ms, {:.2f} ms at most", ms * static_cast<double>(delay.median()),
                        ms * static_cast<double>(delay.max())));
  if (run.design.rate_control) {
    row("most words that waited", fmt::format("{} of {}", grouped(run.figures.max_waiting),
                                              grouped(run.design.buffer_words)));
  }
}

}  // namespace

bool bit_exact(const Run& run) {
  return run.scoreboard.failure().empty() && run.scoreboard.closed();
}

std::string judge(const Run& run) {
  const Monitor::Figures& f = run.figures;
  const Scoreboard& s = run.scoreboard;
  const std::uint64_t samples = run.recording.size();
  const auto differs = [](std::string_view what, std::uint64_t got, std::uint64_t expected) {
    return fmt::format("{} is {}, expected {}", what, got, expected);
  };
  for (const std::string& reason : {run.monitor_failure, s.failure()}) {
    if (!reason.empty()) return reason;
  }
  if (f.accepted != samples) return differs("the number of samples taken", f.accepted, samples);
  if (f.packed != samples) return differs("the number of sample_packed_o", f.packed, samples);
  if (!run.design.rests() && f.input_stalls != 0) {
    return fmt::format("s_axis_tready was low for {} clocks, and an ADC cannot wait",
                       f.input_stalls);
  }
  if (!run.design.rests() && f.group.max() > run.design.group_budget()) {
    return fmt::format("{} frames took {} clocks, budget {}", run.design.header.packet_frames,
                       f.group.max(), run.design.group_budget());
  }
  if (s.max_packet() > run.design.max_packet()) {
    return fmt::format("a packet of {} bytes, worst case {}", s.max_packet(),
                       run.design.max_packet());
  }
  if (run.counters.packets != s.data_packets()) {
    return differs("packets_o", run.counters.packets, s.data_packets());
  }
  const std::uint64_t dropped = run.counters.dropped;
  if (dropped > s.dropped_frames() ||
      dropped * run.design.header.packet_frames < s.dropped_frames()) {
    return fmt::format("dropped_o is {} for {} missing frames", dropped, s.dropped_frames());
  }
  // After a packet that found no room the one that had begun meanwhile is dropped as well.
  if (f.overflows > dropped || dropped > f.overflows + s.gaps()) {
    return fmt::format("overflow_o came {} times for {} dropped packets in {} places", f.overflows,
                       dropped, s.gaps());
  }
  if (run.counters.framing_errors != 0) {
    return differs("framing_errors_o", run.counters.framing_errors, 0);
  }
  if (run.counters.events_lost != 0) {
    return differs("events_lost_o", run.counters.events_lost, 0);
  }
  if (run.counters.off_grid != run.recording.off_grid) {
    return differs("off_grid_o", run.counters.off_grid, run.recording.off_grid);
  }
  return "";
}

LinkFigures link_figures(const Run& run) {
  LinkFigures f;
  const Scoreboard& s = run.scoreboard;
  f.packets = s.data_packets() + run.counters.dropped;
  f.dropped = run.counters.dropped;
  f.lossless = s.steps()[0];
  for (std::size_t i = 0; i < s.steps().size(); ++i) {
    if (s.steps()[i] != 0) f.largest_step = lossy_step(static_cast<int>(i));
  }
  const std::size_t n = run.recording.channels;
  const double rate = frame_rate(run.design);
  const std::vector<std::int16_t>& received = s.received();
  double error = 0;
  double signal = 0;
  const auto sends = [&run](std::size_t c) {
    return std::all_of(run.design.classes.begin(), run.design.classes.end(),
                       [c](const ClassTable& table) { return sends_codes(table.classes[c]); });
  };
  for (std::size_t c = 0; c < n; ++c) {
    if (!sends(c)) continue;
    host::Signal original;
    host::Signal decoded;
    for (std::size_t i = c; i < received.size(); i += n) {
      const double e = received[i] - run.recording.samples[i];
      original.push_back(run.recording.samples[i]);
      decoded.push_back(received[i]);
      error += e * e;
    }
    for (const double v : host::high_pass(original, host::kSpikeBandHz, rate)) signal += v * v;
    const host::Spikes spikes = host::detect_spikes(original, rate);
    const host::SpikeMatch match =
        host::match_spikes(spikes, host::detect_spikes(decoded, rate, spikes.threshold), rate);
    f.spikes += match.kept + match.lost;
    f.spikes_kept += match.kept;
    f.spikes_added += match.added;
    if (static_cast<double>(spikes.places.size()) * rate <=
        host::kMaxSpikeRate * static_cast<double>(original.size())) {
      f.clear_spikes += match.kept + match.lost;
      f.clear_spikes_kept += match.kept;
    }
  }
  if (error != 0) f.snr = 10 * std::log10(signal / error);
  return f;
}

void write_link_figures(const Run& run, const LinkFigures& f, const std::string& path) {
  nlohmann::ordered_json json = {{"link", run.rate->text()},
                                 {"packets", f.packets},
                                 {"dropped", f.dropped},
                                 {"lossless", f.lossless},
                                 {"largest_step", f.largest_step},
                                 {"spikes", f.spikes},
                                 {"spikes_kept", f.spikes_kept},
                                 {"spikes_added", f.spikes_added},
                                 {"clear_spikes", f.clear_spikes},
                                 {"clear_spikes_kept", f.clear_spikes_kept},
                                 {"max_waiting", run.figures.max_waiting}};
  json["snr_db"] = f.snr ? nlohmann::ordered_json(*f.snr) : nlohmann::ordered_json();
  std::ofstream file(path);
  file << json.dump(1) << '\n';
  if (!file.flush()) throw Error(fmt::format("cannot write {}; give another file", path));
}

void print_report(const Run& run, const std::optional<LinkFigures>& link) {
  const StreamHeader& header = run.design.header;
  const Monitor::Figures& f = run.figures;

  const auto with_corrections = [](const StreamHeader& h) {
    return h.corrections.any() ? fmt::format(" with {}", corrections_name(h.corrections)) : "";
  };
  fmt::print("nrc_encoder in SystemC against the golden model\n");
  heading("Design");
  row("channels", grouped(header.channels));
  row("frames", fmt::format("{} in packets of {}", grouped(run.recording.frames),
                            run.design.header.packet_frames));
  row("samples", grouped(run.recording.size()));
  row("source", run.recording.source);
  row("profile",
      fmt::format("{}{}, tables {} (id 0x{:08X})", profile_name(header.profile),
                  with_corrections(header), run.design.tables->name(), run.design.tables->id()));
  row("clock", fmt::format("{:g} MHz, one sample a clock; {} x {:.2f} Hz = {:.3f} Msample/s",
                           kClockMhz, header.channels, frame_rate(run.design),
                           header.channels * frame_rate(run.design) / 1e6));
  row("link",
      fmt::format("{}, stalled {} % of the time",
                  run.rate->limited() ? run.rate->text() : "32 bits a clock", run.stall_percent));

  print_timing(run);
  print_compression(run);
  if (run.design.events) print_events(run);
  if (!run.design.classes.empty()) print_classes(run);
  if (link) print_link(*link, run);

  heading("Checks");
  row("packets",
      fmt::format("{} data packets received, packets_o {}", grouped(run.scoreboard.data_packets()),
                  grouped(run.counters.packets)));
  row("dropped packets", fmt::format("{}, with {} frames", grouped(run.counters.dropped),
                                     grouped(run.scoreboard.dropped_frames())));
  row("samples off the grid", fmt::format("{}, off_grid_o {}", grouped(run.recording.off_grid),
                                          grouped(run.counters.off_grid)));
  row("framing errors", fmt::format("0, framing_errors_o {}", run.counters.framing_errors));
  row("simulation",
      fmt::format("{} clocks in {:.2f} s, {:.0f} kcycle/s", grouped(f.clocks), run.wall_seconds,
                  static_cast<double>(f.clocks) / run.wall_seconds / 1000));
}

}  // namespace nrc::sim
