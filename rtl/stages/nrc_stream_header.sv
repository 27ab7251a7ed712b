// SPDX-License-Identifier: Apache-2.0
//
// The stream header packet without its CRC, word by word (docs/bitstream.md, sections 7 and 8).
// Combinational. Little-endian: bits 7..0 are the first byte.
// The number of frames is never known in advance (all ones), and there is no container.

`timescale 1ns / 1ps

module nrc_stream_header #(
  parameter int CodeWidth      = -1,
  parameter int Mapping        = -1,
  parameter int PacketFrames   = -1,
  parameter int Profile        = -1,
  parameter int Predictor      = -1,
  parameter int RateMillihertz = -1,
  parameter int Flags          = -1
) (
  input  logic [15:0] last_channel_i,   // the number of channels, less one
  input  logic [31:0] table_id_i,
  input  logic [31:0] stream_number_i,
  input  logic [31:0] sequence_i,
  input  logic [3:0]  index_i,   // 0..4 packet header, 5..11 payload
  output logic [31:0] word_o
);

  localparam int Words = nrc_pkg::StreamHeaderBytes / 4;

  always_comb begin
    case (index_i)
      4'd0:    word_o = {8'd0, 8'(nrc_pkg::TypeStreamHeader), 16'(nrc_pkg::Sync)};
      4'd1:    word_o = sequence_i;
      4'd2:    word_o = '0;  // first frame
      4'd3:    word_o = {8'(Words), 24'd0};  // no frames
      4'd4:    word_o = {stream_number_i[15:0], 16'd0};
      4'd5:    word_o = {8'(CodeWidth), 8'(Mapping), 8'(Profile), 8'(nrc_pkg::Version)};
      4'd6:    word_o = {16'(PacketFrames), last_channel_i};
      4'd7:    word_o = 32'(RateMillihertz);
      4'd8:    word_o = table_id_i;
      4'd9:    word_o = '1;
      4'd10:   word_o = stream_number_i;
      4'd11:   word_o = {8'(Flags), 24'(Predictor)};
      default: word_o = '0;
    endcase
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 2 && Mapping >= 0 && PacketFrames >= 1 &&
               Profile >= 0 && Predictor >= 0 && RateMillihertz >= 0 && Flags >= 0,
               "nrc_stream_header: a parameter is missing or out of its range")
`endif

endmodule
