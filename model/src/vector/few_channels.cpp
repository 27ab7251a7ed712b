// SPDX-License-Identifier: Apache-2.0
#include "vector/few_channels.hpp"

#include <algorithm>

// This file is compiled once for each instruction set; the best one is chosen when it runs. It has
// no vectors, but shifts by a variable number of bits and leading zeros depend on the set: of those
// of x86 AVX2 brings them, and others would be compiled to what AVX2 or the baseline already is.
// The sets better than AVX2 are the bits below its own.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | (HWY_AVX2 - 1))
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vector/few_channels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "vector/code_steps-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nrc::HWY_NAMESPACE {
namespace {

HWY_INLINE std::int32_t clamp_to(std::int32_t v, std::int32_t low, std::int32_t high) {
  v = v < high ? v : high;
  return v > low ? v : low;
}
HWY_INLINE std::int32_t sign_of(std::int32_t v) { return (v > 0) - (v < 0); }
HWY_INLINE std::int32_t magnitude_of(std::int32_t v) { return v < 0 ? -v : v; }

/// All bits if a < b, else none; numbers of less than 31 bits. Codes are noise, which branches
/// would guess wrong.
HWY_INLINE std::int32_t less(std::int32_t a, std::int32_t b) { return (a - b) >> 31; }

/// A weight of sign-sign LMS after an innovation. Both ways are computed before it is known.
HWY_INLINE std::int32_t learned(std::int32_t weight, std::int32_t step, std::int32_t innovation,
                                std::int32_t least, std::int32_t most) {
  constexpr std::int32_t kQuiet = 1 << kQuietShift;
  const std::int32_t up = clamp_to(weight + step, least, most) - weight;
  const std::int32_t down = clamp_to(weight - step, least, most) - weight;
  return weight + ((up & less(kQuiet - 1, innovation)) | (down & less(innovation, -kQuiet)));
}

/// Calls frame(boost) for as many frames, or until it returns false. @return frames that were
template <class Frame>
HWY_INLINE std::size_t at_pace(Pace& pace, std::size_t frames, const Frame& frame) {
  std::size_t done = 0;
  for (bool good = true; good && done < frames;) {
    const Pace::Run run = pace.ahead();
    const std::size_t begin = done;
    const std::size_t end = frames - done < run.frames ? frames : done + run.frames;
    while (good && done < end) {
      good = frame(run.boost);
      ++done;
    }
    pace.pass(done - begin);
  }
  return done;
}

/// Stage predictor of a channel.
struct PredictorChannel {
  std::int32_t level, weight, last;
  std::int32_t deviation, value;  ///< prediction

  HWY_INLINE void get(const PredictorRows& rows, std::size_t c) {
    level = rows.level[c];
    weight = rows.weight[c];
    last = rows.last[c];
  }
  HWY_INLINE void put(PredictorRows& rows, std::size_t c) const {
    rows.level[c] = level;
    rows.weight[c] = weight;
    rows.last[c] = last;
  }
  HWY_INLINE void predict(std::int32_t min_value, std::int32_t max_value) {
    deviation = last - level;
    const std::int64_t product = std::int64_t{weight} * deviation;
    value =
        clamp_to(level + static_cast<std::int32_t>(product >> kWeightFrac), min_value, max_value);
  }
  HWY_INLINE void update(std::int32_t code_value, int boost) {
    const std::int32_t step = sign_of(deviation) * (1 << boost);
    weight = learned(weight, step, code_value - value, kWeightMin, kWeightMax);
    level += (code_value - level) >> kLevelShift;
    last = code_value;
  }
};

// ---- Huffman profile

struct HuffmanChannel : PredictorChannel {
  std::int32_t scale;

  HWY_INLINE void get(const HuffmanRows& rows, std::size_t c) {
    PredictorChannel::get(rows, c);
    scale = rows.scale[c];
  }
  HWY_INLINE void put(HuffmanRows& rows, std::size_t c) const {
    PredictorChannel::put(rows, c);
    rows.scale[c] = scale;
  }
};

/// Stages predictor and context of all channels: numbers that loops need, local to them.
struct HuffmanStages {
  HWY_INLINE HuffmanStages(const HuffmanRows& rows, const ClassIndex& index)
      : classes(index.classes.data()),
        of_scale(index.of_scale.data()),
        last_scale(static_cast<std::int32_t>(index.of_scale.size()) - 1),
        min_value(rows.min_value),
        max_value(rows.max_value),
        cap(rows.cap) {}

