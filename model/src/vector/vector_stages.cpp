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

using I32 = hn::CappedTag<std::int32_t, 16>;
using Vec = hn::Vec<I32>;

Vec set(std::int32_t value) { return hn::Set(I32(), value); }
Vec load(const Lanes& lanes, std::size_t at) { return hn::LoadU(I32(), lanes.data() + at); }
void store(Vec v, Lanes& lanes, std::size_t at) { hn::StoreU(v, I32(), lanes.data() + at); }
Vec gather(const Lanes& from, Vec at) { return hn::GatherIndex(I32(), from.data(), at); }

hn::Mask<I32> at_least(Vec a, Vec b) { return hn::Gt(a, hn::Sub(b, set(1))); }

/// (a * b) >> kShift for products of more than 32 bits: b's high part times a is a whole number of
/// 2^kShift, so that only the low part's product is shifted.
template <int kShift>
Vec mul_shift(Vec a, Vec b) {
  const Vec high = hn::Mul(a, hn::ShiftRight<kShift>(b));
  const Vec low = hn::Mul(a, hn::And(b, set((1 << kShift) - 1)));
  return hn::Add(high, hn::ShiftRight<kShift>(low));
}

/// -1, 0 or 1.
Vec sign(Vec v) { return hn::Max(hn::Min(v, set(1)), set(-1)); }

Vec predict(PredictorLanes& p, std::size_t at) {
  const Vec level = load(p.level, at);
  const Vec last = load(p.last, at);
  const Vec deviation = hn::Sub(last, level);
  store(deviation, p.deviation, at);
  const Vec persistence = mul_shift<kWeightFrac>(load(p.weight, at), deviation);
  const Vec value =
      hn::Max(hn::Min(hn::Add(level, persistence), set(p.max_value)), set(p.min_value));
  store(value, p.value, at);
  return value;
}

/// Updates the predictor with a code of this value.
void update(PredictorLanes& p, std::size_t at, Vec value, Vec innovation) {
  // 0 within half a code, where the weight stays: e >> kQuietShift is 0 or -1 there.
  const Vec below_zero = hn::ShiftRight<31>(innovation);
  const Vec halves = hn::Sub(hn::ShiftRight<kQuietShift>(innovation), below_zero);
  const Vec step = hn::ShiftLeftSame(hn::Mul(sign(load(p.deviation, at)), sign(halves)), p.boost);
  const Vec weight = hn::Add(load(p.weight, at), step);
  store(hn::Max(hn::Min(weight, set(kWeightMax)), set(kWeightMin)), p.weight, at);
  const Vec level = load(p.level, at);
  store(hn::Add(level, hn::ShiftRight<kLevelShift>(hn::Sub(value, level))), p.level, at);
  store(value, p.last, at);
}

void ExpectCodes(HuffmanLanes& h) {
  for (std::size_t at = 0; at < h.count; at += hn::Lanes(I32())) {
    const Vec value = predict(h, at);
    const Vec predicted = hn::ShiftRight<kFracBits>(hn::Add(value, set(1 << (kFracBits - 1))));
    store(predicted, h.predicted, at);

    const Vec scale = hn::ShiftRight<kScaleFrac - kThresholdFrac>(load(h.scale, at));
    Vec number = hn::Zero(I32());
    for (const std::int32_t below : h.below) {
      // A true mask is -1 in each lane.
      number = hn::Sub(number, hn::VecFromMask(I32(), at_least(scale, set(below))));
    }
    const Vec entry = gather(h.classes, number);
    const Vec modulus = hn::Shl(set(1), hn::And(hn::ShiftRight<20>(entry), set(15)));
    const Vec phase = hn::And(predicted, hn::Sub(modulus, set(1)));
    const Vec half = hn::ShiftRight<1>(modulus);
    const auto outside =
        hn::Or(hn::Lt(predicted, hn::Sub(hn::Zero(I32()), half)), at_least(predicted, half));
    const auto split = hn::Gt(hn::ShiftRight<24>(entry), hn::Zero(I32()));
    const Vec more = hn::IfThenElseZero(hn::And(split, outside), modulus);
    store(hn::Add(hn::And(entry, set(0xFFFF)), hn::Add(phase, more)), h.table, at);
    store(hn::And(hn::ShiftRight<16>(entry), set(15)), h.raw_bits, at);
  }
}

