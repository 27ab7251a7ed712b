// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "nrc/rate_control.hpp"

namespace nrc::sim {

std::optional<int> parse_options(int argc, char** argv, const Design& design, bool can_trace,
                                 Options& options) {
  CLI::App app("Simulates the encoder's RTL and compares it with the golden model.",
               "nrc_system_sim");
  app.get_formatter()->column_width(30);
  const std::uint32_t channels = design.header.channels;
  const std::string built_profile = profile_name(design.header.profile);
  std::uint32_t asked_channels = channels;
  std::string profile = built_profile;

  app.add_option("--data", options.data, "WAV files to play; none: a synthetic recording")
      ->type_name("DIR");
  app.add_option("--channels", asked_channels, "Only the number that this bench was built for")
      ->capture_default_str();
  app.add_option("--frames", options.frames, "Frames to simulate")
      ->check(CLI::Range(2, 1 << 24))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "For the data, the stalls and state without a reset")
      ->capture_default_str();
  app.add_option("--profile", profile, "Only the one that this bench was built for")
      ->check(CLI::IsMember({"huffman", "range"}))
      ->capture_default_str();
  app.add_option("--stall", options.stall, "Part of the time in which the link takes nothing")
      ->type_name("PERCENT")
      ->check(CLI::Range(0, 99))
      ->capture_default_str();
  app.add_option("--outage", options.outage,
                 "Let the link fail for that many of every four times as many clocks")
      ->type_name("CLOCKS");
  app.add_flag("--allow-drops", options.allow_drops, "The link may be so slow that packets drop");
  app.add_option(
         "--link", options.link,
         "Rate of the link in Mbit/s, or a file with a line for each change of it: milliseconds "
         "from the beginning, and Mbit/s")
      ->type_name("RATE|FILE");
  app.add_option("--json", options.json, "Write what the link did, with --link")->type_name("FILE");
  if (design.rate_control) {
    app.add_option("--max-step", options.max_step,
                   "Codes of the largest rounding step; 1: never round")
        ->check(CLI::IsMember(rate_steps()))
        ->capture_default_str();
    app.add_option("--min-step", options.min_step,
                   "Codes of the smallest step; 1: lossless where the link takes it")
        ->check(CLI::IsMember(rate_steps()))
        ->capture_default_str();
    app.add_option("--first-step", options.first_step,
                   "Codes of the step that rounding begins with")
        ->check(CLI::IsMember(rate_steps(1)))
        ->capture_default_str();
  }
  if (design.header.events) {
    CLI::Option* const events =
        app.add_option("--events", options.events,
                       "Send the spikes too, beside the samples or `only` them, without samples")
            ->expected(0, 1)
            ->default_str("beside")
            ->check(CLI::IsMember({"beside", "only"}));
    app.add_option("--event-threshold", options.event_threshold,
                   "Of a spike, in mean innovations of its channel; a quarter is the unit")
        ->check(CLI::Range(0.25, 15.75))
        ->needs(events)
        ->capture_default_str();
  }
  if (design.header.classes) {
    app.add_option("--channel-classes", options.channel_classes,
                   "File of what to send of which channels, and from when on")
        ->type_name("FILE");
  }
  app.add_option("--off-grid", options.off_grid, "Put every N-th sample off the ADC's grid")
      ->type_name("N");
  if (can_trace) {
    app.add_option("--trace", options.trace, "Write a waveform (FST)")->type_name("FILE");
  }
  const char* const kFaults = "Errors on purpose, which the bench must find";
  app.add_option("--corrupt-bit", options.corrupt_bit, "Flip this bit of the stream")
      ->type_name("N")
      ->group(kFaults);
  app.add_option("--inject", options.inject, "Something else")
      ->check(CLI::IsMember({"late-sample", "unstable-output", "lost-end", "lost-header"}))
      ->group(kFaults);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      return app.exit(error);  // --help
    }
    fmt::print(stderr, "nrc_system_sim: {}; --help lists the options\n", error.what());
    return kExitTrouble;
  }
  if (asked_channels != channels) {
    fmt::print(stderr,
               "nrc_system_sim: this bench was built for {} channels; "
               "make sim CHANNELS={} builds another\n",
               channels, asked_channels);
    return kExitTrouble;
  }
  if (options.allow_drops && (!options.events.empty() || design.header.classes)) {
    fmt::print(stderr,
               "nrc_system_sim: what is found and sent after a packet was dropped is not compared "
               "with the model; leave out --allow-drops with events and channel classes\n");
    return kExitTrouble;
  }
  if (design.rate_control && options.max_step > 1) {
    options.first_step = std::min(options.first_step, options.max_step);
    if (options.min_step > options.first_step) {
      fmt::print(stderr,
                 "nrc_system_sim: --min-step {} is more than the first step, {}; give less\n",
                 options.min_step, options.first_step);
      return kExitTrouble;
    }
  }
  if (profile != built_profile) {
    fmt::print(stderr,
               "nrc_system_sim: this bench was built for the {} profile; "
               "make sim PROFILE={} builds another\n",
               built_profile, profile);
    return kExitTrouble;
  }
  return std::nullopt;
}

std::optional<int> parse_options(int argc, char** argv, std::uint32_t channels,
                                 LoopbackOptions& options) {
  std::uint32_t asked_channels = channels;
  CLI::App app("Simulates the RTL of encoder and decoder with a link that loses packets.",
               "nrc_loopback_sim");
  app.get_formatter()->column_width(30);
  app.add_option("--data", options.data, "WAV files to play; none: a synthetic recording")
      ->type_name("DIR");
  app.add_option("--channels", asked_channels, "Only the number that this bench was built for")
      ->check(CLI::IsMember({channels}))
      ->capture_default_str();
  app.add_option("--frames", options.frames, "Frames to simulate")
      ->check(CLI::Range(2, 1 << 24))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "For the data, the losses and state without a reset")
      ->capture_default_str();
  app.add_option("--loss", options.loss, "Chance that the link loses a packet")
      ->type_name("PERCENT")
      ->check(CLI::Range(0, 99))
      ->capture_default_str();
  app.add_option("--wrong-sample", options.wrong_sample, "Take this sample for a wrong one")
      ->type_name("N")
      ->group("Errors on purpose, which the bench must find");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    fmt::print(stderr, "nrc_loopback_sim: {}; --help lists the options\n", error.what());
    return kExitTrouble;
  }
  return std::nullopt;
}

}  // namespace nrc::sim
