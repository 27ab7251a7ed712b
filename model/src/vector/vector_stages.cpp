// SPDX-License-Identifier: Apache-2.0
#include "vector/vector_stages.hpp"

#include <algorithm>
#include <limits>

#include "stages/interval.hpp"

// This file is compiled once for each instruction set; the best one is chosen when it runs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vector/vector_stages.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nrc::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <class D>
hn::Vec<D> load(D d, const Row& row, std::size_t at) {
  return hn::LoadU(d, row.data() + at);
}

using ShortTag = hn::CappedTag<std::int32_t, 4>;
/// For the last channels of a block: vectors of which only some lanes count.
struct Tail : ShortTag {
  std::size_t count = 0;
};

template <class D>
void store(hn::Vec<D> v, D d, Row& row, std::size_t at) {
  hn::StoreU(v, d, row.data() + at);
}
void store(hn::Vec<ShortTag> v, Tail tail, Row& row, std::size_t at) {
  const ShortTag d;
  hn::BlendedStore(v, hn::FirstN(d, tail.count), d, row.data() + at);
}
template <class D>
hn::Vec<D> gather(D d, const Row& from, hn::Vec<D> at) {
  return hn::GatherIndex(d, from.data(), at);
}

template <class D>
hn::Mask<D> at_least(D d, hn::Vec<D> a, hn::Vec<D> b) {
  return hn::Gt(a, hn::Sub(b, hn::Set(d, 1)));
}

template <class D>
hn::Vec<D> clamp(D d, hn::Vec<D> v, std::int32_t low, std::int32_t high) {
  return hn::Max(hn::Min(v, hn::Set(d, high)), hn::Set(d, low));
}

/// (a * b) >> kShift for products of more than 32 bits: b's high part times a is a whole number of
/// 2^kShift, so that only the low part's product is shifted.
template <int kShift, class D>
hn::Vec<D> mul_shift(D d, hn::Vec<D> a, hn::Vec<D> b) {
  const auto high = hn::Mul(a, hn::ShiftRight<kShift>(b));
  const auto low = hn::Mul(a, hn::And(b, hn::Set(d, (1 << kShift) - 1)));
  return hn::Add(high, hn::ShiftRight<kShift>(low));
}

/// -1, 0 or 1.
template <class D>
hn::Vec<D> sign(D d, hn::Vec<D> v) {
  return clamp(d, v, -1, 1);
}

/// The same, but 0 within half a code, where weights stay: e >> kQuietShift is 0 or -1 there.
template <class D>
hn::Vec<D> innovation_sign(D d, hn::Vec<D> innovation) {
  const auto below_zero = hn::ShiftRight<31>(innovation);
  return sign(d, hn::Sub(hn::ShiftRight<kQuietShift>(innovation), below_zero));
}

/// Calls at(tag, channel) for the channels of a block: with the longest vectors, then with shorter
/// ones, as the channels after the block are not to be touched.
template <class Stage>
void over(Block block, const Stage& at) {
  const hn::CappedTag<std::int32_t, 16> longest;
  const ShortTag short_one;
  std::size_t c = block.begin;
  for (; c + hn::Lanes(longest) <= block.end; c += hn::Lanes(longest)) at(longest, c);
  for (; c + hn::Lanes(short_one) <= block.end; c += hn::Lanes(short_one)) at(short_one, c);
  // Not vectors of one lane: of those, Highway's shifts by a vector take 64 bits as the count.
  for (Tail tail; c < block.end; c += hn::Lanes(short_one)) {
    tail.count = block.end - c;
    at(tail, c);
  }
}

template <class D>
hn::Vec<D> predict(D d, PredictorRows& p, std::size_t at) {
  const auto level = load(d, p.level, at);
  const auto last = load(d, p.last, at);
  const auto deviation = hn::Sub(last, level);
  store(deviation, d, p.deviation, at);
  const auto persistence = mul_shift<kWeightFrac>(d, load(d, p.weight, at), deviation);
  const auto value = clamp(d, hn::Add(level, persistence), p.min_value, p.max_value);
  store(value, d, p.value, at);
  return value;
}

