// SPDX-License-Identifier: Apache-2.0
//
// Compares the RTL's packets with the golden model's, byte by byte, and what they decode to with
// the recording.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "design.hpp"
#include "nrc/decoder.hpp"
#include "nrc/encoder.hpp"
#include "nrc/rate_control.hpp"
#include "nrc/receiver.hpp"
#include "recording.hpp"

namespace nrc::sim {

/// By its type, whatever else it holds.
bool is_stream_header(const std::vector<std::uint8_t>& packet);

class Scoreboard {
 public:
  /// Frames of the recording that a packet carried.
  struct Delivery {
    std::size_t first_frame;
    std::size_t frames;
  };

  /// Keeps references: design and recording outlive the object.
  /// @param drops_allowed  packets may be missing because the link was slow
  Scoreboard(const Design& design, const Recording& recording, bool drops_allowed);

  /// Takes the next packet. @return what it delivered, if it is right and holds samples
  std::optional<Delivery> take(const std::vector<std::uint8_t>& packet);

  /// All packets are there: is something missing?
  void finish();

  /// The first thing that is wrong; empty as long as all is right.
  const std::string& failure() const { return failure_; }

  /// The packet with the `last` flag was taken.
  bool closed() const { return closed_; }
  std::uint64_t data_packets() const { return data_packets_; }
  std::uint64_t dropped_frames() const { return dropped_frames_; }
  std::uint64_t gaps() const { return gaps_; }  ///< runs of dropped packets
  std::uint64_t stream_bytes() const { return stream_bytes_; }
  std::uint64_t max_packet() const { return max_packet_; }
  std::uint64_t delivered_frames() const { return delivered_frames_; }

  std::uint64_t events() const { return events_; }
  std::uint64_t event_packets() const { return event_packets_; }
  std::uint64_t event_bytes() const { return event_bytes_; }

  /// Data packets by the number of their rounding step.
  const std::array<std::uint64_t, kMaxRateStep + 1>& steps() const { return steps_; }
  /// First frames of the first and of the last rounded packet; none: all are lossless.
  std::optional<std::pair<std::size_t, std::size_t>> rounded() const { return rounded_; }
  /// The recording as a receiver has it: packets that were dropped are silence.
  const std::vector<std::int16_t>& received() const { return received_; }

 private:
  Receiver::Events receiver_events();
  void fail(const std::string& what);
  bool compare(const std::vector<std::uint8_t>& packet, const std::vector<std::uint8_t>& expected);
  bool decode(const ParsedPacket& parsed, const Delivery& delivery);
  void take_stream_header(const std::vector<std::uint8_t>& packet);
  std::optional<Delivery> take_data(const std::vector<std::uint8_t>& packet);
  std::optional<Delivery> take_without_samples(const std::vector<std::uint8_t>& packet);
  void change_classes(std::size_t first_frame);
  ChannelClass class_of(std::size_t channel) const;
  void skip_dropped(const ParsedPacket& parsed);

  const Design& design_;
  const Recording& recording_;
  const bool drops_allowed_;
  Encoder encoder_;
  Decoder decoder_;
  std::vector<std::int16_t> decoded_;
  std::string failure_;

  std::vector<std::vector<std::uint8_t>> waiting_;  ///< of events, and a stream header after them
  std::deque<std::vector<std::uint8_t>> due_;       ///< without samples: packets to come
  std::size_t next_table_ = 0;                      ///< of classes

  bool opened_ = false;
  bool header_before_ = false;  ///< the packet before was a stream header
  bool closed_ = false;
  std::size_t next_frame_ = 0;  ///< of the recording
  int since_drop_ = 0;          ///< packets since the last drop, at most 2; 0: none was dropped
  unsigned since_key_ = 0;      ///< data packets since the last key packet, that one included
  std::uint64_t packets_ = 0;   ///< taken, of all types
  std::uint64_t data_packets_ = 0;
  std::uint64_t dropped_frames_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t stream_bytes_ = 0;
  std::uint64_t max_packet_ = 0;
  std::uint64_t delivered_frames_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t event_packets_ = 0;
  std::uint64_t event_bytes_ = 0;
  std::array<std::uint64_t, kMaxRateStep + 1> steps_ = {};
  std::optional<std::pair<std::size_t, std::size_t>> rounded_;
  std::vector<std::int16_t> received_;
  Receiver receiver_;
};

}  // namespace nrc::sim
