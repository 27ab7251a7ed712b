// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <systemc>

#include "link_rate.hpp"

namespace nrc::sim {

/// The link: takes packets, but stalls for a part of the time. Stalls and the times between them
/// are of random length; the shorter of both lasts 16 clocks on average. Outages come on top,
/// and a rate.
class LinkSink : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(LinkSink);

  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> valid{"valid"};
  sc_core::sc_out<bool> ready{"ready"};

  /// @param stall_percent  0..99
  /// @param outage  clocks of an outage, after three times as many without; 0: there is none
  LinkSink(const sc_core::sc_module_name& name, int stall_percent, std::uint64_t outage,
           const LinkRate& rate, std::uint64_t seed)
      : sc_module(name),
        rate_(rate),
        random_(seed ^ 0x6C696E6B),
        stall_percent_(stall_percent),
        outage_(outage) {
    stalled_ = stall_percent != 0;
    const int percent = std::max(stall_percent, 1);
    const int shorter = std::min(percent, 100 - percent);
    mean_stall_ = kMeanRun * percent / shorter;
    mean_flow_ = kMeanRun * (100 - percent) / shorter;
    SC_METHOD(tick);
    sensitive << clock.pos();
    dont_initialize();
  }

 private:
  static constexpr int kMeanRun = 16;

  void tick() {
    ++clock_;
    if (rate_.limited()) {
      // What was not used is lost, but for a word.
      if (valid.read() && ready.read()) credit_ -= 1.0;
      credit_ = std::min(credit_ + rate_.words(clock_), 2.0);
    }
    if (stall_percent_ != 0) {
      if (left_ == 0) {
        stalled_ = !stalled_;
        const auto mean = static_cast<std::uint64_t>(stalled_ ? mean_stall_ : mean_flow_);
        left_ = 1 + random_() % (2 * mean - 1);
      }
      --left_;
    }
    ready.write(!stalled_ && credit_ >= 1.0 && !(outage_ != 0 && clock_ / outage_ % 4 == 3));
  }

  const LinkRate rate_;
  double credit_ = 1.0;  ///< words that may be taken
  std::mt19937_64 random_;
  const int stall_percent_;
  const std::uint64_t outage_;
  std::uint64_t clock_ = 0;
  int mean_stall_ = 0;
  int mean_flow_ = 0;
  std::uint64_t left_ = 0;  ///< clocks left of this stall or flow
  bool stalled_;
};

}  // namespace nrc::sim
