// SPDX-License-Identifier: Apache-2.0
//
// Puts events into packets of their own (docs/bitstream.md, section 17). Golden model:
// nrc::EventSource.
//
// An event is a word: channel, amplitude, and its frame counted from the packet's first one. A
// packet ends when it has MaxPacketEvents events, or with the frame that is the last of the
// EventPacketFrames that its events may lie in, or with the stream; it is then committed to the
// event buffer, and its descriptor waits for a turn at the descriptor queue:
//   0  bit 22
//   1  index of the first frame
//   2  events
// Before the stream's first packet of samples is stored, and where there is no room, the packet's
// events are lost, and counted.
//
// Latency: an event is written in the clock in which it comes; the first entry of a descriptor
// follows in the clock after the packet's end, or later by 6 clocks at most.

`timescale 1ns / 1ps

module nrc_event_writer #(
  parameter int Channels    = -1,
  parameter int CodeWidth   = -1,
  parameter int Window      = -1,  // of nrc_detector
  parameter int BufferWords = -1,  // of the event buffer
  parameter int QueueDepth  = -1,  // entries of the descriptor queue
  parameter int QueueLimit  = -1,  // a descriptor is pushed up to this level
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // From nrc_detector.
  input  logic                    event_valid_i,
  input  logic [ChannelWidth-1:0] event_channel_i,
  input  logic [CodeWidth-1:0]    event_amplitude_i,
  input  logic [3:0]              event_ago_i,
  // Of the code that the detector is at.
  input  logic                    valid_i,
  input  logic [nrc_side_pkg::SideWidth-1:0] side_i,

  input  logic                    end_i,  // pulse: the stream ends without a code

  input  logic                    stream_open_i,  // a packet of the stream is stored

  // To the event buffer.
  output logic                    write_o,
  output logic [31:0]             word_o,
  output logic                    commit_o,
  output logic                    rewind_o,
  input  logic                    full_i,

  // To the descriptor queue. Nothing else may push while waits_o is high.
  output logic                    waits_o,
  input  logic                    ready_i,
  output logic                    push_o,
  output logic [31:0]             descriptor_o,
  input  logic [$clog2(QueueDepth):0] level_i,

  output logic [31:0]             lost_o  // events since reset
);

  localparam int ChannelBits   = (Channels > 1) ? $clog2(Channels) : 0;
  localparam int AmplitudeBits = (CodeWidth + ChannelBits > nrc_pkg::EventPeakBits)
                                 ? nrc_pkg::EventPeakBits - ChannelBits : CodeWidth;
  localparam int TimeBits      = 32 - ChannelBits - AmplitudeBits;
  localparam int CountWidth    = $clog2(BufferWords) + 1;
  localparam int LevelWidth    = $clog2(QueueDepth) + 1;
  localparam int SpanWidth     = 8;

  logic frame_end, stream_end;

  assign frame_end  = valid_i && side_i[nrc_side_pkg::SideFrameEnd];
  assign stream_end = end_i || (valid_i && side_i[nrc_side_pkg::SidePacketEnd] &&
                                side_i[nrc_side_pkg::SideLast]);

  // The packet in progress.
  logic [31:0]           frame_q;        // of the stream
  logic [31:0]           first_frame_q;  // of the packet
  logic [SpanWidth-1:0]  span_q, span;   // frames since it
  logic [CountWidth-1:0] count_q, count; // events in it
  logic                  flush_q;        // the stream has ended
  logic [1:0]            push_left_q;

  logic        begins, due, close, room;
  logic [31:0] first_frame;

  assign begins      = count_q == '0;
  assign first_frame = begins ? frame_q - 32'(Window - 1) : first_frame_q;
  assign span        = begins ? SpanWidth'(Window - 1) : span_q;
  assign count       = count_q + CountWidth'(event_valid_i && !full_i);

  assign write_o = event_valid_i;

  if (ChannelBits > 0) begin : gen_channel
    assign word_o = {event_channel_i, event_amplitude_i[CodeWidth-1-:AmplitudeBits],
                     TimeBits'(span) - TimeBits'(event_ago_i)};
  end else begin : gen_one_channel
    logic unused_channel;
    assign unused_channel = ^event_channel_i;
    assign word_o = {event_amplitude_i[CodeWidth-1-:AmplitudeBits],
                     TimeBits'(span) - TimeBits'(event_ago_i)};
  end

  // A packet waits for its end while the descriptor before is not pushed.
  assign due      = flush_q || stream_end || count >= CountWidth'(nrc_pkg::MaxPacketEvents) ||
                    (frame_end && span >= SpanWidth'(nrc_pkg::EventPacketFrames - 1)) ||
                    span >= SpanWidth'(nrc_pkg::EventPacketFrames);
  assign close    = count != '0 && due && push_left_q == 2'd0;
  assign room     = stream_open_i && level_i <= LevelWidth'(QueueLimit);
  assign commit_o = close && room;
  assign rewind_o = close && !room;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      frame_q <= '0;
      span_q  <= '0;
      count_q <= '0;
      flush_q <= 1'b0;
      lost_o  <= '0;
    end else begin
      if (stream_end)     frame_q <= '0;
      else if (frame_end) frame_q <= frame_q + 32'd1;
      span_q  <= span + SpanWidth'(frame_end && count != '0 && span != '1);
      count_q <= close ? '0 : count;
      flush_q <= !close && count != '0 && (flush_q || stream_end);
      lost_o  <= lost_o + (rewind_o ? 32'(count) : 32'd0) + 32'(event_valid_i && full_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (event_valid_i) first_frame_q <= first_frame;
  end

  // Descriptor of the packet committed last, while it is pushed.
  logic [31:0]           entry1_q;
  logic [CountWidth-1:0] entry2_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)       push_left_q <= 2'd0;
    else if (commit_o) push_left_q <= 2'd3;
    else if (push_o)   push_left_q <= push_left_q - 2'd1;
  end

  always_ff @(posedge clk_i) begin
    if (commit_o) begin
      entry1_q <= first_frame;
      entry2_q <= count;
    end
  end

  always_comb begin
    case (push_left_q)
      2'd3:    descriptor_o = 32'd1 << 22;
      2'd2:    descriptor_o = entry1_q;
      default: descriptor_o = 32'(entry2_q);
    endcase
  end

  assign waits_o = push_left_q != 2'd0 || flush_q;
  assign push_o  = push_left_q != 2'd0 && ready_i;

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 1 && CodeWidth >= 2 && CodeWidth <= 16 && Window >= 2 &&
               BufferWords >= 2 * nrc_pkg::MaxPacketEvents && QueueDepth >= 6 && QueueLimit >= 0,
               "nrc_event_writer: a parameter is missing or out of its range")
`endif

endmodule
