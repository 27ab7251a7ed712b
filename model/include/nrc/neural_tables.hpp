// SPDX-License-Identifier: Apache-2.0
//
// Tables of the neural profile: a network, and the range tables that it corrects
// (docs/bitstream.md, section 13).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nrc/neural_network.hpp"
#include "nrc/range_tables.hpp"

namespace nrc {

/// Everything that the neural profile trains. Plain data: fill it, then call validate().
struct NeuralTables {
  RangeTables range;  ///< its name and description are those of the whole
  NeuralNetwork network;

  /// @throws Error naming the first rule of sections 10 and 13 that is broken.
  void validate() const;
  /// CRC-32 that identifies the tables in a stream.
  std::uint32_t id() const;

  /// Built-in tables by name: "default" or "generic". @throws Error for another name.
  static const NeuralTables& builtin(const std::string& name);
  static std::vector<std::string> builtin_names();
};

}  // namespace nrc
