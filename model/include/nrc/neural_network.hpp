// SPDX-License-Identifier: Apache-2.0
//
// A small network of dense layers in integers: weights of 8 bits, activations of 7, results that
// are the same on every machine (docs/bitstream.md, section 13).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "nrc/format.hpp"

namespace nrc {

/// One layer: out[o] = clamp((bias[o] + sum of weights[o][i] * in[i]) >> shift), to 0..127 in every
/// layer but the last, which has -511..511.
struct NeuralLayer {
  int inputs = 0;
  int outputs = 0;
  int shift = 0;
  std::vector<std::int32_t> bias;    ///< [output], +-2^20
  std::vector<std::int8_t> weights;  ///< [output * inputs + input], -127..127
};

/// Layers that turn kNeuralInputs inputs into kNeuralOutputs outputs. Plain data: fill it, then
/// call validate().
struct NeuralNetwork {
  std::vector<NeuralLayer> layers;

  using Inputs = std::array<std::int8_t, kNeuralInputs>;
  using Outputs = std::array<std::int32_t, kNeuralOutputs>;

  /// The outputs of valid layers.
  Outputs run(const Inputs& inputs) const;

  /// Products that run() sums.
  std::size_t multiplications() const;
  /// Of weights and biases, the latter counted as 3 bytes each.
  std::size_t parameter_bytes() const;

  /// @throws Error naming the first rule of section 13 that is broken.
  void validate() const;
};

}  // namespace nrc
