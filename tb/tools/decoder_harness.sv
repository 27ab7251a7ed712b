// SPDX-License-Identifier: Apache-2.0
//
// nrc_decoder for place and route alone: it has more ports than a package has pins. Shift registers
// carry its wide ports, and there is a register at every port. Used by scripts/decoder_timing.sh.

`timescale 1ns / 1ps

module decoder_harness #(
  parameter int Profile = 0
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic serial_i,
  input  logic valid_i,
  input  logic ready_i,
  output logic serial_o
);

  localparam int Outputs = 182;

  logic [32:0]        word_q;
  logic               valid_q, ready_q, load_q;
  logic [Outputs-1:0] status, shift_q;

  nrc_decoder #(.Profile(Profile)) u_decoder (
    .clk_i,
    .rst_ni,
    .s_axis_tvalid (valid_q),
    .s_axis_tready (status[0]),
    .s_axis_tdata  (word_q[31:0]),
    .s_axis_tlast  (word_q[32]),
    .m_axis_tvalid (status[1]),
    .m_axis_tready (ready_q),
    .m_axis_tdata  (status[17:2]),
    .m_axis_tlast  (status[18]),
    .m_axis_tuser  (status[51:19]),
    .packets_o     (status[83:52]),
    .damaged_o     (status[115:84]),
    .lost_o        (status[147:116]),
    .skipped_o     (status[179:148]),
    .mismatch_o    (status[180]),
    .synchronised_o(status[181])
  );

  always_ff @(posedge clk_i) begin
    word_q   <= {word_q[31:0], serial_i};
    valid_q  <= valid_i;
    ready_q  <= ready_i;
    load_q   <= serial_i && valid_i;
    shift_q  <= load_q ? status : {shift_q[Outputs-2:0], 1'b0};
    serial_o <= shift_q[Outputs-1];
  end

endmodule
