// SPDX-License-Identifier: Apache-2.0
//
// Starts the samples of queued packets one by one through the decoder's pipeline, which cannot
// stall: a sample starts only if the output has room for it whenever it arrives, and
// all bits of its packet are in the packet buffer. Its channel's state must be up to date: with
// fewer channels than LoopLatency there is a pause after each frame, as in nrc_framer. Each packet
// has its own number of channels, up to Channels. If the loop
// takes any time, the user holds samples back instead (hold_i).
//
// When the pipeline finds a packet damaged, its remaining samples still pass; then nothing starts
// until all of them are through, and drain_o has emptied the packet buffer and the queue of
// packets. The user ensures that no packet comes while damaged_i is high.
//
// Latency: a sample starts in the clock in which its packet shows. One sample per clock, also from
// one packet to the next.

`timescale 1ns / 1ps

module nrc_sample_scheduler #(
  parameter int Channels    = -1,
  parameter int LoopLatency = -1,  // clocks from a sample to the next one of its channel
  parameter int Room        = -1,  // samples that may be under way or wait at the output
  parameter int DrainClocks = -1,  // more than a sample's way takes
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // Queue of packets; all have frames.
  input  logic                    packet_valid_i,
  input  logic [15:0]             packet_frames_i,
  input  logic                    packet_key_i,
  input  logic                    packet_raw_i,
  input  logic [ChannelWidth-1:0] packet_last_channel_i,  // the number of channels, less one
  output logic                    packet_pop_o,

  output logic                    valid_o,
  output logic [ChannelWidth-1:0] channel_o,
  output logic                    reset_o,         // the channel's state does not count
  output logic                    raw_o,
  output logic                    packet_begin_o,
  output logic                    frame_end_o,
  output logic                    packet_end_o,

  input  logic                    hold_i,          // no sample may start
  input  logic                    sample_out_i,    // pulse: a sample has left
  input  logic                    damaged_i,
  input  logic                    word_valid_i,    // the packet buffer holds words
  output logic                    drain_o
);

  localparam int RoomWidth  = $clog2(Room + 1);
  localparam int PauseWidth = $clog2(LoopLatency + 1);
  localparam int DrainWidth = $clog2(DrainClocks + 1);

  logic [ChannelWidth-1:0] channel_q;
  logic [15:0]             frame_q;
  logic [RoomWidth-1:0]    inside_q;   // samples started that have not left
  logic [PauseWidth-1:0]   pause_q, pause;
  logic [DrainWidth-1:0]   quiet_q;    // clocks since the last event that keeps from the next step
  logic                    drain_q;
  logic                    first_frame, begins, held;

  // Clocks after a frame, up to LoopLatency from its first sample.
  assign pause          = (32'(packet_last_channel_i) + 32'd1 < 32'(LoopLatency))
                          ? PauseWidth'(LoopLatency - 1) - PauseWidth'(packet_last_channel_i) : '0;
  assign first_frame    = (frame_q == '0);
  assign begins         = first_frame && (channel_q == '0);
  assign held           = begins && damaged_i;
  assign valid_o        = packet_valid_i && !held && !drain_q && (pause_q == '0) &&
                          (inside_q != RoomWidth'(Room)) && !hold_i;
  assign channel_o      = channel_q;
  assign raw_o          = packet_raw_i;
  assign reset_o        = packet_raw_i || (packet_key_i && first_frame);
  assign packet_begin_o = begins;
  assign frame_end_o    = (channel_q == packet_last_channel_i);
  assign packet_end_o   = frame_end_o && (frame_q == packet_frames_i - 16'd1);
  assign packet_pop_o   = packet_valid_i && ((valid_o && packet_end_o) || drain_q);
  assign drain_o        = drain_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      channel_q <= '0;
      frame_q   <= '0;
      inside_q  <= '0;
      pause_q   <= '0;
    end else begin
      inside_q <= inside_q + RoomWidth'(valid_o) - RoomWidth'(sample_out_i);
      if (valid_o) begin
        channel_q <= frame_end_o ? '0 : channel_q + 1'b1;
        if (frame_end_o) frame_q <= packet_end_o ? '0 : frame_q + 16'd1;
      end
      if (valid_o && frame_end_o) pause_q <= pause;
      else if (pause_q != '0)     pause_q <= pause_q - 1'b1;
    end
  end

  // Draining: begins when no sample has been on its way for DrainClocks, and ends when nothing has
  // waited for as long.
  logic busy, step;

  assign busy = drain_q ? (packet_valid_i || word_valid_i) : (!begins || !damaged_i);
  assign step = (quiet_q == DrainWidth'(DrainClocks));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      quiet_q <= '0;
      drain_q <= 1'b0;
    end else begin
      quiet_q <= (step || busy) ? '0 : quiet_q + 1'b1;
      if (step) drain_q <= !drain_q;
    end
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 1 && LoopLatency >= 1 && Room >= 1 && DrainClocks >= 1,
               "nrc_sample_scheduler: all parameters are 1 or more")
`endif

endmodule
