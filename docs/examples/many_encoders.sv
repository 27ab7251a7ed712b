// SPDX-License-Identifier: Apache-2.0
//
// For more channels than one encoder can code: several encoders, each with its own converter, share
// one link. 16,384 channels of 20 kHz: four encoders of 4096 channels at 82 MHz.
// Files: rtl/lists/encoder_generic.f.
//
// Packets stay whole on the link. Bits 7..0 of a packet's stream number identify the encoder; bits
// 15..8 count the encoder's streams. docs/examples/many_streams.py separates the streams.

`timescale 1ns / 1ps

module many_encoders #(
  parameter int Encoders     = 4,
  parameter int Channels     = 4096,  // of each encoder
  parameter int CodeWidth    = 10,
  parameter int PacketFrames = 5,
  parameter int BufferWords  = 16384
) (
  input  logic                   clk,
  input  logic                   rst_n,       // asynchronous, active low
  input  logic                   enable,
  input  logic [15:0]            start_count, // another one after each reset

  // Bit i, and 16 bits of samples, belong to encoder i.
  input  logic [Encoders-1:0]    s_tvalid,
  output logic [Encoders-1:0]    s_tready,
  input  logic [16*Encoders-1:0] s_tdata,
  input  logic [Encoders-1:0]    s_tlast,

  output logic                   m_tvalid,
  input  logic                   m_tready,
  output logic [31:0]            m_tdata,
  output logic                   m_tlast,

  output logic [Encoders-1:0]    dropped      // since reset: the link was too slow for a packet
);

  logic [Encoders-1:0]    packet_tvalid, packet_tready, packet_tlast;
  logic [32*Encoders-1:0] packet_tdata, dropped_packets;

  for (genvar i = 0; i < Encoders; i++) begin : gen_encoder
    nrc_encoder #(
      .Channels    (Channels),
      .CodeWidth   (CodeWidth),
      .Mapping     (0),
      .PacketFrames(PacketFrames),
      .BufferWords (BufferWords)
    ) u_encoder (
      .clk_i            (clk),
      .rst_ni           (rst_n),
      .enable_i         (enable),
      .flush_i          (1'b0),
      .key_request_i    (1'b0),
      .stream_number_i  ({start_count, 16'(i)}),
      .channels_i       (17'd0),
      .max_step_i       (3'd0),
      .min_step_i       (3'd0),
      .first_step_i     (3'd0),
      .link_words_i     (24'd0),
      .event_threshold_i(6'd0),
      .events_only_i    (1'b0),
      .class_we_i       (1'b0),
      .class_addr_i     (16'd0),
      .class_wdata_i    (2'd0),
      .s_axis_tvalid    (s_tvalid[i]),
      .s_axis_tready    (s_tready[i]),
      .s_axis_tdata     (s_tdata[16*i +: 16]),
      .s_axis_tlast     (s_tlast[i]),
      .m_axis_tvalid    (packet_tvalid[i]),
      .m_axis_tready    (packet_tready[i]),
      .m_axis_tdata     (packet_tdata[32*i +: 32]),
      .m_axis_tlast     (packet_tlast[i]),
      .table_we_i       (1'b0),
      .table_addr_i     (16'd0),
      .table_wdata_i    (16'd0),
      .table_id_i       (32'd0),
      .status_o         (),
      .packets_o        (),
      .dropped_o        (dropped_packets[32*i +: 32]),
      .framing_errors_o (),
      .off_grid_o       (),
      .overflow_o       (),
      .sample_packed_o  (),
      .step_o           (),
      .largest_step_o   (),
      .waiting_o        (),
      .fill_o           (),
      .events_lost_o    ()
    );

    assign dropped[i] = dropped_packets[32*i +: 32] != '0;
  end

  nrc_link_merge #(
    .Inputs(Encoders)
  ) u_merge (
    .clk_i        (clk),
    .rst_ni       (rst_n),
    .s_axis_tvalid(packet_tvalid),
    .s_axis_tready(packet_tready),
    .s_axis_tdata (packet_tdata),
    .s_axis_tlast (packet_tlast),
    .m_axis_tvalid(m_tvalid),
    .m_axis_tready(m_tready),
    .m_axis_tdata (m_tdata),
    .m_axis_tlast (m_tlast),
    .m_axis_tid   ()
  );

endmodule
