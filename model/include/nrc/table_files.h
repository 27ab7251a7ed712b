/* SPDX-License-Identifier: Apache-2.0
 *
 * C interface of library nrc_table_files: tables of your own, from a table file that `nrc train`
 * wrote. The functions of nrc.h take them; programs that use built-in tables only need nrc alone.
 */
#ifndef NRC_TABLE_FILES_H
#define NRC_TABLE_FILES_H

#include "nrc/nrc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads a table file of any profile.
 * @param tables   on success the tables, for nrc_tables_destroy(); on an error null
 * @param message  may be null; set on an error only
 * @return NRC_ERROR_ARGUMENT if the file cannot be read or is not a valid table file */
nrc_status nrc_tables_load(const char* path, nrc_tables** tables, nrc_message* message);

#ifdef __cplusplus
}
#endif

#endif
