# SPDX-License-Identifier: Apache-2.0
# The fewest channels, with which a row comes again at once, and the narrowest and widest codes.
nrc_unit_bench(narrow NAME 16 CHECK PARAMS Channels=16 CodeWidth=10)
nrc_unit_bench(narrow NAME 8_w8 PARAMS Channels=8 CodeWidth=8 Rows=1)
nrc_unit_bench(narrow NAME generic_w16 TABLES generic PARAMS Channels=20 CodeWidth=16 Rows=1)
