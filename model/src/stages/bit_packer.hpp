// SPDX-License-Identifier: Apache-2.0
//
// Stage bit_packer: codewords <-> payload bytes, first bit in the most significant place
// (docs/bitstream.md, introduction and section 7). RTL: nrc_bit_packer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nrc {

class BitPacker {
 public:
  /// Appends the low `length` bits of `bits` (0..32; higher bits are zero).
  void put(std::uint32_t bits, int length) {
    accumulator_ = (accumulator_ << length) | bits;
    fill_ += length;
    if (fill_ >= 32) {
      fill_ -= 32;
      append_word(static_cast<std::uint32_t>(accumulator_ >> fill_));
    }
  }

  /// Pads with zero bits to the next multiple of 4 bytes and returns the payload; restarts.
  std::vector<std::uint8_t> take();
  /// The same, in the place of what `payload` holds; the two exchange their memory.
  void take(std::vector<std::uint8_t>& payload);
  /// Takes memory for a payload of that many bytes.
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }

 private:
  void append_word(std::uint32_t word) {
    const std::uint8_t bytes[4] = {
        static_cast<std::uint8_t>(word >> 24), static_cast<std::uint8_t>(word >> 16),
        static_cast<std::uint8_t>(word >> 8), static_cast<std::uint8_t>(word)};
    bytes_.insert(bytes_.end(), bytes, bytes + 4);
  }

  std::vector<std::uint8_t> bytes_;
  std::uint64_t accumulator_ = 0;
  int fill_ = 0;  ///< bits in the accumulator that are not in bytes_, 0..31
};

/// Reads a payload bit by bit. Past its end it reads zeros and overrun() becomes true.
class BitReader {
 public:
  BitReader(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  /// The next `length` bits (0..32), without moving.
  std::uint32_t peek(int length);
  void skip(int length) { fill_ -= length; }
  std::uint32_t get(int length) {
    const std::uint32_t bits = peek(length);
    skip(length);
    return bits;
  }

  /// True once bits past the end of the payload were consumed.
  bool overrun() const { return consumed_bits() > size_ * 8; }
  std::size_t consumed_bits() const { return loaded_ * 8 - static_cast<std::size_t>(fill_); }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t loaded_ = 0;  ///< bytes moved to the accumulator, zeros past the end included
  std::uint64_t accumulator_ = 0;
  int fill_ = 0;
};

}  // namespace nrc
