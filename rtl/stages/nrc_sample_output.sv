// SPDX-License-Identifier: Apache-2.0
//
// Output queue of the decoder: samples, and the frame number of each.
//
// A frame's number comes with its packet when the packet's first sample starts, and is counted
// from sample to sample. The user ensures that no more than Room samples are in the pipeline or in
// the queue.
//
// Latency: 2 clocks from valid_i to m_axis_tvalid_o. One sample per clock.

`timescale 1ns / 1ps

module nrc_sample_output #(
  parameter int Room = -1,  // a power of two
  localparam int LevelWidth = $clog2(Room) + 1
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  // A packet's first sample starts.
  input  logic        packet_begin_i,
  input  logic [31:0] first_frame_i,

  // A sample arrives.
  input  logic        valid_i,
  input  logic [15:0] sample_i,
  input  logic        first_i,      // of its packet
  input  logic        frame_end_i,
  input  logic        damaged_i,

  output logic        m_axis_tvalid_o,
  input  logic        m_axis_tready_i,
  output logic [15:0] m_axis_tdata_o,
  output logic        m_axis_tlast_o,
  output logic [32:0] m_axis_tuser_o  // damaged, number of the frame
);

  logic        pop, first;
  logic        frame_valid;
  logic [31:0] packet_frame, frame, frame_q;
  logic [LevelWidth-1:0] samples_level, frames_level;

  nrc_fifo #(
    .Width(19),
    .Depth(Room)
  ) u_samples (
    .clk_i,
    .rst_ni,
    .push_i (valid_i),
    .wdata_i({damaged_i, first_i, frame_end_i, sample_i}),
    .valid_o(m_axis_tvalid_o),
    .rdata_o({m_axis_tuser_o[32], first, m_axis_tlast_o, m_axis_tdata_o}),
    .pop_i  (pop),
    .level_o(samples_level)
  );

  nrc_fifo #(
    .Width(32),
    .Depth(Room)
  ) u_frames (
    .clk_i,
    .rst_ni,
    .push_i (packet_begin_i),
    .wdata_i(first_frame_i),
    .valid_o(frame_valid),
    .rdata_o(packet_frame),
    .pop_i  (pop && first),
    .level_o(frames_level)
  );

  assign pop   = m_axis_tvalid_o && m_axis_tready_i;
  assign frame = first ? packet_frame : frame_q;
  assign m_axis_tuser_o[31:0] = frame;

  always_ff @(posedge clk_i) begin
    if (pop) frame_q <= frame + 32'(m_axis_tlast_o);
  end

  // verilator lint_off UNUSEDSIGNAL
  logic unused;
  assign unused = ^{frame_valid, samples_level, frames_level};
  // verilator lint_on UNUSEDSIGNAL

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Room >= 2 && (Room & (Room - 1)) == 0,
               "nrc_sample_output: Room is a power of two from 2 on")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q && pop && first) assert (frame_valid);
  end
`endif

endmodule
