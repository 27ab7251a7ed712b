# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(interval NAME default TABLES default PARAMS CodeWidth=10 LoadableTables=0 Pipeline=0)
nrc_unit_bench(interval NAME generic CHECK TABLES generic PARAMS CodeWidth=10 LoadableTables=0 Pipeline=0)
nrc_unit_bench(interval NAME generic_w4 TABLES generic PARAMS CodeWidth=4 LoadableTables=0 Pipeline=0)
nrc_unit_bench(interval NAME generic_w11 TABLES generic PARAMS CodeWidth=11 LoadableTables=0 Pipeline=0)
nrc_unit_bench(interval NAME generic_w16 TABLES generic PARAMS CodeWidth=16 LoadableTables=0 Pipeline=0)
nrc_unit_bench(interval NAME shallow_generic_w16 TABLES generic PARAMS CodeWidth=16 LoadableTables=0 Pipeline=1)
nrc_unit_bench(interval NAME loaded_w11 TABLES generic PARAMS CodeWidth=11 LoadableTables=1 Pipeline=0)
nrc_unit_bench(interval NAME shallow_loaded TABLES default PARAMS CodeWidth=10 LoadableTables=1 Pipeline=1)
