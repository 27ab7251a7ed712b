// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace nrc::host {

/// A line on standard error that says how far the work is: only on a terminal, only for work that
/// takes longer than half a second, and gone at the end.
class Progress {
 public:
  /// @param total  units of work; 0: unknown
  /// @param unit   "bytes" are shown as MB
  Progress(std::string label, std::uint64_t total, std::string unit = "bytes");
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Cheap enough to be called for every packet.
  void update(std::uint64_t done);

 private:
  std::string label_;
  std::uint64_t total_;
  std::string unit_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace nrc::host
