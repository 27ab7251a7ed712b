# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(ram_1r1w NAME 100 CHECK PARAMS Width=16 Depth=100)
nrc_unit_bench(ram_1r1w NAME 1 PARAMS Width=16 Depth=1)
