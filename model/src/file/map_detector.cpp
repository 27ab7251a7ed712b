// SPDX-License-Identifier: Apache-2.0
#include "file/map_detector.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "format/value_map.hpp"
#include "stages/shift6.hpp"

namespace nrc {
namespace {

/// What an exception costs, about: its position, its value and the padding.
constexpr double kExceptionBits = 48.0;
/// Exceptions that a smaller code width may cost, bits per sample.
constexpr double kWidthBits = 0.002;
/// Of a rule that is to hold for samples to come: the chance that it holds for those at hand only
/// by accident is one in two to this power.
constexpr double kEvidenceBits = 24.0;
/// The same for another channel of a step that is known already.
constexpr double kLittleEvidenceBits = 4.0;
/// Share of a channel's samples that may miss a known step before another one is searched for.
constexpr double kMiss = 0.001;
constexpr std::uint32_t kMaxSearchedDenominator = 256;
constexpr std::uint32_t kMaxNumerator = 1U << 17;
constexpr std::size_t kMaxSearches = 16;  ///< that find nothing
constexpr std::size_t kMaxKnownSteps = 32;
constexpr std::size_t kMaxWork = std::size_t{1} << 22;  ///< of a search, in votes
constexpr std::size_t kMaxUsual =
    256;  ///< channels among which the most frequent map is looked for
constexpr std::size_t kMinSearchedValues = 8;
constexpr double kMinSearchedStep = 1.3;
constexpr std::int64_t kTurn = 65536;
/// Steps below this are small: half of any values are explained by them. Of those, other ways of
/// rounding than down are tried for the first denominators at once, and for the others if nothing
/// else is found. Gains of one or two decimals are among them.
constexpr std::int64_t kSmallStep = 4;
constexpr std::int64_t kSimple = 8;
constexpr std::int64_t kFairlySimple = 20;

/// A less simple rule must save more exceptions than this, and than one run in so many.
constexpr std::uint64_t kMargin = 3;
constexpr std::uint64_t kMarginShare = 2000;

constexpr MapStep kUnitStep = {1, 1, Rounding::kDown};
/// With this offset, shift6 as a map.
constexpr MapStep kShift6Step = {65535, 1023, Rounding::kTowardsZero};
constexpr std::int64_t kShift6Offset = 512 * 65535 - 32768 * 1023;

bool is_small(std::int64_t numerator, std::int64_t denominator) {
  return numerator < kSmallStep * denominator;
}

double size_of(const MapStep& step) {
  return static_cast<double>(step.numerator) / step.denominator;
}

/// A value of a channel. Numbers go on beyond 32767 if the samples do so modulo 2^16.
struct Value {
  std::int32_t value = 0;
  std::uint32_t runs = 0;  ///< of equal samples
};

/// What a channel's samples are like.
struct Occurrence {
  std::vector<Value> values;    ///< in order
  std::vector<Value> frequent;  ///< the same, the most frequent ones first
  std::uint64_t samples = 0;
  std::uint64_t runs = 0;
  std::uint64_t off_shift6 = 0;  ///< runs
};

/// Makes profiles. Its tables are used for one channel after the other.
class Profiler {
 public:
  Occurrence occurrence(const std::vector<std::int16_t>& samples) {
    Occurrence occurrence;
    occurrence.samples = samples.size();
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (i != 0 && samples[i] == samples[i - 1]) continue;
      std::uint32_t& runs = runs_[static_cast<std::uint16_t>(samples[i])];
      if (runs++ == 0) occurrence.values.push_back({samples[i], 0});
      ++occurrence.runs;
    }
    for (Value& v : occurrence.values) {
      std::uint32_t& runs = runs_[static_cast<std::uint16_t>(v.value)];
      v.runs = std::exchange(runs, 0);
      if (!Shift6::on_grid(static_cast<std::int16_t>(v.value))) occurrence.off_shift6 += v.runs;
    }
    std::sort(occurrence.values.begin(), occurrence.values.end(),
              [](const Value& a, const Value& b) { return a.value < b.value; });
    unwrap(occurrence.values);
    occurrence.frequent = occurrence.values;
    std::stable_sort(occurrence.frequent.begin(), occurrence.frequent.end(),
                     [](const Value& a, const Value& b) { return a.runs > b.runs; });
    return occurrence;
  }

