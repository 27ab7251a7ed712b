// SPDX-License-Identifier: Apache-2.0
//
// Mapper: samples of all channels <-> codes, for any mapping (docs/bitstream.md, section 1). The
// RTL has shift6 and code_to_sample for the two mappings that it knows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/packet.hpp"

namespace nrc {

class Mapper {
 public:
  /// Keeps no reference.
  explicit Mapper(const StreamHeader& header);

  /// Nearest codes of whole frames. @return whether these are their samples: none is off the map
  bool to_codes(const std::int16_t* samples, std::size_t frames, Code* codes) const;

  /// Samples of the codes of whole frames.
  void to_samples(const Code* codes, std::size_t frames, std::int16_t* samples) const;

  /// Sample of one code.
  std::int16_t sample(std::size_t channel, Code code) const;

 private:
  struct Channel {
    MapStep step;
    std::int64_t offset = 0;
    std::size_t table = 0;  ///< where its samples are in tables_
  };

  Code code(std::size_t channel, std::int16_t sample) const;
  void make_tables();

  Mapping mapping_;
  int code_width_;
  std::size_t channel_count_;
  std::vector<Channel> channels_;     ///< of Mapping::kMap
  std::vector<std::int16_t> tables_;  ///< samples by code, or empty if there are too many
};

}  // namespace nrc
