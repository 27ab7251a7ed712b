// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_packet_emitter: what leaves on the AXI4-Stream is packets of
// docs/bitstream.md, one after the other, word by word. What is offered stays until it is taken. A
// key packet and no other follows a stream header packet; sequence numbers are consecutive from 0,
// at the first packet of a stream; the first stream has stream_number_i, the next ones others
// that are made from it and their count, and all packets have their stream's; a header has its descriptor's frames, flags, first frame and
// length; exactly as many payload words follow, as the buffer gave them; then the CRC of all words
// of the packet, and tlast there and only there. packets_o counts the data packets. With tready,
// and words or descriptors where the packet needs them, nothing waits longer than two clocks.
//
// Assumed: descriptors and words stay until they are taken, a descriptor has at most BufferWords
// words, none if and only if it has no frames, the end of a stream alone; at most PacketFrames frames, the first packet of a stream is a key packet, table_id_i and stream_number_i are constant.
//
// Its CRC is an nrc_crc32 of its own, in the clock in which a word is offered first.

`timescale 1ns / 1ps

module packet_emitter_formal #(
  parameter int BufferWords = 4,
  parameter int Profile     = nrc_pkg::ProfileHuffman,
  parameter int Search      = 0   // of mutants: see check_crc
) (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        descriptor_valid_i,
  input logic [31:0] descriptor_i,
  input logic        word_valid_i,
  input logic [31:0] word_i,
  input logic        m_axis_tready_i
);

  localparam int Channels       = 5;
  localparam int CodeWidth      = 10;
  localparam int PacketFrames   = 3;
  localparam int RateMillihertz = 19531250;
  localparam int CountWidth     = $clog2(BufferWords) + 1;

  (* anyconst *) logic [31:0] table_id;
  (* anyconst *) logic [31:0] stream_number;

  logic        pop, ready, tvalid, tlast;
  logic [31:0] tdata, packets;

  nrc_packet_emitter #(
    .CodeWidth     (CodeWidth),
    .Mapping       (nrc_pkg::MappingShift6),
    .PacketFrames  (PacketFrames),
    .Profile       (Profile),
    .Predictor     (0),
    .RateMillihertz(RateMillihertz),
    .Flags         (0),
    .BufferWords   (BufferWords),
    .Events        (0),
    .EventWords    (0)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .last_channel_i  (16'(Channels - 1)),
    .table_id_i      (table_id),
    .stream_number_i (stream_number),
    .descriptor_valid_i,
    .descriptor_i,
    .descriptor_pop_o(pop),
    .word_valid_i,
    .word_i,
    .word_ready_o    (ready),
    .event_valid_i   (1'b0),
    .event_i         (32'd0),
    .event_ready_o   (),
    .m_axis_tdata_o  (tdata),
    .m_axis_tvalid_o (tvalid),
    .m_axis_tlast_o  (tlast),
    .m_axis_tready_i,
    .packets_o       (packets)
  );

  logic        begun_q;                  // after the first clock

  // The sources.
  logic        held_q, word_held_q;      // offered and not taken in the clock before
  logic [31:0] descriptor_q, given_q;
  logic [1:0]  entry_q;                  // entry of a descriptor that is next
  logic        streaming_q;              // a stream has begun
  logic [21:0] entry_0_q;
  logic [31:0] entry_1_q;
  logic [CountWidth-1:0] entry_2_q;
  logic [31:0] payload_q;                // the word taken last, its bytes reversed

  // The packets, as taken from the stream; *_d: with the word that is offered.
  logic        taken;
  logic [3:0]  index_q, index_d;              // of the next word in its packet, in the payload 5
  logic        in_payload_q, in_payload_d;    // of a data packet
  logic        in_crc_q, in_crc_d;
  logic        is_header_q, is_header_d;      // a stream header packet
  logic        after_header_q, after_header_d;// the packet before was one
  logic [4:0]  flags_q, flags_d;              // step, last, key
  logic [31:0] sequence_q, sequence_d;        // of the next packet, but for a stream's first
  logic [31:0] number_q, number_d;            // of the last stream header packet
  logic        any_q, any_d;                  // there was one
  logic [7:0]  count_q;                       // streams that have begun, modulo 256
  logic [31:0] next_number;                   // of the next one
  logic        fresh_q, fresh_d;              // it had the number of a stream that begins
  logic        same_q, same_d;                // or that of the one before
  logic [15:0] stream_q, stream_d;            // of the packet
  logic [7:0]  low_q, low_d;                  // of its length
  logic        restarted_q, restarted_d;      // the stream header packet had the number 0
  logic        followed_q, followed_d;        // or the next one
  logic [CountWidth-1:0] left_q, left_d;      // words of the payload
  logic [31:0] packets_q;
  logic        offered_q, is_new;
  logic        lacks;                    // what the next word is to be made of
  logic [32:0] offer_q;
  logic [1:0]  waited_q;
  logic [31:0] crc;

  assign taken  = tvalid && m_axis_tready_i;
  assign is_new = tvalid && !offered_q;
  assign lacks  = in_payload_q ? !word_valid_i : !(in_crc_q || is_header_q || descriptor_valid_i);

  nrc_crc32 u_crc (
    .clk_i,
    .init_i (is_new && index_q == 4'd0),
    .valid_i(is_new && !tlast),
    .word_i (tdata),
    .crc_o  (crc)
  );

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      held_q       <= 1'b0;
      word_held_q  <= 1'b0;
      descriptor_q <= '0;
      given_q      <= '0;
      entry_q      <= '0;
      streaming_q  <= 1'b0;
      entry_0_q    <= '0;
      entry_1_q    <= '0;
      entry_2_q    <= '0;
      payload_q    <= '0;
    end else begin
      held_q       <= descriptor_valid_i && !pop;
      word_held_q  <= word_valid_i && !ready;
      descriptor_q <= descriptor_i;
      given_q      <= word_i;
      if (pop) begin
        entry_q <= (entry_q == 2'd2) ? 2'd0 : entry_q + 2'd1;
        if (entry_q == 2'd0) entry_0_q <= descriptor_i[21:0];
        if (entry_q == 2'd1) entry_1_q <= descriptor_i;
        if (entry_q == 2'd2) entry_2_q <= descriptor_i[CountWidth-1:0];
        streaming_q <= 1'b1;
      end
      if (word_valid_i && ready) begin
        payload_q <= {word_i[7:0], word_i[15:8], word_i[23:16], word_i[31:24]};
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      index_q        <= '0;
      in_payload_q   <= 1'b0;
      in_crc_q       <= 1'b0;
      is_header_q    <= 1'b0;
      after_header_q <= 1'b0;
      flags_q        <= '0;
      sequence_q     <= '0;
      number_q       <= '0;
      any_q          <= 1'b0;
      count_q        <= '0;
      fresh_q        <= 1'b0;
      same_q         <= 1'b0;
      stream_q       <= '0;
      low_q          <= '0;
      restarted_q    <= 1'b0;
      followed_q     <= 1'b0;
      left_q         <= '0;
      packets_q      <= '0;
      offered_q      <= 1'b0;
      offer_q        <= '0;
      waited_q       <= '0;
    end else begin
      offered_q <= tvalid && !m_axis_tready_i;
      offer_q   <= {tlast, tdata};
      if (tvalid || lacks) waited_q <= '0;
      else                 waited_q <= waited_q + 2'd1;
      if (taken) begin
        index_q        <= index_d;
        in_payload_q   <= in_payload_d;
        in_crc_q       <= in_crc_d;
        is_header_q    <= is_header_d;
        after_header_q <= after_header_d;
        flags_q        <= flags_d;
        sequence_q     <= sequence_d;
        number_q       <= number_d;
        any_q          <= any_d;
        if (!is_header_q && index_q == 4'd1 && entry_0_q[18]) count_q <= count_q + 8'd1;
        fresh_q        <= fresh_d;
        same_q         <= same_d;
        stream_q       <= stream_d;
        low_q          <= low_d;
        restarted_q    <= restarted_d;
        followed_q     <= followed_d;
        left_q         <= left_d;
        if (tlast && !is_header_q) packets_q <= packets_q + 32'd1;
      end
    end
  end

  always_comb begin
    index_d        = index_q;
    in_payload_d   = in_payload_q;
    in_crc_d       = in_crc_q;
    is_header_d    = is_header_q;
    after_header_d = after_header_q;
    flags_d        = flags_q;
    sequence_d     = sequence_q;
    number_d       = number_q;
    any_d          = any_q;
    fresh_d        = fresh_q;
    same_d         = same_q;
    stream_d       = stream_q;
    low_d          = low_q;
    restarted_d    = restarted_q;
    followed_d     = followed_q;
    left_d         = left_q;
    if (tvalid) begin
      if (!in_payload_q && !in_crc_q) index_d = index_q + 4'd1;
      if (index_q == 4'd0) begin
        is_header_d = (tdata[19:16] == 4'(nrc_pkg::TypeStreamHeader));
        flags_d     = {tdata[26:24], tdata[21:20]};
      end
      if (index_q == 4'd1) begin
        sequence_d = tdata + 32'd1;
        if (is_header_q) begin
          restarted_d = (tdata == 32'd0);
          followed_d  = (tdata == sequence_q);
        end
      end
      if (index_q == 4'd3) low_d    = tdata[31:24];
      if (index_q == 4'd4) stream_d = tdata[31:16];
      if (is_header_q && index_q == 4'd10) begin
        fresh_d  = (tdata == next_number);
        same_d   = any_q && (tdata == number_q);
        number_d = tdata;
        any_d    = 1'b1;
      end
      if (!is_header_q && index_q == 4'd4) begin
        in_payload_d = (entry_2_q != '0);
        in_crc_d     = (entry_2_q == '0);
        left_d       = entry_2_q;
      end
      if (in_payload_q) begin
        left_d = left_q - 1'b1;
        if (left_q == CountWidth'(1)) begin
          in_payload_d = 1'b0;
          in_crc_d     = 1'b1;
        end
      end
      if (tlast) begin
        index_d        = '0;
        in_crc_d       = 1'b0;
        is_header_d    = 1'b0;
        after_header_d = is_header_q;
      end
    end
  end

  assign next_number = stream_number ^ {16'd0, count_q[0], count_q[1], count_q[2], count_q[3],
                                        count_q[4], count_q[5], count_q[6], count_q[7], 8'd0};

  always_comb begin
    assume (begun_q || !rst_ni);
    if (held_q) assume (descriptor_valid_i && descriptor_i == descriptor_q);
    if (word_held_q) assume (word_valid_i && word_i == given_q);
    if (descriptor_valid_i && entry_q == 2'd0) begin
      assume (descriptor_i[31:22] == '0);
      assume (descriptor_i[16] || !descriptor_i[18]);
      assume (descriptor_i[18] || streaming_q);
      assume (32'(descriptor_i[15:0]) <= PacketFrames);
    end
    if (descriptor_valid_i && entry_q == 2'd2) begin
      assume (descriptor_i <= 32'(BufferWords) && (descriptor_i != '0) == (entry_0_q[15:0] != '0));
    end
  end

  localparam int DataType =
      (Profile == nrc_pkg::ProfileHuffman) ? nrc_pkg::TypeHuffman : nrc_pkg::TypeRange;

  // A search for a counterexample would spend its time on pauses and exclusive ors. With Search = 0 it
  // leaves out the CRC, with 1 the pauses, with 2 both.
  logic check_crc;
`ifdef NO_INVARIANTS
  assign check_crc = (Search == 1);
  always_comb begin
    if (Search != 0) begin
      assume (rst_ni == begun_q && descriptor_valid_i && word_valid_i && m_axis_tready_i);
    end
  end
