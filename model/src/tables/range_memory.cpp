// SPDX-License-Identifier: Apache-2.0
#include "tables/range_memory.hpp"

#include <cstddef>

namespace nrc {

std::vector<std::uint16_t> range_memory(const RangeTables& tables) {
  std::vector<std::uint16_t> words = tables.cumulative;
  if (tables.edges.empty()) return words;
  const std::size_t begin = words.size();
  const std::size_t codes = tables.edges.size() + 1;
  words.resize(begin + 2 * codes);
  for (std::size_t i = 0; i < codes; ++i) {
    const std::int32_t low = i == 0 ? tables.edges[0] : tables.edges[i - 1];
    const std::int32_t high = i + 1 == codes ? low : tables.edges[i];
    const std::size_t address = (i + codes / 2) % codes;
    words[begin + address] = static_cast<std::uint16_t>(low & 0xFFFF);
    words[begin + codes + address] = static_cast<std::uint16_t>(high - low);
  }
  return words;
}

}  // namespace nrc
