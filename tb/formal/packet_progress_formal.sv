// SPDX-License-Identifier: Apache-2.0
//
// Formal proof that nrc_packetizer always gets out of a drop and always delivers `last`.
//
// A clock is fair if the link takes a word and none is written into the buffer.
//   - While a packet is stored that has not left, or the end of a stream, whose packet was dropped, is
//     owed (busy_o), a word leaves within Patience fair clocks, whatever clocks of other kinds lie between.
//     So if nothing more is stored, all that was has left after so many for each of its words.
//   - Then the buffer is empty, and the key packet that begins is stored.
// Fair clocks never cease while the link takes words: a packet for which there was no room stops writing,
// and before that at most max_code_bits of 32 bits arrive in a clock.
//
// Assumed: as of nrc_packet_writer (packet_writer_formal), and key packets have at most BufferWords words
// while brief_needed_o asks for them (nrc_framer, nrc_encoder_checks).

`timescale 1ns / 1ps

module packet_progress_formal #(
  parameter int BufferWords = 4,
  parameter int Patience    = 12
) (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       word_valid_i,
  input logic       word_last_i,
  input logic       key_i,
  input logic       bad_i,
  input logic       last_i,
  input logic       flushed_i,
  input logic       close_i,
  input logic       m_axis_tready_i
);

  localparam int CountWidth = $clog2(BufferWords) + 1;

  logic                  key_needed, brief_needed, busy, ended, tvalid, tlast;
  logic [31:0]           tdata, packets, dropped;
  logic                  overflow;
  logic [CountWidth-1:0] fill, link;

  nrc_packetizer #(
    // A frame of so many bits that packets of all sizes may have one.
    .Channels       (32768),
    .CodeWidth      (4),
    .Mapping        (nrc_pkg::MappingCode),
    .PacketFrames   (1),
    .Profile        (nrc_pkg::ProfileRange),
    .Predictor      (0),
    .RateMillihertz (0),
    .Flags          (0),
    .BufferWords    (BufferWords),
    .PacketFifoDepth(1),
    .Events         (0),
    .EventWindow    (2),
    .EventWords     (512)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .table_id_i     (32'd0),
    .stream_number_i(32'd0),
    .word_valid_i,
    .word_i         (32'd0),
    .side_i         ({starts || (word_last_i && flushed_i), word_last_i, key_i, bad_i, last_i}),
    .step_i         (3'd0),
    .flushed_i,
    .close_i,
    .flush_i         (1'b0),
    .events_only_i   (1'b0),
    .event_valid_i   (1'b0),
    .event_channel_i (15'd0),
    .event_amplitude_i(4'd0),
    .event_ago_i     (4'd0),
    .detected_valid_i(1'b0),
    .detected_side_i (5'd0),
    .events_lost_o   (),
    .key_needed_o   (key_needed),
    .brief_needed_o (brief_needed),
    .busy_o         (busy),
    .fill_o         (fill),
    .packet_end_o   (ended),
    .packet_words_o (link),
    .m_axis_tdata_o (tdata),
    .m_axis_tvalid_o(tvalid),
    .m_axis_tlast_o (tlast),
    .m_axis_tready_i,
    .packets_o      (packets),
    .dropped_o      (dropped),
    .overflow_o     (overflow)
  );

  logic                       begun_q;
  logic [4:0]                 fair_q;      // fair clocks since a word left, or there was none
  logic                       inside_q, key_q;
  logic                       first_q;     // no packet of the stream has ended
  logic [CountWidth-1:0]      words_q;     // of the packet so far
  logic                       alone_q;     // it is a key packet that began when nothing waited
  logic                       judge_q;     // and has ended
  logic [2:0]                 since_q;     // clocks since a packet ended, or a stream
  logic                       starts, writes, stored;

  assign starts = word_valid_i && !inside_q;
  assign writes = word_valid_i && !(key_needed && !key_i);
  assign stored = ended && !key_needed;

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fair_q    <= '0;
      inside_q  <= 1'b0;
      key_q     <= 1'b0;
      first_q   <= 1'b1;
      words_q   <= '0;
      alone_q   <= 1'b0;
      judge_q   <= 1'b0;
      since_q   <= '1;
    end else begin
      if (since_q != '1) since_q <= since_q + 3'd1;
      if (word_last_i || close_i) since_q <= '0;
      if (!busy || tvalid)                                fair_q <= '0;
      else if (m_axis_tready_i && !writes && fair_q != '1) fair_q <= fair_q + 5'd1;
      if (starts) begin
        key_q     <= key_i;
        alone_q   <= !busy && key_i;
      end
      if (word_valid_i) begin
        inside_q <= !word_last_i;
        words_q  <= words_q + 1'b1;
      end
      judge_q <= word_last_i && !bad_i &&
                 (starts ? !busy && key_i : alone_q);
      if (word_last_i) begin
        inside_q <= 1'b0;
        words_q  <= '0;
        first_q  <= last_i;
      end
      if (close_i) first_q <= 1'b1;
    end
  end

  always_comb begin
    assume (begun_q || !rst_ni);
    assume (!inside_q || key_i == key_q);
    assume (!word_valid_i || words_q != CountWidth'(BufferWords));
    assume (!word_last_i || word_valid_i || (flushed_i && inside_q));
    assume (!word_last_i || key_i || !first_q);
    assume (!flushed_i || (word_last_i && last_i && !starts));
    if (word_last_i || close_i) assume (since_q == '1);
    if (close_i) assume (!word_valid_i && !word_last_i && !inside_q);
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      moves:       assert (32'(fair_q) < Patience);
      is_empty:    assert (busy || inside_q || fill == '0);
      gets_out:    assert (!judge_q || stored);
    end
  end

endmodule
