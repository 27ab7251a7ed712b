// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_huffman: every codeword has 1 to MaxCodeLength + CodeWidth bits and zeros
// above them, a verbatim code CodeWidth of them. nrc_bit_packer relies on it. Whatever comes in, a codeword comes out seven clocks later
// and no other.
//
// Assumed of the user: raw_bits_i up to 12 and up to CodeWidth, a table that exists. The table
// memory is a model that gives any code of 1 to MaxCodeLength bits: huffman_rom_formal proves that
// of the tables.

`timescale 1ns / 1ps

module huffman_formal #(
  parameter int CodeWidth = 10
) (
  input logic                 clk_i,
  input logic                 rst_ni,
  input logic                 valid_i,
  input logic [CodeWidth-1:0] code_i,
  input logic [CodeWidth-1:0] pred_code_i,
  input logic [7:0]           table_i,
  input logic [3:0]           raw_bits_i,
  input logic                 verbatim_i
);

  localparam int SymbolBits = 6;

  logic        valid;
  logic [30:0] bits;
  logic [4:0]  length;

  nrc_huffman #(
    .CodeWidth     (CodeWidth),
    .SymbolBits    (SymbolBits),
    .NumTables     (256),
    .LoadableTables(0),
    .Pipeline      (nrc_latency_pkg::PipelineDeep),
    .Rounding      (0)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .table_we_i   (1'b0),
    .table_addr_i (14'd0),
    .table_wdata_i(16'd0),
    .valid_i,
    .code_i,
    .pred_code_i,
    .table_i,
    .raw_bits_i,
    .verbatim_i,
    .rounded_i    (1'b0),
    .valid_o      (valid),
    .bits_o       (bits),
    .length_o     (length)
  );

  logic       begun_q;              // after the first clock
  logic [7:1] valid_q;              // valid_i n clocks ago
  logic [7:1] verbatim_q;

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[6:1], valid_i};
  end

  always_ff @(posedge clk_i) verbatim_q <= {verbatim_q[6:1], verbatim_i};

  always_comb begin
    assume (begun_q || !rst_ni);
    if (valid_i) assume (32'(raw_bits_i) <= CodeWidth && raw_bits_i <= 4'd12);
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      latency: assert (valid == valid_q[7]);
      if (valid) begin
        lengths:  assert (length != '0 && 32'(length) <= nrc_pkg::MaxCodeLength + CodeWidth);
        no_more:  assert ((bits >> length) == '0);
        verbatim:    assert (!verbatim_q[7] || 32'(length) == CodeWidth);
      end
    end
  end

endmodule

// Any table: a canonical code after a leading one, which is never bit 0.
module nrc_huffman_rom (
  input  logic        clk_i,
  input  logic [13:0] addr_i,
  output logic [15:0] data_o
);

  (* anyseq *) logic [15:0] word;

  always_ff @(posedge clk_i) data_o <= word;
  always_comb assume (word > 16'd1 && 32'(word) < 2 << nrc_pkg::MaxCodeLength);

  logic unused;
  assign unused = ^addr_i;

endmodule
