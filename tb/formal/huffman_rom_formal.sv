// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of the generated nrc_huffman_rom: every word is a code of 1 to MaxCodeLength
// bits after a leading one.

`timescale 1ns / 1ps

module huffman_rom_formal #(
  localparam int AddrWidth = $clog2(nrc_tables_pkg::NumTables) + nrc_tables_pkg::SymbolBits
) (
  input logic                 clk_i,
  input logic [AddrWidth-1:0] addr_i
);

  logic [15:0] data;

  nrc_huffman_rom u_dut (
    .clk_i,
    .addr_i,
    .data_o(data)
  );

  logic known_q;                    // a word was addressed in the clock before
  initial known_q = 1'b0;
  always_ff @(posedge clk_i) begin
    known_q <= 32'(addr_i) < (nrc_tables_pkg::NumTables << nrc_tables_pkg::SymbolBits);
  end

  always_ff @(posedge clk_i) begin
    if (known_q) assert (data > 16'd1 && 32'(data) < 2 << nrc_pkg::MaxCodeLength);
  end

endmodule
