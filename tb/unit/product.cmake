# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(product NAME 6x5 CHECK PARAMS AWidth=6 BWidth=5)
nrc_unit_bench(product NAME 16x16 PARAMS AWidth=16 BWidth=16)