/// Updates the predictor with a code of this value.
template <class D>
void update_predictor(D d, PredictorRows& p, std::size_t at, hn::Vec<D> value,
                      hn::Vec<D> innovation, int boost) {
  const auto direction = hn::Mul(sign(d, load(d, p.deviation, at)), innovation_sign(d, innovation));
  const auto weight = hn::Add(load(d, p.weight, at), hn::ShiftLeftSame(direction, boost));
  store(clamp(d, weight, kWeightMin, kWeightMax), d, p.weight, at);
  const auto level = load(d, p.level, at);
  store(hn::Add(level, hn::ShiftRight<kLevelShift>(hn::Sub(value, level))), d, p.level, at);
  store(value, d, p.last, at);
}

void ExpectCodes(HuffmanRows& h, Block block) {
  over(block, [&h](auto d, std::size_t at) HWY_ATTR {
    const auto zero = hn::Zero(d);
    const auto value = predict(d, h, at);
    const auto predicted =
        hn::ShiftRight<kFracBits>(hn::Add(value, hn::Set(d, 1 << (kFracBits - 1))));
    store(predicted, d, h.predicted, at);

    const auto scale = hn::ShiftRight<kScaleFrac - kThresholdFrac>(load(d, h.scale, at));
    auto number = zero;
    for (const std::int32_t below : h.below) {
      // A true mask is -1 in each lane.
      number = hn::Sub(number, hn::VecFromMask(d, at_least(d, scale, hn::Set(d, below))));
    }
    const auto entry = gather(d, h.classes, number);
    const auto modulus = hn::Shl(hn::Set(d, 1), hn::And(hn::ShiftRight<20>(entry), hn::Set(d, 15)));
    const auto low_bits = hn::Sub(modulus, hn::Set(d, 1));
    const auto phase = hn::And(predicted, low_bits);
    // Codes around zero differ in their low bits only if half a modulus is added.
    const auto high_bits = hn::AndNot(low_bits, hn::Add(predicted, hn::ShiftRight<1>(modulus)));
    const auto outside = hn::IfThenZeroElse(hn::Eq(high_bits, zero), modulus);
    const auto more = hn::IfThenElseZero(hn::Gt(hn::ShiftRight<24>(entry), zero), outside);
    const auto first = hn::And(entry, hn::Set(d, 0xFFFF));
    store(hn::Add(first, hn::Add(phase, more)), d, h.table, at);
    store(hn::And(hn::ShiftRight<16>(entry), hn::Set(d, 15)), d, h.raw_bits, at);
  });
}

void EncodeCodes(HuffmanRows& h, Block block, const Row& memory) {
  over(block, [&h, &memory](auto d, std::size_t at) HWY_ATTR {
    const auto half = hn::Set(d, 1 << (h.symbol_bits - 1));
    const auto code = load(d, h.code, at);
    const auto residual = hn::Sub(code, load(d, h.predicted, at));
    const auto raw_bits = load(d, h.raw_bits, at);
    const auto value = hn::Shr(residual, raw_bits);
    // Symbols of 1 and more are those of residuals, 0 is the escape.
    const auto wanted = hn::Add(value, half);
    const auto too_far = hn::AndNot(hn::Set(d, (1 << h.symbol_bits) - 1), wanted);
    const auto symbol = hn::IfThenElseZero(hn::Eq(too_far, hn::Zero(d)), wanted);
    const auto escape = hn::Eq(symbol, hn::Zero(d));
    const auto first = hn::ShiftLeftSame(load(d, h.table, at), h.symbol_bits);
    const auto entry = gather(d, memory, hn::Or(first, symbol));
    const auto extra_bits = hn::IfThenElse(escape, hn::Set(d, h.code_width), raw_bits);
    const auto mask = hn::Sub(hn::Shl(hn::Set(d, 1), extra_bits), hn::Set(d, 1));
    const auto extra = hn::And(hn::IfThenElse(escape, code, residual), mask);
    const auto prefix = hn::And(entry, hn::Set(d, 0xFFFF));
    store(hn::Or(hn::Shl(prefix, extra_bits), extra), d, h.bits, at);
    store(hn::Add(hn::ShiftRight<16>(entry), extra_bits), d, h.length, at);
  });
}