 private:
  /// Unsigned samples about 32768 are a cluster at either end of int16: begins with the upper one
  /// if the gap between the two is wider than the one around the ends.
  static void unwrap(std::vector<Value>& values) {
    std::size_t first = 0;
    std::int32_t widest = values.empty() ? 0
                                         : values.front().value + static_cast<std::int32_t>(kTurn) -
                                               values.back().value;
    for (std::size_t i = 1; i < values.size(); ++i) {
      const std::int32_t gap = values[i].value - values[i - 1].value;
      // Two values alone say nothing about the rest.
      if (gap <= widest || gap <= static_cast<std::int32_t>(kTurn / 2)) continue;
      widest = gap;
      first = i;
    }
    for (std::size_t i = 0; i < first; ++i) values[i].value += static_cast<std::int32_t>(kTurn);
    std::rotate(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(first), values.end());
  }

  std::vector<std::uint32_t> runs_ = std::vector<std::uint32_t>(kTurn);
};

std::int64_t modulo(std::int64_t a, std::int64_t b) {
  const std::int64_t rest = a % b;
  return rest < 0 ? rest + b : rest;
}

/// x with a * x = 1 modulo m; both have no common divisor.
std::int64_t inverse(std::int64_t a, std::int64_t m) {
  std::int64_t r0 = m;
  std::int64_t r1 = modulo(a, m);
  std::int64_t t0 = 0;
  std::int64_t t1 = 1;
  while (r1 != 0) {
    const std::int64_t quotient = r0 / r1;
    r0 = std::exchange(r1, r0 - quotient * r1);
    t0 = std::exchange(t1, t0 - quotient * t1);
  }
  return modulo(t0, m);
}

/// How well a step suits a channel.
struct Fit {
  MapStep step = kUnitStep;
  std::int64_t offset = 0;
  std::uint64_t off_runs = 0;  ///< runs that are off the map

  /// Bits that it saves.
  double gain(const Occurrence& occurrence) const {
    return std::log2(size_of(step)) * static_cast<double>(occurrence.samples) -
           kExceptionBits * static_cast<double>(off_runs);
  }
};

/// Runs off the map that cost as many bits as that, rounded up.
std::uint64_t limit_of(double bits) {
  constexpr double kMost = 1e15;
  return static_cast<std::uint64_t>(std::min(bits / kExceptionBits, kMost)) + 1;
}

/// The best offset for a step, and how it is rounded.
class OffsetFinder {
 public:
  /// @param limit  runs off the map from which on it does not matter how many more there are
  Fit find(const Occurrence& occurrence, const MapStep& step, std::uint64_t limit) {
    if (step == kShift6Step) return {step, kShift6Offset, occurrence.off_shift6};
    for (int bits = 4; bits < 16; ++bits) {
      if (step == full_scale(bits)) return find_full_scale(occurrence, bits);
    }
    if (step.rounding != Rounding::kDown) return find_origin(occurrence, step, kAll, limit);
    return find_down(occurrence, step);
  }

  /// Steps of all searches so far, which limit the next one.
  std::size_t work() const { return work_; }

  /// Codes of so many bits on the scale of int16, as shift6 with its 10.
  static Fit find_full_scale(const Occurrence& occurrence, int bits) {
    Fit fit;
    fit.step = full_scale(bits);
    fit.offset =
        (std::int64_t{1} << (bits - 1)) * 65535 - std::int64_t{32768} * fit.step.denominator;
    for (const Value& v : occurrence.values) {
      const auto sample = static_cast<std::int16_t>(v.value);
      const Code code = map_code(fit.step, fit.offset, kMaxCodeWidth, sample);
      fit.off_runs += map_sample(fit.step, fit.offset, code) == sample ? 0 : v.runs;
    }
    return fit;
  }

