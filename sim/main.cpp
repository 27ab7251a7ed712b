// SPDX-License-Identifier: Apache-2.0
//
// The system bench: the RTL's top module, verilated for SystemC, between an ADC that never waits
// and a link that stalls, against the golden model.
#include <fmt/format.h>
#include <verilated.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <systemc>
#include <utility>
#include <vector>

#include "Vnrc_encoder.h"
#include "adc_source.hpp"
#include "built_design.hpp"
#include "class_writer.hpp"
#include "design.hpp"
#include "host/class_changes.hpp"
#include "host/progress.hpp"
#include "link_sink.hpp"
#include "monitor.hpp"
#include "nrc/error.hpp"
#include "options.hpp"
#include "recording.hpp"
#include "report.hpp"
#include "scoreboard.hpp"
#include "verilated_dut.hpp"

#if VM_TRACE
#include <verilated_fst_sc.h>
#endif

namespace nrc::sim {
namespace {

constexpr int kResetClocks = 8;
constexpr int kSliceClocks = 16384;  ///< from one look at the progress to the next

/// What the ports of events and classes are set to.
void take_options(const Options& o, Design& design) {
  if (!o.events.empty()) {
    design.events = EventSettings{static_cast<int>(o.event_threshold * 4), o.events == "only"};
  }
  if (!design.header.classes) return;
  if (o.channel_classes.empty()) {
    design.classes = {{0, std::vector<ChannelClass>(design.header.channels)}};
    return;
  }
  for (host::ClassChange& change :
       host::read_class_changes(o.channel_classes, design.header.channels)) {
    const std::size_t packet = design.packet_from(change.seconds);
    if (!design.classes.empty() && design.classes.back().packet == packet) {
      design.classes.pop_back();
    }
    design.classes.push_back({packet, std::move(change.classes)});
  }
}

/// The encoder with everything that is connected to it.
class System {
 public:
  System(const Options& o, const Design& design, const Recording& recording, Scoreboard& scoreboard)
      : source_("source", recording, o.inject == "late-sample" ? design.group_samples() * 3 / 2 : 0,
                kWakeClocks + ClassWriter::clocks(design)),
        sink_("sink", o.stall, o.outage, LinkRate(o.link, design.clocks_per_second()), o.seed),
        monitor_("monitor", design, recording.size(), scoreboard, faults(o),
                 [] { return Verilated::threadContextp()->gotFinish(); }),
        class_writer_("class_writer", design),
        encoder_("encoder") {
    source_.clock(clock_);
    source_.reset_n(reset_n_);
    source_.enable(enable_);
    source_.valid(s_valid_);
    source_.ready(s_ready_);
    source_.data(s_data_);
    source_.last(s_last_);

    sink_.clock(clock_);
    sink_.valid(m_valid_);
    sink_.ready(m_ready_);

    monitor_.clock(clock_);
    monitor_.reset_n(reset_n_);
    monitor_.s_valid(s_valid_);
    monitor_.s_ready(s_ready_);
    monitor_.sample_packed(sample_packed_);
    monitor_.overflow(overflow_);
    monitor_.m_valid(m_valid_);
    monitor_.m_ready(m_ready_);
    monitor_.m_data(m_data_);
    monitor_.m_last(m_last_);
    monitor_.waiting(waiting_);

    class_writer_.clock(clock_);
    class_writer_.reset_n(reset_n_);
    class_writer_.s_valid(s_valid_);
    class_writer_.s_ready(s_ready_);
    class_writer_.write(class_we_);
    class_writer_.channel(class_addr_);
    class_writer_.channel_class(class_wdata_);
    class_writer_.key_request(key_request_);

    encoder_.clk_i(clock_);
    encoder_.rst_ni(reset_n_);
    encoder_.enable_i(enable_);
    encoder_.flush_i(flush_);
    encoder_.key_request_i(key_request_);
    encoder_.status_o(status_);
    encoder_.stream_number_i(stream_number_);
    encoder_.channels_i(channels_);
    encoder_.s_axis_tvalid(s_valid_);
    encoder_.s_axis_tready(s_ready_);
    encoder_.s_axis_tdata(s_data_);
    encoder_.s_axis_tlast(s_last_);
    encoder_.m_axis_tvalid(m_valid_);
    encoder_.m_axis_tready(m_ready_);
    encoder_.m_axis_tdata(m_data_);
    encoder_.m_axis_tlast(m_last_);
    encoder_.table_we_i(table_we_);
    encoder_.table_addr_i(table_addr_);
    encoder_.table_wdata_i(table_wdata_);
    encoder_.table_id_i(table_id_);
    encoder_.packets_o(packets_);
    encoder_.dropped_o(dropped_);
    encoder_.framing_errors_o(framing_errors_);
    encoder_.off_grid_o(off_grid_);
    encoder_.overflow_o(overflow_);
    encoder_.sample_packed_o(sample_packed_);
    encoder_.max_step_i(max_step_);
    encoder_.min_step_i(min_step_);
    encoder_.first_step_i(first_step_);
    encoder_.link_words_i(link_words_);
    encoder_.step_o(step_);
    encoder_.largest_step_o(largest_step_);
    encoder_.waiting_o(waiting_);
    encoder_.fill_o(fill_);
    encoder_.event_threshold_i(event_threshold_);
    encoder_.events_only_i(events_only_);
    encoder_.events_lost_o(events_lost_);
    encoder_.class_we_i(class_we_);
    encoder_.class_addr_i(class_addr_);
    encoder_.class_wdata_i(class_wdata_);
    if (design.rate_control) {
      max_step_.write(static_cast<std::uint32_t>(lossy_index(o.max_step)));
      min_step_.write(static_cast<std::uint32_t>(lossy_index(o.min_step)));
      first_step_.write(static_cast<std::uint32_t>(lossy_index(o.first_step)));
    }
    if (design.events) {
      event_threshold_.write(static_cast<std::uint32_t>(design.events->threshold));
      events_only_.write(design.events->only);
    }
  }