void EncodeCodes(HuffmanLanes& h, const Lanes& memory) {
  const Vec half = set(1 << (h.symbol_bits - 1));
  const Vec symbol_bits = set(h.symbol_bits);
  const Vec width = set(h.code_width);
  for (std::size_t at = 0; at < h.count; at += hn::Lanes(I32())) {
    const Vec code = load(h.code, at);
    const Vec residual = hn::Sub(code, load(h.predicted, at));
    const Vec raw_bits = load(h.raw_bits, at);
    const Vec value = hn::Shr(residual, raw_bits);
    const auto escape =
        hn::Or(at_least(hn::Sub(hn::Zero(I32()), half), value), at_least(value, half));
    const Vec symbol = hn::IfThenZeroElse(escape, hn::Add(value, half));
    const Vec entry = gather(memory, hn::Or(hn::Shl(load(h.table, at), symbol_bits), symbol));
    const Vec extra_bits = hn::IfThenElse(escape, width, raw_bits);
    const Vec mask = hn::Sub(hn::Shl(set(1), extra_bits), set(1));
    const Vec extra = hn::And(hn::IfThenElse(escape, code, residual), mask);
    const Vec prefix = hn::And(entry, set(0xFFFF));
    store(hn::Or(hn::Shl(prefix, extra_bits), extra), h.bits, at);
    store(hn::Add(hn::ShiftRight<16>(entry), extra_bits), h.length, at);
  }
}

void UpdateCodes(HuffmanLanes& h) {
  for (std::size_t at = 0; at < h.count; at += hn::Lanes(I32())) {
    const Vec value = hn::ShiftLeft<kFracBits>(load(h.code, at));
    const Vec innovation = hn::Sub(value, load(h.value, at));
    update(h, at, value, innovation);
    const Vec target =
        hn::ShiftLeft<kScaleFrac - kFracBits>(hn::Min(hn::Abs(innovation), set(h.cap)));
    const Vec scale = load(h.scale, at);
    const Vec moved = hn::ShiftRightSame(hn::Sub(target, scale), kScaleShift - h.boost);
    store(hn::Add(scale, moved), h.scale, at);
  }
}

void ExpectIntervals(RangeLanes& r) {
  for (std::size_t at = 0; at < r.count; at += hn::Lanes(I32())) {
    predict(r, at);
    // A float's exponent and the first bits of its mantissa are the logarithm in 1/16 octaves; a
    // scale has less than 24 bits.
    const Vec scale = hn::Max(load(r.scale, at), set(static_cast<std::int32_t>(kMinScale)));
    const Vec bits = hn::BitCast(I32(), hn::ConvertTo(hn::RebindToFloat<I32>(), scale));
    const Vec logarithm = hn::ShiftRight<23 - kScaleMantissaBits>(bits);
    constexpr std::int32_t kLeast = (127 + 6) << kScaleMantissaBits;
    static_assert(kMinScale == 1 << 6);
    store(hn::Add(hn::Sub(logarithm, set(kLeast)), load(r.burst, at)), r.index, at);
  }
}

/// Cumulative frequency at edges.
Vec at_edges(const RangeLanes& r, Vec edge, Vec prediction, Vec index) {
  const Vec mantissa = hn::And(index, set((1 << kScaleMantissaBits) - 1));
  const Vec octave = hn::ShiftRight<kScaleMantissaBits>(index);
  const Vec product = mul_shift<5>(gather(r.reciprocals, mantissa), hn::Sub(edge, prediction));
  const Vec deviate = hn::Shr(product, octave);
  const Vec clamped = hn::Max(hn::Min(deviate, set(kDeviates - 1)), set(-kDeviates));
  return gather(r.cumulative, hn::Add(clamped, set(kDeviates)));
}

