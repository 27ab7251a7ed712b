// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_carry_packer: the packets that come out have the value of those that went in.
// Every bit comes out once, at its place, with all carries that reached it; a packet is marked bad
// only if it came in bad or a carry had to pass Held complete words, and then always; padding is
// zeros, less than 32 bits; each packet has one word_last, with its flags; each frame has one pulse
// of frame_end_o, which belongs to the right packet; a packet's words leave within 7 + Held clocks.
//
// Assumed of the user: lengths up to 29, not 0 at a packet's end; a carry or zeros above the bits;
// packet_end_i only with frame_end_i; from a packet's end to the end of a frame inside the next one
// LoopLatency clocks. And of the range coder: no place of a packet is passed by two carries, and
// its begin by none.
//
// The reference works on the inputs of three clocks ago, in step with the module's stage 3. It
// knows where a carry would stop: at the newest zero since the carry before (zero_*; what is older
// than that carry is not reached again). It marks one bit of an arbitrary codeword, or of the
// padding, and inverts it with every carry that stops at it or before it.

`timescale 1ns / 1ps

module carry_packer_formal #(
  parameter int Held = 3
) (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        valid_i,
  input logic [29:0] bits_i,
  input logic [4:0]  length_i,
  input logic        frame_end_i,
  input logic        packet_end_i,
  input logic        key_i,
  input logic        bad_i,
  input logic        last_i,
  input logic        mark_i,
  input logic [5:0]  offset_i      // of the marked bit, from the first bit of the codeword
);

  localparam int Slots     = Held + 1;
  localparam int SlotWidth = $clog2(Slots);
  localparam int Far       = Held + 1;  // an age at which a carry does not reach a word any more
  localparam int Loop      = nrc_latency_pkg::LoopLatency;

  logic        word_valid, word_last, key, bad, last, frame_end;
  logic [31:0] word;

  nrc_carry_packer #(
    .Held     (Held),
    .MaxLength(29),
    .Pipeline (nrc_latency_pkg::PipelineDeep)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .valid_i,
    .bits_i,
    .length_i,
    .side_i      ({frame_end_i, packet_end_i, key_i, bad_i, last_i}),
    .word_valid_o(word_valid),
    .word_o      (word),
    .side_o      ({frame_end, word_last, key, bad, last})
  );

  // The inputs of three clocks ago.
  localparam int InputWidth = 48;

  logic [InputWidth-1:0] delay_1_q, delay_2_q, delay_3_q;
  logic                  valid, frame_ends, packet_ends, mark_here;
  logic [29:0]           bits;
  logic [4:0]            length;
  logic [2:0]            side;             // key, bad, last
  logic [5:0]            offset;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      delay_1_q <= '0;
      delay_2_q <= '0;
      delay_3_q <= '0;
    end else begin
      delay_1_q <= {valid_i, bits_i, length_i, frame_end_i, packet_end_i, key_i, bad_i, last_i,
                    mark_i, offset_i};
      delay_2_q <= delay_1_q;
      delay_3_q <= delay_2_q;
    end
  end

  assign {valid, bits, length, frame_ends, packet_ends, side, mark_here, offset} = delay_3_q;

  // What the codeword does. Positions count from the begin of the word that is begun.
  logic [6:0] bits_end, position, zero;
  logic [1:0] completes;
  logic       carry, has_zero, in_codeword, in_padding, mark;

  assign bits_end    = {2'd0, fill_q} + {2'd0, length};
  assign completes   = packet_ends ? ((bits_end > 7'd32) ? 2'd2 : 2'd1) : bits_end[6:5];
  assign carry       = valid && 1'(bits >> length);
  assign position    = {2'd0, fill_q} + {1'b0, offset};
  assign in_codeword = offset < {1'b0, length};
  assign in_padding  = packet_ends && !in_codeword && (position[6:5] < completes);
  assign mark        = valid && mark_here && !marked_q && (in_codeword || in_padding);

  always_comb begin
    has_zero = 1'b0;
    zero     = '0;                         // the newest
    for (int n = 28; n >= 0; n--) begin
      if (5'(n) < length && !bits[n]) begin
        has_zero = 1'b1;
        zero     = bits_end - 7'd1 - 7'(n);
      end
    end
  end

  logic       begun_q;                     // after the first clock
  logic [3:0] since_end_q;                 // clocks since a packet's end, at the input
  logic [4:0] fill_q;                      // bits of the begun word
  logic [3:0] words_q;                     // complete words inside
  logic [3:0] frames_q, ends_q;            // frames and packets' ends inside
  logic       zero_valid_q;                // a carry would stop at:
  logic [4:0] zero_place_q;
  logic [3:0] zero_age_q;                  // words completed since, up to Far
  logic       lost_q, lost;                // a carry had to go too far
  logic       marked_q;
  logic       bit_q;
  logic [4:0] place_q;
  logic [3:0] age_q;                       // words completed since in its packet, up to Far
  logic [3:0] ahead_q;                     // words that leave before the marked one
  logic       out_q, out_bit_q;            // it has left
  logic       closed_q;                    // its packet has ended
  logic [3:0] last_ahead_q;                // words that leave before its packet's last one
  logic [3:0] frames_ahead_q;              // frames up to its packet's end
  logic [2:0] side_q;
  logic       inverts, leaves;

  assign lost    = lost_q || (carry && zero_age_q == 4'(Far));
  assign inverts = carry && marked_q && !closed_q &&
                   (zero_age_q > age_q || (zero_age_q == age_q && zero_place_q <= place_q));
  assign leaves  = closed_q && word_valid && last_ahead_q == '0;

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      since_end_q    <= '1;
      fill_q         <= '0;
      words_q        <= '0;
      frames_q       <= '0;
      ends_q         <= '0;
      zero_valid_q   <= 1'b0;
      zero_place_q   <= '0;
      zero_age_q     <= '0;
      lost_q         <= 1'b0;
      marked_q       <= 1'b0;
      bit_q          <= 1'b0;
      place_q        <= '0;
      age_q          <= '0;
      ahead_q        <= '0;
      out_q          <= 1'b0;
      out_bit_q      <= 1'b0;
      closed_q       <= 1'b0;
      last_ahead_q   <= '0;
      frames_ahead_q <= '0;
      side_q         <= '0;
    end else begin
      if (valid_i && packet_end_i) since_end_q <= 4'd1;
      else if (since_end_q != '1)  since_end_q <= since_end_q + 4'd1;

      words_q  <= words_q + (valid ? {2'd0, completes} : 4'd0) - {3'd0, word_valid};
      frames_q <= frames_q + {3'd0, valid && frame_ends} - {3'd0, frame_end};
      ends_q   <= ends_q + {3'd0, valid && packet_ends} - {3'd0, word_last};
      if (valid) begin
        fill_q <= packet_ends ? 5'd0 : bits_end[4:0];
        lost_q <= lost && !packet_ends;
        if (packet_ends) begin
          zero_valid_q <= 1'b0;
        end else if (has_zero) begin
          zero_valid_q <= 1'b1;
          zero_place_q <= zero[4:0];
          zero_age_q   <= {2'd0, bits_end[6:5] - zero[6:5]};
        end else begin
          if (carry) zero_valid_q <= 1'b0;
          if (bits_end[5] && zero_age_q != 4'(Far)) zero_age_q <= zero_age_q + 4'd1;
        end
      end

      if (mark) begin
        marked_q <= 1'b1;
        bit_q    <= in_codeword && 1'(bits >> (length - 5'd1 - offset[4:0]));
        place_q  <= position[4:0];
        age_q    <= {2'd0, bits_end[6:5] - position[6:5]};
        ahead_q  <= words_q - {3'd0, word_valid} + {2'd0, position[6:5]};
        out_q    <= 1'b0;
      end else if (marked_q) begin
        if (inverts) bit_q <= !bit_q;
        if (valid && bits_end[5] && age_q != 4'(Far)) age_q <= age_q + 4'd1;
        if (word_valid) begin
          if (!out_q) ahead_q <= ahead_q - 4'd1;
          if (!out_q && ahead_q == '0) begin
            out_q     <= 1'b1;
            out_bit_q <= word[5'd31 - place_q];
          end
        end
        if (leaves) marked_q <= 1'b0;
      end
      if (valid && packet_ends && (mark || (marked_q && !closed_q))) begin
        closed_q       <= 1'b1;
        last_ahead_q   <= words_q - {3'd0, word_valid} + {2'd0, completes} - 4'd1;
        frames_ahead_q <= frames_q - {3'd0, frame_end} + 4'd1;
        side_q         <= {side[2], side[1] || lost, side[0]};
      end else begin
        if (leaves || !marked_q) closed_q <= 1'b0;
        last_ahead_q   <= last_ahead_q - {3'd0, word_valid};
        frames_ahead_q <= frames_ahead_q - {3'd0, frame_end};
      end
    end
  end

  always_comb begin
    assume (begun_q || !rst_ni);
    if (valid_i) begin
      assume (length_i <= 5'd29);
      assume ((bits_i >> length_i) <= 30'd1);
      assume (length_i != '0 || !packet_end_i);
      assume (frame_end_i || !packet_end_i);
      assume (!frame_end_i || packet_end_i || since_end_q >= 4'(Loop));
    end
    assume (!carry || zero_valid_q);
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      no_word_from_nothing:  assert (!word_valid || words_q != '0);
      no_frame_from_nothing: assert (!frame_end || frames_q != '0);
      no_end_from_nothing:   assert (!word_last || (word_valid && ends_q != '0));
      if (marked_q && word_valid) begin
        if (leaves) begin
          packet_last:  assert (word_last && {key, bad, last} == side_q);
          packet_frame: assert (frame_end && frames_ahead_q == 4'd1);
          if (!side_q[1]) begin
            packet_bit: assert ((out_q ? out_bit_q : word[5'd31 - place_q]) == bit_q);
          end
        end else if (out_q || ahead_q == '0) begin
          packet_not_last: assert (!word_last);
        end
      end
      drained: assert (since_end_q <= 4'(7 + Held) || ends_q == '0);
    end
  end

`ifndef NO_INVARIANTS
  // Invariants that make the proof inductive.
  (* hierconn *) logic [4:0]           \u_dut.fill_q ;
  (* hierconn *) logic [31:0]          \u_dut.acc_q ;
  (* hierconn *) logic                 \u_dut.flush_q ;
  (* hierconn *) logic [2:0]           \u_dut.flush_side_q ;
  (* hierconn *) logic                 \u_dut.s4_push_q ;
  (* hierconn *) logic                 \u_dut.s4_last_q ;
  (* hierconn *) logic [31:0]          \u_dut.s4_word_q ;
  (* hierconn *) logic [2:0]           \u_dut.push_side ;
  (* hierconn *) logic [31:0]          \u_dut.slots_q[0] ;
  (* hierconn *) logic [31:0]          \u_dut.slots_q[1] ;
  (* hierconn *) logic [31:0]          \u_dut.slots_q[2] ;
  (* hierconn *) logic [31:0]          \u_dut.slots_q[3] ;
  (* hierconn *) logic [3*Slots-1:0]   \u_dut.side_q ;
  (* hierconn *) logic [SlotWidth-1:0] \u_dut.write_q ;
  (* hierconn *) logic [SlotWidth-1:0] \u_dut.read_q ;
  (* hierconn *) logic [Slots-1:0]     \u_dut.valid_q ;
  (* hierconn *) logic [Slots-1:0]     \u_dut.last_q ;
  (* hierconn *) logic [Slots-1:0]     \u_dut.ones_q ;
  (* hierconn *) logic [Slots-1:0]     \u_dut.marked ;
  (* hierconn *) logic                 \u_dut.lost ;
  (* hierconn *) logic [5:1]           \u_dut.frame_q ;

  // Bits of the begun word after the words under way to stage 3.
  function automatic logic [4:0] advance(input logic [4:0] fill, input logic [InputWidth-1:0] in);
    // valid, packet_end, length
    advance = !in[47] ? fill : in[10] ? 5'd0 : fill + in[16:12];
  endfunction

  logic [4:0] fill_1, fill_2, fill_3;
  assign fill_3 = advance(fill_q, delay_3_q);
  assign fill_2 = advance(fill_3, delay_2_q);
  assign fill_1 = advance(fill_2, delay_1_q);

  // Whether a word n clocks old fits the clocks since a packet's end, at the input.
  function automatic logic fits(input logic [3:0] n, input logic [InputWidth-1:0] in,
                                input logic [3:0] since);
    // valid, frame_end, packet_end
    fits = !in[47] || !in[11] || (in[10] ? since <= n : (since < n || since >= 4'(Loop) + n));
  endfunction

  // The complete words inside, youngest first: a flushed one, the one on its way to the queue, the
  // queue. A carry that is on its way is in `marked`, which is one bit per slot.
  localparam int Places = Slots + 2;

  logic [Places-1:0] there, is_last, steps, knows_ones;
  logic [31:0]       value [0:Places-1];
  logic [2:0]        flags [0:Places-1];
  logic [31:0]       slots [0:3];
  logic [3:0]        count, ends;
  logic [SlotWidth-1:0] slot, queued;

  always_comb begin
    slots[0] = \u_dut.slots_q[0] ;
    slots[1] = \u_dut.slots_q[1] ;
    slots[2] = \u_dut.slots_q[2] ;
    slots[3] = \u_dut.slots_q[3] ;
    there      = {\u_dut.valid_q , \u_dut.s4_push_q , \u_dut.flush_q };
    is_last    = {\u_dut.last_q , \u_dut.s4_last_q , 1'b1};
    steps      = {\u_dut.marked , 2'b00};
    knows_ones = {\u_dut.ones_q , &\u_dut.s4_word_q , &\u_dut.acc_q };
    value[0]   = \u_dut.acc_q ;
    value[1]   = \u_dut.s4_word_q ;
    flags[0]   = \u_dut.flush_side_q |
                 {1'b0, \u_dut.lost && !(\u_dut.s4_push_q && \u_dut.s4_last_q ), 1'b0};
    flags[1]   = \u_dut.push_side ;
    for (int n = 0; n < Slots; n++) begin
      slot       = \u_dut.write_q - SlotWidth'(1) - SlotWidth'(n);
      value[n+2] = slots[slot];
      flags[n+2] = \u_dut.side_q [3*n +: 3];
    end
    count = {3'd0, word_valid};
    ends  = {3'd0, word_last};
    for (int n = 0; n < Places; n++) begin
      count = count + {3'd0, there[n]};
      ends  = ends + {3'd0, there[n] && is_last[n]};
    end
    queued = '0;
    for (int n = 2; n < Places; n++) queued = queued + SlotWidth'(there[n]);
  end

  // Below, `ahead` is the number of words that leave before word n, `younger` of those after it.
  logic [3:0]  ahead [0:Places-1];
  logic [3:0]  younger [0:Places-1];
  logic [31:0] stepped [0:Places-1];
  logic [31:0] from_zero;

  always_comb begin
    ahead[0]   = count - 4'd1;
    younger[0] = '0;
    for (int n = 1; n < Places; n++) begin
      ahead[n]   = ahead[n-1] - {3'd0, there[n-1]};
      younger[n] = younger[n-1] + {3'd0, there[n-1]};
    end
    for (int n = 0; n < Places; n++) stepped[n] = value[n] + {31'd0, steps[n]};
    from_zero = 32'hFFFF_FFFF >> zero_place_q;   // the place of zero_* and those after it
  end

  logic [3:0] older_ends;   // frames up to the end of the marked packet
  always_comb begin
    older_ends = {3'd0, frame_end} + {3'd0, \u_dut.frame_q [4]} + {3'd0, \u_dut.frame_q [5]};
    for (int n = 0; n < Places; n++) begin
      if (there[n] && is_last[n] && ahead[n] <= last_ahead_q) older_ends = older_ends + 4'd1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      i_fill:   assert (\u_dut.fill_q == fill_1);
      i_words:  assert (words_q == count);
      i_since:  assert (fits(4'd1, delay_1_q, since_end_q) && fits(4'd2, delay_2_q, since_end_q) &&
                        fits(4'd3, delay_3_q, since_end_q));
      if (\u_dut.frame_q [4]) i_frame_4: assert (since_end_q < 4'd4 || since_end_q >= 4'(Loop) + 4'd4);
      if (\u_dut.frame_q [5]) i_frame_5: assert (since_end_q < 4'd5 || since_end_q >= 4'(Loop) + 4'd5);
      if (word_last) i_out_since: assert (since_end_q <= 4'(7 + Held));
      if (\u_dut.flush_q ) i_flush_since: assert (since_end_q <= 4'd4);
      if (\u_dut.s4_push_q && \u_dut.s4_last_q ) i_push_since: assert (since_end_q <= 4'd5);
      for (int n = 2; n < Places; n++) begin
        if (there[n] && is_last[n]) begin
          assert (since_end_q + ahead[n] <= 4'(6 + Held) + {3'd0, word_valid});
        end
      end
      i_queue:  assert (queued == \u_dut.write_q - \u_dut.read_q );
      i_ends:   assert (ends_q == ends);
      i_frames: assert (frames_q == ends - {3'd0, word_last} + {3'd0, frame_end} +
                                    {3'd0, \u_dut.frame_q [4]} + {3'd0, \u_dut.frame_q [5]});
      i_empty:  assert (\u_dut.flush_q ? fill_q == '0
                                       : (\u_dut.acc_q & (32'hFFFF_FFFF >> fill_q)) == '0);
      for (int n = 2; n < Places; n++) begin
        if (there[n]) assert (knows_ones[n] == &value[n]);
      end
      i_far:    assert (zero_age_q <= 4'(Far) && age_q <= 4'(Far));

      // Where a carry would stop, and what it would pass.
      if (zero_valid_q) begin
        i_no_flush: assert (!\u_dut.flush_q );
        if (zero_age_q == '0) begin
          i_zero_here: assert (zero_place_q < fill_q &&
              ((\u_dut.acc_q | (32'hFFFF_FFFF >> fill_q)) & from_zero) == from_zero >> 1);
        end else begin
          i_ones_here: assert (&(\u_dut.acc_q | (32'hFFFF_FFFF >> fill_q)));
        end
        for (int n = 1; n < Places; n++) begin
          if (younger[n] + 4'd1 < zero_age_q) begin
            assert (there[n] ? !is_last[n] && !steps[n] && (&value[n]) : n == 1);
          end else if (younger[n] + 4'd1 == zero_age_q && zero_age_q != 4'(Far)) begin
            assert (there[n] ? !is_last[n] && !steps[n] &&
                                       (value[n] & from_zero) == from_zero >> 1 : n == 1);
          end
        end
      end

      // The carry's loss, until its packet has gone to the queue.
      if (!\u_dut.flush_q && !(\u_dut.s4_push_q && \u_dut.s4_last_q )) begin
        i_lost: assert (\u_dut.lost == lost_q);
      end

      // The marked bit.
      if (marked_q) begin
        if (!out_q) begin
          i_ahead: assert (ahead_q < count ||
                           (ahead_q == count && !closed_q && age_q == '0 && place_q < fill_q));
          if (!closed_q) begin
            i_age: assert ((age_q == 4'(Far)) ? age_q + ahead_q <= count
                                              : age_q + ahead_q == count);
          end
          if (!closed_q && ahead_q == count && !lost_q) begin
            i_bit_here: assert (\u_dut.acc_q [5'd31 - place_q] == bit_q);
          end
          for (int n = 0; n < Places; n++) begin
            if (there[n] && ahead[n] == ahead_q && !(closed_q ? side_q[1] : lost_q)) begin
              assert (stepped[n][5'd31 - place_q] == bit_q);
            end
          end
        end else begin
          i_out:     assert (closed_q || age_q == 4'(Far));
          if (!(closed_q ? side_q[1] : lost_q)) i_out_bit: assert (out_bit_q == bit_q);
        end
        for (int n = 0; n < Places; n++) begin
          if (there[n] && (out_q || ahead[n] >= ahead_q) && (!closed_q || ahead[n] < last_ahead_q)) begin
            assert (!is_last[n]);
          end
          if (there[n] && closed_q && ahead[n] == last_ahead_q) begin
            assert (is_last[n] && flags[n] == side_q);
          end
        end
        if (closed_q) begin
          i_last_ahead:   assert (last_ahead_q < count && (out_q || ahead_q <= last_ahead_q));
          i_frames_ahead: assert (frames_ahead_q == older_ends);
        end
      end
    end
  end
`endif

endmodule
