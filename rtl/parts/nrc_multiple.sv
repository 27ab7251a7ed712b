// SPDX-License-Identifier: Apache-2.0
//
// Number of the multiple of a rounding step that is nearest to a value; halves go up
// (docs/bitstream.md, section 14). Golden model: nrc::Rounder::number.
//
//   number = floor((value + floor(step / 2)) / step)
//
// Stages:
//   0  value_i, step_i
//   1  (value + half) >> shift
//   2  number_o: that, or a third of it

`timescale 1ns / 1ps

module nrc_multiple #(
  parameter int Width = -1
) (
  input  logic             clk_i,
  input  logic [Width-1:0] value_i,  // signed
  input  logic [2:0]       step_i,   // number of the step
  output logic [Width-1:0] number_o  // signed
);

  // Of half a code more than the value; a step of up to 16 codes may be larger than the values.
  localparam int SumWidth = ((Width > 4) ? Width : 4) + 2;

  logic [SumWidth-1:0] sum;
  logic [3:0]          half;
  logic [SumWidth-1:0] s1_shifted_q;
  logic                s1_three_q;

  assign half = nrc_step_pkg::half_of(step_i);
  assign sum  = {{(SumWidth - Width){value_i[Width-1]}}, value_i} +
                {{(SumWidth - 4){1'b0}}, half};

  always_ff @(posedge clk_i) begin
    s1_shifted_q <= SumWidth'({{16{sum[SumWidth-1]}}, sum} >> nrc_step_pkg::shift_of(step_i));
    s1_three_q   <= nrc_step_pkg::three_of(step_i);
  end

  // A third, rounded down, of a number that is made positive by three times Bias: x * M >> S is
  // x / 3 as long as x < 2^(S-1).
  localparam int Third = SumWidth + 3;
  localparam int M     = ((1 << Third) + 2) / 3;
  localparam logic [SumWidth+1:0] Bias = (SumWidth + 2)'(1) << (SumWidth - 1);

  logic [SumWidth+1:0] positive;
  // verilator lint_off UNUSEDSIGNAL
  logic [2*Third-1:0]  product;
  logic [SumWidth+1:0] third;
  // verilator lint_on UNUSEDSIGNAL

  assign positive = {{2{s1_shifted_q[SumWidth-1]}}, s1_shifted_q} + Bias + (Bias << 1);
  assign product  = (2 * Third)'(positive) * (2 * Third)'(M);
  assign third    = (SumWidth + 2)'(product >> Third) - Bias;

  always_ff @(posedge clk_i) begin
    number_o <= s1_three_q ? third[Width-1:0] : s1_shifted_q[Width-1:0];
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Width >= 2 && Width <= 16, "nrc_multiple: Width is 2 to 16")
`endif

endmodule
