// SPDX-License-Identifier: Apache-2.0
//
// A simple code after the network of the neural profile: the values are sorted by how likely the
// network takes them for, and a sample is sent as its place in the list, in 2 bits and 0, 4, 7 or
// 10 more.
#include <algorithm>
#include <array>

#include "method.hpp"
#include "nrc/neural_tables.hpp"
#include "stages/bit_packer.hpp"
#include "stages/dispersion.hpp"
#include "stages/interval.hpp"
#include "stages/linearizer.hpp"
#include "stages/neural_predictor.hpp"
#include "stages/pace.hpp"
#include "stages/predictor.hpp"
#include "stages/shift6.hpp"

namespace nrc::study {
namespace {

constexpr int kWidth = 10;
constexpr int kClassBits = 2;
constexpr std::array<int, 4> kExtraBits = {0, 4, 7, kWidth};
/// Rank 0, the next 16 and the next 128. Others are sent as they are.
constexpr std::array<std::size_t, 4> kFirst = {0, 1, 17, 145};

/// The stages of the neural profile on one channel.
class Channel {
 public:
  Channel()
      : tables_(NeuralTables::builtin("default")),
        linearizer_(tables_.range, kWidth),
        model_(tables_.range, linearizer_),
        predictor_(kWidth),
        dispersion_(tables_.range.initial_scale, kWidth),
        neural_(tables_.network, kWidth) {
    dispersion_.update(dispersion_state_, 0, true, 0);
  }

  /// The likeliest codes, of those about the prediction; of equals the lower one first.
  const std::array<Code, kFirst.back()>& sorted() {
    prediction_ = predictor_.predict(predictor_state_, first_);
    const int burst = first_ ? 0 : static_cast<int>(dispersion_state_.burst);
    steady_ = dispersion_.index(dispersion_state_, first_) - burst;
    const NeuralExpectation expected = neural_.correct(
        neural_state_, prediction_, first_ ? 0 : predictor_state_.last, steady_, burst);
    constexpr int kHalf = static_cast<int>(kFirst.back() / 2);
    const int lowest =
        std::clamp((expected.value >> kFracBits) - kHalf, static_cast<int>(linearizer_.min_code()),
                   linearizer_.max_code() - 2 * kHalf);
    std::uint32_t below =
        model_.cumulative(static_cast<Code>(lowest), expected.value, expected.index);
    for (std::size_t i = 0; i < sorted_.size(); ++i) {
      const auto code = static_cast<Code>(lowest + static_cast<int>(i));
      const std::uint32_t above =
          code == linearizer_.max_code()
              ? kTopFrequency
              : model_.cumulative(static_cast<Code>(code + 1), expected.value, expected.index);
      keys_[i] = (kTopFrequency - (above - below)) << 16 | static_cast<std::uint16_t>(code + 512);
      below = above;
    }
    std::sort(keys_.begin(), keys_.end());
    std::transform(keys_.begin(), keys_.end(), sorted_.begin(), [](std::uint32_t key) {
      return static_cast<Code>(static_cast<int>(key & 0xFFFF) - 512);
    });
    return sorted_;
  }

  void update(Code code) {
    const std::int32_t value = linearizer_.interval(code).value;
    const std::int32_t innovation = value - prediction_.value;
    NeuralPredictor::update(neural_state_, innovation, steady_, first_);
    const int boost = pace_.next(first_);
    dispersion_.update(dispersion_state_, innovation, first_, boost);
    predictor_.update_value(predictor_state_, prediction_, value, first_, boost);
    first_ = false;
  }

 private:
  const NeuralTables& tables_;
  Linearizer linearizer_;
  IntervalModel model_;
  Predictor predictor_;
  Dispersion dispersion_;
  NeuralPredictor neural_;
  PredictorState predictor_state_;
  DispersionState dispersion_state_;
  Pace pace_;
  NeuralState neural_state_;
  Prediction prediction_ = {};
  int steady_ = 0;
  bool first_ = true;
  std::array<std::uint32_t, kFirst.back()> keys_ = {};
  std::array<Code, kFirst.back()> sorted_ = {};
};

/// Samples off the grid of a 10-bit ADC are sent as they are, after a bit that says so.
class RankCoding : public SampleMethod {
 public:
  using SampleMethod::SampleMethod;

 protected:
  ChannelStream encode(const Samples& samples, double /*rate*/) const override {
    const bool on_grid = std::all_of(samples.begin(), samples.end(), Shift6::on_grid);
    BitPacker packer;
    packer.put(on_grid ? 1 : 0, 1);
    Channel channel;
    for (const std::int16_t sample : samples) {
      if (!on_grid) {
        packer.put(static_cast<std::uint16_t>(sample), 16);
        continue;
      }
      const Code code = Shift6::code(sample);
      const auto& sorted = channel.sorted();
      const auto place =
          static_cast<std::size_t>(std::find(sorted.begin(), sorted.end(), code) - sorted.begin());
      std::size_t group = kFirst.size() - 1;
      while (place < kFirst[group]) --group;
      const auto number = place < sorted.size() ? static_cast<std::uint32_t>(place - kFirst[group])
                                                : static_cast<std::uint32_t>(code + 512);
      packer.put(static_cast<std::uint32_t>(group) << kExtraBits[group] | number,
                 kClassBits + kExtraBits[group]);
      channel.update(code);
    }
    return {packer.take(), 0};
  }

  Samples decode(const Bytes& bytes, std::size_t count, double /*rate*/) const override {
    BitReader reader(bytes.data(), bytes.size());
    const auto read = [&reader](int bits) {
      const std::uint32_t value = bits == 0 ? 0 : reader.peek(bits);
      reader.skip(bits);
      return value;
    };
    const bool on_grid = read(1) != 0;
    Channel channel;
    Samples samples;
    for (std::size_t i = 0; i < count; ++i) {
      if (!on_grid) {
        samples.push_back(static_cast<std::int16_t>(read(16)));
        continue;
      }
      const auto& sorted = channel.sorted();
      const std::size_t group = read(kClassBits);
      const std::uint32_t number = read(kExtraBits[group]);
      const Code code = group + 1 == kFirst.size()
                            ? static_cast<Code>(static_cast<int>(number) - 512)
                            : sorted[kFirst[group] + number];
      channel.update(code);
      samples.push_back(Shift6::sample(code));
    }
    return samples;
  }
};

}  // namespace

void add_rank_coding(Methods& methods) {
  MethodFacts facts;
  facts.name = "neural-rank";
  facts.title = "rank in the network's list, 2 bits and 0, 4, 7 or 10";
  facts.latency = "1";
  facts.state = "210 bits; shared: the network and tables";
  facts.note =
      "The network is that of the neural profile. A sample is sent as its place in the list of "
      "values, the likeliest first, with 2 bits for the group: 1, 16 or 128 places, or the value.";
  methods.push_back(std::make_unique<RankCoding>(facts));
}

}  // namespace nrc::study
