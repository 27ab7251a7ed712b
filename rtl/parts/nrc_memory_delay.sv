// SPDX-License-Identifier: Apache-2.0
//
// Delays a word by Depth clocks, as nrc_delay does, in a memory: a counter addresses the word that
// is written, and the one Depth - 1 before it is read. Pays where an FPGA has a block memory to
// spare and Width * Depth registers of a shift register are many more than a counter.
//
// Only the counter has a reset: data that a valid bit qualifies need none.

`timescale 1ns / 1ps

module nrc_memory_delay #(
  parameter int Width = -1,
  parameter int Depth = -1   // 2 or more
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [Width-1:0] d_i,
  output logic [Width-1:0] q_o
);

  // More words than Depth - 1, so that the read and the written one differ.
  localparam int AddrWidth = $clog2(Depth);

  logic [AddrWidth-1:0] count_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) count_q <= '0;
    else         count_q <= count_q + 1'b1;
  end

  nrc_ram_1r1w #(
    .Width(Width),
    .Depth(1 << AddrWidth)
  ) u_ram (
    .clk_i,
    .rst_ni,
    .we_i   (1'b1),
    .waddr_i(count_q),
    .wdata_i(d_i),
    .re_i   (1'b1),
    .raddr_i(count_q - AddrWidth'(Depth - 1)),
    .rdata_o(q_o)
  );

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Width >= 1 && Depth >= 2,
               "nrc_memory_delay: Width is 1 or more, Depth 2 or more")
`endif

endmodule
