// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "design.hpp"
#include "nrc/format.hpp"
#include "nrc/rate_control.hpp"

namespace nrc::sim {

constexpr int kExitFail = 1;     ///< the verdict is FAIL
constexpr int kExitTrouble = 2;  ///< there is no verdict

struct Options {
  std::string data;
  std::uint32_t frames = 800;
  std::uint64_t seed = 1;
  int stall = 20;
  std::uint64_t outage = 0;
  bool allow_drops = false;
  std::string link;   ///< Mbit/s, or a file with the rates by time; empty: 32 bits a clock
  int max_step = 16;  ///< codes; 1: never round
  int min_step = 1;
  int first_step = lossy_step(RateSettings().first_step);
  std::string events;                              ///< empty: none
  double event_threshold = kEventThreshold / 4.0;  ///< mean innovations
  std::string channel_classes;                     ///< file; empty: all are rounded
  std::string json;                                ///< file for what the link did
  std::uint32_t off_grid = 0;
  std::string trace;
  std::optional<std::uint64_t> corrupt_bit;
  std::string inject;
};

struct LoopbackOptions {
  std::string data;
  std::uint32_t frames = 800;
  std::uint64_t seed = 1;
  int loss = 0;
  std::uint64_t wrong_sample = 0;
};

/// Reads the command line. Prints what is asked for or what is wrong with it.
/// @param design     that the bench was built for
/// @param can_trace  it was built with waveforms
/// @return exit status if the program shall end now
std::optional<int> parse_options(int argc, char** argv, const Design& design, bool can_trace,
                                 Options& options);

/// The same for the loopback bench.
/// @param channels  that it was built for
std::optional<int> parse_options(int argc, char** argv, std::uint32_t channels,
                                 LoopbackOptions& options);

}  // namespace nrc::sim
