# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(range NAME w10 CHECK PARAMS CodeWidth=10)
nrc_unit_bench(range NAME w4 PARAMS CodeWidth=4)
nrc_unit_bench(range NAME w11 PARAMS CodeWidth=11)
nrc_unit_bench(range NAME w16 PARAMS CodeWidth=16)
