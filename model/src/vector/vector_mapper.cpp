// SPDX-License-Identifier: Apache-2.0
//
// Divisions are products with a reciprocal, in doubles, or in floats where the numbers are small.
// All numbers that are divided are integers below 2^exact_bits. What is divided is moved up by half
// of 1, so that a quotient lies half of 1 / divisor or more from the next integer, and its error,
// 2^-52 or 2^-23 of itself, is less. The floor is then exact.
#include "vector/vector_mapper.hpp"

#include <algorithm>
#include <type_traits>

#include "stages/floor_log2.hpp"

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

template <class Real>
using Tag = hn::CappedTag<Real, 64 / sizeof(Real)>;
template <class Real>
using Reals = hn::Vec<Tag<Real>>;

template <class Value, class Real>
using ValueTag = hn::Rebind<Value, Tag<Real>>;
template <class Value, class Real>
using Values = hn::Vec<ValueTag<Value, Real>>;

template <class Real>
Reals<Real> load(const std::vector<Real>& row, std::size_t at) {
  return hn::LoadU(Tag<Real>(), row.data() + at);
}

const MapNumbers<double>& numbers(const MapRow& row, double /*type*/) { return row.doubles; }
const MapNumbers<float>& numbers(const MapRow& row, float /*type*/) { return row.floats; }

template <class Value, class Real>
Reals<Real> to_reals(Values<Value, Real> v) {
  if constexpr (sizeof(Value) == 4) {
    return hn::PromoteTo(Tag<Real>(), v);
  } else {
    const auto wide = hn::PromoteTo(ValueTag<std::int32_t, Real>(), v);
    if constexpr (sizeof(Real) == 4) {
      return hn::ConvertTo(Tag<Real>(), wide);
    } else {
      return hn::PromoteTo(Tag<Real>(), wide);
    }
  }
}

/// Integers that fit.
template <class Value, class Real>
Values<Value, Real> to_integers(Reals<Real> v) {
  const ValueTag<std::int32_t, Real> d;
  if constexpr (sizeof(Value) == 4) {
    return hn::DemoteTo(d, v);
  } else if constexpr (sizeof(Real) == 4) {
    return hn::DemoteTo(ValueTag<Value, Real>(), hn::ConvertTo(d, v));
  } else {
    return hn::DemoteTo(ValueTag<Value, Real>(), hn::DemoteTo(d, v));
  }
}

template <class Value, class Real>
Values<Value, Real> whole(const MapRow& row, std::size_t at) {
  const auto all = hn::LoadU(ValueTag<std::int32_t, Real>(), row.whole.data() + at);
  if constexpr (sizeof(Value) == 4) {
    return all;
  } else {
    return hn::DemoteTo(ValueTag<Value, Real>(), all);
  }
}

template <class Real>
Reals<Real> constant(double value) {
  return hn::Set(Tag<Real>(), static_cast<Real>(value));
}

/// floor(a / divisor) of integers, given the divisor's reciprocal.
template <class Real>
Reals<Real> divide(Reals<Real> a, Reals<Real> reciprocal) {
  return hn::Floor(hn::Mul(hn::Add(a, constant<Real>(0.5)), reciprocal));
}

/// Of codes, before they are reduced to the values' range; without the whole part of the offset.
template <Rounding kRounding, class Real>
Reals<Real> rounded_values(const MapNumbers<Real>& row, std::size_t at, Reals<Real> codes) {
  const auto denominator = load(row.denominator, at);
  const auto to_value = load(row.to_value, at);
  const auto x = hn::Add(hn::Mul(codes, load(row.numerator, at)), load(row.part, at));
  const auto twice = hn::Add(x, x);
  if constexpr (kRounding == Rounding::kDown) {
    return divide<Real>(twice, to_value);
  } else if constexpr (kRounding == Rounding::kTowardsZero) {
    return hn::CopySign(divide<Real>(hn::Abs(twice), to_value), x);
  } else if constexpr (kRounding == Rounding::kNearestAway) {
    return hn::CopySign(divide<Real>(hn::Add(hn::Abs(twice), denominator), to_value), x);
  } else {
    const auto sum = hn::Add(twice, denominator);
    const auto nearest = divide<Real>(sum, to_value);
    const auto half = hn::Mul(nearest, constant<Real>(0.5));
    const auto odd = hn::Ne(hn::Floor(half), half);
    const auto tie = hn::Eq(hn::Mul(nearest, hn::Add(denominator, denominator)), sum);
    return hn::Sub(nearest, hn::IfThenElseZero(hn::And(tie, odd), constant<Real>(1)));
  }
}

