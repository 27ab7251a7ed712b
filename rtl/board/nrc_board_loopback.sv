// SPDX-License-Identifier: Apache-2.0
//
// The far end of the link in the same chip: compares the decoder's samples with those of a second,
// identical source.
//
// errors_o counts samples that differ, are marked as uncertain, or are not where they should be in
// their frame, and packets that the decoder lost, found damaged or had to skip. A restart resets
// the second source; the decoder must have output everything by then.

`timescale 1ns / 1ps

module nrc_board_loopback #(
  parameter int Channels     = -1,
  parameter int PacketFrames = -1,
  parameter int BufferWords  = -1
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        restart_i,

  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,
  input  logic [31:0] s_axis_tdata,
  input  logic        s_axis_tlast,

  output logic [31:0] samples_o,  // compared
  output logic [31:0] errors_o
);

  logic        decoded_valid, decoded_last, expected_valid, expected_last, mismatch;
  logic [15:0] decoded, expected;
  logic [31:0] damaged, lost, skipped, unused_packets;
  logic        unused_synchronised;
  logic [16:0] unused_channels;
  // verilator lint_off UNUSEDSIGNAL
  logic [32:0] decoded_user;  // the frame's number is not looked at
  // verilator lint_on UNUSEDSIGNAL

  nrc_decoder #(
    .Channels    (Channels),
    .CodeWidth   (10),
    .Mapping     (nrc_pkg::MappingCode),
    .PacketFrames(PacketFrames),
    .BufferWords (BufferWords)
  ) u_decoder (
    .clk_i,
    .rst_ni,
    .s_axis_tvalid,
    .s_axis_tready,
    .s_axis_tdata,
    .s_axis_tlast,
    .m_axis_tvalid (decoded_valid),
    .m_axis_tready (expected_valid),
    .m_axis_tdata  (decoded),
    .m_axis_tlast  (decoded_last),
    .m_axis_tuser  (decoded_user),
    .packets_o     (unused_packets),
    .damaged_o     (damaged),
    .lost_o        (lost),
    .skipped_o     (skipped),
    .mismatch_o    (mismatch),
    .synchronised_o(unused_synchronised),
    .channels_o    (unused_channels)
  );

  nrc_board_source #(
    .Channels(Channels)
  ) u_expected (
    .clk_i,
    .rst_ni,
    .restart_i,
    .m_axis_tvalid(expected_valid),
    .m_axis_tready(decoded_valid),
    .m_axis_tdata (expected),
    .m_axis_tlast (expected_last)
  );

  // Compared a clock later: the counters are far from the memories.
  logic        compare_q, wrong_q;
  logic [31:0] wrong_samples_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      compare_q       <= 1'b0;
      wrong_q         <= 1'b0;
      samples_o       <= '0;
      wrong_samples_q <= '0;
      errors_o        <= '0;
    end else begin
      compare_q <= decoded_valid && expected_valid;
      wrong_q   <= decoded_valid && expected_valid &&
                   (decoded != expected || decoded_last != expected_last || decoded_user[32]);
      if (compare_q) samples_o       <= samples_o + 32'd1;
      if (wrong_q)   wrong_samples_q <= wrong_samples_q + 32'd1;
      errors_o <= wrong_samples_q + damaged + lost + skipped + {31'd0, mismatch};
    end
  end

endmodule