  ~System() {
    encoder_.final();
    tb::write_coverage(*Verilated::threadContextp());
  }
  System(const System&) = delete;
  System& operator=(const System&) = delete;

  void run(const std::string& trace, host::Progress& progress) {
    const sc_core::sc_time period(kClockPeriodNs, sc_core::SC_NS);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
#if VM_TRACE
    // SystemC's kernel keeps a pointer to it for good.
    static std::unique_ptr<VerilatedFstSc> file;
    if (!trace.empty()) {
      file = std::make_unique<VerilatedFstSc>();
      encoder_.trace(file.get(), 99);
      file->open(trace.c_str());
      if (!file->isOpen()) {
        throw Error(fmt::format("cannot write {}; give another file", trace));
      }
    }
#else
    static_cast<void>(trace);
#endif
    sc_core::sc_start(kResetClocks * period);
    reset_n_.write(true);
    while (!monitor_.done()) {
      sc_core::sc_start(kSliceClocks * period);
      progress.update(monitor_.figures().accepted);
    }
#if VM_TRACE
    if (file) {
      file->close();
    }
#endif
  }

  const Monitor& monitor() const { return monitor_; }
  Counters counters() const {
    return {packets_.read(), dropped_.read(), framing_errors_.read(), off_grid_.read(),
            events_lost_.read()};
  }

 private:
  static Faults faults(const Options& o) {
    Faults faults;
    faults.corrupt_bit = o.corrupt_bit;
    faults.unstable_output = o.inject == "unstable-output";
    faults.lost_end = o.inject == "lost-end";
    faults.lost_header = o.inject == "lost-header";
    return faults;
  }

