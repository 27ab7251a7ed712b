// SPDX-License-Identifier: Apache-2.0
#include "host/recording_generator.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "nrc/error.hpp"

namespace nrc {
namespace {

constexpr std::int32_t kOne = 65536;  ///< 1 code
constexpr int kLowest = -512;
constexpr int kHighest = 511;
/// The rate at which a template step lasts one frame.
constexpr double kTemplateRate = 19531.25;

/// Width of a code by its low five bits, in percent of the mean: a successive-approximation ADC
/// whose capacitors do not match repeats its errors.
constexpr std::array<int, 32> kWidths = {91,  67,  119, 127, 95,  91,  95, 145, 97,  68, 122,
                                         156, 73,  94,  98,  109, 92,  70, 125, 134, 99, 95,
                                         99,  176, 75,  70,  123, 157, 72, 84,  90,  37};
/// Where the comparator changes sides two codes are all but missing.
constexpr int kWidthMinusOne = 1;
constexpr int kWidthMinusTwo = 8;

/// Spike shapes, 1/256 of the amplitude: a fast trough with a slow recovery, and a slimmer one.
constexpr std::array<std::array<std::int16_t, 32>, 2> kShapes = {{
    {0,  8,  20, 12, -40, -140, -236, -256, -216, -150, -84, -28, 16, 48, 70, 82,
     86, 84, 78, 70, 62,  53,   45,   37,   30,   24,   18,  13,  9,  6,  3,  1},
    {0,  4,  14, 30, 20, -70, -220, -256, -150, -30, 50, 92, 104, 98, 84, 68,
     54, 42, 33, 26, 20, 15,  11,   8,    6,    4,   3,  2,  1,   1,  0,  0},
}};

/// Template step of the trough of both.
constexpr int kTrough = 7;

/// The sum of four 16-bit numbers about zero: already close to normally distributed.
/// @return standard deviation 37837 (65536 * sqrt(4 / 12))
std::int32_t bell4(std::uint64_t bits) {
  std::int32_t sum = -4 * 32768 + 2;  // the mean of a 16-bit number is 32767.5
  for (int shift = 0; shift < 64; shift += 16) {
    sum += static_cast<std::int32_t>((bits >> shift) & 0xFFFF);
  }
  return sum;
}

constexpr std::int64_t kBell4Deviation = 37837;
constexpr std::int64_t kBell8Deviation = 53510;  ///< of the sum of two

/// Noise that drives a field: standard deviation of about one code.
std::int32_t field_noise(std::uint64_t bits) {
  return static_cast<std::int32_t>(std::int64_t{bell4(bits)} * kOne / kBell4Deviation);
}

/// log2 of a fraction in 1/65536, of which only the integer part is exact; the rest is off by at
/// most 0.008. @param u  not 0; represents u / 2^64
std::int64_t minus_log2(std::uint64_t u) {
  int zeros = 0;
  while ((u >> 63) == 0) {
    u <<= 1;
    ++zeros;
  }
  const auto m = static_cast<std::int64_t>((u >> 47) & 0xFFFF);  // mantissa - 1
  const std::int64_t bulge = m * (kOne - m) / kOne * 22486 / kOne;
  return std::int64_t{kOne} * (zeros + 1) - m - bulge;
}

}  // namespace

std::int32_t RecordingGenerator::Field::next(std::int32_t noise) {
  // Time constants of 4, 32, 256 and 2048 frames. The slower ones accumulate more of the noise,
  // so they take less of it: the power per octave falls slowly with the frequency.
  static constexpr std::array<int, kFieldParts> kShift = {2, 5, 8, 11};
  static constexpr std::array<int, kFieldParts> kGain = {384, 256, 192, 96};  // 1/256
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i] += noise / 256 * kGain[i] - (parts[i] >> kShift[i]);
    sum += parts[i];
  }
  return sum;
}

