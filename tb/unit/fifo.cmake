# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(fifo NAME 32 CHECK PARAMS Width=32 Depth=32)
nrc_unit_bench(fifo NAME 2 PARAMS Width=5 Depth=2)
