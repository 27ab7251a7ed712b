// SPDX-License-Identifier: Apache-2.0
//
// Mapper: values of the samples of all channels <-> codes, for any mapping (docs/bitstream.md,
// section 1). The RTL has shift6 and code_to_sample for the two mappings that it knows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/packet.hpp"

namespace nrc {

/// Values are int16 and codes Code, but of streams with samples of more than 16 bits both are
/// int32, and the codes have their low bits.
class Mapper {
 public:
  /// Keeps no reference.
  explicit Mapper(const StreamHeader& header);

  /// Nearest codes of whole frames. @return whether these are their samples: none is off the map
  bool to_codes(const std::int16_t* values, std::size_t frames, Code* codes) const;
  bool to_codes(const std::int32_t* values, std::size_t frames, WideCode* codes) const;

  /// Values of the codes of whole frames.
  void to_values(const Code* codes, std::size_t frames, std::int16_t* values) const;
  void to_values(const WideCode* codes, std::size_t frames, std::int32_t* values) const;

  /// Value of one code.
  std::int16_t value(std::size_t channel, Code code) const;
  std::int32_t value(std::size_t channel, WideCode code) const;

 private:
  struct Channel {
    MapStep step;
    std::int64_t offset = 0;
  };

  Mapping mapping_;
  int code_width_;
  std::size_t channel_count_;
  std::vector<Channel> channels_;  ///< of Mapping::kMap
};

}  // namespace nrc
