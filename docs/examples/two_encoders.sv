// SPDX-License-Identifier: Apache-2.0
//
// Two encoders with table sets of their own in one chip: 1024 channels of a 10-bit converter, and 32
// channels of a 16-bit one. Files: those that these commands write.
//
//   scripts/hardware.py export encoder neural_ build/rtl/neural --tables default
//   scripts/hardware.py export encoder aux_ build/rtl/aux --tables generic

`timescale 1ns / 1ps

module two_encoders (
  input  logic        clk,
  input  logic        rst_n,     // asynchronous, active low
  input  logic        enable,

  input  logic        neural_s_tvalid,
  output logic        neural_s_tready,
  input  logic [15:0] neural_s_tdata,
  input  logic        neural_s_tlast,
  output logic        neural_m_tvalid,
  input  logic        neural_m_tready,
  output logic [31:0] neural_m_tdata,
  output logic        neural_m_tlast,

  input  logic        aux_s_tvalid,
  output logic        aux_s_tready,
  input  logic [15:0] aux_s_tdata,
  input  logic        aux_s_tlast,
  output logic        aux_m_tvalid,
  input  logic        aux_m_tready,
  output logic [31:0] aux_m_tdata,
  output logic        aux_m_tlast
);

  neural_nrc_encoder #(
    .Channels (1024),
    .CodeWidth(10)
  ) u_neural (
    .clk_i           (clk),
    .rst_ni          (rst_n),
    .enable_i        (enable),
    .flush_i         (1'b0),
    .key_request_i   (1'b0),
    .stream_number_i (32'd1),
    .channels_i      (17'd0),
    .max_step_i      (3'd0),
    .min_step_i      (3'd0),
    .first_step_i    (3'd0),
    .link_words_i    (24'd0),
    .class_we_i      (1'b0),
    .class_addr_i    (16'd0),
    .class_wdata_i   (2'd0),
    .event_threshold_i(6'd0),
    .events_only_i   (1'b0),
    .s_axis_tvalid   (neural_s_tvalid),
    .s_axis_tready   (neural_s_tready),
    .s_axis_tdata    (neural_s_tdata),
    .s_axis_tlast    (neural_s_tlast),
    .m_axis_tvalid   (neural_m_tvalid),
    .m_axis_tready   (neural_m_tready),
    .m_axis_tdata    (neural_m_tdata),
    .m_axis_tlast    (neural_m_tlast),
    .table_we_i      (1'b0),
    .table_addr_i    (16'd0),
    .table_wdata_i   (16'd0),
    .table_id_i      (32'd0),
    .status_o        (),
    .packets_o       (),
    .dropped_o       (),
    .framing_errors_o(),
    .off_grid_o      (),
    .overflow_o      (),
    .sample_packed_o (),
    .step_o          (),
    .largest_step_o  (),
    .waiting_o       (),
    .fill_o          (),
    .events_lost_o   ()
  );

  aux_nrc_encoder #(
    .Channels      (32),
    .CodeWidth     (16),
    .Mapping       (0),
    .RateMillihertz(1000000),
    .BufferWords   (1024)
  ) u_aux (
    .clk_i           (clk),
    .rst_ni          (rst_n),
    .enable_i        (enable),
    .flush_i         (1'b0),
    .key_request_i   (1'b0),
    .stream_number_i (32'd2),
    .channels_i      (17'd0),
    .max_step_i      (3'd0),
    .min_step_i      (3'd0),
    .first_step_i    (3'd0),
    .link_words_i    (24'd0),
    .class_we_i      (1'b0),
    .class_addr_i    (16'd0),
    .class_wdata_i   (2'd0),
    .event_threshold_i(6'd0),
    .events_only_i   (1'b0),
    .s_axis_tvalid   (aux_s_tvalid),
    .s_axis_tready   (aux_s_tready),
    .s_axis_tdata    (aux_s_tdata),
    .s_axis_tlast    (aux_s_tlast),
    .m_axis_tvalid   (aux_m_tvalid),
    .m_axis_tready   (aux_m_tready),
    .m_axis_tdata    (aux_m_tdata),
    .m_axis_tlast    (aux_m_tlast),
    .table_we_i      (1'b0),
    .table_addr_i    (16'd0),
    .table_wdata_i   (16'd0),
    .table_id_i      (32'd0),
    .status_o        (),
    .packets_o       (),
    .dropped_o       (),
    .framing_errors_o(),
    .off_grid_o      (),
    .overflow_o      (),
    .sample_packed_o (),
    .step_o          (),
    .largest_step_o  (),
    .waiting_o       (),
    .fill_o          (),
    .events_lost_o   ()
  );

endmodule