  /// The same for any rounding.
  /// @param step    without its rounding
  /// @param simple  largest denominator of a small step for which that is worth the time
  Fit find_any(const Occurrence& occurrence, MapStep step, std::uint64_t limit,
               std::int64_t simple) {
    Fit best = find_down(occurrence, step);
    if (step.denominator == 1 || best.off_runs == 0) return best;
    // Other ways of rounding look nearly like rounding down; what is far from it is none of them.
    if (2 * best.off_runs > occurrence.runs) return best;
    if (is_small(step.numerator, step.denominator) && step.denominator > simple) return best;
    const std::uint64_t margin = kMargin + occurrence.runs / kMarginShare;
    for (const Rounding rounding :
         {Rounding::kTowardsZero, Rounding::kNearestEven, Rounding::kNearestAway}) {
      if (best.off_runs <= margin) break;
      step.rounding = rounding;
      const Fit fit =
          find_origin(occurrence, step, kLikely, std::min(limit, best.off_runs - margin));
      if (fit.off_runs + margin < best.off_runs) best = fit;
    }
    return best;
  }

 private:
  static constexpr MapStep full_scale(int bits) {
    return {65535, (1U << bits) - 1, Rounding::kTowardsZero};
  }

  static constexpr std::size_t kLikely = 6;  ///< offsets that are tried
  static constexpr std::size_t kAll = 12;
  static constexpr std::size_t kMaxBetween = 512;
  static constexpr std::int64_t kMaxOrigins = 2048;

  /// Rounding down is the same everywhere, so that an offset is known modulo the numerator: every
  /// value votes for those that explain it.
  Fit find_down(const Occurrence& occurrence, const MapStep& step) {
    const std::int64_t n = step.numerator;
    const std::int64_t d = step.denominator;
    votes_.assign(step.numerator + 1, 0);
    work_ += votes_.size() + occurrence.values.size();
    std::int64_t everywhere = 0;
    for (const Value& v : occurrence.values) {
      if (d >= n) {
        everywhere += v.runs;
        continue;
      }
      // Numbers from v * d to v * d + d - 1 are rounded to v.
      const std::int64_t from = modulo(v.value * d, n);
      const std::int64_t to = modulo(v.value * d + d - 1, n) + 1;
      votes_[static_cast<std::size_t>(from)] += v.runs;
      votes_[static_cast<std::size_t>(to)] -= v.runs;
      if (to <= from) everywhere += v.runs;
    }
    votes_.pop_back();
    std::int64_t sum = everywhere;
    std::int64_t most = 0;
    for (std::int64_t& vote : votes_) {
      vote = sum += vote;
      most = std::max(most, vote);
    }
    Fit fit;
    fit.step = step;
    fit.step.rounding = Rounding::kDown;
    fit.offset = preferred(step, most);
    fit.off_runs = occurrence.runs - static_cast<std::uint64_t>(most);
    return fit;
  }

  /// Of equally good offsets the one that other channels most likely have as well.
  std::int64_t preferred(const MapStep& step, std::int64_t most) const {
    for (std::int64_t offset = 0; offset < step.numerator; offset += step.denominator) {
      if (votes_[static_cast<std::size_t>(offset)] == most) return offset;
    }
    return std::distance(votes_.begin(), std::find(votes_.begin(), votes_.end(), most));
  }

  /// The others depend on where code 0 is, which is at a whole sample. Rounding down has votes for
  /// offsets that explain one side of it, or all values but halves.
  Fit find_origin(const Occurrence& occurrence, const MapStep& step, std::size_t tries,
                  std::uint64_t limit) {
    const std::int64_t n = step.numerator;
    const std::int64_t d = step.denominator;
    find_down(occurrence, step);
    std::vector<std::int64_t> likely(votes_.size());
    std::iota(likely.begin(), likely.end(), std::int64_t{0});
    // Towards zero, two offsets, d - 1 apart, explain one side of the origin each; those between
    // them explain a part of both, and may have as many votes.
    const std::size_t between = step.rounding == Rounding::kTowardsZero && tries == kAll
                                    ? std::min(2 * static_cast<std::size_t>(d), kMaxBetween)
                                    : 0;
    const std::size_t count = std::min(tries + between, likely.size());
    std::partial_sort(likely.begin(), likely.begin() + static_cast<std::ptrdiff_t>(count),
                      likely.end(), [this](std::int64_t a, std::int64_t b) {
                        return votes_[static_cast<std::size_t>(a)] >
                               votes_[static_cast<std::size_t>(b)];
                      });
    likely.resize(count);
    Fit best = {step, 0, std::min(limit, occurrence.runs)};
    if (std::gcd(n, d) != 1) return best;
    const std::int64_t back = inverse(d, n);
    for (const std::int64_t offset : likely) {
      // What rounding adds, compared with rounding down.
      const bool nearest = step.rounding != Rounding::kTowardsZero;
      for (const std::int64_t added : {nearest ? d / 2 : 0, nearest ? d / 2 : d - 1}) {
        const std::int64_t origin = modulo(modulo(offset - added, n) * back, n);
        try_origins(occurrence, origin, best);
        if (nearest) break;
      }
    }
    return best;
  }

