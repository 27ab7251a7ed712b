# SPDX-License-Identifier: Apache-2.0
# UpdateDelay: without stage neighbour, and with it.
nrc_unit_bench(taps NAME 16 CHECK PARAMS Channels=16 CodeWidth=10 UpdateDelay=0)
nrc_unit_bench(taps NAME 16_neighbour PARAMS Channels=16 CodeWidth=10 UpdateDelay=3)
nrc_unit_bench(taps NAME 1_w4 PARAMS Channels=1 CodeWidth=4 UpdateDelay=3)
nrc_unit_bench(taps NAME 37_w16 PARAMS Channels=37 CodeWidth=16 UpdateDelay=0)
