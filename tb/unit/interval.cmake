# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(interval NAME default TABLES default PARAMS CodeWidth=10 Pipeline=0)
nrc_unit_bench(interval NAME generic CHECK TABLES generic PARAMS CodeWidth=10 Pipeline=0)
nrc_unit_bench(interval NAME generic_w4 TABLES generic PARAMS CodeWidth=4 Pipeline=0)
nrc_unit_bench(interval NAME generic_w11 TABLES generic PARAMS CodeWidth=11 Pipeline=0)
nrc_unit_bench(interval NAME generic_w16 TABLES generic PARAMS CodeWidth=16 Pipeline=0)
nrc_unit_bench(interval NAME shallow_generic_w16 TABLES generic PARAMS CodeWidth=16 Pipeline=1)