  void try_origins(const Occurrence& occurrence, std::int64_t origin, Fit& best) {
    const std::int64_t n = best.step.numerator;
    const std::int64_t first = occurrence.values.front().value;
    const std::int64_t last = occurrence.values.back().value;
    if ((last - first) / n > kMaxOrigins) return;
    work_ += static_cast<std::size_t>((last - first) / n + 3) * occurrence.values.size();
    for (std::int64_t q = first - n + modulo(origin - first, n); q <= last + n; q += n) {
      const std::int64_t offset = q * best.step.denominator;
      std::uint64_t off = 0;
      for (const Value& v : occurrence.frequent) {
        const auto sample = static_cast<std::int16_t>(v.value);
        const Code code = map_code(best.step, offset, kMaxCodeWidth, sample);
        off += map_sample(best.step, offset, code) == sample ? 0 : v.runs;
        if (off >= best.off_runs) break;
      }
      if (off < best.off_runs) best = {best.step, offset, off};
    }
  }

  std::vector<std::int64_t> votes_;
  std::size_t work_ = 0;
};

/// Searches the step of a channel.
class StepFinder {
 public:
  explicit StepFinder(OffsetFinder& offsets) : offsets_(offsets) {}

  std::optional<Fit> find(const Occurrence& occurrence) {
    best_.reset();
    profile_ = &occurrence;
    usual_ = 1;
    begun_ = offsets_.work();
    if (occurrence.values.size() < 2) return std::nullopt;
    try_integers();
    if (is_exact()) return best_;
    try_fractions();
    return best_ && best_->gain(occurrence) > 0.0 ? best_ : std::nullopt;
  }

 private:
  void try_step(std::int64_t numerator, std::int64_t denominator, std::int64_t simple = kSimple) {
    if (numerator < 2 || numerator > kMaxNumerator || denominator > kMaxStepDenominator) return;
    if (std::gcd(numerator, denominator) != 1) return;
    const MapStep step = {static_cast<std::uint32_t>(numerator),
                          static_cast<std::uint32_t>(denominator), Rounding::kDown};
    // With more runs off the map it saves too little to be considered.
    const double spare = Fit{step, 0, 0}.gain(*profile_) - least_gain();
    if (spare < 0.0) return;
    consider(offsets_.find_any(*profile_, step, limit_of(spare), simple));
  }

  void consider(const Fit& fit) {
    if (!best_ || fit.gain(*profile_) > least_gain()) best_ = fit;
  }

  /// What a fit must save to take the place of the best one. The first is any, but only one that
  /// saves something is given in the end.
  double least_gain() const {
    const double margin =
        kExceptionBits * (kMargin + static_cast<double>(profile_->runs) / kMarginShare);
    return best_ ? best_->gain(*profile_) + margin : -std::numeric_limits<double>::max();
  }

