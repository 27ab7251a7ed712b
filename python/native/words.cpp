// SPDX-License-Identifier: Apache-2.0
#include "words.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace nrc::python {
namespace {

/// Frames and channels of a block that fits into the first cache in either memory order.
constexpr std::size_t kBlock = 64;

template <class T>
T swapped(T value) {
  std::uint8_t bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  std::reverse(bytes, bytes + sizeof(T));
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

template <class T, bool Swap>
T load(const std::uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return Swap ? swapped(value) : value;
}

template <class T, bool Swap>
void store(std::uint8_t* to, T value) {
  if (Swap) value = swapped(value);
  std::memcpy(to, &value, sizeof(T));
}

/// Calls work(first frame, frames, first channel, channels) for blocks of an array.
template <class Work>
void in_blocks(std::uint64_t frames, std::uint32_t channels, const Work& work) {
  for (std::uint64_t frame = 0; frame < frames; frame += kBlock) {
    for (std::uint32_t channel = 0; channel < channels; channel += kBlock) {
      work(frame, std::min<std::uint64_t>(kBlock, frames - frame), channel,
           std::min<std::uint32_t>(kBlock, channels - channel));
    }
  }
}

/// Calls work(T(), swap) with the type of an element.
template <class Work>
auto with_type(const Element& element, const Work& work) {
  const auto with_order = [&](auto type) {
    return element.swapped && element.bytes > 1 ? work(type, std::true_type())
                                                : work(type, std::false_type());
  };
  if (element.is_signed) {
    switch (element.bytes) {
      case 1:
        return with_order(std::int8_t());
      case 2:
        return with_order(std::int16_t());
      case 4:
        return with_order(std::int32_t());
      default:
        return with_order(std::int64_t());
    }
  }
  switch (element.bytes) {
    case 1:
      return with_order(std::uint8_t());
    case 2:
      return with_order(std::uint16_t());
    case 4:
      return with_order(std::uint32_t());
    default:
      return with_order(std::uint64_t());
  }
}

const std::uint8_t* at(const std::uint8_t* data, const Layout& layout, std::uint64_t frame,
                       std::uint32_t channel) {
  return data + static_cast<std::ptrdiff_t>(frame) * layout.frame_stride +
         static_cast<std::ptrdiff_t>(channel) * layout.channel_stride;
}

}  // namespace

std::uint32_t words_needed(const std::uint8_t* data, const Layout& layout) {
  if (layout.element.bytes <= 2) return 1;
  return with_type(layout.element, [&](auto type, auto swap) -> std::uint32_t {
    using T = decltype(type);
    T low = 0;
    T high = 0;
    in_blocks(layout.frames, layout.channels,
              [&](std::uint64_t frame, std::uint64_t frames, std::uint32_t channel,
                  std::uint32_t channels) {
                for (std::uint64_t f = frame; f < frame + frames; ++f) {
                  for (std::uint32_t c = channel; c < channel + channels; ++c) {
                    const T value = load<T, swap.value>(at(data, layout, f, c));
                    low = std::min(low, value);
                    high = std::max(high, value);
                  }
                }
              });
    const bool fits =
        std::is_signed_v<T> ? low >= T(-32767 - 1) && high <= T(32767) : high <= T(65535);
    return fits ? 1 : static_cast<std::uint32_t>(sizeof(T) / 2);
  });
}

std::vector<std::int16_t> to_words(const std::uint8_t* data, const Layout& layout,
                                   std::uint32_t count) {
  const std::size_t width = std::size_t{layout.channels} * count;
  std::vector<std::int16_t> words(layout.frames * width);
  with_type(layout.element, [&](auto type, auto swap) {
    using T = decltype(type);
    using Bits = std::make_unsigned_t<T>;
    in_blocks(layout.frames, layout.channels,
              [&](std::uint64_t frame, std::uint64_t frames, std::uint32_t channel,
                  std::uint32_t channels) {
                for (std::uint64_t f = frame; f < frame + frames; ++f) {
                  std::int16_t* const to = words.data() + f * width;
                  for (std::uint32_t c = channel; c < channel + channels; ++c) {
                    const T value = load<T, swap.value>(at(data, layout, f, c));
                    to[c] = static_cast<std::int16_t>(value);
                    for (std::uint32_t word = 1; word < count; ++word) {
                      const auto part = static_cast<Bits>(static_cast<Bits>(value) >>
                                                          (16 * word % (8 * sizeof(T))));
                      to[word * std::size_t{layout.channels} + c] = static_cast<std::int16_t>(part);
                    }
                  }
                }
              });
    return true;
  });
  return words;
}

bool from_words(const std::int16_t* words, std::size_t frames, std::uint32_t all,
                std::uint32_t count, const std::uint32_t* chosen, std::uint8_t* data,
                const Layout& layout) {
  if (layout.plain() && chosen == nullptr && count == 1) {
    std::memcpy(data, words, frames * layout.channels * sizeof(std::int16_t));
    return true;
  }
  const std::size_t width = std::size_t{all} * count;
  return with_type(layout.element, [&](auto type, auto swap) {
    using T = decltype(type);
    using Bits = std::make_unsigned_t<T>;
    bool fits = count == 1 || count * 2 == sizeof(T);
    in_blocks(
        frames, layout.channels,
        [&](std::uint64_t frame, std::uint64_t block, std::uint32_t channel,
            std::uint32_t channels) {
          for (std::uint64_t f = frame; f < frame + block; ++f) {
            const std::int16_t* const from = words + f * width;
            for (std::uint32_t c = channel; c < channel + channels; ++c) {
              const std::uint32_t source = chosen == nullptr ? c : chosen[c];
              T value = 0;
              if (count == 1) {
                // Unsigned numbers are words modulo 2^16.
                const std::int16_t word = from[source];
                value = std::is_signed_v<T> ? static_cast<T>(word)
                                            : static_cast<T>(static_cast<std::uint16_t>(word));
                if (sizeof(T) == 1) {
                  fits = fits && (std::is_signed_v<T> ? word == static_cast<std::int8_t>(word)
                                                      : word == static_cast<std::uint8_t>(word));
                }
              } else {
                Bits bits = 0;
                for (std::uint32_t word = 0; word < count; ++word) {
                  const auto part =
                      static_cast<std::uint16_t>(from[word * std::size_t{all} + source]);
                  bits =
                      static_cast<Bits>(bits | static_cast<Bits>(static_cast<Bits>(part)
                                                                 << (16 * word % (8 * sizeof(T)))));
                }
                value = static_cast<T>(bits);
              }
              store<T, swap.value>(data + static_cast<std::ptrdiff_t>(f) * layout.frame_stride +
                                       static_cast<std::ptrdiff_t>(c) * layout.channel_stride,
                                   value);
            }
          }
        });
    return fits;
  });
}

}  // namespace nrc::python
