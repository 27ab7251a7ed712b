// SPDX-License-Identifier: Apache-2.0
//
// Encoder: all stages over any number of interleaved channels, packet by packet.
// RTL: nrc_encoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nrc/event.hpp"
#include "nrc/packet.hpp"
#include "nrc/payload.hpp"
#include "nrc/tables.hpp"

namespace nrc {

/// How a packet is to be encoded.
struct PacketRequest {
  bool key = false;   ///< reset all channels first (the first coded packet always does)
  bool last = false;  ///< close the stream
};

/// Who reads the stream, which decides where stream headers are needed.
enum class Transport {
  kFile,  ///< read from its beginning: the header comes once
  kLink,  ///< read from any point: the header comes before every key packet
};

class EventSource;
class ExceptionWriter;
class VectorMapper;
class Packetizer;

class Encoder {
 public:
  /// The tables choose the profile; header.profile and header.table_id are set from them.
  /// @throws Error if a field of the header is outside its range or the tables do not suit it.
  Encoder(const StreamHeader& header, const Tables& tables, Transport transport = Transport::kFile);
  ~Encoder();
  // Not copyable: payload_ refers to tables_.
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  /// The stream header packet. Call it first; with kLink encode() sends it where it is due, and if
  /// it was called since the last data packet, then encode() does not send it again.
  std::vector<std::uint8_t> stream_header();

  /// A container packet (docs/bitstream.md, section 9).
  std::vector<std::uint8_t> container(const std::vector<std::uint8_t>& payload);

  /// A metadata packet (docs/bitstream.md, section 9). @throws Error if the text is too long
  std::vector<std::uint8_t> metadata(const std::string& text);

  /// An index packet (docs/bitstream.md, section 9), which closes the stream.
  std::vector<std::uint8_t> index(const std::vector<std::uint8_t>& payload);

  /// One data packet of `frames` frames: codes[frame * channels + channel], each inside the code
  /// width, which is 16 at most. 0 .. 2^24 - 1 frames. With kLink the stream header packet precedes
  /// a key packet.
  std::vector<std::uint8_t> encode(const Code* codes, std::size_t frames, PacketRequest request);

  /// The same from samples of the stream's type, at any address and in the byte order of the
  /// machine: maps them, and sends those off the map as exceptions. A packet that would be longer
  /// than its samples is sent raw; the channels' state goes on all the same.
  std::vector<std::uint8_t> encode_samples(const void* samples, std::size_t frames,
                                           PacketRequest request);

  /// The same two, with the packets appended to `packets`. They allocate nothing if `packets` has
  /// room for max_bytes(frames) and reserve() was called for as many frames.
  void encode(const Code* codes, std::size_t frames, PacketRequest request,
              std::vector<std::uint8_t>& packets);
  void encode_samples(const void* samples, std::size_t frames, PacketRequest request,
                      std::vector<std::uint8_t>& packets);

  /// Allocates the memory that packets of up to this many frames need. frames * channels is at most
  /// 2^24. @throws Error if it is more.
  void reserve(std::size_t frames);

  /// Upper bound of the bytes of a call of encode() or encode_samples() with this many frames,
  /// including the stream header before a key packet.
  std::uint64_t max_bytes(std::size_t frames) const;

  /// Skips frames that are not sent (a dropped packet); the next packet with frames is a key packet
  /// after a stream header.
  void skip(std::size_t frames);

  /// Continues a stream whose header and first `packets` packets, with so many frames, another
  /// encoder makes. The next packet with frames is a key packet: those of several encoders, put
  /// together, are one stream.
  void resume(std::uint32_t packets, std::uint64_t frames);
  /// Packets so far, as resume() wants them.
  std::uint32_t packets() const;

  /// Makes the next data packet that holds frames a key packet. RTL: key_request_i.
  void request_key() { key_due_ = true; }

  /// Rounds codes to multiples of this many (docs/bitstream.md, section 14), one of lossy_step();
  /// 1, as at first: lossless. If it changes, the next data packet that holds frames is a key
  /// packet.
  /// @throws Error for another step
  void set_lossy_step(int step);

  /// What is sent of each channel from the next packet on that holds frames, which becomes a key
  /// packet; at first every channel is rounded as set_lossy_step() says. A packet of such a stream
  /// is never sent raw.
  /// @throws Error if the header does not say that channels have classes, or there are not as many
  void set_channel_classes(const std::vector<ChannelClass>& classes);