/// Values of codes.
template <Rounding kRounding, class Value, class Real>
Values<Value, Real> values_of(const MapRow& row, std::size_t at, Reals<Real> codes) {
  constexpr double kTurn = 65536.0 * (sizeof(Value) == 2 ? 1.0 : 65536.0);
  const auto v = rounded_values<kRounding, Real>(numbers(row, Real()), at, codes);
  const auto turns =
      hn::Floor(hn::Mul(hn::Add(v, constant<Real>(kTurn / 2)), constant<Real>(1 / kTurn)));
  const auto out = to_integers<Value, Real>(hn::Sub(v, hn::Mul(turns, constant<Real>(kTurn))));
  return hn::Add(out, whole<Value, Real>(row, at));
}

/// Nearest codes of values, as reals.
template <Rounding kRounding, class Value, class Real>
Reals<Real> codes_of(const MapRow& row, std::size_t at, Values<Value, Real> values) {
  constexpr double kTurn = 65536.0 * (sizeof(Value) == 2 ? 1.0 : 65536.0);
  const MapNumbers<Real>& map = numbers(row, Real());
  const auto n = load(map.numerator, at);
  const auto denominator = load(map.denominator, at);
  const auto part = load(map.part, at);
  // The distance from code 0 in 1/D, the short way round: the integers go round by themselves.
  const auto moved = to_reals<Value, Real>(hn::Sub(values, whole<Value, Real>(row, at)));
  auto distance = hn::Sub(hn::Mul(moved, denominator), part);
  const auto below = hn::Lt(distance, hn::Mul(denominator, constant<Real>(-kTurn / 2)));
  distance =
      hn::Add(distance, hn::IfThenElseZero(below, hn::Mul(denominator, constant<Real>(kTurn))));
  auto sum = hn::Add(hn::Add(distance, distance), n);
  if constexpr (kRounding == Rounding::kDown) {
    sum = hn::Add(sum, hn::Sub(denominator, constant<Real>(1)));
  } else if constexpr (kRounding == Rounding::kTowardsZero) {
    const auto most = hn::Sub(denominator, constant<Real>(1));
    const auto value = hn::Add(distance, part);
    const auto lost =
        hn::IfThenZeroElse(hn::Eq(value, hn::Zero(Tag<Real>())), hn::CopySign(most, value));
    sum = hn::Add(sum, lost);
  }
  const auto code = divide<Real>(sum, load(map.to_code, at));
  return hn::Min(hn::Max(code, constant<Real>(row.min_code)), constant<Real>(row.max_code));
}

/// Calls work(vector's place in the row, its place among all `count`), for vectors that cover all
/// of them. The last of a row overlaps the one before.
template <class Work>
void over(const MapRow& row, std::size_t count, std::size_t lanes, const Work& work) {
  for (std::size_t begin = 0; begin < count; begin += row.length) {
    // The last row may overlap as well: it begins with a frame all the same.
    const std::size_t first = std::min(begin, count - row.length);
    std::size_t at = 0;
    for (; at + lanes <= row.length; at += lanes) work(at, first + at);
    if (at < row.length) work(row.length - lanes, first + row.length - lanes);
  }
}

/// @return whether no value is off the map
template <Rounding kRounding, class Value, class Real>
bool to_codes(const MapRow& row, const Value* values, std::size_t count, Value* codes) {
  const ValueTag<Value, Real> d;
  auto off = hn::Zero(d);
  over(row, count, hn::Lanes(Tag<Real>()), [&](std::size_t at, std::size_t place) HWY_ATTR {
    const auto value = hn::LoadU(d, values + place);
    const auto code = codes_of<kRounding, Value, Real>(row, at, value);
    hn::StoreU(to_integers<Value, Real>(code), d, codes + place);
    off = hn::Or(off, hn::Xor(value, values_of<kRounding, Value, Real>(row, at, code)));
  });
  return hn::AllTrue(d, hn::Eq(off, hn::Zero(d)));
}

