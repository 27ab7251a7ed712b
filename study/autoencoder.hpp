// SPDX-License-Identifier: Apache-2.0
//
// Autoencoders: blocks of a channel as a few rounded numbers (docs/neural.md). Trained by
// networks/train_autoencoder.py; the weights are in generated/autoencoder_weights.cpp.
#pragma once

#include <vector>

namespace nrc::study {

/// A dense layer: row after row, 8 bits signed as two hexadecimal digits, times the row's scale.
struct DenseWeights {
  const char* rows;
  const double* scales;  ///< [output]
  const double* bias;    ///< [output]
};

/// Either way is direct(x) + out(max(hidden(x), 0)).
struct AutoencoderWeights {
  int ratio;    ///< to 16-bit samples that it was trained for
  int numbers;  ///< that a block becomes
  DenseWeights encode_hidden, encode_direct, encode_out;
  DenseWeights decode_hidden, decode_direct, decode_out;
  const double* centre;  ///< [number] of its logistic distribution
  const double* scale;   ///< [number]
};

constexpr int kAutoencoderBlock = 128;  ///< samples
constexpr int kAutoencoderHidden = 32;

extern const std::vector<AutoencoderWeights> kAutoencoders;

}  // namespace nrc::study
