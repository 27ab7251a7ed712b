// SPDX-License-Identifier: Apache-2.0
//
// Memory with one write port and one read port on the same clock.
//
// Read: rdata_o is the addressed word one clock after re_i, and is held while re_i is low. It has
// no reset, so that it maps to the output register of a block RAM.
//
// A read and a write of the same address in the same clock give an undefined word. `no_rw_check`
// lets Yosys know, which saves the bypass logic around each block RAM; users never do it, and the
// assertion says so in simulation.

`timescale 1ns / 1ps

module nrc_ram_1r1w #(
  parameter int Width     = -1,
  parameter int Depth     = -1,
  localparam int AddrWidth = (Depth > 1) ? $clog2(Depth) : 1
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,   // of the assertions alone

  input  logic                 we_i,
  input  logic [AddrWidth-1:0] waddr_i,
  input  logic [Width-1:0]     wdata_i,

  input  logic                 re_i,
  input  logic [AddrWidth-1:0] raddr_i,
  output logic [Width-1:0]     rdata_o
);

  (* no_rw_check *)
  logic [Width-1:0] mem[0:Depth-1];

  always_ff @(posedge clk_i) begin
    if (we_i) mem[waddr_i] <= wdata_i;
  end

  always_ff @(posedge clk_i) begin
    if (re_i) rdata_o <= mem[raddr_i];
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Width >= 1 && Depth >= 1,
               "nrc_ram_1r1w: Width and Depth are 1 or more")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q) begin
      if (we_i && re_i) assert (waddr_i != raddr_i);
      if (we_i) assert ({1'b0, waddr_i} < (AddrWidth + 1)'(Depth));
      if (re_i) assert ({1'b0, raddr_i} < (AddrWidth + 1)'(Depth));
    end
  end
`endif

endmodule
