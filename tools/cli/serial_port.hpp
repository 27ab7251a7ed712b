// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "live_link.hpp"

namespace nrc::cli {

/// A serial port in raw mode: 8 data bits, no parity, no flow control. Closed at the end.
class SerialPort {
 public:
  /// @throws Error if the port cannot be opened, is none, or does not have the rate.
  SerialPort(const std::string& path, unsigned baud);
  ~SerialPort();
  SerialPort(const SerialPort&) = delete;
  SerialPort& operator=(const SerialPort&) = delete;

  const std::string& path() const { return path_; }

  /// What has come, at most `size` bytes, waiting for at least one. 0 if none came in that time, or
  /// a signal did. @throws Error if the port is gone.
  std::size_t read(std::uint8_t* buffer, std::size_t size, std::chrono::milliseconds patience,
                   const StopSignal& stop);

  /// All of it. @throws Error
  void write(const std::uint8_t* data, std::size_t size);

 private:
  std::string path_;
  int descriptor_;
};

}  // namespace nrc::cli
