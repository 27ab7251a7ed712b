# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(rounding NAME 10 CHECK PARAMS CodeWidth=10)
nrc_unit_bench(rounding NAME 4 PARAMS CodeWidth=4)
nrc_unit_bench(rounding NAME 16 PARAMS CodeWidth=16)
