// SPDX-License-Identifier: Apache-2.0
//
// Types of samples (docs/bitstream.md, sections 1 and 8).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "nrc/error.hpp"

namespace nrc {

/// What a sample is in memory and in a file. Those of 24 bits are packed: three bytes each.
enum class SampleType : std::uint8_t {
  kInt16 = 0,
  kUint16 = 1,
  kInt8 = 2,
  kUint8 = 3,
  kInt24 = 4,
  kUint24 = 5,
  kInt32 = 6,
  kUint32 = 7,
};
constexpr std::size_t kSampleTypes = 8;

/// Bytes of one sample.
constexpr std::size_t sample_bytes(SampleType type) {
  constexpr std::array<std::uint8_t, kSampleTypes / 2> kBytes = {2, 1, 3, 4};
  return kBytes[static_cast<std::size_t>(type) / 2];
}
constexpr int sample_bits(SampleType type) { return 8 * static_cast<int>(sample_bytes(type)); }
constexpr bool is_signed(SampleType type) { return static_cast<int>(type) % 2 == 0; }
/// More than 16 bits.
constexpr bool is_wide(SampleType type) { return type >= SampleType::kInt24; }

/// "int16" and so on.
constexpr std::string_view sample_type_name(SampleType type) {
  constexpr std::array<std::string_view, kSampleTypes> kNames = {
      "int16", "uint16", "int8", "uint8", "int24", "uint24", "int32", "uint32"};
  return kNames[static_cast<std::size_t>(type)];
}
/// The type of that name; none if there is no such type.
constexpr std::optional<SampleType> find_sample_type(std::string_view name) {
  for (std::size_t i = 0; i < kSampleTypes; ++i) {
    if (sample_type_name(static_cast<SampleType>(i)) == name) return static_cast<SampleType>(i);
  }
  return std::nullopt;
}

/// Samples of any type, in the byte order of the machine. Where int16 samples are expected, it
/// becomes a pointer to them.
class SampleView {
 public:
  SampleView(SampleType type, const void* data) : type_(type), data_(data) {}

  SampleType type() const { return type_; }
  const void* data() const { return data_; }
  const std::uint8_t* bytes() const { return static_cast<const std::uint8_t*>(data_); }

  /// @throws Error if the samples are of another type
  const std::int16_t* int16() const {
    if (type_ != SampleType::kInt16) {
      throw Error("the stream's samples are not int16; ask its header for their type");
    }
    return static_cast<const std::int16_t*>(data_);
  }
  // NOLINTNEXTLINE(google-explicit-constructor): callbacks that know only int16 take it as it is.
  operator const std::int16_t*() const { return int16(); }

 private:
  SampleType type_;
  const void* data_;
};

}  // namespace nrc