bool CompleteCodes(HuffmanRows& h, Block block) {
  std::int32_t outside = 0;
  over(block, [&h, &outside](auto d, std::size_t at) HWY_ATTR {
    const auto half = hn::Set(d, 1 << (h.symbol_bits - 1));
    const auto residual = hn::Sub(load(d, h.found, at), hn::Shl(half, load(d, h.raw_bits, at)));
    const auto code = hn::Add(load(d, h.predicted, at), residual);
    store(code, d, h.code, at);
    const auto number = hn::Add(code, hn::Set(d, 1 << (h.code_width - 1)));
    const auto too_far = hn::AndNot(hn::Set(d, (1 << h.code_width) - 1), number);
    // Also of channels after the block, which a closer look will pass over. Later versions of
    // Highway need a tag that is a constant here, and a Tail is none.
    const hn::DFromV<decltype(too_far)> tag;
    outside |= hn::AllTrue(tag, hn::Eq(too_far, hn::Zero(tag))) ? 0 : 1;
  });
  return outside == 0;
}

void UpdateCodes(HuffmanRows& h, Block block, int boost) {
  over(block, [&h, boost](auto d, std::size_t at) HWY_ATTR {
    const auto value = hn::ShiftLeft<kFracBits>(load(d, h.code, at));
    const auto innovation = hn::Sub(value, load(d, h.value, at));
    update_predictor(d, h, at, value, innovation, boost);
    const auto target =
        hn::ShiftLeft<kScaleFrac - kFracBits>(hn::Min(hn::Abs(innovation), hn::Set(d, h.cap)));
    const auto scale = load(d, h.scale, at);
    const auto moved = hn::ShiftRightSame(hn::Sub(target, scale), kScaleShift - boost);
    store(hn::Add(scale, moved), d, h.scale, at);
  });
}

void ExpectIntervals(RangeRows& r, Block block) {
  over(block, [&r](auto d, std::size_t at) HWY_ATTR {
    const auto value = predict(d, r, at);
    if (r.corrections.taps) {
      const auto sum = hn::Add(hn::Mul(load(d, r.tap1, at), load(d, r.past1, at)),
                               hn::Mul(load(d, r.tap2, at), load(d, r.past2, at)));
      const auto corrected = hn::Add(value, hn::ShiftRight<kTapFrac - kFracBits>(sum));
      store(clamp(d, corrected, r.min_value, r.max_value), d, r.after_taps, at);
    }
    // A float's exponent and the first bits of its mantissa are the logarithm in 1/16 octaves; a
    // scale has less than 24 bits.
    const auto least = hn::Set(d, static_cast<std::int32_t>(kMinScale));
    const auto scale = hn::Max(load(d, r.scale, at), least);
    const hn::RebindToFloat<decltype(d)> real;
    const auto logarithm =
        hn::ShiftRight<23 - kScaleMantissaBits>(hn::BitCast(d, hn::ConvertTo(real, scale)));
    constexpr std::int32_t kLeast = (127 + 6) << kScaleMantissaBits;
    static_assert(kMinScale == 1 << 6);
    store(hn::Add(hn::Sub(logarithm, hn::Set(d, kLeast)), load(d, r.burst, at)), d, r.index, at);
  });
}

void CorrectByNeighbours(RangeRows& r, Block block) {
  over(block, [&r](auto d, std::size_t at) HWY_ATTR {
    // Products have up to 31 bits, and there are three: the inputs' low bits apart.
    const auto mask = hn::Set(d, (1 << kGainFrac) - 1);
    auto high = hn::Zero(d);
    auto low = hn::Zero(d);
    const auto add = [&](const Row& gains, const Row& inputs) HWY_ATTR {
      const auto gain = load(d, gains, at);
      const auto input = load(d, inputs, at);
      high = hn::Add(high, hn::Mul(gain, hn::ShiftRight<kGainFrac>(input)));
      low = hn::Add(low, hn::Mul(gain, hn::And(input, mask)));
    };
    add(r.gain1, r.before);
    add(r.gain2, r.second);
    add(r.gain3, r.mean);
    const auto sum = hn::Add(high, hn::ShiftRight<kGainFrac>(low));
    const auto value = hn::Add(load(d, r.tapped(), at), sum);
    store(clamp(d, value, r.min_value, r.max_value), d, r.corrected, at);
  });
}

