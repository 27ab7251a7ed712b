// SPDX-License-Identifier: Apache-2.0
//
// Decoder: packets back to samples. Accepts only what it can prove right: every packet's CRC,
// sequence and length are checked, and an error ends decoding with a message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nrc/packetizer.hpp"
#include "nrc/payload.hpp"
#include "nrc/tables.hpp"

namespace nrc {

class Decoder {
 public:
  /// Gives the tables of a profile for an id, or nullptr; they outlive the decoder. By default the
  /// built-in ones.
  using TableSource = std::function<const Tables*(Profile profile, std::uint32_t id)>;

  explicit Decoder(TableSource tables = Tables::builtin_by_id);

  /// Decodes one packet (status kPacket). Data packets append their samples, frame by frame, to
  /// `samples`; other packets leave it as it is.
  /// @throws Error for a packet out of sequence, unknown tables, or a damaged payload; `samples`
  /// is then as it was.
  void decode(const ParsedPacket& packet, std::vector<std::int16_t>& samples);

  /// The stream's header, once it was seen.
  const std::optional<StreamHeader>& header() const { return header_; }
  /// True after the packet with the last flag.
  bool finished() const { return finished_; }
  /// Frames decoded so far.
  std::uint64_t frames() const { return frames_; }

 private:
  void open(const ParsedPacket& packet);
  void decode_coded(const ParsedPacket& packet, std::vector<std::int16_t>& samples);

  TableSource table_source_;
  std::optional<StreamHeader> header_;
  std::unique_ptr<PayloadDecoder> payload_;
  std::vector<Code> codes_;
  std::optional<std::uint16_t> next_sequence_;
  std::uint64_t frames_ = 0;
  bool synchronised_ = false;
  bool finished_ = false;
};

/// int16 sample of a code under a mapping.
std::int16_t sample_of(Mapping mapping, Code code);

}  // namespace nrc