  /// Predicts a code. @return its class
  HWY_INLINE const ClassIndex::Entry& expect(HuffmanChannel& channel, std::int32_t& predicted,
                                             std::uint32_t& table) const {
    const std::int32_t scale = channel.scale >> (kScaleFrac - kThresholdFrac);
    const ClassIndex::Entry& entry = classes[of_scale[scale < last_scale ? scale : last_scale]];
    channel.predict(min_value, max_value);
    predicted = (channel.value + (1 << (kFracBits - 1))) >> kFracBits;
    const std::int32_t moved = predicted + ((entry.mask + 1) >> 1);
    const std::int32_t outside = (moved >> 31) | less(entry.mask, moved);
    table = static_cast<std::uint32_t>(entry.first + (predicted & entry.mask) +
                                       (outside & entry.outside));
    return entry;
  }

  HWY_INLINE void update(HuffmanChannel& channel, std::int32_t code, int boost) const {
    const std::int32_t value = code * (1 << kFracBits);
    const std::int32_t magnitude = magnitude_of(value - channel.value);
    channel.update(value, boost);
    const std::int32_t target = (magnitude < cap ? magnitude : cap) << (kScaleFrac - kFracBits);
    channel.scale += (target - channel.scale) >> (kScaleShift - boost);
  }

