// SPDX-License-Identifier: Apache-2.0
//
// An encoder of 1024 channels as an integrator would instantiate it: samples of all channels in
// turn, packets out. Files: rtl/lists/encoder_default.f.

`timescale 1ns / 1ps

module encoder_instance (
  input  logic        clk,
  input  logic        rst_n,     // asynchronous, active low

  input  logic        enable,    // a stream is open while high
  input  logic        flush,     // pulse: no more samples come, close the stream

  input  logic        s_tvalid,  // int16 samples, channel 0 first
  output logic        s_tready,
  input  logic [15:0] s_tdata,
  input  logic        s_tlast,   // the frame's last channel

  output logic        m_tvalid,  // packets
  input  logic        m_tready,
  output logic [31:0] m_tdata,
  output logic        m_tlast,   // the packet's last word

  output logic [4:0]  status,    // nrc_status_pkg: idle, open, closing, closed; faults

  output logic        dropped    // since reset: the link was too slow for a packet
);

  logic [31:0] dropped_packets;

  nrc_encoder #(
    .Channels       (1024),
    .VariableChannels(0),        // 1: channels_i says how many, up to Channels
    .CodeWidth      (10),
    .Profile        (0),         // 0: Huffman, 1: range
    .Narrow         (0),         // 1: the narrow state, with Pipeline 1
    .RateControl    (0),         // 1: rounds packets that a slow link cannot take
    .Events         (0),         // 1: finds spikes and sends them
    .EventWords     (512),       // events that wait
    .Classes        (0),         // 1: channels may be off, by the class port
    .Taps           (0),         // 1: stage taps, of the range profile
    .Neighbour      (0),         // 1: stage neighbour, of the range profile
    .Mapping        (1),         // 1: int16 samples of a 10-bit ADC, 0: codes
    .PacketFrames   (20),
    .KeyInterval    (384),       // packets
    .RateMillihertz (19531250),  // of one channel
    .BufferWords    (16384),     // 32-bit words of packets that wait
    .PacketFifoDepth(8),         // packets that wait
    .LoadableTables (0),         // 1: the table port fills the tables
    .Pipeline       (0)          // 0: deep, for an FPGA, 1: shallow, for silicon
  ) u_encoder (
    .clk_i           (clk),
    .rst_ni          (rst_n),
    .enable_i        (enable),
    .flush_i         (flush),
    .key_request_i   (1'b0),     // pulse: the next packet is to be a key packet
    .stream_number_i (32'd1),    // another one after each reset: a random number, a count of starts
    .channels_i      (17'd0),    // unused without VariableChannels
    .max_step_i      (3'd0),     // rate control: the largest step, 0: never round
    .min_step_i      (3'd0),     // the smallest
    .first_step_i    (3'd0),     // that rounding begins with
    .link_words_i    (24'd0),    // 1/16 words in the time of a packet, 0: by the buffer's fill
    .event_threshold_i(6'd0),    // events: 1/4 mean innovation, 0: none
    .events_only_i   (1'b0),     // 1: no samples are sent
    .class_we_i      (1'b0),     // class port, with Classes
    .class_addr_i    (16'd0),
    .class_wdata_i   (2'd0),
    .s_axis_tvalid   (s_tvalid),
    .s_axis_tready   (s_tready),
    .s_axis_tdata    (s_tdata),
    .s_axis_tlast    (s_tlast),
    .m_axis_tvalid   (m_tvalid),
    .m_axis_tready   (m_tready),
    .m_axis_tdata    (m_tdata),
    .m_axis_tlast    (m_tlast),
    .table_we_i      (1'b0),     // the table port, with LoadableTables
    .table_addr_i    (16'd0),
    .table_wdata_i   (16'd0),
    .table_id_i      (32'd0),
    .status_o        (status),
    .packets_o       (),         // counters, since reset
    .dropped_o       (dropped_packets),
    .framing_errors_o(),
    .off_grid_o      (),
    .overflow_o      (),         // pulses
    .sample_packed_o (),
    .step_o          (),         // rounding steps: of the packet that began last, and the largest
    .largest_step_o  (),
    .waiting_o       (),         // words that waited when it began
    .fill_o          (),         // words in the packet buffer now
    .events_lost_o   ()          // events that found no room
  );

  assign dropped = dropped_packets != '0;

endmodule
