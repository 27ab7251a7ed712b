// SPDX-License-Identifier: Apache-2.0
//
// Chooses the rounding step of each packet, so that a slow link loses none (docs/link.md). Golden
// model: nrc::RateControl.
//
// With B = BufferWords and w the words that wait when a packet begins:
//
//   w >= 5/8 B        max_step
//   w >= 3/8 B        first_step after a packet with a smaller one, else one more than the packet
//                     before if w has grown since that one began
//   1/8 B <= w < 3/8  the step of the packet before
//   w < 1/8 B         min_step, usually 0: lossless
//
// max_step = 0 never rounds. With link_words = 0, w is what the packet buffer holds. Otherwise it
// is what a link of that speed would leave over: each packet adds its words when the packet after
// the next begins, as they are not known sooner, and each packet's begin takes link_words away,
// which makes the steps a function of the samples alone.
//
// Stages:
//   0  packet_begin_i
//   1  step_o and waiting_o, until the next packet begins

`timescale 1ns / 1ps

module nrc_rate_control #(
  parameter int BufferWords = -1,  // a power of two, 64 or more
  localparam int FillWidth  = $clog2(BufferWords) + 1
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic [2:0]           max_step_i,    // numbers of steps
  input  logic [2:0]           min_step_i,    // 0 .. first_step_i
  input  logic [2:0]           first_step_i,  // 1 .. max_step_i
  input  logic [23:0]          link_words_i,  // in the time of a packet, 1/16 words

  input  logic                 packet_begin_i,
  input  logic [FillWidth-1:0] fill_i,        // words in the packet buffer
  input  logic                 packet_end_i,  // pulse: a packet is complete, or dropped
  input  logic [FillWidth-1:0] packet_words_i,  // of it on the link; 0: dropped

  output logic [2:0]           step_o,        // of the packet that began last
  output logic [2:0]           largest_o,     // since reset
  output logic [FillWidth-1:0] waiting_o      // at the last decision
);

  localparam int Fraction    = 4;
  localparam int BucketWidth = FillWidth + Fraction + 8;

  // The sizes of the last packets: at the begin of packet k those of k - 2 and, if there was a
  // pause, k - 1. If a packet is so short that its size is not there yet, it is owed.
  logic [FillWidth-1:0] size0_q, size1_q;
  logic [1:0]           sizes_q;   // how many there are
  logic [1:0]           begins_q;  // packets that began, at most 2
  logic [1:0]           owed_q;
  logic                 take, add_at_once;

  assign take        = packet_begin_i && (begins_q == 2'd2) && (sizes_q != 2'd0);
  assign add_at_once = packet_end_i && (owed_q != 2'd0);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sizes_q  <= '0;
      begins_q <= '0;
      owed_q   <= '0;
    end else begin
      sizes_q <= sizes_q + {1'b0, packet_end_i && !add_at_once && (sizes_q != 2'd2 || take)} -
                 {1'b0, take};
      if (packet_begin_i && begins_q != 2'd2) begins_q <= begins_q + 1'b1;
      if (packet_begin_i && begins_q == 2'd2 && sizes_q == 2'd0 && !add_at_once && owed_q != 2'd3)
        owed_q <= owed_q + 1'b1;
      else if (add_at_once && !(packet_begin_i && begins_q == 2'd2 && sizes_q == 2'd0))
        owed_q <= owed_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) size0_q <= size1_q;
    if (packet_end_i && !add_at_once) begin
      if (sizes_q == {1'b0, take}) size0_q <= packet_words_i;
      else                         size1_q <= packet_words_i;
    end
  end

  // What a link of link_words would leave over. The sum with the next size is made ahead.
  logic [BucketWidth-1:0] bucket_q, due_q, due, later;
  logic [BucketWidth-1:0] link_words;

  assign link_words = BucketWidth'(link_words_i);
  assign due        = bucket_q + ((begins_q == 2'd2 && sizes_q != 2'd0)
                                  ? BucketWidth'({size0_q, {Fraction{1'b0}}}) : '0);
  assign later      = add_at_once ? BucketWidth'({packet_words_i, {Fraction{1'b0}}}) : '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      bucket_q <= '0;
      due_q    <= '0;
    end else begin
      due_q <= due;
      if (packet_begin_i) bucket_q <= ((due_q > link_words) ? due_q - link_words : '0) + later;
      else                bucket_q <= bucket_q + later;
    end
  end

  // The decision.
  logic                 by_rate, beyond;
  logic [FillWidth-1:0] waiting;
  logic [2:0]           eighths;   // of the buffer, 7 for more
  logic [2:0]           step_d;
  logic                 grown;

  assign by_rate = link_words_i != '0;
  assign beyond  = |due_q[BucketWidth-1:FillWidth+Fraction];
  assign waiting = by_rate ? (beyond ? '1 : due_q[FillWidth+Fraction-1:Fraction]) : fill_i;
  assign eighths = waiting[FillWidth-1] ? 3'd7 : waiting[FillWidth-2-:3];
  assign grown   = waiting > waiting_o;

  always_comb begin
    step_d = step_o;
    if (max_step_i == 3'd0)        step_d = 3'd0;
    else if (eighths == 3'd0)      step_d = min_step_i;
    else if (eighths >= 3'd5)      step_d = max_step_i;
    else if (eighths >= 3'd3) begin
      if (step_o < first_step_i)              step_d = first_step_i;
      else if (grown && step_o < max_step_i)  step_d = step_o + 1'b1;
      else if (step_o > max_step_i)           step_d = max_step_i;
    end else if (step_o > max_step_i)         step_d = max_step_i;
    else if (step_o < min_step_i)             step_d = min_step_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      step_o    <= '0;
      largest_o <= '0;
      waiting_o <= '0;
    end else if (packet_begin_i) begin
      step_o    <= step_d;
      waiting_o <= waiting;
      if (step_d > largest_o) largest_o <= step_d;
    end
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(BufferWords >= 64 && (BufferWords & (BufferWords - 1)) == 0,
               "nrc_rate_control: BufferWords is a power of two, 64 or more")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q && packet_begin_i) begin
      assert (max_step_i == 3'd0 || (first_step_i >= 3'd1 && first_step_i <= max_step_i &&
                                      min_step_i <= first_step_i));
    end
  end
`endif

endmodule