  const ClassIndex::Entry* classes;
  const std::uint8_t* of_scale;
  std::int32_t last_scale, min_value, max_value, cap;
};

void WriteFewCodewords(HuffmanRows& rows, const ClassIndex& classes, const Row& all_words,
                       const LaneRange& lanes, const Code* codes, std::size_t frames, Pace& pace,
                       BitWriter* writers) {
  const HuffmanStages stages(rows, classes);
  const std::int32_t* const words = all_words.data();
  const std::size_t channels = rows.channels;
  const int symbol_bits = rows.symbol_bits;
  const auto symbol_half = std::int32_t{1} << (symbol_bits - 1);
  const int width = rows.code_width;
  const std::uint64_t code_mask = (std::uint64_t{1} << width) - 1;
  const auto write = [=](HuffmanChannel& channel, std::int32_t code, int boost,
                         BitWriter& writer) HWY_ATTR {
    std::int32_t predicted;
    std::uint32_t table;
    const ClassIndex::Entry& entry = stages.expect(channel, predicted, table);
    const std::int32_t residual = code - predicted;
    const std::int32_t symbol = (residual >> entry.raw_bits) + symbol_half;
    const std::int32_t* const words_of_table = words + (std::size_t{table} << symbol_bits);
    if (HWY_LIKELY(symbol > 0 && symbol < 2 * symbol_half)) {
      const auto word = static_cast<std::uint32_t>(words_of_table[symbol]);
      const std::uint64_t raw =
          static_cast<std::uint32_t>(residual) & ((std::uint32_t{1} << entry.raw_bits) - 1);
      append(writer, std::uint64_t{word & 0xFFFF} << entry.raw_bits | raw,
             static_cast<int>(word >> 16) + entry.raw_bits);
    } else {
      const auto word = static_cast<std::uint32_t>(words_of_table[0]);
      append(writer,
             std::uint64_t{word & 0xFFFF} << width | (static_cast<std::uint64_t>(code) & code_mask),
             static_cast<int>(word >> 16) + width);
    }
    stages.update(channel, code, boost);
  };
  // No channel depends on another: lane by lane.
  const Pace begin = pace;
  for (int l = lanes.first; l < lanes.last; ++l) {
    const Block block = lanes.blocks[static_cast<std::size_t>(l)];
    BitWriter writer = writers[l];
    pace = begin;
    const Code* at = codes;
    if (block.end - block.begin == 1) {
      // Its state stays in registers.
      HuffmanChannel channel;
      channel.get(rows, block.begin);
      at += block.begin;
      at_pace(pace, frames, [&](int boost) HWY_ATTR {
        write(channel, *at, boost, writer);
        at += channels;
        return true;
      });
      channel.put(rows, block.begin);
    } else {
      HuffmanChannel all[kManyChannels];
      for (std::size_t c = block.begin; c < block.end; ++c) all[c].get(rows, c);
      at_pace(pace, frames, [&](int boost) HWY_ATTR {
        for (std::size_t c = block.begin; c < block.end; ++c) write(all[c], at[c], boost, writer);
        at += channels;
        return true;
      });
      for (std::size_t c = block.begin; c < block.end; ++c) all[c].put(rows, c);
    }
    writers[l] = writer;
  }
}

/// @tparam kOne  there is only one channel, whose state stays in registers
template <bool kOne>
FewRead read_codewords_of(HuffmanRows& rows, const ClassIndex& classes, const HuffmanIndex& index,
                          const LaneRange& lanes, Code* codes, std::size_t frames, Pace& pace,
                          BitSource* sources, const std::uint64_t* ends) {
  const HuffmanStages stages(rows, classes);
  const std::size_t channels =
      kOne ? 1 : lanes.blocks[static_cast<std::size_t>(lanes.last - 1)].end;
  const std::size_t all_channels = kOne ? 1 : rows.channels;
  const auto symbol_half = std::int32_t{1} << (rows.symbol_bits - 1);
  const int width = rows.code_width;
  const std::int32_t half = 1 << (width - 1);
  const std::uint16_t* const entries = index.entries;
  HuffmanChannel state[kOne ? 1 : kManyChannels];
  const std::uint8_t* bytes[kOne ? 1 : kMaxLanes];
  std::uint64_t positions[kOne ? 1 : kMaxLanes];
  std::size_t begins[kMaxLanes + 1] = {};
  const int count = kOne ? 1 : lanes.last;
  for (std::size_t c = 0; c < channels; ++c) state[c].get(rows, c);
  for (int l = 0; l < count; ++l) {
    bytes[l] = sources[l].bytes;
    positions[l] = sources[l].position;
    begins[l + 1] = lanes.blocks[static_cast<std::size_t>(l)].end;
  }
  FewRead read = {0, 0};
  read.frames = at_pace(pace, frames, [&](int boost) HWY_ATTR {
    bool good = true;
    for (int l = 0; l < count; ++l) {
      std::uint64_t position = positions[l];
      const std::size_t end = kOne ? 1 : begins[l + 1];
      for (std::size_t c = kOne ? 0 : begins[l]; c < end; ++c) {
        std::int32_t predicted;
        std::uint32_t table;
        const ClassIndex::Entry& entry = stages.expect(state[c], predicted, table);
        std::uint64_t window = window_at(bytes[l], position);
        std::uint32_t found =
            entries[table << kHuffmanIndexBits | first_bits(window, kHuffmanIndexBits)];
        if (HWY_UNLIKELY(found == 0)) {
          found = index.search(index.owner, table, first_bits(window, kMaxCodeLength));
        }
        const int length = static_cast<int>(found >> kHuffmanSymbolPlaces);
        const auto symbol = static_cast<std::int32_t>(found & ((1U << kHuffmanSymbolPlaces) - 1));
        window <<= length;
        std::int32_t code;
        if (HWY_LIKELY(symbol != 0)) {
          code = predicted + (symbol - symbol_half) * (1 << entry.raw_bits) +
                 static_cast<std::int32_t>(first_bits(window, entry.raw_bits));
          position += static_cast<std::uint64_t>(length + entry.raw_bits);
        } else {
          const auto bits = static_cast<std::int32_t>(first_bits(window, width));
          code = bits >= half ? bits - 2 * half : bits;
          position += static_cast<std::uint64_t>(length + width);
        }
        if (HWY_UNLIKELY(code < -half || code >= half)) {
          read.wrong |= 1U << l;
          good = false;
          code = 0;
        }
        codes[c] = static_cast<Code>(code);
        stages.update(state[c], code, boost);
      }
      positions[l] = position;
      if (HWY_UNLIKELY(position > ends[l])) good = false;
    }
    codes += all_channels;
    return good;
  });
  for (std::size_t c = 0; c < channels; ++c) state[c].put(rows, c);
  for (int l = 0; l < count; ++l) sources[l].position = positions[l];
  return read;
}

FewRead ReadFewCodewords(HuffmanRows& rows, const ClassIndex& classes, const HuffmanIndex& index,
                         const LaneRange& lanes, Code* codes, std::size_t frames, Pace& pace,
                         BitSource* sources, const std::uint64_t* ends) {
  if (rows.channels == 1) {
    return read_codewords_of<true>(rows, classes, index, lanes, codes, frames, pace, sources, ends);
  }
  return read_codewords_of<false>(rows, classes, index, lanes, codes, frames, pace, sources, ends);
}

// ---- range profile

struct RangeChannel : PredictorChannel {
  std::int32_t scale, burst;
  std::int32_t past1, past2, tap1, tap2;
  std::int32_t gain1, gain2, gain3;

