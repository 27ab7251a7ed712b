// SPDX-License-Identifier: Apache-2.0
//
// What the harnesses make of a fuzzer's bytes: choices from the front, then the rest as it is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace fuzz {

/// Reads an input from its front. Behind the end it reads zeros, so every input is a valid one.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  std::uint8_t u8() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  std::uint16_t u16() {
    const std::uint8_t low = u8();
    return static_cast<std::uint16_t>(low | u8() << 8);
  }
  std::uint32_t u32() {
    const std::uint32_t low = u16();
    return low | static_cast<std::uint32_t>(u16()) << 16;
  }
  /// 0 .. count - 1, from as few bytes as it takes. count: 1 or more
  std::uint32_t below(std::uint32_t count) {
    return (count <= 0x100 ? u8() : count <= 0x10000 ? u16() : u32()) % count;
  }

  /// What no choice has used yet.
  const std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }
  /// @param count  0 .. size()
  void skip(std::size_t count) {
    data_ += count;
    size_ -= count;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

/// Small numbers that look random and depend on nothing but the seed.
class Noise {
 public:
  explicit Noise(std::uint32_t seed) : state_(seed * 2654435761U + 1) {}

  /// 0 .. count - 1. count: 1 .. 65536
  std::uint32_t below(std::uint32_t count) {
    state_ = state_ * 1664525U + 1013904223U;
    return (state_ >> 16) % count;
  }

 private:
  std::uint32_t state_;
};

/// Cuts bytes into pieces of many sizes, as a link or a pipe does. Seed 0: all bytes in one piece.
inline void in_pieces(const std::uint8_t* data, std::size_t size, std::uint8_t seed,
                      const std::function<void(const std::uint8_t*, std::size_t)>& take) {
  Noise noise(seed);
  while (size > 0) {
    const std::size_t piece =
        seed == 0 ? size : std::min<std::size_t>(size, 1 + noise.below(1U << noise.below(11)));
    take(data, piece);
    data += piece;
    size -= piece;
  }
}

}  // namespace fuzz
