// SPDX-License-Identifier: Apache-2.0
//
// Container packets: the bytes of a file that are not samples (docs/bitstream.md, section 9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/byte_sink.hpp"

namespace nrc {

/// Bytes of a file that one container packet holds at most, as the encoder cuts them.
constexpr std::size_t kContainerPieceBytes = std::size_t{1} << 22;

/// Payload of a container packet that holds `size` bytes of the file, packed if that is shorter.
std::vector<std::uint8_t> container_payload(bool after_samples, const std::uint8_t* data,
                                            std::size_t size);

/// A container packet's payload, taken apart.
struct ContainerPiece {
  bool after_samples = false;
  bool compressed = false;
  std::uint32_t length = 0;  ///< bytes once unpacked
  std::uint32_t stored = 0;  ///< bytes in the payload, from byte 12
};

/// @throws Error if the payload breaks a rule of docs/bitstream.md, section 9.
ContainerPiece parse_container(const std::uint8_t* payload, std::size_t size);

/// Writes the bytes of the file that a container packet's payload holds.
/// @throws Error if it breaks a rule or cannot be unpacked; `sink` may have taken some bytes then.
void write_piece(const std::uint8_t* payload, std::size_t size, const ByteSink& sink);

}  // namespace nrc