  HWY_INLINE void get(const RangeRows& rows, std::size_t c) {
    PredictorChannel::get(rows, c);
    scale = rows.scale[c];
    burst = rows.burst[c];
    if (rows.corrections.taps) {
      past1 = rows.past1[c];
      past2 = rows.past2[c];
      tap1 = rows.tap1[c];
      tap2 = rows.tap2[c];
    }
    if (rows.corrections.neighbour) {
      gain1 = rows.gain1[c];
      gain2 = rows.gain2[c];
      gain3 = rows.gain3[c];
    }
  }
  HWY_INLINE void put(RangeRows& rows, std::size_t c) const {
    PredictorChannel::put(rows, c);
    rows.scale[c] = scale;
    rows.burst[c] = burst;
    if (rows.corrections.taps) {
      rows.past1[c] = past1;
      rows.past2[c] = past2;
      rows.tap1[c] = tap1;
      rows.tap2[c] = tap2;
    }
    if (rows.corrections.neighbour) {
      rows.gain1[c] = gain1;
      rows.gain2[c] = gain2;
      rows.gain3[c] = gain3;
    }
  }
};

/// What is predicted of a code.
struct RangeExpectation {
  std::int32_t tapped, value, index;
};

/// All stages before interval.
template <bool kTaps, bool kNeighbour>
struct RangeStages {
  HWY_INLINE explicit RangeStages(const RangeRows& rows)
      : min_code(rows.min_code),
        max_code(rows.max_code),
        min_value(rows.min_value),
        max_value(rows.max_value),
        cap(rows.cap) {}

  HWY_INLINE RangeExpectation expect(RangeChannel& channel, const NeighbourChain& chain) const {
    channel.predict(min_value, max_value);
    RangeExpectation e = {channel.value, 0, 0};
    if (kTaps) {
      const std::int32_t sum = channel.tap1 * channel.past1 + channel.tap2 * channel.past2;
      e.tapped = clamp_to(e.tapped + (sum >> (kTapFrac - kFracBits)), min_value, max_value);
    }
    e.value = e.tapped;
    if (kNeighbour) {
      const std::int64_t sum = std::int64_t{channel.gain1} * chain.before +
                               std::int64_t{channel.gain2} * chain.second +
                               std::int64_t{channel.gain3} * chain.mean;
      // Less than 2^25 in magnitude, as is the prediction.
      e.value =
          clamp_to(e.tapped + static_cast<std::int32_t>(sum >> kGainFrac), min_value, max_value);
    }
    const auto least = static_cast<std::int32_t>(kMinScale);
    const std::int32_t scale = channel.scale > least ? channel.scale : least;
    const int octave = floor_log2(static_cast<std::uint32_t>(scale)) - floor_log2(kMinScale);
    const std::int32_t mantissa = (scale >> (octave + 2)) & ((1 << kScaleMantissaBits) - 1);
    e.index = octave * (1 << kScaleMantissaBits) + mantissa + channel.burst;
    return e;
  }