/// Innovations before stage neighbour, into `before` of each channel after them.
void PassInnovations(RangeRows& r, Block block) {
  over(block, [&r](auto d, std::size_t at) HWY_ATTR {
    const auto number = hn::Sub(load(d, r.code, at), hn::Set(d, r.min_code));
    const auto innovation = hn::Sub(gather(d, r.values, number), load(d, r.tapped(), at));
    store(clamp(d, innovation, r.min_value, -r.min_value - 1), d, r.before, at + 1);
  });
}

/// Cumulative frequency at edges.
template <class D>
hn::Vec<D> at_edges(D d, const RangeRows& r, hn::Vec<D> edge, hn::Vec<D> prediction,
                    hn::Vec<D> index) {
  const auto mantissa = hn::And(index, hn::Set(d, (1 << kScaleMantissaBits) - 1));
  const auto octave = hn::ShiftRight<kScaleMantissaBits>(index);
  const auto product =
      mul_shift<5>(d, gather(d, r.reciprocals, mantissa), hn::Sub(edge, prediction));
  const auto deviate = clamp(d, hn::Shr(product, octave), -kDeviates, kDeviates - 1);
  return gather(d, r.cumulative, hn::Add(deviate, hn::Set(d, kDeviates)));
}

void Intervals(RangeRows& r, Block block) {
  over(block, [&r](auto d, std::size_t at) HWY_ATTR {
    const auto one = hn::Set(d, 1);
    const auto code = load(d, r.code, at);
    const auto number = hn::Sub(code, hn::Set(d, r.min_code));
    const auto prediction = load(d, r.prediction(), at);
    const auto index = load(d, r.index, at);
    const auto octave = hn::ShiftRight<kScaleMantissaBits>(index);
    const auto plain = hn::Max(hn::Sub(octave, hn::Set(d, r.plain_octave)), hn::Zero(d));
    // The group begins at the code itself if it has no plain bits, and then has the code's edges.
    const auto size = hn::Shl(one, plain);
    const auto first = hn::AndNot(hn::Sub(size, one), code);
    const auto last = hn::Add(first, hn::Sub(size, one));
    const auto single = hn::Eq(plain, hn::Zero(d));
    const auto half = hn::Set(d, 1 << (kFracBits - 1));
    const auto even_low = hn::Sub(hn::ShiftLeft<kFracBits>(first), half);
    const auto even_high = hn::Add(hn::ShiftLeft<kFracBits>(last), half);
    const auto low_edge = hn::IfThenElse(single, gather(d, r.edges, number), even_low);
    const auto high_edge =
        hn::IfThenElse(single, gather(d, r.edges, hn::Add(number, one)), even_high);
    const auto low = hn::IfThenElse(hn::Eq(first, hn::Set(d, r.min_code)),
                                    hn::Set(d, static_cast<std::int32_t>(kEscapeFrequency)),
                                    at_edges(d, r, low_edge, prediction, index));
    const auto high = hn::IfThenElse(hn::Eq(last, hn::Set(d, r.max_code)),
                                     hn::Set(d, static_cast<std::int32_t>(kTopFrequency)),
                                     at_edges(d, r, high_edge, prediction, index));
    store(plain, d, r.plain, at);
    store(low, d, r.low, at);
    store(hn::Sub(high, low), d, r.frequency, at);
  });
}

/// A weight of sign-sign LMS after a step, as stages taps and neighbour have them.
template <class D>
void learn(D d, Row& weights, std::size_t at, hn::Vec<D> input, hn::Vec<D> direction, int boost,
           std::int32_t low, std::int32_t high) {
  const auto step = hn::ShiftLeftSame(hn::Mul(sign(d, input), direction), boost >> 1);
  store(clamp(d, hn::Add(load(d, weights, at), step), low, high), d, weights, at);
}