template <Rounding kRounding, class Value, class Real>
void to_values(const MapRow& row, const Value* codes, std::size_t count, Value* values) {
  const ValueTag<Value, Real> d;
  over(row, count, hn::Lanes(Tag<Real>()), [&](std::size_t at, std::size_t place) HWY_ATTR {
    const auto code = to_reals<Value, Real>(hn::LoadU(d, codes + place));
    hn::StoreU(values_of<kRounding, Value, Real>(row, at, code), d, values + place);
  });
}

using ShortTag = hn::CappedTag<std::int16_t, 32>;

/// Steps that are a power of two need no rounding. The difference wraps around like the values do,
/// and is then the distance from code 0.
bool to_codes(const MapRow& row, const std::int16_t* values, std::size_t count, Code* codes) {
  const ShortTag d;
  const auto least = hn::Set(d, static_cast<std::int16_t>(row.min_code));
  const auto most = hn::Set(d, static_cast<std::int16_t>(row.max_code));
  const auto half = hn::Set(d, static_cast<std::int16_t>((1 << row.shift) >> 1));
  auto off = hn::Zero(d);
  over(row, count, hn::Lanes(d), [&](std::size_t at, std::size_t place) HWY_ATTR {
    const auto value = hn::LoadU(d, values + place);
    const auto offset = hn::LoadU(d, row.offsets.data() + at);
    const auto nearest =
        hn::ShiftRightSame(hn::SaturatedAdd(hn::Sub(value, offset), half), row.shift);
    const auto code = hn::Min(hn::Max(nearest, least), most);
    hn::StoreU(code, d, codes + place);
    off = hn::Or(off, hn::Xor(value, hn::Add(hn::ShiftLeftSame(code, row.shift), offset)));
  });
  return hn::AllTrue(d, hn::Eq(off, hn::Zero(d)));
}

void to_values(const MapRow& row, const Code* codes, std::size_t count, std::int16_t* values) {
  const ShortTag d;
  over(row, count, hn::Lanes(d), [&](std::size_t at, std::size_t place) HWY_ATTR {
    const auto moved = hn::ShiftLeftSame(hn::LoadU(d, codes + place), row.shift);
    hn::StoreU(hn::Add(moved, hn::LoadU(d, row.offsets.data() + at)), d, values + place);
  });
}

/// Calls work with the row's rounding as a type.
template <class Work>
auto with_rounding(const MapRow& row, const Work& work) {
  switch (row.rounding) {
    case Rounding::kDown:
      return work(std::integral_constant<Rounding, Rounding::kDown>());
    case Rounding::kTowardsZero:
      return work(std::integral_constant<Rounding, Rounding::kTowardsZero>());
    case Rounding::kNearestEven:
      return work(std::integral_constant<Rounding, Rounding::kNearestEven>());
    default:
      return work(std::integral_constant<Rounding, Rounding::kNearestAway>());
  }
}

template <class Real, class Value>
bool ToCodes(const MapRow& row, const Value* values, std::size_t count, Value* codes) {
  return with_rounding(row, [&](auto rounding) {
    return to_codes<decltype(rounding)::value, Value, Real>(row, values, count, codes);
  });
}

template <class Real, class Value>
void ToValues(const MapRow& row, const Value* codes, std::size_t count, Value* values) {
  with_rounding(row, [&](auto rounding) {
    to_values<decltype(rounding)::value, Value, Real>(row, codes, count, values);
  });
}

constexpr bool kHasDoubles = true;

#else

constexpr bool kHasDoubles = false;
template <class Real, class Value>
bool ToCodes(const MapRow&, const Value*, std::size_t, Value*) {
  return false;
}
template <class Real, class Value>
void ToValues(const MapRow&, const Value*, std::size_t, Value*) {}
bool to_codes(const MapRow&, const std::int16_t*, std::size_t, Code*) { return false; }
void to_values(const MapRow&, const Code*, std::size_t, std::int16_t*) {}

#endif

