// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_rate_control, by the words in the buffer: the steps follow the law of docs/link.md,
// none is above the ceiling, none at all is taken with a ceiling of 0, and a packet buffer never
// overflows on any link that takes, in the time of a packet, the longest packet with the largest step,
// if that one and the longest of all together have 3/8 of the buffer. Its only part here that is not
// RTL is the buffer, unless AnyFill: all words of a packet come before the link takes one.

`timescale 1ns / 1ps

module rate_control_formal #(
  parameter int BufferWords = 64,
  parameter int AnyFill     = 0  // 1: the words in the buffer are any, and the law alone is proved
) (
  input logic                 clk_i,
  input logic                 rst_ni,
  input logic [2:0]           max_step_i,
  input logic [2:0]           min_step_i,
  input logic [2:0]           first_step_i,
  input logic [$clog2(BufferWords):0] floor_i,  // longest packet with the largest step
  input logic [$clog2(BufferWords):0] words_i,  // of the packet
  input logic [$clog2(BufferWords):0] taken_i   // by the link meanwhile
);

  localparam int FillWidth = $clog2(BufferWords) + 1;

  logic                 begin_q;   // a packet begins in this clock, its words come in the next
  logic                 begun_q;   // after the first clock
  logic                 fresh_q;   // no packet has begun since the reset
  logic [FillWidth-1:0] fill_q, largest_fill, longest, waiting;
  logic [2:0]           step, largest, max_step_q, min_step_q, first_step_q, before_q;
  logic [FillWidth-1:0] floor_q, before_waiting_q;
  logic [FillWidth:0]   with_packet;

  nrc_rate_control #(
    .BufferWords(BufferWords)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .max_step_i,
    .min_step_i,
    .first_step_i,
    .link_words_i  (24'd0),
    .packet_begin_i(begin_q),
    .fill_i        (fill_q),
    .packet_end_i  (1'b0),
    .packet_words_i({FillWidth{1'b0}}),
    .step_o        (step),
    .largest_o     (largest),
    .waiting_o     (waiting)
  );

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  assign longest      = FillWidth'(3 * BufferWords / 8) - floor_i;
  assign with_packet  = {1'b0, fill_q} + {1'b0, words_i};
  assign largest_fill = FillWidth'(BufferWords - 1) - floor_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      begin_q <= 1'b0;
      fresh_q <= 1'b1;
      fill_q  <= '0;
    end else begin
      begin_q <= !begin_q;
      if (begin_q) fresh_q <= 1'b0;
      else if (AnyFill != 0) fill_q <= words_i;
      else if (!fresh_q) fill_q <= with_packet[FillWidth-1:0] - taken_i;
    end
  end

  always_ff @(posedge clk_i) begin
    max_step_q   <= max_step_i;
    min_step_q   <= min_step_i;
    first_step_q <= first_step_i;
    floor_q      <= floor_i;
    if (begin_q) begin
      before_q         <= step;
      before_waiting_q <= waiting;
    end
  end

  always_comb begin
    assume (begun_q || !rst_ni);
    // What the user sets stays.
    if (rst_ni && begun_q) begin
      assume (max_step_i == max_step_q && first_step_i == first_step_q && floor_i == floor_q);
      assume (min_step_i == min_step_q);
    end
    assume (max_step_i == 3'd0 || (first_step_i >= 3'd1 && first_step_i <= max_step_i &&
                                   min_step_i <= first_step_i));
    assume (floor_i >= 1 && floor_i < FillWidth'(3 * BufferWords / 8));
    if (AnyFill != 0) begin
      assume (words_i <= FillWidth'(BufferWords));
    end else begin
      if (step == max_step_i) assume (words_i <= floor_i);
      else                    assume (words_i <= longest);
      // Without a ceiling above 0 nothing is promised.
      if (max_step_i == 3'd0) assume (words_i == '0);
      assume (taken_i <= with_packet[FillWidth-1:0]);
      assume (taken_i >= floor_i || {1'b0, taken_i} == with_packet);
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (!begin_q && !fresh_q) begin
        if (AnyFill == 0) fits: assert (with_packet <= (FillWidth + 1)'(BufferWords));
        at_most:      assert (step <= max_step_i);
        told:         assert (waiting == fill_q);
        remembered:   assert (largest >= step);
        if (max_step_i != 3'd0) begin
          if (fill_q >= FillWidth'(5 * BufferWords / 8)) full_step: assert (step == max_step_i);
          else if (fill_q >= FillWidth'(3 * BufferWords / 8)) begin
            if (before_q < first_step_i)                begins: assert (step == first_step_i);
            else if (fill_q <= before_waiting_q)        stays:  assert (step == before_q);
            else rises: assert (step == ((before_q < max_step_i) ? before_q + 1'b1 : before_q));
          end else if (fill_q >= FillWidth'(BufferWords / 8)) begin
            goes_on: assert (step == ((before_q < min_step_i) ? min_step_i : before_q));
          end else                                      relaxes: assert (step == min_step_i);
          at_least: assert (step >= min_step_i);
        end
      end
      // What holds between packets.
      i_steps: assert (step <= max_step_i);
      if (AnyFill == 0) begin
        i_fill:   assert (fill_q <= largest_fill);
        i_told:   assert (waiting <= largest_fill);
        i_before: assert (begin_q || fresh_q || (before_q <= max_step_i &&
                                                 before_waiting_q <= largest_fill));
      end
    end
  end

endmodule
