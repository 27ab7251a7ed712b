// SPDX-License-Identifier: Apache-2.0
//
// Receiver: a stream from a link that loses, repeats, reorders and damages bytes. Gives every
// sample that is certainly correct, and reports which are missing (docs/bitstream.md, section 12).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "nrc/packet_decoder.hpp"

namespace nrc {

/// A run of frames that the receiver cannot give.
struct Gap {
  std::uint64_t first_frame = 0;
  std::uint64_t frames = 0;
  std::uint64_t lost_packets = 0;         ///< sequence numbers that never arrived
  std::uint64_t dropped_frames = 0;       ///< of `frames`, those that the encoder did not send
  std::uint64_t undecodable_packets = 0;  ///< that arrived, but depend on what is missing
};

/// Totals since the receiver was made.
struct ReceiverCounters {
  std::uint64_t bytes = 0;              ///< taken
  std::uint64_t skipped_bytes = 0;      ///< in no packet
  std::uint64_t sync_losses = 0;        ///< runs of skipped bytes
  std::uint64_t packets = 0;            ///< with the right CRC, those of the next line included
  std::uint64_t late_packets = 0;       ///< repeated, given up as lost before, or of another stream
  std::uint64_t reordered_packets = 0;  ///< out of order, and put back
  std::uint64_t lost_packets = 0;
  std::uint64_t undecodable_packets = 0;
  std::uint64_t frames = 0;          ///< given
  std::uint64_t missing_frames = 0;  ///< in gaps
  std::uint64_t dropped_frames = 0;  ///< of these, not sent by the encoder
  std::uint64_t streams = 0;         ///< begun
};

class Receiver {
 public:
  struct Options {
    PacketDecoder::TableSource tables = Tables::builtin_by_id;
    /// Packets that wait for one that is due, before it counts as lost.
    std::size_t reorder_packets = 8;
  };

  /// Callbacks. Any of them may be empty. Exceptions pass through.
  struct Events {
    /// A stream begins, with its header's first arrival.
    std::function<void(const StreamHeader& header)> stream;
    /// Frames that follow the last ones given, or a gap: samples[frame * channels + channel].
    std::function<void(std::uint64_t first_frame, const std::int16_t* samples, std::size_t frames)>
        samples;
    std::function<void(const Gap& gap)> gap;
    /// The payload of a container packet.
    std::function<void(const std::uint8_t* payload, std::size_t size)> container;
    /// The stream ends. Not `closed`: its last packet never came, and how many frames are missing
    /// is known only if the stream header states their number.
    std::function<void(bool closed)> end;
  };

  Receiver(Options options, Events events);

  /// Takes the next bytes, any number. Memory is bounded by the longest packet that the stream
  /// header allows, times the packets that wait, and 256 KiB. It is allocated when a stream begins
  /// and when more bytes of an incomplete packet are buffered than before; packets in order then
  /// need none, and an early packet its size.
  /// @throws Error if the stream needs tables that are not available, or has a header unknown to
  /// this version; the bytes up to there are consumed, those after it wait for the next call.
  void add(const std::uint8_t* data, std::size_t size);

  /// Ends the input: gives what waits, and reports what is missing at the end.
  void finish();

  const ReceiverCounters& counters() const { return counters_; }
  /// The header of the current stream, once it has arrived.
  const std::optional<StreamHeader>& header() const { return decoder_.header(); }
  /// The byte, of all that were taken, at which the last stream header packet begins.
  std::uint64_t header_position() const { return header_position_; }

 private:
  /// A packet that arrived early.
  struct Early {
    std::vector<std::uint8_t> bytes;
    std::uint64_t came = 0;     ///< in_order_ at that time
    std::uint64_t arrival = 0;  ///< its number among all packets
  };

  void scan(bool at_end);
  void skip(std::size_t count);
  void accept(const ParsedPacket& packet);
  void take(const ParsedPacket& packet);
  bool follows_closed(const ParsedPacket& packet) const;
  void order(const ParsedPacket& packet);
  bool goes_back(const PacketHeader& header) const;
  bool jumps(const PacketHeader& header) const;
  bool repeats_other(const ParsedPacket& packet);
  void late(const ParsedPacket& packet, std::uint64_t distance);
  bool differs(const ParsedPacket& stream_header) const;
  /// Early packets from the first stream header of another stream on, taken out.
  std::vector<Early> extract_others();
  void discard_strangers();
  void release(std::size_t limit);
  void process(const ParsedPacket& packet);
  void process_data(const ParsedPacket& packet, std::uint64_t first);
  void begin_stream(const ParsedPacket& packet);
  void begin(std::uint64_t lost_packets);
  void abandon_stream();
  void end_stream(bool closed);
  void report_gap(std::uint64_t end);
  void report_end(bool closed);

  Options options_;
  Events events_;
  PacketDecoder decoder_;
  ReceiverCounters counters_;

  std::vector<std::uint8_t> buffer_;  ///< bytes that no packet has been made of yet
  bool skipping_ = false;
  std::uint64_t header_position_ = 0;

  std::uint64_t next_sequence_ = 0;         ///< counted on beyond 16 bits
  std::map<std::uint64_t, Early> waiting_;  ///< by such numbers
  std::uint64_t in_order_ = 0;              ///< packets that arrived in order
  /// By sequence number, the CRC of the packet that arrived under it, or 0: distinguishes a
  /// repeated packet from one of another stream.
  std::vector<std::uint32_t> crcs_;
  std::uint16_t late_sequence_ = 0;         ///< of the last late packet
  std::size_t late_run_ = 0;                ///< late packets in sequence that repeat none
  std::vector<std::uint8_t> late_header_;   ///< the packet before, if it was a late stream header
  std::vector<std::uint8_t> known_header_;  ///< payload of the stream's header
  std::vector<std::uint8_t> other_header_;  ///< of the last header that differs from the stream's
  std::uint16_t other_sequence_ = 0;        ///< and its number
  bool header_before_ = false;              ///< the packet processed before was a stream header
  bool loss_before_ = false;                ///< packets are missing since the last data packet
  bool anew_ = false;                       ///< another stream has begun, and its header is missing
  bool closed_ = false;                     ///< the stream before ended with its last packet

  std::uint64_t next_frame_ = 0;            ///< neither given nor reported missing yet
  std::optional<std::uint64_t> due_frame_;  ///< after the last data packet, decoded or not
  Gap gap_;                                 ///< that is growing
  std::vector<std::int16_t> samples_;
};

}  // namespace nrc
