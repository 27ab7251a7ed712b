// SPDX-License-Identifier: Apache-2.0
//
// Descriptors that a live stream comes from or goes to: standard input and output, TCP and UDP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace nrc::cli {

/// Lets SIGINT and SIGTERM end a live stream in good order: the first one makes reads return, as at
/// the end of the input; the next one ends the process. One object at a time.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool raised() const;
  /// Becomes readable when the signal comes.
  int descriptor() const;
};

/// Where the other end of a link is: "PORT", "HOST:PORT" or "[HOST]:PORT".
struct Address {
  std::string host;
  std::string port;

  /// @throws Error if the text is none.
  static Address parse(const std::string& text, const std::string& default_host);
};

/// Most bytes of a UDP datagram over IPv4.
constexpr std::size_t kMaxDatagram = 65507;

/// An open descriptor, closed at the end.
class LiveLink {
 public:
  static LiveLink standard_input() { return {0, "standard input", false}; }
  static LiveLink standard_output() { return {1, "standard output", false}; }
  /// TCP: waits for the first connection, and takes no other. UDP: takes the datagrams that come.
  /// Says on standard error where it listens; port 0 is any that is free.
  /// @throws Error if the port is in use or the host has no such address.
  static LiveLink listen(const std::string& text, bool udp, const StopSignal& stop);
  /// @throws Error if nothing listens there.
  static LiveLink connect(const std::string& text, bool udp, const StopSignal& stop);

  LiveLink(LiveLink&& other) noexcept;
  LiveLink(const LiveLink&) = delete;
  LiveLink& operator=(const LiveLink&) = delete;
  ~LiveLink();

  bool datagrams() const { return datagrams_; }
  const std::string& name() const { return name_; }

  /// What has come, at most `size` bytes, waiting for at least one; of datagrams one, whole. 0 at
  /// the end, when a signal came, and when nothing came for `patience` ms (-1: for ever).
  /// @throws Error
  std::size_t read(std::uint8_t* buffer, std::size_t size, const StopSignal& stop,
                   int patience = -1);

  /// All of it; to datagrams as one. @throws Error if the other end is closed or the disk is full.
  void write(const std::uint8_t* data, std::size_t size);

 private:
  LiveLink(int descriptor, std::string name, bool datagrams)
      : descriptor_(descriptor), name_(std::move(name)), datagrams_(datagrams) {}

  int descriptor_;
  std::string name_;  ///< for messages
  bool datagrams_;
};

}  // namespace nrc::cli
