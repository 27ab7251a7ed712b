# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(range NAME w10 CHECK PARAMS CodeWidth=10 Pipeline=0)
nrc_unit_bench(range NAME w4 PARAMS CodeWidth=4 Pipeline=0)
nrc_unit_bench(range NAME w11 PARAMS CodeWidth=11 Pipeline=0)
nrc_unit_bench(range NAME w16 PARAMS CodeWidth=16 Pipeline=0)
nrc_unit_bench(range NAME shallow_w16 PARAMS CodeWidth=16 Pipeline=1)
