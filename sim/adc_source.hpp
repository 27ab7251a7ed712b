// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <systemc>

#include "recording.hpp"

namespace nrc::sim {

constexpr int kWakeClocks = 4;  ///< from the end of the reset to the first sample, at least

/// The ADC: offers one sample in every clock, channel after channel. It asks for a stream from the
/// first sample on and lets go of `enable` in the middle of the last frame, which closes it.
class AdcSource : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(AdcSource);

  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> reset_n{"reset_n"};
  sc_core::sc_out<bool> enable{"enable"};
  sc_core::sc_out<bool> valid{"valid"};
  sc_core::sc_in<bool> ready{"ready"};
  sc_core::sc_out<std::uint32_t> data{"data"};
  sc_core::sc_out<bool> last{"last"};

  /// Keeps a reference to the recording.
  /// @param pause_at  sample before which it pauses once, for kPause clocks; 0: it does not
  /// @param wake      clocks from the end of the reset to the first sample, 1 or more
  AdcSource(const sc_core::sc_module_name& name, const Recording& recording, std::size_t pause_at,
            int wake)
      : sc_module(name),
        wake_(wake),
        recording_(recording),
        last_enabled_(recording.size() - 1 - (recording.channels + 1) / 2),
        pause_at_(pause_at) {
    SC_METHOD(tick);
    sensitive << clock.pos();
    dont_initialize();
  }

 private:
  static constexpr int kPause = 1000;

  void tick() {
    if (!reset_n.read()) {
      wait_ = wake_;
      return;
    }
    if (offered_ && !ready.read()) {
      return;
    }
    if (offered_) {
      ++next_;
      offered_ = false;
      channel_ = channel_ + 1 == recording_.channels ? 0 : channel_ + 1;
      if (next_ == pause_at_ && pause_at_ != 0) {
        wait_ = kPause;
      }
    }
    if (wait_ > 0) {
      --wait_;
    } else if (next_ < recording_.size()) {
      offered_ = true;
      data.write(static_cast<std::uint16_t>(recording_.samples[next_]));
      last.write(channel_ + 1 == recording_.channels);
      enable.write(next_ <= last_enabled_);
    }
    valid.write(offered_);
  }

  const int wake_;
  const Recording& recording_;
  const std::size_t last_enabled_;  ///< last sample that is offered with `enable`
  const std::size_t pause_at_;
  std::size_t next_ = 0;  ///< sample that is offered, or will be next
  std::uint32_t channel_ = 0;
  bool offered_ = false;
  int wait_ = 0;
};

}  // namespace nrc::sim
