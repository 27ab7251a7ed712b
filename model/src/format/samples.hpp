// SPDX-License-Identifier: Apache-2.0
//
// Samples of any type <-> values: signed numbers, int16 for types of up to 16 bits and int32 for
// others (docs/bitstream.md, section 1).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "nrc/sample.hpp"

namespace nrc {

constexpr bool kBigEndianMachine = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

namespace samples {

/// Number of type T in the next bytes; unsigned ones less half of their range.
template <typename T, typename Value>
Value get(const std::uint8_t* from) {
  T number;
  std::memcpy(&number, from, sizeof(T));
  using Unsigned = std::make_unsigned_t<T>;
  constexpr auto kHalf =
      static_cast<Unsigned>(std::is_signed_v<T> ? 0 : Unsigned{1} << (8 * sizeof(T) - 1));
  return static_cast<std::make_signed_t<T>>(static_cast<Unsigned>(number ^ kHalf));
}

template <typename T, typename Value>
void put(Value value, std::uint8_t* to) {
  using Unsigned = std::make_unsigned_t<T>;
  constexpr auto kHalf =
      static_cast<Unsigned>(std::is_signed_v<T> ? 0 : Unsigned{1} << (8 * sizeof(T) - 1));
  const auto number = static_cast<Unsigned>(static_cast<Unsigned>(value) ^ kHalf);
  std::memcpy(to, &number, sizeof(T));
}

/// Three bytes, lowest first on most machines. @param half  2^23 for unsigned numbers, else 0
inline std::int32_t get24(const std::uint8_t* from, std::uint32_t half) {
  const std::uint32_t low = from[kBigEndianMachine ? 2 : 0];
  const std::uint32_t high = from[kBigEndianMachine ? 0 : 2];
  const std::uint32_t number = (low | std::uint32_t{from[1]} << 8 | high << 16) ^ half;
  return static_cast<std::int32_t>(number ^ 0x800000U) - 0x800000;
}

inline void put24(std::int32_t value, std::uint32_t half, std::uint8_t* to) {
  const std::uint32_t number = static_cast<std::uint32_t>(value) ^ half;
  to[kBigEndianMachine ? 2 : 0] = static_cast<std::uint8_t>(number);
  to[1] = static_cast<std::uint8_t>(number >> 8);
  to[kBigEndianMachine ? 0 : 2] = static_cast<std::uint8_t>(number >> 16);
}

/// Calls `work` with a number of the type, which says what it is.
template <typename Work>
void for_type(SampleType type, const Work& work) {
  switch (type) {
    case SampleType::kInt16:
      return work(std::int16_t{});
    case SampleType::kUint16:
      return work(std::uint16_t{});
    case SampleType::kInt8:
      return work(std::int8_t{});
    case SampleType::kUint8:
      return work(std::uint8_t{});
    case SampleType::kInt32:
    case SampleType::kInt24:
      return work(std::int32_t{});
    case SampleType::kUint32:
    case SampleType::kUint24:
      return work(std::uint32_t{});
  }
}

constexpr bool is_packed(SampleType type) {
  return type == SampleType::kInt24 || type == SampleType::kUint24;
}

}  // namespace samples

/// Samples, one after the other at any address, to values.
/// @tparam Value  int16_t, but int32_t if the type is wide
template <typename Value>
void get_values(SampleType type, const std::uint8_t* from, std::size_t count, Value* values) {
  if (samples::is_packed(type)) {
    const std::uint32_t half = is_signed(type) ? 0 : 0x800000U;
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = static_cast<Value>(samples::get24(from + 3 * i, half));
    }
    return;
  }
  samples::for_type(type, [&](auto number) {
    using T = decltype(number);
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = static_cast<Value>(samples::get<T, std::int32_t>(from + sizeof(T) * i));
    }
  });
}

/// And back, modulo the range of the type.
template <typename Value>
void put_values(SampleType type, const Value* values, std::size_t count, std::uint8_t* to) {
  if (samples::is_packed(type)) {
    const std::uint32_t half = is_signed(type) ? 0 : 0x800000U;
    for (std::size_t i = 0; i < count; ++i) samples::put24(values[i], half, to + 3 * i);
    return;
  }
  samples::for_type(type, [&](auto number) {
    using T = decltype(number);
    for (std::size_t i = 0; i < count; ++i) samples::put<T>(values[i], to + sizeof(T) * i);
  });
}

/// Turns the bytes of each sample round if samples in a file of that byte order are other than in
/// this machine.
inline void to_byte_order(SampleType type, bool big_endian, std::uint8_t* bytes, std::size_t size) {
  const std::size_t step = sample_bytes(type);
  if (big_endian == kBigEndianMachine || step == 1) return;
  for (std::size_t i = 0; i + step <= size; i += step) std::reverse(bytes + i, bytes + i + step);
}

}  // namespace nrc
