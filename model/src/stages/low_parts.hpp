// SPDX-License-Identifier: Apache-2.0
//
// The low bits of codes that a profile has no room for, which are sent as they are
// (docs/bitstream.md, section 7). No RTL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "format/bytes.hpp"
#include "nrc/error.hpp"
#include "nrc/format.hpp"
#include "stages/bit_packer.hpp"
#include "stages/low_bits.hpp"

namespace nrc {

/// Bytes of the low bits of that many codes.
constexpr std::size_t low_part_bytes(std::uint64_t count, int bits) {
  return padded_to_words((count * static_cast<std::uint64_t>(bits) + 7) / 8);
}

/// Moves the low `bits` bits of each code to `part`, in place of what it holds; the codes become
/// what is above them.
inline void take_low_parts(WideCode* codes, std::size_t count, int bits,
                           std::vector<std::uint8_t>& part) {
  BitPacker packer;
  packer.reserve(low_part_bytes(count, bits));
  for (std::size_t i = 0; i < count; ++i) {
    packer.put(static_cast<std::uint32_t>(low_bits(static_cast<std::uint32_t>(codes[i]), bits)),
               bits);
    codes[i] >>= bits;
  }
  packer.take(part);
}

/// Puts them back. @param part  null: they are zeros
/// @throws Error if the part does not end with zeros
inline void add_low_parts(const std::uint8_t* part, WideCode* codes, std::size_t count, int bits) {
  if (part == nullptr) {
    for (std::size_t i = 0; i < count; ++i) {
      codes[i] = static_cast<WideCode>(static_cast<std::uint32_t>(codes[i]) << bits);
    }
    return;
  }
  BitReader reader(part, low_part_bytes(count, bits));
  for (std::size_t i = 0; i < count; ++i) {
    codes[i] =
        static_cast<WideCode>(static_cast<std::uint32_t>(codes[i]) << bits | reader.get(bits));
  }
  const std::size_t left = low_part_bytes(count, bits) * 8 - reader.consumed_bits();
  if (reader.get(static_cast<int>(left)) != 0) throw Error("the low bits go on after the last one");
}

}  // namespace nrc