void UpdateIntervals(RangeRows& r, Block block, int boost) {
  over(block, [&r, boost](auto d, std::size_t at) HWY_ATTR {
    const auto number = hn::Sub(load(d, r.code, at), hn::Set(d, r.min_code));
    const auto value = gather(d, r.values, number);
    const auto uncorrected = hn::Sub(value, load(d, r.value, at));
    update_predictor(d, r, at, value, uncorrected, boost);

    const auto innovation = hn::Sub(value, load(d, r.prediction(), at));
    const auto direction = innovation_sign(d, innovation);
    if (r.corrections.taps) {
      const auto past1 = load(d, r.past1, at);
      learn(d, r.tap1, at, past1, direction, boost, kTapMin, kTapMax);
      learn(d, r.tap2, at, load(d, r.past2, at), direction, boost, kTapMin, kTapMax);
      store(past1, d, r.past2, at);
      const auto half = hn::Set(d, 1 << (kFracBits - 1));
      const auto rounded = hn::ShiftRight<kFracBits>(hn::Add(uncorrected, half));
      store(clamp(d, rounded, r.min_code, r.max_code), d, r.past1, at);
    }
    if (r.corrections.neighbour) {
      learn(d, r.gain1, at, load(d, r.before, at), direction, boost, kGainMin, kGainMax);
      learn(d, r.gain2, at, load(d, r.second, at), direction, boost, kGainMin, kGainMax);
      learn(d, r.gain3, at, load(d, r.mean, at), direction, boost, kGainMin, kGainMax);
    }

    const auto magnitude =
        hn::ShiftLeft<kScaleFrac - kFracBits>(hn::Min(hn::Abs(innovation), hn::Set(d, r.cap)));
    const auto scale = load(d, r.scale, at);
    const auto seven = hn::Mul(scale, hn::Set(d, 7));
    const auto far = at_least(d, magnitude, seven);
    const auto burst = at_least(d, hn::ShiftLeft<1>(magnitude), seven);
    const auto before = load(d, r.burst, at);
    const auto raise = hn::IfThenElse(far, hn::Set(d, 2 * kBurstStep), hn::Set(d, kBurstStep));
    const auto raised = hn::Min(hn::Add(before, raise), hn::Set(d, kBurstMax));
    const auto lowered = hn::Max(hn::Sub(before, hn::Set(d, 1)), hn::Zero(d));
    store(hn::IfThenElse(burst, raised, lowered), d, r.burst, at);
    const auto moved = hn::ShiftRightSame(hn::Sub(magnitude, scale), kScaleShift - boost);
    store(hn::Add(scale, moved), d, r.scale, at);
  });
}

}  // namespace
}  // namespace nrc::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nrc {

namespace {

HWY_EXPORT(ExpectCodes);
HWY_EXPORT(EncodeCodes);
HWY_EXPORT(CompleteCodes);
HWY_EXPORT(UpdateCodes);
HWY_EXPORT(ExpectIntervals);
HWY_EXPORT(CorrectByNeighbours);
HWY_EXPORT(PassInnovations);
HWY_EXPORT(Intervals);
HWY_EXPORT(UpdateIntervals);

void fill(Row& row, Block block, std::int32_t value) {
  std::fill(row.begin() + static_cast<std::ptrdiff_t>(block.begin),
            row.begin() + static_cast<std::ptrdiff_t>(block.end), value);
}

}  // namespace

PredictorRows::PredictorRows(int width, std::size_t count)
    : code_width(width),
      channels(count),
      min_value(-(1 << (width - 1)) * (1 << kFracBits)),
      max_value(((1 << (width - 1)) - 1) * (1 << kFracBits)),
      level(count + kRowMargin),
      weight(count + kRowMargin, kWeightReset),
      last(count + kRowMargin),
      deviation(count + kRowMargin),
      value(count + kRowMargin),
      code(count + kRowMargin) {}

void PredictorRows::reset(Block block) {
  fill(level, block, 0);
  fill(weight, block, kWeightReset);
  fill(last, block, 0);
}

HuffmanRows::HuffmanRows(const TableSet& tables, int width, std::size_t count)
    : PredictorRows(width, count),
      symbol_bits(tables.symbol_bits),
      initial_scale(static_cast<std::int32_t>(tables.initial_scale)),
      cap((1 << (width + 2)) - 1),
      scale(count + kRowMargin, initial_scale),
      predicted(count + kRowMargin),
      table(count + kRowMargin),
      raw_bits(count + kRowMargin),
      bits(count + kRowMargin),
      length(count + kRowMargin),
      found(count + kRowMargin) {
  for (const ScaleClass& c : tables.classes) {
    if (&c != &tables.classes.back()) below.push_back(c.below);
    classes.push_back(c.first_table | c.raw_bits << 16 | c.modulus_bits << 20 | c.split << 24);
  }
}

void HuffmanRows::reset(Block block) {
  PredictorRows::reset(block);
  fill(scale, block, initial_scale);
}

