// SPDX-License-Identifier: Apache-2.0
//
// Decoder: packets of an intact stream to samples. Accepts only what it can verify: every
// packet's CRC, sequence and length are checked, and an error ends decoding with a message.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "nrc/packet_decoder.hpp"
#include "nrc/tables.hpp"

namespace nrc {

class Decoder {
 public:
  using TableSource = PacketDecoder::TableSource;

  /// By default with the built-in tables.
  explicit Decoder(TableSource tables = Tables::builtin_by_id);

  /// Decodes one packet (status kPacket). Data packets append their samples, frame by frame, to
  /// `samples`, as bytes of the stream's type; other packets leave it as it is. Allocates nothing
  /// if `samples` has the capacity, except for a stream's first header and for errors.
  /// @throws Error for a packet out of sequence, unknown tables, or a damaged payload; `samples`
  /// is then as it was.
  void decode(const ParsedPacket& packet, std::vector<std::uint8_t>& samples);
  /// The same of a stream of int16 samples. @throws Error for another one as well
  void decode(const ParsedPacket& packet, std::vector<std::int16_t>& samples);

  /// The same checks, but of the payload, of a data packet that is decoded elsewhere.
  void pass(const PacketHeader& header);

  /// Decodes a data packet that was passed: its samples, and the state after it.
  void catch_up(const ParsedPacket& packet, std::vector<std::uint8_t>& samples) {
    packets_.decode(packet, samples);
  }

  /// The stream's header, once it has been decoded.
  const std::optional<StreamHeader>& header() const { return packets_.header(); }
  /// Upper bound of the samples in a packet; 0 if the stream header does not state it or is
  /// unknown.
  std::size_t max_samples() const { return packets_.max_samples(); }
  /// The same in bytes.
  std::size_t max_sample_bytes() const { return packets_.max_samples() * packets_.sample_bytes(); }
  /// The largest rounding step so far, codes; 1: all packets are lossless.
  int lossy_step() const { return std::max(lossy_step_, packets_.lossy_step()); }
  /// As of PacketDecoder.
  std::vector<ChannelClass> channel_classes() const { return packets_.channel_classes(); }
  /// True after the packet with the last flag.
  bool finished() const { return finished_; }
  /// Frames decoded so far.
  std::uint64_t frames() const { return frames_; }

 private:
  template <typename Samples>
  void decode_into(const ParsedPacket& packet, Samples& samples);
  /// Whether the packet follows those before it; moves past it. @throws Error if not
  void check_order(const PacketHeader& header) const;
  void advance(const PacketHeader& header);

  PacketDecoder packets_;
  std::optional<std::uint32_t> next_sequence_;
  std::uint64_t frames_ = 0;
  bool finished_ = false;
  int lossy_step_ = 1;  ///< of packets that were passed
};

}  // namespace nrc
