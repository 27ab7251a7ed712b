// SPDX-License-Identifier: Apache-2.0
//
// Single-port memory: one access per clock, a write or a read.
//
// Read data comes one clock after the address. After a write, or a clock without an access, rdata_o
// is not defined: memories differ (no-change, write-first), so nothing may depend on it. The array
// has no reset and no initial value. One port is all that large single-port blocks have: iCE40
// UltraPlus maps 16K x 16 to one SB_SPRAM256KA and 16K x 32 to two (`synth_ice40 -spram`). There is
// no ram_style attribute on purpose: "huge", which would ask for them without that option, is an
// error of Yosys on families that have none. An ASIC flow replaces this module by an SRAM macro.

`timescale 1ns / 1ps

module nrc_ram_1rw #(
  parameter int Words = -1,
  parameter int Width = -1,
  localparam int AddrWidth = (Words > 1) ? $clog2(Words) : 1
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,   // of the assertions alone
  input  logic                 en_i,     // access in this clock
  input  logic                 we_i,     // the access is a write
  input  logic [AddrWidth-1:0] addr_i,
  input  logic [Width-1:0]     wdata_i,
  output logic [Width-1:0]     rdata_o
);

  logic [Width-1:0] mem [Words];

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      if (we_i) mem[addr_i] <= wdata_i;
      else      rdata_o     <= mem[addr_i];
    end
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Width >= 1 && Words >= 1,
               "nrc_ram_1rw: Width and Words are 1 or more")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q && en_i) assert ({1'b0, addr_i} < (AddrWidth + 1)'(Words));
  end
`endif

endmodule
