// SPDX-License-Identifier: Apache-2.0
//
// Decodes one packet at a time, whatever came before it. Order and loss are handled by Decoder,
// which accepts neither disorder nor loss, and by Receiver, which copes with both.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "nrc/packet.hpp"
#include "nrc/payload.hpp"
#include "nrc/tables.hpp"

namespace nrc {

class PayloadPart;
class VectorMapper;

/// True for the types that hold samples: Huffman, range and raw data.
bool is_data(PacketType type);

class PacketDecoder {
 public:
  /// Gives the tables of a profile for an id, or nullptr; they outlive the decoder.
  using TableSource = std::function<const Tables*(Profile profile, std::uint32_t id)>;

  explicit PacketDecoder(TableSource tables);
  ~PacketDecoder();
  PacketDecoder(PacketDecoder&&) noexcept;
  PacketDecoder& operator=(PacketDecoder&&) noexcept;

  /// Takes the stream header. @throws Error for unknown tables, or a header that differs from the
  /// one already taken.
  void open(const ParsedPacket& packet);

  /// Decodes a data packet (status kPacket) and appends its samples, frame by frame, as bytes of
  /// the stream's type in the byte order of the machine.
  /// @throws Error if the header is not known yet, the packet needs a state that is not known, or
  /// its payload is damaged; `samples` is then as it was and the state is unknown.
  void decode(const ParsedPacket& packet, std::vector<std::uint8_t>& samples);
  /// The same of a stream of int16 samples. @throws Error for another one as well
  void decode(const ParsedPacket& packet, std::vector<std::int16_t>& samples);

  /// Chooses the channels whose samples decode() gives from now on, in this order, which saves the
  /// work for most others. Empty: all again. The state is unknown after this. Needs the header.
  /// @return false, and nothing has changed, if the stream gives all channels only
  bool choose(const std::vector<std::uint32_t>& channels);
  /// Whether some channels are chosen.
  bool chosen() const { return !chosen_.empty(); }
  /// Whether decode() gives the chosen channels of this packet. If it does not, a decoder that
  /// begins at the key packet before it, and gives all channels, can.
  bool gives_chosen(const PacketHeader& header) const;

  /// A packet is missing: only a key packet or a raw one can be decoded next, and only a key packet
  /// makes the state known again.
  void lose_state() { synchronised_ = false; }
  /// True if the state of all channels is known.
  bool synchronised() const { return synchronised_; }

  /// Forgets the stream; another may begin.
  void close();

  const std::optional<StreamHeader>& header() const { return header_; }

  /// The largest rounding step of the packets decoded so far, codes; 1: all are lossless.
  int lossy_step() const { return lossy_step_; }

  /// Classes of the channels as of the last packet decoded, one each; empty if they have none, or
  /// they are not known. The samples of a channel that sends no codes are those of code 0.
  std::vector<ChannelClass> channel_classes() const;

  /// Upper bound of the samples in a packet of the stream; 0 if the stream header does not state it
  /// or is unknown.
  std::size_t max_samples() const;
  /// Bytes of one sample; 0 if the stream header is unknown.
  std::size_t sample_bytes() const { return header_ ? nrc::sample_bytes(header_->sample_type) : 0; }

  /// Whether a packet with these fields may be in the stream: its lengths fit the stream header.
  /// Before that is known, only a stream header may.
  bool plausible(const PacketHeader& header) const;
  /// The same for a stream with that header. Null: it is not known.
  static bool plausible(const PacketHeader& header, const StreamHeader* stream);

 private:
  /// Gives the place of so many bytes more, at any address.
  using Room = std::function<std::uint8_t*(std::size_t bytes)>;

  void decode(const ParsedPacket& packet, const Room& room);
  void decode_coded(const ParsedPacket& packet, const Room& room);
  void decode_raw(const ParsedPacket& packet, const Room& room);
  void skip(const std::uint8_t* samples, const PacketHeader& header);
  std::uint64_t raw_bytes(std::uint64_t frames) const;
  bool wide_codes() const { return header_->code_width > kMaxCodeWidth; }
  std::size_t given_channels() const {
    return chosen_.empty() ? header_->channels : chosen_.size();
  }
  void put_exceptions(const ParsedPacket& packet, std::uint8_t* out);
  void note_step(const PacketHeader& header);

  TableSource table_source_;
  std::optional<StreamHeader> header_;
  std::vector<std::uint8_t> header_payload_;
  std::unique_ptr<PayloadDecoder> payload_;
  std::unique_ptr<VectorMapper> mapper_;
  const Tables* tables_ = nullptr;
  std::vector<std::uint32_t> chosen_;         ///< channels; empty: all
  std::vector<std::uint32_t> part_channels_;  ///< the last ones that were
  std::unique_ptr<PayloadPart> part_;         ///< the codes of these
  std::unique_ptr<VectorMapper> part_mapper_;
  std::vector<std::uint8_t> all_samples_;
  std::vector<Code> codes_;
  std::vector<WideCode> wide_codes_;
  std::vector<std::int16_t> values_;
  std::vector<std::int32_t> wide_values_;
  bool synchronised_ = false;
  int lossy_step_ = 1;
};

}  // namespace nrc
