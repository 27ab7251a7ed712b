// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <systemc>

#include "design.hpp"

namespace nrc::sim {

/// Writes the tables of channel classes: the first one before the first sample, others in the
/// second frame of the packet before the one that they hold from, which it then makes a key packet.
class ClassWriter : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(ClassWriter);

  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> reset_n{"reset_n"};
  sc_core::sc_in<bool> s_valid{"s_valid"};
  sc_core::sc_in<bool> s_ready{"s_ready"};
  sc_core::sc_out<bool> write{"write"};
  sc_core::sc_out<std::uint32_t> channel{"channel"};
  sc_core::sc_out<std::uint32_t> channel_class{"channel_class"};
  sc_core::sc_out<bool> key_request{"key_request"};

  /// Keeps a reference to the design, whose packets have three frames at least if tables change.
  ClassWriter(const sc_core::sc_module_name& name, const Design& design)
      : sc_module(name), design_(design) {
    SC_METHOD(tick);
    sensitive << clock.pos();
    dont_initialize();
  }

  /// Clocks from the end of the reset until the first table is written.
  static int clocks(const Design& design) {
    return design.classes.empty() ? 0 : static_cast<int>(design.header.channels) + 2;
  }

 private:
  void tick() {
    write.write(false);
    key_request.write(false);
    if (!reset_n.read() || table_ == design_.classes.size()) return;
    if (s_valid.read() && s_ready.read()) ++samples_;
    const ClassTable& table = design_.classes[table_];
    if (table.packet != 0 &&
        samples_ < (table.packet - 1) * design_.group_samples() + design_.frame_samples()) {
      return;
    }
    if (channel_ < design_.header.channels) {
      write.write(true);
      channel.write(channel_);
      channel_class.write(static_cast<std::uint32_t>(table.classes[channel_]));
      ++channel_;
      return;
    }
    key_request.write(table.packet != 0);
    channel_ = 0;
    ++table_;
  }

  const Design& design_;
  std::size_t table_ = 0;
  std::uint32_t channel_ = 0;
  std::uint64_t samples_ = 0;  ///< taken
};

}  // namespace nrc::sim
