// SPDX-License-Identifier: Apache-2.0
//
// The loopback bench: the RTL of encoder and decoder, verilated for SystemC, with a link between
// them that loses packets. The ADC never waits; what the decoder gives is compared with what it
// sent.
#include <fmt/format.h>
#include <verilated.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>
#include <systemc>

#include "Vnrc_decoder.h"
#include "Vnrc_encoder.h"
#include "adc_source.hpp"
#include "design.hpp"
#include "host/progress.hpp"
#include "lossy_link.hpp"
#include "options.hpp"
#include "recording.hpp"
#include "rtl_constants.hpp"
#include "sample_checker.hpp"
#include "verilated_dut.hpp"

namespace nrc::sim {
namespace {

constexpr int kResetClocks = 8;
constexpr int kSliceClocks = 16384;
/// Clocks without a sample after the last word, after which no more are expected.
constexpr std::uint64_t kQuietLimit = 50000;
constexpr bool kRange = static_cast<Profile>(NRC_PARAM_Profile) == Profile::kRange;
/// With fewer channels the decoder rests after each frame.
constexpr std::uint32_t kDecoderChannelsWithoutRest =
    kRange ? rtl::kRangeDecoderLoopLatency : rtl::kDecoderLoopLatency;
/// Clocks of a frame. In the range profile codes far from their prediction take longer than a
/// clock: 27 clocks are enough for 20 of them.
constexpr double kClocksPerCode = kRange ? 1.35 : 1;

/// The decoder's counters at the end.
struct Counts {
  std::uint64_t packets, damaged, lost, skipped;
};

template <class T>
using Signal = sc_core::sc_signal<T>;

/// Encoder, link and decoder.
class Loopback {
 public:
  Loopback(const LoopbackOptions& o, const Recording& recording)
      : source_("source", recording, 0, kWakeClocks),
        link_("link", o.loss, o.seed),
        checker_("checker", recording, o.wrong_sample),
        encoder_("encoder"),
        decoder_("decoder"),
        max_clocks_(1000000 + 3 * std::uint64_t{recording.frames} *
                                  std::max(recording.channels, kDecoderChannelsWithoutRest)) {
    source_.clock(clock_);
    source_.reset_n(reset_n_);
    source_.enable(enable_);
    source_.valid(s_valid_);
    source_.ready(s_ready_);
    source_.data(s_data_);
    source_.last(s_last_);

    encoder_.clk_i(clock_);
    encoder_.rst_ni(reset_n_);
    encoder_.enable_i(enable_);
    encoder_.flush_i(low_);
    encoder_.key_request_i(low_);
    encoder_.status_o(status_);
    encoder_.stream_number_i(stream_number_);
    encoder_.channels_i(channels_);
    encoder_.s_axis_tvalid(s_valid_);
    encoder_.s_axis_tready(s_ready_);
    encoder_.s_axis_tdata(s_data_);
    encoder_.s_axis_tlast(s_last_);
    encoder_.m_axis_tvalid(sent_valid_);
    encoder_.m_axis_tready(sent_ready_);
    encoder_.m_axis_tdata(sent_data_);
    encoder_.m_axis_tlast(sent_last_);
    encoder_.table_we_i(low_);
    encoder_.table_addr_i(zero_);
    encoder_.table_wdata_i(zero_);
    encoder_.table_id_i(zero_);
    encoder_.packets_o(encoder_packets_);
    encoder_.dropped_o(dropped_);
    encoder_.framing_errors_o(framing_errors_);
    encoder_.off_grid_o(off_grid_);
    encoder_.overflow_o(overflow_);
    encoder_.sample_packed_o(sample_packed_);
    encoder_.max_step_i(zero_);
    encoder_.min_step_i(zero_);
    encoder_.first_step_i(zero_);
    encoder_.link_words_i(zero_);
    encoder_.step_o(step_);
    encoder_.largest_step_o(largest_step_);
    encoder_.waiting_o(waiting_);
    encoder_.fill_o(fill_);
    encoder_.event_threshold_i(zero_);
    encoder_.events_only_i(low_);
    encoder_.events_lost_o(events_lost_);
    encoder_.class_we_i(low_);
    encoder_.class_addr_i(zero_);
    encoder_.class_wdata_i(zero_);

    link_.clock(clock_);
    link_.in_valid(sent_valid_);
    link_.in_ready(sent_ready_);
    link_.in_data(sent_data_);
    link_.in_last(sent_last_);
    link_.out_valid(received_valid_);
    link_.out_ready(received_ready_);
    link_.out_data(received_data_);
    link_.out_last(received_last_);

    decoder_.clk_i(clock_);
    decoder_.rst_ni(reset_n_);
    decoder_.s_axis_tvalid(received_valid_);
    decoder_.s_axis_tready(received_ready_);
    decoder_.s_axis_tdata(received_data_);
    decoder_.s_axis_tlast(received_last_);
    decoder_.m_axis_tvalid(m_valid_);
    decoder_.m_axis_tready(m_ready_);
    decoder_.m_axis_tdata(m_data_);
    decoder_.m_axis_tlast(m_last_);
    decoder_.m_axis_tuser(m_user_);
    decoder_.packets_o(packets_);
    decoder_.damaged_o(damaged_);
    decoder_.lost_o(lost_);
    decoder_.skipped_o(skipped_);
    decoder_.mismatch_o(mismatch_);
    decoder_.synchronised_o(synchronised_);
    decoder_.channels_o(decoded_channels_);

    checker_.clock(clock_);
    checker_.valid(m_valid_);
    checker_.ready(m_ready_);
    checker_.data(m_data_);
    checker_.last(m_last_);
    checker_.user(m_user_);
  }
  ~Loopback() {
    encoder_.final();
    decoder_.final();
    tb::write_coverage(*Verilated::threadContextp());
  }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  void run(host::Progress& progress) {
    const sc_core::sc_time period(kClockPeriodNs, sc_core::SC_NS);
    sc_core::sc_start(kResetClocks * period);
    reset_n_.write(true);
    while (!Verilated::threadContextp()->gotFinish() && checker_.failure().empty() &&
           checker_.clocks() < max_clocks_ &&
           !(link_.finished() && checker_.quiet() > kQuietLimit)) {
      sc_core::sc_start(kSliceClocks * period);
      progress.update(checker_.samples());
    }
  }

