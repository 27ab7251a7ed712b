// SPDX-License-Identifier: Apache-2.0
//
// Numbers the channels of the sample stream, checks its frames and cuts it into packets
// (docs/rtl.md, "Framing"). Nothing after this module stalls.
//
// The next sample taken is the first of a frame (at_start_q), one inside a frame that is coded, or
// one that is discarded up to the next tlast (swallow_q): the rest of a frame that was too long,
// or of a frame that began while no stream was open and enable_i was low.
//
// - Open and close: with no stream open, enable_i is sampled when a frame's first sample is
//   taken, and opens a stream. With one open it is sampled when a frame's last sample is taken,
//   and closes the stream (`last`). A frame with a framing error does not close it; the next does.
//   So `bad` and `last` never come together in a frame.
// - Flush: flush_i closes the stream without a sample. tready is low while what is under way leaves
//   the packers (CloseLatency); then flush_o ends the packet in progress, or close_o the stream
//   between two packets, and tready is low as long again, until that has arrived too. A frame in
//   progress is cut short: its packet is `bad`, and what follows of the frame is discarded.
// - A packet that begins while one found no room, and none was stored since, has brief_last_i + 1
//   frames. It is a key packet, so that the codes of its first frame are verbatim, and it fits into
//   the buffer (nrc_bound_pkg, nrc_encoder_checks).
// - Bubbles: a channel may come again LoopLatency clocks later. Between two samples of a channel
//   lie last_channel_i others, so after each frame tready is low for the remaining
//   LoopLatency - 1 - last_channel_i clocks. (Counting from the frame's first sample would not do:
//   the gaps of a slow frame do not help the samples at its end.) A framing error may bring a channel back sooner,
//   but then the next frame is one whose state counts as reset.
//
// Latency: 1 clock from a sample taken to its output, in the shallow pipeline 0. tready is a
// function of registers only.

