# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(neighbour NAME 16 CHECK PARAMS Channels=16 CodeWidth=10)
nrc_unit_bench(neighbour NAME 1 PARAMS Channels=1 CodeWidth=10)
nrc_unit_bench(neighbour NAME 2_w4 PARAMS Channels=2 CodeWidth=4)
nrc_unit_bench(neighbour NAME 37_w16 PARAMS Channels=37 CodeWidth=16)
