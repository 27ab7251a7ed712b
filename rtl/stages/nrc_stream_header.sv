// SPDX-License-Identifier: Apache-2.0
//
// The stream header packet without its CRC, word by word (docs/bitstream.md, sections 7 and 8).
// Combinational. Little-endian: bits 7..0 are the first byte.
// The number of frames is never known in advance (all ones), and there is no container.

module nrc_stream_header #(
  parameter int Channels       = 1024,
  parameter int CodeWidth      = 10,
  parameter int Mapping        = nrc_pkg::MappingShift6,
  parameter int PacketFrames   = 32,
  parameter int Profile        = nrc_pkg::ProfileHuffman,
  parameter int Neighbour      = 0,
  parameter int RateMillihertz = 20_000_000
) (
  input  logic [31:0] table_id_i,
  input  logic [15:0] sequence_i,
  input  logic [3:0]  index_i,   // 0..3 packet header, 4..8 payload
  output logic [31:0] word_o
);

  localparam int ProfileByte = Profile | ((Neighbour != 0) ? nrc_pkg::FlagNeighbour : 0);

  always_comb begin
    case (index_i)
      4'd0:    word_o = {8'd0, 8'(nrc_pkg::TypeStreamHeader), 16'(nrc_pkg::Sync)};
      4'd1:    word_o = {16'd0, sequence_i};  // no frames
      4'd2:    word_o = '0;  // first frame
      4'd3:    word_o = 32'(nrc_pkg::StreamHeaderBytes);
      4'd4:    word_o = {8'(CodeWidth), 8'(Mapping), 8'(ProfileByte), 8'(nrc_pkg::Version)};
      4'd5:    word_o = {16'(PacketFrames), 16'(Channels - 1)};
      4'd6:    word_o = 32'(RateMillihertz);
      4'd7:    word_o = table_id_i;
      4'd8:    word_o = '1;
      default: word_o = '0;
    endcase
  end

endmodule
