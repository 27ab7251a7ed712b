// SPDX-License-Identifier: Apache-2.0
//
// Stage rounding: codes <-> numbers of multiples of a packet's rounding step (docs/bitstream.md,
// section 14). RTL: nrc_rounding.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "nrc/format.hpp"

namespace nrc {

/// The multiples of a step as places for codes. With step 1 a multiple's number is the code.
class Rounder {
 public:
  /// @param step  one of lossy_step()
  explicit Rounder(int code_width, int step = 1)
      : step_(step),
        min_code_(-(std::int64_t{1} << (code_width - 1))),
        max_code_((std::int64_t{1} << (code_width - 1)) - 1),
        min_number_(number(min_code_)),
        max_number_(number(max_code_)) {}

  int step() const { return step_; }

  /// Number of the multiple nearest to a code; halves go up.
  std::int32_t number(std::int64_t code) const {
    const std::int64_t shifted = code + step_ / 2;
    return static_cast<std::int32_t>(shifted >= 0 ? shifted / step_
                                                  : -((step_ - 1 - shifted) / step_));
  }
  /// The code that a number is decoded to. A multiple beyond the code width gives the outermost
  /// code, which is one of those that are rounded to it.
  std::int32_t code(std::int64_t number) const {
    return static_cast<std::int32_t>(std::clamp(number * step_, min_code_, max_code_));
  }
  /// The lowest code that is rounded to a number, were there codes of any size.
  std::int32_t first_code(std::int32_t number) const { return number * step_ - step_ / 2; }

  std::int32_t min_number() const { return min_number_; }
  std::int32_t max_number() const { return max_number_; }
  bool contains(std::int32_t number) const {
    return number >= min_number_ && number <= max_number_;
  }

 private:
  int step_;
  std::int64_t min_code_;
  std::int64_t max_code_;
  std::int32_t min_number_;
  std::int32_t max_number_;
};

/// The rounding of each code of a packet.
class CodeRounding {
 public:
  explicit CodeRounding(int code_width) {
    for (int i = 0; i < kLossySteps; ++i) rounders_.emplace_back(code_width, lossy_step(i));
  }

  /// @param step          of the packet, one of lossy_step()
  /// @param proportional  smaller for channels whose scale is below 4 codes, and 1 in excursions
  void set(int step, bool proportional) {
    max_ = static_cast<std::size_t>(lossy_index(step));
    proportional_ = proportional;
  }

  /// For a channel that is never rounded.
  const Rounder& exact() const { return rounders_.front(); }

  /// For a code of a channel with this scale (1/1024 code) and this deviation of its last code
  /// from its level (1/64 code) before it.
  const Rounder& of(std::uint32_t scale, std::int32_t deviation) const {
    std::size_t i = max_;
    if (proportional_) {
      if (in_excursion(scale, deviation)) return exact();
      const std::uint64_t share = std::uint64_t{scale} * static_cast<unsigned>(rounders_[i].step());
      while (i > 0 && share < static_cast<std::uint64_t>(rounders_[i].step()) << kShareShift) --i;
    }
    return rounders_[i];
  }

 private:
  static constexpr int kShareShift = 12;  ///< 4 codes of scale have the whole step

  /// Whether the channel is 3.5 scales or more from its level, as in a spike, whose peak decides
  /// whether a detector finds it.
  static bool in_excursion(std::uint32_t scale, std::int32_t deviation) {
    return std::int64_t{32} * std::abs(deviation) >= std::int64_t{7} * scale;
  }

  std::vector<Rounder> rounders_;  ///< of each step
  std::size_t max_ = 0;
  bool proportional_ = false;
};

/// Codes -> their numbers.
/// @tparam C  Code or WideCode
template <typename C>
void round_codes(std::vector<C>& codes, const Rounder& rounder) {
  for (C& code : codes) code = static_cast<C>(rounder.number(code));
}

/// Numbers -> codes.
template <typename C>
void unround_codes(std::vector<C>& codes, const Rounder& rounder) {
  for (C& code : codes) code = static_cast<C>(rounder.code(code));
}

}  // namespace nrc
