// SPDX-License-Identifier: Apache-2.0
#include "stages/mapper.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "stages/code_to_sample.hpp"
#include "stages/shift6.hpp"

namespace nrc {

namespace {

/// Samples in tables at most: 4 MiB.
constexpr std::size_t kMaxTableSamples = std::size_t{1} << 21;

}  // namespace

Mapper::Mapper(const StreamHeader& header)
    : mapping_(header.mapping),
      code_width_(header.code_width + header.low_bits),
      channel_count_(header.channels) {
  if (mapping_ != Mapping::kMap) return;
  const std::vector<ChannelMap>& maps = header.map.channels;
  channels_.resize(channel_count_);
  for (std::size_t c = 0; c < channel_count_; ++c) {
    const ChannelMap& map = maps[maps.size() == 1 ? 0 : c];
    channels_[c] = {header.map.steps[map.step], map.offset, 0};
  }
  if (!is_wide(header.sample_type)) make_tables();
}

void Mapper::make_tables() {
  // A division for each sample takes longer than the codec, so that each map gets a table.
  std::map<std::pair<std::pair<std::uint32_t, std::uint32_t>, std::pair<int, std::int64_t>>,
           std::size_t>
      places;
  const std::size_t size = std::size_t{1} << code_width_;
  for (Channel& c : channels_) {
    const auto [place, is_new] = places.insert(
        {{{c.step.numerator, c.step.denominator}, {static_cast<int>(c.step.rounding), c.offset}},
         places.size() * size});
    c.table = place->second;
    if (places.size() * size > kMaxTableSamples) return;
  }
  tables_.resize(places.size() * size);
  const std::int32_t half = static_cast<std::int32_t>(size / 2);
  std::size_t filled = 0;
  for (const Channel& c : channels_) {
    if (c.table != filled) continue;
    for (std::int32_t code = -half; code < half; ++code) {
      tables_[c.table + static_cast<std::size_t>(code + half)] =
          map_sample(c.step, c.offset, static_cast<Code>(code));
    }
    filled += size;
  }
}

std::int16_t Mapper::value(std::size_t channel, Code code) const {
  if (mapping_ != Mapping::kMap) return sample_of(mapping_, code);
  const Channel& c = channels_[channel];
  if (tables_.empty()) return map_sample(c.step, c.offset, code);
  return tables_[c.table + static_cast<std::size_t>(code + (1 << (code_width_ - 1)))];
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
