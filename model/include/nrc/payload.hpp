// SPDX-License-Identifier: Apache-2.0
//
// Codes of whole packets <-> payloads, for either profile: the stages between the samples and the
// packetizer, joined, with the state of all channels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "nrc/packet.hpp"
#include "nrc/tables.hpp"

namespace nrc {

/// Upper bound of a code, in bits (docs/bitstream.md, sections 5 and 11).
std::uint64_t max_code_bits(Profile profile, int code_width);

/// Upper bound of a payload of that many codes, in bytes (docs/bitstream.md, sections 5, 7 and 11).
std::uint64_t max_payload_bytes(Profile profile, int code_width, std::uint64_t codes,
                                int lanes = 1);

/// Upper bound of the codes in a payload of that many bytes.
std::uint64_t max_payload_codes(Profile profile, std::uint64_t bytes);

/// How a payload is coded; the bytes and the errors are the same.
enum class Path {
  kReference,  ///< code by code through the stages of the model
  kFast,       ///< frame by frame with vector instructions, where that is possible
};

class PayloadEncoder {
 public:
  virtual ~PayloadEncoder() = default;

  /// Payload of `frames` frames: codes[frame * channels + channel], each inside the code width.
  /// @param key  every channel's state is reset before the first frame
  std::vector<std::uint8_t> encode(const Code* codes, std::size_t frames, bool key) {
    std::vector<std::uint8_t> payload;
    encode(codes, frames, key, payload);
    return payload;
  }

  /// The same, replacing the contents of `payload`. Allocates nothing once reserve() was called for
  /// as many codes and `payload` has the capacity of max_payload_bytes(), except in the cascade
  /// profile.
  virtual void encode(const Code* codes, std::size_t frames, bool key,
                      std::vector<std::uint8_t>& payload) = 0;

  /// The same for codes of any width, in the cascade profile.
  /// @throws std::logic_error in another one
  virtual void encode_wide(const WideCode* codes, std::size_t frames,
                           std::vector<std::uint8_t>& payload);

  /// Allocates the memory that a payload of that many codes needs, with as many lanes as are set.
  virtual void reserve(std::uint64_t codes) = 0;

  /// Bit strings of the payloads to come; at first 1.
  /// @param lanes  1 to max_lanes() of the stream, a power of two
  void set_lanes(int lanes) { lanes_ = lanes; }
  int lanes() const { return lanes_; }

  /// Rounding step of the payloads to come (section 14), except in the cascade profile; at first 1.
  /// Codes are given as they are, and decoded as rounded.
  /// @param step  one of lossy_step()
  void set_step(int step) { step_ = step; }
  int step() const { return step_; }
  /// Whether the step is smaller for channels with less noise.
  void set_proportional(bool proportional) { proportional_ = proportional; }
  bool proportional() const { return proportional_; }

  /// Classes of the channels from the next key packet on, one each; at first all are kRounded.
  /// @throws std::logic_error if the stream has none
  virtual void set_classes(const std::vector<ChannelClass>& classes);

  /// Keeps a reference: the tables outlive the object.
  /// @param corrections  which only the range profile has
  /// @throws Error if the tables do not suit the width.
  static std::unique_ptr<PayloadEncoder> make(const Tables& tables, int code_width,
                                              std::uint32_t channels,
                                              const Corrections& corrections = {},
                                              Path path = Path::kFast);
  /// For a stream: with its corrections, and its channels in their order.
  static std::unique_ptr<PayloadEncoder> make(const Tables& tables, const StreamHeader& header);

 private:
  int lanes_ = 1;
  int step_ = 1;
  bool proportional_ = false;
};

class PayloadDecoder {
 public:
  virtual ~PayloadDecoder() = default;

  /// Codes of a payload of `frames` frames, appended to `codes`.
  /// @throws Error if the payload does not hold exactly these frames.
  virtual void decode(const std::uint8_t* payload, std::size_t size, std::size_t frames, bool key,
                      std::vector<Code>& codes) = 0;

  /// The same for codes of any width, in the cascade profile.
  /// @throws std::logic_error in another one
  virtual void decode_wide(const std::uint8_t* payload, std::size_t size, std::size_t frames,
                           std::vector<WideCode>& codes);

  /// Moves the state of all channels past these codes, as decode() of their payload does.
  virtual void skip(const Code* codes, std::size_t frames, bool key) = 0;

  /// Allocates the memory that a payload of that many codes needs, with any lanes.
  virtual void reserve(std::uint64_t /*codes*/) {}

  /// As for PayloadEncoder.
  void set_lanes(int lanes) { lanes_ = lanes; }
  int lanes() const { return lanes_; }
  void set_step(int step) { step_ = step; }
  int step() const { return step_; }
  /// Whether the step is smaller for channels with less noise.
  void set_proportional(bool proportional) { proportional_ = proportional; }
  bool proportional() const { return proportional_; }

  /// Classes of the channels as of the last key packet; empty if the stream has none.
  virtual std::vector<ChannelClass> classes() const { return {}; }

  /// Upper bound of the codes in a payload of `size` bytes, so that a header that claims more is
  /// rejected before memory is allocated.
  virtual std::uint64_t max_codes(std::size_t size) const = 0;

  /// Arguments as for PayloadEncoder::make().
  static std::unique_ptr<PayloadDecoder> make(const Tables& tables, int code_width,
                                              std::uint32_t channels,
                                              const Corrections& corrections = {},
                                              Path path = Path::kFast);
  static std::unique_ptr<PayloadDecoder> make(const Tables& tables, const StreamHeader& header);

 private:
  int lanes_ = 1;
  int step_ = 1;
  bool proportional_ = false;
};

}  // namespace nrc
