// SPDX-License-Identifier: Apache-2.0
//
// nrc_decoder for place and route alone: it has more ports than a package has pins. There is a
// register at every port; shift registers carry inputs and outputs. Used by scripts/fpga_area.py.

`timescale 1ns / 1ps

module decoder_harness #(
  parameter int Channels     = 1024,
  parameter int VariableChannels = 0,
  parameter int Profile      = 0,
  parameter int PacketFrames = 20,
  parameter int BufferWords  = 16384
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic serial_i,
  output logic serial_o
);

  localparam int Outputs = 199;

  logic [35:0]        in_q;
  logic [Outputs-1:0] status, shift_q;

  nrc_decoder #(
    .Channels    (Channels),
    .VariableChannels(VariableChannels),
    .Profile     (Profile),
    .PacketFrames(PacketFrames),
    .BufferWords (BufferWords)
  ) u_decoder (
    .clk_i,
    .rst_ni,
    .s_axis_tvalid (in_q[33]),
    .s_axis_tready (status[0]),
    .s_axis_tdata  (in_q[31:0]),
    .s_axis_tlast  (in_q[32]),
    .m_axis_tvalid (status[1]),
    .m_axis_tready (in_q[34]),
    .m_axis_tdata  (status[17:2]),
    .m_axis_tlast  (status[18]),
    .m_axis_tuser  (status[51:19]),
    .packets_o     (status[83:52]),
    .damaged_o     (status[115:84]),
    .lost_o        (status[147:116]),
    .skipped_o     (status[179:148]),
    .mismatch_o    (status[180]),
    .synchronised_o(status[181]),
    .channels_o    (status[198:182])
  );

  always_ff @(posedge clk_i) begin
    in_q     <= {in_q[34:0], serial_i};
    shift_q  <= in_q[35] ? status : {shift_q[Outputs-2:0], 1'b0};
    serial_o <= shift_q[Outputs-1];
  end

endmodule