`else
  assign check_crc = 1'b1;
`endif

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      stays:      assert (!offered_q || (tvalid && offer_q == {tlast, tdata}));
      moves:      assert (waited_q != 2'd3);
      counts:     assert (packets == packets_q + {31'd0, tvalid && tlast && !is_header_q});
      ends:       assert (!tvalid || tlast == (is_header_q ? index_q == 4'd12 : in_crc_q));
      has_crc:    assert (!(tvalid && tlast && check_crc) || tdata == crc);
      if (tvalid && index_q == 4'd0) begin
        sync:     assert (tdata[15:0] == 16'(nrc_pkg::Sync) && tdata[31:27] == '0 && tdata[23:22] == '0);
        if (tdata[19:16] == 4'(nrc_pkg::TypeStreamHeader)) begin
          alone:  assert (!after_header_q && tdata[31:20] == '0);
        end else begin
          of_data: assert (tdata[19:16] == 4'(DataType) && tdata[20] == after_header_q);
        end
      end
      if (tvalid && is_header_q) begin
        case (index_q)
          4'd0: ;
          4'd1: numbered:  assert (tdata == '0 || tdata == sequence_q);
          4'd2: no_first:  assert (tdata == '0);
          4'd3: header_words: assert (tdata == {8'(nrc_pkg::StreamHeaderBytes / 4), 24'd0});
          4'd4: header_length: assert (tdata[15:0] == '0);
          4'd5: version:   assert (tdata == {8'(CodeWidth), 8'(nrc_pkg::MappingShift6),
                                             8'(Profile), 8'(nrc_pkg::Version)});
          4'd6: sizes:     assert (tdata == {16'(PacketFrames), 16'(Channels - 1)});
          4'd7: rate:      assert (tdata == 32'(RateMillihertz));
          4'd8: tables:    assert (tdata == table_id);
          4'd9: unlimited: assert (tdata == '1);
          4'd10: same_low: assert (tdata[15:0] == stream_q);
          4'd11: options:  assert (tdata == '0);
          4'd12: ;
          default: header_ends: assert (1'b0);
        endcase
      end
      if (tvalid && !is_header_q) begin
        if (index_q == 4'd1) begin
          numbered_on: assert (tdata == sequence_q);
          flagged:     assert (flags_q == {entry_0_q[21:19], entry_0_q[17:16]});
          restarts:    assert (entry_0_q[18] ? (after_header_q && restarted_q && fresh_q)
                                             : (!after_header_q || (followed_q && same_q)));
        end
        if (index_q == 4'd2) first_frame: assert (tdata == entry_1_q);
        if (index_q == 4'd3) frames:      assert (tdata[23:0] == {8'd0, entry_0_q[15:0]});
        if (index_q == 4'd4) begin
          length:      assert ({tdata[15:0], low_q} == 24'(entry_2_q));
          of_stream:   assert (any_q && tdata[31:16] == number_q[15:0]);
        end
        if (in_payload_q)    word:        assert (tdata == payload_q);
      end
    end
  end

`ifndef NO_INVARIANTS
  // Invariants that make the proof inductive: the state of the module is that of the packets with
  // the word that is offered.
  (* hierconn *) logic [2:0]            \u_dut.state_q ;
  (* hierconn *) logic [3:0]            \u_dut.index_q ;
  (* hierconn *) logic [31:0]           \u_dut.sequence_q ;
  (* hierconn *) logic [31:0]           \u_dut.number ;
  (* hierconn *) logic [7:0]            \u_dut.streams_q ;
  (* hierconn *) logic [$clog2(PacketFrames+1)-1:0] \u_dut.frames_q ;
  (* hierconn *) logic [CountWidth-1:0] \u_dut.words_q ;
  (* hierconn *) logic [31:0]           \u_dut.crc ;

  logic [2:0]            state;
  logic [3:0]            index;
  logic [31:0]           sequence, number;
  logic [CountWidth-1:0] words;
  logic [31:0]           crc_q;            // of the module, in the clock before
  logic                  between, begins;
  assign state    = \u_dut.state_q ;
  assign index    = \u_dut.index_q ;
  assign sequence = \u_dut.sequence_q ;
  assign number   = \u_dut.number ;
  assign words    = \u_dut.words_q ;
  assign begins   = descriptor_q[18];
  assign between  = (index_d == '0 && !is_header_d && !in_payload_d && !in_crc_d);
  always_ff @(posedge clk_i) crc_q <= \u_dut.crc ;

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      i_places: assert (in_payload_q + in_crc_q + is_header_q <= 1 && (!is_header_q || index_q != '0) &&
                        ((in_payload_q || in_crc_q) == (!is_header_q && index_q >= 4'd5)) &&
                        index_q <= (is_header_q ? 4'd12 : 4'd5));
      i_index:  assert ((state != 3'd0 || index == '0) && (state != 3'd2 || index == 4'd12));
      i_crc:    assert (between || crc == crc_q || (index_q == '0 && !offered_q));
      i_entry:  assert (entry_q == ((state != 3'd3 || index <= 4'd1) ? 2'd0 :
                                  (index == 4'd2) ? 2'd1 : 2'd2));
      i_new:    assert (streaming_q || (state == 3'd0 && !tvalid && index_q == '0) ||
                        state == 3'd1 || state == 3'd2 || (state == 3'd3 && index <= 4'd1));
      if (state == 3'd0) begin
        i_idle: assert (between && !after_header_d && (!streaming_q || sequence_d == sequence));
        i_idle_number: assert (any_d == streaming_q && (!any_d || number_d == number) &&
                               \u_dut.streams_q == count_q - 8'd1);
      end
      if (state == 3'd1 || state == 3'd2 || (state == 3'd3 && index <= 4'd1)) begin
        i_held: assert (held_q && descriptor_q[16] == (after_header_d || state != 3'd3) &&
                        (begins || streaming_q) && (!begins || descriptor_q[16]) &&
                        descriptor_q[31:22] == '0);
      end
      if (state == 3'd1) begin
        i_stream: assert (!after_header_d && index <= 4'd11 &&
                          (index == '0 ? between : is_header_d && index_d == index));
      end
      if (state == 3'd2) i_stream_crc: assert (is_header_d && index_d == 4'd12 && !after_header_d);
      if (state == 3'd1 && index <= 4'd1) begin
        i_restart: assert (begins ? sequence == '0 : sequence_d == sequence);
      end else if (state == 3'd1 || state == 3'd2) begin
        i_restarted: assert (sequence_d == sequence + 32'd1 &&
                             (begins ? sequence == '0 && restarted_d : followed_d));
      end
      if (state == 3'd1 && index <= 4'd10) begin
        i_number_due: assert (begins ? number == next_number : any_d && number == number_d);
        i_any: assert (any_d == streaming_q);
      end
      if (state == 3'd1 || state == 3'd2 || (state == 3'd3 && index <= 4'd1)) begin
        i_count: assert (\u_dut.streams_q == (begins ? count_q : count_q - 8'd1));
      end
      if (state == 3'd3 && index >= 4'd2) begin
        // The word that says so may still be offered.
        i_counted: assert (\u_dut.streams_q ==
                           ((entry_0_q[18] && index_q <= 4'd1 && !is_header_q) ? count_q
                                                                             : count_q - 8'd1));
      end
      if (state >= 3'd4) i_count_on: assert (\u_dut.streams_q == count_q - 8'd1);
      if (state == 3'd1 && index >= 4'd5) i_low_bits: assert (stream_d == number[15:0]);
      if ((state == 3'd1 && index == 4'd11) || state == 3'd2 ||
          (state == 3'd3 && index <= 4'd1 && after_header_d)) begin
        i_fresh: assert (begins ? fresh_d : same_d);
      end
      if ((state == 3'd1 && index == 4'd11) || state >= 3'd2) begin
        i_number_sent: assert (any_d && number_d == number);
      end
      if (state == 3'd3 && index >= 4'd2) i_frames: assert (16'(\u_dut.frames_q ) == entry_0_q[15:0]);
      if (state == 3'd3 && index == 4'd4) begin
        i_low: assert (held_q && low_d == descriptor_q[7:0]);
      end
      if (state == 3'd3) begin
        i_header: assert (index <= 4'd4 && (index == '0 ? between :
            index_d == index && !is_header_d && !in_payload_d && !in_crc_d));
        if (index <= 4'd1) begin
          i_begin: assert (sequence_d == sequence && (!after_header_d ||
                           (begins ? restarted_d : followed_d)));
        end
        if (index == 4'd1) i_flags: assert (flags_d == {descriptor_q[21:19], descriptor_q[17:16]});
      end
      if (state >= 3'd4 || (state == 3'd3 && index >= 4'd2)) begin
        i_number: assert (sequence_d == sequence + 32'd1);
      end
      if (state == 3'd4) begin
        i_payload: assert (in_payload_d && left_d == words && words != '0 &&
                           words <= CountWidth'(BufferWords));
      end
      if (state == 3'd5) i_data_crc: assert (in_crc_d);
      i_state:  assert (state <= 3'd5);
    end
  end
`endif

endmodule
