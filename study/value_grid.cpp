// SPDX-License-Identifier: Apache-2.0
#include "value_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "format/bytes.hpp"
#include "nrc/error.hpp"

namespace nrc::study {
namespace {

constexpr int kMinFullScaleBits = 4;
constexpr int kMaxFullScaleBits = 15;
/// Fewer values may follow the rule by chance.
constexpr std::size_t kMinFullScaleValues = 8;

std::int16_t full_scale_value(std::int32_t index, int bits) {
  const std::int64_t steps = (std::int64_t{1} << bits) - 1;
  // Truncation towards zero, as a conversion from a floating-point sample does it.
  return static_cast<std::int16_t>((index * std::int64_t{65535} - 32768 * steps) / steps);
}

/// Index of a value on the grid, if it is there.
std::optional<std::int32_t> full_scale_index(std::int16_t value, int bits) {
  const std::int64_t steps = (std::int64_t{1} << bits) - 1;
  const std::int64_t near = (std::int64_t{value} + 32768) * steps / 65535;
  for (std::int64_t i = std::max<std::int64_t>(0, near - 1); i <= std::min(steps, near + 1); ++i) {
    if (full_scale_value(static_cast<std::int32_t>(i), bits) == value) {
      return static_cast<std::int32_t>(i);
    }
  }
  return std::nullopt;
}

/// Bits of a number from 0 to `largest`.
int bits_for(std::uint32_t largest) {
  int bits = 0;
  while (bits < 32 && (largest >> bits) != 0) ++bits;
  return bits;
}

void put16(Bytes& bytes, int value) {
  bytes.push_back(static_cast<std::uint8_t>(value & 0xFF));
  bytes.push_back(static_cast<std::uint8_t>((value >> 8) & 0xFF));
}

std::int16_t get16(const Bytes& bytes, std::size_t& at) {
  if (at + 2 > bytes.size()) throw Error("a stream of the study is cut; report this as a bug");
  at += 2;
  return get_sample(&bytes[at - 2]);
}

}  // namespace

void ValueCounts::add(const std::int16_t* samples, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    ++counts_[static_cast<std::size_t>(samples[i] + 32768)];
  }
  total_ += count;
}

ValueCounts& ValueCounts::operator+=(const ValueCounts& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
  return *this;
}

std::vector<std::int16_t> ValueCounts::values() const {
  std::vector<std::int16_t> values;
  for (int v = -32768; v <= 32767; ++v) {
    if (of(v) != 0) values.push_back(static_cast<std::int16_t>(v));
  }
  return values;
}

double ValueCounts::entropy(int shift) const {
  double bits = 0.0;
  const std::size_t width = std::size_t{1} << shift;
  for (std::size_t at = 0; at < counts_.size(); at += width) {
    std::uint64_t count = 0;
    for (std::size_t i = at; i < at + width; ++i) count += counts_[i];
    if (count != 0) {
      const double share = static_cast<double>(count) / static_cast<double>(total_);
      bits -= share * std::log2(share);
    }
  }
  return bits;
}

std::pair<std::int16_t, std::int16_t> ValueCounts::middle(double share) const {
  const auto cut = static_cast<std::uint64_t>(
      std::llround((1.0 - share) / 2.0 * static_cast<double>(total_ - 1)));
  const auto find = [&](bool up) {
    std::uint64_t passed = 0;
    for (int i = 0; i < 65536; ++i) {
      const int v = up ? i - 32768 : 32767 - i;
      passed += of(v);
      if (passed > cut) return static_cast<std::int16_t>(v);
    }
    return std::int16_t{0};
  };
  return {find(true), find(false)};
}

ValueGrid ValueGrid::detect(const std::vector<std::int16_t>& values) {
  ValueGrid grid;
  if (values.empty()) return grid;
  const int span = values.back() - values.front();
  for (int bits = kMinFullScaleBits;
       values.size() >= kMinFullScaleValues && bits <= kMaxFullScaleBits; ++bits) {
    if (std::all_of(values.begin(), values.end(),
                    [bits](std::int16_t v) { return full_scale_index(v, bits).has_value(); })) {
      grid.kind_ = Kind::kFullScale;
      grid.bits_ = bits;
      grid.index_bits_ = bits_for(static_cast<std::uint32_t>(
          *full_scale_index(values.back(), bits) - *full_scale_index(values.front(), bits)));
      return grid;
    }
  }
  int step = 0;
  for (const std::int16_t v : values) step = std::gcd(step, v - values.front());
  if (step >= 2) {
    grid.kind_ = Kind::kStep;
    grid.step_ = step;
    grid.offset_ = ((values.front() % step) + step) % step;
    grid.index_bits_ = bits_for(static_cast<std::uint32_t>(span / step));
    return grid;
  }
  if (span == 0 || values.size() <= static_cast<std::size_t>(span) / 2) {
    grid.kind_ = Kind::kSparse;
    grid.list_ = values;
    grid.index_bits_ = bits_for(static_cast<std::uint32_t>(values.size() - 1));
    return grid;
  }
  grid.index_bits_ = bits_for(static_cast<std::uint32_t>(span));
  return grid;
}

