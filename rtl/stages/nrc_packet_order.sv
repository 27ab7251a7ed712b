// SPDX-License-Identifier: Apache-2.0
//
// Which whole packets can be decoded: the part of docs/bitstream.md, section 12, for hardware.
// Golden model: nrc::Receiver, which also waits for overtaken packets.
//
//   distance  from the sequence number that is due, -2^31 .. 2^31 - 1: below 0 the packet is
//             repeated or late and is skipped; above 0 that many packets are lost.
//   ahead     from the frame that is due, in the same way.
//
// A stream begins with a stream header of another number than that of the stream at hand, or, while
// there is none, with any: but not with a late one of the stream before (with number 0 only while
// another stream is at hand). It is decoded if match_i. Other packets are of the stream at hand if
// they have its number's low 16 bits, else they are skipped. A data packet in order
//   - that goes back in frames is wrong and is skipped;
//   - with `key` is decoded;
//   - of codes without `key` is decoded if the channels' state is known: the last packet was
//     decoded and not raw, and no frames are missing.
// damaged_i says that decoded samples were wrong: nothing is decoded while it is high, and the
// channels' state is unknown afterwards.
//
// last_channel_o is that of the last stream header of the stream. One that changes it leaves the
// channels' state unknown.
//
// Latency: decode_o in the clock of packet_i; the state follows 1 clock later.

`timescale 1ns / 1ps

module nrc_packet_order #(
  parameter int Profile = -1
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  // From nrc_packet_parser.
  input  logic        packet_i,
  input  logic [3:0]  type_i,
  input  logic        key_i,
  input  logic        last_i,
  input  logic [31:0] sequence_i,
  input  logic [15:0] frames_i,
  input  logic [31:0] first_frame_i,
  input  logic [15:0] stream_i,        // low bits of the stream number
  input  logic [31:0] number_i,        // the stream number, of a stream header
  input  logic        match_i,
  input  logic [15:0] last_channel_i,  // the number of channels, less one, of a stream header

  input  logic        damaged_i,

  output logic        decode_o,        // commit the payload
  output logic        skipped_o,       // pulse: a whole packet whose samples are not given
  output logic [31:0] lost_o,          // packets missing in front of this one
  output logic        mismatch_o,      // the last stream header that began a stream does not match
  output logic [15:0] last_channel_o,  // of the stream at hand; any if there is none
  output logic        synchronised_o   // the channels' state is known
);

  logic        open_q;              // a stream is known
  logic        past_q;              // there was one before
  logic        known_q;             // the channels' state is
  logic        frame_known_q;       // frame_q is
  logic        mismatch_q;
  logic [31:0] number_q;            // of the stream
  logic [31:0] sequence_q;          // due
  logic [31:0] frame_q;             // due
  logic [15:0] last_channel_q;
  logic [31:0] past_number_q;       // of the stream before
  logic [31:0] past_sequence_q;     // was due there

  // What is in the packet.
  localparam int CodedType = (Profile == nrc_pkg::ProfileRange) ? nrc_pkg::TypeRange
                                                                : nrc_pkg::TypeHuffman;

  logic is_header, is_coded, is_data, has_frames;

  assign is_header  = (type_i == 4'(nrc_pkg::TypeStreamHeader));
  assign is_coded   = (type_i == 4'(CodedType));
  assign is_data    = is_coded || (type_i == 4'(nrc_pkg::TypeRaw));
  assign has_frames = is_data && (frames_i != '0);

  // Where it is.
  logic [31:0] distance, ahead;
  logic        late, past_late;   // in packets; of the stream before
  logic        back, follows;     // in frames; frames that cannot be missing follow

  assign distance  = sequence_i - sequence_q;
  assign ahead     = first_frame_i - frame_q;
  assign late      = distance[31];
  assign past_late = (sequence_i - past_sequence_q) >= 32'h8000_0000;
  assign back      = frame_known_q && ahead[31];
  assign follows   = !frame_known_q || (ahead == '0);

  // Which stream it is of.
  logic of_stream, of_past, begins, in_turn;

  assign of_stream = open_q && (is_header ? (number_i == number_q) : (stream_i == number_q[15:0]));
  assign of_past   = past_q && (number_i == past_number_q) && past_late &&
                     (open_q || sequence_i != '0);
  assign begins    = is_header && !of_stream && !of_past;
  assign in_turn   = of_stream && !late;

  // Data.
  logic can_decode;

  assign can_decode = in_turn && has_frames && !back &&
                      (key_i || (is_coded && known_q && follows));
  assign decode_o   = packet_i && can_decode && !damaged_i;

  assign skipped_o  = packet_i && !begins && !decode_o &&
                      !(in_turn && (is_header || (is_data && !has_frames)));
  assign lost_o     = (packet_i && in_turn) ? distance : '0;

  // The stream at hand ends.
  logic closes, replaced;

  assign closes   = in_turn && last_i;
  assign replaced = begins && open_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      open_q          <= 1'b0;
      past_q          <= 1'b0;
      known_q         <= 1'b0;
      frame_known_q   <= 1'b0;
      mismatch_q      <= 1'b0;
      number_q        <= '0;
      sequence_q      <= '0;
      frame_q         <= '0;
      last_channel_q  <= '0;
      past_number_q   <= '0;
      past_sequence_q <= '0;
    end else begin
      if (packet_i && (closes || replaced)) begin
        past_q          <= 1'b1;
        past_number_q   <= number_q;
        past_sequence_q <= closes ? sequence_i + 32'd1 : sequence_q;
      end
      if (packet_i && is_header && (begins || in_turn)) last_channel_q <= last_channel_i;
      if (packet_i && begins) begin
        open_q        <= match_i;
        mismatch_q    <= !match_i;
        known_q       <= 1'b0;
        frame_known_q <= 1'b0;
        number_q      <= number_i;
        sequence_q    <= sequence_i + 32'd1;
      end else if (packet_i && in_turn) begin
        sequence_q    <= sequence_i + 32'd1;
        if (is_header) begin
          open_q      <= match_i;
          mismatch_q  <= !match_i;
          known_q     <= known_q && (last_channel_i == last_channel_q);
        end else if (has_frames) begin
          known_q <= can_decode && is_coded;
          // A packet that cannot be decoded still shows how far the stream is.
          if (!back) begin
            frame_q       <= first_frame_i + {16'd0, frames_i};
            frame_known_q <= 1'b1;
          end
        end
        if (closes) open_q <= 1'b0;
      end
      if (damaged_i) known_q <= 1'b0;
    end
  end

  assign mismatch_o     = mismatch_q;
  assign last_channel_o = last_channel_q;
  assign synchronised_o = known_q;

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Profile == nrc_pkg::ProfileHuffman || Profile == nrc_pkg::ProfileRange,
               "nrc_packet_order: Profile is 0 or 1")
`endif

endmodule
