// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "nrc/nrc.h"
#include "nrc/tables.hpp"

/// Tables as the C interface hands them around.
struct nrc_tables {
  std::shared_ptr<const nrc::Tables> tables;
};
