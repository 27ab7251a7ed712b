// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_packet_buffer. Whatever is written, committed, rewound and read (commit_i and
// rewind_i never together): the reader sees exactly the committed words, in order, none lost,
// doubled or invented; a word that was rewound never shows; a word is refused only when Words are
// inside; what is offered stays until it is taken; a committed word is offered after at most three
// clocks without write_i.
//
// Order: one word that was accepted is marked. `ahead_q` is the number of words before it, committed
// or not; when it is zero, the word shown is the marked one.

`timescale 1ns / 1ps

module packet_buffer_formal #(
  parameter int Words = 4,
  parameter int Width = 2
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             write_i,
  input logic [Width-1:0] wdata_i,
  input logic             commit_i,
  input logic             rewind_i,
  input logic             ready_i,
  input logic             mark_i
);

  // Two words more than the memory's are in the output registers.
  localparam int CountWidth = $clog2(Words + 3);

  logic             full, valid;
  logic [Width-1:0] rdata;

  nrc_packet_buffer #(
    .Words   (Words),
    .Width   (Width),
    .DualPort(0)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .write_i,
    .wdata_i,
    .commit_i,
    .rewind_i,
    .full_o (full),
    .level_o(level),
    .valid_o(valid),
    .rdata_o(rdata),
    .ready_i
  );

  logic                  begun_q;              // after the first clock
  logic [$clog2(Words):0] level;
  logic [CountWidth-1:0] committed_q, open_q;  // words inside, committed and not
  logic [CountWidth-1:0] open, left;
  logic                  write, pop;
  logic                  marked_q, marked_open_q;
  logic [CountWidth-1:0] ahead_q;
  logic [Width-1:0]      data_q;
  logic [1:0]            waited_q;             // free clocks in which a committed word did not show
  logic                  offered_q;
  logic [Width-1:0]      offer_q;

  assign write = write_i && !full;
  assign pop   = valid && ready_i;
  assign open  = open_q + CountWidth'(write);
  assign left  = committed_q - CountWidth'(pop);

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      committed_q   <= '0;
      open_q        <= '0;
      marked_q      <= 1'b0;
      marked_open_q <= 1'b0;
      ahead_q       <= '0;
      data_q        <= '0;
      waited_q      <= '0;
      offered_q     <= 1'b0;
      offer_q       <= '0;
    end else begin
      committed_q <= commit_i ? left + open : left;
      open_q      <= (commit_i || rewind_i) ? '0 : open;
      if (!marked_q) begin
        marked_q      <= write && mark_i && !rewind_i;
        marked_open_q <= !commit_i;
        ahead_q       <= left + open_q;
        data_q        <= wdata_i;
      end else begin
        if (commit_i) marked_open_q <= 1'b0;
        if (rewind_i && marked_open_q) marked_q <= 1'b0;
        if (pop) begin
          if (ahead_q == '0) marked_q <= 1'b0;
          ahead_q <= ahead_q - 1'b1;
        end
      end
      if (valid || committed_q == '0) waited_q <= '0;
      else if (!write_i)              waited_q <= waited_q + 1'b1;
      offered_q <= valid && !ready_i;
      offer_q   <= rdata;
    end
  end

  always_comb begin
    assume (begun_q || !rst_ni);
    assume (!(commit_i && rewind_i));
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!valid || committed_q != '0);
      assert (!full || committed_q + open_q >= CountWidth'(Words));
      assert (committed_q + open_q <= CountWidth'(Words + 2));
      if (marked_q && ahead_q == '0 && valid) assert (!marked_open_q && rdata == data_q);
      assert (!marked_q || ahead_q < committed_q + open_q);
      if (offered_q) assert (valid && rdata == offer_q);
      assert (waited_q != 2'd3);
    end
  end

endmodule
