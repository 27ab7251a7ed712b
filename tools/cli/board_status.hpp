// SPDX-License-Identifier: Apache-2.0
//
// Status records of a board between the packets of its stream (docs/boards.md). RTL:
// rtl/board/nrc_board_output.sv.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace nrc::cli {

struct BoardStatus {
  bool idle = false;             ///< no stream is open, and all of the last one has been sent
  bool running = false;          ///< a stream is open
  bool loadable_tables = false;  ///< the host has to load the Huffman tables
  bool loopback = false;         ///< a decoder in the board checks the stream as well
  bool range = false;            ///< range profile
  bool rate_control = false;  ///< samples come in real time, and packets are rounded for the line
  bool events = false;        ///< finds events, if there is a threshold
  bool classes = false;       ///< the host has to write the channels' classes
  int step = 1;               ///< codes, of the packet that began last
  int largest_step = 1;       ///< since the board's reset
  std::uint32_t channels = 0;
  // Since the board's reset.
  std::uint32_t packets = 0;         ///< data packets sent
  std::uint32_t dropped = 0;         ///< data packets dropped
  std::uint32_t framing_errors = 0;  ///< frames of the wrong length
  std::uint32_t off_grid = 0;        ///< samples that a code cannot carry
  std::uint32_t decoded = 0;         ///< samples that the board's decoder gave
  std::uint32_t decode_errors = 0;   ///< of these, wrong ones, and packets that it lost
};

/// Takes status records out of what a board sends.
class BoardDemultiplexer {
 public:
  using Packets = std::function<void(const std::uint8_t* data, std::size_t size)>;
  using Status = std::function<void(const BoardStatus& status)>;

  /// Bytes of packets go to the one, records to the other. A record that is damaged counts as bytes
  /// of packets: they have CRCs.
  BoardDemultiplexer(Packets packets, Status status);

  /// Takes the next bytes, any number.
  void add(const std::uint8_t* data, std::size_t size);
  /// No more bytes come.
  void finish();

 private:
  Packets packets_;
  Status status_;
  std::vector<std::uint8_t> waiting_;  ///< that may be the beginning of a record
};

}  // namespace nrc::cli
