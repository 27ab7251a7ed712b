// SPDX-License-Identifier: Apache-2.0
#include "prefix_code.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "nrc/error.hpp"

namespace nrc::study {
namespace {

[[noreturn]] void fail() { throw Error("a stream of the study is damaged; report this as a bug"); }

/// Seven bits in a byte, the lowest first; the highest bit says that there are more.
void put_number(Bytes& bytes, std::uint32_t number) {
  for (; number >= 0x80; number >>= 7) {
    bytes.push_back(static_cast<std::uint8_t>((number & 0x7F) | 0x80));
  }
  bytes.push_back(static_cast<std::uint8_t>(number));
}

std::uint32_t get_number(const Bytes& bytes, std::size_t& at) {
  std::uint32_t number = 0;
  for (int shift = 0;; shift += 7) {
    if (at >= bytes.size() || shift > 28) fail();
    const std::uint8_t byte = bytes[at++];
    number |= std::uint32_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return number;
  }
}

std::vector<std::int16_t> values_of(const PrefixCode::Counts& counts) {
  std::vector<std::int16_t> values;
  for (const auto& [value, count] : counts) values.push_back(value);
  return values;
}

std::vector<std::uint8_t> lengths_of(const PrefixCode::Counts& counts) {
  std::vector<double> weights;
  for (const auto& [value, count] : counts) weights.push_back(static_cast<double>(count));
  // A single value needs no bits.
  return weights.size() < 2 ? std::vector<std::uint8_t>(weights.size())
                            : limited_lengths(weights, PrefixCode::kMaxLength);
}

}  // namespace

PrefixCode::PrefixCode(const Counts& counts) : PrefixCode(values_of(counts), lengths_of(counts)) {}

PrefixCode::PrefixCode(std::vector<std::int16_t> values, std::vector<std::uint8_t> lengths)
    : values_(std::move(values)),
      lengths_(std::move(lengths)),
      codes_(canonical_codes(lengths_)),
      by_rank_(values_.size()) {
  std::iota(by_rank_.begin(), by_rank_.end(), std::uint32_t{0});
  std::stable_sort(by_rank_.begin(), by_rank_.end(),
                   [this](std::uint32_t a, std::uint32_t b) { return lengths_[a] < lengths_[b]; });
  for (std::size_t rank = 0; rank < by_rank_.size(); ++rank) {
    const Codeword& code = codes_[by_rank_[rank]];
    const auto length = static_cast<std::size_t>(code.length);
    limit_[length] = code.bits + 1;
    offset_[length] = static_cast<std::int64_t>(rank) - code.bits;
  }
}

void PrefixCode::put(BitPacker& packer, std::int16_t value) const {
  const auto at = std::lower_bound(values_.begin(), values_.end(), value) - values_.begin();
  const Codeword& code = codes_[static_cast<std::size_t>(at)];
  packer.put(code.bits, code.length);
}

std::int16_t PrefixCode::get(BitReader& reader) const {
  if (values_.size() == 1) return values_.front();
  const std::uint32_t bits = reader.peek(kMaxLength);
  for (int length = 1; length <= kMaxLength; ++length) {
    // In a canonical code all codes of a length are below those that longer ones begin with.
    const std::uint32_t head = bits >> (kMaxLength - length);
    if (head < limit_[static_cast<std::size_t>(length)]) {
      reader.skip(length);
      const std::int64_t rank = offset_[static_cast<std::size_t>(length)] + head;
      return values_[by_rank_[static_cast<std::size_t>(rank)]];
    }
  }
  fail();
}

Bytes PrefixCode::serialise() const {
  Bytes bytes;
  put_number(bytes, static_cast<std::uint32_t>(values_.size()));
  std::int32_t last = -32768;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    put_number(bytes, static_cast<std::uint32_t>(values_[i] - last));
    bytes.push_back(lengths_[i]);
    last = values_[i];
  }
  return bytes;
}

PrefixCode PrefixCode::parse(const Bytes& bytes, std::size_t& at) {
  const std::uint32_t count = get_number(bytes, at);
  std::vector<std::int16_t> values;
  std::vector<std::uint8_t> lengths;
  std::int32_t last = -32768;
  for (std::uint32_t i = 0; i < count; ++i) {
    last += static_cast<std::int32_t>(get_number(bytes, at));
    if (at >= bytes.size() || bytes[at] > kMaxLength) fail();
    values.push_back(static_cast<std::int16_t>(last));
    lengths.push_back(bytes[at++]);
  }
  return PrefixCode(std::move(values), std::move(lengths));
}

}  // namespace nrc::study
