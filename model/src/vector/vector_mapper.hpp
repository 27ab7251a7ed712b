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

/// Each channel's numbers of a value map.
template <class Real>
struct MapNumbers {
  std::vector<Real> part;  ///< offset - whole * D
  std::vector<Real> numerator, denominator;
  std::vector<Real> to_code;   ///< 1 / (2 N)
  std::vector<Real> to_value;  ///< 1 / (2 D)
};

/// What the vectors know of a value map, for whole frames in a row, so that vectors are longer than
/// few channels.
struct MapRow {
  Rounding rounding = Rounding::kDown;
  double min_code = 0, max_code = 0;
  std::size_t length = 0;           ///< values; 0: the vectors do not suit the map
  std::vector<std::int32_t> whole;  ///< floor(offset / D), modulo the values' range
  // Only one of the following three is filled:
  MapNumbers<double> doubles;
  MapNumbers<float> floats;           ///< if they are exact enough
  std::vector<std::int16_t> offsets;  ///< of int16 values whose step is a power of two
  int shift = 0;                      ///< its logarithm
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
