# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(ring_delay NAME 2 CHECK PARAMS Width=16 Depth=2)
nrc_unit_bench(ring_delay NAME 3 PARAMS Width=11 Depth=3)
