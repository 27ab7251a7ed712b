// SPDX-License-Identifier: Apache-2.0
//
// What a link takes by the clock: a rate that may change.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nrc::sim {

class LinkRate {
 public:
  /// @param text  Mbit/s, or a file with a line for each change: milliseconds from the beginning,
  ///              Mbit/s. Empty: no limit.
  /// @param clocks_per_second  of the recording's time: the ADC of few channels is quicker here
  /// @throws Error if it is neither, or the file is not of that form
  LinkRate(const std::string& text, double clocks_per_second);

  bool limited() const { return !changes_.empty(); }
  /// 32-bit words a clock.
  double words(std::uint64_t clock) const;
  /// For the report.
  const std::string& text() const { return text_; }

 private:
  struct Change {
    std::uint64_t clock;
    double megabits;
  };
  std::string text_;
  double clocks_per_second_;
  std::vector<Change> changes_;
};

}  // namespace nrc::sim
