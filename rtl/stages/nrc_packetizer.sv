// SPDX-License-Identifier: Apache-2.0
//
// Stage packetizer: the bit packer's words into packets on an AXI4-Stream (docs/bitstream.md,
// sections 7 and 8). Golden model: nrc::Packetizer.
//
//   words -> nrc_packet_writer -> nrc_packet_buffer -> nrc_packet_emitter -> m_axis
//                       |                                     ^
//                       +-> nrc_fifo (descriptors) -----------+
//
// A packet's header has its length and its number of frames, so the packet is held until it is whole. The
// buffer is the only elastic part of the encoder: a packet that finds no room is dropped whole, and
// key_needed_o then asks for a key packet until one was stored. The packet with `last` is the exception:
// what it has to say is sent in any case (nrc_packet_writer).
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
  parameter int PacketFifoDepth = -1   // packets that wait at most
) (
  input  logic        clk_i,
  input  logic        rst_ni,
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
  output logic        overflow_o     // pulse: a packet was dropped for lack of room
);

  localparam int QueueDepth = 1 << $clog2(3 * PacketFifoDepth);  // three entries per packet

  logic                        write, commit, rewind, full;
  logic                        push, pop, descriptor_valid;
  logic [31:0]                 descriptor_in, descriptor_out;
  logic [$clog2(QueueDepth):0] level;
  logic                        word_valid, word_ready;
  logic                        writer_busy, emitter_busy;
  logic [31:0]                 word;

  nrc_packet_writer #(
    .FrameBits  (Channels * nrc_bound_pkg::max_code_bits(Profile, CodeWidth)),
    .EndBits    (nrc_bound_pkg::end_bits(Profile)),
    .BufferWords(BufferWords),
    .QueueDepth (QueueDepth),
    .QueueLimit (3 * PacketFifoDepth - 3)
  ) u_writer (
    .clk_i,
    .rst_ni,
    .word_valid_i,
    .side_i,
    .step_i,
    .flushed_i,
    .close_i,
    .write_o     (write),
    .commit_o    (commit),
    .rewind_o    (rewind),
    .full_i      (full),
    .push_o      (push),
    .descriptor_o(descriptor_in),
    .level_i     (level),
    .key_needed_o,
    .brief_needed_o,
    .busy_o      (writer_busy),
    .packet_end_o,
    .packet_words_o,
    .dropped_o,
    .overflow_o
  );

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
    .Channels      (Channels),
    .CodeWidth     (CodeWidth),
    .Mapping       (Mapping),
    .PacketFrames  (PacketFrames),
    .Profile       (Profile),
    .Predictor     (Predictor),
    .RateMillihertz(RateMillihertz),
    .Flags         (Flags),
    .BufferWords   (BufferWords)
  ) u_emitter (
    .clk_i,
    .rst_ni,
    .table_id_i,
    .stream_number_i,
    .descriptor_valid_i(descriptor_valid),
    .descriptor_i      (descriptor_out),
    .descriptor_pop_o  (pop),
    .word_valid_i      (word_valid),
    .word_i            (word),
    .word_ready_o      (word_ready),
    .m_axis_tdata_o,
    .m_axis_tvalid_o,
    .m_axis_tlast_o,
    .m_axis_tready_i,
    .busy_o            (emitter_busy),
    .packets_o
  );

  assign busy_o = writer_busy || emitter_busy || (level != '0);

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 1 && CodeWidth >= 2 && CodeWidth <= 16 && PacketFifoDepth >= 1,
               "nrc_packetizer: Channels and PacketFifoDepth are 1 or more, CodeWidth 2 to 16")
`endif

endmodule