  // The first rising edge comes half a period late, so that the reset ends away from an edge.
  sc_core::sc_clock clock_{"clock", sc_core::sc_time(kClockPeriodNs, sc_core::SC_NS), 0.5,
                           sc_core::sc_time(0.5 * kClockPeriodNs, sc_core::SC_NS), true};
  sc_core::sc_signal<bool> reset_n_{"reset_n"};
  sc_core::sc_signal<bool> enable_{"enable"}, key_request_{"key_request"};
  sc_core::sc_signal<bool> flush_{"flush"};
  sc_core::sc_signal<std::uint32_t> status_{"status"};
  sc_core::sc_signal<bool> s_valid_{"s_valid"}, s_ready_{"s_ready"}, s_last_{"s_last"};
  sc_core::sc_signal<std::uint32_t> s_data_{"s_data"};
  sc_core::sc_signal<bool> m_valid_{"m_valid"}, m_ready_{"m_ready"}, m_last_{"m_last"};
  sc_core::sc_signal<std::uint32_t> m_data_{"m_data"};
  sc_core::sc_signal<bool> table_we_{"table_we"};
  sc_core::sc_signal<std::uint32_t> table_addr_{"table_addr"}, table_wdata_{"table_wdata"};
  sc_core::sc_signal<std::uint32_t> table_id_{"table_id"};
  sc_core::sc_signal<std::uint32_t> stream_number_{"stream_number", kStreamNumber};
  sc_core::sc_signal<std::uint32_t> channels_{"channels", 0};  // unused
  sc_core::sc_signal<std::uint32_t> packets_{"packets"}, dropped_{"dropped"};
  sc_core::sc_signal<std::uint32_t> framing_errors_{"framing_errors"}, off_grid_{"off_grid"};
  sc_core::sc_signal<bool> overflow_{"overflow"}, sample_packed_{"sample_packed"};
  sc_core::sc_signal<std::uint32_t> max_step_{"max_step"}, min_step_{"min_step"};
  sc_core::sc_signal<std::uint32_t> first_step_{"first_step"};
  sc_core::sc_signal<std::uint32_t> link_words_{"link_words"};
  sc_core::sc_signal<std::uint32_t> step_{"step"}, largest_step_{"largest_step"};
  sc_core::sc_signal<std::uint32_t> waiting_{"waiting"};
  sc_core::sc_signal<std::uint32_t> fill_{"fill"};
  sc_core::sc_signal<std::uint32_t> event_threshold_{"event_threshold"},
      events_lost_{"events_lost"};
  sc_core::sc_signal<bool> events_only_{"events_only"}, class_we_{"class_we"};
  sc_core::sc_signal<std::uint32_t> class_addr_{"class_addr"}, class_wdata_{"class_wdata"};

  AdcSource source_;
  LinkSink sink_;
  Monitor monitor_;
  ClassWriter class_writer_;
  Vnrc_encoder encoder_;
};

int simulate(const Options& o) {
  // State without a reset starts random, so that the RTL cannot lean on zeros; and a failed
  // assertion shall lead to a verdict, not to abort().
  VerilatedContext& context = *Verilated::threadContextp();
  context.randReset(2);
  context.randSeed(static_cast<int>(o.seed & 0x3FFFFFFF) + 1);
  context.fatalOnError(false);
  context.traceEverOn(!o.trace.empty());

  Design design = built_design();
  take_options(o, design);
  Recording recording = o.data.empty()
                            ? synthesise(design.header.channels, o.frames, o.seed)
                            : play_files(o.data, design.header.channels, o.frames, o.seed);
  disturb(recording, o.off_grid);

  Scoreboard scoreboard(design, recording, o.allow_drops);
  System system(o, design, recording, scoreboard);
  const auto begin = std::chrono::steady_clock::now();
  {
    host::Progress progress("simulating", recording.size(), "samples");
    system.run(o.trace, progress);
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  if (system.monitor().failure().empty()) {
    scoreboard.finish();
  }

  const LinkRate rate(o.link, design.clocks_per_second());
  const Run run = {design,
                   recording,
                   system.monitor().figures(),
                   scoreboard,
                   system.counters(),
                   system.monitor().failure(),
                   o.stall,
                   &rate,
                   time.count()};
  std::optional<LinkFigures> link;
  if (rate.limited()) link = link_figures(run);
  print_report(run, link);
  if (link && !o.json.empty()) write_link_figures(run, *link, o.json);
  fmt::print("\nbit-exact: {}\n", bit_exact(run) ? "PASS" : "FAIL");
  const std::string reason = judge(run);
  if (!reason.empty()) {
    fmt::print("FAIL: {}\n", reason);
    return kExitFail;
  }
  fmt::print("PASS: {} samples in {} packets, as the golden model codes them\n",
             scoreboard.delivered_frames() * design.frame_samples(), scoreboard.data_packets());
  return 0;
}

int program(int argc, char** argv) {
  Options options;
  if (const auto status = parse_options(argc, argv, built_design(), VM_TRACE != 0, options)) {
    return *status;
  }
  try {
    return simulate(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "nrc_system_sim: {}\n", error.what());
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
