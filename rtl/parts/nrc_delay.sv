// SPDX-License-Identifier: Apache-2.0
//
// Delays a word by Depth clocks (0: a wire). No reset: for data that a valid bit qualifies.

`timescale 1ns / 1ps

module nrc_delay #(
  parameter int Width = -1,
  parameter int Depth = -1
) (
  input  logic             clk_i,
  input  logic [Width-1:0] d_i,
  output logic [Width-1:0] q_o
);

  if (Depth == 0) begin : gen_wire
    // verilator lint_off UNUSEDSIGNAL
    logic unused_clk;
    assign unused_clk = clk_i;
    // verilator lint_on UNUSEDSIGNAL
    assign q_o = d_i;
  end else begin : gen_registers
    logic [Depth*Width-1:0] stages_q;

    always_ff @(posedge clk_i) begin
      stages_q <= (Depth * Width)'({stages_q, d_i});
    end

    assign q_o = stages_q[Depth*Width-1-:Width];
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Width >= 1 && Depth >= 0,
               "nrc_delay: Width is 1 or more, Depth 0 or more")
`endif

endmodule
