// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_packet_writer. Each packet is committed or dropped with its last word and
// never both; a committed one has all its words in the buffer, a dropped one is counted, and what
// was dropped for lack of room pulses overflow_o. The three entries of a descriptor follow a commit
// and nothing else is pushed; they hold the packet's words, frames and flags, and as its first frame
// the number of all frames of its stream before it, dropped ones included. The first packet that is
// committed after a drop is a key packet, and so is the first one of a stream, which alone carries
// the stream's begin. The descriptor queue never overflows.
//
// A stream of which a packet was committed ends with exactly one descriptor with `last`: that of its
// last packet, or, if that is dropped or there is none, one without frames and words as soon as the queue
// has room, before any other.
//
// Assumed: a packet's last word comes with a frame's end; a packet has no more words than its frames
// allow; the first packet of a stream is a key packet; the buffer is full when a packet fills it.
// The buffer may be full at any other time and the descriptor queue drains at any time.

`timescale 1ns / 1ps

module packet_writer_formal #(
  parameter int BufferWords     = 4,
  parameter int PacketFifoDepth = 2,
  parameter int FrameBits       = 40
) (
  input logic clk_i,
  input logic rst_ni,
  input logic word_valid_i,
  input logic word_last_i,
  input logic key_i,
  input logic bad_i,
  input logic last_i,
  input logic frame_end_i,
  input logic flushed_i,
  input logic close_i,
  input logic full_i,
  input logic [2:0] step_i,
  input logic pop_i
);

  localparam int QueueDepth = 1 << $clog2(3 * PacketFifoDepth);
  localparam int QueueLimit = 3 * PacketFifoDepth - 3;
  localparam int LevelWidth = $clog2(QueueDepth) + 1;
  localparam int CountWidth = $clog2(BufferWords) + 1;

  logic                  write, commit, rewind, push, key_needed, brief_needed, busy, overflow, ended;
  logic [CountWidth-1:0] words_on_link, link_q;  // of the packet that ended in the clock before
  logic                  ended_q;
  logic [31:0]           descriptor, dropped;
  logic [LevelWidth-1:0] level_q;

  nrc_packet_writer #(
    .FrameBits  (FrameBits),
    .EndBits    (0),
    .BufferWords(BufferWords),
    .QueueDepth (QueueDepth),
    .QueueLimit (QueueLimit)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .word_valid_i,
    .side_i      ({frame_end_i, word_last_i, key_i, bad_i, last_i}),
    .step_i,
    .events_only_i(1'b0),
    .flushed_i,
    .close_i,
    .write_o     (write),
    .commit_o    (commit),
    .rewind_o    (rewind),
    .full_i,
    .push_ready_i(1'b1),
    .push_o      (push),
    .pushing_o   (),
    .stream_open_o(),
    .descriptor_o(descriptor),
    .level_i     (level_q),
    .key_needed_o(key_needed),
    .brief_needed_o(brief_needed),
    .busy_o      (busy),
    .packet_end_o  (ended),
    .packet_words_o(words_on_link),
    .dropped_o   (dropped),
    .overflow_o  (overflow)
  );

  logic                  begun_q;          // after the first clock
  logic [CountWidth-1:0] words_q;          // of the packet so far, those in the buffer
  logic                  refused_q;        // a word of the packet found the buffer full
  logic [15:0]           frames_q;         // of the packet so far
  logic [31:0]           stream_frames_q;  // of the stream's packets before
  logic                  stream_begin_q;   // no packet of the stream was committed
  logic                  first_q;          // no packet of the stream has ended
  logic                  dropped_q;        // the packet before was dropped
  logic                  brief_q;          // one found no room, and none was committed since
  logic                  inside_q, key_q;  // words of a packet came, and it is a key packet
  logic                  ended_last_q;     // a stream ended in the clock before
  logic                  owed_q;           // an end without frames is due
  logic [31:0]           owed_frames_q;    // after these frames
  logic [31:0]           drops_q;
  logic                  overflow_q;
  logic [2:0]            due_q;            // one bit for each descriptor entry that is due
  logic [95:0]           entries_q;        // the next one to be pushed at the top

  logic                  packet_end, room, doomed, owe, settles;
  logic [15:0]           frames;

  assign packet_end = word_last_i;
  assign doomed     = dropped_q && !key_i;
  assign frames     = frames_q + {15'd0, frame_end_i && !flushed_i};
  // Lack of room: a word was refused, or the queue has no room for a descriptor.
  assign room       = !refused_q && !(word_valid_i && full_i) && due_q == '0 && !owed_q &&
                      level_q <= LevelWidth'(QueueLimit);
  assign owe        = ((packet_end && last_i && !commit) || close_i) && !stream_begin_q;
  assign settles    = owed_q && due_q == '0 && level_q <= LevelWidth'(QueueLimit);

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      level_q         <= '0;
      words_q         <= '0;
      refused_q       <= 1'b0;
      frames_q        <= '0;
      stream_frames_q <= '0;
      stream_begin_q  <= 1'b1;
      first_q         <= 1'b1;
      dropped_q       <= 1'b0;
      brief_q         <= 1'b0;
      inside_q        <= 1'b0;
      ended_last_q    <= 1'b0;
      key_q           <= 1'b0;
      owed_q          <= 1'b0;
      owed_frames_q   <= '0;
      drops_q         <= '0;
      overflow_q      <= 1'b0;
      due_q           <= '0;
      entries_q       <= '0;
    end else begin
      level_q <= level_q + LevelWidth'(push) - LevelWidth'(pop_i);
      if (word_valid_i) begin
        inside_q <= 1'b1;
        key_q    <= key_i;
      end
      ended_last_q <= (packet_end && last_i) || close_i;
      if (owe) owed_frames_q <= stream_frames_q + {16'd0, frames};
      owed_q <= owe || (owed_q && !settles);
      if (word_valid_i && !doomed) begin
        if (full_i) refused_q <= 1'b1;
        else if (!refused_q) words_q <= words_q + 1'b1;
      end
      frames_q   <= frames;
      due_q      <= {due_q[1:0], 1'b0};
      entries_q  <= {entries_q[63:0], 32'd0};
      overflow_q <= packet_end && !room && !bad_i && !doomed;
      if (settles) begin
        due_q     <= '1;
        entries_q <= {10'd0, 6'b000010, 16'd0, owed_frames_q, 32'd0};
      end
      if (close_i) begin
        stream_frames_q <= '0;
        stream_begin_q  <= 1'b1;
        first_q         <= 1'b1;
      end
      if (packet_end) begin
        inside_q        <= 1'b0;
        if (commit)                            brief_q <= 1'b0;
        else if (!room && !bad_i && !doomed)   brief_q <= 1'b1;
        words_q         <= '0;
        refused_q       <= 1'b0;
        frames_q        <= '0;
        stream_frames_q <= last_i ? '0 : stream_frames_q + {16'd0, frames};
        first_q         <= last_i;
        dropped_q       <= !commit;
        if (last_i)      stream_begin_q <= 1'b1;
        else if (commit) stream_begin_q <= 1'b0;
        if (commit) begin
          due_q     <= '1;
          entries_q <= {10'd0, step_i, stream_begin_q, last_i, key_i, frames, stream_frames_q,
                        32'(words_q) + 32'(word_valid_i)};
        end else begin
          drops_q <= drops_q + 32'd1;
        end
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) ended_q <= 1'b0;
    else         ended_q <= packet_end;
  end

  // Header and CRC are 6 words, a stream header packet 13.
  always_ff @(posedge clk_i) begin
    link_q <= commit ? words_q + CountWidth'(6) + CountWidth'(word_valid_i) + (key_i ? CountWidth'(13) : '0) : '0;
  end

  always_comb begin
    assume (begun_q || !rst_ni);
    assume (!pop_i || level_q != '0);
    assume (words_q != CountWidth'(BufferWords) || full_i);
    assume (!inside_q || key_i == key_q);
    if (packet_end) begin
      assume (frame_end_i && (word_valid_i || (flushed_i && words_q + CountWidth'(refused_q) != '0)));
      assume (bad_i || (32'(words_q) * 32 < 32'(frames) * FrameBits + 32'(!word_valid_i)));
      assume (bad_i || frames != '0);
      assume (key_i || !first_q);
      assume (last_i || !flushed_i);
    end
    // Streams end further apart than a descriptor takes.
    if ((packet_end && last_i) || close_i) assume (due_q == '0);
    // Only a frame that a framing error cut short can end in the next clock.
    if (ended_last_q) assume (!close_i && (!packet_end || (bad_i && !last_i && frames == 16'd1)));
    if (close_i) assume (!word_valid_i && !word_last_i && frames_q == '0 && !frame_end_i && !inside_q);
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      each_ends_once:  assert ((commit || rewind) == packet_end && !(commit && rewind));
      all_words:       assert (!commit || (write == word_valid_i && !(write && full_i) && !refused_q));
      words_go_on:     assert (!word_valid_i || refused_q || (write != doomed));
      no_idle_write:   assert (!write || word_valid_i);
      no_bad_packet:   assert (!commit || !bad_i);
      key_after_drop:  assert (!commit || key_i || !(dropped_q || stream_begin_q));
      no_needless_drop: assert (!packet_end || commit || !room || bad_i || doomed);
      short_when_full: assert (brief_needed == brief_q);
      ends_are_due:    assert (busy == (owed_q || due_q != '0));
      asks_for_key:    assert (key_needed == dropped_q);
      drops_count:     assert (dropped == drops_q);
      overflow_tells:  assert (overflow == overflow_q);
      pushes_are_due:  assert (push == due_q[2]);
      entries:         assert (!push || descriptor == entries_q[95:64]);
      end_is_told:     assert (ended == ended_q);
      size_is_told:    assert (!ended || words_on_link == link_q);
      queue_has_room:  assert (!push || level_q != LevelWidth'(QueueDepth));
    end
  end

endmodule
