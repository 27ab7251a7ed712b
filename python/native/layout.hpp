// SPDX-License-Identifier: Apache-2.0
//
// Arrays of integers of any type, byte order and memory order, and the samples that a stream has
// for them. A stream has types of up to 32 bits. Integers of 64 bits whose values fit into 32 are
// sent so; otherwise as two planes, one after the other in each frame: the low halves of all
// channels, then the high ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/sample.hpp"

namespace nrc::python {

/// An integer type as it is in memory.
struct Element {
  std::size_t bytes = 2;  ///< 1, 2, 4 or 8
  bool is_signed = true;
  bool swapped = false;  ///< in the byte order that the machine has not

  /// Of a stream. @throws Error if there are no such integers
  SampleType sample_type() const;
};

/// Where the samples of a recording are: at data + frame * frame_stride + channel * channel_stride.
struct Layout {
  Element element;
  std::uint64_t frames = 0;
  std::uint32_t channels = 1;
  std::ptrdiff_t frame_stride = 0;    ///< bytes
  std::ptrdiff_t channel_stride = 0;  ///< bytes

  /// Whether channels are interleaved, with nothing in between.
  bool interleaved() const {
    const auto step = static_cast<std::ptrdiff_t>(element.bytes);
    return (channels == 1 || channel_stride == step) &&
           (frames <= 1 || frame_stride == step * static_cast<std::ptrdiff_t>(channels));
  }
};

/// Planes that the samples of an array take.
std::uint32_t planes_needed(const std::uint8_t* data, const Layout& layout);

/// The samples of an array as a stream has them. Copied only where they are not so already.
class StreamSamples {
 public:
  StreamSamples(const std::uint8_t* data, const Layout& layout, std::uint32_t planes);
  const std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }  ///< bytes
  bool big_endian() const { return big_endian_; }

 private:
  std::vector<std::uint8_t> copy_;
  const std::uint8_t* data_;
  std::size_t size_;
  bool big_endian_;
};

/// Puts `frames` frames of a stream, of the layout's channels times `planes`, at `data`.
/// @throws Error if the samples are of a type that the elements do not hold
void put_samples(SampleView samples, std::size_t frames, std::uint32_t planes, std::uint8_t* data,
                 const Layout& layout);

}  // namespace nrc::python
