// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_fifo. The user keeps to its rules: no push into a full queue, no pop without
// valid_o. Then level_o is the number of entries, none is lost, doubled or overtaken, and an entry
// shows in the second clock after its push.
//
// Order: one entry, of an arbitrary push, is marked. `ahead_q` is the number of entries before it;
// when it is zero, the entry shown is the marked one and has its data.

`timescale 1ns / 1ps

module fifo_formal #(
  parameter int Width = 2,
  parameter int Depth = 4,
  localparam int AddrWidth = $clog2(Depth)
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             push_i,
  input logic [Width-1:0] wdata_i,
  input logic             pop_i,
  input logic             mark_i
);

  logic               valid;
  logic [Width-1:0]   rdata;
  logic [AddrWidth:0] level;

  nrc_fifo #(
    .Width(Width),
    .Depth(Depth)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .push_i,
    .wdata_i,
    .valid_o(valid),
    .rdata_o(rdata),
    .pop_i,
    .level_o(level)
  );

  logic               begun_q;        // after the first clock
  logic [AddrWidth:0] inside_q;
  logic               pushed_q;       // in the clock before
  logic               marked_q;       // the marked entry is inside
  logic [AddrWidth:0] ahead_q;
  logic [Width-1:0]   data_q;

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      inside_q <= '0;
      pushed_q <= 1'b0;
      marked_q <= 1'b0;
      ahead_q  <= '0;
      data_q   <= '0;
    end else begin
      inside_q <= inside_q + {{AddrWidth{1'b0}}, push_i} - {{AddrWidth{1'b0}}, pop_i};
      pushed_q <= push_i;
      if (!marked_q) begin
        marked_q <= push_i && mark_i;
        ahead_q  <= inside_q - {{AddrWidth{1'b0}}, pop_i};
        data_q   <= wdata_i;
      end else if (pop_i) begin
        marked_q <= (ahead_q != '0);
        ahead_q  <= ahead_q - 1'b1;
      end
    end
  end

  always_comb begin
    assume (begun_q || !rst_ni);
    assume (!push_i || inside_q != (AddrWidth + 1)'(Depth));
    assume (!pop_i || valid);
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (level == inside_q);
      assert (valid == (inside_q != {{AddrWidth{1'b0}}, pushed_q}));
      if (marked_q && ahead_q == '0 && valid) assert (rdata == data_q);
      assert (!marked_q || ahead_q < inside_q);
    end
  end

endmodule