  /// The divisor of all differences, that of the frequent values' differences, and the usual one.
  void try_integers() {
    const std::vector<Value>& values = profile_->values;
    std::int32_t of_all = 0;
    std::int32_t of_frequent = 0;
    const Value* frequent = nullptr;
    std::vector<std::int32_t> gaps;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i != 0) {
        gaps.push_back(values[i].value - values[i - 1].value);
        of_all = std::gcd(of_all, gaps.back());
      }
      if (values[i].runs < 3) continue;
      if (frequent != nullptr)
        of_frequent = std::gcd(of_frequent, values[i].value - frequent->value);
      frequent = &values[i];
    }
    std::sort(gaps.begin(), gaps.end());
    std::size_t most = 0;
    for (std::size_t i = 0; i < gaps.size();) {
      const auto end = static_cast<std::size_t>(
          std::upper_bound(gaps.begin(), gaps.end(), gaps[i]) - gaps.begin());
      if (end - i > most) {
        most = end - i;
        usual_ = gaps[i];
      }
      i = end;
    }
    for (const std::int32_t step : {of_all, of_frequent, usual_}) try_step(step, 1);
  }

  /// Fractions near the mean gap of the densest values.
  void try_fractions() {
    const std::vector<Value>& values = profile_->values;
    if (values.size() < kMinSearchedValues) return;
    // The longest run of values one step apart.
    std::size_t begin = 0;
    std::size_t end = 0;
    for (std::size_t i = 0, from = 0; i + 1 < values.size(); ++i) {
      const std::int32_t gap = values[i + 1].value - values[i].value;
      if (gap < usual_ - 1 || gap > usual_ + 1) from = i + 1;
      if (i + 1 - from > end - begin) {
        begin = from;
        end = i + 1;
      }
    }
    if (end - begin + 1 < kMinSearchedValues) return;
    const auto steps = static_cast<double>(end - begin);
    double middle = (values[end].value - values[begin].value) / steps;
    if (middle < kMinSearchedStep) return;
    double low = middle - 2.0 / steps;
    double high = middle + 2.0 / steps;
    narrow(values[(begin + end) / 2].value, low, high);
    for (int bits = 4; bits < 16; ++bits) {
      const std::int64_t d = (1 << bits) - 1;
      const double step = 65535.0 / static_cast<double>(d);
      if (step > low && step < high) consider(OffsetFinder::find_full_scale(*profile_, bits));
    }
    try_between(low, high, 1, kMaxSearchedDenominator, kSimple);
    if (is_exact() || !is_small(static_cast<std::int64_t>(std::floor(low)), 1)) return;
    begun_ = offsets_.work();
    try_between(low, high, kSimple + 1, kFairlySimple, kFairlySimple);
  }

  /// Whether what was found misses so little that nothing else can be right.
  bool is_exact() const {
    return best_ &&
           static_cast<double>(best_->off_runs) <= kMiss * static_cast<double>(profile_->runs);
  }

  /// All fractions in an interval, by their denominators.
  void try_between(double low, double high, std::int64_t least, std::int64_t most,
                   std::int64_t simple) {
    for (std::int64_t d = least; d <= most; ++d) {
      const auto first = static_cast<std::int64_t>(std::ceil(low * static_cast<double>(d)));
      for (std::int64_t n = first; static_cast<double>(n) <= high * static_cast<double>(d); ++n) {
        if (offsets_.work() - begun_ > kMaxWork) return;
        try_step(n, d, simple);
      }
    }
  }

  /// Narrows the interval of the step by values ever farther from one in the middle, as far as it
  /// is clear how many steps they are away.
  void narrow(std::int32_t from, double& low, double& high) const {
    std::vector<std::int32_t> values;
    for (const Value& v : profile_->values) values.push_back(v.value);
    std::sort(values.begin(), values.end(), [from](std::int32_t a, std::int32_t b) {
      return std::abs(a - from) < std::abs(b - from);
    });
    for (const std::int32_t value : values) {
      const double distance = std::abs(value - from);
      const double middle = (low + high) / 2.0;
      const double count = std::round(distance / middle);
      if (count < 1.0 || distance / low - distance / high > 0.5) continue;
      // Rounding towards zero takes something away on either side of it.
      const double slack = (value < 0) != (from < 0) ? 2.0 : 1.0;
      const double new_low = std::max(low, (distance - slack) / count);
      const double new_high = std::min(high, (distance + slack) / count);
      if (new_low >= new_high) continue;  // a value off the map
      low = new_low;
      high = new_high;
    }
  }

  OffsetFinder& offsets_;
  const Occurrence* profile_ = nullptr;
  std::optional<Fit> best_;
  std::int32_t usual_ = 1;  ///< gap
  std::size_t begun_ = 0;   ///< the work before
};

