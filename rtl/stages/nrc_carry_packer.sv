// SPDX-License-Identifier: Apache-2.0
//
// Stage carry_packer: the range coder's words of 0 to 29 bits and a carry into 32-bit words, first
// bit in bit 31 (docs/bitstream.md, section 11). Golden model: nrc::CarryPacker. Its outputs are
// those of nrc_bit_packer.
//
// Packing is as in nrc_bit_packer: `fill` bits of the current word are in use, a word that ends at
// position end = fill + length is rotated right by end modulo 32, and masks separate its part in
// the current word from the one in the next. The carry is added at position fill - 1 of the current
// word, whose bits from fill on are zeros. Where the sum overflows, the carry continues into the
// words that are complete. A remainder after a packet's last full word leaves one clock later
// (`flush`).
//
// Complete words wait in a queue until Held younger ones of their packet have followed, or its end.
// A carry only marks the words it reaches, up to the first that is not all ones; the marked ones
// are incremented on their way out. A word can be reached once: all that follows it is less than
// twice its last bit. A carry that has to go past Held words finds the word it should increment
// gone. That is for random bits a chance of 2^-(32 * Held) per word, and then the packet is marked
// `bad`.
//
// The queue cannot overflow: it takes one word per clock, and when its Held + 1 slots are full, one
// leaves.
//
// Frames inside a packet are signalled after FrameLatency clocks, as soon as the last word of a
// packet can come. That of the packet before is gone by then: between the end of a packet and the
// end of a frame inside the next one lie at least nrc_latency_pkg::LoopLatency clocks (nrc_framer).
//
// Pipeline:
//   1  end position, next fill; carry
//   2  rotation, masks
//   3  parts in the current and in the next word, addend of the carry
//   4  merge into the word
//   5  queue
//   6  increment, output register
// Latency of a packet's last word 6 clocks, 7 if it is flushed, up to Held more in the queue. One
// word per clock. In the shallow pipeline 1 to 4 are one, and all is 3 clocks sooner.

