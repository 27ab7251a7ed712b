// SPDX-License-Identifier: Apache-2.0
//
// First-in first-out queue in a memory with a registered read.
//
// The memory reads ahead: rdata_o shows the oldest entry whenever valid_o is high, and pop_i takes
// it. Pops may follow each other in every clock. An entry pushed in clock t shows in clock t + 2. A
// push into a full queue and a pop without valid_o are errors in its use.

`timescale 1ns / 1ps

module nrc_fifo #(
  parameter int Width = -1,
  parameter int Depth = -1,  // a power of two, at least 2
  localparam int AddrWidth = $clog2(Depth)
) (
  input  logic               clk_i,
  input  logic               rst_ni,

  input  logic               push_i,
  input  logic [Width-1:0]   wdata_i,

  output logic               valid_o,
  output logic [Width-1:0]   rdata_o,
  input  logic               pop_i,

  output logic [AddrWidth:0] level_o  // entries inside, 0..Depth
);

  // One bit more than an address: equal pointers mean empty, Depth apart means full.
  logic [AddrWidth:0] wptr_q, rptr_q, rptr_next, rptr_d;
  logic               read, valid_q;

  // pop_i comes late: it only chooses.
  assign rptr_next = rptr_q + 1'b1;
  assign rptr_d    = pop_i ? rptr_next : rptr_q;
  // Against the old write pointer: what is pushed now can only be read in the next clock.
  assign read      = pop_i ? wptr_q != rptr_next : wptr_q != rptr_q;

  nrc_ram_1r1w #(
    .Width(Width),
    .Depth(Depth)
  ) u_ram (
    .clk_i,
    .rst_ni,
    .we_i   (push_i),
    .waddr_i(wptr_q[AddrWidth-1:0]),
    .wdata_i,
    .re_i   (read),
    .raddr_i(rptr_d[AddrWidth-1:0]),
    .rdata_o
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wptr_q  <= '0;
      rptr_q  <= '0;
      valid_q <= 1'b0;
    end else begin
      if (push_i) wptr_q <= wptr_q + 1'b1;
      if (pop_i)  rptr_q <= rptr_next;
      valid_q <= read;
    end
  end

  assign valid_o = valid_q;
  assign level_o = wptr_q - rptr_q;

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Width >= 1 && Depth >= 2 && (Depth & (Depth - 1)) == 0,
               "nrc_fifo: Width is 1 or more, Depth a power of two from 2 on")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q) begin
      assert (!(pop_i && !valid_q));
      assert (!(push_i && level_o == (AddrWidth + 1)'(Depth)));
    end
  end
`endif

endmodule
