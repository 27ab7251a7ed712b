// SPDX-License-Identifier: Apache-2.0
//
// Stage packetizer: the bit packer's words into packets on an AXI4-Stream (docs/bitstream.md,
// sections 7 and 8). Golden model: nrc::Packetizer.
//
//   words -> nrc_packet_writer -> nrc_packet_buffer -> nrc_packet_emitter -> m_axis
//                       |                                     ^
//                       +-> nrc_fifo (descriptors) -----------+
//
// With Events there are packets of events, too:
//
//   events -> nrc_event_writer -> nrc_packet_buffer -> nrc_packet_emitter
//                       +-> nrc_fifo (descriptors)
//
// A packet's header has its length and its number of frames, so the packet is held until it is
// whole. The buffer is the only elastic part of the encoder: a packet that finds no room is dropped
// whole, and key_needed_o then asks for a key packet until one was stored. The packet with `last`
// is the exception: what it has to say is sent in any case (nrc_packet_writer).
// Latency: about 6 clocks from the last word of a packet to the first word of its header.

`timescale 1ns / 1ps

module nrc_packetizer #(
  parameter int Channels        = -1,
  parameter int CodeWidth       = -1,
  parameter int Mapping         = -1,
  parameter int PacketFrames    = -1,
  parameter int Profile         = -1,
  parameter int Predictor       = -1,  // options, as in the stream header
  parameter int RateMillihertz  = -1,
  parameter int Flags           = -1,  // as in the stream header
  parameter int BufferWords     = -1,  // a power of two
  parameter int PacketFifoDepth = -1,  // packets that wait at most
  parameter int Events          = -1,  // 1: there are events
  parameter int EventWindow     = -1,  // of nrc_detector
  parameter int EventWords      = -1,  // of the event buffer, a power of two
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [15:0] last_channel_i,  // of a frame; stable until the last packet has left
  input  logic [31:0] table_id_i,    // of the table set in use, for the stream header
  input  logic [31:0] stream_number_i,  // of the first stream since reset; stable

  // From the bit packer.
  input  logic        word_valid_i,
  input  logic [31:0] word_i,        // bit 31 is the first bit
  input  logic [nrc_side_pkg::SideWidth-1:0] side_i,
  input  logic [2:0]  step_i,        // number of the rounding step of the packet in progress

  // From the framer.
  input  logic        flushed_i,     // the packet that ends has no frame to be counted with it
  input  logic        close_i,       // pulse: the stream ends between two packets
  input  logic        flush_i,       // pulse: the packet in progress ends without a sample

  // From the detector; unused without Events.
  input  logic        events_only_i,
  input  logic        event_valid_i,
  input  logic [ChannelWidth-1:0] event_channel_i,
  input  logic [CodeWidth-1:0] event_amplitude_i,
  input  logic [3:0]  event_ago_i,
  input  logic        detected_valid_i,
  input  logic [nrc_side_pkg::SideWidth-1:0] detected_side_i,

  output logic        key_needed_o,
  output logic        brief_needed_o,  // a packet found no room, and none was stored since
  output logic        busy_o,        // a packet that ended is not yet sent

  // For rate control.
  output logic [$clog2(BufferWords):0] fill_o,  // words in the buffer
  output logic        packet_end_o,             // as of nrc_packet_writer
  output logic [$clog2(BufferWords):0] packet_words_o,

  output logic [31:0] m_axis_tdata_o,
  output logic        m_axis_tvalid_o,
  output logic        m_axis_tlast_o,
  input  logic        m_axis_tready_i,

  output logic [31:0] packets_o,     // data packets sent since reset
  output logic [31:0] dropped_o,     // data packets dropped since reset
  output logic        overflow_o,    // pulse: a packet was dropped for lack of room
  output logic [31:0] events_lost_o  // since reset
);

  // Three entries per packet, and those of event packets that come on top.
  localparam int QueueDepth = 1 << $clog2(3 * PacketFifoDepth + ((Events != 0) ? 9 : 0));
  localparam int QueueLimit = 3 * PacketFifoDepth - 3;

  logic                        write, commit, rewind, full;
  logic                        push, pop, descriptor_valid;
  logic                        data_push, data_pushing, stream_open, only;
  logic                        event_push, event_waits;
  logic [31:0]                 descriptor_in, descriptor_out, data_descriptor, event_descriptor;
  logic                        event_word_valid, event_word_ready;
  logic [31:0]                 event_word;
  logic [$clog2(QueueDepth):0] level;
  logic                        word_valid, word_ready;
  logic                        writer_busy, emitter_busy;
  logic [31:0]                 word;

  nrc_packet_writer #(
    .FrameBits  (Channels * nrc_bound_pkg::max_code_bits(Profile, CodeWidth)),
    .EndBits    (nrc_bound_pkg::end_bits(Profile)),
    .BufferWords(BufferWords),
    .QueueDepth (QueueDepth),
    .QueueLimit (QueueLimit)
  ) u_writer (
    .clk_i,
    .rst_ni,
    .word_valid_i,
    .side_i,
    .step_i,
    .events_only_i(only),
    .flushed_i,
    .close_i,
    .write_o     (write),
    .commit_o    (commit),
    .rewind_o    (rewind),
    .full_i      (full),
    .push_ready_i(!event_waits),
    .push_o      (data_push),
    .pushing_o   (data_pushing),
    .stream_open_o(stream_open),
    .descriptor_o(data_descriptor),
    .level_i     (level),
    .key_needed_o,
    .brief_needed_o,
    .busy_o      (writer_busy),
    .packet_end_o,
    .packet_words_o,
    .dropped_o,
    .overflow_o
  );

  assign push          = data_push || event_push;
  assign descriptor_in = event_push ? event_descriptor : data_descriptor;

  if (Events != 0) begin : gen_events
    logic                        event_write, event_commit, event_rewind, event_full;
    logic [31:0]                 event_in;
    logic [$clog2(EventWords):0] unused_level;

    assign only = events_only_i;

    nrc_event_writer #(
      .Channels   (Channels),
      .CodeWidth  (CodeWidth),
      .Window     (EventWindow),
      .BufferWords(EventWords),
      .QueueDepth (QueueDepth),
      .QueueLimit (QueueLimit)
    ) u_event_writer (
      .clk_i,
      .rst_ni,
      .event_valid_i,
      .event_channel_i,
      .event_amplitude_i,
      .event_ago_i,
      .valid_i      (detected_valid_i),
      .side_i       (detected_side_i),
      .end_i        (flush_i || close_i),
      .stream_open_i(stream_open),
      .write_o      (event_write),
      .word_o       (event_in),
      .commit_o     (event_commit),
      .rewind_o     (event_rewind),
      .full_i       (event_full),
      .waits_o      (event_waits),
      .ready_i      (!data_pushing),
      .push_o       (event_push),
      .descriptor_o (event_descriptor),
      .level_i      (level),
      .lost_o       (events_lost_o)
    );

    nrc_packet_buffer #(
      .Words   (EventWords),
      .Width   (32),
      .DualPort(1)
    ) u_event_buffer (
      .clk_i,
      .rst_ni,
      .write_i (event_write),
      .wdata_i (event_in),
      .commit_i(event_commit),
      .rewind_i(event_rewind),
      .full_o  (event_full),
      .level_o (unused_level),
      .valid_o (event_word_valid),
      .rdata_o (event_word),
      .ready_i (event_word_ready)
    );
  end else begin : gen_no_events
    assign only             = 1'b0;
    assign event_waits      = 1'b0;
    assign event_push       = 1'b0;
    assign event_descriptor = '0;
    assign event_word_valid = 1'b0;
    assign event_word       = '0;
    assign events_lost_o    = '0;

    logic unused_events;
    assign unused_events = ^{flush_i, events_only_i, event_valid_i, event_channel_i,
                             event_amplitude_i, event_ago_i, detected_valid_i, detected_side_i, data_pushing,
                             stream_open, event_word_ready};
  end

  nrc_packet_buffer #(
    .Words   (BufferWords),
    .Width   (32),
    .DualPort(0)
  ) u_buffer (
    .clk_i,
    .rst_ni,
    .write_i (write),
    .wdata_i (word_i),
    .commit_i(commit),
    .rewind_i(rewind),
    .full_o  (full),
    .level_o (fill_o),
    .valid_o (word_valid),
    .rdata_o (word),
    .ready_i (word_ready)
  );

  nrc_fifo #(
    .Width(32),
    .Depth(QueueDepth)
  ) u_descriptors (
    .clk_i,
    .rst_ni,
    .push_i (push),
    .wdata_i(descriptor_in),
    .valid_o(descriptor_valid),
    .rdata_o(descriptor_out),
    .pop_i  (pop),
    .level_o(level)
  );

  nrc_packet_emitter #(
    .CodeWidth     (CodeWidth),
    .Mapping       (Mapping),
    .PacketFrames  (PacketFrames),
    .Profile       (Profile),
    .Predictor     (Predictor),
    .RateMillihertz(RateMillihertz),
    .Flags         (Flags),
    .BufferWords   (BufferWords),
    .Events        (Events),
    .EventWords    (EventWords)
  ) u_emitter (
    .clk_i,
    .rst_ni,
    .last_channel_i,
    .table_id_i,
    .stream_number_i,
    .descriptor_valid_i(descriptor_valid),
    .descriptor_i      (descriptor_out),
    .descriptor_pop_o  (pop),
    .word_valid_i      (word_valid),
    .word_i            (word),
    .word_ready_o      (word_ready),
    .event_valid_i     (event_word_valid),
    .event_i           (event_word),
    .event_ready_o     (event_word_ready),
    .m_axis_tdata_o,
    .m_axis_tvalid_o,
    .m_axis_tlast_o,
    .m_axis_tready_i,
    .busy_o            (emitter_busy),
    .packets_o
  );

  assign busy_o = writer_busy || event_waits || emitter_busy || (level != '0);

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 1 && CodeWidth >= 2 && CodeWidth <= 16 && PacketFifoDepth >= 1,
               "nrc_packetizer: Channels and PacketFifoDepth are 1 or more, CodeWidth 2 to 16")
`endif

endmodule
