# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(memory_delay NAME 2 CHECK PARAMS Width=16 Depth=2)
nrc_unit_bench(memory_delay NAME 13 PARAMS Width=16 Depth=13)
