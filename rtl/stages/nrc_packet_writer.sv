// SPDX-License-Identifier: Apache-2.0
//
// Writing side of the packetizer: decides the fate of each packet.
//
// The words of a packet go to the packet buffer as they come. With the last one the packet is
// committed, or dropped and rewound: if its words or its descriptor found no room, if a framing
// error cut it short (`bad`), or if it depends on a packet that was dropped (no key packet while
// one is needed). A committed packet leaves a descriptor of three entries in the descriptor queue:
//   0  bits 15..0 frames, 16 key, 17 last, 18 first packet of its stream, 21..19 step
//   1  index of the first frame
//   2  payload words
// Dropped packets count in the index of the first frame: from the gap a decoder sees what is
// missing. After a packet with `last`, dropped or not, a new stream begins; the first packet of it
// that is committed carries bit 18, so that the stream header precedes it.
//
// With events_only_i no samples are sent: key packets and those with `last` leave a descriptor of
// no frames and no words, with `key`, others nothing.
//
// `last` is never lost: if the packet that closes a stream is dropped, or if there is none
// (close_i), a packet without frames and payload follows, once the queue has room for its
// descriptor (owed_q). Until then the packets of the next stream find no room. A stream of which
// nothing was committed needs none.
//
// Getting out of a drop: a packet that will be dropped for lack of a key writes nothing, so that
// the buffer empties meanwhile; and until one is stored the framer makes packets of one frame,
// which fit.
//
// Decision and commit happen in the clock of the last word, or without a word where a flush found
// the packer empty; the descriptor follows in the three clocks after it, or later while
// push_ready_i is low. A packet that ends sooner than that finds no room: frames are LoopLatency
// clocks or more apart, so that happens to no packet but one that a framing error cut short.

