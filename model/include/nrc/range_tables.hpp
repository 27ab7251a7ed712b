// SPDX-License-Identifier: Apache-2.0
//
// Tables of the range profile: the ADC's code edges and the distribution of the innovation
// (docs/bitstream.md, section 10).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nrc/format.hpp"

namespace nrc {

/// Everything that the range profile trains. Plain data: fill it, then call validate().
struct RangeTables {
  std::string name;
  std::string description;
  std::uint32_t initial_scale = 4096;  ///< 1/1024 code
  int code_width = 0;                  ///< of the edges; 0: even codes of any width, no edges
  /// edges[i] is the edge between the codes i - 2^(W-1) and i + 1 - 2^(W-1), 1/64 code.
  /// 2^W - 1 of them, not decreasing, steps of at most 255; empty if code_width is 0.
  std::vector<std::int32_t> edges;
  /// Cumulative frequency at the deviates 0 .. kDeviates - 1, 32776 .. 65535, not decreasing; the
  /// distribution is symmetric.
  std::vector<std::uint16_t> cumulative;

  /// @throws Error naming the first rule of section 10 that is broken.
  void validate() const;
  /// @throws Error if the edges are not those of codes of this width.
  void check_code_width(int width) const;
  /// CRC-32 that identifies the tables in a stream.
  std::uint32_t id() const;

  /// Built-in tables by name: "default" or "generic". @throws Error for another name.
  static const RangeTables& builtin(const std::string& name);
  static std::vector<std::string> builtin_names();
  /// Built-in tables with this id, or nullptr.
  static const RangeTables* builtin_by_id(std::uint32_t id);
};

}  // namespace nrc
