// SPDX-License-Identifier: Apache-2.0
//
// Class of a rounded code: its table among those for rounded codes, and how many low bits go
// uncoded (docs/bitstream.md, section 14). Golden model: nrc::Context::select_rounded. Works in
// parallel with nrc_context.
//
//   step  = factor << shift, factor 1 or 3
//   class = first k with scale >> (6 + shift) < factor * below[k]
//
// Stages, as in nrc_rounding:
//   3  scale_i and step_i
//   4  scale >> (6 + shift)
//   5  class
//   8  class_o, raw_bits_o

`timescale 1ns / 1ps

module nrc_rounded_class #(
  parameter int CodeWidth = -1,
  localparam int ScaleWidth = CodeWidth + nrc_pkg::FracBits
) (
  input  logic                  clk_i,
  input  logic [ScaleWidth-1:0] scale_i,    // 1/1024 code
  input  logic [2:0]            step_i,     // number of the channel's step
  output logic [3:0]            class_o,
  output logic [3:0]            raw_bits_o
);

  localparam int NumClasses     = nrc_rounded_pkg::NumClasses;
  localparam int ThresholdShift = nrc_pkg::ScaleFrac - nrc_pkg::ThresholdFrac;

  logic [15:0] s4_level_q;
  logic        s4_three_q;

  always_ff @(posedge clk_i) begin
    s4_level_q <= 16'(scale_i >> ThresholdShift) >> nrc_step_pkg::shift_of(step_i);
    s4_three_q <= nrc_step_pkg::three_of(step_i);
  end

  // The classes' bounds rise, so the class is the number of those that are reached.
  logic [3:0] class_d;

  always_comb begin
    class_d = '0;
    for (int k = 1; k < NumClasses; k++) begin
      if (18'(s4_level_q) >= (s4_three_q ? 18'd3 * 18'(nrc_rounded_pkg::ClassBelow[16*(k-1)+:16])
                                         : 18'(nrc_rounded_pkg::ClassBelow[16*(k-1)+:16])))
        class_d = 4'(k);
    end
  end

  logic [3:0] s5_class_q, s7_class;

  always_ff @(posedge clk_i) s5_class_q <= class_d;

  nrc_delay #(.Width(4), .Depth(2)) u_class_delay (
    .clk_i, .d_i(s5_class_q), .q_o(s7_class)
  );

  always_ff @(posedge clk_i) begin
    class_o    <= s7_class;
    raw_bits_o <= nrc_rounded_pkg::ClassRawBits[16*s7_class+:4];
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 2 && CodeWidth <= 16, "nrc_rounded_class: CodeWidth is 2 to 16")
`endif

endmodule
