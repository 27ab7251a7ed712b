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

/// Maps packet after packet, in the same memory.
class PacketCodes {
 public:
  explicit PacketCodes(const StreamHeader& header)
      : mapper_(header),
        type_(header.sample_type),
        channels_(header.channels),
        low_bits_(header.low_bits) {}

  /// Calls take(codes) with the codes of the first frames of a packet, without low bits: a vector
  /// of Code, or of WideCode if the sample type is wide.
  /// @param samples  in the byte order of the machine
  template <typename Take>
  void of(const std::vector<std::uint8_t>& samples, std::size_t frames, const Take& take) {
    const std::size_t count = frames * channels_;
    if (is_wide(type_)) {
      wide_values_.resize(count);
      wide_codes_.resize(count);
      get_values(type_, samples.data(), count, wide_values_.data());
      mapper_.to_codes(wide_values_.data(), frames, wide_codes_.data());
      for (WideCode& code : wide_codes_) code >>= low_bits_;
      take(wide_codes_);
    } else {
      values_.resize(count);
      codes_.resize(count);
      get_values(type_, samples.data(), count, values_.data());
      mapper_.to_codes(values_.data(), frames, codes_.data());
      take(codes_);
    }
  }

 private:
  VectorMapper mapper_;
  SampleType type_;
  std::size_t channels_;
  int low_bits_;
  std::vector<std::int16_t> values_;
  std::vector<Code> codes_;
  std::vector<std::int32_t> wide_values_;
  std::vector<WideCode> wide_codes_;
};

}  // namespace nrc
