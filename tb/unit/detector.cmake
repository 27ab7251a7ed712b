# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(detector NAME 10 CHECK PARAMS Channels=5 CodeWidth=10 Window=11 Rest=21)
# The widest codes, the longest search and rest.
nrc_unit_bench(detector NAME 16 PARAMS Channels=8 CodeWidth=16 Window=16 Rest=47)