/// Finds the maps of all channels.
class Finder {
 public:
  explicit Finder(const MapRequest& request) : request_(request) {
    Profiler profiler;
    std::vector<std::int16_t> samples;
    for (std::uint32_t c = 0; c < request.channels; ++c) {
      request.read(request.source, c, samples);
      profiles_.push_back(profiler.occurrence(samples));
      samples_ += profiles_.back().samples;
    }
  }

  std::vector<MapChoice> find() {
    if (samples_ == 0) return {request_.allow_shift6 ? as_shift6() : MapChoice{}};
    find_steps();
    choose_steps();
    bool all_shift6 = request_.allow_shift6;
    for (std::size_t c = 0; c < fits_.size(); ++c) {
      const bool still_on_it = profiles_[c].values.size() < 2 && profiles_[c].off_shift6 == 0;
      all_shift6 =
          all_shift6 &&
          (still_on_it || (fits_[c].step == kShift6Step && fits_[c].offset == kShift6Offset));
    }
    if (all_shift6) return {as_shift6()};
    std::vector<MapChoice> choices = {as_codes()};
    if (request_.allow_shift6 && suits_shift6()) choices.push_back(as_shift6());
    std::optional<MapChoice> map = as_map();
    if (map && value_map_fits(map->map, request_.header_bytes)) choices.push_back(std::move(*map));
    return choices;
  }

 private:
  static MapChoice as_shift6() { return {Mapping::kShift6, 10, {}}; }

  MapChoice as_codes() const {
    MapChoice choice;
    if (!request_.complete) return choice;
    choice.code_width = width_of([this](std::size_t c, std::int64_t limit) {
      std::uint64_t outside = 0;
      for (const Value& v : profiles_[c].values) {
        const auto sample = static_cast<std::int16_t>(v.value);
        outside += sample < -limit || sample >= limit ? v.runs : 0;
      }
      return outside;
    });
    return choice;
  }

  bool suits_shift6() const {
    std::uint64_t off = 0;
    for (const Occurrence& occurrence : profiles_) off += occurrence.off_shift6;
    return kExceptionBits * static_cast<double>(off) < 2.0 * static_cast<double>(samples_);
  }

  /// The smallest code width outside which there are only few samples.
  /// @param outside  runs of a channel that are not in -limit .. limit - 1
  template <typename Outside>
  int width_of(const Outside& outside) const {
    for (const int width : kCodeWidths) {
      std::uint64_t runs = 0;
      for (std::size_t c = 0; c < profiles_.size(); ++c) {
        runs += outside(c, std::int64_t{1} << (width - 1));
      }
      if (kExceptionBits * static_cast<double>(runs) <=
          kWidthBits * static_cast<double>(samples_)) {
        return width;
      }
    }
    return kMaxCodeWidth;
  }

  /// How unlikely it is that a channel keeps to a step by accident, in bits.
  static double evidence(const Occurrence& occurrence, const Fit& fit) {
    return static_cast<double>(occurrence.values.size() - 1) * std::log2(size_of(fit.step));
  }

  /// Whether a known step is worth using for a channel.
  bool enough(const Occurrence& occurrence, const Fit& fit) const {
    if (fit.gain(occurrence) <= 0.0) return false;
    return request_.complete || evidence(occurrence, fit) >= kLittleEvidenceBits;
  }

  /// Whether a new step is no accident: by a channel alone, or as nearly all channels that no known
  /// step explains keep to it.
  bool confirmed(const Occurrence& occurrence, const Fit& found) {
    if (found.gain(occurrence) <= 0.0) return false;
    if (request_.complete || evidence(occurrence, found) >= kEvidenceBits) return true;
    std::size_t unexplained = 0;
    std::size_t keeping = 0;
    double sum = 0.0;
    for (const Occurrence& other : profiles_) {
      if (other.values.size() < 2) continue;
      const std::optional<Fit> known = best_known(other);
      if (known && !misses(other, *known)) continue;
      ++unexplained;
      const auto limit = static_cast<std::uint64_t>(kMiss * static_cast<double>(other.runs)) + 1;
      const Fit fit = offsets_.find(other, found.step, limit);
      if (misses(other, fit)) continue;
      ++keeping;
      sum += evidence(other, fit);
    }
    return sum >= kEvidenceBits && 10 * keeping >= 9 * unexplained;
  }

