// SPDX-License-Identifier: Apache-2.0
//
// Stage linearizer: code -> the piece of the ADC's input range that gives it, and its middle
// (docs/bitstream.md, section 10). Codes of a packet with a rounding step are the numbers of its
// multiples (section 14). RTL: nrc_linearizer.
#pragma once

#include <cstdint>
#include <vector>

#include "nrc/range_tables.hpp"
#include "stages/rounding.hpp"

namespace nrc {

/// The interval and the value of a code, 1/64 code.
struct CodeInterval {
  std::int32_t low;    ///< lower edge; of the lowest code without meaning
  std::int32_t high;   ///< upper edge; of the highest code without meaning
  std::int32_t value;  ///< the middle, a multiple of 16
};

class Linearizer {
 public:
  /// @throws Error if the tables do not fit the code width.
  Linearizer(const RangeTables& tables, int code_width, int step = 1);

  const CodeInterval& interval(Code code) const {
    return intervals_[static_cast<std::size_t>(code - min_code_)];
  }
  /// A code at or next to a place in the input range, 1/64 code; any value is allowed.
  Code code_near(std::int64_t place) const;
  /// Where a code begins if all of the ADC's codes are equally wide; any number is allowed.
  std::int32_t even_edge(std::int32_t code) const {
    return rounder_.first_code(code) * (1 << kFracBits) - (1 << (kFracBits - 1));
  }
  int code_width() const { return code_width_; }
  const Rounder& rounder() const { return rounder_; }
  Code min_code() const { return min_code_; }
  Code max_code() const { return max_code_; }

 private:
  int code_width_;
  Rounder rounder_;
  Code min_code_;
  Code max_code_;
  std::vector<CodeInterval> intervals_;
  std::vector<Code> near_;  ///< [place >> kFracBits, from that of the ADC's lowest code on]
};

}  // namespace nrc
