// SPDX-License-Identifier: Apache-2.0
//
// First-in first-out queue from one clock to another, both of any rate and phase.
//
// Each side counts in binary and shows the other side its count in Gray code, of which one bit
// changes at a time, through two flip-flops. So a side may see the other one late, never wrong:
// the queue looks fuller to the writer and emptier to the reader than it is, for some clocks.
// Words wait in a memory and are read into a register. The two resets are active together, until
// both clocks have run, and each is released in its own clock.
//
// Paths between the clocks: write_gray_q to write_seen_q, and read_gray_q to read_seen_q, whose
// delays may not differ by more than a clock of their source; and the memory to data_o, which rests
// by then.
//
// Latency: 3 to 4 clocks of the reader. A word in each clock of the slower side, with a Depth of 8
// or more.

`timescale 1ns / 1ps

module nrc_clock_fifo #(
  parameter int Width = -1,
  parameter int Depth = -1,  // a power of two, at least 4
  localparam int AddrWidth = $clog2(Depth)
) (
  input  logic             write_clk_i,
  input  logic             write_rst_ni,
  input  logic             valid_i,
  output logic             ready_o,
  input  logic [Width-1:0] data_i,

  input  logic             read_clk_i,
  input  logic             read_rst_ni,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [Width-1:0] data_o
);

  // One bit more than an address. Gray codes of two counts that differ by Depth differ in their
  // highest two bits alone.
  localparam logic [AddrWidth:0] Wrap = {2'b11, {(AddrWidth-1){1'b0}}};

  (* no_rw_check *)
  logic [Width-1:0]   mem[0:Depth-1];
  logic [AddrWidth:0] write_count_q, write_count_d, write_gray_q, write_gray_d;
  logic [AddrWidth:0] read_count_q, read_count_d, read_gray_q;
  logic               write, read;

  (* ASYNC_REG = "TRUE" *) logic [AddrWidth:0] write_seen_q, write_synchronised_q;
  (* ASYNC_REG = "TRUE" *) logic [AddrWidth:0] read_seen_q, read_synchronised_q;

  // Writer. Full is registered, so that nothing but registers makes ready_o.
  assign write         = valid_i && ready_o;
  assign write_count_d = write_count_q + {{AddrWidth{1'b0}}, write};
  assign write_gray_d  = write_count_d ^ {1'b0, write_count_d[AddrWidth:1]};

  always_ff @(posedge write_clk_i or negedge write_rst_ni) begin
    if (!write_rst_ni) begin
      write_count_q       <= '0;
      write_gray_q        <= '0;
      read_seen_q         <= '0;
      read_synchronised_q <= '0;
      ready_o             <= 1'b0;
    end else begin
      write_count_q       <= write_count_d;
      write_gray_q        <= write_gray_d;
      read_seen_q         <= read_gray_q;
      read_synchronised_q <= read_seen_q;
      ready_o             <= write_gray_d != (read_synchronised_q ^ Wrap);
    end
  end

  always_ff @(posedge write_clk_i) begin
    if (write) mem[write_count_q[AddrWidth-1:0]] <= data_i;
  end

  // Reader.
  assign read         = (read_gray_q != write_synchronised_q) && (!valid_o || ready_i);
  assign read_count_d = read_count_q + {{AddrWidth{1'b0}}, read};

  always_ff @(posedge read_clk_i or negedge read_rst_ni) begin
    if (!read_rst_ni) begin
      read_count_q         <= '0;
      read_gray_q          <= '0;
      write_seen_q         <= '0;
      write_synchronised_q <= '0;
      valid_o              <= 1'b0;
    end else begin
      read_count_q         <= read_count_d;
      read_gray_q          <= read_count_d ^ {1'b0, read_count_d[AddrWidth:1]};
      write_seen_q         <= write_gray_q;
      write_synchronised_q <= write_seen_q;
      if (read)         valid_o <= 1'b1;
      else if (ready_i) valid_o <= 1'b0;
    end
  end

  always_ff @(posedge read_clk_i) begin
    if (read) data_o <= mem[read_count_q[AddrWidth-1:0]];
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Width >= 1 && Depth >= 4 && (1 << AddrWidth) == Depth,
               "nrc_clock_fifo: Depth is a power of two, at least 4")

  // One bit changes at a time: otherwise the other side may see a count that never was.
  logic [AddrWidth:0] write_before_q, read_before_q, write_changed, read_changed;

  assign write_changed = write_gray_q ^ write_before_q;
  assign read_changed  = read_gray_q ^ read_before_q;

  always_ff @(posedge write_clk_i or negedge write_rst_ni) begin
    if (!write_rst_ni) write_before_q <= '0;
    else               write_before_q <= write_gray_q;
  end

  always_ff @(posedge read_clk_i or negedge read_rst_ni) begin
    if (!read_rst_ni) read_before_q <= '0;
    else              read_before_q <= read_gray_q;
  end

  `NRC_AWAKE(write_clk_i, write_rst_ni)

  always @(posedge write_clk_i) begin
    if (checking_q) begin
      assert ((write_changed & (write_changed - 1'b1)) == '0);
    end
  end

  always @(posedge read_clk_i) begin
    if (checking_q) begin
      assert ((read_changed & (read_changed - 1'b1)) == '0);
    end
  end
`endif

endmodule
