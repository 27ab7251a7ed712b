# SPDX-License-Identifier: Apache-2.0
# The fewest channels, with which a row comes again at once, and the narrowest codes.
nrc_unit_bench(narrow_range NAME 16 CHECK PARAMS Channels=16 CodeWidth=10)
nrc_unit_bench(narrow_range NAME 8_w8 TABLES generic PARAMS Channels=8 CodeWidth=8 Rows=1)
