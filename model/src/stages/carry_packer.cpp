// SPDX-License-Identifier: Apache-2.0
#include "stages/carry_packer.hpp"

#include "format/bytes.hpp"
#include "stages/low_bits.hpp"

namespace nrc {

void CarryPacker::put(const CarryWord& word) {
  if (((word.bits >> word.length) & 1) != 0) {
    const std::uint64_t carried = accumulator_ + 1;
    if (carried >> fill_ != 0) {
      // Past the bits at hand: through the ones before.
      std::size_t at = bytes_.size();
      while (at > 0 && ++bytes_[at - 1] == 0) --at;
    }
    accumulator_ = low_bits(carried, fill_);
  }
  accumulator_ = (accumulator_ << word.length) | low_bits(word.bits, word.length);
  fill_ += word.length;
  while (fill_ >= 8) {
    fill_ -= 8;
    bytes_.push_back(static_cast<std::uint8_t>(accumulator_ >> fill_));
  }
  accumulator_ = low_bits(accumulator_, fill_);
}

std::vector<std::uint8_t> CarryPacker::take() {
  std::vector<std::uint8_t> payload;
  take(payload);
  return payload;
}

void CarryPacker::take(std::vector<std::uint8_t>& payload) {
  if (fill_ > 0) bytes_.push_back(static_cast<std::uint8_t>(accumulator_ << (8 - fill_)));
  pad_to_words(bytes_);
  accumulator_ = 0;
  fill_ = 0;
  payload.swap(bytes_);
  bytes_.clear();
}

}  // namespace nrc
