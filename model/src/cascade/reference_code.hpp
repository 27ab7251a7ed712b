// SPDX-License-Identifier: Apache-2.0
//
// Stage reference code of the cascade profile: which channels a channel is predicted from, as
// decisions (docs/bitstream.md, section 15). No RTL.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "cascade/channel_signals.hpp"
#include "stages/floor_log2.hpp"

namespace nrc {

/// The channels directly before, the last one first.
inline std::vector<std::size_t> nearest_references(std::size_t channel) {
  std::vector<std::size_t> references;
  for (std::size_t d = 1; d <= std::min(channel, kReferences); ++d) {
    references.push_back(channel - d);
  }
  return references;
}

class ReferenceCode {
 public:
  /// @param coder       BitEncoder or BitDecoder
  /// @param channel     not 0
  /// @param references  for a decoder without meaning; as many as nearest_references() has
  /// @return references, or nothing if they are damaged
  template <class Coder>
  std::optional<std::vector<std::size_t>> code(Coder& coder, std::size_t channel,
                                               const std::vector<std::size_t>& references) {
    std::vector<std::size_t> nearest = nearest_references(channel);
    if (!decide(coder, listed_, references != nearest)) return nearest;
    std::vector<std::size_t> coded;
    for (std::size_t i = 0; i < nearest.size(); ++i) {
      const std::size_t distance = this->distance(
          coder, std::min<std::size_t>(i, 1), channel - (references.empty() ? 0 : references[i]));
      if (distance > channel) return std::nullopt;
      coded.push_back(channel - distance);
    }
    return coded;
  }

  /// Whether all codes of a channel are equal.
  /// @param constant  for a decoder without meaning
  template <class Coder>
  bool constant(Coder& coder, bool constant) {
    return decide(coder, constant_, constant);
  }

 private:
  static constexpr int kRate = 4;
  static constexpr std::uint32_t kEven = 1u << 15;
  static constexpr std::size_t kMaxBits = 16;  ///< of a distance, its leading one not counted

  template <class Coder>
  static bool decide(Coder& coder, std::uint16_t& p, bool decision) {
    decision = coder.decide(std::max<std::uint32_t>(p, 1), decision);
    p = static_cast<std::uint16_t>(decision ? p + ((65535 - p) >> kRate) : p - (p >> kRate));
    return decision;
  }

  /// The number of bits, each but the last one a true decision, and the bits.
  template <class Coder>
  std::size_t distance(Coder& coder, std::size_t slot, std::size_t distance) {
    const auto coded = static_cast<std::uint32_t>(distance);
    const std::size_t known_bits = coded == 0 ? 0 : static_cast<std::size_t>(floor_log2(coded));
    std::size_t bits = 0;
    while (bits < kMaxBits && decide(coder, more_[slot][bits], known_bits > bits)) ++bits;
    std::size_t result = 1;
    for (std::size_t bit = bits; bit-- > 0;) {
      result = 2 * result + (coder.decide(kEven, (coded >> bit & 1) != 0) ? 1 : 0);
    }
    return result;
  }

  std::uint16_t constant_ = kEven;
  std::uint16_t listed_ = kEven;
  std::array<std::array<std::uint16_t, kMaxBits>, 2> more_ = {
      {{kEven, kEven, kEven, kEven, kEven, kEven, kEven, kEven, kEven, kEven, kEven, kEven, kEven,
        kEven, kEven, kEven},
       {kEven, kEven, kEven, kEven, kEven, kEven, kEven, kEven, kEven, kEven, kEven, kEven, kEven,
        kEven, kEven, kEven}}};
};

}  // namespace nrc
