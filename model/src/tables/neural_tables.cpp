// SPDX-License-Identifier: Apache-2.0
#include "nrc/neural_tables.hpp"

#include <string>

#include "format/bytes.hpp"
#include "format/crc.hpp"
#include "nrc/error.hpp"

namespace nrc {

namespace {}  // namespace

void NeuralTables::validate() const {
  range.validate();
  try {
    network.validate();
  } catch (const Error& e) {
    throw Error("neural tables '" + range.name + "': " + e.what());
  }
}

std::uint32_t NeuralTables::id() const {
  std::vector<std::uint8_t> bytes = {
      'N', 'R', 'C', 'N', kTablesVersion, static_cast<std::uint8_t>(network.layers.size())};
  append_little_endian(bytes, range.id());
  for (const NeuralLayer& layer : network.layers) {
    append_little_endian(bytes, layer.outputs, 1);
    append_little_endian(bytes, layer.shift, 1);
    for (const std::int32_t b : layer.bias) append_little_endian(bytes, b);
    for (const std::int8_t w : layer.weights) append_little_endian(bytes, w);
  }
  return crc32(bytes);
}

}  // namespace nrc
