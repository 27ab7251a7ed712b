// SPDX-License-Identifier: Apache-2.0
//
// The new scale of a channel (docs/bitstream.md, section 3):
//
//   m     = min(|e|, 2^(CodeWidth+2) - 1)
//   scale = scale + (((m << 4) - scale) >> s), s = 8 - boost, or InitialScale in a reset frame
//
// It moves towards a value within its range, so it stays within it. With scale = 2^s a + b and
// m << 4 = 2^s c + d the shifted difference is c - a, less one if d < b, so that
//
//   scale + ~a + c + (d >= b)        ~ the ones' complement
//
// is the new scale: only c and a carry depend on e.
//
// Latency: 2 clocks; m, the new scale. In the shallow pipeline 0.

`timescale 1ns / 1ps

module nrc_scale #(
  parameter int CodeWidth    = -1,
  parameter int InitialScale = nrc_tables_pkg::InitialScale,
  parameter int Pipeline     = -1,
  localparam int ScaleWidth = CodeWidth + nrc_pkg::FracBits
) (
  input  logic                  clk_i,
  input  logic [ScaleWidth:0]   innovation_i,  // e, signed
  input  logic                  reset_i,
  input  logic [2:0]            boost_i,       // of nrc_pace
  input  logic [ScaleWidth-1:0] scale_i,
  output logic [ScaleWidth-1:0] scale_o
);

  localparam int Registered     = (Pipeline == nrc_latency_pkg::PipelineDeep) ? 1 : 0;
  localparam int Shift          = nrc_pkg::ScaleShift;
  localparam int MagnitudeWidth = CodeWidth + 2;
  localparam int FractionWidth  = ScaleWidth - MagnitudeWidth;  // of m << 4
  localparam logic [ScaleWidth-1:0] ScaleReset = ScaleWidth'(InitialScale);

  // m, and what needs no innovation.
  logic                      negative;
  logic [ScaleWidth-1:0]     magnitude;
  logic [MagnitudeWidth-1:0] clamped, m;
  logic                      reset;
  logic [3:0]                shift, s;
  logic [ScaleWidth-1:0]     base_d, base;
  logic [Shift-1:0]          low_d, low;

  assign negative  = innovation_i[ScaleWidth];
  assign magnitude = (innovation_i[ScaleWidth-1:0] ^ {ScaleWidth{negative}}) +
                     ScaleWidth'(negative);
  assign clamped   = magnitude[MagnitudeWidth-1:0] |
                     {MagnitudeWidth{|magnitude[ScaleWidth-1:MagnitudeWidth]}};

  assign shift     = 4'(Shift) - {1'b0, boost_i};
  assign base_d    = scale_i + ~(scale_i >> shift);
  assign low_d     = scale_i[Shift-1:0] & ~({Shift{1'b1}} << shift);

  nrc_delay #(.Width(MagnitudeWidth + 1 + 4 + ScaleWidth + Shift), .Depth(Registered)) u_magnitude (
    .clk_i,
    .d_i({clamped, reset_i, shift, base_d, low_d}),
    .q_o({m, reset, s, base, low})
  );

  // The new scale.
  logic [ScaleWidth-1:0] target, moved;
  logic                  carry;

  assign target = {m, {FractionWidth{1'b0}}};
  assign carry  = (target[Shift-1:0] & ~({Shift{1'b1}} << s)) >= low;
  assign moved  = base + (target >> s) + ScaleWidth'(carry);

  nrc_delay #(.Width(ScaleWidth), .Depth(Registered)) u_scale (
    .clk_i, .d_i(reset ? ScaleReset : moved), .q_o(scale_o)
  );

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 2 && CodeWidth <= 16 && InitialScale >= 0 &&
               InitialScale < (1 << ScaleWidth) && FractionWidth >= 1 && Shift == 8 &&
               (Pipeline == 0 || Pipeline == 1),
               "nrc_scale: a parameter is missing or out of its range")
`endif

endmodule
