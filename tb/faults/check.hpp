// SPDX-License-Identifier: Apache-2.0
//
// A delivery through the receiver, and whether docs/bitstream.md, section 12, holds.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "course.hpp"
#include "fault.hpp"

namespace nrc::faults {

struct Outcome {
  std::string violation;            ///< empty: all is as it should be
  bool silent_error = false;        ///< of the violations, a wrong sample or an unreported loss
  std::size_t missing_packets = 0;  ///< data packets that were sent and whose samples did not come
  /// Packets that arrived whole after the last fault, up to the one with which samples came again
  /// for good; only if packets are missing and samples come again.
  std::optional<std::size_t> recovery;
  /// What the document allows for it: up to the first whole key packet and 8 more.
  std::optional<std::size_t> bound;
};

/// Passes the delivery on, piece by piece, and checks
///  - every sample given, against the originals;
///  - that frames given and gaps follow each other without a hole, up to the stated end;
///  - that the counters say the same;
///  - that all before the first fault is given, and all after the recovery's bound;
///  - for one stream: that exactly those packets are given that can be, and the counters, by a
///    restatement of the document over packet numbers.
Outcome check(const Course& course, const Delivery& delivery);

}  // namespace nrc::faults
