// SPDX-License-Identifier: Apache-2.0
//
// Packets of few channels: vectors over them would be nearly empty. All stages of a code follow
// each other in one loop, on the same rows as the vectors'. Nothing here is done for the frame
// after a reset.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/format.hpp"
#include "vector/lane_loops.hpp"
#include "vector/vector_stages.hpp"

namespace nrc {

/// With as many channels vectors are faster.
constexpr std::size_t kManyChannels = 8;

/// Classes by scale.
struct ClassIndex {
  ClassIndex() = default;
  explicit ClassIndex(const HuffmanRows& rows);

  /// A class as loops need it.
  struct Entry {
    std::int32_t first;    ///< table
    std::int32_t mask;     ///< of the bits that make the phase
    std::int32_t outside;  ///< what the phase has more if a code is not near zero
    std::int32_t raw_bits;
  };
  std::array<Entry, kMaxClasses> classes;
  /// [scale in 1/16 code], up to the first one of the last class.
  std::vector<std::uint8_t> of_scale;
};

/// Encodes frames of all lanes.
/// @param words  as for HuffmanRows::encode()
void write_few(HuffmanRows& rows, const ClassIndex& classes, const Row& words,
               const LaneRange& lanes, const Code* codes, std::size_t frames, Pace& pace,
               BitWriter* writers);
void write_few(RangeRows& rows, const LaneRange& lanes, const Code* codes, std::size_t frames,
               Pace& pace, RangeWriter* writers);

/// What decoding stopped at.
struct FewRead {
  std::size_t frames;  ///< decoded, the last one with the faults
  unsigned wrong;      ///< lanes with a code that cannot be, as bits
};

/// Decodes frames, up to the first one in which a lane has a fault; reading past its end is one
/// too.
/// @param ends  of each lane, in bits: position of a source after its last code at most
FewRead read_few(HuffmanRows& rows, const ClassIndex& classes, const HuffmanIndex& index,
                 const LaneRange& lanes, Code* codes, std::size_t frames, Pace& pace,
                 BitSource* sources, const std::uint64_t* ends);
FewRead read_few(RangeRows& rows, const IntervalSearch& search, const LaneRange& lanes, Code* codes,
                 std::size_t frames, Pace& pace, RangeSource* sources, const std::uint64_t* ends);

}  // namespace nrc