`timescale 1ns / 1ps

module nrc_packet_writer #(
  parameter int FrameBits   = -1, // a payload is at most as long as FrameBits for each frame
  parameter int EndBits     = -1,  // and these
  parameter int BufferWords = -1,
  parameter int QueueDepth  = -1,  // entries of the descriptor queue
  parameter int QueueLimit  = -1   // a descriptor is pushed up to this level
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,

  // From the bit packer.
  input  logic                        word_valid_i,
  input  logic [nrc_side_pkg::SideWidth-1:0] side_i,  // packet_end also without a word
  input  logic [2:0]                  step_i,  // number of the packet's rounding step
  input  logic                        events_only_i,  // stable while packets are sent

  // From the framer.
  // The packet that ends has no frame to be counted with it.
  input  logic                        flushed_i,
  input  logic                        close_i,    // pulse: the stream ends between two packets

  // To the packet buffer, whose data input is the word itself.
  output logic                        write_o,
  output logic                        commit_o,
  output logic                        rewind_o,
  input  logic                        full_i,

  // To the descriptor queue.
  input  logic                        push_ready_i,  // low: the first entry has to wait
  output logic                        push_o,
  output logic                        pushing_o,     // the first entry is pushed, others follow
  output logic                        stream_open_o, // a packet of the stream was committed
  output logic [31:0]                 descriptor_o,
  input  logic [$clog2(QueueDepth):0] level_i,

  output logic                        key_needed_o,
  // A packet found no room, and none was stored since.
  output logic                        brief_needed_o,
  output logic                        busy_o,           // a descriptor is still to be pushed
  output logic                        packet_end_o,     // pulse: a packet is complete, or dropped
  output logic [$clog2(BufferWords):0] packet_words_o,  // of it on the link; 0: dropped
  output logic [31:0]                 dropped_o,    // packets dropped since reset
  output logic                        overflow_o    // pulse: a packet was dropped for lack of room
);

  localparam int CountWidth = $clog2(BufferWords) + 1;
  localparam int LevelWidth = $clog2(QueueDepth) + 1;

  // With its header and CRC, and the stream header before a key packet.
  localparam int DataWords   = (nrc_pkg::PacketHeaderBytes + 4) / 4;
  localparam int HeaderWords = DataWords + nrc_pkg::StreamHeaderBytes / 4;

  logic frame_end, key, bad, last;

  assign frame_end = side_i[nrc_side_pkg::SideFrameEnd];
  assign key       = side_i[nrc_side_pkg::SideKey];
  assign bad       = side_i[nrc_side_pkg::SideBad];
  assign last      = side_i[nrc_side_pkg::SideLast];

  // The packet in progress.
  logic [15:0]           frames_q;
  logic [31:0]           first_frame_q;
  logic [CountWidth-1:0] words_q;       // words before this one; stops counting with lost_q
  logic                  lost_q;        // a word found no room
  logic                  stream_begin_q;
  logic                  key_needed_q, brief_needed_q;

  logic        packet_end, lost, crowded, no_room, no_key, drop, silent;
  logic [15:0] frames;                  // with this clock's
  logic [1:0]  push_left_q;             // descriptor entries still to be pushed, 3..0
  logic        owed_q;                  // a packet with `last` and nothing else is to follow
  logic        owe, owe_q, settle;
  logic        ends, ended_q;           // the stream does, and did in the clock before

  assign frames     = frames_q + {15'd0, frame_end && !flushed_i};
  assign packet_end = side_i[nrc_side_pkg::SidePacketEnd];
  assign lost       = lost_q || (write_o && full_i);
  assign crowded    = (push_left_q != 2'd0) || (level_i > LevelWidth'(QueueLimit));
  assign no_room    = lost || crowded || owed_q;
  assign no_key     = key_needed_q && !key;
  assign drop       = no_room || bad || no_key;

  // Nothing is owed where an older stream's `last` still is: of this one nothing was committed
  // then.
  assign owe        = ((packet_end && last && drop) || close_i) && !stream_begin_q;
  assign settle     = owed_q && !crowded;
  assign ends       = (packet_end && last) || close_i;

  assign silent     = events_only_i && !key && !last;
  assign write_o    = word_valid_i && !lost_q && !no_key && !events_only_i;
  assign commit_o   = packet_end && !drop && !silent;
  assign rewind_o   = packet_end && drop;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      frames_q       <= '0;
      first_frame_q  <= '0;
      words_q        <= '0;
      lost_q         <= 1'b0;
      stream_begin_q <= 1'b1;
      key_needed_q   <= 1'b0;
      brief_needed_q <= 1'b0;
      dropped_o      <= '0;
      overflow_o     <= 1'b0;
    end else begin
      overflow_o <= packet_end && no_room && !bad && !no_key;
      if (frame_end) frames_q <= frames;
      if (word_valid_i) begin
        lost_q <= lost;
        if (!lost) words_q <= words_q + 1'b1;
      end
      if (packet_end) begin
        frames_q      <= '0;
        words_q       <= '0;
        lost_q        <= 1'b0;
        first_frame_q <= events_only_i ? '0 : first_frame_q + {16'd0, frames};
        key_needed_q  <= drop;
        if (!drop)                            brief_needed_q <= 1'b0;
        else if (no_room && !bad && !no_key)  brief_needed_q <= 1'b1;
        if (last)    stream_begin_q <= 1'b1;
        else if (commit_o) stream_begin_q <= 1'b0;
        if (drop)      dropped_o <= dropped_o + 32'd1;
      end
      // A clock late, so that an end that is owed knows how many frames there were. Only a packet
      // that a framing error cut after one frame can end by then.
      if (ended_q) first_frame_q <= {31'd0, packet_end};
      if (close_i) stream_begin_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      owed_q  <= 1'b0;
      owe_q   <= 1'b0;
      ended_q <= 1'b0;
    end else begin
      owe_q   <= owe;
      ended_q <= ends;
      if (owe)         owed_q <= 1'b1;
      else if (settle) owed_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) packet_end_o <= 1'b0;
    else         packet_end_o <= packet_end;
  end

  always_ff @(posedge clk_i) begin
    packet_words_o <= drop ? '0 : words_q + CountWidth'(32'(word_valid_i) + DataWords +
                                                        (key ? HeaderWords : 0));
  end

  // Descriptor of the packet committed last, while it is pushed.
  logic [21:0]           entry0_q;
  logic [31:0]           entry1_q;
  logic [CountWidth-1:0] entry2_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                 push_left_q <= 2'd0;
    else if (commit_o || settle) push_left_q <= 2'd3;
    else if (push_o)             push_left_q <= push_left_q - 2'd1;
  end

  always_ff @(posedge clk_i) begin
    if (commit_o || owe_q) begin
      entry0_q <= {step_i, stream_begin_q, last, key || events_only_i,
                   events_only_i ? 16'd0 : frames};
      entry1_q <= first_frame_q;
      entry2_q <= events_only_i ? '0 : words_q + CountWidth'(word_valid_i);
      if (owe_q) begin
        entry0_q <= {3'd0, 1'b0, 1'b1, events_only_i, 16'd0};
        entry2_q <= '0;
      end
    end
  end

  always_comb begin
    case (push_left_q)
      2'd3:    descriptor_o = {10'd0, entry0_q};
      2'd2:    descriptor_o = entry1_q;
      default: descriptor_o = 32'(entry2_q);
    endcase
  end

  assign pushing_o     = push_left_q == 2'd2 || push_left_q == 2'd1;
  assign push_o        = push_left_q != 2'd0 && (push_ready_i || pushing_o);
  assign stream_open_o = !stream_begin_q;
  assign key_needed_o   = key_needed_q;
  assign brief_needed_o = brief_needed_q;
  assign busy_o         = push_left_q != 2'd0 || owed_q;

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(FrameBits >= 1 && EndBits >= 0 && BufferWords >= 4 && QueueDepth >= 3 &&
               QueueLimit >= 0,
               "nrc_packet_writer: a parameter is missing or out of its range")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q && commit_o) begin
      // A decoder cannot begin anywhere else.
      assert (!stream_begin_q || key);
      // The last word is needed: docs/bitstream.md, sections 5 and 11, has the bound.
      assert (64'(words_q) * 64'd32 < 64'(frames) * 64'(FrameBits) + 64'(EndBits) +
              64'(!word_valid_i));
      assert (frames != '0);
    end
    // Streams end further apart than a descriptor takes, and packets as well but for bad ones.
    if (checking_q) assert (!owe || (push_left_q == 2'd0 && !owed_q));
    if (checking_q && ended_q && packet_end) assert (bad && frames == 16'd1);
    if (checking_q && close_i) assert (!word_valid_i && frames == '0);
  end
`endif

endmodule
