// SPDX-License-Identifier: Apache-2.0
//
// Values of the samples of all channels <-> codes, as stage mapper, with vector instructions where
// a value map takes divisions (docs/bitstream.md, section 1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/packet.hpp"
#include "stages/mapper.hpp"

namespace nrc {

/// What the vectors know of a value map: each channel's numbers, for whole frames in a row, so that
/// vectors are longer than few channels.
struct MapRow {
  Rounding rounding = Rounding::kDown;
  double min_code = 0, max_code = 0;
  std::size_t length = 0;           ///< values; 0: the vectors do not suit the map
  std::vector<std::int32_t> whole;  ///< floor(offset / D), modulo the values' range
  std::vector<double> part;         ///< offset - whole * D
  std::vector<double> numerator, denominator;
  std::vector<double> to_code;   ///< 1 / (2 N)
  std::vector<double> to_value;  ///< 1 / (2 D)
};

/// As Mapper.
class VectorMapper {
 public:
  explicit VectorMapper(const StreamHeader& header);

  bool to_codes(const std::int16_t* values, std::size_t frames, Code* codes) const;
  bool to_codes(const std::int32_t* values, std::size_t frames, WideCode* codes) const;
  void to_values(const Code* codes, std::size_t frames, std::int16_t* values) const;
  void to_values(const WideCode* codes, std::size_t frames, std::int32_t* values) const;

 private:
  template <typename Number>
  bool codes_of(const Number* values, std::size_t frames, Number* codes) const;
  template <typename Number>
  void values_of(const Number* codes, std::size_t frames, Number* values) const;

  Mapper stage_;
  std::size_t channels_;
  MapRow row_;
};

}  // namespace nrc
