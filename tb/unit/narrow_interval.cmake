# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(narrow_interval NAME default CHECK TABLES default PARAMS CodeWidth=10)
nrc_unit_bench(narrow_interval NAME generic_w8 TABLES generic PARAMS CodeWidth=8)
