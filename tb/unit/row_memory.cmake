# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(row_memory NAME 8 CHECK PARAMS Words=8 Width=24)
nrc_unit_bench(row_memory NAME 20 PARAMS Words=20 Width=1)