  std::optional<Fit> best_known(const Occurrence& occurrence) {
    std::optional<Fit> best;
    for (const MapStep& step : steps_) {
      // With more runs off the map the step saves less than the best one so far, or nothing.
      const double spare = Fit{step, 0, 0}.gain(occurrence) - (best ? best->gain(occurrence) : 0.0);
      if (spare < 0.0) continue;
      const Fit fit = offsets_.find(occurrence, step, limit_of(spare));
      if (enough(occurrence, fit) && (!best || fit.gain(occurrence) > best->gain(occurrence)))
        best = fit;
    }
    return best;
  }

  static bool misses(const Occurrence& occurrence, const Fit& fit) {
    return static_cast<double>(fit.off_runs) > kMiss * static_cast<double>(occurrence.runs);
  }

  /// All steps that occur, beginning with the channels of the most values, which are the clearest.
  void find_steps() {
    std::vector<std::size_t> order(profiles_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
      return profiles_[a].values.size() > profiles_[b].values.size();
    });
    steps_ = {kShift6Step};
    StepFinder finder(offsets_);
    std::size_t failures = 0;
    for (const std::size_t c : order) {
      if (failures == kMaxSearches || steps_.size() == kMaxKnownSteps) break;
      const std::optional<Fit> known = best_known(profiles_[c]);
      if (known && !misses(profiles_[c], *known)) continue;
      const std::optional<Fit> found = finder.find(profiles_[c]);
      const bool is_new = found && confirmed(profiles_[c], *found) &&
                          std::find(steps_.begin(), steps_.end(), found->step) == steps_.end();
      if (is_new) {
        steps_.push_back(found->step);
      } else {
        ++failures;
      }
    }
  }

  void choose_steps() {
    std::vector<std::size_t> still;
    for (std::size_t c = 0; c < profiles_.size(); ++c) {
      fits_.push_back({});
      const Occurrence& occurrence = profiles_[c];
      if (occurrence.values.size() < 2) {
        still.push_back(c);
        continue;
      }
      if (const std::optional<Fit> best = best_known(occurrence)) fits_[c] = *best;
    }
    // A channel that never moves has room in any map. One that may move later is probably like the
    // others.
    const Fit* const usual = usual_fit();
    for (const std::size_t c : still) {
      const Occurrence& occurrence = profiles_[c];
      const bool on_shift6 = occurrence.off_shift6 == 0 && usual != nullptr &&
                             usual->step == kShift6Step && usual->offset == kShift6Offset;
      if (usual != nullptr && (on_shift6 || !request_.complete)) {
        fits_[c] = *usual;
        fits_[c].off_runs = occurrence.runs;
      }
    }
  }

  /// The most frequent map of channels that move, or null.
  const Fit* usual_fit() const {
    const Fit* usual = nullptr;
    std::size_t most = 0;
    for (std::size_t c = 0; c < std::min(fits_.size(), kMaxUsual); ++c) {
      if (profiles_[c].values.size() < 2) continue;
      std::size_t count = 0;
      for (std::size_t other = 0; other < fits_.size(); ++other) {
        count += profiles_[other].values.size() >= 2 && fits_[other].step == fits_[c].step &&
                         fits_[other].offset == fits_[c].offset
                     ? 1
                     : 0;
      }
      if (count > most) {
        most = count;
        usual = &fits_[c];
      }
      if (2 * most >= fits_.size()) break;
    }
    return usual;
  }

  /// Code of a value without limits.
  static std::int64_t code_of(const Fit& fit, std::int64_t value) {
    return static_cast<std::int64_t>(std::floor(
        (static_cast<double>(value * fit.step.denominator - fit.offset)) / fit.step.numerator +
        0.5));
  }

  /// The code in the middle of a channel's codes, without the rare ones at the ends.
  std::int64_t middle_of(std::size_t c) const {
    const std::vector<Value>& values = profiles_[c].values;
    if (values.empty()) return 0;
    const std::uint64_t rare = static_cast<std::uint64_t>(
        kWidthBits / kExceptionBits / 2.0 * static_cast<double>(profiles_[c].samples));
    std::size_t first = 0;
    std::size_t last = values.size() - 1;
    for (std::uint64_t seen = values[first].runs; seen <= rare && first < last;) {
      seen += values[++first].runs;
    }
    for (std::uint64_t seen = values[last].runs; seen <= rare && first < last;) {
      seen += values[--last].runs;
    }
    return (code_of(fits_[c], values[first].value) + code_of(fits_[c], values[last].value) + 1) / 2;
  }

  std::optional<MapChoice> as_map() {
    // Codes as they are if they fit, otherwise about the middle of the channel's.
    const auto width_about = [this](const std::vector<std::int64_t>& middles) {
      return width_of([&](std::size_t c, std::int64_t limit) {
        std::uint64_t outside = 0;
        for (const Value& v : profiles_[c].values) {
          const std::int64_t code = code_of(fits_[c], v.value) - middles[c];
          outside += code < -limit || code >= limit ? v.runs : 0;
        }
        return outside;
      });
    };
    std::vector<std::int64_t> middles(profiles_.size(), 0);
    int width = width_about(middles);
    std::vector<std::int64_t> centred;
    // The codes of other ways of rounding have a zero of their own.
    const auto movable = [this](std::size_t c) {
      return fits_[c].step.rounding == Rounding::kDown;
    };
    std::int64_t low = std::numeric_limits<std::int64_t>::max();
    std::int64_t high = std::numeric_limits<std::int64_t>::min();
    for (std::size_t c = 0; c < profiles_.size(); ++c) {
      centred.push_back(movable(c) ? middle_of(c) : 0);
      if (!movable(c)) continue;
      low = std::min(low, centred[c]);
      high = std::max(high, centred[c]);
    }
    const int centred_width = width_about(centred);
    if (centred_width < width) {
      // One offset for all channels if that suffices: it takes less room in the header.
      std::vector<std::int64_t> common(profiles_.size(), 0);
      for (std::size_t c = 0; c < common.size(); ++c) {
        if (movable(c)) common[c] = (low + high) / 2;
      }
      middles = width_about(common) == centred_width ? common : centred;
      width = centred_width;
    }
    MapChoice choice;
    choice.mapping = Mapping::kMap;
    choice.code_width = request_.complete ? width : full_width();
    bool all_alike = true;
    for (std::size_t c = 0; c < fits_.size(); ++c) {
      const Fit& fit = fits_[c];
      std::vector<MapStep>& steps = choice.map.steps;
      auto place = std::find(steps.begin(), steps.end(), fit.step);
      if (place == steps.end()) place = steps.insert(steps.end(), fit.step);
      const std::int64_t offset =
          fit.offset + middles[c] * static_cast<std::int64_t>(fit.step.numerator);
      choice.map.channels.push_back(
          {static_cast<std::uint8_t>(std::distance(steps.begin(), place)), offset});
      all_alike = all_alike && choice.map.channels.back() == choice.map.channels.front();
    }
    if (all_alike) choice.map.channels.resize(1);
    const bool plain = choice.map.steps.size() == 1 && choice.map.steps[0] == kUnitStep &&
                       all_alike && choice.map.channels[0].offset == 0;
    if (plain) return std::nullopt;
    return choice;
  }

  /// Code width that holds every sample there may be.
  int full_width() const {
    double smallest = kTurn;
    for (const Fit& fit : fits_) smallest = std::min(smallest, size_of(fit.step));
    for (const int width : kCodeWidths) {
      if (smallest * (1 << width) >= static_cast<double>(kTurn)) return width;
    }
    return kMaxCodeWidth;
  }

  const MapRequest& request_;
  std::vector<Occurrence> profiles_;
  std::uint64_t samples_ = 0;
  OffsetFinder offsets_;
  std::vector<MapStep> steps_;
  std::vector<Fit> fits_;  ///< by channel
};

}  // namespace

std::vector<MapChoice> find_maps(const MapRequest& request) { return Finder(request).find(); }

}  // namespace nrc