`timescale 1ns / 1ps

module nrc_framer #(
  parameter int Channels     = -1,
  parameter int MinChannels  = -1,  // that last_channel_i gives at least
  parameter int PacketFrames = -1,
  parameter int KeyInterval  = -1,
  parameter int LoopLatency  = -1,
  parameter int Pipeline     = -1,
  parameter int CloseLatency = nrc_latency_pkg::CloseLatency,
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1,
  localparam int FrameWidth   = (PacketFrames > 1) ? $clog2(PacketFrames) : 1
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // Stable while a stream is open: the number of a frame's last channel, and that of the last frame
  // of a packet that begins with brief_needed_i.
  input  logic [ChannelWidth-1:0] last_channel_i,
  input  logic [FrameWidth-1:0]   brief_last_i,

  input  logic                    enable_i,
  input  logic                    key_request_i,    // pulse: the next packet shall be a key packet
  input  logic                    key_needed_i,     // level: a packet was dropped
  input  logic                    brief_needed_i,   // level: because there was no room for it
  input  logic                    flush_i,          // pulse: the stream is to be closed at once

  input  logic                    s_axis_tvalid_i,
  output logic                    s_axis_tready_o,
  input  logic [15:0]             s_axis_tdata_i,
  input  logic                    s_axis_tlast_i,

  output logic                    valid_o,
  output logic [15:0]             sample_o,
  output logic [ChannelWidth-1:0] channel_o,
  output logic                    first_o,
  output logic [nrc_side_pkg::SideWidth-1:0] side_o,

  output logic                    flush_o,          // pulse: the packet ends without a sample
  output logic                    flushed_o,        // level: such an end is on its way
  output logic                    close_o,          // pulse: the stream ends, and no packet with it
  output logic                    open_o,           // level: a stream is open
  // Level: the end of the last stream has left the packers.
  output logic                    settled_o,

  output logic                    packet_begin_o,   // with the handshake of a packet's first sample

  output logic                    framing_error_o   // pulse
);

  localparam int KeyWidth   = (KeyInterval > 0) ? $clog2(KeyInterval + 1) : 1;
  localparam int CloseWidth = $clog2(2 * CloseLatency + 1);
  localparam int MaxBubbles = (LoopLatency > MinChannels) ? LoopLatency - MinChannels : 0;

  logic                    awake_q;         // out of reset
  logic                    open_q;          // a stream is open
  logic                    at_start_q;
  logic                    swallow_q;
  logic                    packet_start_q;  // the next coded frame begins a packet
  logic                    brief_q;         // the packet in progress is a brief one
  logic                    after_bad_q;     // the packet before was cut short
  logic                    key_pending_q;
  logic [ChannelWidth-1:0] channel_q;       // of the next sample
  logic [FrameWidth-1:0]   frame_q;         // of the next sample, in its packet
  logic                    key_due;         // by KeyInterval
  logic                    resting;         // in a bubble
  logic                    flush_q;         // flush_i, one clock before
  logic                    flushing_q;      // a stream is being closed without a sample
  logic                    flush;           // that begins
  logic [1:0]              flushed_q;
  logic                    cut_q, empty_q;  // it found a frame, or no packet, in progress
  logic [CloseWidth-1:0]   leaving_q;       // clocks until the end of a stream has left

  logic take;                               // a sample is taken from the input
  logic code;                               // and goes on to the pipeline
  logic packet_begin;
  logic key_d;
  logic at_last_channel;
  logic frame_end;
  logic framing_error;
  logic packet_end;
  logic close;

  assign flush           = flush_q && open_q;
  assign s_axis_tready_o = awake_q && !resting && !flush && !flushing_q;
  assign take            = s_axis_tvalid_i && s_axis_tready_o;
  assign code            = take && (at_start_q ? (open_q || enable_i) : !swallow_q);

  assign packet_begin    = code && at_start_q && packet_start_q;
  assign key_d           = !open_q || after_bad_q || key_needed_i || key_pending_q ||
                           key_request_i || key_due;

  assign at_last_channel = channel_q == last_channel_i;
  assign frame_end       = at_last_channel || s_axis_tlast_i;
  assign framing_error   = at_last_channel != s_axis_tlast_i;
  assign close           = frame_end && !framing_error && !enable_i;
  assign packet_end      = close || framing_error ||
                           (frame_end && (packet_begin ? brief_needed_i : brief_q) &&
                            (frame_q == brief_last_i)) ||
                           (frame_end && (frame_q == FrameWidth'(PacketFrames - 1)));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) awake_q <= 1'b0;
    else         awake_q <= 1'b1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      open_q         <= 1'b0;
      at_start_q     <= 1'b1;
      swallow_q      <= 1'b0;
      packet_start_q <= 1'b1;
      after_bad_q    <= 1'b0;
      channel_q      <= '0;
      frame_q        <= '0;
    end else if (flush) begin
      open_q         <= 1'b0;
      swallow_q      <= !at_start_q;
      packet_start_q <= 1'b1;
      after_bad_q    <= 1'b0;
      channel_q      <= '0;
      frame_q        <= '0;
    end else if (take) begin
      at_start_q <= s_axis_tlast_i;
      swallow_q  <= !s_axis_tlast_i && (!code || frame_end);
      if (code) begin
        open_q    <= !close;
        channel_q <= frame_end ? '0 : channel_q + 1'b1;
        if (frame_end) begin
          packet_start_q <= packet_end;
          after_bad_q    <= framing_error;
          frame_q        <= packet_end ? '0 : frame_q + 1'b1;
        end
      end
    end
  end


  // The end of a stream on its way out.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      flush_q    <= 1'b0;
      flushing_q <= 1'b0;
      leaving_q  <= '0;
    end else begin
      flush_q <= flush_i;
      if (flush)                                  flushing_q <= 1'b1;
      else if (leaving_q == CloseWidth'(1))       flushing_q <= 1'b0;
      if (flush)                leaving_q <= CloseWidth'(2 * CloseLatency);
      else if (code && close)   leaving_q <= CloseWidth'(CloseLatency);
      else if (leaving_q != '0) leaving_q <= leaving_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (flush) flushed_q <= {channel_q != '0, packet_start_q && channel_q == '0};
  end

  assign {cut_q, empty_q} = flushed_q;

  assign flush_o   = flushing_q && !empty_q && leaving_q == CloseWidth'(CloseLatency);
  assign close_o   = flushing_q && empty_q && leaving_q == CloseWidth'(CloseLatency);
  assign flushed_o = flushing_q && leaving_q <= CloseWidth'(CloseLatency);
  assign open_o    = open_q;
  assign settled_o = leaving_q == '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)            key_pending_q <= 1'b0;
    else if (packet_begin)  key_pending_q <= 1'b0;
    else if (key_request_i) key_pending_q <= 1'b1;
  end

  // Packets that began since the last key packet, that one included.
  if (KeyInterval > 0) begin : gen_key_interval
    logic [KeyWidth-1:0] packets_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)           packets_q <= '0;
      else if (packet_begin) packets_q <= key_d ? KeyWidth'(1) : packets_q + 1'b1;
    end
    assign key_due = packets_q == KeyWidth'(KeyInterval);
  end else begin : gen_no_key_interval
    assign key_due = 1'b0;
  end

  if (MaxBubbles > 0) begin : gen_bubbles
    localparam int BubbleWidth = $clog2(MaxBubbles + 1);
    logic [BubbleWidth-1:0] bubbles, bubbles_q;

    assign bubbles = (32'(last_channel_i) >= LoopLatency - 1)
                     ? '0 : BubbleWidth'(LoopLatency - 1 - 32'(last_channel_i));

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)                bubbles_q <= '0;
      else if (code && frame_end) bubbles_q <= bubbles;
      else if (resting)           bubbles_q <= bubbles_q - 1'b1;
    end
    assign resting = bubbles_q != '0;
  end else begin : gen_no_bubbles
    assign resting = 1'b0;
  end

  // Outputs.
  localparam int Registered = (Pipeline == nrc_latency_pkg::PipelineDeep)
                              ? nrc_latency_pkg::FramerLatency
                              : nrc_latency_pkg::ShallowFramerLatency;

  logic key_q;  // of the packet that began last
  logic key, first;
  logic frame_end_out, packet_end_out, key_out, bad_out, last_out;

  // Of the packet that began last, one register for one clock gate.
  logic [1:0] begun_q;

  always_ff @(posedge clk_i) if (packet_begin) begun_q <= {brief_needed_i, key_d};

  assign {brief_q, key_q} = begun_q;

  assign key   = packet_begin ? key_d : key_q;
  assign first = (frame_q == '0) && key;

  nrc_delay #(.Width(16 + ChannelWidth + 5), .Depth(Registered)) u_output (
    .clk_i,
    .d_i({s_axis_tdata_i, channel_q, first, frame_end, packet_end, framing_error, close}),
    .q_o({sample_o, channel_o, first_o, frame_end_out, packet_end_out, bad_out, last_out})
  );

  if (Registered != 0) begin : gen_valid
    logic valid_q, framing_error_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        valid_q         <= 1'b0;
        framing_error_q <= 1'b0;
      end else begin
        valid_q         <= code;
        framing_error_q <= (code && framing_error) || (flush && channel_q != '0);
      end
    end
    assign valid_o         = valid_q;
    assign framing_error_o = framing_error_q;
    assign key_out         = key_q;
  end else begin : gen_valid_at_once
    assign valid_o         = code;
    assign framing_error_o = (code && framing_error) || (flush && channel_q != '0);
    assign key_out         = key;
  end

  // In a flush the flags of the end wait for it: no sample comes with them.
  assign packet_begin_o                      = packet_begin;
  assign side_o[nrc_side_pkg::SideFrameEnd]  = frame_end_out || flushing_q;
  assign side_o[nrc_side_pkg::SidePacketEnd] = packet_end_out || flushing_q;
  assign side_o[nrc_side_pkg::SideKey]       = flushing_q ? key_q : key_out;
  assign side_o[nrc_side_pkg::SideBad]       = flushing_q ? cut_q : bad_out;
  assign side_o[nrc_side_pkg::SideLast]      = last_out || flushing_q;

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 1 && MinChannels >= 1 && MinChannels <= Channels &&
               PacketFrames >= 1 && KeyInterval >= 0 && LoopLatency >= 1 &&
               (Pipeline == 0 || Pipeline == 1),
               "nrc_framer: a parameter is missing or out of its range")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q && valid_o) begin
      assert (!(bad_out && last_out));
      assert (!(bad_out || last_out) || packet_end_out);
      assert (!packet_end_out || frame_end_out);
      assert (!first_o || key_out);
    end
  end
`endif

endmodule
