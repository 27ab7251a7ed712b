// SPDX-License-Identifier: Apache-2.0
//
// Which whole packets can be decoded: the part of docs/bitstream.md, section 12, for hardware. Golden
// model: nrc::Receiver, which also waits for overtaken packets.
//
//   distance  from the sequence number that is due, -2^15 .. 2^15 - 1: below 0 the packet is
//             repeated or late and is skipped; above 0 that many packets are lost.
//   ahead     from the frame that is due, in the same way.
//
// A stream begins with a stream header with match_i: the first one to arrive; after a packet with
// `last`, and when the header is more than 64 packets late (the encoder has restarted), the next.
// One that arrives in order but does not match ends the stream. In a stream, a data packet in order
//   - that goes back in frames is of another stream: no data up to the next stream header;
//   - with `key` is decoded if it directly follows a stream header, or no frames or also packets
//     are missing (an encoder that drops packets sends a header and a key packet);
//   - of codes without `key` is decoded if the channels' state is known: the last packet was
//     decoded and not raw, and no frames are missing.
// A late packet should be a repeated one: the CRCs of the last 64 in turn are kept, up to a gap.
// One that is not may be of an encoder that has restarted, and whose numbers and frames will soon
// be those that are due: the channels' state is no longer known.
// damaged_i says that decoded samples were wrong: nothing is decoded while it is high, and the
// channels' state is unknown afterwards.
//
// Latency: decode_o in the clock of packet_i; the state follows 1 clock later.

module nrc_packet_order (
  input  logic        clk_i,
  input  logic        rst_ni,

  // From nrc_packet_parser.
  input  logic        packet_i,
  input  logic [3:0]  type_i,
  input  logic        key_i,
  input  logic        last_i,
  input  logic [15:0] sequence_i,
  input  logic [15:0] frames_i,
  input  logic [31:0] first_frame_i,
  input  logic [31:0] crc_i,
  input  logic        match_i,

  input  logic        damaged_i,

  output logic        decode_o,        // commit the payload
  output logic        skipped_o,       // pulse: a whole packet whose samples are not given
  output logic [15:0] lost_o,          // packets missing in front of this one
  output logic        mismatch_o,      // the last stream header that began a stream does not match
  output logic        synchronised_o   // the channels' state is known
);

  localparam logic [15:0] LateHeader = 16'hFFC0;  // -64

  logic        open_q, seen_q;      // a stream is known; some stream was
  logic        known_q;             // the channels' state is
  logic        frame_known_q;       // frame_q is
  logic        after_header_q;      // the last packet in turn was a stream header
  logic        wait_header_q;       // no data before the next stream header
  logic        mismatch_q;
  logic [15:0] sequence_q;          // due
  logic [31:0] frame_q;             // due

  // What is in the packet.
  logic is_header, is_huffman, is_data, has_frames;

  assign is_header  = (type_i == 4'(nrc_pkg::TypeStreamHeader));
  assign is_huffman = (type_i == 4'(nrc_pkg::TypeHuffman));
  assign is_data    = is_huffman || (type_i == 4'(nrc_pkg::TypeRaw));
  assign has_frames = is_data && (frames_i != '0);

  // Where it is.
  logic [15:0] distance;
  logic [31:0] ahead;
  logic        late, next;        // in packets
  logic        back, follows;     // in frames; frames that cannot be missing follow

  assign distance = sequence_i - sequence_q;
  assign ahead    = first_frame_i - frame_q;
  assign late     = distance[15];
  assign next     = (distance == '0);
  assign back     = frame_known_q && ahead[31];
  assign follows  = !frame_known_q || (ahead == '0);

  logic repeated, begins, in_turn;

  // Packets that come again. The memory is read ahead: sequence_i holds since the header, and is
  // known once there has been a packet to keep.
  localparam int KeptBits = 6;

  logic              keep, again;
  logic [31:0]       crc;
  logic [KeptBits:0] kept_q;          // numbers before the one due whose CRCs are kept

  assign keep  = packet_i && (begins || in_turn);
  assign again = late && ((-distance) <= 16'(kept_q)) && (crc == crc_i);

  nrc_ram_1r1w #(
    .Width(32),
    .Depth(1 << KeptBits)
  ) u_crcs (
    .clk_i,
    .we_i   (keep),
    .waddr_i(sequence_i[KeptBits-1:0]),
    .wdata_i(crc_i),
    .re_i   (!packet_i && (kept_q != '0)),
    .raddr_i(sequence_i[KeptBits-1:0]),
    .rdata_o(crc)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      kept_q <= '0;
    end else if (keep) begin
      if (begins || !next)        kept_q <= (KeptBits + 1)'(1);
      else if (!kept_q[KeptBits]) kept_q <= kept_q + 1'b1;
    end
  end

  // Stream headers.

  assign repeated = seen_q && late && (distance >= LateHeader);
  assign begins   = is_header && (open_q ? (late && !repeated)
                                         : (!repeated || sequence_i == '0));
  assign in_turn  = open_q && !late;

  // Data.
  logic after_header, of_other, key_right, can_decode;

  assign after_header  = after_header_q && next;
  assign of_other   = back && !(key_i && after_header);
  assign key_right  = key_i && (after_header || follows || !next);
  assign can_decode = in_turn && has_frames && !of_other && !wait_header_q &&
                      (key_right || (is_huffman && known_q && follows));
  assign decode_o   = packet_i && can_decode && !damaged_i;

  assign skipped_o  = packet_i && !begins && !decode_o &&
                      !(in_turn && (is_header || (is_data && !has_frames)));
  assign lost_o     = (packet_i && in_turn) ? distance : '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      open_q          <= 1'b0;
      seen_q          <= 1'b0;
      known_q         <= 1'b0;
      frame_known_q   <= 1'b0;
      after_header_q  <= 1'b0;
      wait_header_q   <= 1'b0;
      mismatch_q      <= 1'b0;
      sequence_q      <= '0;
      frame_q         <= '0;
    end else begin
      if (packet_i && begins) begin
        open_q          <= match_i;
        mismatch_q      <= !match_i;
        seen_q          <= 1'b1;
        known_q         <= 1'b0;
        frame_known_q   <= 1'b0;
        after_header_q  <= 1'b1;
        wait_header_q   <= 1'b0;
        sequence_q      <= sequence_i + 16'd1;
      end else if (packet_i && in_turn) begin
        sequence_q      <= sequence_i + 16'd1;
        after_header_q  <= is_header;
        if (is_header) begin
          open_q        <= match_i;
          mismatch_q    <= !match_i;
          wait_header_q <= 1'b0;
        end else if (has_frames) begin
          known_q <= can_decode && is_huffman;
          if (of_other) wait_header_q <= 1'b1;
          // A packet that cannot be decoded still shows how far the stream is; one after a
          // gap without a reason does not.
          if (can_decode || (!back && (follows || !next))) begin
            frame_q       <= first_frame_i + {16'd0, frames_i};
            frame_known_q <= 1'b1;
          end
        end
        if (last_i && is_data) open_q <= 1'b0;
      end else if (packet_i && !again) begin
        known_q <= 1'b0;
      end
      if (damaged_i) known_q <= 1'b0;
    end
  end

  assign mismatch_o     = mismatch_q;
  assign synchronised_o = known_q;

endmodule
