// SPDX-License-Identifier: Apache-2.0
//
// The synthetic channels of a board (docs/boards.md), sample for sample. RTL:
// rtl/board/nrc_board_source.sv.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nrc::cli {

/// A drifting field, noise and rare spikes, as codes of a 10-bit ADC. It begins where a board's
/// stream begins.
class BoardSource {
 public:
  /// @param channels  4..65536
  explicit BoardSource(std::uint32_t channels) : fields_(channels) {}

  /// The codes of the next frame, -512..511, one of each channel.
  void frame(std::int16_t* codes);

 private:
  static constexpr std::uint32_t kSeed = 0x6E726331;

  std::vector<std::int32_t> fields_;  ///< 1/16 code
  std::uint32_t random_ = kSeed;
};

}  // namespace nrc::cli
