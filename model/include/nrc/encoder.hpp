// SPDX-License-Identifier: Apache-2.0
//
// Encoder: all stages over any number of interleaved channels, packet by packet.
// RTL: rtl/nrc_encoder.sv.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/bit_packer.hpp"
#include "nrc/context.hpp"
#include "nrc/huffman.hpp"
#include "nrc/packetizer.hpp"
#include "nrc/predictor.hpp"
#include "nrc/table_set.hpp"

namespace nrc {

/// State of one channel, in coder and decoder alike.
struct ChannelState {
  PredictorState predictor;
  ContextState context;
};

/// What a packet is encoded as.
struct PacketRequest {
  bool key = false;   ///< reset all channels first (the first Huffman packet always does)
  bool last = false;  ///< close the stream
};

class Encoder {
 public:
  /// Keeps a reference: the table set outlives the object. header.table_id is set from it.
  /// @throws Error if a field of the header is outside its range.
  Encoder(const StreamHeader& header, const TableSet& tables);

  /// The stream header packet. Call it first.
  std::vector<std::uint8_t> stream_header();

  /// A container packet (docs/bitstream.md, section 9).
  std::vector<std::uint8_t> container(const std::vector<std::uint8_t>& payload);

  /// One data packet of `frames` frames: codes[frame * channels + channel], each inside the code
  /// width. 0..65535 frames.
  std::vector<std::uint8_t> encode(const Code* codes, std::size_t frames, PacketRequest request);

  /// The same from int16 samples: maps them, and sends the packet raw if one of them is off the
  /// grid or the coded payload would be longer than the raw one.
  std::vector<std::uint8_t> encode_samples(const std::int16_t* samples, std::size_t frames,
                                           PacketRequest request);

  /// Skips frames that are not sent (a dropped packet); the next packet is a key packet.
  void skip(std::size_t frames);

  const StreamHeader& header() const { return header_; }

 private:
  std::vector<std::uint8_t> payload_of(const Code* codes, std::size_t frames, bool key);
  std::vector<std::uint8_t> finish(PacketType type, const std::vector<std::uint8_t>& payload,
                                   std::size_t frames, bool key, bool last);

  StreamHeader header_;
  Predictor predictor_;
  Context context_;
  HuffmanEncoder huffman_;
  BitPacker packer_;
  Packetizer packetizer_;
  std::vector<ChannelState> channels_;
  std::vector<Code> codes_;
  std::uint32_t next_frame_ = 0;
  bool key_due_ = true;
};

}  // namespace nrc