  HWY_INLINE void update(RangeChannel& channel, const RangeExpectation& e, std::int32_t value,
                         NeighbourChain& chain, int boost) const {
    const std::int32_t uncorrected = value - channel.value;
    channel.update(value, boost);
    const std::int32_t innovation = value - e.value;
    const std::int32_t one = 1 << (boost >> 1);
    if (kTaps) {
      channel.tap1 =
          learned(channel.tap1, sign_of(channel.past1) * one, innovation, kTapMin, kTapMax);
      channel.tap2 =
          learned(channel.tap2, sign_of(channel.past2) * one, innovation, kTapMin, kTapMax);
      channel.past2 = channel.past1;
      channel.past1 =
          clamp_to((uncorrected + (1 << (kFracBits - 1))) >> kFracBits, min_code, max_code);
    }
    if (kNeighbour) {
      channel.gain1 =
          learned(channel.gain1, sign_of(chain.before) * one, innovation, kGainMin, kGainMax);
      channel.gain2 =
          learned(channel.gain2, sign_of(chain.second) * one, innovation, kGainMin, kGainMax);
      channel.gain3 =
          learned(channel.gain3, sign_of(chain.mean) * one, innovation, kGainMin, kGainMax);
      chain.second = chain.before;
      chain.before = clamp_to(value - e.tapped, min_value, -min_value - 1);
      chain.mean += (chain.before - chain.mean) >> kNeighbourMeanShift;
    }
    std::int32_t magnitude = magnitude_of(innovation);
    magnitude = (magnitude < cap ? magnitude : cap) << (kScaleFrac - kFracBits);
    const std::int32_t seven = 7 * channel.scale;
    const std::int32_t raise = magnitude >= seven ? 2 * kBurstStep : kBurstStep;
    const std::int32_t raised =
        channel.burst + raise < kBurstMax ? channel.burst + raise : kBurstMax;
    const std::int32_t lowered = channel.burst > 0 ? channel.burst - 1 : 0;
    channel.burst = 2 * magnitude >= seven ? raised : lowered;
    channel.scale += (magnitude - channel.scale) >> (kScaleShift - boost);
  }

