// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "design.hpp"
#include "link_rate.hpp"
#include "monitor.hpp"
#include "recording.hpp"
#include "scoreboard.hpp"

namespace nrc::sim {

/// The RTL's status outputs at the end.
struct Counters {
  std::uint32_t packets = 0;
  std::uint32_t dropped = 0;
  std::uint32_t framing_errors = 0;
  std::uint32_t off_grid = 0;
  std::uint32_t events_lost = 0;
};

/// All that is known after a run.
struct Run {
  const Design& design;
  const Recording& recording;
  const Monitor::Figures& figures;
  const Scoreboard& scoreboard;
  Counters counters;
  std::string monitor_failure;
  int stall_percent = 0;    ///< of the link, as asked for
  const LinkRate* rate;     ///< of the link
  double wall_seconds = 0;  ///< of the simulation alone
};

/// The first thing that is not as it should be; empty if all is well.
std::string judge(const Run& run);

/// Every packet is as the golden model's and decodes to the samples.
bool bit_exact(const Run& run);

/// What a link did to the channels of a recording that send all their samples.
struct LinkFigures {
  std::uint64_t packets = 0;  ///< sent and dropped
  std::uint64_t dropped = 0;
  std::uint64_t lossless = 0;
  int largest_step = 1;       ///< codes
  std::optional<double> snr;  ///< dB, above 300 Hz; what is missing is silence; none without error
  std::uint64_t spikes = 0;   ///< of the recording, 5 deviations above 300 Hz
  std::uint64_t spikes_kept = 0;
  std::uint64_t spikes_added = 0;
  std::uint64_t clear_spikes = 0;  ///< of channels with kMaxSpikeRate at most
  std::uint64_t clear_spikes_kept = 0;
};
LinkFigures link_figures(const Run& run);

/// @throws Error if the file cannot be written
void write_link_figures(const Run& run, const LinkFigures& figures, const std::string& path);

/// Prints the table of what was simulated and measured to standard output.
/// @param link  only for a link of a given rate
void print_report(const Run& run, const std::optional<LinkFigures>& link);

}  // namespace nrc::sim