RecordingGenerator::RecordingGenerator(std::uint32_t channels, std::uint64_t seed, double rate)
    : random_(seed) {
  if (channels < 1 || channels > kMaxChannels) {
    throw Error(
        fmt::format("a recording cannot have {} channels; give 1 to {}", channels, kMaxChannels));
  }
  if (!(rate >= 100.0 && rate <= 1e6)) {
    throw Error(fmt::format("a rate of {} Hz is out of range; give 100 to 1000000", rate));
  }
  phase_step_ = static_cast<std::int32_t>(kTemplateRate * kOne / rate);

  std::int64_t total = 0;
  for (const int width : kWidths) {
    total += width;
  }
  std::int64_t edge = 0;
  edges_.assign(kHighest - kLowest, 0);
  const auto width = [total](int code) {
    const std::int64_t percent = code == -1   ? kWidthMinusOne
                                 : code == -2 ? kWidthMinusTwo
                                              : kWidths[static_cast<std::size_t>(code & 31)];
    return percent * 32 * kOne / total;
  };
  for (int code = 1; code <= kHighest; ++code) {
    edge += width(code - 1);
    edges_[static_cast<std::size_t>(code - kLowest - 1)] = static_cast<std::int32_t>(edge);
  }
  edge = 0;
  for (int code = -1; code > kLowest; --code) {
    edge -= width(code);
    edges_[static_cast<std::size_t>(code - kLowest - 1)] = static_cast<std::int32_t>(edge);
  }

  channels_.resize(channels);
  for (Channel& channel : channels_) {
    channel.offset = uniform(-8 * kOne, 32 * kOne);
    // Most electrodes are quiet: the third power leans towards the low end of 4 .. 10 codes.
    const std::int64_t u = uniform(0, kOne);
    channel.noise = 4 * kOne + static_cast<std::int32_t>(6 * (u * u / kOne * u / kOne));
    channel.own_gain = uniform(100, 320);
    channel.common_gain = uniform(60, 200);
    channel.neurons.resize(static_cast<std::size_t>(uniform(1, 4)));
    for (Neuron& neuron : channel.neurons) {
      neuron.amplitude = uniform(20 * kOne, 110 * kOne);
      neuron.mean_gap = static_cast<std::int32_t>(rate / uniform(1, 20));
      neuron.until_spike = gap(neuron.mean_gap);
      neuron.shape = uniform(0, static_cast<std::int32_t>(kShapes.size()));
    }
  }
}

std::int32_t RecordingGenerator::uniform(std::int32_t low, std::int32_t high) {
  const auto range = static_cast<std::uint64_t>(std::int64_t{high} - low);
  return low + static_cast<std::int32_t>((random_() >> 32) * range >> 32);
}

std::int64_t RecordingGenerator::gap(std::int32_t mean) {
  constexpr std::int64_t kLn2 = 45426;  // 1/65536
  return minus_log2(random_() | 1) * kLn2 / kOne * mean / kOne + 1;
}

std::int32_t RecordingGenerator::spike(Neuron& neuron) {
  if (neuron.phase < 0) {
    if (--neuron.until_spike > 0) {
      return 0;
    }
    neuron.phase = 0;
    neuron.until_spike = gap(neuron.mean_gap);
  }
  const std::int32_t step = neuron.phase / kOne;
  neuron.phase += phase_step_;
  if (neuron.phase >= kTemplateSteps * kOne) {
    neuron.phase = -1;
  }
  return neuron.amplitude / 256 *
         kShapes[static_cast<std::size_t>(neuron.shape)][static_cast<std::size_t>(step)];
}

Code RecordingGenerator::digitise(std::int64_t value) const {
  // The widths average to one code over every 32, so the code is within a few of the value.
  int code = static_cast<int>(std::clamp<std::int64_t>(value >> 16, kLowest, kHighest));
  const auto lower_edge = [this](int c) {
    return edges_[static_cast<std::size_t>(c - kLowest - 1)];
  };
  while (code > kLowest && value < lower_edge(code)) {
    --code;
  }
  while (code < kHighest && value >= lower_edge(code + 1)) {
    ++code;
  }
  return static_cast<Code>(code);
}

void RecordingGenerator::generate(Code* codes, std::size_t frames) {
  for (std::size_t frame = 0; frame < frames; ++frame) {
    const std::int64_t common = common_.next(field_noise(random_()));
    for (Channel& channel : channels_) {
      // The sum of eight numbers reaches 4.9 standard deviations, enough for noise that is seen
      // sample by sample. (Addition does not care which operand is drawn first.)
      const std::int32_t bell8 = bell4(random_()) + bell4(random_());
      const std::int64_t noise = std::int64_t{channel.noise} * bell8 / kBell8Deviation;
      const std::int64_t own = channel.own.next(field_noise(random_()));
      std::int64_t value = channel.offset + noise + own * channel.own_gain / 256 +
                           common * channel.common_gain / 256;
      for (Neuron& neuron : channel.neurons) {
        const bool silent = neuron.phase < 0;
        value += spike(neuron);
        if (silent && neuron.phase >= 0) note_spike(channel);
      }
      *codes++ = digitise(value);
    }
    ++frame_;
  }
}

void RecordingGenerator::note_spike(const Channel& channel) {
  if (spikes_ == nullptr) return;
  const auto frames = static_cast<std::uint64_t>(kTrough * kOne / phase_step_);
  spikes_->push_back({frame_ + frames, static_cast<std::uint32_t>(&channel - channels_.data())});
}

std::vector<Code> generate(std::uint32_t channels, std::size_t frames, std::uint64_t seed) {
  std::vector<Code> codes(frames * channels);
  RecordingGenerator(channels, seed).generate(codes.data(), frames);
  return codes;
}

}  // namespace nrc
