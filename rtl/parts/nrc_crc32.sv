// SPDX-License-Identifier: Apache-2.0
//
// CRC-32 of a byte stream, zlib's and Ethernet's (reflected, polynomial 0xEDB88320, preset and
// complement of all ones), four bytes per clock.
//
// One step of the CRC register is linear over GF(2), so 32 steps are one 32 x 32 matrix of bits
// applied to (crc ^ word). The matrix is computed at elaboration; each output bit becomes an XOR
// tree of some 16 inputs instead of the 32 levels of the bit-serial form.
// Latency: crc_o holds the CRC of a word one clock after it was accepted.

`timescale 1ns / 1ps

module nrc_crc32 (
  input  logic        clk_i,
  input  logic        init_i,   // restart; a word of the same clock is the first one
  input  logic        valid_i,
  input  logic [31:0] word_i,   // bits 7..0 are the first byte
  output logic [31:0] crc_o     // zlib's crc32() of the words so far
);

  localparam logic [31:0] Poly = 32'hEDB8_8320;

  // Row i (bits 32*i +: 32) is the input bits that make output bit i.
  function automatic logic [1023:0] step_matrix();
    logic [1023:0] rows;
    logic [31:0]   out;
    rows = '0;
    for (int i = 0; i < 32; i++) rows[32*i+i] = 1'b1;
    for (int n = 0; n < 32; n++) begin
      out  = rows[31:0];  // the bit that is shifted out feeds back
      rows = rows >> 32;
      for (int i = 0; i < 32; i++) begin
        if (Poly[i]) rows[32*i +: 32] = rows[32*i +: 32] ^ out;
      end
    end
    step_matrix = rows;
  endfunction

  localparam logic [1023:0] Matrix = step_matrix();

  // No reset: init_i begins every use.
  logic [31:0] crc_q, in, next;

  assign in = (init_i ? 32'hFFFF_FFFF : crc_q) ^ word_i;

  for (genvar i = 0; i < 32; i++) begin : gen_bit
    assign next[i] = ^(in & Matrix[32*i +: 32]);
  end

  always_ff @(posedge clk_i) begin
    if (valid_i || init_i) crc_q <= valid_i ? next : 32'hFFFF_FFFF;
  end

  assign crc_o = ~crc_q;

endmodule
