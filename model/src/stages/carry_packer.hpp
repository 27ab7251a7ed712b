// SPDX-License-Identifier: Apache-2.0
//
// Stage carry_packer: what the range coder adds to the bit string -> payload bytes, carries
// resolved (docs/bitstream.md, section 11). RTL: nrc_carry_packer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nrc {

/// What one step of the coder adds to the bit string: the low `length` bits of `bits` come next,
/// and bit `length` (the carry) is added to what is there already.
struct CarryWord {
  std::uint32_t bits;
  int length;  ///< 0..28
};

class CarryPacker {
 public:
  void put(const CarryWord& word);
  /// Pads with zero bits to the next multiple of 4 bytes and returns the payload; restarts.
  std::vector<std::uint8_t> take();
  /// The same, in the place of what `payload` holds; the two exchange their memory.
  void take(std::vector<std::uint8_t>& payload);
  /// Takes memory for a payload of that many bytes.
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }

 private:
  std::vector<std::uint8_t> bytes_;  ///< whole bytes so far
  std::uint64_t accumulator_ = 0;
  int fill_ = 0;  ///< bits in the accumulator that are not in bytes_, 0..7
};

}  // namespace nrc
