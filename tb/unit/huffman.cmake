# SPDX-License-Identifier: Apache-2.0
nrc_unit_bench(huffman NAME rom)
nrc_unit_bench(huffman NAME rom_w16 PARAMS CodeWidth=16)
nrc_unit_bench(huffman NAME rom_generic TABLES generic PARAMS CodeWidth=16)
nrc_unit_bench(huffman NAME ram PARAMS LoadableTables=1 SymbolBits=6 NumTables=256)
nrc_unit_bench(huffman NAME ram_w16 PARAMS LoadableTables=1 CodeWidth=16 SymbolBits=6 NumTables=37)
nrc_unit_bench(huffman NAME ram_s10 PARAMS LoadableTables=1 CodeWidth=16 SymbolBits=10 NumTables=1)
nrc_unit_bench(huffman NAME ram_s2 PARAMS LoadableTables=1 SymbolBits=2 NumTables=5)
nrc_unit_bench(huffman NAME ram_w2 PARAMS LoadableTables=1 CodeWidth=2 SymbolBits=5 NumTables=3)
nrc_unit_bench(huffman NAME shallow_rom PARAMS Pipeline=1)
nrc_unit_bench(huffman NAME shallow_rom_generic TABLES generic PARAMS CodeWidth=16 Pipeline=1)
nrc_unit_bench(huffman NAME shallow_ram PARAMS LoadableTables=1 SymbolBits=6 NumTables=256 Pipeline=1)
nrc_unit_bench(huffman NAME shallow_ram_w2 PARAMS LoadableTables=1 CodeWidth=2 SymbolBits=5 NumTables=3
               Pipeline=1)
