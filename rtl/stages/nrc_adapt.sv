// SPDX-License-Identifier: Apache-2.0
//
// The update of the predictor's state once a value is known (docs/bitstream.md, section 3):
//
//   e = value - p                                      innovation
//   weight += sign(d) * sign(e) * 2^boost, within limits, unless -32 <= e < 32 (half a code: e's
//             bits from QuietShift up are its sign);  level += (value - level) >> 3
//
// In a reset frame d and the old level are 0: the weight stays and level becomes the value.
//
// A value has three zero bits at its end or more. With level = 8 a + b the shifted difference is
// (value >> 3) - a, less one if b > 0, so that the new level is one sum whose
// terms do not wait for each other: level + ~a + (value >> 3) + (b = 0), with ~ for the ones'
// complement. Both new weights are ready before e selects one: their sums in the clock of e, their
// limits in the next one.
//
// Latency: 1 clock to the innovation, 2 to the new state. In the shallow pipeline 0.

`timescale 1ns / 1ps

module nrc_adapt #(
  parameter int ValueWidth = -1,
  parameter int Pipeline   = -1,
  localparam int WeightWidth = nrc_pkg::WeightBits
) (
  input  logic                   clk_i,

  input  logic [ValueWidth-1:0]  value_i,       // signed, as are the others
  input  logic [ValueWidth-1:0]  pred_value_i,  // p
  input  logic [WeightWidth-1:0] weight_i,
  input  logic [ValueWidth-1:0]  level_i,
  input  logic                   d_negative_i,
  input  logic                   d_nonzero_i,
  input  logic [2:0]             boost_i,       // of nrc_pace

  output logic [ValueWidth:0]    innovation_o,
  input  logic                   reset_i,       // with innovation_o
  output logic [WeightWidth-1:0] weight_o,
  output logic [ValueWidth-1:0]  level_o
);

  localparam int Registered = (Pipeline == nrc_latency_pkg::PipelineDeep) ? 1 : 0;
  localparam int Shift      = nrc_pkg::LevelShift;
  localparam int QuietShift = nrc_pkg::QuietShift;
  localparam logic [WeightWidth-1:0] WeightMin = WeightWidth'(nrc_pkg::WeightMin);
  localparam logic [WeightWidth-1:0] WeightMax = WeightWidth'(nrc_pkg::WeightMax);

  // The innovation, the part of the old level that stays, and the weights to select from.
  logic [ValueWidth:0]    innovation;
  logic [ValueWidth-1:0]  value, left, left_s1;
  logic [WeightWidth-1:0] weight;
  logic [WeightWidth:0]   step, raised, lowered, raised_s1, lowered_s1;
  logic                   d_negative, d_nonzero, even, even_s1;

  assign innovation = {value_i[ValueWidth-1], value_i} - {pred_value_i[ValueWidth-1], pred_value_i};
  assign left       = level_i + ~{{Shift{level_i[ValueWidth-1]}}, level_i[ValueWidth-1:Shift]};
  assign even       = level_i[Shift-1:0] == '0;
  assign step       = (WeightWidth+1)'(1) << boost_i;
  assign raised     = {weight_i[WeightWidth-1], weight_i} + step;
  assign lowered    = {weight_i[WeightWidth-1], weight_i} - step;

  nrc_delay #(.Width(3 * ValueWidth + 3 * WeightWidth + 6), .Depth(Registered)) u_stage1 (
    .clk_i,
    .d_i({innovation, value_i, left, even, weight_i, raised, lowered, d_negative_i, d_nonzero_i}),
    .q_o({innovation_o, value, left_s1, even_s1, weight, raised_s1, lowered_s1, d_negative, d_nonzero})
  );

  // The new state.
  localparam logic [WeightWidth:0] Up   = (WeightWidth+1)'(nrc_pkg::WeightMax);
  localparam logic [WeightWidth:0] Down = (WeightWidth+1)'(nrc_pkg::WeightMin);
  logic [WeightWidth-1:0] weight_up, weight_down, new_weight;
  logic [ValueWidth-1:0]  new_level;
  logic                   quiet;

  assign weight_up   = ($signed(raised_s1) > $signed(Up))    ? WeightMax
                                                             : raised_s1[WeightWidth-1:0];
  assign weight_down = ($signed(lowered_s1) < $signed(Down)) ? WeightMin
                                                             : lowered_s1[WeightWidth-1:0];
  assign quiet       = innovation_o[ValueWidth:QuietShift] ==
                       {(ValueWidth + 1 - QuietShift){innovation_o[ValueWidth]}};
  assign new_weight  = (!d_nonzero || quiet)                        ? weight :
                       (d_negative != innovation_o[ValueWidth]) ? weight_down : weight_up;
  assign new_level   = left_s1 + {{Shift{value[ValueWidth-1]}}, value[ValueWidth-1:Shift]} +
                       ValueWidth'(even_s1);

  nrc_delay #(.Width(WeightWidth + ValueWidth), .Depth(Registered)) u_state (
    .clk_i,
    .d_i({new_weight, reset_i ? value : new_level}),
    .q_o({weight_o, level_o})
  );

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(ValueWidth >= 8 && ValueWidth <= 22 && (Pipeline == 0 || Pipeline == 1) &&
               Shift <= nrc_pkg::FracBits,
               "nrc_adapt: ValueWidth is 8 to 22, Pipeline 0 or 1")

  // What comes without a valid sample has any low bits, and its state is written nowhere.
`endif

endmodule