  const LossyLink& link() const { return link_; }
  const SampleChecker& checker() const { return checker_; }
  Counts counts() const {
    return {packets_.read(), damaged_.read(), lost_.read(), skipped_.read()};
  }
  std::uint64_t dropped() const { return dropped_.read(); }

 private:
  // The first rising edge comes half a period late, so that the reset ends away from an edge.
  sc_core::sc_clock clock_{"clock", sc_core::sc_time(kClockPeriodNs, sc_core::SC_NS), 0.5,
                           sc_core::sc_time(0.5 * kClockPeriodNs, sc_core::SC_NS), true};
  Signal<bool> reset_n_{"reset_n"}, enable_{"enable"}, low_{"low"};
  Signal<std::uint32_t> zero_{"zero"};
  Signal<std::uint32_t> stream_number_{"stream_number", kStreamNumber};
  Signal<std::uint32_t> channels_{"channels", 0};  // unused
  Signal<bool> s_valid_{"s_valid"}, s_ready_{"s_ready"}, s_last_{"s_last"};
  Signal<std::uint32_t> s_data_{"s_data"};
  Signal<bool> sent_valid_{"sent_valid"}, sent_ready_{"sent_ready"}, sent_last_{"sent_last"};
  Signal<std::uint32_t> sent_data_{"sent_data"};
  Signal<bool> received_valid_{"received_valid"}, received_ready_{"received_ready"};
  Signal<bool> received_last_{"received_last"};
  Signal<std::uint32_t> received_data_{"received_data"};
  Signal<bool> m_valid_{"m_valid"}, m_ready_{"m_ready"}, m_last_{"m_last"};
  Signal<std::uint32_t> m_data_{"m_data"};
  Signal<std::uint64_t> m_user_{"m_user"};
  Signal<std::uint32_t> encoder_packets_{"encoder_packets"}, dropped_{"dropped"};
  Signal<std::uint32_t> framing_errors_{"framing_errors"}, off_grid_{"off_grid"};
  Signal<std::uint32_t> status_{"status"};
  Signal<std::uint32_t> step_{"step"}, largest_step_{"largest_step"}, waiting_{"waiting"};
  Signal<std::uint32_t> fill_{"fill"};
  Signal<std::uint32_t> events_lost_{"events_lost"};
  Signal<bool> overflow_{"overflow"}, sample_packed_{"sample_packed"};
  Signal<std::uint32_t> packets_{"packets"}, damaged_{"damaged"}, lost_{"lost"};
  Signal<std::uint32_t> skipped_{"skipped"};
  Signal<bool> mismatch_{"mismatch"}, synchronised_{"synchronised"};
  Signal<std::uint32_t> decoded_channels_{"decoded_channels"};

