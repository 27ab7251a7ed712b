// SPDX-License-Identifier: Apache-2.0
//
// Stage bit_packer: codewords of 1 to 31 bits into 32-bit words, first bit in bit 31
// (docs/bitstream.md, introduction and section 7). Golden model: nrc::BitPacker.
//
// `fill` bits of the current word are taken. A codeword that ends at bit position end = fill +
// length is rotated right by end modulo 32: that puts each of its bits where it belongs, in the
// current word from position fill on, or wrapped around to the front of the next word. A mask of
// the positions from fill on tells which is which. A codeword is shorter than a word, so the two
// never overlap.
//
// A packet that ends inside a word is padded with zeros. If its last codeword wraps around, the
// remainder is a word of its own, which leaves one clock later (`flush`). The codeword that arrives
// in that clock is the first of its packet: with fill = 0 it cannot complete a word, and if it is a
// whole packet, that packet is flushed in turn.
//
// Pipeline:
//   1  end position, next fill
//   2  rotation, mask
//   3  merge into the word, output register
// Latency 3 clocks (4 for the word that is flushed); one codeword per clock.

module nrc_bit_packer #(
  parameter int MaxLength = 31  // bits of a codeword at most, 1..31
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        valid_i,
  input  logic [30:0] bits_i,       // right-aligned, zeros above
  input  logic [4:0]  length_i,     // 1..MaxLength
  input  logic        frame_end_i,
  input  logic        packet_end_i,
  input  logic        key_i,
  input  logic        bad_i,        // with packet_end_i
  input  logic        last_i,       // with packet_end_i

  output logic        word_valid_o,
  output logic [31:0] word_o,
  output logic        word_last_o,  // last word of its packet
  output logic        key_o,        // these three with word_last_o
  output logic        bad_o,
  output logic        last_o,
  output logic        frame_end_o   // one pulse per frame, not later than its packet's word_last_o
);

  // 1: end position.
  logic [4:0]  fill_q;
  logic [5:0]  end_d;
  logic        s1_valid_q, s1_wraps_q, s1_full_q;
  logic [30:0] s1_bits_q;
  logic [4:0]  s1_end_q, s1_fill_q;
  logic [4:0]  s1_side_q;           // frame_end, packet_end, key, bad, last

  assign end_d = {1'b0, fill_q} + {1'b0, length_i};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fill_q     <= '0;
      s1_valid_q <= 1'b0;
    end else begin
      s1_valid_q <= valid_i;
      if (valid_i) fill_q <= packet_end_i ? 5'd0 : end_d[4:0];
    end
  end

  always_ff @(posedge clk_i) begin
    s1_bits_q  <= bits_i;
    s1_end_q   <= end_d[4:0];
    s1_full_q  <= end_d[5];                          // end >= 32: the word is complete
    s1_wraps_q <= end_d[5] && (end_d[4:0] != 5'd0);  // end > 32: and something remains
    s1_fill_q  <= fill_q;
    s1_side_q  <= {frame_end_i, packet_end_i, key_i, bad_i, last_i};
  end

  // 2: rotation and mask.
  logic [31:0] rotated;
  logic [31:0] s2_bits_q, s2_mask_q;
  logic        s2_valid_q, s2_wraps_q, s2_full_q;
  logic [4:0]  s2_side_q;

  assign rotated = 32'({1'b0, s1_bits_q, 1'b0, s1_bits_q} >> s1_end_q);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) s2_valid_q <= 1'b0;
    else         s2_valid_q <= s1_valid_q;
  end

  always_ff @(posedge clk_i) begin
    s2_bits_q  <= rotated;
    s2_mask_q  <= 32'hFFFF_FFFF >> s1_fill_q;
    s2_full_q  <= s1_full_q;
    s2_wraps_q <= s1_wraps_q;
    s2_side_q  <= s1_side_q;
  end

  logic s2_frame_end, s2_packet_end;
  assign s2_frame_end  = s2_side_q[4];
  assign s2_packet_end = s2_side_q[3];

  // 3: merge. acc_q holds the begun word, or with flush_q the last word of a packet that has ended.
  logic [31:0] acc_q, acc_d, merged;
  logic        flush_q, flush_d, emit;
  logic [2:0]  flush_side_q;        // key, bad, last

  always_comb begin
    merged  = acc_q | (s2_bits_q & s2_mask_q);
    emit    = flush_q || (s2_valid_q && (s2_full_q || s2_packet_end));
    // The end of a packet has to wait for the next clock if its last word is not the one that
    // leaves now.
    flush_d = s2_valid_q && s2_packet_end && (flush_q || s2_wraps_q);

    acc_d = acc_q;
    if (flush_q)                     acc_d = '0;
    if (s2_valid_q) begin
      if (flush_q)                   acc_d = s2_bits_q;
      else if (s2_full_q)            acc_d = s2_bits_q & ~s2_mask_q;
      else if (s2_packet_end)        acc_d = '0;
      else                           acc_d = merged;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      acc_q        <= '0;
      flush_q      <= 1'b0;
      word_valid_o <= 1'b0;
      word_last_o  <= 1'b0;
      frame_end_o  <= 1'b0;
    end else begin
      acc_q        <= acc_d;
      flush_q      <= flush_d;
      word_valid_o <= emit;
      word_last_o  <= flush_q || (s2_valid_q && s2_packet_end && !s2_wraps_q);
      // The frame that ends a packet is counted with the packet's last word, no later and, so that
      // it is not taken for one of the packet before, no sooner.
      frame_end_o  <= flush_q || (s2_valid_q && s2_frame_end && !flush_d);
    end
  end

  always_ff @(posedge clk_i) begin
    word_o                  <= flush_q ? acc_q : merged;
    {key_o, bad_o, last_o}  <= flush_q ? flush_side_q : s2_side_q[2:0];
    flush_side_q            <= s2_side_q[2:0];
  end

`ifndef SYNTHESIS
  logic awake_q;  // out of reset: before, nothing is defined
  initial awake_q = 1'b0;
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) awake_q <= 1'b0;
    else         awake_q <= 1'b1;
  end

  always @(posedge clk_i) begin
    if (awake_q && valid_i) begin
      // verilator lint_off CMPCONST
      assert (length_i != 5'd0 && 32'(length_i) <= MaxLength);
      // verilator lint_on CMPCONST
      assert ((bits_i >> length_i) == '0);
      assert (frame_end_i || !packet_end_i);
    end
    if (awake_q && flush_q && s2_valid_q) begin
      assert (!s2_full_q);
      // Two frames cannot be told apart in one clock: frames of one channel come with gaps.
      assert (!s2_frame_end || s2_packet_end);
    end
  end
`endif

endmodule