  /// Bit strings of the packets to come, so that a host decodes several codes at once; 1, as at
  /// first, is what hardware decodes. Packets without frames and raw ones have one in any case.
  /// Call it before reserve().
  /// @throws Error if it is not 1, 2, 4 or 8, more than there are channels, or more than 1 with a
  /// profile that has no lanes
  void set_lanes(int lanes);

  /// Sends the events of the codes, in packets of their own before that of the samples in which
  /// they were complete, or instead of samples: a packet then holds no frames, and comes only where
  /// it is a key packet or closes the stream. Call it before the first packet.
  /// @throws Error if the header does not say that there are events, or the stream is not of the
  /// Huffman profile with the full state
  void set_events(const EventSettings& settings);
  /// An event packet of events that were found elsewhere, as a packet's time allows.
  std::vector<std::uint8_t> event_packet(std::uint64_t first_frame,
                                         const std::vector<Event>& events);
  /// Bytes of all event packets so far.
  std::uint64_t event_bytes() const;

  /// Whether packets to come have a header of the short form where they can; at first none has, as
  /// hardware does not read it.
  void set_short_headers(bool on) { short_headers_ = on; }

  const StreamHeader& header() const { return header_; }
  /// Samples so far that were off the map.
  std::uint64_t off_map() const { return off_map_; }

 private:
  bool is_key(std::size_t frames, PacketRequest request) const;
  void append_stream_header(std::vector<std::uint8_t>& packets);
  /// Appends the packet of payload_bytes_.
  void finish(PacketHeader header, std::size_t frames, std::vector<std::uint8_t>& packets);
  /// Whether codes are rounded before the payload coder, which does it by itself in other profiles.
  bool rounds_here() const;
  /// Codes of a packet's values into codes_ or wide_codes_, and what these do not say into
  /// low_parts_ and exceptions_.
  void map(const std::int16_t* values, std::size_t frames);
  void map(const std::int32_t* values, std::size_t frames);
  /// Puts the values that are not those of their codes into exceptions_.
  template <typename Value, typename C>
  void find_exceptions(const Value* values, const std::vector<C>& codes, std::size_t frames,
                       std::vector<Value>& mapped);
  /// Takes the events of a packet's codes, which are in codes_ or given. @return whether the packet
  /// still has to be encoded
  bool send_events(const Code* codes, std::size_t frames, bool key, bool last,
                   std::vector<std::uint8_t>& packets);
  bool wide_codes() const { return header_.code_width > kMaxCodeWidth; }
  std::size_t raw_bytes(std::uint64_t count) const;

  Tables tables_;
  StreamHeader header_;
  std::vector<std::uint8_t> header_payload_;
  std::unique_ptr<VectorMapper> mapper_;
  std::unique_ptr<PayloadEncoder> payload_;  // refers to tables_
  std::unique_ptr<Packetizer> packetizer_;
  std::vector<Code> codes_;
  std::vector<WideCode> wide_codes_;
  std::vector<std::int16_t> values_;
  std::vector<std::int32_t> wide_values_;
  std::vector<std::int16_t> mapped_;  ///< values of the codes, where some are off the map
  std::vector<std::int32_t> wide_mapped_;
  std::vector<std::int32_t> off_map_bits_;  ///< [channel] 0: all of its values are theirs
  std::unique_ptr<EventSource> events_;     ///< null: none are sent
  bool events_only_ = false;
  std::unique_ptr<ExceptionWriter> exceptions_;  ///< of the current packet
  std::vector<std::uint8_t> low_parts_;          ///< of its codes
  std::vector<std::uint8_t> coded_bytes_;        ///< its codes, if something precedes them
  std::vector<std::uint8_t> payload_bytes_;      ///< of the current packet
  std::vector<ChannelClass> classes_;  ///< from the next key packet on; empty: there are none
  std::uint64_t off_map_ = 0;
  int step_ = 1;
  std::uint32_t next_frame_ = 0;
  const Transport transport_;
  bool header_due_ = true;  ///< no stream header since the last data packet
  bool key_due_ = true;
  bool short_headers_ = false;
  bool skipped_ = false;  ///< frames were skipped since the last packet with frames
};

}  // namespace nrc