`timescale 1ns / 1ps

module nrc_carry_packer #(
  parameter int Held      = -1,  // complete words that a carry can reach; a power of two less 1
  parameter int MaxLength = -1,  // bits of a word at most, but one more with packet_end_i
  parameter int Pipeline  = -1
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        valid_i,
  input  logic [29:0] bits_i,       // right-aligned, the carry in bit length_i, zeros above
  input  logic [4:0]  length_i,     // 0..29; not 0 with packet_end_i
  input  logic [nrc_side_pkg::SideWidth-1:0] side_i,

  // Flags of nrc_side_pkg: frame_end is one pulse per frame, not later than its packet's last word,
  // with a word or without; packet_end marks a packet's last word, and key, bad and last come with
  // it.
  output logic        word_valid_o,
  output logic [31:0] word_o,
  output logic [nrc_side_pkg::SideWidth-1:0] side_o
);

  localparam int Slots        = Held + 1;
  localparam int SlotWidth    = $clog2(Slots);
  localparam bit IsDeep       = Pipeline == nrc_latency_pkg::PipelineDeep;
  localparam int Registered   = IsDeep ? 1 : 0;  // what only the deep pipeline registers
  localparam int FrameLatency = 2 + (IsDeep ? nrc_latency_pkg::CarryPackerLatency
                                            : nrc_latency_pkg::ShallowCarryPackerLatency);

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
  logic        s1_wraps, s1_full, s1_carry;
  logic [29:0] s1_bits;
  logic [4:0]  s1_end, s1_fill;
  logic [3:0]  s1_side;             // packet_end, key, bad, last
  logic        carry, full, wraps;

  assign end_d = {1'b0, fill_q} + {1'b0, length_i};

  assign carry = 1'(bits_i >> length_i);
  assign full  = end_d[5];                          // end >= 32: the word is complete
  assign wraps = end_d[5] && (end_d[4:0] != 5'd0);  // end > 32: and something remains

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      fill_q <= '0;
    else if (valid_i) fill_q <= packet_end ? 5'd0 : end_d[4:0];
  end

  nrc_delay #(.Width(47), .Depth(Registered)) u_stage1 (
    .clk_i,
    .d_i({bits_i, carry, end_d[4:0], full, wraps, fill_q, packet_end, key, bad, last}),
    .q_o({s1_bits, s1_carry, s1_end, s1_full, s1_wraps, s1_fill, s1_side})
  );

  // 2: rotation and masks: from fill on, and up to the end. The carry is rotated along, to a place
  // outside both.
  logic [31:0] rotated;
  logic [31:0] s2_bits, s2_from, s2_to;
  logic        s2_wraps, s2_full, s2_carry;
  logic [3:0]  s2_side;

  assign rotated = 32'({2'b00, s1_bits, 2'b00, s1_bits} >> s1_end);

  nrc_delay #(.Width(96 + 7), .Depth(Registered)) u_stage2 (
    .clk_i,
    .d_i({rotated, 32'hFFFF_FFFF >> s1_fill, ~(32'hFFFF_FFFF >> s1_end), s1_full, s1_wraps,
          s1_carry, s1_side}),
    .q_o({s2_bits, s2_from, s2_to, s2_full, s2_wraps, s2_carry, s2_side})
  );

  // 3: parts and addend. Bit 32 of the addend is the carry where fill is zero.
  logic [31:0] here, s3_here, s3_next;
  logic [32:0] addend, s3_addend;
  logic        s3_valid, s3_wraps, s3_full;
  logic [3:0]  s3_side;

  assign here   = s2_bits & s2_from & (s2_to | {32{s2_full}});
  assign addend = {s2_from, 1'b1} & ~{1'b0, s2_from} & {33{s2_carry}};

  nrc_delay #(.Width(97 + 6), .Depth(Registered)) u_stage3 (
    .clk_i,
    .d_i({here, s2_bits & s2_to, addend, s2_full, s2_wraps, s2_side}),
    .q_o({s3_here, s3_next, s3_addend, s3_full, s3_wraps, s3_side})
  );

  if (IsDeep) begin : gen_valid
    logic [2:0] valid_sr_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) valid_sr_q <= '0;
      else         valid_sr_q <= {valid_sr_q[1:0], valid_i};
    end
    assign s3_valid = valid_sr_q[2];
  end else begin : gen_valid_at_once
    assign s3_valid = valid_i;
  end

  logic s3_packet_end;
  assign s3_packet_end = s3_side[3];

  // 4: merge. acc_q holds the begun word, or with flush_q the last word of a packet that has ended.
  logic [31:0] acc_q, acc_d, merged;
  logic [32:0] sum;
  logic        flush_q, flush_d;
  logic [2:0]  flush_side_q;        // key, bad, last
  logic        s4_push_q, s4_carry_q, s4_last_q;
  logic [31:0] s4_word_q;
  logic [2:0]  s4_side_q;

  assign sum    = {1'b0, acc_q} + s3_addend;
  assign merged = sum[31:0] | s3_here;

  always_comb begin
    // The end of a packet has to wait for the next clock if its last word is not the one that
    // leaves now.
    flush_d = s3_valid && s3_packet_end && (flush_q || s3_wraps);

    acc_d = acc_q;
    if (flush_q)                     acc_d = '0;
    if (s3_valid) begin
      if (flush_q)                   acc_d = s3_here;
      else if (s3_full)            acc_d = s3_next;
      else if (s3_packet_end)        acc_d = '0;
      else                           acc_d = merged;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      acc_q      <= '0;
      flush_q    <= 1'b0;
      s4_push_q  <= 1'b0;
      s4_carry_q <= 1'b0;
    end else begin
      acc_q      <= acc_d;
      flush_q    <= flush_d;
      s4_push_q  <= flush_q || (s3_valid && (s3_full || s3_packet_end));
      // Not during a flush: then the code is the first of its packet and has no carry.
      s4_carry_q <= s3_valid && sum[32];
    end
  end

  // The word's registers need no clock while none is complete.
  logic push;
  assign push = IsDeep || flush_q || (s3_valid && (s3_full || s3_packet_end));

  always_ff @(posedge clk_i) begin
    if (push) begin
      s4_word_q <= flush_q ? acc_q : merged;
      s4_last_q <= flush_q || (s3_packet_end && !s3_wraps);
      s4_side_q <= flush_q ? flush_side_q : s3_side[2:0];
    end
    if (IsDeep || flush_d) flush_side_q <= s3_side[2:0];
  end

  // 5: queue. What is known of the words is kept by age, 0 the youngest.
  logic [31:0]          slots_q [0:Slots-1];
  logic [SlotWidth-1:0] write_q, read_q;
  logic [Slots-1:0]     valid_q;                   // ones up to the oldest
  logic [Slots-1:0]     last_q, ones_q, marked_q;  // ones: all bits of the word are
  logic [3*Slots-1:0]   side_q;                    // with last: key, bad, last
  logic                 release_word;
  logic [Slots-1:0]     kept, marked;
  logic                 reach, ended, lost, lost_q;
  logic [2:0]           push_side;

  // The oldest may go if a last word is in the queue: it belongs to that packet or to one before.
  assign release_word = valid_q[Slots-1] || ((valid_q & last_q) != '0);
  assign kept         = release_word ? (valid_q >> 1) : valid_q;

  always_comb begin
    marked = marked_q;
    reach  = s4_carry_q;
    ended  = 1'b0;
    lost   = lost_q;
    for (int n = 0; n < Slots; n++) begin
      ended = ended || last_q[n];
      // Past the held words (the last slot is free or about to be), or what cannot be: past the
      // packet's begin, twice to one word.
      if (reach && (!kept[n] || ended || marked_q[n])) begin
        lost  = 1'b1;
        reach = 1'b0;
      end
      if (reach) marked[n] = 1'b1;
      reach = reach && ones_q[n];
    end
  end

  assign push_side = {s4_side_q[2], s4_side_q[1] || lost, s4_side_q[0]};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_q <= '0;
      read_q  <= '0;
      valid_q <= '0;
      lost_q  <= 1'b0;
    end else begin
      if (s4_push_q)    write_q <= write_q + 1'b1;
      if (release_word) read_q  <= read_q + 1'b1;
      valid_q <= s4_push_q ? {kept[Slots-2:0], 1'b1} : kept;
      lost_q  <= lost && !(s4_push_q && s4_last_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (s4_push_q) begin
      last_q   <= {last_q[Slots-2:0], s4_last_q};
      ones_q   <= {ones_q[Slots-2:0], &s4_word_q};
      marked_q <= {marked[Slots-2:0], 1'b0};
      side_q   <= {side_q[3*Slots-4:0], push_side};
    end else begin
      marked_q <= marked;
    end
  end

  // An enable for each, which is a clock gate in silicon.
  for (genvar n = 0; n < Slots; n++) begin : gen_slot
    always_ff @(posedge clk_i) begin
      if (s4_push_q && write_q == SlotWidth'(n)) slots_q[n] <= s4_word_q;
    end
  end

  // 6: the oldest word.
  logic [Slots-1:0] oldest;
  logic             head_marked, head_last;
  logic [2:0]       head_side;

  assign oldest      = valid_q & ~(valid_q >> 1);
  assign head_marked = ((oldest & marked_q) != '0);
  assign head_last   = ((oldest & last_q) != '0);

  always_comb begin
    head_side = '0;
    for (int n = 0; n < Slots; n++) head_side = head_side | (side_q[3*n +: 3] & {3{oldest[n]}});
  end

  logic [FrameLatency-1:1] frame_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      frame_q      <= '0;
      word_valid_o <= 1'b0;
      word_last  <= 1'b0;
      frame_end_out  <= 1'b0;
    end else begin
      frame_q      <= {frame_q[FrameLatency-2:1], valid_i && frame_end && !packet_end};
      word_valid_o <= release_word;
      word_last  <= release_word && head_last;
      // The frame that ends a packet is counted with the packet's last word.
      frame_end_out  <= frame_q[FrameLatency-1] || (release_word && head_last);
    end
  end

  always_ff @(posedge clk_i) begin
    if (IsDeep || release_word) begin
      word_o                       <= slots_q[read_q] + {31'd0, head_marked};
      {key_out, bad_out, last_out} <= head_side;
    end
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  // The last word of a packet takes up to FrameLatency + 1 + Held clocks.
  `NRC_REQUIRE(Held >= 1 && (Slots & (Slots - 1)) == 0 &&
               Held + 2 <= nrc_latency_pkg::LoopLatency && MaxLength >= 1 && MaxLength <= 29 &&
               (Pipeline == 0 || Pipeline == 1),
               "nrc_carry_packer: Held is 1, 3 or 7, MaxLength 1 to 29, Pipeline 0 or 1")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q && valid_i) begin
      assert (length_i <= 5'd29 && 32'(length_i) <= MaxLength + (packet_end ? 1 : 0));
      assert ((bits_i >> length_i) <= 30'd1);
      assert (length_i != 5'd0 || !packet_end);  // a payload has a word
      assert (frame_end || !packet_end);
    end
    if (checking_q && flush_q && s3_valid) begin
      assert (!s3_full);
      assert (s3_addend == '0);
    end
    if (checking_q && s3_valid && !flush_q) assert ((sum[31:0] & s3_here) == '0);
    if (checking_q) begin
      assert (!s4_push_q || !kept[Slots-1]);       // room for it
      assert ((valid_q & (valid_q + 1'b1)) == '0);
      assert ((write_q == read_q) == (valid_q[Slots-1] || !valid_q[0]));
      // Another packet's last word would take the frame for one of its own.
      assert (!frame_q[FrameLatency-1] || (valid_q & last_q) == '0);
    end
  end
`endif

endmodule
