// SPDX-License-Identifier: Apache-2.0
//
// Stage bit_packer: codewords of up to 31 bits into 32-bit words, first bit in bit 31
// (docs/bitstream.md, introduction and section 7). Golden model: nrc::BitPacker.
//
// `fill` bits of the current word are in use. A codeword that ends at bit position end = fill +
// length is rotated right by end modulo 32: that puts each of its bits where it belongs, in the
// current word from position fill on, or wrapped around to the front of the next word. A mask of
// the positions from fill on separates the two. A codeword is shorter than a word, so the two
// never overlap.
//
// A packet that ends inside a word is padded with zeros. If its last codeword wraps around, the
// remainder is a word of its own, which leaves one clock later (`flush`). The codeword that arrives
// in that clock is the first of its packet: with fill = 0 it cannot complete a word, and if it is a
// whole packet, that packet is flushed in turn.
//
// flush_i ends a packet without a codeword, when none is under way: the begun word leaves, or, if
// there is none, packet_end comes without a word.
//
// Pipeline:
//   1  end position, next fill
//   2  rotation, mask
//   3  merge into the word, output register
// Latency 3 clocks (4 for the word that is flushed); one codeword per clock. In the shallow
// pipeline the three are one, latency 1 (2).

`timescale 1ns / 1ps

module nrc_bit_packer #(
  parameter int MaxLength = -1,  // bits of a codeword at most, 1..31
  parameter int Pipeline  = -1
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        valid_i,
  input  logic [30:0] bits_i,       // right-aligned, zeros above
  input  logic [4:0]  length_i,     // 0..MaxLength; 1 at least at a frame's end
  input  logic [nrc_side_pkg::SideWidth-1:0] side_i,
  input  logic        flush_i,      // pulse: the packet ends; side_i has had its flags for 4 clocks

  // Flags of nrc_side_pkg: frame_end is one pulse per frame, not later than its packet's last word,
  // with a word or without; packet_end marks a packet's last word, and key, bad and last come with
  // it. Key comes with every word.
  output logic        word_valid_o,
  output logic [31:0] word_o,
  output logic [nrc_side_pkg::SideWidth-1:0] side_o
);

  localparam int Registered = (Pipeline == nrc_latency_pkg::PipelineDeep) ? 1 : 0;

  logic frame_end, packet_end, key, bad, last;
  logic word_last, frame_end_out, key_out, bad_out, last_out;

  assign frame_end  = side_i[nrc_side_pkg::SideFrameEnd];
  assign packet_end = side_i[nrc_side_pkg::SidePacketEnd];
  assign key        = side_i[nrc_side_pkg::SideKey];
  assign bad        = side_i[nrc_side_pkg::SideBad];
  assign last       = side_i[nrc_side_pkg::SideLast];

  assign side_o[nrc_side_pkg::SideFrameEnd]  = frame_end_out;
  assign side_o[nrc_side_pkg::SidePacketEnd] = word_last;
  assign side_o[nrc_side_pkg::SideKey]       = key_out;
  assign side_o[nrc_side_pkg::SideBad]       = bad_out;
  assign side_o[nrc_side_pkg::SideLast]      = last_out;

  // 1: end position.
  logic [4:0]  fill_q;
  logic [5:0]  end_d;
  logic        full_d, wraps_d;
  logic        s1_wraps, s1_full;
  logic [30:0] s1_bits;
  logic [4:0]  s1_end, s1_fill;
  logic [4:0]  s1_side;             // frame_end, packet_end, key, bad, last

  assign end_d   = {1'b0, fill_q} + {1'b0, length_i};
  assign full_d  = end_d[5];                          // end >= 32: the word is complete
  assign wraps_d = end_d[5] && (end_d[4:0] != 5'd0);  // end > 32: and something remains

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      fill_q <= '0;
    else if (valid_i) fill_q <= packet_end ? 5'd0 : end_d[4:0];
    else if (flush_i) fill_q <= '0;
  end

  nrc_delay #(.Width(48), .Depth(Registered)) u_stage1 (
    .clk_i,
    .d_i({bits_i, end_d[4:0], full_d, wraps_d, fill_q,
          frame_end, packet_end, key, bad, last}),
    .q_o({s1_bits, s1_end, s1_full, s1_wraps, s1_fill, s1_side})
  );

  // 2: rotation and mask.
  logic [31:0] rotated, mask;
  logic [31:0] s2_bits, s2_mask;
  logic        s2_valid, s2_wraps, s2_full;
  logic [4:0]  s2_side;

  logic [4:0] rotation;

  if (Registered != 0) begin : gen_rotation
    assign rotation = s1_end;
  end else begin : gen_still_rotation
    nrc_still #(.Width(5)) u_still (.clk_i, .d_i(s1_end), .q_o(rotation));
  end

  assign rotated = 32'({1'b0, s1_bits, 1'b0, s1_bits} >> rotation);
  assign mask    = 32'hFFFF_FFFF >> s1_fill;

  nrc_delay #(.Width(71), .Depth(Registered)) u_stage2 (
    .clk_i,
    .d_i({rotated, mask, s1_full, s1_wraps, s1_side}),
    .q_o({s2_bits, s2_mask, s2_full, s2_wraps, s2_side})
  );

  if (Registered != 0) begin : gen_valid
    logic [1:0] valid_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) valid_q <= '0;
      else         valid_q <= {valid_q[0], valid_i};
    end
    assign s2_valid = valid_q[1];
  end else begin : gen_valid_at_once
    assign s2_valid = valid_i;
  end

  logic s2_frame_end, s2_packet_end;
  assign s2_frame_end  = s2_side[4];
  assign s2_packet_end = s2_side[3];

  // 3: merge. acc_q holds the begun word, or with flush_q the last word of a packet that has ended.
  logic [31:0] acc_q, acc_d, merged;
  logic        flush_q, flush_d, emit;
  logic        empty_q;             // flush_i found no begun word
  logic [3:0]  moves;               // bytes of acc_q, the first one in bit 3
  logic [2:0]  flush_side_q;        // key, bad, last

  always_comb begin
    merged  = acc_q | (s2_bits & s2_mask);
    emit    = flush_q || (s2_valid && (s2_full || s2_packet_end));
    // The end of a packet has to wait for the next clock if its last word is not the one that
    // leaves now.
    flush_d = (s2_valid && s2_packet_end && (flush_q || s2_wraps)) || (flush_i && fill_q != '0);

    acc_d = acc_q;
    if (flush_q)                     acc_d = '0;
    if (s2_valid) begin
      if (flush_q)                   acc_d = s2_bits;
      else if (s2_full)            acc_d = s2_bits & ~s2_mask;
      else if (s2_packet_end)        acc_d = '0;
      else                           acc_d = merged;
    end
  end

  // In silicon the bytes that a codeword does not reach need no clock.
  if (Registered != 0) begin : gen_moves
    assign moves = 4'b1111;
  end else begin : gen_moves_reached
    for (genvar k = 0; k < 4; k++) begin : gen_byte
      localparam logic [5:0] First = 6'(24 - 8 * k);  // position of the byte's first bit
      assign moves[k] = emit || (s2_valid && {1'b0, fill_q} < First + 6'd8 && end_d > First);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      acc_q        <= '0;
      flush_q      <= 1'b0;
      empty_q      <= 1'b0;
      word_valid_o <= 1'b0;
      word_last  <= 1'b0;
      frame_end_out  <= 1'b0;
    end else begin
      for (int k = 0; k < 4; k++) begin
        if (moves[k]) acc_q[8*k+:8] <= acc_d[8*k+:8];
      end
      flush_q      <= flush_d;
      empty_q      <= flush_i && fill_q == '0;
      word_valid_o <= emit;
      word_last  <= flush_q || empty_q || (s2_valid && s2_packet_end && !s2_wraps);
      // The frame that ends a packet is counted with the packet's last word, no later and, so that
      // it is not taken for one of the packet before, no sooner.
      frame_end_out  <= flush_q || (s2_valid && s2_frame_end && !flush_d);
    end
  end

  always_ff @(posedge clk_i) begin
    if (emit) word_o <= flush_q ? acc_q : merged;
    if (emit || empty_q) begin
      {key_out, bad_out, last_out} <= (flush_q || empty_q) ? flush_side_q : s2_side[2:0];
    end
    if (flush_d || flush_i) flush_side_q <= s2_side[2:0];
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(MaxLength >= 1 && MaxLength <= 31 && (Pipeline == 0 || Pipeline == 1),
               "nrc_bit_packer: MaxLength is 1 to 31, Pipeline 0 or 1")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q && valid_i) begin
      // verilator lint_off CMPCONST
      assert ((length_i != 5'd0 || !frame_end) && 32'(length_i) <= MaxLength);
      // verilator lint_on CMPCONST
      assert ((bits_i >> length_i) == '0);
      assert (frame_end || !packet_end);
    end
    if (checking_q && flush_i) assert (!valid_i && !s2_valid && !flush_q);
    if (checking_q && flush_q && s2_valid) begin
      assert (!s2_full);
      // Two frames cannot be distinguished in one clock: frames of one channel come with gaps.
      assert (!s2_frame_end || s2_packet_end);
    end
  end
`endif

endmodule
