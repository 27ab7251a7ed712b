// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <systemc>
#include <vector>

#include "design.hpp"
#include "histogram.hpp"
#include "scoreboard.hpp"

namespace nrc::sim {

/// Errors that the monitor makes on purpose, to show that the bench finds them.
struct Faults {
  std::optional<std::uint64_t> corrupt_bit;  ///< bit of the received stream to flip
  bool unstable_output = false;              ///< a word seems to change while it is stalled
  bool lost_end = false;                     ///< the stream's last packet is not seen
  bool lost_header = false;                  ///< nor are stream headers but the first
};

/// Watches both ports of the encoder: counts clocks, checks the handshake and hands whole packets
/// to the scoreboard. Pauses the simulation when the stream is complete or nothing moves.
class Monitor : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Monitor);

  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> reset_n{"reset_n"};
  sc_core::sc_in<bool> s_valid{"s_valid"};
  sc_core::sc_in<bool> s_ready{"s_ready"};
  sc_core::sc_in<bool> sample_packed{"sample_packed"};
  sc_core::sc_in<bool> overflow{"overflow"};
  sc_core::sc_in<bool> m_valid{"m_valid"};
  sc_core::sc_in<bool> m_ready{"m_ready"};
  sc_core::sc_in<std::uint32_t> m_data{"m_data"};
  sc_core::sc_in<bool> m_last{"m_last"};
  sc_core::sc_in<std::uint32_t> waiting{"waiting"};

  /// What was counted. Times are in clocks.
  struct Figures {
    std::uint64_t clocks = 0;  ///< since the end of the reset
    std::uint64_t accepted = 0;
    std::uint64_t packed = 0;
    std::uint64_t overflows = 0;
    std::uint64_t input_stalls = 0;
    std::uint64_t output_stalls = 0;
    std::uint64_t output_words = 0;
    std::uint64_t max_waiting = 0;  ///< words when a packet began, with rate control
    Histogram group;      ///< first sample of a packet's frames to the first sample of the next
    Histogram pipeline;   ///< sample in to its last bit packed
    Histogram delivered;  ///< sample in to the last word of its packet out
  };

  /// Keeps references to design and scoreboard.
  /// @param samples  that will be offered
  /// @param stopped  set when the RTL called $stop
  Monitor(const sc_core::sc_module_name& name, const Design& design, std::uint64_t samples,
          Scoreboard& scoreboard, const Faults& faults, std::function<bool()> stopped);

  const Figures& figures() const { return figures_; }
  /// The first breach of the ports' protocol; empty if there was none.
  const std::string& failure() const { return failure_; }
  /// The stream is complete, or it never will be.
  bool done() const { return done_; }

 private:
  /// Clocks without a handshake after which nothing is expected any more.
  static constexpr std::uint64_t kIdleLimit = 100000;
  /// Clocks after the end of the stream in which nothing may follow.
  static constexpr std::uint64_t kAfterEnd = 256;

  void tick();
  void watch_input();
  void watch_output();
  void take_word(std::uint32_t data, bool last);
  void take_packet();
  void fail(const std::string& what);

  const Design& design_;
  const std::uint64_t samples_;
  Scoreboard& scoreboard_;
  const Faults faults_;
  const std::function<bool()> stopped_;
  Figures figures_;
  std::string failure_;
  bool done_ = false;

  std::deque<std::uint64_t> accepted_at_;  ///< clock of each sample from delivered_ on
  std::uint64_t delivered_ = 0;            ///< samples that have left, or were dropped
  std::uint64_t in_group_ = 0;             ///< samples of this group so far
  std::uint64_t group_began_ = 0;
  std::uint64_t last_activity_ = 0;

  std::vector<std::uint8_t> packet_;
  std::uint64_t stream_bits_ = 0;  ///< before the packet at hand
  bool waiting_ = false;           ///< a word was offered and not taken
  std::uint32_t waiting_data_ = 0;
  bool waiting_last_ = false;
};

}  // namespace nrc::sim
