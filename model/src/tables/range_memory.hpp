// SPDX-License-Identifier: Apache-2.0
//
// Range tables as the words of the RTL encoder's memories.
#pragma once

#include <cstdint>
#include <vector>

#include "nrc/range_tables.hpp"

namespace nrc {

/// Words of the table port of an RTL encoder with LoadableTables and the range profile: the
/// cumulative frequency of each deviate; then, if the tables have edges, the lower edges of all
/// codes, modulo 2^16, followed by their widths. Edges and widths are in 1/64 code, and the low
/// bits of a code are its address. An outermost code lacks one edge, in whose place is its other
/// one.
std::vector<std::uint16_t> range_memory(const RangeTables& tables);

}  // namespace nrc
