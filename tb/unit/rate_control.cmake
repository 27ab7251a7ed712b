# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(rate_control NAME 16384 CHECK PARAMS BufferWords=16384)
nrc_unit_bench(rate_control NAME 64 PARAMS BufferWords=64)
