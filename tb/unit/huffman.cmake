# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(huffman NAME rom PARAMS CodeWidth=10 LoadableTables=0 Pipeline=0 Rounding=1)
nrc_unit_bench(huffman NAME rom_generic CHECK TABLES generic
               PARAMS CodeWidth=16 LoadableTables=0 Pipeline=0 Rounding=0)
nrc_unit_bench(huffman NAME ram_w16
               PARAMS CodeWidth=16 LoadableTables=1 Pipeline=0 Rounding=1 SymbolBits=6 NumTables=5)
nrc_unit_bench(huffman NAME ram_s10
               PARAMS CodeWidth=16 LoadableTables=1 Pipeline=0 Rounding=0 SymbolBits=10 NumTables=1)
nrc_unit_bench(huffman NAME ram_s2
               PARAMS CodeWidth=10 LoadableTables=1 Pipeline=0 Rounding=0 SymbolBits=2 NumTables=5)
nrc_unit_bench(huffman NAME ram_w2
               PARAMS CodeWidth=2 LoadableTables=1 Pipeline=0 Rounding=0 SymbolBits=5 NumTables=3)
nrc_unit_bench(huffman NAME shallow_rom PARAMS CodeWidth=10 LoadableTables=0 Pipeline=1 Rounding=0)
nrc_unit_bench(huffman NAME shallow_ram
               PARAMS CodeWidth=10 LoadableTables=1 Pipeline=1 Rounding=0 SymbolBits=6 NumTables=256)
nrc_unit_bench(huffman NAME shallow_ram_w2
               PARAMS CodeWidth=2 LoadableTables=1 Pipeline=1 Rounding=0 SymbolBits=5 NumTables=3)