  AdcSource source_;
  LossyLink link_;
  SampleChecker checker_;
  Vnrc_encoder encoder_;
  Vnrc_decoder decoder_;
  const std::uint64_t max_clocks_;  ///< more than twice what the recording needs
};

/// The first thing that is not as it should be; empty if all is well.
std::string judge(const Loopback& loopback, const Recording& recording, int loss) {
  const SampleChecker& checker = loopback.checker();
  const LossyLink& link = loopback.link();
  const Counts v = loopback.counts();
  if (!checker.failure().empty()) return checker.failure();
  if (Verilated::threadContextp()->gotFinish()) return "an assertion of the RTL failed";
  if (!link.finished()) return "the encoder has not closed its stream";
  if (loopback.dropped() != 0) return "the encoder dropped packets, though the link takes all";
  for (const PacketHeader& p : link.due()) {
    for (std::uint64_t f = p.first_frame; f < p.first_frame + p.frames; ++f) {
      if (!checker.given(f)) return fmt::format("frame {} is missing, and it need not be", f);
    }
  }
  if (v.damaged != 0) return fmt::format("damaged_o is {}, and no packet was damaged", v.damaged);
  if (v.lost != link.visible_losses()) {
    return fmt::format("lost_o is {}, and {} packets were lost", v.lost, link.visible_losses());
  }
  if (loss == 0 && checker.frames() != recording.frames) return "frames are missing without a loss";
  if (loss == 0 && recording.channels >= kDecoderChannelsWithoutRest) {
    // Codes of the Huffman profile take a clock each, but for a frame now and then that waits for
    // its packet.
    const double clocks = kRange ? checker.frame_clocks().mean()
                                 : static_cast<double>(checker.frame_clocks().median());
    const double budget = kClocksPerCode * recording.channels;
    if (clocks > budget) {
      return fmt::format("frames take {:.1f} clocks, budget {:.1f}", clocks, budget);
    }
  }
  if (checker.frames() == 0) return "no frame came through";
  return "";
}

int simulate(const LoopbackOptions& o) {
  VerilatedContext& context = *Verilated::threadContextp();
  context.randReset(2);
  context.randSeed(static_cast<int>(o.seed & 0x3FFFFFFF) + 1);
  context.fatalOnError(false);

  const Recording recording = o.data.empty()
                                  ? synthesise(NRC_PARAM_Channels, o.frames, o.seed)
                                  : play_files(o.data, NRC_PARAM_Channels, o.frames, o.seed);
  Loopback loopback(o, recording);
  const auto begin = std::chrono::steady_clock::now();
  {
    host::Progress progress("simulating", recording.size(), "samples");
    loopback.run(progress);
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;

  const SampleChecker& checker = loopback.checker();
  const LossyLink& link = loopback.link();
  const Counts v = loopback.counts();
  const auto row = [](const char* label, const std::string& value) {
    fmt::print("  {:<34}{}\n", label, value);
  };
  fmt::print("nrc_encoder and nrc_decoder in SystemC, with a link between them\n\n");
  row("channels", std::to_string(recording.channels));
  row("frames", fmt::format("{} in packets of {}, {}", recording.frames, NRC_PARAM_PacketFrames,
                            recording.source));
  row("link", fmt::format("{} of {} packets lost", link.lost(), link.packets()));
  const Histogram& clocks = checker.frame_clocks();
  row("clocks per frame at the far end",
      clocks.empty()
          ? "not measured"
          : fmt::format("{} to {}, median {}, mean {:.1f}; {}", clocks.min(), clocks.max(),
                        clocks.median(), clocks.mean(),
                        recording.channels < kDecoderChannelsWithoutRest
                            ? std::string("few channels: both rest after a frame")
                            : fmt::format("budget {:.0f}", kClocksPerCode * recording.channels)));
  row("frames at the far end", std::to_string(checker.frames()));
  row("lost frames", std::to_string(recording.frames - checker.frames()));
  row("decoder", fmt::format("packets_o {}, damaged_o {}, lost_o {}, skipped_o {}", v.packets,
                             v.damaged, v.lost, v.skipped));
  row("simulation", fmt::format("{} clocks in {:.2f} s", checker.clocks(), time.count()));

  const std::string reason = judge(loopback, recording, o.loss);
  if (!reason.empty()) {
    fmt::print("FAIL: {}\n", reason);
    return kExitFail;
  }
  fmt::print("PASS: {} samples came back, all as they were sent\n", checker.samples());
  return 0;
}

int program(int argc, char** argv) {
  LoopbackOptions options;
  if (const auto status = parse_options(argc, argv, NRC_PARAM_Channels, options)) return *status;
  try {
    return simulate(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "nrc_loopback_sim: {}\n", error.what());
    return kExitTrouble;
  }
}

}  // namespace
}  // namespace nrc::sim

int sc_main(int argc, char** argv) { return nrc::sim::program(argc, argv); }

/// Takes the place of SystemC's own, which prints a banner.
int main(int argc, char** argv) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  return sc_core::sc_elab_and_sim(argc, argv);
}
