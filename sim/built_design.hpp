// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "design.hpp"

namespace nrc::sim {

/// The parameters that a variant's model was verilated with. All else of the bench is compiled
/// once, built_design.cpp for each variant.
Design built_design();

}  // namespace nrc::sim
