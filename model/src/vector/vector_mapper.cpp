// SPDX-License-Identifier: Apache-2.0
//
// Divisions are products with a reciprocal, in doubles. All numbers that are divided are integers
// below 2^kExactBits. What is divided is moved up by half of 1, so that a quotient lies half of
// 1 / divisor or more from the next integer, and its error of 2^-52 of itself is less. The floor is
// then exact.
#include "vector/vector_mapper.hpp"

#include <algorithm>

// This file is compiled once for each instruction set; the best one is chosen when it runs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vector/vector_mapper.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nrc::HWY_NAMESPACE {
namespace {

#if HWY_HAVE_FLOAT64

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<double, 8>;
using Doubles = hn::Vec<Tag>;

template <class Value>
using ValueTag = hn::Rebind<Value, Tag>;
template <class Value>
using Values = hn::Vec<ValueTag<Value>>;

Doubles load(const std::vector<double>& row, std::size_t at) {
  return hn::LoadU(Tag(), row.data() + at);
}

Doubles to_doubles(Values<std::int16_t> v) {
  return hn::PromoteTo(Tag(), hn::PromoteTo(ValueTag<std::int32_t>(), v));
}
Doubles to_doubles(Values<std::int32_t> v) { return hn::PromoteTo(Tag(), v); }

/// Integers that fit.
void to_integers(Doubles v, Values<std::int16_t>& out) {
  out = hn::DemoteTo(ValueTag<std::int16_t>(), hn::DemoteTo(ValueTag<std::int32_t>(), v));
}
void to_integers(Doubles v, Values<std::int32_t>& out) {
  out = hn::DemoteTo(ValueTag<std::int32_t>(), v);
}

Values<std::int16_t> whole(const MapRow& row, std::size_t at, std::int16_t /*type*/) {
  const auto all = hn::LoadU(ValueTag<std::int32_t>(), row.whole.data() + at);
  return hn::DemoteTo(ValueTag<std::int16_t>(), all);
}
Values<std::int32_t> whole(const MapRow& row, std::size_t at, std::int32_t /*type*/) {
  return hn::LoadU(ValueTag<std::int32_t>(), row.whole.data() + at);
}

/// floor(a / divisor) of integers, given the divisor's reciprocal.
Doubles divide(Doubles a, Doubles reciprocal) {
  return hn::Floor(hn::Mul(hn::Add(a, hn::Set(Tag(), 0.5)), reciprocal));
}

/// Of codes, before they are reduced to the values' range; without the whole part of the offset.
template <Rounding kRounding>
Doubles rounded_values(const MapRow& row, std::size_t at, Doubles codes) {
  const Tag d;
  const Doubles denominator = load(row.denominator, at);
  const Doubles to_value = load(row.to_value, at);
  const Doubles x = hn::Add(hn::Mul(codes, load(row.numerator, at)), load(row.part, at));
  const Doubles twice = hn::Add(x, x);
  if constexpr (kRounding == Rounding::kDown) {
    return divide(twice, to_value);
  } else if constexpr (kRounding == Rounding::kTowardsZero) {
    return hn::CopySign(divide(hn::Abs(twice), to_value), x);
  } else if constexpr (kRounding == Rounding::kNearestAway) {
    return hn::CopySign(divide(hn::Add(hn::Abs(twice), denominator), to_value), x);
  } else {
    const Doubles sum = hn::Add(twice, denominator);
    const Doubles nearest = divide(sum, to_value);
    const Doubles half = hn::Mul(nearest, hn::Set(d, 0.5));
    const auto odd = hn::Ne(hn::Floor(half), half);
    const auto tie = hn::Eq(hn::Mul(nearest, hn::Add(denominator, denominator)), sum);
    return hn::Sub(nearest, hn::IfThenElseZero(hn::And(tie, odd), hn::Set(d, 1.0)));
  }
}

/// Values of codes.
template <Rounding kRounding, class Value>
Values<Value> values_of(const MapRow& row, std::size_t at, Doubles codes) {
  const Tag d;
  constexpr double kTurn = 65536.0 * (sizeof(Value) == 2 ? 1.0 : 65536.0);
  const Doubles v = rounded_values<kRounding>(row, at, codes);
  const Doubles turns =
      hn::Floor(hn::Mul(hn::Add(v, hn::Set(d, kTurn / 2)), hn::Set(d, 1 / kTurn)));
  Values<Value> out;
  to_integers(hn::Sub(v, hn::Mul(turns, hn::Set(d, kTurn))), out);
  return hn::Add(out, whole(row, at, Value()));
}

/// Nearest codes of values, as doubles.
template <Rounding kRounding, class Value>
Doubles codes_of(const MapRow& row, std::size_t at, Values<Value> values) {
  const Tag d;
  constexpr double kTurn = 65536.0 * (sizeof(Value) == 2 ? 1.0 : 65536.0);
  const Doubles n = load(row.numerator, at);
  const Doubles denominator = load(row.denominator, at);
  const Doubles part = load(row.part, at);
  // The distance from code 0 in 1/D, the short way round: the integers go round by themselves.
  const Doubles moved = to_doubles(hn::Sub(values, whole(row, at, Value())));
  Doubles distance = hn::Sub(hn::Mul(moved, denominator), part);
  const auto below = hn::Lt(distance, hn::Mul(denominator, hn::Set(d, -kTurn / 2)));
  distance = hn::Add(distance, hn::IfThenElseZero(below, hn::Mul(denominator, hn::Set(d, kTurn))));
  Doubles sum = hn::Add(hn::Add(distance, distance), n);
  if constexpr (kRounding == Rounding::kDown) {
    sum = hn::Add(sum, hn::Sub(denominator, hn::Set(d, 1.0)));
  } else if constexpr (kRounding == Rounding::kTowardsZero) {
    const Doubles most = hn::Sub(denominator, hn::Set(d, 1.0));
    const Doubles value = hn::Add(distance, part);
    const Doubles lost = hn::IfThenZeroElse(hn::Eq(value, hn::Zero(d)), hn::CopySign(most, value));
    sum = hn::Add(sum, lost);
  }
  const Doubles code = divide(sum, load(row.to_code, at));
  return hn::Min(hn::Max(code, hn::Set(d, row.min_code)), hn::Set(d, row.max_code));
}

/// Calls work(vector's place in the row, its place among all `count`), for vectors that cover all
/// of them. The last of a row overlaps the one before.
template <class Work>
void over(const MapRow& row, std::size_t count, const Work& work) {
  const std::size_t lanes = hn::Lanes(Tag());
  for (std::size_t begin = 0; begin < count; begin += row.length) {
    // The last row may overlap as well: it begins with a frame all the same.
    const std::size_t first = std::min(begin, count - row.length);
    std::size_t at = 0;
    for (; at + lanes <= row.length; at += lanes) work(at, first + at);
    if (at < row.length) work(row.length - lanes, first + row.length - lanes);
  }
}

/// @return whether no value is off the map
template <Rounding kRounding, class Value>
bool to_codes(const MapRow& row, const Value* values, std::size_t count, Value* codes) {
  const ValueTag<Value> d;
  auto off = hn::Zero(d);
  over(row, count, [&](std::size_t at, std::size_t place) HWY_ATTR {
    const auto value = hn::LoadU(d, values + place);
    const Doubles code = codes_of<kRounding, Value>(row, at, value);
    Values<Value> out;
    to_integers(code, out);
    hn::StoreU(out, d, codes + place);
    off = hn::Or(off, hn::Xor(value, values_of<kRounding, Value>(row, at, code)));
  });
  return hn::AllTrue(d, hn::Eq(off, hn::Zero(d)));
}

template <Rounding kRounding, class Value>
void to_values(const MapRow& row, const Value* codes, std::size_t count, Value* values) {
  const ValueTag<Value> d;
  over(row, count, [&](std::size_t at, std::size_t place) HWY_ATTR {
    const Doubles code = to_doubles(hn::LoadU(d, codes + place));
    hn::StoreU(values_of<kRounding, Value>(row, at, code), d, values + place);
  });
}

template <class Value>
bool ToCodes(const MapRow& row, const Value* values, std::size_t count, Value* codes) {
  switch (row.rounding) {
    case Rounding::kDown:
      return to_codes<Rounding::kDown>(row, values, count, codes);
    case Rounding::kTowardsZero:
      return to_codes<Rounding::kTowardsZero>(row, values, count, codes);
    case Rounding::kNearestEven:
      return to_codes<Rounding::kNearestEven>(row, values, count, codes);
    default:
      return to_codes<Rounding::kNearestAway>(row, values, count, codes);
  }
}

template <class Value>
void ToValues(const MapRow& row, const Value* codes, std::size_t count, Value* values) {
  switch (row.rounding) {
    case Rounding::kDown:
      return to_values<Rounding::kDown>(row, codes, count, values);
    case Rounding::kTowardsZero:
      return to_values<Rounding::kTowardsZero>(row, codes, count, values);
    case Rounding::kNearestEven:
      return to_values<Rounding::kNearestEven>(row, codes, count, values);
    default:
      return to_values<Rounding::kNearestAway>(row, codes, count, values);
  }
}

constexpr bool kHasDoubles = true;

#else

constexpr bool kHasDoubles = false;
template <class Value>
bool ToCodes(const MapRow&, const Value*, std::size_t, Value*) {
  return false;
}
template <class Value>
void ToValues(const MapRow&, const Value*, std::size_t, Value*) {}

#endif

bool HasDoubles() { return kHasDoubles; }
bool ToCodes16(const MapRow& row, const std::int16_t* values, std::size_t count, Code* codes) {
  return ToCodes(row, values, count, codes);
}
bool ToCodes32(const MapRow& row, const std::int32_t* values, std::size_t count, WideCode* codes) {
  return ToCodes(row, values, count, codes);
}
void ToValues16(const MapRow& row, const Code* codes, std::size_t count, std::int16_t* values) {
  ToValues(row, codes, count, values);
}
void ToValues32(const MapRow& row, const WideCode* codes, std::size_t count, std::int32_t* values) {
  ToValues(row, codes, count, values);
}

}  // namespace
}  // namespace nrc::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nrc {

