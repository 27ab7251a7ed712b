// SPDX-License-Identifier: Apache-2.0
//
// A prediction with a weighted sum of innovations added (docs/bitstream.md, section 10,
// Corrections). Part of nrc_taps and nrc_neighbour.
//
//   p' = clamp(p + ((weight[0] * input[0] + weight[1] * input[1] + ...) >> Shift))
//
// Stages:
//   0  weight_i, input_i; products
//   1  pred_value_i (p); sum, clamped
//   2  pred_value_o (p')
// Latency 2 clocks, one sample per clock.

`timescale 1ns / 1ps

module nrc_correct #(
  parameter int CodeWidth  = -1,
  parameter int Count      = -1,  // products, 2 or 3
  parameter int WeightBits = -1,
  parameter int InputBits  = -1,
  parameter int Shift      = -1,
  localparam int ValueWidth = CodeWidth + nrc_pkg::FracBits
) (
  input  logic                        clk_i,

  // Signed numbers, the first in the low bits.
  input  logic [Count*WeightBits-1:0] weight_i,
  input  logic [Count*InputBits-1:0]  input_i,

  // One clock later, signed.
  input  logic [ValueWidth-1:0]       pred_value_i,

  // Two clocks later, signed.
  output logic [ValueWidth-1:0]       pred_value_o
);

  localparam int FracBits     = nrc_pkg::FracBits;
  localparam int ProductWidth = WeightBits + InputBits;
  localparam int SumWidth     = ProductWidth + 2;
  localparam int RawWidth     = SumWidth - Shift + 1;

  // Stage 1. Operands are extended by hand to the width of their product. At CodeWidth = 10 they
  // fit one 16 x 16 DSP block each.
  logic [Count*ProductWidth-1:0] products;

  for (genvar i = 0; i < Count; i++) begin : gen_product
    logic [WeightBits-1:0]          weight;
    logic [InputBits-1:0]           innovation;
    logic signed [ProductWidth-1:0] factor, factor_2, product_q;

    assign weight     = weight_i[i*WeightBits+:WeightBits];
    assign innovation = input_i[i*InputBits+:InputBits];
    assign factor     = {{InputBits{weight[WeightBits-1]}}, weight};
    assign factor_2   = {{WeightBits{innovation[InputBits-1]}}, innovation};

    always_ff @(posedge clk_i) product_q <= factor * factor_2;

    assign products[i*ProductWidth+:ProductWidth] = product_q;
  end

  // Stage 2. The largest prediction has all integer bits set but the sign, and no fraction, so
  // everything that has them is clamped to it.
  // verilator lint_off UNUSEDSIGNAL
  logic [SumWidth-1:0] sum;  // its fraction is cut off
  // verilator lint_on UNUSEDSIGNAL
  logic [RawWidth-1:0] raw;
  logic                too_low, too_high;

  always_comb begin
    sum = '0;
    for (int i = 0; i < Count; i++) begin
      sum = sum + {{2{products[(i+1)*ProductWidth-1]}}, products[i*ProductWidth+:ProductWidth]};
    end
  end

  assign raw      = {sum[SumWidth-1], sum[SumWidth-1:Shift]} +
                    {{(RawWidth-ValueWidth){pred_value_i[ValueWidth-1]}}, pred_value_i};
  assign too_low  = raw[RawWidth-1] && !(&raw[RawWidth-2:ValueWidth-1]);
  assign too_high = !raw[RawWidth-1] && ((|raw[RawWidth-2:ValueWidth-1]) ||
                                         (&raw[ValueWidth-2:FracBits]));

  always_ff @(posedge clk_i) begin
    pred_value_o <= too_low  ? {1'b1, {(ValueWidth-1){1'b0}}} :
                    too_high ? {1'b0, {(CodeWidth-1){1'b1}}, {FracBits{1'b0}}} :
                               raw[ValueWidth-1:0];
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 4 && CodeWidth <= 16 && (Count == 2 || Count == 3) &&
               WeightBits >= 2 && InputBits >= CodeWidth && Shift >= 1 && RawWidth > ValueWidth,
               "nrc_correct: CodeWidth is 4 to 16, Count 2 or 3")
`endif

endmodule
