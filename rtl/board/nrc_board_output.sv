// SPDX-License-Identifier: Apache-2.0
//
// Output to the host: the encoder's packets, and between two packets a status record when one was
// requested (docs/boards.md). Words to bytes, lowest first.
//
// The record has two words of mark, the words of status_i from the lowest on, and the exclusive or
// of all of them. It is not a packet: a host that requests it removes it from the stream.
//
// A word is held in a shift register while its bytes leave.

`timescale 1ns / 1ps

module nrc_board_output #(
  parameter int StatusWords = -1
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  input  logic                      status_request_i,  // pulse
  input  logic [32*StatusWords-1:0] status_i,

  input  logic                      s_axis_tvalid,
  output logic                      s_axis_tready,
  input  logic [31:0]               s_axis_tdata,
  input  logic                      s_axis_tlast,

  output logic                      byte_valid_o,
  input  logic                      byte_ready_i,
  output logic [7:0]                byte_o,

  output logic                      idle_o             // all words of the last packet are taken
);

  localparam int          RecordWords = StatusWords + 3;
  localparam int          CountWidth  = $clog2(RecordWords);
  localparam logic [31:0] MarkLow     = 32'h4263726E;  // "nrcB"
  localparam logic [31:0] MarkHigh    = 32'h4452414F;  // "OARD"

  logic [31:0]           shift_q;
  logic [2:0]            bytes_q;      // of shift_q
  logic                  in_packet_q;
  logic                  pending_q;    // a record is wanted
  logic                  in_record_q;
  logic [CountWidth-1:0] count_q;      // words of the record so far
  logic [31:0]           check_q;
  logic [31:0]           record_word;
  logic                  free, record_begin, take;

  assign byte_valid_o = bytes_q != '0;
  assign byte_o       = shift_q[7:0];
  assign idle_o       = !in_packet_q;

  assign free          = bytes_q == '0 || (bytes_q == 3'd1 && byte_ready_i);
  assign record_begin  = pending_q && !in_packet_q && !in_record_q;
  assign s_axis_tready = free && !in_record_q && !record_begin;
  assign take          = s_axis_tvalid && s_axis_tready;

  always_comb begin
    record_word = check_q;
    if (count_q == '0)               record_word = MarkLow;
    if (count_q == CountWidth'(1))   record_word = MarkHigh;
    for (int n = 0; n < StatusWords; n++) begin
      if (count_q == CountWidth'(n + 2)) record_word = status_i[32*n+:32];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      bytes_q     <= '0;
      in_packet_q <= 1'b0;
      pending_q   <= 1'b0;
      in_record_q <= 1'b0;
      count_q     <= '0;
    end else begin
      if (take || (free && in_record_q))        bytes_q <= 3'd4;
      else if (byte_valid_o && byte_ready_i)    bytes_q <= bytes_q - 3'd1;
      if (take) in_packet_q <= !s_axis_tlast;
      if (status_request_i)  pending_q <= 1'b1;
      else if (record_begin) pending_q <= 1'b0;
      if (record_begin) begin
        in_record_q <= 1'b1;
        count_q     <= '0;
      end else if (in_record_q && free) begin
        count_q <= count_q + 1'b1;
        if (count_q == CountWidth'(RecordWords - 1)) in_record_q <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (take)                              shift_q <= s_axis_tdata;
    else if (free && in_record_q)          shift_q <= record_word;
    else if (byte_valid_o && byte_ready_i) shift_q <= {8'h00, shift_q[31:8]};
    if (record_begin)                      check_q <= '0;
    else if (free && in_record_q)          check_q <= check_q ^ record_word;
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(StatusWords >= 1,
               "nrc_board_output: StatusWords is 1 or more")
`endif

endmodule
