# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(linearizer NAME default TABLES default PARAMS CodeWidth=10 LoadableTables=0)
nrc_unit_bench(linearizer NAME generic CHECK TABLES generic PARAMS CodeWidth=10 LoadableTables=0)
nrc_unit_bench(linearizer NAME generic_w4 TABLES generic PARAMS CodeWidth=4 LoadableTables=0)
nrc_unit_bench(linearizer NAME generic_w16 TABLES generic PARAMS CodeWidth=16 LoadableTables=0)
nrc_unit_bench(linearizer NAME loaded TABLES default PARAMS CodeWidth=10 LoadableTables=1)