bool HasDoubles() { return kHasDoubles; }
bool ToCodes16(const MapRow& row, const std::int16_t* values, std::size_t count, Code* codes) {
  if (!row.offsets.empty()) return to_codes(row, values, count, codes);
  if (!row.floats.part.empty()) return ToCodes<float>(row, values, count, codes);
  return ToCodes<double>(row, values, count, codes);
}
bool ToCodes32(const MapRow& row, const std::int32_t* values, std::size_t count, WideCode* codes) {
  return ToCodes<double>(row, values, count, codes);
}
void ToValues16(const MapRow& row, const Code* codes, std::size_t count, std::int16_t* values) {
  if (!row.offsets.empty()) return to_values(row, codes, count, values);
  if (!row.floats.part.empty()) return ToValues<float>(row, codes, count, values);
  return ToValues<double>(row, codes, count, values);
}
void ToValues32(const MapRow& row, const WideCode* codes, std::size_t count, std::int32_t* values) {
  ToValues<double>(row, codes, count, values);
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

/// Numbers that are divided are below 2^50, an eighth of what doubles hold exactly, or 2^22.
constexpr int kExactBits = 50;
constexpr int kExactFloatBits = 22;
/// A turn of int16 values, 65536 denominators, is exact in floats up to this one.
constexpr std::int64_t kMaxFloatDenominator = 128;
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

template <class Real>
void append(MapNumbers<Real>& row, std::int64_t part, const MapStep& step) {
  row.part.push_back(static_cast<Real>(part));
  row.numerator.push_back(static_cast<Real>(step.numerator));
  row.denominator.push_back(static_cast<Real>(step.denominator));
  row.to_code.push_back(Real{0.5} / static_cast<Real>(step.numerator));
  row.to_value.push_back(Real{0.5} / static_cast<Real>(step.denominator));
}

/// The logarithm of the step, if it is the same power of two in all channels and codes with it have
/// less than 16 bits, else -1.
int common_shift(const std::vector<MapStep>& steps, std::int64_t half) {
  const std::uint32_t n = steps.front().numerator;
  for (const MapStep& step : steps) {
    if (step.denominator != 1 || step.numerator != n) return -1;
  }
  const bool power_of_two = n != 0 && (n & (n - 1)) == 0;
  return power_of_two && half * n <= 32768 ? floor_log2(n) : -1;
}

/// Whether floats divide all numbers of a step exactly.
bool suits_floats(const MapStep& step, double most) {
  // Farther away, where there are no codes, they are not exact: with two more steps a quotient that
  // is wrong by 1 is beyond the last code all the same.
  return most + 4.0 * step.numerator < static_cast<double>(std::int64_t{1} << kExactFloatBits) &&
         step.denominator <= kMaxFloatDenominator;
}

MapRow make_row(const StreamHeader& header) {
  MapRow row;
  const bool wide = is_wide(header.sample_type);
  if (!HWY_DYNAMIC_DISPATCH(HasDoubles)()) return row;
  if (header.mapping == Mapping::kShift6 || (header.mapping == Mapping::kCode && wide)) return row;
  const ValueMap same = {{{1, 1, Rounding::kDown}}, {{0, 0}}};
  const ValueMap& map = header.mapping == Mapping::kCode ? same : header.map;
  if (!common_rounding(map.steps, row.rounding)) return row;
  const std::int64_t half = std::int64_t{1} << (header.code_width + header.low_bits - 1);
  row.min_code = static_cast<double>(-half);
  row.max_code = static_cast<double>(half - 1);
  bool floats = !wide;
  for (const MapStep& step : map.steps) {
    // Twice the product of code and step is divided, and with it at most three denominators.
    const double most = 2 * static_cast<double>(half) * step.numerator + 3.0 * step.denominator;
    if (most >= static_cast<double>(std::int64_t{1} << kExactBits)) return row;
    floats = floats && suits_floats(step, most);
  }
  row.shift = wide ? -1 : common_shift(map.steps, half);
  const std::size_t frames = (kMinRow + header.channels - 1) / header.channels;
  for (std::size_t i = 0; i < frames * header.channels; ++i) {
    const std::size_t c = i % header.channels;
    const ChannelMap& channel = map.channels[map.channels.size() == 1 ? 0 : c];
    const MapStep& step = map.steps[channel.step];
    const std::int64_t d = step.denominator;
    const std::int64_t part = ((channel.offset % d) + d) % d;
    const std::int64_t whole = (channel.offset - part) / d;
    if (row.shift >= 0) {
      row.offsets.push_back(static_cast<std::int16_t>(whole));
      continue;
    }
    row.whole.push_back(wide ? static_cast<std::int32_t>(whole) : static_cast<std::int16_t>(whole));
    if (floats) {
      append(row.floats, part, step);
    } else {
      append(row.doubles, part, step);
    }
  }
  row.length = frames * header.channels;
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
  row_ = make_row(header);
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