  std::int32_t min_code, max_code, min_value, max_value, cap;
};

template <bool kTaps, bool kNeighbour>
void write_intervals_of(RangeRows& rows, const LaneRange& lanes, const Code* codes,
                        std::size_t frames, Pace& pace, RangeWriter* all_writers) {
  const RangeStages<kTaps, kNeighbour> stages(rows);
  const std::int32_t* const values = rows.values.data();
  const std::int32_t* const edges = rows.edges.data();
  const std::int32_t* const cumulative = rows.cumulative.data() + kDeviates;
  const std::int32_t* const reciprocals = rows.reciprocals.data();
  const std::int32_t plain_octave = rows.plain_octave;
  const int width = rows.code_width;
  const auto write = [=](RangeChannel& channel, NeighbourChain& chain, std::int32_t code, int boost,
                         RangeWriter& writer) HWY_ATTR {
    const RangeExpectation e = stages.expect(channel, chain);
    const std::int32_t octave = e.index >> kScaleMantissaBits;
    const std::int32_t reciprocal = reciprocals[e.index & ((1 << kScaleMantissaBits) - 1)];
    const int shift = octave + 5;
    const int plain = octave > plain_octave ? octave - plain_octave : 0;
    std::int32_t first = code;
    std::int32_t last = code;
    std::int32_t low_edge = edges[code - stages.min_code];
    std::int32_t high_edge = edges[code - stages.min_code + 1];
    if (HWY_UNLIKELY(plain > 0)) {
      first = code & ~((1 << plain) - 1);
      last = first + (1 << plain) - 1;
      low_edge = first * (1 << kFracBits) - (1 << (kFracBits - 1));
      high_edge = low_edge + (1 << (kFracBits + plain));
    }
    const auto at_edge = [&](std::int32_t edge) HWY_ATTR {
      const std::int64_t deviate = ((std::int64_t{edge} - e.value) * reciprocal) >> shift;
      const std::int64_t most = deviate < kDeviates - 1 ? deviate : kDeviates - 1;
      return static_cast<std::uint32_t>(cumulative[most > -kDeviates ? most : -kDeviates]);
    };
    const std::uint32_t low = first == stages.min_code ? kEscapeFrequency : at_edge(low_edge);
    const std::uint32_t high = last == stages.max_code ? kTopFrequency : at_edge(high_edge);
    write_code(writer, low, high - low, plain, code, width);
    stages.update(channel, e, values[code - stages.min_code], chain, boost);
  };
  const std::size_t channels = rows.channels;
  if (lanes.last == 1 && channels == 1) {
    // State in registers.
    RangeWriter writer = all_writers[0];
    RangeChannel channel = {};
    channel.get(rows, 0);
    at_pace(pace, frames, [&](int boost) HWY_ATTR {
      NeighbourChain chain;
      write(channel, chain, *codes++, boost, writer);
      return true;
    });
    channel.put(rows, 0);
    all_writers[0] = writer;
    return;
  }
  RangeChannel all[kManyChannels] = {};
  RangeWriter writers[kMaxLanes];
  for (int l = 0; l < lanes.last; ++l) writers[l] = all_writers[l];
  for (std::size_t c = 0; c < channels; ++c) all[c].get(rows, c);
  at_pace(pace, frames, [&](int boost) HWY_ATTR {
    NeighbourChain chain;
    for (int l = 0; l < lanes.last; ++l) {
      const Block block = lanes.blocks[static_cast<std::size_t>(l)];
      for (std::size_t c = block.begin; c < block.end; ++c) {
        write(all[c], chain, codes[c], boost, writers[l]);
      }
    }
    codes += channels;
    return true;
  });
  for (std::size_t c = 0; c < channels; ++c) all[c].put(rows, c);
  for (int l = 0; l < lanes.last; ++l) all_writers[l] = writers[l];
}

void WriteFewIntervals(RangeRows& rows, const LaneRange& lanes, const Code* codes,
                       std::size_t frames, Pace& pace, RangeWriter* writers) {
  const Corrections& corrections = rows.corrections;
  const auto write = corrections.taps ? (corrections.neighbour ? &write_intervals_of<true, true>
                                                               : &write_intervals_of<true, false>)
                                      : (corrections.neighbour ? &write_intervals_of<false, true>
                                                               : &write_intervals_of<false, false>);
  write(rows, lanes, codes, frames, pace, writers);
}

template <bool kEdges, bool kTaps, bool kNeighbour>
FewRead read_intervals_of(RangeRows& rows, const IntervalSearch& search, const LaneRange& lanes,
                          Code* codes, std::size_t frames, Pace& pace, RangeSource* all_sources,
                          const std::uint64_t* ends) {
  const IntervalReader reader = make_reader(rows, search);
  const RangeStages<kTaps, kNeighbour> stages(rows);
  const std::size_t all_channels = rows.channels;
  const int count = lanes.last;
  const std::size_t channels = lanes.blocks[static_cast<std::size_t>(count - 1)].end;
  RangeChannel all[kManyChannels] = {};
  RangeSource sources[kMaxLanes];
  for (std::size_t c = 0; c < channels; ++c) all[c].get(rows, c);
  for (int l = 0; l < count; ++l) sources[l] = all_sources[l];
  FewRead read = {0, 0};
  read.frames = at_pace(pace, frames, [&](int boost) HWY_ATTR {
    bool good = true;
    NeighbourChain chain;
    for (int l = 0; l < count; ++l) {
      const Block block = lanes.blocks[static_cast<std::size_t>(l)];
      for (std::size_t c = block.begin; c < block.end; ++c) {
        const RangeExpectation e = stages.expect(all[c], chain);
        std::int32_t code;
        if (HWY_UNLIKELY(!read_code<kEdges>(reader, e.value, e.index, sources[l], code))) {
          read.wrong |= 1U << l;
          good = false;
          // Something to go on with; nobody will see what comes of it.
          sources[l].offset = 0;
          sources[l].range = 1U << 15;
          code = 0;
        }
        codes[c] = static_cast<Code>(code);
        const std::int32_t value =
            kEdges ? reader.values[code - stages.min_code] : code * (1 << kFracBits);
        stages.update(all[c], e, value, chain, boost);
      }
      if (HWY_UNLIKELY(sources[l].bits.position > ends[l])) good = false;
    }
    codes += all_channels;
    return good;
  });
  for (std::size_t c = 0; c < channels; ++c) all[c].put(rows, c);
  for (int l = 0; l < count; ++l) all_sources[l] = sources[l];
  return read;
}

template <bool kEdges>
FewRead read_any_of(RangeRows& rows, const IntervalSearch& search, const LaneRange& lanes,
                    Code* codes, std::size_t frames, Pace& pace, RangeSource* sources,
                    const std::uint64_t* ends) {
  const Corrections& corrections = rows.corrections;
  const auto read = corrections.taps
                        ? (corrections.neighbour ? &read_intervals_of<kEdges, true, true>
                                                 : &read_intervals_of<kEdges, true, false>)
                        : (corrections.neighbour ? &read_intervals_of<kEdges, false, true>
                                                 : &read_intervals_of<kEdges, false, false>);
  return read(rows, search, lanes, codes, frames, pace, sources, ends);
}

FewRead ReadFewIntervals(RangeRows& rows, const IntervalSearch& search, const LaneRange& lanes,
                         Code* codes, std::size_t frames, Pace& pace, RangeSource* sources,
                         const std::uint64_t* ends) {
  return search.code_at.empty()
             ? read_any_of<false>(rows, search, lanes, codes, frames, pace, sources, ends)
             : read_any_of<true>(rows, search, lanes, codes, frames, pace, sources, ends);
}

}  // namespace
}  // namespace nrc::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nrc {

