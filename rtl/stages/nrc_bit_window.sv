// SPDX-License-Identifier: Apache-2.0
//
// The payload's next bits, for a decoder that takes one code in every clock.
//
// Two registers hold the payload's next two words, first byte on top. position_q is how many
// bits of the first word are used up; a shift by it shows the next 32 bits. A Huffman code takes at
// most 31 of them. A range decoder has 16 in its offset and takes those that leave it. Taking bits
// moves the position, and words that are used up make room for those of the packet buffer. The first code of a packet may follow in the clock after the last code of the
// packet before: at the end of a packet its padding is taken along.
//
// A packet whose codes do not end in its last word, or whose padding is not zero, is damaged. So is
// one whose codes need more bits than it has. Then damaged_o stays high, no more words are taken,
// and the window is meaningless, until drain_i has emptied the packet buffer.
//
// Latency: taken bits have moved on in the next clock; damaged_o comes 1 clock after the bits, for
// padding 2 clocks.

`timescale 1ns / 1ps

module nrc_bit_window (
  input  logic        clk_i,
  input  logic        rst_ni,

  // Packet buffer. The user sees to it that words are there before their codes are asked for.
  input  logic        word_valid_i,
  input  logic [31:0] word_i,        // bits 7..0 are the first byte
  input  logic        word_last_i,   // the packet's last word
  output logic        word_ready_o,

  output logic        ready_o,       // the words of the window are there
  output logic [31:0] window_o,      // bit 31 is the next bit; zeros after the packet's end

  input  logic        take_i,
  input  logic [4:0]  length_i,      // 0..31 bits
  input  logic        final_i,       // and one more
  input  logic        more_i,        // and one more, a late signal; at a packet's end it is one at least
  input  logic        packet_end_i,  // and the padding after them

  input  logic        drain_i,       // throws away all words
  output logic        damaged_o
);

  // Word 0 is the one with the next bit; word 1 is valid only if word 0 is.
  logic [31:0] word0_q, word1_q;
  logic        valid0_q, valid1_q, last0_q, last1_q;
  logic [4:0]  position_q;

  // The window.
  logic [62:0] both;
  // verilator lint_off UNUSEDSIGNAL
  logic [62:0] shifted;
  // verilator lint_on UNUSEDSIGNAL

  assign both     = {word0_q, last0_q ? 31'd0 : word1_q[31:1]};
  assign shifted  = both << position_q;
  assign window_o = shifted[62:31];
  assign ready_o  = valid0_q && (last0_q || valid1_q);

  // What is taken.
  logic [5:0] end_position;  // 1..62, from the beginning of word 0
  logic       in_word0;      // the last bit taken is in word 0
  logic       wrong;
  logic       take;
  logic       used_one, used_two;

  // final_i is a carry into the sum; more_i chooses one of two sums, which are ready before it.
  // verilator lint_off UNUSEDSIGNAL
  logic [6:0] doubled, doubled_more;
  // verilator lint_on UNUSEDSIGNAL
  logic [5:0] next_position;
  assign next_position = {1'b0, position_q} + 6'd1;
  assign doubled       = {1'b0, position_q, 1'b1} + {1'b0, length_i, final_i};
  assign doubled_more  = {next_position, 1'b1} + {1'b0, length_i, final_i};
  assign end_position  = more_i ? doubled_more[6:1] : doubled[6:1];
  assign in_word0      = !end_position[5] || end_position[4:0] == '0;
  assign wrong        = packet_end_i ? (in_word0 ? !last0_q : (last0_q || !last1_q))
                                     : (last0_q && end_position[5]);
  assign take         = take_i && !damaged_o;
  assign used_two     = take && packet_end_i && !in_word0;
  assign used_one     = take && !used_two && (packet_end_i || end_position[5]);

  logic valid0_kept, valid1_kept;  // after the words used up

  assign valid0_kept  = used_two ? 1'b0 : used_one ? valid1_q : valid0_q;
  assign valid1_kept  = (used_two || used_one) ? 1'b0 : valid1_q;
  assign word_ready_o = drain_i || (!valid1_kept && !damaged_o);

  logic [31:0] word;
  logic        push;

  assign word = {word_i[7:0], word_i[15:8], word_i[23:16], word_i[31:24]};
  assign push = word_valid_i && word_ready_o && !drain_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid0_q   <= 1'b0;
      valid1_q   <= 1'b0;
      position_q <= '0;
    end else if (drain_i) begin
      valid0_q   <= 1'b0;
      valid1_q   <= 1'b0;
      position_q <= '0;
    end else begin
      valid0_q <= valid0_kept || push;
      valid1_q <= valid1_kept || (valid0_kept && push);
      if (take) position_q <= packet_end_i ? 5'd0 : end_position[4:0];
    end
  end

  always_ff @(posedge clk_i) begin
    if (!valid0_kept)  {last0_q, word0_q} <= {word_last_i, word};
    else if (used_one) {last0_q, word0_q} <= {last1_q, word1_q};
    if (!valid1_kept)  {last1_q, word1_q} <= {word_last_i, word};
  end

  // Padding: the bits of the packet's last word after the last code.
  logic        check_q;
  logic [31:0] rest_q;
  logic [4:0]  rest_position_q;

  always_ff @(posedge clk_i) begin
    rest_q          <= in_word0 ? word0_q : word1_q;
    rest_position_q <= end_position[4:0];
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      check_q   <= 1'b0;
      damaged_o <= 1'b0;
    end else begin
      check_q <= take && packet_end_i && !wrong && (end_position != 6'd32);
      if (drain_i)                                             damaged_o <= 1'b0;
      else if ((take && wrong) ||
               (check_q && ((rest_q << rest_position_q) != '0))) damaged_o <= 1'b1;
    end
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q && take) begin
      assert (length_i != 5'd0 || final_i || more_i || !packet_end_i);
      assert (valid0_q && (in_word0 || last0_q || valid1_q));
    end
  end
`endif

endmodule
