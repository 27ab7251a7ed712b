// SPDX-License-Identifier: Apache-2.0
//
// Rounds codes to multiples of a step that is in proportion to the channel's noise, up to the
// packet's step (docs/bitstream.md, section 14). Golden model: nrc::CodeRounding and nrc::Rounder.
// Works in parallel with nrc_predictor, so that it takes no time of its own.
//
//   step   = the largest of 1, 2, 3, 4, 6, 8, 12, 16 that is at most max_step and at most
//            (scale * max_step) >> 12; 1 if there is none, and in an excursion, if
//            32 * |deviation| >= 7 * scale
//   number = floor((code + floor(step / 2)) / step)
//   code'  = clamp(number * step, -2^(CodeWidth-1), 2^(CodeWidth-1) - 1)
//
// Stages, counted from the code's first clock in the path:
//   1  scale_i, deviation_i and max_step_i
//   2  scale * max_step, scale * 7
//   3  step; code_i
//   5  number (nrc_multiple)
//   6  code_o, number_o, step_o

`timescale 1ns / 1ps

module nrc_rounding #(
  parameter int CodeWidth = -1,
  localparam int ScaleWidth = CodeWidth + nrc_pkg::FracBits
) (
  input  logic                  clk_i,

  // Stage 1.
  input  logic [ScaleWidth-1:0] scale_i,     // 1/1024 code
  input  logic [ScaleWidth:0]   deviation_i, // last code - level, 1/64 code, signed
  input  logic [2:0]            max_step_i,  // number of the packet's step

  // Stage 3.
  input  logic [CodeWidth-1:0]  code_i,      // signed
  output logic [2:0]            s3_step_o,   // number of the channel's step

  // Stage 6.
  output logic [CodeWidth-1:0]  code_o,
  output logic [CodeWidth-1:0]  number_o,
  output logic [2:0]            step_o
);

  // Stage 2: the product, of which only codes count, and more than 15 of them are as good as 16.
  localparam int ProductWidth = ScaleWidth + 6;
  localparam int OneCode      = 12;

  logic [ProductWidth-1:0] once, product, s2_product_q;
  logic [2:0]              s2_max_step_q;
  logic [ScaleWidth+2:0]   s2_bound_q;
  logic [ScaleWidth:0]     s2_deviation_q;

  assign once    = ProductWidth'(scale_i);
  assign product = (nrc_step_pkg::three_of(max_step_i) ? once + (once << 1) : once) <<
                   nrc_step_pkg::shift_of(max_step_i);

  always_ff @(posedge clk_i) begin
    s2_product_q   <= product;
    s2_max_step_q  <= max_step_i;
    s2_bound_q     <= ((ScaleWidth + 3)'(scale_i) << 3) - (ScaleWidth + 3)'(scale_i);
    s2_deviation_q <= deviation_i;
  end

  // Stage 3.
  logic       many;  // 16 codes or more
  logic [3:0] codes;
  logic [2:0] allowed, s3_step_q;
  logic       excursion;

  // Of -2^ScaleWidth, which no deviation is, the magnitude would not fit.
  logic [ScaleWidth-1:0] magnitude;

  assign magnitude = (s2_deviation_q[ScaleWidth-1:0] ^ {ScaleWidth{s2_deviation_q[ScaleWidth]}}) +
                     ScaleWidth'(s2_deviation_q[ScaleWidth]);
  assign excursion = {magnitude, 5'd0} >= (ScaleWidth + 5)'(s2_bound_q);

  if (ProductWidth > OneCode + 4) begin : gen_many
    assign many = |s2_product_q[ProductWidth-1:OneCode+4];
  end else begin : gen_few
    assign many = 1'b0;
  end
  assign codes = 4'(s2_product_q >> OneCode);

  always_comb begin
    if (excursion)           allowed = 3'd0;
    else if (many)           allowed = 3'd7;
    else if (codes >= 4'd12) allowed = 3'd6;
    else if (codes >= 4'd8)  allowed = 3'd5;
    else if (codes >= 4'd6)  allowed = 3'd4;
    else if (codes >= 4'd4)  allowed = 3'd3;
    else if (codes >= 4'd3)  allowed = 3'd2;
    else if (codes >= 4'd2)  allowed = 3'd1;
    else                     allowed = 3'd0;
  end

  always_ff @(posedge clk_i) s3_step_q <= (allowed < s2_max_step_q) ? allowed : s2_max_step_q;

  assign s3_step_o = s3_step_q;

  // Stage 5.
  logic [CodeWidth-1:0] s5_number;
  logic [2:0]           s5_step;

  nrc_multiple #(.Width(CodeWidth)) u_multiple (
    .clk_i,
    .value_i (code_i),
    .step_i  (s3_step_q),
    .number_o(s5_number)
  );

  nrc_delay #(.Width(3), .Depth(2)) u_step_delay (
    .clk_i, .d_i(s3_step_q), .q_o(s5_step)
  );

  // Stage 6.
  localparam int CodeBits = CodeWidth + 6;

  logic [CodeBits-1:0] number, multiple;
  logic                outside;

  assign number   = {{6{s5_number[CodeWidth-1]}}, s5_number};
  assign multiple = (nrc_step_pkg::three_of(s5_step) ? number + (number << 1) : number) <<
                    nrc_step_pkg::shift_of(s5_step);
  assign outside  = (multiple[CodeBits-1:CodeWidth-1] != '0) &&
                    !(&multiple[CodeBits-1:CodeWidth-1]);

  always_ff @(posedge clk_i) begin
    code_o   <= outside ? {multiple[CodeBits-1], {(CodeWidth - 1){!multiple[CodeBits-1]}}}
                        : multiple[CodeWidth-1:0];
    number_o <= s5_number;
    step_o   <= s5_step;
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 2 && CodeWidth <= 16, "nrc_rounding: CodeWidth is 2 to 16")
`endif

endmodule
