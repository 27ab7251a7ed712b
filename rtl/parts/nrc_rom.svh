// SPDX-License-Identifier: Apache-2.0
//
// A read-only memory of constants, sixteen in a row, with one registered read. The module has clk_i,
// addr_i and data_o:
//
//   `NRC_ROM_BEGIN(ADDRESS_WIDTH, WIDTH)
//   `NRC_ROM_ROW(ADDRESS, WORD, ... 16 of them)
//   `NRC_ROM_END
//
// Synthesis gets a case, which every synthesiser maps to block memory and which needs no file at a path.
// Icarus would search its lines one by one at every read, so it gets an array. (Yosys takes minutes to
// read the initial values of such an array.) Verilator's time goes by the lines of a case: four words each.

`ifndef NRC_ROM_SVH
`define NRC_ROM_SVH

`ifdef __ICARUS__
  `define NRC_ROM_BEGIN(ADDRESS_WIDTH, WIDTH) \
    localparam int RomAddressWidth = ADDRESS_WIDTH; \
    localparam int RomWidth        = WIDTH; \
    logic [RomWidth-1:0] words [0:2**RomAddressWidth-1]; \
    initial begin
  `define NRC_ROM_WORD(A, W) words[A] = RomWidth'(W);
  `define NRC_ROM_END \
    end \
    always_ff @(posedge clk_i) data_o <= words[addr_i];
`elsif VERILATOR
  `define NRC_ROM_BEGIN(ADDRESS_WIDTH, WIDTH) \
    localparam int RomAddressWidth = ADDRESS_WIDTH; \
    localparam int RomWidth        = WIDTH; \
    logic [4*RomWidth-1:0] words; \
    always_comb begin \
      case (addr_i[RomAddressWidth-1:2])
  `define NRC_ROM_FOUR(A, a, b, c, d) \
        (RomAddressWidth - 2)'(A): words = {RomWidth'(d), RomWidth'(c), RomWidth'(b), RomWidth'(a)};
  `define NRC_ROM_END \
        default: words = '0; \
      endcase \
    end \
    always_ff @(posedge clk_i) data_o <= words[32'(addr_i[1:0])*RomWidth+:RomWidth];
`else
  `define NRC_ROM_BEGIN(ADDRESS_WIDTH, WIDTH) \
    localparam int RomAddressWidth = ADDRESS_WIDTH; \
    localparam int RomWidth        = WIDTH; \
    logic [RomWidth-1:0] word; \
    always_comb begin \
      case (addr_i)
  `define NRC_ROM_WORD(A, W) RomAddressWidth'(A): word = RomWidth'(W);
  `define NRC_ROM_END \
        default: word = '0; \
      endcase \
    end \
    always_ff @(posedge clk_i) data_o <= word;
`endif

`ifdef VERILATOR
`define NRC_ROM_ROW(A, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) \
  `NRC_ROM_FOUR((A)/4 + 0, a, b, c, d) `NRC_ROM_FOUR((A)/4 + 1, e, f, g, h) \
  `NRC_ROM_FOUR((A)/4 + 2, i, j, k, l) `NRC_ROM_FOUR((A)/4 + 3, m, n, o, p)
`else
`define NRC_ROM_ROW(A, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) \
  `NRC_ROM_WORD((A) + 0, a) `NRC_ROM_WORD((A) + 1, b) `NRC_ROM_WORD((A) + 2, c) `NRC_ROM_WORD((A) + 3, d) \
  `NRC_ROM_WORD((A) + 4, e) `NRC_ROM_WORD((A) + 5, f) `NRC_ROM_WORD((A) + 6, g) `NRC_ROM_WORD((A) + 7, h) \
  `NRC_ROM_WORD((A) + 8, i) `NRC_ROM_WORD((A) + 9, j) `NRC_ROM_WORD((A) + 10, k) `NRC_ROM_WORD((A) + 11, l) \
  `NRC_ROM_WORD((A) + 12, m) `NRC_ROM_WORD((A) + 13, n) `NRC_ROM_WORD((A) + 14, o) `NRC_ROM_WORD((A) + 15, p)
`endif

`endif
