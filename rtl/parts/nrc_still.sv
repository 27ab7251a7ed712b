// SPDX-License-Identifier: Apache-2.0
//
// A wire, before logic that late and uneven inputs would make switch more than once in a clock. In
// silicon it may be a row of latches that are open in the clock's low half, when the inputs are
// mostly settled: scripts/asic makes it so, and then what follows has half a clock. Nothing but
// energy depends on it.

`timescale 1ns / 1ps

module nrc_still #(
  parameter int Width = -1
) (
  input  logic             clk_i,
  input  logic [Width-1:0] d_i,
  output logic [Width-1:0] q_o
);

  // verilator lint_off UNUSEDSIGNAL
  logic unused_clk;
  assign unused_clk = clk_i;
  // verilator lint_on UNUSEDSIGNAL

  assign q_o = d_i;

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Width >= 1, "nrc_still: Width is 1 or more")
`endif

endmodule
