// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <systemc>
#include <vector>

#include "histogram.hpp"
#include "recording.hpp"

namespace nrc::sim {

/// The far end of the decoder: takes a sample in every clock and compares it with the recording.
class SampleChecker : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(SampleChecker);

  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> valid{"valid"};
  sc_core::sc_out<bool> ready{"ready"};
  sc_core::sc_in<std::uint32_t> data{"data"};
  sc_core::sc_in<bool> last{"last"};
  sc_core::sc_in<std::uint64_t> user{"user"};

  /// Keeps a reference to the recording.
  /// @param wrong_at  sample that it takes for a wrong one, to show that it finds one; 0: none
  SampleChecker(const sc_core::sc_module_name& name, const Recording& recording,
                std::uint64_t wrong_at);

  /// The first thing that is wrong; empty as long as all is right.
  const std::string& failure() const { return failure_; }
  std::uint64_t samples() const { return samples_; }
  std::uint64_t frames() const { return frames_; }
  bool given(std::uint64_t frame) const { return given_[frame]; }
  /// Clocks from a frame's first sample to the first one of the next frame, if none is lost.
  const Histogram& frame_clocks() const { return frame_clocks_; }
  std::uint64_t clocks() const { return clock_; }
  /// Clocks since a sample came.
  std::uint64_t quiet() const { return clock_ - last_sample_; }

 private:
  void tick();
  void take(std::uint64_t frame, bool damaged);
  void fail(const std::string& what);

  const Recording& recording_;
  const std::uint64_t wrong_at_;
  std::string failure_;
  std::vector<bool> given_;
  Histogram frame_clocks_;
  std::uint64_t clock_ = 0;
  std::uint64_t last_sample_ = 0;
  std::uint64_t samples_ = 0;
  std::uint64_t frames_ = 0;
  std::uint32_t channel_ = 0;
  std::uint64_t frame_ = 0;
  std::uint64_t frame_began_ = 0;
  bool any_ = false;
};

}  // namespace nrc::sim
