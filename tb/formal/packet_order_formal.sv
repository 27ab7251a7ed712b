// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_packet_order, of a stream whose number is any: from its stream header up to its
// last packet, or to a header of another number, exactly those packets of it are decoded that are
// not before the one due, whose frames do not go back, and that are key packets or follow a decoded
// one of codes without a gap in frames or another number of channels; those of other streams and
// late ones are skipped; lost ones are counted. The number of channels is that of its last header.
// Its header is skipped only while the stream is over, and only one from before that end.
//
// Nothing is assumed of packets: numbers and frames may be any.

`timescale 1ns / 1ps

module packet_order_formal (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        packet_i,
  input logic [3:0]  type_i,
  input logic        key_i,
  input logic        last_i,
  input logic [31:0] sequence_i,
  input logic [15:0] frames_i,
  input logic [31:0] first_frame_i,
  input logic [15:0] stream_i,
  input logic [31:0] number_i,
  input logic        match_i,
  input logic [15:0] last_channel_i,
  input logic        damaged_i
);

  (* anyconst *) logic [31:0] chosen;  // number of the stream that is watched

  logic        decode, skipped, mismatch, synchronised;
  logic [15:0] last_channel;
  logic [31:0] lost;

  nrc_packet_order #(.Profile(nrc_pkg::ProfileHuffman)) u_dut (
    .clk_i,
    .rst_ni,
    .packet_i,
    .type_i,
    .key_i,
    .last_i,
    .sequence_i,
    .frames_i,
    .first_frame_i,
    .stream_i,
    .number_i,
    .match_i,
    .last_channel_i,
    .damaged_i,
    .decode_o      (decode),
    .skipped_o     (skipped),
    .lost_o        (lost),
    .mismatch_o    (mismatch),
    .last_channel_o(last_channel),
    .synchronised_o(synchronised)
  );

  logic begun_q;
  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  logic is_header, is_huffman, is_data, has_frames, mine;
  assign is_header  = (type_i == 4'(nrc_pkg::TypeStreamHeader));
  assign is_huffman = (type_i == 4'(nrc_pkg::TypeHuffman));
  assign is_data    = is_huffman || (type_i == 4'(nrc_pkg::TypeRaw));
  assign has_frames = is_data && (frames_i != '0);
  assign mine       = is_header ? (number_i == chosen) : (stream_i == chosen[15:0]);

  // What is to be expected, told from the inputs alone: the stream at hand is the chosen one from
  // its header on, up to a header of another number or its last packet.
  logic        at_hand_q;     // the chosen stream is
  logic [31:0] due_q;         // its next number
  logic        framed_q;      // due_frame_q is known
  logic [31:0] due_frame_q;
  logic        state_q;       // the channels' state is known
  logic [15:0] channel_q;     // the number of channels, less one, of its last header
  logic        in_order, ahead, back, decodes;

  assign ahead    = (sequence_i - due_q) < 32'h8000_0000;
  assign in_order = packet_i && mine && at_hand_q && ahead;
  assign back     = framed_q && (first_frame_i - due_frame_q) >= 32'h8000_0000;
  assign decodes  = in_order && has_frames && !back && !damaged_i &&
                    (key_i || (is_huffman && state_q &&
                               (!framed_q || first_frame_i == due_frame_q)));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      at_hand_q   <= 1'b0;
      due_q       <= '0;
      framed_q    <= 1'b0;
      due_frame_q <= '0;
      state_q     <= 1'b0;
      channel_q   <= '0;
    end else begin
      if (packet_i && is_header && !at_hand_q && mine) begin
        // It may be a late one of the stream before; the design says so.
        if (!skipped) begin
          at_hand_q <= match_i;
          due_q     <= sequence_i + 32'd1;
          framed_q  <= 1'b0;
          state_q   <= 1'b0;
          channel_q <= last_channel_i;
        end
      end else if (packet_i && is_header && at_hand_q && !mine) begin
        if (!skipped) at_hand_q <= 1'b0;
      end else if (in_order) begin
        due_q <= sequence_i + 32'd1;
        if (is_header) begin
          at_hand_q <= match_i;
          channel_q <= last_channel_i;
          if (last_channel_i != channel_q) state_q <= 1'b0;
        end else if (has_frames) begin
          state_q <= decodes && is_huffman;
          if (!back) begin
            framed_q    <= 1'b1;
            due_frame_q <= first_frame_i + 32'(frames_i);
          end
        end
        if (last_i) at_hand_q <= 1'b0;
      end
      if (damaged_i) state_q <= 1'b0;
    end
  end

  always_comb assume (begun_q || !rst_ni);

  // The chosen stream was at hand, and is no more.
  logic        left_q;
  logic [31:0] left_due_q;
  logic        closes, replaced;

  assign closes   = in_order && last_i;
  assign replaced = packet_i && at_hand_q && is_header && !mine && !skipped;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      left_q     <= 1'b0;
      left_due_q <= '0;
    end else if (closes || replaced) begin
      left_q     <= 1'b1;
      left_due_q <= closes ? sequence_i + 32'd1 : due_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      decodes_its_own: assert (!(packet_i && at_hand_q) || decode == decodes);
      counts_lost:     assert (!at_hand_q || lost == (in_order ? sequence_i - due_q : 32'd0));
      others_skipped:  assert (!(packet_i && at_hand_q && !mine && !is_header) || skipped);
      late_skipped:    assert (!(packet_i && at_hand_q && mine && !ahead) || skipped);
      begins:          assert (!(packet_i && is_header && mine && !at_hand_q && skipped) ||
                               (left_q && (sequence_i - left_due_q) >= 32'h8000_0000));
      state_known:     assert (!at_hand_q || synchronised == state_q);
      its_channels:    assert (!at_hand_q || last_channel == channel_q);
      nothing_else:    assert (packet_i || (!decode && !skipped && lost == '0));
    end
  end

`ifndef NO_INVARIANTS
  // Invariants that make the proof inductive: the module knows what is expected here.
  (* hierconn *) logic        \u_dut.open_q ;
  (* hierconn *) logic        \u_dut.past_q ;
  (* hierconn *) logic        \u_dut.frame_known_q ;
  (* hierconn *) logic [31:0] \u_dut.number_q ;
  (* hierconn *) logic [31:0] \u_dut.sequence_q ;
  (* hierconn *) logic [31:0] \u_dut.frame_q ;
  (* hierconn *) logic [31:0] \u_dut.past_number_q ;
  (* hierconn *) logic [31:0] \u_dut.past_sequence_q ;

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      i_at_hand: assert (at_hand_q == (\u_dut.open_q && \u_dut.number_q == chosen));
      i_due:     assert (!at_hand_q || (\u_dut.sequence_q == due_q &&
                                        \u_dut.frame_known_q == framed_q));
      i_frame:   assert (!at_hand_q || !framed_q || \u_dut.frame_q == due_frame_q);
      i_past:    assert (!(\u_dut.past_q && \u_dut.past_number_q == chosen) ||
                         (left_q && \u_dut.past_sequence_q == left_due_q));
    end
  end
`endif

endmodule
