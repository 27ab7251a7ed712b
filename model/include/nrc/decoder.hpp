// SPDX-License-Identifier: Apache-2.0
//
// Decoder: packets of an intact stream to samples. Accepts only what it can verify: every
// packet's CRC, sequence and length are checked, and an error ends decoding with a message.
#pragma once

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
  /// `samples`; other packets leave it as it is. Allocates nothing if `samples` has the capacity,
  /// except for a stream's first header and for errors.
  /// @throws Error for a packet out of sequence, unknown tables, or a damaged payload; `samples`
  /// is then as it was.
  void decode(const ParsedPacket& packet, std::vector<std::int16_t>& samples);

  /// The stream's header, once it has been decoded.
  const std::optional<StreamHeader>& header() const { return packets_.header(); }
  /// Upper bound of the samples in a packet; 0 if the stream header does not state it or is
  /// unknown.
  std::size_t max_samples() const { return packets_.max_samples(); }
  /// The largest rounding step so far, codes; 1: all packets are lossless.
  int lossy_step() const { return packets_.lossy_step(); }
  /// True after the packet with the last flag.
  bool finished() const { return finished_; }
  /// Frames decoded so far.
  std::uint64_t frames() const { return frames_; }

 private:
  PacketDecoder packets_;
  std::optional<std::uint32_t> next_sequence_;
  std::uint64_t frames_ = 0;
  bool finished_ = false;
};

}  // namespace nrc