void Intervals(RangeLanes& r) {
  for (std::size_t at = 0; at < r.count; at += hn::Lanes(I32())) {
    const Vec code = load(r.code, at);
    const Vec number = hn::Sub(code, set(r.min_code));
    const Vec prediction = load(r.value, at);
    const Vec index = load(r.index, at);
    const Vec octave = hn::ShiftRight<kScaleMantissaBits>(index);
    const Vec plain = hn::Max(hn::Sub(octave, set(r.plain_octave)), hn::Zero(I32()));
    // The group begins at the code itself if it has no plain bits, and then has the code's edges.
    const Vec size = hn::Shl(set(1), plain);
    const Vec first = hn::AndNot(hn::Sub(size, set(1)), code);
    const Vec last = hn::Add(first, hn::Sub(size, set(1)));
    const auto single = hn::Eq(plain, hn::Zero(I32()));
    const Vec half = set(1 << (kFracBits - 1));
    const Vec even_low = hn::Sub(hn::ShiftLeft<kFracBits>(first), half);
    const Vec even_high = hn::Add(hn::ShiftLeft<kFracBits>(last), half);
    const Vec low_edge = hn::IfThenElse(single, gather(r.edges, number), even_low);
    const Vec high_edge =
        hn::IfThenElse(single, gather(r.edges, hn::Add(number, set(1))), even_high);
    const Vec low = hn::IfThenElse(hn::Eq(first, set(r.min_code)),
                                   set(static_cast<std::int32_t>(kEscapeFrequency)),
                                   at_edges(r, low_edge, prediction, index));
    const Vec high =
        hn::IfThenElse(hn::Eq(last, set(r.max_code)), set(static_cast<std::int32_t>(kTopFrequency)),
                       at_edges(r, high_edge, prediction, index));
    store(plain, r.plain, at);
    store(low, r.low, at);
    store(hn::Sub(high, low), r.frequency, at);
  }
}

void UpdateIntervals(RangeLanes& r) {
  for (std::size_t at = 0; at < r.count; at += hn::Lanes(I32())) {
    const Vec value = gather(r.values, hn::Sub(load(r.code, at), set(r.min_code)));
    const Vec innovation = hn::Sub(value, load(r.value, at));
    update(r, at, value, innovation);

    const Vec magnitude =
        hn::ShiftLeft<kScaleFrac - kFracBits>(hn::Min(hn::Abs(innovation), set(r.cap)));
    const Vec scale = load(r.scale, at);
    const Vec seven = hn::Mul(scale, set(7));
    const auto far = at_least(magnitude, seven);
    const auto burst = at_least(hn::ShiftLeft<1>(magnitude), seven);
    const Vec before = load(r.burst, at);
    const Vec raise = hn::IfThenElse(far, set(2 * kBurstStep), set(kBurstStep));
    const Vec raised = hn::Min(hn::Add(before, raise), set(kBurstMax));
    const Vec lowered = hn::Max(hn::Sub(before, set(1)), hn::Zero(I32()));
    store(hn::IfThenElse(burst, raised, lowered), r.burst, at);
    const Vec moved = hn::ShiftRightSame(hn::Sub(magnitude, scale), kScaleShift - r.boost);
    store(hn::Add(scale, moved), r.scale, at);
  }
}

}  // namespace
}  // namespace nrc::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nrc {

namespace {

/// As many as a vector has at most.
constexpr std::size_t kMaxLanes = 16;

std::size_t padded(std::size_t channels) {
  return (channels + kMaxLanes - 1) / kMaxLanes * kMaxLanes;
}

HWY_EXPORT(ExpectCodes);
HWY_EXPORT(EncodeCodes);
HWY_EXPORT(UpdateCodes);
HWY_EXPORT(ExpectIntervals);
HWY_EXPORT(Intervals);
HWY_EXPORT(UpdateIntervals);

}  // namespace