void HuffmanRows::expect(Block block) { HWY_DYNAMIC_DISPATCH(ExpectCodes)(*this, block); }
void HuffmanRows::encode(Block block, const Row& memory) {
  HWY_DYNAMIC_DISPATCH(EncodeCodes)(*this, block, memory);
}
bool HuffmanRows::complete(Block block) {
  return HWY_DYNAMIC_DISPATCH(CompleteCodes)(*this, block);
}
void HuffmanRows::update(Block block, int boost) {
  HWY_DYNAMIC_DISPATCH(UpdateCodes)(*this, block, boost);
}

void HuffmanRows::update_reset(Block block) {
  for (std::size_t c = block.begin; c < block.end; ++c) {
    level[c] = last[c] = code[c] * (1 << kFracBits);
  }
}

RangeRows::RangeRows(const RangeTables& tables, int width, std::size_t count,
                     const Corrections& optional)
    : PredictorRows(width, count),
      corrections(optional),
      min_code(-(1 << (width - 1))),
      max_code((1 << (width - 1)) - 1),
      initial_scale(static_cast<std::int32_t>(tables.initial_scale)),
      cap((1 << (width + 2)) - 1),
      plain_octave(width > kPlainWidth ? kPlainOctave : std::numeric_limits<int>::max()),
      linearizer(tables, width),
      scale(count + kRowMargin, initial_scale),
      burst(count + kRowMargin),
      index(count + kRowMargin),
      low(count + kRowMargin),
      frequency(count + kRowMargin),
      plain(count + kRowMargin) {
  if (corrections.taps) {
    for (Row* row : {&past1, &past2, &tap1, &tap2, &after_taps}) row->resize(count + kRowMargin);
  }
  if (corrections.neighbour) {
    for (Row* row : {&gain1, &gain2, &gain3, &second, &mean, &corrected})
      row->resize(count + kRowMargin);
    before.resize(count + 1 +
                  kRowMargin);  // the last channel passes its innovation on like the others
  }
  for (std::int32_t c = min_code; c <= max_code; ++c) {
    const CodeInterval& interval = linearizer.interval(static_cast<Code>(c));
    edges.push_back(interval.low);
    values.push_back(interval.value);
  }
  edges.push_back(linearizer.interval(static_cast<Code>(max_code)).high);
  for (int j = 0; j < 1 << kScaleMantissaBits; ++j) {
    reciprocals.push_back(IntervalModel::reciprocal(j));
  }
  const IntervalModel model(tables, linearizer);
  for (std::int32_t z = -kDeviates; z < kDeviates; ++z) {
    cumulative.push_back(static_cast<std::int32_t>(model.at_deviate(z)));
  }
}

void RangeRows::reset(Block block) {
  PredictorRows::reset(block);
  fill(scale, block, initial_scale);
  fill(burst, block, 0);
  if (corrections.taps) {
    for (Row* row : {&past1, &past2, &tap1, &tap2}) fill(*row, block, 0);
  }
  if (corrections.neighbour) {
    for (Row* row : {&gain1, &gain2, &gain3}) fill(*row, block, 0);
  }
}

void RangeRows::expect(Block block) { HWY_DYNAMIC_DISPATCH(ExpectIntervals)(*this, block); }
void RangeRows::intervals(Block block) { HWY_DYNAMIC_DISPATCH(Intervals)(*this, block); }
void RangeRows::update(Block block, int boost) {
  HWY_DYNAMIC_DISPATCH(UpdateIntervals)(*this, block, boost);
}

void RangeRows::correct() {
  if (!corrections.neighbour) return;
  const Block all = {0, channels};
  before[0] = 0;
  HWY_DYNAMIC_DISPATCH(PassInnovations)(*this, all);
  std::int32_t running = 0;
  second[0] = 0;
  for (std::size_t c = 0; c < channels; ++c) {
    second[c + 1] = before[c];
    mean[c] = running;
    running += (before[c + 1] - running) >> kNeighbourMeanShift;
  }
  HWY_DYNAMIC_DISPATCH(CorrectByNeighbours)(*this, all);
}

void RangeRows::update_reset(Block block) {
  for (std::size_t c = block.begin; c < block.end; ++c) {
    level[c] = last[c] = values[static_cast<std::size_t>(code[c] - min_code)];
  }
}

}  // namespace nrc
#endif
