// SPDX-License-Identifier: Apache-2.0
//
// Stage neural predictor of the neural profile: corrects the mean and the width of a code's
// distribution by a network over the channel's past (docs/bitstream.md, section 13). No RTL.
#pragma once

#include <array>
#include <cstdint>

#include "nrc/neural_network.hpp"
#include "stages/dispersion.hpp"
#include "stages/predictor.hpp"

namespace nrc {

/// State of one channel, besides predictor and dispersion.
struct NeuralState {
  /// Innovations in 1/16 of the scale that was, the latest one first, -127..127.
  std::array<std::int8_t, kNeuralLags> history = {};
  std::uint16_t fast = kNeuralMeanReset;  ///< mean of their magnitude over about 8, 1/256, 11 bits
  std::uint16_t slow = kNeuralMeanReset;  ///< over about 32
};

/// Where the distribution of a code lies, and how wide it is.
struct NeuralExpectation {
  std::int32_t value;  ///< 1/64 code
  int index;           ///< as that of Dispersion
};

class NeuralPredictor {
 public:
  /// Keeps a reference: the network outlives the object. @param code_width  4..16
  NeuralPredictor(const NeuralNetwork& network, int code_width);

  /// Corrects a prediction.
  /// @param last    the predictor's previous value, 1/64 code
  /// @param steady  dispersion index less the burst
  /// @param burst   0..15
  NeuralExpectation correct(const NeuralState& state, const Prediction& prediction,
                            std::int32_t last, int steady, int burst) const;

  /// Moves the state past an innovation of the prediction that was not corrected (1/64 code). With
  /// reset the state becomes the reset state.
  static void update(NeuralState& state, std::int32_t innovation, int steady, bool reset);

 private:
  const NeuralNetwork& network_;
  std::int32_t min_value_;  ///< smallest value, 1/64 code
  std::int32_t max_value_;
};

}  // namespace nrc
