# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(ram_1rw NAME 16384x16 PARAMS Words=16384 Width=16)
nrc_unit_bench(ram_1rw NAME 100x7 CHECK PARAMS Words=100 Width=7)
