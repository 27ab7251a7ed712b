// SPDX-License-Identifier: Apache-2.0
//
// Tables of the cascade profile: the code edges of range tables, or none (docs/bitstream.md,
// section 15). Everything else it learns from the samples.
#pragma once

#include "nrc/range_tables.hpp"

namespace nrc {

struct CascadeTables {
  RangeTables range;  ///< only name, code_width and edges have a meaning

  /// @throws Error if the edges are not those of codes of this width.
  void check_code_width(int width) const;
};

}  // namespace nrc
