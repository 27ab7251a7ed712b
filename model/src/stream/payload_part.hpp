// SPDX-License-Identifier: Apache-2.0
//
// The codes of some channels of a stream: decodes only the lanes of its payloads that hold them
// (docs/bitstream.md, section 7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "nrc/packet.hpp"
#include "nrc/payload.hpp"
#include "nrc/tables.hpp"

namespace nrc {

/// Lanes next to each other are a payload of fewer channels, which a decoder of its own reads. The
/// bytes of other lanes are not looked at.
class PayloadPart {
 public:
  /// Keeps a reference to the tables, and copies what it needs of the header.
  /// @param channels  any, in the order of the samples
  PayloadPart(const Tables& tables, const StreamHeader& header,
              const std::vector<std::uint32_t>& channels);

  /// Whether that is less work than decoding all channels of payloads of so many lanes.
  bool worth(int lanes) const;

  /// Lanes of the payloads that it follows; 0 before the first one.
  int lanes() const { return lanes_; }

  /// Rounding step of the payloads to come, as for PayloadDecoder.
  void set_step(int step) { step_ = step; }

  /// Appends codes[frame * channels + i] of the channels, in their order. A key packet may have
  /// other lanes than those before it.
  /// @throws Error if the payload does not hold these frames
  void decode(const std::uint8_t* payload, std::size_t size, int lanes, std::size_t frames,
              bool key, std::vector<Code>& codes);

  /// Moves the state past these codes, of all channels of the stream in the order of the samples.
  void skip(const Code* codes, std::size_t frames, bool key);

 private:
  /// Channels that are next to each other in a run of lanes and among the chosen ones.
  struct Piece {
    std::size_t place = 0;  ///< in the run
    std::size_t column = 0;
    std::size_t length = 0;
  };

  /// Lanes next to each other, a power of two.
  struct Run {
    int first_lane = 0;
    int lanes = 0;
    std::size_t first_place = 0;
    std::size_t places = 0;
    std::vector<Piece> pieces;
    std::unique_ptr<PayloadDecoder> decoder;
    std::vector<Code> codes;
  };

  std::vector<Run> runs_for(int lanes) const;
  void follow(int lanes);

  const Tables& tables_;
  StreamHeader header_;  ///< of the decoders, but for the number of their channels
  std::size_t all_channels_;
  std::vector<std::uint32_t> channel_at_;  ///< by place in a frame
  std::vector<std::uint32_t> places_;      ///< of the channels
  int lanes_ = 0;
  int step_ = 1;
  std::vector<Run> runs_;
  std::vector<std::uint8_t> bytes_;
  std::vector<Code> codes_;
};

}  // namespace nrc
