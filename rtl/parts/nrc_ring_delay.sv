// SPDX-License-Identifier: Apache-2.0
//
// Delays a word by Depth clocks, as nrc_delay does, without moving it: Depth words are written in
// turn, and what is overwritten comes out. With clock gates a word draws power in one clock of
// Depth; in a shift register every bit does in every clock. Pays for silicon and for Depth of two
// or more.
//
// Only the turn has a reset: data that a valid bit qualifies need none.

`timescale 1ns / 1ps

module nrc_ring_delay #(
  parameter int Width = -1,
  parameter int Depth = -1   // 2 or more
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [Width-1:0] d_i,
  output logic [Width-1:0] q_o
);

  logic [Depth-1:0] turn_q;  // one bit set: the word that is read and written
  logic [Width-1:0] words_q[0:Depth-1];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) turn_q <= Depth'(1);
    else         turn_q <= {turn_q[Depth-2:0], turn_q[Depth-1]};
  end

  for (genvar k = 0; k < Depth; k++) begin : gen_word
    always_ff @(posedge clk_i) begin
      if (turn_q[k]) words_q[k] <= d_i;
    end
  end

  always_comb begin
    q_o = '0;
    for (int k = 0; k < Depth; k++) q_o = q_o | (words_q[k] & {Width{turn_q[k]}});
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Width >= 1 && Depth >= 2,
               "nrc_ring_delay: Width is 1 or more, Depth 2 or more")
`endif

endmodule
