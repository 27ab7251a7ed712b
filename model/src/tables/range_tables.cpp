// SPDX-License-Identifier: Apache-2.0
#include "nrc/range_tables.hpp"

#include <string>

#include "format/bytes.hpp"
#include "format/crc.hpp"
#include "nrc/error.hpp"

namespace nrc {

void RangeTables::validate() const {
  const auto require = [this](bool ok, const std::string& rule) {
    if (!ok) throw Error("range tables '" + name + "': " + rule);
  };
  require(code_width == 0 || (code_width >= kMinRangeCodeWidth && code_width <= kMaxEdgeCodeWidth),
          "code_width must be " + std::to_string(kMinRangeCodeWidth) + ".." +
              std::to_string(kMaxEdgeCodeWidth) + ", or 0 without edges");
  require(initial_scale <= 0xFFFF, "initial_scale must be at most 65535");
  const std::size_t edge_count = code_width == 0 ? 0 : (std::size_t{1} << code_width) - 1;
  require(edges.size() == edge_count, "there must be 2^code_width - 1 edges");
  const std::int32_t limit = 1 << (code_width == 0 ? 0 : code_width + kFracBits - 1);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const bool in_range = edges[i] >= -limit && edges[i] < limit;
    const bool follows =
        in_range &&
        (i == 0 || (edges[i] >= edges[i - 1] && edges[i] - edges[i - 1] <= kMaxEdgeStep));
    if (follows) continue;
    require(false,
            "edge " + std::to_string(i) + ": " +
                (in_range ? "must be 0..255 above the edge before" : "out of the code range"));
  }
  require(cumulative.size() == kDeviates, "there must be 1024 cumulative frequencies");
  for (std::size_t i = 0; i < cumulative.size(); ++i) {
    const std::uint32_t before =
        i == 0 ? (kTopFrequency + kEscapeFrequency + 1) / 2 : std::uint32_t{cumulative[i - 1]};
    if (cumulative[i] >= before) continue;
    require(false, "cumulative frequency " + std::to_string(i) + " must be at least " +
                       std::to_string(before));
  }
}

void RangeTables::check_code_width(int width) const {
  if (code_width != 0 && code_width != width) {
    throw Error("range tables '" + name + "' are for codes of " + std::to_string(code_width) +
                " bits, not of " + std::to_string(width) + "; use tables trained for this width");
  }
  if (initial_scale >> (width + kFracBits) != 0) {
    throw Error("range tables '" + name + "': initial_scale is too large for codes of " +
                std::to_string(width) + " bits; use tables trained for this width");
  }
  if (width < kMinRangeCodeWidth) {
    throw Error("the range profile needs codes of at least 4 bits, not of " +
                std::to_string(width));
  }
}

std::uint32_t RangeTables::id() const {
  std::vector<std::uint8_t> bytes = {
      'N', 'R', 'C', 'R', kTablesVersion, static_cast<std::uint8_t>(code_width)};
  append_little_endian(bytes, initial_scale, 2);
  for (const std::int32_t edge : edges) append_little_endian(bytes, edge);
  for (const std::uint16_t c : cumulative) append_little_endian(bytes, c);
  return crc32(bytes);
}

}  // namespace nrc
