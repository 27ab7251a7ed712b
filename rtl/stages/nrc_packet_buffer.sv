// SPDX-License-Identifier: Apache-2.0
//
// Packet buffer: a ring of words that can withdraw whole packets.
//
// The writer appends words and then either commits them, which makes them readable, or rewinds to
// the last commit, as if they had never been written. The reader sees one endless sequence of
// committed words; packet boundaries are up to its user.
//
// The memory has one port, or with DualPort two. Writes cannot wait, so at a single port they have
// priority and the reader waits, for one that is refused as well: so the memory's address does not
// depend on whether the buffer is full. Two output registers after the memory let the reader take a
// word in every clock in which a port is free for it.
// A word can be read 3 clocks after its commit.

`timescale 1ns / 1ps

module nrc_packet_buffer #(
  parameter int Words    = -1,  // a power of two, at least 4
  parameter int Width    = -1,
  parameter int DualPort = -1   // 1: a word in and a word out in every clock
) (
  input  logic             clk_i,
  input  logic             rst_ni,

  input  logic             write_i,   // ignored while full_o
  input  logic [Width-1:0] wdata_i,
  input  logic             commit_i,  // all words so far, this clock's included
  input  logic             rewind_i,  // not together with commit_i
  output logic             full_o,
  output logic [$clog2(Words):0] level_o,  // words written and not read, those without commit too

  output logic             valid_o,
  output logic [Width-1:0] rdata_o,
  input  logic             ready_i
);

  localparam int AddrWidth = $clog2(Words);

  // One bit more than an address: equal pointers mean empty, Words apart means full.
  logic [AddrWidth:0] wptr_q, cptr_q, rptr_q;  // next write, end of committed words, next read
  logic [AddrWidth:0] wptr_next;
  logic               write, read;

  assign level_o   = wptr_q - rptr_q;
  assign full_o    = (wptr_q[AddrWidth-1:0] == rptr_q[AddrWidth-1:0]) &&
                     (wptr_q[AddrWidth] != rptr_q[AddrWidth]);
  assign write     = write_i && !full_o;
  assign wptr_next = wptr_q + {{AddrWidth{1'b0}}, write};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wptr_q <= '0;
      cptr_q <= '0;
      rptr_q <= '0;
    end else begin
      if (rewind_i || write) wptr_q <= rewind_i ? cptr_q : wptr_next;
      if (commit_i) cptr_q <= wptr_next;
      if (read) rptr_q <= rptr_q + 1'b1;
    end
  end

  logic [Width-1:0] mem_rdata;

  if (DualPort != 0) begin : gen_two_ports
    nrc_ram_1r1w #(
      .Width(Width),
      .Depth(Words)
    ) u_ram (
      .clk_i,
      .rst_ni,
      .we_i   (write),
      .waddr_i(wptr_q[AddrWidth-1:0]),
      .wdata_i,
      .re_i   (read),
      .raddr_i(rptr_q[AddrWidth-1:0]),
      .rdata_o(mem_rdata)
    );
  end else begin : gen_one_port
    nrc_ram_1rw #(
      .Words(Words),
      .Width(Width)
    ) u_ram (
      .clk_i,
      .rst_ni,
      .en_i   (write || read),
      .we_i   (write),
      .addr_i (write_i ? wptr_q[AddrWidth-1:0] : rptr_q[AddrWidth-1:0]),
      .wdata_i,
      .rdata_o(mem_rdata)
    );
  end

  // Output: head_q is shown, tail_q takes the word that arrives while head_q is occupied.
  // A read is started only if its word, one clock later, is sure to find a free register.
  logic [Width-1:0] head_q, tail_q;
  logic             arrives_q;     // mem_rdata is a word that was read
  logic [1:0]       count_q;       // words in head_q and tail_q, 0..2
  logic [1:0]       count_popped;  // the same after this clock's pop
  logic             pop;

  assign pop          = valid_o && ready_i;
  assign count_popped = count_q - {1'b0, pop};
  assign read         = (!write_i || DualPort != 0) && (rptr_q != cptr_q) &&
                        (count_popped + {1'b0, arrives_q} < 2'd2);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      arrives_q <= 1'b0;
      count_q   <= '0;
    end else begin
      arrives_q <= read;
      count_q   <= count_popped + {1'b0, arrives_q};
    end
  end

  always_ff @(posedge clk_i) begin
    if (arrives_q && count_popped == 2'd0) head_q <= mem_rdata;
    else if (pop)                          head_q <= tail_q;
    if (arrives_q)                         tail_q <= mem_rdata;
  end

  assign valid_o = (count_q != 2'd0);
  assign rdata_o = head_q;

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Words >= 4 && (Words & (Words - 1)) == 0 && Width >= 1 &&
               (DualPort == 0 || DualPort == 1),
               "nrc_packet_buffer: a parameter is missing or out of its range")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q) begin
      assert (!(commit_i && rewind_i));
      assert (!(arrives_q && count_q == 2'd2 && !pop));
    end
  end
`endif

endmodule
