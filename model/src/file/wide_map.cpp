// SPDX-License-Identifier: Apache-2.0
#include "file/wide_map.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "format/value_map.hpp"

namespace nrc {

namespace {

/// Steps are below this, so that no code's sample overflows (docs/bitstream.md, section 8).
constexpr std::uint64_t kMaxStep = (1U << 28) - 1;
/// Samples that are to come may need so many bits more.
constexpr int kMarginBits = 2;
/// Frames that show that low bits are never used, where others follow.
constexpr std::size_t kCertainFrames = 1000;

struct Extent {
  std::int64_t first = 0;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::int64_t most = std::numeric_limits<std::int64_t>::min();
  std::uint64_t divisor = 0;  ///< of all distances from the first value; 0: there are none
};

/// Bits of the numbers from -below to above.
int bits_for(std::int64_t below, std::int64_t above) {
  int bits = 2;
  while (bits < 32 &&
         (above >= std::int64_t{1} << (bits - 1) || below > std::int64_t{1} << (bits - 1))) {
    ++bits;
  }
  return bits;
}

class WideFinder {
 public:
  explicit WideFinder(const WideMapRequest& request)
      : request_(request), extents_(request.channels), origins_(request.channels) {
    measure();
  }

  WideMap find() {
    choose_origins();
    if (!fits(moved({Mapping::kCode, kMaxCodeWidth, {}}))) choose_one_origin();
    WideMap map;
    map.width = width();
    if (!request_.complete) map.width = std::min(map.width + kMarginBits, 32);
    const MapChoice plain = moved({Mapping::kCode, map.width, {}});
    if (map.width > kMaxCodeWidth) {
      map.choices = {plain};
      return map;
    }
    MapRequest narrow;
    narrow.source = this;
    narrow.read = [](const void* source, std::size_t channel, std::vector<std::int16_t>& values) {
      static_cast<const WideFinder*>(source)->narrow(channel, values);
    };
    narrow.channels = request_.channels;
    narrow.complete = request_.complete && request_.learned_whole;
    narrow.allow_shift6 = false;
    for (MapChoice& choice : find_maps(narrow)) {
      if (!joinable(choice.map)) continue;
      MapChoice whole = moved(std::move(choice));
      if (fits(whole)) map.choices.push_back(std::move(whole));
    }
    if (map.choices.empty()) map.choices = {plain};
    return map;
  }

 private:
  bool fits(const MapChoice& choice) const {
    return value_map_fits(choice.map, request_.header_bytes);
  }

  void measure() {
    std::size_t frames = 0;
    request_.all([&](const std::int32_t* values, std::size_t count) {
      if (frames == 0 && count != 0) {
        for (std::size_t c = 0; c < extents_.size(); ++c) extents_[c].first = values[c];
      }
      frames += count;
      for (std::size_t frame = 0; frame < count; ++frame) {
        for (Extent& e : extents_) {
          const std::int64_t value = *values++;
          e.least = std::min(e.least, value);
          e.most = std::max(e.most, value);
          // Most channels are known to have none after a few values.
          if (e.divisor == 1) continue;
          const auto distance = static_cast<std::uint64_t>(std::abs(value - e.first));
          e.divisor = std::gcd(e.divisor, distance);
        }
      }
    });
    std::uint64_t divisor = 0;
    for (Extent& e : extents_) {
      if (frames == 0) e.least = e.most = 0;
      divisor = std::gcd(divisor, e.divisor);
    }
    // Of samples to come only that low bits are never used is to be believed.
    if (!request_.complete) {
      divisor = frames < kCertainFrames ? 1 : divisor & (~divisor + 1);
    }
    step_ = !request_.move || divisor == 0 || divisor > kMaxStep
                ? 1
                : static_cast<std::int64_t>(divisor);
  }

  /// Where the codes of channels begin: all at zero, if that needs no more bits.
  void choose_origins() {
    if (!request_.move) return;
    const int at_zero = width();
    for (std::size_t c = 0; c < extents_.size(); ++c) {
      const Extent& e = extents_[c];
      origins_[c] = e.least + (e.most - e.least) / step_ / 2 * step_;
    }
    if (step_ == 1 && (at_zero <= width() || at_zero <= kMaxCodeWidth)) {
      std::fill(origins_.begin(), origins_.end(), 0);
    }
  }

  /// One origin for all channels, and no step, which would be about the channels' own.
  void choose_one_origin() {
    step_ = 1;
    std::fill(origins_.begin(), origins_.end(), 0);
    const int at_zero = width();
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    std::int64_t most = std::numeric_limits<std::int64_t>::min();
    for (const Extent& e : extents_) {
      least = std::min(least, e.least);
      most = std::max(most, e.most);
    }
    std::fill(origins_.begin(), origins_.end(), least + (most - least) / 2);
    if (at_zero <= width()) std::fill(origins_.begin(), origins_.end(), 0);
  }

  int width() const {
    int bits = 2;
    for (std::size_t c = 0; c < extents_.size(); ++c) {
      bits = std::max(bits, bits_for((origins_[c] - extents_[c].least) / step_,
                                     (extents_[c].most - origins_[c]) / step_));
    }
    return bits;
  }

  void narrow(std::size_t channel, std::vector<std::int16_t>& values) const {
    std::vector<std::int32_t> wide;
    request_.channel(channel, wide);
    values.clear();
    for (const std::int32_t value : wide) {
      values.push_back(static_cast<std::int16_t>((value - origins_[channel]) / step_));
    }
  }

  /// Whether the map of what is left is one of the samples: a fraction times a step is not rounded
  /// as the product is.
  bool joinable(const ValueMap& map) const {
    return std::all_of(map.steps.begin(), map.steps.end(), [this](const MapStep& step) {
      return step_ == 1 || (step.denominator == 1 &&
                            step.numerator <= kMaxStep / static_cast<std::uint64_t>(step_));
    });
  }

  /// A way to code what is left of the samples, as one to code these.
  MapChoice moved(MapChoice choice) const {
    const bool still = step_ == 1 && std::all_of(origins_.begin(), origins_.end(),
                                                 [](std::int64_t o) { return o == 0; });
    if (still) return choice;
    if (choice.mapping == Mapping::kCode) {
      choice.mapping = Mapping::kMap;
      choice.map.steps = {{1, 1, Rounding::kDown}};
      choice.map.channels = {{0, 0}};
    }
    for (MapStep& step : choice.map.steps) step.numerator *= static_cast<std::uint32_t>(step_);
    std::vector<ChannelMap>& channels = choice.map.channels;
    const bool common = std::all_of(origins_.begin(), origins_.end(),
                                    [this](std::int64_t o) { return o == origins_.front(); });
    if (channels.size() == 1 && !common) channels.resize(origins_.size(), channels.front());
    for (std::size_t c = 0; c < channels.size(); ++c) {
      const MapStep& step = choice.map.steps[channels[c].step];
      channels[c].offset = channels[c].offset * step_ + origins_[c] * step.denominator;
    }
    return choice;
  }

  const WideMapRequest& request_;
  std::vector<Extent> extents_;
  std::int64_t step_ = 1;
  std::vector<std::int64_t> origins_;
};

}  // namespace

WideMap find_wide_map(const WideMapRequest& request) { return WideFinder(request).find(); }

}  // namespace nrc