PredictorLanes::PredictorLanes(int code_width, std::size_t channels)
    : count(padded(channels)),
      min_value(-(1 << (code_width - 1)) * (1 << kFracBits)),
      max_value(((1 << (code_width - 1)) - 1) * (1 << kFracBits)),
      level(count),
      weight(count),
      last(count),
      deviation(count),
      value(count),
      code(count) {
  PredictorLanes::reset();
}

void PredictorLanes::reset() {
  std::fill(level.begin(), level.end(), 0);
  std::fill(weight.begin(), weight.end(), kWeightReset);
  std::fill(last.begin(), last.end(), 0);
  pace.next(true);
}

HuffmanLanes::HuffmanLanes(const TableSet& tables, int width, std::size_t channels)
    : PredictorLanes(width, channels),
      code_width(width),
      symbol_bits(tables.symbol_bits),
      initial_scale(static_cast<std::int32_t>(tables.initial_scale)),
      cap((1 << (width + 2)) - 1),
      scale(count, initial_scale),
      predicted(count),
      table(count),
      raw_bits(count),
      bits(count),
      length(count) {
  for (const ScaleClass& c : tables.classes) {
    if (&c != &tables.classes.back()) below.push_back(c.below);
    classes.push_back(c.first_table | c.raw_bits << 16 | c.modulus_bits << 20 | c.split << 24);
  }
}

void HuffmanLanes::reset() {
  PredictorLanes::reset();
  std::fill(scale.begin(), scale.end(), initial_scale);
}

void HuffmanLanes::expect() { HWY_DYNAMIC_DISPATCH(ExpectCodes)(*this); }
void HuffmanLanes::encode(const Lanes& memory) { HWY_DYNAMIC_DISPATCH(EncodeCodes)(*this, memory); }
void HuffmanLanes::update() {
  boost = pace.next(false);
  HWY_DYNAMIC_DISPATCH(UpdateCodes)(*this);
}

void HuffmanLanes::update_reset() {
  for (std::size_t i = 0; i < count; ++i) level[i] = last[i] = code[i] * (1 << kFracBits);
}

RangeLanes::RangeLanes(const RangeTables& tables, int code_width, std::size_t channels)
    : PredictorLanes(code_width, channels),
      min_code(-(1 << (code_width - 1))),
      max_code((1 << (code_width - 1)) - 1),
      initial_scale(static_cast<std::int32_t>(tables.initial_scale)),
      cap((1 << (code_width + 2)) - 1),
      plain_octave(code_width > kPlainWidth ? kPlainOctave : std::numeric_limits<int>::max()),
      linearizer(tables, code_width),
      scale(count, initial_scale),
      burst(count),
      index(count),
      low(count),
      frequency(count),
      plain(count) {
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

void RangeLanes::reset() {
  PredictorLanes::reset();
  std::fill(scale.begin(), scale.end(), initial_scale);
  std::fill(burst.begin(), burst.end(), 0);
}

void RangeLanes::expect() { HWY_DYNAMIC_DISPATCH(ExpectIntervals)(*this); }
void RangeLanes::intervals() { HWY_DYNAMIC_DISPATCH(Intervals)(*this); }
void RangeLanes::update() {
  boost = pace.next(false);
  HWY_DYNAMIC_DISPATCH(UpdateIntervals)(*this);
}

void RangeLanes::update_reset() {
  for (std::size_t i = 0; i < count; ++i) {
    level[i] = last[i] = values[static_cast<std::size_t>(code[i] - min_code)];
  }
}

std::int32_t RangeLanes::at_edge(std::int32_t edge, std::int32_t prediction,
                                 std::int32_t index_of) const {
  const auto mantissa = static_cast<std::size_t>(index_of & ((1 << kScaleMantissaBits) - 1));
  const std::int64_t product = std::int64_t{edge - prediction} * reciprocals[mantissa];
  const auto deviate = product >> ((index_of >> kScaleMantissaBits) + 5);
  const auto place = std::clamp<std::int64_t>(deviate, -kDeviates, kDeviates - 1) + kDeviates;
  return cumulative[static_cast<std::size_t>(place)];
}

}  // namespace nrc
#endif
