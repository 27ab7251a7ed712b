// SPDX-License-Identifier: Apache-2.0
//
// Single-port memory: one access per clock, a write or a read.
//
// Read data comes one clock after the address. After a write, or a clock without an access, rdata_o
// is not defined: memories differ (no-change, write-first), so nothing may depend on it.
// The array has no reset and no initial value. A size that is a multiple of 16K x 16 bits asks for
// large single-port blocks (SB_SPRAM256KA on iCE40 UltraPlus: two of them for 16K x 32); other sizes
// are left to the tool. An ASIC flow replaces this module by an SRAM macro.

module nrc_ram_1rw #(
  parameter int Words = 16384,
  parameter int Width = 16,
  localparam int AddrWidth = (Words > 1) ? $clog2(Words) : 1
) (
  input  logic                 clk_i,
  input  logic                 en_i,     // access in this clock
  input  logic                 we_i,     // the access is a write
  input  logic [AddrWidth-1:0] addr_i,
  input  logic [Width-1:0]     wdata_i,
  output logic [Width-1:0]     rdata_o
);

  localparam bit Huge = (Words % 16384 == 0) && (Width % 16 == 0);

  // The attribute has to be a constant of the declaration, hence two arrays.
  if (Huge) begin : gen_huge
    (* ram_style = "huge" *) logic [Width-1:0] mem [Words];
    always_ff @(posedge clk_i) begin
      if (en_i) begin
        if (we_i) mem[addr_i] <= wdata_i;
        else      rdata_o     <= mem[addr_i];
      end
    end
  end else begin : gen_auto
    logic [Width-1:0] mem [Words];
    always_ff @(posedge clk_i) begin
      if (en_i) begin
        if (we_i) mem[addr_i] <= wdata_i;
        else      rdata_o     <= mem[addr_i];
      end
    end
  end

`ifndef SYNTHESIS
  // What drives the port is unknown until a reset has had its first clock.
  logic [1:0] settled;
  initial settled = 2'b00;
  always @(posedge clk_i) begin
    settled <= {settled[0], 1'b1};
    if (settled[1] && en_i) assert ({1'b0, addr_i} < (AddrWidth + 1)'(Words));
  end
`endif

endmodule
