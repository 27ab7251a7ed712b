// SPDX-License-Identifier: Apache-2.0
//
// Stage bit coder of the cascade profile: decisions with their probabilities <-> bytes
// (docs/bitstream.md, section 15). No RTL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nrc {

/// Takes decisions.
class BitEncoder {
 public:
  /// @param bytes  what is appended to
  explicit BitEncoder(std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}

  /// @param p  probability of true, 1..65535 of 65536
  /// @return the decision
  bool decide(std::uint32_t p, bool decision) {
    const auto bound = static_cast<std::uint32_t>((std::uint64_t{range_} * p) >> 16);
    if (decision) {
      range_ = bound;
    } else {
      low_ += bound;
      range_ -= bound;
    }
    while (range_ < kMinRange) {
      put();
      range_ <<= 8;
    }
    return decision;
  }

  /// Appends what is left. No decision may follow.
  void finish() {
    for (int i = 0; i < 4; ++i) put();
  }

 private:
  static constexpr std::uint32_t kMinRange = 1u << 24;

  void put() {
    if (low_ >> 32 != 0) {
      for (std::size_t i = bytes_.size(); ++bytes_[--i] == 0;) {
      }
    }
    bytes_.push_back(static_cast<std::uint8_t>(low_ >> 24));
    low_ = (low_ << 8) & 0xFFFFFFFFu;
  }

  std::vector<std::uint8_t>& bytes_;
  std::uint64_t low_ = 0;  ///< 32 bits, and a carry
  std::uint32_t range_ = 0xFFFFFFFFu;
};

/// Gives decisions back. Bytes after the end read as zeros.
class BitDecoder {
 public:
  BitDecoder(const std::uint8_t* bytes, std::size_t size) : bytes_(bytes), size_(size) {
    for (int i = 0; i < 4; ++i) offset_ = offset_ << 8 | take();
  }

  /// Parameters as for BitEncoder; the second one is not used.
  bool decide(std::uint32_t p, bool /*decision*/) {
    const auto bound = static_cast<std::uint32_t>((std::uint64_t{range_} * p) >> 16);
    const bool decision = offset_ < bound;
    if (decision) {
      range_ = bound;
    } else {
      offset_ -= bound;
      range_ -= bound;
    }
    while (range_ < kMinRange) {
      offset_ = offset_ << 8 | take();
      range_ <<= 8;
    }
    return decision;
  }

  /// Bytes so far, those after the end included.
  std::size_t consumed() const { return at_; }
  bool overrun() const { return at_ > size_; }

 private:
  static constexpr std::uint32_t kMinRange = 1u << 24;

  std::uint8_t take() {
    const std::size_t at = at_++;
    return at < size_ ? bytes_[at] : std::uint8_t{0};
  }

  const std::uint8_t* bytes_;
  std::size_t size_;
  std::size_t at_ = 0;
  std::uint32_t offset_ = 0;
  std::uint32_t range_ = 0xFFFFFFFFu;
};

}  // namespace nrc