std::string ValueGrid::text() const {
  switch (kind_) {
    case Kind::kFullScale:
      return fmt::format("65535/{} of a {}-bit ADC", (1 << bits_) - 1, bits_);
    case Kind::kStep:
      return (step_ & (step_ - 1)) == 0
                 ? fmt::format("step 2^{}, offset {}", bits_for(static_cast<unsigned>(step_)) - 1,
                               offset_)
                 : fmt::format("step {}, offset {}", step_, offset_);
    case Kind::kSparse:
      return fmt::format("sparse, {} values", list_.size());
    case Kind::kDense:
      break;
  }
  return "dense, step 1";
}

std::int32_t ValueGrid::index(std::int16_t value) const {
  switch (kind_) {
    case Kind::kFullScale:
      return *full_scale_index(value, bits_);
    case Kind::kStep:
      return (value - offset_) / step_;
    case Kind::kSparse:
      return static_cast<std::int32_t>(std::lower_bound(list_.begin(), list_.end(), value) -
                                       list_.begin());
    case Kind::kDense:
      break;
  }
  return value;
}

std::int16_t ValueGrid::value(std::int32_t index) const {
  switch (kind_) {
    case Kind::kFullScale:
      return full_scale_value(index, bits_);
    case Kind::kStep:
      return static_cast<std::int16_t>(index * step_ + offset_);
    case Kind::kSparse:
      return list_.at(static_cast<std::size_t>(index));
    case Kind::kDense:
      break;
  }
  return static_cast<std::int16_t>(index);
}

Bytes ValueGrid::serialise() const {
  Bytes bytes = {static_cast<std::uint8_t>(kind_), static_cast<std::uint8_t>(bits_)};
  if (kind_ == Kind::kStep) {
    put16(bytes, step_);
    put16(bytes, offset_);
  } else if (kind_ == Kind::kSparse) {
    put16(bytes, static_cast<int>(list_.size() - 1));
    for (const std::int16_t v : list_) put16(bytes, v);
  }
  return bytes;
}

ValueGrid ValueGrid::parse(const Bytes& bytes, std::size_t& at) {
  ValueGrid grid;
  const auto head = static_cast<std::uint16_t>(get16(bytes, at));
  grid.kind_ = static_cast<Kind>(head & 0xFF);
  grid.bits_ = head >> 8;
  if (grid.kind_ == Kind::kStep) {
    grid.step_ = static_cast<std::uint16_t>(get16(bytes, at));
    grid.offset_ = static_cast<std::uint16_t>(get16(bytes, at));
  } else if (grid.kind_ == Kind::kSparse) {
    const std::size_t count = static_cast<std::uint16_t>(get16(bytes, at)) + std::size_t{1};
    for (std::size_t i = 0; i < count; ++i) grid.list_.push_back(get16(bytes, at));
  }
  return grid;
}

Bytes encode_on_best_grid(const Samples& samples,
                          const std::function<Bytes(const ValueGrid&)>& encode_on) {
  ValueCounts values;
  values.add(samples.data(), samples.size());
  const ValueGrid grid = ValueGrid::detect(values.values());
  Bytes best = encode_on(grid);
  if (grid.kind() == ValueGrid::Kind::kSparse) {
    Bytes dense = encode_on(ValueGrid());
    if (dense.size() < best.size()) best = std::move(dense);
  }
  return best;
}

int max_lossless_shift(const std::vector<std::int16_t>& values) {
  int shift = 0;
  while (shift < 15) {
    for (std::size_t i = 1; i < values.size(); ++i) {
      if (values[i] >> (shift + 1) == values[i - 1] >> (shift + 1)) return shift;
    }
    ++shift;
  }
  return shift;
}

}  // namespace nrc::study
