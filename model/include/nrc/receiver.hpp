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

#include "nrc/event.hpp"
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
  std::uint64_t late_packets = 0;       ///< repeated, given up as lost before, or of a stream
                                        ///< that has ended or whose header is not known
  std::uint64_t reordered_packets = 0;  ///< out of order, and put back
  std::uint64_t lost_packets = 0;
  std::uint64_t undecodable_packets = 0;
  std::uint64_t frames = 0;          ///< given
  std::uint64_t missing_frames = 0;  ///< in gaps
  std::uint64_t dropped_frames = 0;  ///< of these, not sent by the encoder
  std::uint64_t streams = 0;         ///< begun
  std::uint64_t events = 0;          ///< given
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
    /// Frames that follow the last ones given, or a gap: samples[frame * channels + channel]. A
    /// callback that takes `const std::int16_t*` is for streams of int16 samples.
    std::function<void(std::uint64_t first_frame, SampleView samples, std::size_t frames)> samples;
    std::function<void(const Gap& gap)> gap;
    /// The payload of a container packet.
    std::function<void(const std::uint8_t* payload, std::size_t size)> container;
    /// The stream ends. Not `closed`: its last packet never came, and how many frames are missing
    /// is known only if the stream header states their number.
    std::function<void(bool closed)> end;
    /// Events, those of a packet together, in the order in which they were complete: shortly before
    /// their samples, if these are sent. Events of a lost packet are no gap.
    std::function<void(const Event* events, std::size_t count)> events;
  };

  Receiver(Options options, Events events);

  /// Takes the next bytes, any number. Memory is bounded by the longest packet that the stream
  /// headers allow, times the packets that wait of this stream and the next, and 256 KiB. It is
  /// allocated when a stream begins and when more bytes of an incomplete packet are buffered than
  /// before; packets in order then need none, and an early packet its size.
  /// @throws Error if the stream needs tables that are not available, or has a header unknown to
  /// this version; the bytes up to there are consumed, those after it wait for the next call.
  void add(const std::uint8_t* data, std::size_t size);

  /// Ends the input: gives what waits, and reports what is missing at the end.
  void finish();

  const ReceiverCounters& counters() const { return counters_; }
  /// The header of the current stream, once it has arrived.
  const std::optional<StreamHeader>& header() const { return decoder_.header(); }
  /// The byte, of all that were taken, at which the stream header packet begins that began the last
  /// stream, or would have but for an error.
  std::uint64_t header_position() const { return header_position_; }
  /// True if the packet that closes the stream is here and waits for others, of which some may be
  /// lost: where nothing more comes, finish() gives what waits.
  bool closing() const;
  /// Classes of the channels of the samples given last, as of PacketDecoder.
  std::vector<ChannelClass> channel_classes() const { return decoder_.channel_classes(); }
  /// The largest rounding step of the last stream so far, codes; 1: all packets are lossless.
  int lossy_step() const { return lossy_step_; }
  /// Of the packet whose samples were given last, or are: no code is more than half of it off.
  int packet_step() const { return packet_step_; }

 private:
  using Bytes = std::vector<std::uint8_t>;

  /// A stream header of another stream, and what arrived of that stream, until it begins.
  struct Successor {
    Bytes packet;  ///< its stream header packet
    StreamHeader header;
    std::uint64_t position = 0;              ///< of that packet among all bytes
    std::uint64_t sequence = 0;              ///< its number
    std::map<std::uint64_t, Bytes> packets;  ///< with higher numbers
    std::uint64_t came = 0;                  ///< in_order_ at that time
  };
  /// The stream before this one.
  struct Past {
    Bytes header;                ///< its payload; empty: there was none
    std::uint64_t sequence = 0;  ///< that was due
  };

  void scan(bool at_end);
  void skip(std::size_t count);
  bool possible(const PacketHeader& header) const;
  void take(const ParsedPacket& packet);
  bool is_past(const ParsedPacket& stream_header) const;
  void take_other_header(const ParsedPacket& packet);
  void keep(const ParsedPacket& packet);
  void settle_successor();
  std::size_t early_packets() const;
  void order(const ParsedPacket& packet);
  void release(std::size_t limit);
  void process(const ParsedPacket& packet);
  void process_frames(const ParsedPacket& packet);
  void process_events(const ParsedPacket& packet);
  void begin_stream(const ParsedPacket& packet, std::uint64_t position);
  void begin_successor();
  void abandon_stream();
  void end_stream(bool closed);
  void report_gap(std::uint64_t end);

  Options options_;
  Events events_;
  PacketDecoder decoder_;
  ReceiverCounters counters_;

  Bytes buffer_;  ///< bytes that no packet has been made of yet
  bool skipping_ = false;
  std::uint64_t packet_position_ = 0;  ///< of the packet at hand
  std::uint64_t header_position_ = 0;

  Bytes known_header_;                      ///< payload of the stream's header
  std::uint64_t next_sequence_ = 0;         ///< counted on beyond 32 bits
  std::map<std::uint64_t, Bytes> waiting_;  ///< early packets, by such numbers
  std::uint64_t in_order_ = 0;              ///< packets that arrived in order
  std::optional<Successor> successor_;
  Past past_;
  bool loss_before_ = false;  ///< packets are missing since the last data packet

  std::uint64_t next_frame_ = 0;            ///< neither given nor reported missing yet
  std::optional<std::uint64_t> due_frame_;  ///< after the last data packet, decoded or not
  Gap gap_;                                 ///< that is growing
  std::vector<std::uint8_t> samples_;
  std::uint64_t event_frame_ = 0;  ///< from which the last event packet counts
  std::vector<Event> found_;       ///< events of a packet
  int lossy_step_ = 1;
  int packet_step_ = 1;
};

}  // namespace nrc
