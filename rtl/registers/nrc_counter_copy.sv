// SPDX-License-Identifier: Apache-2.0
//
// Copies a counter of another module, which begins again at 0, to copy_o when snapshot_i is high; from
// its first end on the copy is the largest value. The counter may go up by half of its range in a
// clock: then its highest bit falls at its end alone.
// Latency: 1 clock.

`timescale 1ns / 1ps

module nrc_counter_copy (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [31:0] counter_i,
  input  logic        snapshot_i,
  output logic [31:0] copy_o
);

  logic high_q, full_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      high_q <= 1'b0;
      full_q <= 1'b0;
      copy_o <= '0;
    end else begin
      high_q <= counter_i[31];
      if (high_q && !counter_i[31]) full_q <= 1'b1;
      if (snapshot_i) copy_o <= full_q ? '1 : counter_i;
    end
  end

endmodule
