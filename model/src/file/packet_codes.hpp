// SPDX-License-Identifier: Apache-2.0
//
// Codes of samples of any type, where these are only looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "format/samples.hpp"
#include "vector/vector_mapper.hpp"

namespace nrc {

/// Codes of the first frames of a packet, without low bits.
/// @param samples  in the byte order of the machine
inline void codes_of(const VectorMapper& mapper, const StreamHeader& header,
                     const std::vector<std::uint8_t>& samples, std::size_t frames,
                     std::vector<WideCode>& codes) {
  const std::size_t count = frames * header.channels;
  codes.resize(count);
  if (is_wide(header.sample_type)) {
    std::vector<std::int32_t> values(count);
    get_values(header.sample_type, samples.data(), count, values.data());
    mapper.to_codes(values.data(), frames, codes.data());
    for (WideCode& code : codes) code >>= header.low_bits;
    return;
  }
  std::vector<std::int16_t> values(count);
  std::vector<Code> narrow(count);
  get_values(header.sample_type, samples.data(), count, values.data());
  mapper.to_codes(values.data(), frames, narrow.data());
  codes.assign(narrow.begin(), narrow.end());
}

}  // namespace nrc
