// SPDX-License-Identifier: Apache-2.0
//
// Product of two unsigned numbers for silicon, a and b, of which b comes in digits of -2 .. 2 of two
// bits each (nrc_digits), so that half as many rows are added as a multiplier of AND gates has.
// Where a full adder is several gates, as in cell libraries without one, that saves area and energy,
// if the digits come from registers. FPGAs have multipliers of their own.
//
// A row is digit * a. The ones' complement of a negative one needs its one, which the next row has
// room for below its lowest bit, and a sign of weight -2^m, which is (1 - sign) 2^m less a constant.
//
// Combinational.

`timescale 1ns / 1ps

module nrc_product #(
  parameter int AWidth = -1,
  parameter int BWidth = -1,
  localparam int Digits = BWidth / 2 + 1
) (
  input  logic [AWidth-1:0]        a_i,
  input  logic [3*Digits-1:0]      digits_i,  // of nrc_digits: b
  output logic [AWidth+BWidth-1:0] product_o
);

  localparam int Width = AWidth + BWidth;

  // The signs' constant, modulo 2^Width: 2^m for each digit.
  localparam logic [Width-1:0] Signs = Width'({Digits{2'b01}}) << (AWidth + 1);

  logic [Width*Digits-1:0] rows;
  logic [Digits:0]         negative;  // of the digit below

  assign negative[0] = 1'b0;

  for (genvar k = 0; k < Digits; k++) begin : gen_digit
    logic             once, twice;
    logic [AWidth:0]  magnitude, row;
    logic [Width-1:0] placed;

    assign {negative[k+1], twice, once} = digits_i[3*k+:3];

    assign magnitude     = ({1'b0, a_i} & {(AWidth+1){once}}) | ({a_i, 1'b0} & {(AWidth+1){twice}});
    assign row           = magnitude ^ {(AWidth+1){negative[k+1]}};

    if (k == 0) begin : gen_first
      assign placed = Width'({!negative[k+1], row});
    end else begin : gen_next
      assign placed = Width'({!negative[k+1], row, 1'b0, negative[k]}) << (2 * k - 2);
    end
    assign rows[Width*k+:Width] = placed;
  end

  // The highest digit has no bit of b above it and is not negative.
  logic unused_negative;
  assign unused_negative = negative[Digits];

  always_comb begin
    product_o = -Signs;
    for (int k = 0; k < Digits; k++) product_o = product_o + rows[Width*k+:Width];
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(AWidth >= 1 && BWidth >= 2, "nrc_product: AWidth is 1 or more, BWidth 2 or more")
`endif

endmodule
