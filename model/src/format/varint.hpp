// SPDX-License-Identifier: Apache-2.0
//
// Numbers of variable length (docs/bitstream.md, notation): 7 bits in a byte, the lowest first; bit
// 7 says that another byte follows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nrc {

constexpr std::size_t kMaxVarintBytes = 8;  ///< 56 bits

inline void append_varint(std::vector<std::uint8_t>& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) to.push_back(static_cast<std::uint8_t>(value | 0x80));
  to.push_back(static_cast<std::uint8_t>(value));
}

/// A signed number as an unsigned one: small magnitudes stay small.
inline std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

/// Reads bytes up to an end.
class VarintReader {
 public:
  VarintReader(const std::uint8_t* begin, const std::uint8_t* end) : at_(begin), end_(end) {}

  /// False if the bytes end, or the number has more than kMaxVarintBytes.
  bool read(std::uint64_t& value) {
    value = 0;
    for (std::size_t i = 0; i < kMaxVarintBytes && at_ != end_; ++i) {
      const std::uint8_t byte = *at_++;
      value |= std::uint64_t{byte & 0x7FU} << (7 * i);
      if ((byte & 0x80) == 0) return true;
    }
    return false;
  }
  bool read_byte(std::uint8_t& value) {
    if (at_ == end_) return false;
    value = *at_++;
    return true;
  }
  const std::uint8_t* at() const { return at_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  void skip(std::size_t bytes) { at_ += bytes; }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

}  // namespace nrc
