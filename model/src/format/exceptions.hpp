// SPDX-License-Identifier: Apache-2.0
//
// Exceptions: the samples of a packet that are not the samples of their codes (docs/bitstream.md,
// section 7). They precede the codes in the packet's own payload, so that one is never there
// without the other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "format/bytes.hpp"
#include "format/samples.hpp"
#include "format/varint.hpp"
#include "nrc/error.hpp"

namespace nrc {

/// Gathers the exceptions of a packet and writes them.
class ExceptionWriter {
 public:
  /// Allocates the memory that so many exceptions need.
  void reserve(std::size_t count) {
    positions_.reserve(count);
    values_.reserve(count);
  }
  void clear() {
    positions_.clear();
    values_.clear();
  }
  bool empty() const { return positions_.empty(); }

  /// @param position  channel * frames + frame, larger than the one before
  void add(std::uint32_t position, std::int32_t value) {
    positions_.push_back(position);
    values_.push_back(value);
  }

  /// Appends the exceptions as they are in a payload, padded to a multiple of 4 bytes.
  /// @param type  of the samples
  /// @return false, with at most `limit` bytes appended, if they may be longer than that
  bool write(std::vector<std::uint8_t>& payload, std::size_t limit, SampleType type) const {
    const std::size_t begin = payload.size();
    std::uint64_t runs = 0;
    for (std::size_t i = 0; i < positions_.size(); i = run_end(i)) ++runs;
    if (limit < kMaxRunBytes) return false;
    append_varint(payload, runs);
    std::uint32_t due = 0;
    for (std::size_t i = 0; i < positions_.size();) {
      const std::size_t end = run_end(i);
      const bool constant = end - i == same_end(i) - i && end - i >= kMinConstant;
      const std::size_t samples = constant ? 1 : end - i;
      if (payload.size() - begin + kMaxRunBytes + sample_bytes(type) * samples > limit)
        return false;
      append_varint(payload, positions_[i] - due);
      append_varint(payload, std::uint64_t{end - i - 1} << 1 | (constant ? 1U : 0U));
      append_values(payload, type, values_.data() + i, samples);
      due = positions_[end - 1] + 1;
      i = end;
    }
    payload.resize(begin + (payload.size() - begin + 3) / 4 * 4);
    return payload.size() - begin <= limit;
  }

 private:
  static void append_values(std::vector<std::uint8_t>& payload, SampleType type,
                            const std::int32_t* values, std::size_t count) {
    const std::size_t begin = payload.size();
    payload.resize(begin + sample_bytes(type) * count);
    put_values(type, values, count, payload.data() + begin);
    to_byte_order(type, false, payload.data() + begin, payload.size() - begin);
  }

  /// Equal samples from here on are worth a run of their own.
  static constexpr std::size_t kMinConstant = 4;
  /// Of a run besides its samples: two numbers of 25 bits, and the padding after the last one.
  static constexpr std::size_t kMaxRunBytes = 4 + 4 + 3;

  bool adjacent(std::size_t i) const { return positions_[i] == positions_[i - 1] + 1; }
  /// End of the equal samples from i on.
  std::size_t same_end(std::size_t i) const {
    std::size_t end = i + 1;
    while (end < positions_.size() && adjacent(end) && values_[end] == values_[i]) ++end;
    return end;
  }
  /// End of the run that begins at i: of equal samples, or of others up to the next equal ones.
  std::size_t run_end(std::size_t i) const {
    std::size_t end = same_end(i);
    if (end - i >= kMinConstant) return end;
    while (end < positions_.size() && adjacent(end)) {
      const std::size_t next = same_end(end);
      if (next - end >= kMinConstant) break;
      end = next;
    }
    return end;
  }

  std::vector<std::uint32_t> positions_;
  std::vector<std::int32_t> values_;
};

/// Reads the exceptions at the beginning of a payload.
/// @param positions  channels * frames
/// @param type       of the samples
/// @param put        called with the position of each and the bytes of its sample, lowest first
/// @return their bytes, the padding included
/// @throws Error if they are damaged
template <typename Put>
std::size_t read_exceptions(const std::uint8_t* payload, std::size_t size, std::uint64_t positions,
                            SampleType type, const Put& put) {
  const std::size_t bytes = sample_bytes(type);
  const auto damaged = [] { return Error("the exceptions are damaged"); };
  VarintReader reader(payload, payload + size);
  std::uint64_t runs = 0;
  if (!reader.read(runs) || runs == 0) throw damaged();
  std::uint64_t position = 0;
  for (; runs != 0; --runs) {
    std::uint64_t gap = 0;
    std::uint64_t form = 0;
    if (!reader.read(gap) || !reader.read(form)) throw damaged();
    const std::uint64_t length = (form >> 1) + 1;
    const bool constant = (form & 1) != 0;
    if (gap > positions - position || length > positions - position - gap ||
        reader.left() / bytes < (constant ? 1 : length)) {
      throw damaged();
    }
    position += gap;
    for (std::uint64_t i = 0; i < length; ++i) {
      put(position++, reader.at() + (constant ? 0 : bytes * i));
    }
    reader.skip(bytes * (constant ? 1 : static_cast<std::size_t>(length)));
  }
  const std::size_t used = size - reader.left();
  const std::size_t end = (used + 3) / 4 * 4;
  if (end > size ||
      !std::all_of(payload + used, payload + end, [](std::uint8_t byte) { return byte == 0; })) {
    throw damaged();
  }
  return end;
}

}  // namespace nrc
