// SPDX-License-Identifier: Apache-2.0
//
// Little-endian numbers and int16 samples in bytes, whatever the byte order of the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace nrc {

/// Writes the low `bytes` bytes of a number, lowest first. @return the address after them
template <typename T>
std::uint8_t* put_little_endian(std::uint8_t* to, T value, std::size_t bytes = sizeof(T)) {
  for (std::size_t i = 0; i < bytes; ++i) {
    *to++ = static_cast<std::uint8_t>(static_cast<std::make_unsigned_t<T>>(value) >> (8 * i));
  }
  return to;
}

/// Appends the low `bytes` bytes of a number, lowest first.
template <typename T>
void append_little_endian(std::vector<std::uint8_t>& to, T value, std::size_t bytes = sizeof(T)) {
  const std::size_t begin = to.size();
  to.resize(begin + bytes);
  put_little_endian(to.data() + begin, value, bytes);
}

/// The number in the next sizeof(T) bytes.
template <typename T>
T get_little_endian(const std::uint8_t* from) {
  std::make_unsigned_t<T> value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<std::make_unsigned_t<T>>(
        value | static_cast<std::make_unsigned_t<T>>(std::uint64_t{from[i]} << (8 * i)));
  }
  return static_cast<T>(value);
}

/// The sample in two bytes.
inline std::int16_t get_sample(const std::uint8_t* from) {
  return static_cast<std::int16_t>(from[0] | from[1] << 8);
}

/// Writes `count` samples, two bytes each. @return the address after them
inline std::uint8_t* put_samples(std::uint8_t* to, const std::int16_t* samples, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    to[2 * i] = static_cast<std::uint8_t>(samples[i]);
    to[2 * i + 1] = static_cast<std::uint8_t>(samples[i] >> 8);
  }
  return to + 2 * count;
}

/// Appends `count` samples, two bytes each.
inline void append_samples(std::vector<std::uint8_t>& to, const std::int16_t* samples,
                           std::size_t count) {
  const std::size_t begin = to.size();
  to.resize(begin + 2 * count);
  put_samples(to.data() + begin, samples, count);
}

/// So many bytes, rounded up to whole words of 4.
constexpr std::uint64_t padded_to_words(std::uint64_t bytes) { return (bytes + 3) / 4 * 4; }

/// Fills the last word with zeros.
inline void pad_to_words(std::vector<std::uint8_t>& bytes) {
  bytes.resize(padded_to_words(bytes.size()));
}

/// Reads `count` samples, two bytes each.
inline void get_samples(const std::uint8_t* from, std::size_t count, std::int16_t* samples) {
  for (std::size_t i = 0; i < count; ++i) samples[i] = get_sample(from + 2 * i);
}

/// The same as a vector.
inline std::vector<std::int16_t> get_samples(const std::uint8_t* from, std::size_t count) {
  std::vector<std::int16_t> samples(count);
  get_samples(from, count, samples.data());
  return samples;
}

}  // namespace nrc