namespace {

HWY_EXPORT(WriteFewCodewords);
HWY_EXPORT(ReadFewCodewords);
HWY_EXPORT(WriteFewIntervals);
HWY_EXPORT(ReadFewIntervals);

}  // namespace

ClassIndex::ClassIndex(const HuffmanRows& rows) : classes() {
  for (std::size_t k = 0; k < rows.classes.size(); ++k) {
    const std::int32_t packed = rows.classes[k];
    const std::int32_t modulus = 1 << (packed >> 20 & 15);
    classes[k] = {packed & 0xFFFF, modulus - 1, (packed >> 24) != 0 ? modulus : 0,
                  packed >> 16 & 15};
    if (k < rows.below.size()) {
      of_scale.resize(static_cast<std::size_t>(rows.below[k]), static_cast<std::uint8_t>(k));
    }
  }
  of_scale.push_back(static_cast<std::uint8_t>(rows.below.size()));
}

void write_few(HuffmanRows& rows, const ClassIndex& classes, const Row& words,
               const LaneRange& lanes, const Code* codes, std::size_t frames, Pace& pace,
               BitWriter* writers) {
  HWY_DYNAMIC_DISPATCH(WriteFewCodewords)
  (rows, classes, words, lanes, codes, frames, pace, writers);
}

void write_few(RangeRows& rows, const LaneRange& lanes, const Code* codes, std::size_t frames,
               Pace& pace, RangeWriter* writers) {
  HWY_DYNAMIC_DISPATCH(WriteFewIntervals)(rows, lanes, codes, frames, pace, writers);
}

FewRead read_few(HuffmanRows& rows, const ClassIndex& classes, const HuffmanIndex& index,
                 const LaneRange& lanes, Code* codes, std::size_t frames, Pace& pace,
                 BitSource* sources, const std::uint64_t* ends) {
  return HWY_DYNAMIC_DISPATCH(ReadFewCodewords)(rows, classes, index, lanes, codes, frames, pace,
                                                sources, ends);
}

FewRead read_few(RangeRows& rows, const IntervalSearch& search, const LaneRange& lanes, Code* codes,
                 std::size_t frames, Pace& pace, RangeSource* sources, const std::uint64_t* ends) {
  return HWY_DYNAMIC_DISPATCH(ReadFewIntervals)(rows, search, lanes, codes, frames, pace, sources,
                                                ends);
}

}  // namespace nrc
#endif
