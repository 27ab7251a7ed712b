// SPDX-License-Identifier: Apache-2.0
#include "nrc/neural_network.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "nrc/error.hpp"

namespace nrc {

NeuralNetwork::Outputs NeuralNetwork::run(const Inputs& inputs) const {
  std::array<std::int32_t, kNeuralMaxWidth> in = {};
  std::array<std::int32_t, kNeuralMaxWidth> out = {};
  std::copy(inputs.begin(), inputs.end(), in.begin());
  for (const NeuralLayer& layer : layers) {
    const bool last = &layer == &layers.back();
    const std::int32_t low = last ? -kNeuralOutputLimit : 0;
    const std::int32_t high = last ? kNeuralOutputLimit : kNeuralActivationLimit;
    const std::int8_t* weight = layer.weights.data();
    for (int o = 0; o < layer.outputs; ++o) {
      std::int32_t sum = layer.bias[static_cast<std::size_t>(o)];
      for (int i = 0; i < layer.inputs; ++i) sum += *weight++ * in[static_cast<std::size_t>(i)];
      out[static_cast<std::size_t>(o)] = std::clamp(sum >> layer.shift, low, high);
    }
    in = out;
  }
  Outputs outputs = {};
  std::copy_n(in.begin(), outputs.size(), outputs.begin());
  return outputs;
}

std::size_t NeuralNetwork::multiplications() const {
  std::size_t count = 0;
  for (const NeuralLayer& layer : layers) count += layer.weights.size();
  return count;
}

std::size_t NeuralNetwork::parameter_bytes() const {
  std::size_t bytes = 0;
  for (const NeuralLayer& layer : layers) bytes += layer.weights.size() + 3 * layer.bias.size();
  return bytes;
}

void NeuralNetwork::validate() const {
  const auto require = [](bool ok, std::size_t layer, const std::string& rule) {
    if (!ok) throw Error("layer " + std::to_string(layer) + " of the network: " + rule);
  };
  if (layers.empty() || layers.size() > kNeuralMaxLayers) {
    throw Error("the network must have 1 to " + std::to_string(kNeuralMaxLayers) + " layers");
  }
  int inputs = kNeuralInputs;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const NeuralLayer& layer = layers[i];
    require(layer.inputs == inputs, i, "must have " + std::to_string(inputs) + " inputs");
    require(layer.outputs >= 1 && layer.outputs <= kNeuralMaxWidth, i,
            "must have 1 to " + std::to_string(kNeuralMaxWidth) + " outputs");
    require(layer.shift >= 0 && layer.shift <= kNeuralMaxShift, i,
            "shift must be 0.." + std::to_string(kNeuralMaxShift));
    const auto outputs = static_cast<std::size_t>(layer.outputs);
    require(layer.bias.size() == outputs, i, "there must be a bias for each output");
    require(
        std::all_of(layer.bias.begin(), layer.bias.end(),
                    [](std::int32_t b) { return b >= -kNeuralBiasLimit && b <= kNeuralBiasLimit; }),
        i, "biases must be within 2^20");
    require(layer.weights.size() == outputs * static_cast<std::size_t>(inputs), i,
            "there must be a weight for each input of each output");
    require(std::all_of(layer.weights.begin(), layer.weights.end(),
                        [](std::int8_t w) { return w >= -kNeuralActivationLimit; }),
            i, "weights must be -127..127");
    inputs = layer.outputs;
  }
  if (inputs != kNeuralOutputs) {
    throw Error("the network's last layer must have " + std::to_string(kNeuralOutputs) +
                " outputs");
  }
}

}  // namespace nrc
