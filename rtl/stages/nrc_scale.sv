// SPDX-License-Identifier: Apache-2.0
//
// The new scale of a channel (docs/bitstream.md, section 3):
//
//   m     = min(|e|, 2^(CodeWidth+2) - 1)
//   scale = scale + (((m << 4) - scale) >> 8), or InitialScale in a reset frame
//
// It moves towards a value within its range, so it stays within it. With scale = 256 a + b and
// m = 16 c + d the shifted difference is c - a, less one if 16 d < b, so that
//
//   scale + ~a + c + (16 d >= b)        ~ the ones' complement
//
// is the new scale: only c and a carry depend on e.
//
// Latency: 2 clocks; m, the new scale. In the shallow pipeline 0.

module nrc_scale #(
  parameter int CodeWidth    = -1,
  parameter int InitialScale = nrc_tables_pkg::InitialScale,
  parameter int Pipeline     = -1,
  localparam int ScaleWidth = CodeWidth + nrc_pkg::FracBits
) (
  input  logic                  clk_i,
  input  logic [ScaleWidth:0]   innovation_i,  // e, signed
  input  logic                  reset_i,
  input  logic [ScaleWidth-1:0] scale_i,
  output logic [ScaleWidth-1:0] scale_o
);

  localparam int Registered     = (Pipeline == nrc_latency_pkg::PipelineDeep) ? 1 : 0;
  localparam int Shift          = nrc_pkg::ScaleShift;
  localparam int MagnitudeWidth = CodeWidth + 2;
  localparam int FractionWidth  = ScaleWidth - MagnitudeWidth;  // of m << 4
  localparam int LowWidth       = Shift - FractionWidth;        // of d
  localparam logic [ScaleWidth-1:0] ScaleReset = ScaleWidth'(InitialScale);

  // m.
  logic                      negative;
  logic [ScaleWidth-1:0]     magnitude;
  logic [MagnitudeWidth-1:0] clamped, m;
  logic                      reset;
  logic [ScaleWidth-1:0]     scale;

  assign negative  = innovation_i[ScaleWidth];
  assign magnitude = (innovation_i[ScaleWidth-1:0] ^ {ScaleWidth{negative}}) +
                     ScaleWidth'(negative);
  assign clamped   = magnitude[MagnitudeWidth-1:0] |
                     {MagnitudeWidth{|magnitude[ScaleWidth-1:MagnitudeWidth]}};

  nrc_delay #(.Width(MagnitudeWidth + 1 + ScaleWidth), .Depth(Registered)) u_magnitude (
    .clk_i,
    .d_i({clamped, reset_i, scale_i}),
    .q_o({m, reset, scale})
  );

  // The new scale.
  logic [ScaleWidth-1:0] base, moved;
  logic                  carry;

  assign base  = scale + ~(scale >> Shift);
  assign carry = {m[LowWidth-1:0], {FractionWidth{1'b0}}} >= scale[Shift-1:0];
  assign moved = base + (ScaleWidth'(m) >> LowWidth) + ScaleWidth'(carry);

  nrc_delay #(.Width(ScaleWidth), .Depth(Registered)) u_scale (
    .clk_i, .d_i(reset ? ScaleReset : moved), .q_o(scale_o)
  );

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 2 && CodeWidth <= 16 && InitialScale >= 0 &&
               InitialScale < (1 << ScaleWidth) && FractionWidth >= 1 && FractionWidth < Shift &&
               LowWidth <= MagnitudeWidth && (Pipeline == 0 || Pipeline == 1),
               "nrc_scale: a parameter is missing or out of its range")
`endif

endmodule