namespace {

HWY_EXPORT(HasDoubles);
HWY_EXPORT(ToCodes16);
HWY_EXPORT(ToCodes32);
HWY_EXPORT(ToValues16);
HWY_EXPORT(ToValues32);

/// Numbers that are divided are below 2^50, an eighth of what doubles hold exactly.
constexpr int kExactBits = 50;
/// Values of a row at least: some of the longest vectors.
constexpr std::size_t kMinRow = 64;

/// The rounding of all steps, if they have only one: whole numbers are not rounded.
bool common_rounding(const std::vector<MapStep>& steps, Rounding& rounding) {
  bool found = false;
  for (const MapStep& step : steps) {
    if (step.denominator == 1) continue;
    if (found && step.rounding != rounding) return false;
    rounding = step.rounding;
    found = true;
  }
  return true;
}

MapRow make_row(const StreamHeader& header) {
  MapRow row;
  const ValueMap& map = header.map;
  if (!HWY_DYNAMIC_DISPATCH(HasDoubles)() || !common_rounding(map.steps, row.rounding)) return row;
  const std::int64_t half = std::int64_t{1} << (header.code_width + header.low_bits - 1);
  row.min_code = static_cast<double>(-half);
  row.max_code = static_cast<double>(half - 1);
  for (const MapStep& step : map.steps) {
    // Twice the product of code and step is divided, and with it at most three denominators.
    const double most = 2 * static_cast<double>(half) * step.numerator + 3.0 * step.denominator;
    if (most >= static_cast<double>(std::int64_t{1} << kExactBits)) return row;
  }
  const std::size_t frames = (kMinRow + header.channels - 1) / header.channels;
  for (std::size_t i = 0; i < frames * header.channels; ++i) {
    const std::size_t c = i % header.channels;
    const ChannelMap& channel = map.channels[map.channels.size() == 1 ? 0 : c];
    const MapStep& step = map.steps[channel.step];
    const std::int64_t d = step.denominator;
    const std::int64_t part = ((channel.offset % d) + d) % d;
    const std::int64_t whole = (channel.offset - part) / d;
    row.whole.push_back(is_wide(header.sample_type) ? static_cast<std::int32_t>(whole)
                                                    : static_cast<std::int16_t>(whole));
    row.part.push_back(static_cast<double>(part));
    row.numerator.push_back(step.numerator);
    row.denominator.push_back(step.denominator);
    row.to_code.push_back(0.5 / step.numerator);
    row.to_value.push_back(0.5 / step.denominator);
  }
  row.length = row.whole.size();
  return row;
}

bool convert(const MapRow& row, const std::int16_t* values, std::size_t count, Code* codes) {
  return HWY_DYNAMIC_DISPATCH(ToCodes16)(row, values, count, codes);
}
bool convert(const MapRow& row, const std::int32_t* values, std::size_t count, WideCode* codes) {
  return HWY_DYNAMIC_DISPATCH(ToCodes32)(row, values, count, codes);
}
void convert_back(const MapRow& row, const Code* codes, std::size_t count, std::int16_t* values) {
  HWY_DYNAMIC_DISPATCH(ToValues16)(row, codes, count, values);
}
void convert_back(const MapRow& row, const WideCode* codes, std::size_t count,
                  std::int32_t* values) {
  HWY_DYNAMIC_DISPATCH(ToValues32)(row, codes, count, values);
}

/// Calls work(from, count, to) with as many numbers as a row has at least: the frames of fewer are
/// repeated.
template <class Number, class Work>
void in_rows(const MapRow& row, const Number* from, std::size_t count, Number* to,
             const Work& work) {
  if (count >= row.length) return work(from, count, to);
  std::vector<Number> repeated(row.length);
  std::vector<Number> result(row.length);
  for (std::size_t i = 0; i < row.length; ++i) repeated[i] = from[i % count];
  work(repeated.data(), row.length, result.data());
  std::copy_n(result.begin(), count, to);
}

}  // namespace

