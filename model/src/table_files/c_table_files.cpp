// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "c/guarded.hpp"
#include "c/tables_handle.hpp"
#include "nrc/table_files.h"
#include "nrc/table_files.hpp"

nrc_status nrc_tables_load(const char* path, nrc_tables** tables, nrc_message* message) {
  using nrc::c::fail;
  if (tables == nullptr) return fail(message, NRC_ERROR_ARGUMENT, "tables is null");
  *tables = nullptr;
  if (path == nullptr) return fail(message, NRC_ERROR_ARGUMENT, "path is null");
  return nrc::c::guarded(message, NRC_ERROR_ARGUMENT, [&] {
    auto loaded = std::make_shared<const nrc::Tables>(nrc::load_tables(path));
    *tables = new nrc_tables{std::move(loaded)};
    return NRC_OK;
  });
}
