// SPDX-License-Identifier: Apache-2.0
//
// Integers of any type, byte order and memory order as the 16-bit words that a stream carries, and
// back. This is the only place that knows of types: a stream has one word of each channel for types
// of one or two bytes, and for larger ones whose values fit; otherwise the low words of all
// channels come first, then the next ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nrc::python {

/// An integer type as it is in memory.
struct Element {
  std::size_t bytes = 2;  ///< 1, 2, 4 or 8
  bool is_signed = true;
  bool swapped = false;  ///< big-endian
};

/// Where the samples of a recording are: at data + frame * frame_stride + channel * channel_stride.
struct Layout {
  Element element;
  std::uint64_t frames = 0;
  std::uint32_t channels = 1;
  std::ptrdiff_t frame_stride = 0;    ///< bytes
  std::ptrdiff_t channel_stride = 0;  ///< bytes

  /// Whether samples are words as they are, channels interleaved.
  bool plain() const {
    return element.bytes == 2 && !element.swapped && channel_stride == 2 &&
           frame_stride == 2 * static_cast<std::ptrdiff_t>(channels);
  }
};

/// Words that a sample of the array takes: more than one if a value needs them.
std::uint32_t words_needed(const std::uint8_t* data, const Layout& layout);

/// words[frame * channels * count + word * channels + channel]
std::vector<std::int16_t> to_words(const std::uint8_t* data, const Layout& layout,
                                   std::uint32_t count);

/// Puts `frames` frames of words, of `all` channels in the stream, at `data`.
/// @param chosen  the channel of each one of the layout; null: as they are
/// @return false if the words are more than the type holds
bool from_words(const std::int16_t* words, std::size_t frames, std::uint32_t all,
                std::uint32_t count, const std::uint32_t* chosen, std::uint8_t* data,
                const Layout& layout);

}  // namespace nrc::python
