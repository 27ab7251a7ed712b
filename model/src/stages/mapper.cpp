// SPDX-License-Identifier: Apache-2.0
#include "stages/mapper.hpp"

#include <algorithm>

#include "stages/code_to_sample.hpp"
#include "stages/shift6.hpp"

namespace nrc {

Mapper::Mapper(const StreamHeader& header)
    : mapping_(header.mapping),
      code_width_(header.code_width + header.low_bits),
      channel_count_(header.channels) {
  if (mapping_ != Mapping::kMap) return;
  const std::vector<ChannelMap>& maps = header.map.channels;
  channels_.resize(channel_count_);
  for (std::size_t c = 0; c < channel_count_; ++c) {
    const ChannelMap& map = maps[maps.size() == 1 ? 0 : c];
    channels_[c] = {header.map.steps[map.step], map.offset};
  }
}

std::int16_t Mapper::value(std::size_t channel, Code code) const {
  if (mapping_ != Mapping::kMap) return sample_of(mapping_, code);
  const Channel& c = channels_[channel];
  return map_sample(c.step, c.offset, code);
}

std::int32_t Mapper::value(std::size_t channel, WideCode code) const {
  if (mapping_ != Mapping::kMap) return code;
  const Channel& c = channels_[channel];
  return map_wide_sample(c.step, c.offset, code);
}

bool Mapper::to_codes(const std::int16_t* values, std::size_t frames, Code* codes) const {
  const std::size_t count = frames * channel_count_;
  const std::int32_t half = 1 << (code_width_ - 1);
  // Without early exits, so that compilers make vectors of the first two.
  std::int32_t off = 0;
  if (mapping_ == Mapping::kShift6) {
    for (std::size_t i = 0; i < count; ++i) {
      codes[i] = Shift6::code(values[i]);
      off |= Shift6::sample(codes[i]) ^ values[i];
    }
  } else if (mapping_ == Mapping::kCode) {
    for (std::size_t i = 0; i < count; ++i) {
      codes[i] = static_cast<Code>(std::clamp<std::int32_t>(values[i], -half, half - 1));
      off |= codes[i] ^ values[i];
    }
  } else {
    for (std::size_t frame = 0; frame < frames; ++frame) {
      for (std::size_t c = 0; c < channel_count_; ++c) {
        *codes = map_code(channels_[c].step, channels_[c].offset, code_width_, *values);
        off |= value(c, *codes++) ^ *values++;
      }
    }
  }
  return off == 0;
}

bool Mapper::to_codes(const std::int32_t* values, std::size_t frames, WideCode* codes) const {
  const std::int64_t half = std::int64_t{1} << (code_width_ - 1);
  std::int32_t off = 0;
  if (mapping_ != Mapping::kMap) {
    for (std::size_t i = 0; i < frames * channel_count_; ++i) {
      codes[i] = static_cast<WideCode>(std::clamp<std::int64_t>(values[i], -half, half - 1));
      off |= codes[i] ^ values[i];
    }
    return off == 0;
  }
  for (std::size_t frame = 0; frame < frames; ++frame) {
    for (std::size_t c = 0; c < channel_count_; ++c) {
      *codes = map_wide_code(channels_[c].step, channels_[c].offset, code_width_, *values);
      off |= value(c, *codes++) ^ *values++;
    }
  }
  return off == 0;
}

void Mapper::to_values(const Code* codes, std::size_t frames, std::int16_t* values) const {
  if (mapping_ != Mapping::kMap) {
    const std::size_t count = frames * channel_count_;
    for (std::size_t i = 0; i < count; ++i) values[i] = sample_of(mapping_, codes[i]);
    return;
  }
  for (std::size_t frame = 0; frame < frames; ++frame) {
    for (std::size_t c = 0; c < channel_count_; ++c) *values++ = value(c, *codes++);
  }
}

void Mapper::to_values(const WideCode* codes, std::size_t frames, std::int32_t* values) const {
  for (std::size_t frame = 0; frame < frames; ++frame) {
    for (std::size_t c = 0; c < channel_count_; ++c) *values++ = value(c, *codes++);
  }
}

}  // namespace nrc
