// SPDX-License-Identifier: Apache-2.0
//
// Weights after a code: each moves by the signs of its input and of the innovation that remained
// (docs/bitstream.md, section 10, Corrections). Part of nrc_taps and nrc_neighbour.
//
//   weight[i] = clamp(weight[i] + sign(input[i]) * sign(r) * 2^(boost >> 1)), unless r is within half a
//               code
//
// Latency 1 clock, one sample per clock.

`timescale 1ns / 1ps

module nrc_learn #(
  parameter int Count       = -1,  // weights
  parameter int WeightBits  = -1,  // 5 or more; the limits of a weight are those of its bits
  parameter int ValueWidth  = -1
) (
  input  logic                        clk_i,

  // Signed weights, the first in the low bits, and the signs of their inputs.
  input  logic [Count*WeightBits-1:0] weight_i,
  input  logic [Count-1:0]            negative_i,
  input  logic [Count-1:0]            nonzero_i,

  input  logic [ValueWidth:0]         remaining_i,  // r, signed
  // verilator lint_off UNUSEDSIGNAL
  input  logic [2:0]                  boost_i,      // every other one counts
  // verilator lint_on UNUSEDSIGNAL

  output logic [Count*WeightBits-1:0] weight_o
);

  logic       quiet;  // r is within half a code
  logic [3:0] step;

  assign quiet = (&remaining_i[ValueWidth:nrc_pkg::QuietShift]) ||
                 !(|remaining_i[ValueWidth:nrc_pkg::QuietShift]);
  assign step  = 4'd1 << boost_i[2:1];

  for (genvar i = 0; i < Count; i++) begin : gen_weight
    logic [WeightBits-1:0] weight;
    logic [WeightBits:0]   moved;
    logic                  down, stays, fits;

    assign weight = weight_i[i*WeightBits+:WeightBits];
    assign down   = negative_i[i] != remaining_i[ValueWidth];
    assign stays  = !nonzero_i[i] || quiet;
    assign moved  = {weight[WeightBits-1], weight} +
                    ({{(WeightBits-3){1'b0}}, step} ^ {(WeightBits+1){down}}) +
                    {{WeightBits{1'b0}}, down};
    assign fits   = moved[WeightBits] == moved[WeightBits-1];

    always_ff @(posedge clk_i) begin
      weight_o[i*WeightBits+:WeightBits] <=
          stays ? weight :
          fits  ? moved[WeightBits-1:0] : {moved[WeightBits], {(WeightBits-1){!moved[WeightBits]}}};
    end
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Count >= 1 && WeightBits >= 5 && ValueWidth > nrc_pkg::QuietShift,
               "nrc_learn: a parameter is missing or out of its range")
`endif

endmodule
