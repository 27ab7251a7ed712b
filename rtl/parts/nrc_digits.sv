// SPDX-License-Identifier: Apache-2.0
//
// Booth's recoding of an unsigned number for nrc_product: digits of -2 .. 2 of two bits each, the
// lowest first, as {negative, twice, once}. A digit of zero has none of them set.
//
// Combinational.

`timescale 1ns / 1ps

module nrc_digits #(
  parameter int Width = -1,
  localparam int Digits = Width / 2 + 1
) (
  input  logic [Width-1:0]    number_i,
  output logic [3*Digits-1:0] digits_o
);

  logic [2*Digits:0] b;  // a zero below, zeros above
  assign b = (2 * Digits + 1)'({number_i, 1'b0});

  for (genvar k = 0; k < Digits; k++) begin : gen_digit
    logic once;

    assign once             = b[2*k+1] ^ b[2*k];
    assign digits_o[3*k+:3] = {b[2*k+2] && !(b[2*k+1] && b[2*k]), (b[2*k+2] ^ b[2*k+1]) && !once,
                               once};
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Width >= 2, "nrc_digits: Width is 2 or more")
`endif

endmodule
