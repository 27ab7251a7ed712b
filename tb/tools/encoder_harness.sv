// SPDX-License-Identifier: Apache-2.0
//
// nrc_encoder for place and route alone: it has more ports than a package has pins. There is a
// register at every port; a shift register carries the inputs, and the outputs are reduced to one bit,
// four at a clock. Used by scripts/fpga_area.py.

`timescale 1ns / 1ps

module encoder_harness #(
  parameter int Channels       = 1024,
  parameter int Profile        = 0,
  parameter int PacketFrames   = 20,
  parameter int BufferWords    = 16384,
  parameter int LoadableTables = 0
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic serial_i,
  output logic parity_o
);

  localparam int Inputs = 120;
  localparam int Outputs = 256;

  logic [Inputs-1:0]      in_q;
  logic [Outputs-1:0]     out, out_q;
  logic [Outputs/4-1:0]   fours_q;
  logic [Outputs/16-1:0]  sixteens_q;
  logic [Outputs/64-1:0]  rest_q;

  nrc_encoder #(
    .Channels      (Channels),
    .Profile       (Profile),
    .PacketFrames  (PacketFrames),
    .BufferWords   (BufferWords),
    .LoadableTables(LoadableTables)
  ) u_encoder (
    .clk_i,
    .rst_ni,
    .enable_i         (in_q[0]),
    .flush_i          (in_q[1]),
    .key_request_i    (in_q[2]),
    .stream_number_i  (in_q[54:23]),
    .channels_i      (17'd0),
    .max_step_i       (3'd0),
    .min_step_i       (3'd0),
    .first_step_i     (3'd0),
    .link_words_i     (24'd0),
    .class_we_i       (1'b0),
    .class_addr_i     (16'd0),
    .class_wdata_i    (2'd0),
    .event_threshold_i(6'd0),
    .events_only_i    (1'b0),
    .s_axis_tvalid    (in_q[3]),
    .s_axis_tready    (out[0]),
    .s_axis_tdata     (in_q[19:4]),
    .s_axis_tlast     (in_q[20]),
    .m_axis_tvalid    (out[1]),
    .m_axis_tready    (in_q[21]),
    .m_axis_tdata     (out[33:2]),
    .m_axis_tlast     (out[34]),
    .table_we_i       (in_q[22]),
    .table_addr_i     (in_q[70:55]),
    .table_wdata_i    (in_q[86:71]),
    .table_id_i       (in_q[118:87]),
    .status_o         (out[38:35]),
    .packets_o        (out[70:39]),
    .dropped_o        (out[102:71]),
    .framing_errors_o (out[134:103]),
    .off_grid_o       (out[166:135]),
    .overflow_o       (out[167]),
    .sample_packed_o  (out[168]),
    .step_o           (out[171:169]),
    .largest_step_o   (out[174:172]),
    .waiting_o        (out[206:175]),
    .fill_o           (out[238:207]),
    .events_lost_o    ()
  );

  assign out[Outputs-1:239] = '0;

  always_ff @(posedge clk_i) begin
    in_q     <= {in_q[Inputs-2:0], serial_i};
    out_q    <= out;
    for (int i = 0; i < Outputs/4; i++)  fours_q[i]    <= ^out_q[4*i +: 4];
    for (int i = 0; i < Outputs/16; i++) sixteens_q[i] <= ^fours_q[4*i +: 4];
    for (int i = 0; i < Outputs/64; i++) rest_q[i]     <= ^sixteens_q[4*i +: 4];
    parity_o <= ^rest_q;
  end

endmodule
