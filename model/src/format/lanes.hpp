// SPDX-License-Identifier: Apache-2.0
//
// Lanes: the bit strings of a payload, each of a block of channels (docs/bitstream.md, section 7).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "nrc/error.hpp"
#include "nrc/format.hpp"

namespace nrc {

/// The first channel of a lane, by its place in the order of the codes; for lane `lanes` the number
/// of channels.
inline std::size_t lane_begin(int lane, int lanes, std::size_t channels) {
  const auto all = static_cast<std::size_t>(lanes);
  // There is at least one. NOLINTNEXTLINE(clang-analyzer-core.DivideZero)
  return (static_cast<std::size_t>(lane) * channels + all - 1) / all;
}

/// The same of all lanes: for loops over frames, as it takes a division.
inline std::array<std::size_t, kMaxLanes + 1> lane_begins(int lanes, std::size_t channels) {
  std::array<std::size_t, kMaxLanes + 1> begins = {};
  for (int lane = 0; lane <= lanes; ++lane) {
    begins[static_cast<std::size_t>(lane)] = lane_begin(lane, lanes, channels);
  }
  return begins;
}

/// A piece of bytes.
struct LaneBytes {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;
};

/// The lanes of a payload; the last one includes what follows it to the multiple of 4 bytes.
/// @throws Error if the lengths before them do not fit the payload
std::array<LaneBytes, kMaxLanes> split_lanes(const std::uint8_t* payload, std::size_t size,
                                             int lanes);

/// Puts the lanes' lengths, the lanes and zeros to the multiple of 4 bytes in the place of what
/// `payload` holds.
void join_lanes(const std::array<LaneBytes, kMaxLanes>& bytes, int lanes,
                std::vector<std::uint8_t>& payload);

/// Upper bound of the bytes that `lanes` lanes take more than their bits: lengths, and padding.
constexpr std::uint64_t kLaneOverhead = 5;

/// Whether `used` bits, of the `size` bytes of a lane, are all that it should have.
/// @param last  the last lane, which the multiple of 4 bytes follows
constexpr bool lane_length_right(std::size_t used, std::size_t size, bool last) {
  const std::size_t bytes = (used + 7) / 8;
  return last ? bytes <= size && size - bytes < 4 : bytes == size;
}

/// The fault of a payload is that of the first lane that has one. No lane depends on those after
/// it, which so need not be decoded further.
class LaneFaults {
 public:
  explicit LaneFaults(int lanes) : sound_(lanes) {}

  /// Lanes without a fault, from the first one on, that are to be decoded.
  int sound() const { return sound_; }
  /// A fault of one of them.
  void add(int lane, const Error& error) {
    sound_ = lane;
    error_ = error;
  }
  /// Does what is part of decoding a lane, and notes its fault.
  template <class Part>
  void during(int lane, const Part& part) {
    try {
      part();
    } catch (const Error& e) {
      add(lane, e);
    }
  }
  /// @throws Error if there was one.
  void report() const {
    if (error_) throw Error(*error_);
  }

 private:
  int sound_;
  std::optional<Error> error_;
};

}  // namespace nrc
