# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(huffman_decoder NAME w10 PARAMS CodeWidth=10)
nrc_unit_bench(huffman_decoder NAME generic CHECK TABLES generic PARAMS CodeWidth=16)
