# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(range_decoder NAME default CHECK TABLES default PARAMS CodeWidth=10 Room=32)
nrc_unit_bench(range_decoder NAME generic_w4 TABLES generic PARAMS CodeWidth=4 Room=16)
nrc_unit_bench(range_decoder NAME generic_w16 TABLES generic PARAMS CodeWidth=16 Room=32)
