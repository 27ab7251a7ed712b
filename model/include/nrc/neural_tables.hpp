// SPDX-License-Identifier: Apache-2.0
//
// Tables of the neural profile: a network, and the range tables that it corrects
// (docs/bitstream.md, section 13), read from and written to a JSON table file.
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

  /// @throws Error if the text is not a valid table file; `where` (a file name) is in the message.
  static NeuralTables from_json(const std::string& text, const std::string& where);
  std::string to_json() const;
  /// @throws Error if the file cannot be read or is not a valid table file.
  static NeuralTables load(const std::string& path);

  /// Built-in tables by name: "default" or "generic". @throws Error for another name.
  static const NeuralTables& builtin(const std::string& name);
  static std::vector<std::string> builtin_names();
};

}  // namespace nrc