VectorMapper::VectorMapper(const StreamHeader& header)
    : stage_(header), channels_(header.channels) {
  if (header.mapping == Mapping::kMap) row_ = make_row(header);
}

template <typename Number>
bool VectorMapper::codes_of(const Number* values, std::size_t frames, Number* codes) const {
  if (row_.length == 0 || frames == 0) return stage_.to_codes(values, frames, codes);
  bool on_map = true;
  in_rows(row_, values, frames * channels_, codes,
          [&](const Number* from, std::size_t count, Number* to) {
            on_map = convert(row_, from, count, to);
          });
  return on_map;
}

template <typename Number>
void VectorMapper::values_of(const Number* codes, std::size_t frames, Number* values) const {
  if (row_.length == 0 || frames == 0) return stage_.to_values(codes, frames, values);
  in_rows(row_, codes, frames * channels_, values,
          [&](const Number* from, std::size_t count, Number* to) {
            convert_back(row_, from, count, to);
          });
}

bool VectorMapper::to_codes(const std::int16_t* values, std::size_t frames, Code* codes) const {
  return codes_of(values, frames, codes);
}
bool VectorMapper::to_codes(const std::int32_t* values, std::size_t frames, WideCode* codes) const {
  return codes_of(values, frames, codes);
}
void VectorMapper::to_values(const Code* codes, std::size_t frames, std::int16_t* values) const {
  values_of(codes, frames, values);
}
void VectorMapper::to_values(const WideCode* codes, std::size_t frames,
                             std::int32_t* values) const {
  values_of(codes, frames, values);
}

}  // namespace nrc
#endif
