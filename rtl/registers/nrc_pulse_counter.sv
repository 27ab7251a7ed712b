// SPDX-License-Identifier: Apache-2.0
//
// Counts the clocks in which count_i is high, stays at its largest value, and copies the count to
// copy_o when snapshot_i is high.
// Latency: 1 clock; a snapshot is of the counts before it.

`timescale 1ns / 1ps

module nrc_pulse_counter #(
  parameter int Width = -1
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             count_i,
  input  logic             snapshot_i,
  output logic [Width-1:0] copy_o
);

  // One bit more than is read, which says that it is full.
  logic [Width:0] count_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q <= '0;
      copy_o  <= '0;
    end else begin
      if (count_i && !count_q[Width]) count_q <= count_q + 1'b1;
      if (snapshot_i) copy_o <= count_q[Width] ? '1 : count_q[Width-1:0];
    end
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Width >= 1, "nrc_pulse_counter: Width is missing")
`endif

endmodule
