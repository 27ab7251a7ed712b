// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace nrc::host {

/// Counters of work without an end in sight, on standard error: once a second while it goes on, on
/// a terminal only, and at the end always.
class StatusLine {
 public:
  /// @param text  what to say
  explicit StatusLine(std::function<std::string()> text);

  /// Cheap enough to be called for every packet.
  void update();
  /// Says it a last time, in a line that stays.
  void finish();

 private:
  std::function<std::string()> text_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace nrc::host
