// SPDX-License-Identifier: Apache-2.0
//
// Range tables as the words of the RTL encoder's memories.
#pragma once

#include <cstdint>
#include <vector>

#include "nrc/range_tables.hpp"

namespace nrc {

/// Words of the table port of an RTL encoder with LoadableTables and the range profile: the
/// cumulative frequency of each deviate; then, if the tables have edges, the lower edge of each
/// code, modulo 2^16, and after all of these the width of each, both in 1/64 code and at the code's
/// bits. The edge that an outermost code lacks repeats its other one.
std::vector<std::uint16_t> range_memory(const RangeTables& tables);

}  // namespace nrc
