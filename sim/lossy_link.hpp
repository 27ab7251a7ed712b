// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <systemc>
#include <vector>

#include "nrc/packet.hpp"

namespace nrc::sim {

/// A link between encoder and decoder that loses whole packets: takes words from the one in every
/// clock, and offers those of the packets that are not lost to the other.
class LossyLink : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(LossyLink);

  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> in_valid{"in_valid"};
  sc_core::sc_out<bool> in_ready{"in_ready"};
  sc_core::sc_in<std::uint32_t> in_data{"in_data"};
  sc_core::sc_in<bool> in_last{"in_last"};
  sc_core::sc_out<bool> out_valid{"out_valid"};
  sc_core::sc_in<bool> out_ready{"out_ready"};
  sc_core::sc_out<std::uint32_t> out_data{"out_data"};
  sc_core::sc_out<bool> out_last{"out_last"};

  /// @param loss_percent  0..99, the chance that a packet is lost
  LossyLink(const sc_core::sc_module_name& name, int loss_percent, std::uint64_t seed);

  std::uint64_t packets() const { return packets_; }  ///< taken, of all types
  std::uint64_t lost() const { return lost_; }
  /// Packets lost before the last one that went through: a gap that the decoder can see. Those
  /// before the first stream header that went through do not count.
  std::uint64_t visible_losses() const { return visible_; }
  /// First frames of the data packets that the decoder has all it needs for.
  const std::vector<PacketHeader>& due() const { return due_; }
  /// The packet with the `last` flag was taken, lost or not, and all went out.
  bool finished() const { return closed_ && words_.empty(); }

 private:
  struct Word {
    std::uint32_t data;
    bool last;
  };

  void tick();
  void take_packet();

  std::mt19937_64 random_;
  const int loss_percent_;
  std::vector<std::uint8_t> packet_;  ///< what came of it so far
  std::deque<Word> words_;            ///< to go out; the first is offered
  std::uint64_t packets_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t visible_ = 0;
  std::uint64_t since_through_ = 0;  ///< packets lost since one went through
  bool opened_ = false;              ///< a stream header went through
  bool header_before_ = false;       ///< directly before, and it went through
  bool state_known_ = false;
  bool closed_ = false;
  std::vector<PacketHeader> due_;
};

}  // namespace nrc::sim
