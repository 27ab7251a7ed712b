// SPDX-License-Identifier: Apache-2.0
#include "stages/neural_predictor.hpp"

#include <algorithm>
#include <cstdlib>

#include "stages/interval.hpp"

namespace nrc {

namespace {

constexpr int kMantissaMask = (1 << kScaleMantissaBits) - 1;

/// A number of 1/64 code in 1/16 of the scale at a dispersion index.
std::int8_t normalise(std::int32_t value, int steady) {
  const std::int64_t z =
      (std::int64_t{value} * IntervalModel::reciprocal(steady & kMantissaMask)) >>
      ((steady >> kScaleMantissaBits) + 8);
  return static_cast<std::int8_t>(
      std::clamp<std::int64_t>(z, -kNeuralActivationLimit, kNeuralActivationLimit));
}

std::int8_t limited(std::int32_t value) {
  return static_cast<std::int8_t>(
      std::clamp(value, -kNeuralActivationLimit, kNeuralActivationLimit));
}

std::uint16_t follow(std::uint16_t mean, std::int32_t magnitude, int shift) {
  return static_cast<std::uint16_t>(mean + (((magnitude << 4) - mean) >> shift));
}

}  // namespace

NeuralPredictor::NeuralPredictor(const NeuralNetwork& network, int code_width)
    : network_(network),
      min_value_(-(1 << (code_width - 1)) * (1 << kFracBits)),
      max_value_(((1 << (code_width - 1)) - 1) * (1 << kFracBits)) {}

NeuralExpectation NeuralPredictor::correct(const NeuralState& state, const Prediction& prediction,
                                           std::int32_t last, int steady, int burst) const {
  NeuralNetwork::Inputs in;
  std::int8_t* const extra = std::copy(state.history.begin(), state.history.end(), in.begin());
  extra[0] = normalise(prediction.deviation, steady);
  extra[1] = normalise(prediction.value - last, steady);
  extra[2] = limited(state.fast >> 3);
  extra[3] = limited(state.slow >> 3);
  extra[4] = limited(steady - kNeuralMiddleIndex);
  extra[5] = limited(8 * burst);
  const NeuralNetwork::Outputs out = network_.run(in);
  const int index = steady + burst;
  // One deviate is (33 + 2 mantissa) * 2^octave / 1024 of 1/64 code.
  const std::int64_t shift = (std::int64_t{out[0]} * (33 + 2 * (index & kMantissaMask)) *
                              (std::int64_t{1} << (index >> kScaleMantissaBits))) >>
                             10;
  return {static_cast<std::int32_t>(
              std::clamp<std::int64_t>(prediction.value + shift, min_value_, max_value_)),
          std::max(index + std::clamp(out[1], -kNeuralWidening, kNeuralWidening), 0)};
}

void NeuralPredictor::update(NeuralState& state, std::int32_t innovation, int steady, bool reset) {
  if (reset) {
    state = {};
    return;
  }
  const std::int8_t z = normalise(innovation, steady);
  std::copy_backward(state.history.begin(), state.history.end() - 1, state.history.end());
  state.history[0] = z;
  state.fast = follow(state.fast, std::abs(z), 3);
  state.slow = follow(state.slow, std::abs(z), 5);
}

}  // namespace nrc
