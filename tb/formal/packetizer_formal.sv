// SPDX-License-Identifier: Apache-2.0
//
// Formal check of nrc_packetizer as a whole, for a bounded time: the parts, each proven alone, are
// joined rightly. An arbitrary packet is recorded on its way in. If it is not dropped, it leaves
// behind the packets before it, with its flags, its frames, the index of its first frame, its length
// and its words. Packets that came in are sent, counted as dropped, or inside.
//
// Assumed: as in packet_writer_formal.

module packetizer_formal #(
  parameter int BufferWords     = 4,
  parameter int PacketFifoDepth = 1
) (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        word_valid_i,
  input logic [31:0] word_i,
  input logic        word_last_i,
  input logic        key_i,
  input logic        bad_i,
  input logic        last_i,
  input logic        frame_end_i,
  input logic        m_axis_tready_i,
  input logic        mark_i
);

  localparam int Channels   = 4;
  localparam int CodeWidth  = 10;
  localparam int FrameBits  = Channels * (CodeWidth + nrc_pkg::MaxCodeLength);
  localparam int CountWidth = $clog2(BufferWords) + 1;

  logic        key_needed, tvalid, tlast, overflow;
  logic [31:0] tdata, packets, dropped;

  nrc_packetizer #(
    .Channels       (Channels),
    .CodeWidth      (CodeWidth),
    .Mapping        (nrc_pkg::MappingShift6),
    .PacketFrames   (2),
    .Profile        (nrc_pkg::ProfileHuffman),
    .BufferWords    (BufferWords),
    .PacketFifoDepth(PacketFifoDepth)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .table_id_i     (32'd0),
    .word_valid_i,
    .word_i,
    .word_last_i,
    .key_i,
    .bad_i,
    .last_i,
    .frame_end_i,
    .key_needed_o   (key_needed),
    .m_axis_tdata_o (tdata),
    .m_axis_tvalid_o(tvalid),
    .m_axis_tlast_o (tlast),
    .m_axis_tready_i,
    .packets_o      (packets),
    .dropped_o      (dropped),
    .overflow_o     (overflow)
  );

  logic                  begun_q;           // after the first clock

  // Packets in.
  logic                  packet_end;
  logic [15:0]           frames, frames_q;  // of the packet
  logic [31:0]           stream_frames_q;   // of the stream's packets before
  logic                  first_q;           // no packet of the stream has ended
  logic [CountWidth-1:0] words_q;           // of the packet, counted up to BufferWords + 1
  logic [31:0]           ended_q;           // packets, up to the clock before
  logic                  ends_q;            // one ended in the clock before

  assign packet_end = word_valid_i && word_last_i;
  assign frames     = frames_q + {15'd0, frame_end_i};

  // The recorded packet.
  typedef enum logic [1:0] {
    StNone, StComing, StEnded, StInside
  } record_e;

  record_e               record_q;
  logic [31:0]           recorded_q [0:BufferWords-1];
  logic [CountWidth-1:0] length_q;
  logic [15:0]           record_frames_q;
  logic [31:0]           record_first_q;
  logic [1:0]            record_flags_q;    // last, key
  logic [31:0]           ahead_q;           // packets that are sent before it
  logic [31:0]           dropped_q;         // in the clock before

  // Packets out.
  logic                  taken, is_header_q, this_one;
  logic [4:0]            index_q;           // of the word
  logic [31:0]           sent_q;            // data packets
  logic [CountWidth-1:0] place;
  logic [31:0]           expected;

  assign taken    = tvalid && m_axis_tready_i;
  assign this_one = tvalid && record_q == StInside && ahead_q == '0 && !is_header_q &&
                    (index_q != '0 || tdata[19:16] != 4'(nrc_pkg::TypeStreamHeader));
  assign place    = CountWidth'(index_q - 5'd4);
  assign expected = recorded_q[place[CountWidth-2:0]];

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      frames_q        <= '0;
      stream_frames_q <= '0;
      first_q         <= 1'b1;
      words_q         <= '0;
      ended_q         <= '0;
      ends_q          <= 1'b0;
      record_q        <= StNone;
      length_q        <= '0;
      record_frames_q <= '0;
      record_first_q  <= '0;
      record_flags_q  <= '0;
      ahead_q         <= '0;
      dropped_q       <= '0;
      is_header_q     <= 1'b0;
      index_q         <= '0;
      sent_q          <= '0;
    end else begin
      frames_q  <= frames;
      ends_q    <= packet_end;
      dropped_q <= dropped;
      if (ends_q) ended_q <= ended_q + 32'd1;
      if (word_valid_i && words_q != CountWidth'(BufferWords + 1)) words_q <= words_q + 1'b1;
      if (packet_end) begin
        frames_q        <= '0;
        words_q         <= '0;
        stream_frames_q <= last_i ? '0 : stream_frames_q + {16'd0, frames};
        first_q         <= last_i;
      end

      case (record_q)
        StNone: if (word_valid_i && mark_i && words_q == '0) begin
          record_q <= word_last_i ? StEnded : StComing;
        end
        StComing: if (packet_end) record_q <= StEnded;
        // A drop shows in the counter in the next clock. All that were committed before and not
        // sent are ahead.
        StEnded: begin
          record_q <= (dropped == dropped_q) ? StInside : StNone;
          ahead_q  <= ended_q - dropped - sent_q - {31'd0, taken && tlast && !is_header_q};
        end
        default: if (taken && tlast && !is_header_q) begin
          if (ahead_q == '0) record_q <= StNone;
          ahead_q <= ahead_q - 32'd1;
        end
      endcase
      if (word_valid_i && (record_q == StNone || record_q == StComing)) begin
        length_q        <= words_q + 1'b1;
        record_frames_q <= frames;
        record_first_q  <= stream_frames_q;
        record_flags_q  <= {last_i, key_i};
      end

      if (taken) begin
        index_q <= tlast ? '0 : index_q + 5'd1;
        if (index_q == '0) is_header_q <= (tdata[19:16] == 4'(nrc_pkg::TypeStreamHeader));
        if (tlast) begin
          is_header_q <= 1'b0;
          if (!is_header_q) sent_q <= sent_q + 32'd1;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (word_valid_i && words_q < CountWidth'(BufferWords) &&
        (record_q == StNone || record_q == StComing)) begin
      recorded_q[words_q[CountWidth-2:0]] <= word_i;
    end
  end

  always_comb begin
    assume (begun_q || !rst_ni);
    if (packet_end) begin
      assume (frame_end_i);
      assume (32'(words_q) * 32 < 32'(frames) * FrameBits);
      assume (key_i || !first_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      balance: assert (ended_q - dropped_q - sent_q <= 32'(PacketFifoDepth + 2));
      counts:  assert (packets - sent_q <= 32'd1);
      if (this_one) begin
        if (index_q == 5'd0) flags:   assert (tdata[21:20] == record_flags_q);
        if (index_q == 5'd1) number:  assert (tdata[31:16] == record_frames_q);
        if (index_q == 5'd2) first:   assert (tdata == record_first_q);
        if (index_q == 5'd3) bytes:   assert (tdata == 32'(length_q) << 2);
        if (index_q >= 5'd4 && !tlast) begin
          payload: assert (place < length_q &&
                           {tdata[7:0], tdata[15:8], tdata[23:16], tdata[31:24]} == expected);
        end
        ends:    assert (tlast == (index_q == 5'(length_q) + 5'd4));
      end
    end
  end

endmodule
