// SPDX-License-Identifier: Apache-2.0
//
// Range tables as the small programs of the challenge hold them: differences of neighbouring
// entries in Golomb-Rice codes, a third of what plain numbers take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "stages/bit_packer.hpp"

namespace nrc::challenge {

/// How a list of numbers is packed. A number less its prediction, less `bias`, is sent as
/// sign-folded Golomb-Rice code; the prediction is the number before it, and with `slope` also
/// continues the difference of the two before it. Before the first number are zeros.
struct Packing {
  std::size_t count;
  bool slope;
  std::int32_t bias;
  int low_bits;  ///< of a code that are sent as they are, after the others in unary
};

/// What the numbers before one predict for it.
class Extrapolation {
 public:
  explicit Extrapolation(const Packing& packing) : packing_(packing) {}
  std::int32_t value() const {
    return last_ + packing_.bias + (packing_.slope ? last_ - before_ : 0);
  }
  void follow(std::int32_t number) {
    before_ = last_;
    last_ = number;
  }

 private:
  const Packing& packing_;
  std::int32_t last_ = 0;
  std::int32_t before_ = 0;
};

template <typename T>
std::vector<T> unpack(BitReader& reader, const Packing& packing) {
  std::vector<T> numbers;
  Extrapolation expected(packing);
  for (std::size_t i = 0; i < packing.count; ++i) {
    std::uint32_t folded = 0;
    while (reader.get(1) != 0) ++folded;
    folded = folded << packing.low_bits | reader.get(packing.low_bits);
    const auto half = static_cast<std::int32_t>(folded >> 1);
    const std::int32_t number = expected.value() + ((folded & 1) != 0 ? ~half : half);
    numbers.push_back(static_cast<T>(number));
    expected.follow(number);
  }
  return numbers;
}

}  // namespace nrc::challenge
