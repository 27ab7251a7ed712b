// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_bit_packer: every bit of every codeword comes out once, at its place; what
// pads a packet is zeros, less than 32 bits; each packet has one word_last, with its flags; each
// frame has one pulse of frame_end_o, which belongs to the right packet; four clocks after the last
// codeword nothing is left inside but a begun word. flush_i ends the packet with that word, or without a
// word where there is none.
//
// Assumed of the user: lengths of 1 to 31, zeros above the codeword, packet_end_i only with
// frame_end_i, and no frame that ends in the clock after a packet's end, unless it ends a packet; flush_i
// four clocks after the last codeword, its flags two clocks before.
//
// The reference counts bits, words and frames. It marks one position at or after the begin of an
// arbitrary codeword: one of its bits or, where it ends a packet, one of the padding. From the words
// that are under way it knows after how many of them the word of that position comes out.

`timescale 1ns / 1ps

module bit_packer_formal (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        valid_i,
  input logic [30:0] bits_i,
  input logic [4:0]  length_i,
  input logic        frame_end_i,
  input logic        packet_end_i,
  input logic        key_i,
  input logic        bad_i,
  input logic        last_i,
  input logic        flush_i,
  input logic        mark_i,
  input logic [5:0]  offset_i      // of the marked position, from the codeword's first bit
);

  logic        word_valid, word_last, key, bad, last, frame_end;
  logic [31:0] word;

  nrc_bit_packer #(
    .MaxLength(31),
    .Pipeline (nrc_latency_pkg::PipelineDeep)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .valid_i,
    .bits_i,
    .length_i,
    .side_i      ({frame_end_i, packet_end_i, key_i, bad_i, last_i}),
    .flush_i,
    .word_valid_o(word_valid),
    .word_o      (word),
    .side_o      ({frame_end, word_last, key, bad, last})
  );

  logic       begun_q;          // after the first clock
  logic       ended_q;          // a packet ended in the clock before
  logic [4:0] fill_q;           // bits of the begun word
  logic [2:0] words_q;          // complete words inside
  logic [2:0] frames_q;         // frames inside
  logic [2:0] idle_q;           // clocks without a codeword
  logic       flushes;          // the begun word
  logic [1:0] bare_q;           // a packet ended without a word, one and two clocks ago
  logic [2:0] flags;
  logic [8:0] flags_q;          // of the last three clocks

  logic [6:0] length, bits_end, position;
  logic [1:0] completes;        // words that the codeword completes
  logic       in_codeword, in_padding, mark;

  assign length      = {2'd0, length_i};
  assign bits_end    = {2'd0, fill_q} + length;
  assign completes   = packet_end_i ? ((bits_end > 7'd32) ? 2'd2 : 2'd1)
                                    : {1'b0, bits_end >= 7'd32};
  assign position    = {2'd0, fill_q} + {1'b0, offset_i};
  assign in_codeword = {1'b0, offset_i} < length;
  assign in_padding  = packet_end_i && !in_codeword && (position[6:5] < completes);
  assign flushes     = flush_i && fill_q != '0;
  assign flags       = {key_i, bad_i, last_i};
  assign mark        = valid_i && mark_i && (in_codeword || in_padding);

  logic       marked_q;
  logic [2:0] ahead_q;          // words that come before the marked one
  logic [4:0] place_q;
  logic       bit_q;
  logic       whole_q;          // the marked codeword completes its word, so the end is known
  logic       last_q;           // it is the packet's last word
  logic [2:0] side_q;           // then with these flags
  logic [2:0] frames_ahead_q;   // and after these frames

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ended_q        <= 1'b0;
      bare_q         <= '0;
      flags_q        <= '0;
      fill_q         <= '0;
      words_q        <= '0;
      frames_q       <= '0;
      idle_q         <= '0;
      marked_q       <= 1'b0;
      ahead_q        <= '0;
      place_q        <= '0;
      bit_q          <= 1'b0;
      whole_q        <= 1'b0;
      last_q         <= 1'b0;
      side_q         <= '0;
      frames_ahead_q <= '0;
    end else begin
      ended_q <= valid_i && packet_end_i;
      bare_q  <= {bare_q[0], flush_i && fill_q == '0};
      flags_q <= {flags_q[5:0], flags};
      if (valid_i) fill_q <= packet_end_i ? 5'd0 : bits_end[4:0];
      if (flush_i) fill_q <= '0;
      words_q  <= words_q + (valid_i ? {1'b0, completes} : {2'd0, flushes}) - {2'd0, word_valid};
      frames_q <= frames_q + {2'd0, (valid_i && frame_end_i) || flushes} - {2'd0, frame_end};
      if (valid_i || flush_i)   idle_q <= '0;
      else if (idle_q != 3'd4)  idle_q <= idle_q + 3'd1;

      if (!marked_q) begin
        marked_q       <= mark;
        ahead_q        <= words_q - {2'd0, word_valid} + {1'b0, position[6:5]};
        place_q        <= position[4:0];
        bit_q          <= in_codeword && 1'(bits_i >> (length_i - 5'd1 - offset_i[4:0]));
        whole_q        <= (position[6:5] < completes);
        last_q         <= packet_end_i && (position[6:5] + 2'd1 == completes);
        side_q         <= {key_i, bad_i, last_i};
        frames_ahead_q <= frames_q + 3'd1 - {2'd0, frame_end};
      end else begin
        if (word_valid) begin
          marked_q <= (ahead_q != '0);
          ahead_q  <= ahead_q - 3'd1;
        end
        frames_ahead_q <= frames_ahead_q - {2'd0, frame_end};
        if (flush_i && !whole_q) begin
          whole_q        <= 1'b1;
          last_q         <= 1'b1;
          side_q         <= flags;
          frames_ahead_q <= frames_q + 3'd1 - {2'd0, frame_end};
        end
      end
    end
  end

  always_comb begin
    assume (begun_q || !rst_ni);
    if (flush_i) assume (!valid_i && idle_q == 3'd4 && flags_q[5:0] == {2{flags}});
    if (valid_i) begin
      assume (length_i != '0);
      assume ((bits_i >> length_i) == '0);
      assume (frame_end_i || !packet_end_i);
      assume (!ended_q || !frame_end_i || packet_end_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!word_valid || words_q != '0);
      assert (!word_last || word_valid || bare_q[1]);
      assert (!bare_q[1] || (word_last && !word_valid && !frame_end && {key, bad, last} == flags_q[5:3]));
      assert (!frame_end || frames_q != '0);
      assert (words_q <= 3'd4 && frames_q <= 3'd4);
      if (idle_q == 3'd4) assert (words_q == '0 && frames_q == '0);
      if (marked_q && ahead_q == '0 && word_valid) begin
        assert (word[5'd31 - place_q] == bit_q);
        if (whole_q) assert (word_last == last_q);
        if (whole_q && last_q) begin
          assert ({key, bad, last} == side_q);
          assert (frame_end && frames_ahead_q == 3'd1);
        end
      end
    end
  end

`ifndef NO_INVARIANTS
  // Invariants that make the proof inductive. What the codewords of the last two clocks complete, a
  // flush and the output register are all the words and frames inside. The begun word comes after
  // those two codewords: its bits from where the older of them begins are zeros. A marked bit whose
  // codeword is three or more clocks old, and whose word is not at the output, is in it.
  (* hierconn *) logic [4:0]  \u_dut.fill_q ;
  (* hierconn *) logic [31:0] \u_dut.acc_q ;
  (* hierconn *) logic        \u_dut.flush_q ;
  (* hierconn *) logic        \u_dut.empty_q ;

  logic [9:0] fills_q;          // fill_q one and two clocks ago
  logic [3:0] complete_q;       // completes likewise
  logic [1:0] valids_q, ends_q; // codewords and ends of frames
  logic [1:0] age_q;            // clocks since the mark
  logic [4:0] fill_merged;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fills_q    <= '0;
      complete_q <= '0;
      valids_q   <= '0;
      ends_q     <= '0;
      age_q      <= '0;
    end else begin
      fills_q    <= {fills_q[4:0], fill_q};
      complete_q <= {complete_q[1:0], valid_i ? completes : 2'd0};
      valids_q   <= {valids_q[0], valid_i};
      ends_q     <= {ends_q[0], valid_i && frame_end_i};
      if (!marked_q)          age_q <= '0;
      else if (!age_q[1])     age_q <= age_q + 2'd1;
    end
  end

  assign fill_merged = valids_q[1] ? fills_q[9:5] : valids_q[0] ? fills_q[4:0] : fill_q;

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (\u_dut.fill_q == fill_q && \u_dut.empty_q == bare_q[0]);
      assert (words_q == {1'b0, complete_q[1:0]} + {1'b0, complete_q[3:2]} +
                         {2'd0, \u_dut.flush_q } + {2'd0, word_valid});
      assert (frames_q == {2'd0, ends_q[0]} + {2'd0, ends_q[1]} + {2'd0, \u_dut.flush_q } +
                          {2'd0, frame_end});
      if (\u_dut.flush_q ) assert (fill_merged == '0);
      else assert ((\u_dut.acc_q & (32'hFFFF_FFFF >> fill_merged)) == '0);
      if (marked_q) begin
        assert (ahead_q < words_q || (ahead_q == words_q && place_q < fill_q && !whole_q));
        if (age_q[1]) assert (ahead_q <= {2'd0, word_valid});
        if (age_q[1] && ahead_q == {2'd0, word_valid}) begin
          assert (\u_dut.acc_q [5'd31 - place_q] == bit_q);
        end
      end
    end
  end
`endif

endmodule
