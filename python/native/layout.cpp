// SPDX-License-Identifier: Apache-2.0
#include "layout.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>

#include "nrc/error.hpp"

namespace nrc::python {
namespace {

constexpr bool kBigEndianMachine = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

/// Frames and channels of a block that fits into the first cache in either memory order.
constexpr std::size_t kBlock = 64;

template <class T>
T load(const std::uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

template <class T>
void store(std::uint8_t* to, T value) {
  std::memcpy(to, &value, sizeof(T));
}

template <class T>
T reversed(T value) {
  std::uint8_t bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  std::reverse(bytes, bytes + sizeof(T));
  return load<T>(bytes);
}

template <class T, bool Swap>
T in_order(T value) {
  return Swap ? reversed(value) : value;
}

/// Calls work(frame, channel) for all samples, near ones together in either memory order.
template <class Work>
void for_all(std::uint64_t frames, std::uint32_t channels, const Work& work) {
  for (std::uint64_t frame = 0; frame < frames; frame += kBlock) {
    const std::uint64_t last_frame = std::min<std::uint64_t>(frame + kBlock, frames);
    for (std::uint32_t channel = 0; channel < channels; channel += kBlock) {
      const std::uint32_t last_channel = std::min<std::uint32_t>(channel + kBlock, channels);
      for (std::uint64_t f = frame; f < last_frame; ++f) {
        for (std::uint32_t c = channel; c < last_channel; ++c) work(f, c);
      }
    }
  }
}

/// Calls work with an unsigned number of this many bytes.
template <class Work>
void with_bits(std::size_t bytes, const Work& work) {
  switch (bytes) {
    case 1:
      return work(std::uint8_t());
    case 2:
      return work(std::uint16_t());
    case 4:
      return work(std::uint32_t());
    default:
      return work(std::uint64_t());
  }
}

/// Calls work with true or false as a type.
template <class Work>
void with_order(bool swapped, const Work& work) {
  swapped ? work(std::true_type()) : work(std::false_type());
}

std::ptrdiff_t place(const Layout& layout, std::uint64_t frame, std::uint32_t channel) {
  return static_cast<std::ptrdiff_t>(frame) * layout.frame_stride +
         static_cast<std::ptrdiff_t>(channel) * layout.channel_stride;
}

/// A half of a number of 64 bits, which `planes` planes have.
std::uint64_t low_half(std::uint64_t value) { return value & 0xFFFFFFFFU; }

template <class T>
bool fits(T low, T high) {
  using Half = std::conditional_t<std::is_signed_v<T>, std::int32_t, std::uint32_t>;
  return low >= std::numeric_limits<Half>::min() && high <= std::numeric_limits<Half>::max();
}

template <class T, bool Swap>
std::uint32_t planes_of(const std::uint8_t* data, const Layout& layout) {
  T low = 0;
  T high = 0;
  for_all(layout.frames, layout.channels, [&](std::uint64_t frame, std::uint32_t channel) {
    const T value = in_order<T, Swap>(load<T>(data + place(layout, frame, channel)));
    low = std::min(low, value);
    high = std::max(high, value);
  });
  return fits(low, high) ? 1 : 2;
}

}  // namespace

SampleType Element::sample_type() const {
  switch (bytes) {
    case 1:
      return is_signed ? SampleType::kInt8 : SampleType::kUint8;
    case 2:
      return is_signed ? SampleType::kInt16 : SampleType::kUint16;
    case 4:
    case 8:
      return is_signed ? SampleType::kInt32 : SampleType::kUint32;
    default:
      throw Error("integers of " + std::to_string(bytes) + " bytes; give 1, 2, 4 or 8");
  }
}

std::uint32_t planes_needed(const std::uint8_t* data, const Layout& layout) {
  if (layout.element.bytes < 8) return 1;
  std::uint32_t planes = 1;
  with_order(layout.element.swapped, [&](auto swap) {
    planes = layout.element.is_signed ? planes_of<std::int64_t, swap.value>(data, layout)
                                      : planes_of<std::uint64_t, swap.value>(data, layout);
  });
  return planes;
}

StreamSamples::StreamSamples(const std::uint8_t* data, const Layout& layout, std::uint32_t planes)
    : data_(data), big_endian_(kBigEndianMachine) {
  const std::size_t bytes = layout.element.bytes;
  const std::size_t width = std::size_t{layout.channels} * planes;
  size_ = layout.frames * width * std::min<std::size_t>(bytes, 4);
  if (bytes < 8) {
    big_endian_ = layout.element.swapped != kBigEndianMachine;
    if (bytes == 1) big_endian_ = false;
    if (layout.interleaved()) return;
    copy_.resize(size_);
    with_bits(bytes, [&](auto bits) {
      using T = decltype(bits);
      for_all(layout.frames, layout.channels, [&](std::uint64_t frame, std::uint32_t channel) {
        store(copy_.data() + (frame * width + channel) * sizeof(T),
              load<T>(data + place(layout, frame, channel)));
      });
    });
  } else {
    copy_.resize(size_);
    with_order(layout.element.swapped, [&](auto swap) {
      for_all(layout.frames, layout.channels, [&](std::uint64_t frame, std::uint32_t channel) {
        std::uint64_t value = in_order<std::uint64_t, swap.value>(
            load<std::uint64_t>(data + place(layout, frame, channel)));
        for (std::uint32_t plane = 0; plane < planes; ++plane, value >>= 32) {
          store(copy_.data() + (frame * width + plane * std::size_t{layout.channels} + channel) * 4,
                static_cast<std::uint32_t>(low_half(value)));
        }
      });
    });
  }
  data_ = copy_.data();
}

void put_samples(SampleView samples, std::size_t frames, std::uint32_t planes, std::uint8_t* data,
                 const Layout& layout) {
  const Element& element = layout.element;
  const SampleType type = samples.type();
  const bool packed = type == SampleType::kInt24 || type == SampleType::kUint24;
  if ((packed ? element.bytes != 4 || is_signed(type) != element.is_signed
              : type != element.sample_type())) {
    throw Error("the stream's samples are " + std::string(sample_type_name(type)) +
                ", which is not the type that is wanted");
  }
  const std::uint8_t* const from = samples.bytes();
  const std::size_t width = std::size_t{layout.channels} * planes;
  Layout part = layout;
  part.frames = frames;
  if (!packed && element.bytes < 8 && !element.swapped && part.interleaved()) {
    std::memcpy(data, from, frames * width * element.bytes);
    return;
  }
  with_order(element.swapped, [&](auto swap) {
    if (packed) {
      for_all(frames, layout.channels, [&](std::uint64_t frame, std::uint32_t channel) {
        // Bytes 1 to 3 of the number, which a shift moves down with its sign.
        std::uint8_t bytes[4] = {};
        std::memcpy(bytes + (kBigEndianMachine ? 0 : 1), from + (frame * width + channel) * 3, 3);
        const auto number = load<std::uint32_t>(bytes);
        const std::uint32_t value =
            element.is_signed ? static_cast<std::uint32_t>(static_cast<std::int32_t>(number) >> 8)
                              : number >> 8;
        store(data + place(layout, frame, channel), in_order<std::uint32_t, swap.value>(value));
      });
      return;
    }
    with_bits(element.bytes, [&](auto bits) {
      using T = decltype(bits);
      for_all(frames, layout.channels, [&](std::uint64_t frame, std::uint32_t channel) {
        T value;
        if constexpr (sizeof(T) == 8) {
          const auto low = load<std::uint32_t>(from + (frame * width + channel) * 4);
          std::uint64_t high = element.is_signed && (low >> 31) != 0 ? 0xFFFFFFFFU : 0;
          if (planes == 2) {
            high = load<std::uint32_t>(from + (frame * width + layout.channels + channel) * 4);
          }
          value = high << 32 | low;
        } else {
          value = load<T>(from + (frame * width + channel) * sizeof(T));
        }
        store(data + place(layout, frame, channel), in_order<T, swap.value>(value));
      });
    });
  });
}

}  // namespace nrc::python
