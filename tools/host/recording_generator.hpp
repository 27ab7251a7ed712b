// SPDX-License-Identifier: Apache-2.0
//
// Synthetic recordings that look like an implant's: for tests, demonstrations and the system bench,
// where real ones are not at hand. Integer arithmetic throughout, so that a seed gives the same
// recording on every machine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "nrc/format.hpp"

namespace nrc {

/// Each channel is the sum of an offset, a local field with a 1/f-like spectrum that the channels
/// partly share, white noise of 4 to 10 codes and spikes of one to three neurons, digitised by a
/// 10-bit ADC whose code widths are uneven.
class RecordingGenerator {
 public:
  static constexpr double kDefaultRate = 19531.25;

  /// @param channels  1..65536
  /// @param rate      of one channel, Hz, 100 .. 1,000,000: sets how long a spike lasts
  /// @throws Error for a value outside these ranges.
  RecordingGenerator(std::uint32_t channels, std::uint64_t seed, double rate = kDefaultRate);

  /// The next `frames` frames: codes[frame * channels + channel], -512..511. How a recording is cut
  /// into calls does not change it.
  void generate(Code* codes, std::size_t frames);

  /// A spike that was generated.
  struct Spike {
    std::uint64_t frame;  ///< of its trough
    std::uint32_t channel;
  };
  /// From now on spikes are appended there as they begin, in any order of their troughs. The list
  /// outlives the generator.
  void note_spikes(std::vector<Spike>* spikes) { spikes_ = spikes; }

  std::uint32_t channels() const { return static_cast<std::uint32_t>(channels_.size()); }

 private:
  static constexpr int kFieldParts = 4;
  static constexpr int kTemplateSteps = 32;

  /// 1/f-like noise: a sum of leaky integrators whose time constants are three octaves apart.
  struct Field {
    std::array<std::int32_t, kFieldParts> parts = {};  ///< 1/65536 code
    std::int32_t next(std::int32_t noise);
  };
  struct Neuron {
    std::int32_t amplitude = 0;    ///< of its spikes, 1/65536 code
    std::int32_t mean_gap = 0;     ///< frames
    std::int64_t until_spike = 0;  ///< frames
    std::int32_t phase = -1;       ///< position in the template, 1/65536 step; -1: silent
    int shape = 0;
  };
  struct Channel {
    std::int32_t offset = 0;       ///< 1/65536 code
    std::int32_t noise = 0;        ///< standard deviation, 1/65536 code
    std::int32_t own_gain = 0;     ///< of the channel's own field, 1/256
    std::int32_t common_gain = 0;  ///< of the common field, 1/256
    Field own;
    std::vector<Neuron> neurons;
  };

  std::int32_t uniform(std::int32_t low, std::int32_t high);
  std::int64_t gap(std::int32_t mean);
  std::int32_t spike(Neuron& neuron);
  void note_spike(const Channel& channel);
  Code digitise(std::int64_t value) const;

  std::mt19937_64 random_;
  std::vector<Channel> channels_;
  Field common_;
  std::int32_t phase_step_ = 0;  ///< of a spike, 1/65536 template step a frame
  std::uint64_t frame_ = 0;
  std::vector<Spike>* spikes_ = nullptr;
  std::vector<std::int32_t> edges_;  ///< lower edge of each code from -511 on, 1/65536 code
};

/// A whole recording at the default rate: codes[frame * channels + channel].
std::vector<Code> generate(std::uint32_t channels, std::size_t frames, std::uint64_t seed);

}  // namespace nrc
