# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(digits NAME 5 CHECK PARAMS Width=5)
nrc_unit_bench(digits NAME 16 PARAMS Width=16)
