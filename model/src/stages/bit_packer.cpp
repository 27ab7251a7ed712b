// SPDX-License-Identifier: Apache-2.0
#include "stages/bit_packer.hpp"

namespace nrc {

std::vector<std::uint8_t> BitPacker::take() {
  std::vector<std::uint8_t> payload;
  take(payload);
  return payload;
}

void BitPacker::take(std::vector<std::uint8_t>& payload) {
  if (fill_ > 0) append_word(static_cast<std::uint32_t>(accumulator_ << (32 - fill_)));
  accumulator_ = 0;
  fill_ = 0;
  payload.swap(bytes_);
  bytes_.clear();
}

std::uint32_t BitReader::peek(int length) {
  if (fill_ < length && loaded_ + 4 <= size_) {
    const std::uint8_t* const p = data_ + loaded_;
    accumulator_ = (accumulator_ << 32) | (std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 |
                                           std::uint32_t{p[2]} << 8 | p[3]);
    loaded_ += 4;
    fill_ += 32;
  }
  while (fill_ < length) {
    const std::uint8_t byte = loaded_ < size_ ? data_[loaded_] : 0;
    accumulator_ = (accumulator_ << 8) | byte;
    ++loaded_;
    fill_ += 8;
  }
  const std::uint64_t mask = (std::uint64_t{1} << length) - 1;
  return static_cast<std::uint32_t>((accumulator_ >> (fill_ - length)) & mask);
}

}  // namespace nrc
