// SPDX-License-Identifier: Apache-2.0
//
// Reading side of the packetizer: turns descriptors and committed words into the packets of
// docs/bitstream.md, section 7, on an AXI4-Stream.
//
// For each descriptor (format: nrc_packet_writer.sv): before a key packet the stream header packet,
// so that a receiver can start there (the first packet of a stream is always a key packet); five
// words of packet header, the payload words, if there are any, with their bytes reversed (the first
// bit of a payload is bit 7 of the first byte, and tdata[7:0] is the first byte), the CRC-32.
// Sequence numbers are assigned here, to packets that are actually sent.
//
// The n-th stream since reset, from 0 on, has the number stream_number_i with the 8 bits of n, the
// lowest first, exclusive-ored into bits 15..8. A stream may close and another one open while
// packets wait, so a number from outside could be that of either; and the highest bits change
// first, so that neither streams nor resets that are counted below soon meet.
//
// A descriptor with bit 22 is one of nrc_event_writer: its words come from the event buffer.
//
// One word is chosen per clock, goes through the CRC and into the output register, from where it
// leaves; while the output register waits for tready nothing else moves. Latency: 2 clocks from a
// descriptor entry to tvalid.

`timescale 1ns / 1ps

module nrc_packet_emitter #(
  parameter int CodeWidth      = -1,
  parameter int Mapping        = -1,
  parameter int PacketFrames   = -1,
  parameter int Profile        = -1,
  parameter int Predictor      = -1,  // options, as in the stream header
  parameter int RateMillihertz = -1,
  parameter int Flags          = -1,  // as in the stream header
  parameter int BufferWords    = -1,
  parameter int Events         = -1,  // 1: there are events
  parameter int EventWords     = -1   // of the event buffer
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [15:0] last_channel_i,  // stable until the last packet has left
  input  logic [31:0] table_id_i,
  input  logic [31:0] stream_number_i,

  // Descriptor queue.
  input  logic        descriptor_valid_i,
  input  logic [31:0] descriptor_i,
  output logic        descriptor_pop_o,

  // Packet buffer.
  input  logic        word_valid_i,
  input  logic [31:0] word_i,            // bit 31 is the first bit
  output logic        word_ready_o,

  // Event buffer.
  input  logic        event_valid_i,
  input  logic [31:0] event_i,           // as sent
  output logic        event_ready_o,

  output logic [31:0] m_axis_tdata_o,
  output logic        m_axis_tvalid_o,
  output logic        m_axis_tlast_o,
  input  logic        m_axis_tready_i,

  output logic        busy_o,            // a packet is on its way out
  output logic [31:0] packets_o          // data packets sent since reset
);

  localparam int DataType =
      (Profile == nrc_pkg::ProfileHuffman) ? nrc_pkg::TypeHuffman : nrc_pkg::TypeRange;

  localparam int MostWords  = (Events != 0 && EventWords > BufferWords) ? EventWords : BufferWords;
  localparam int CountWidth = $clog2(MostWords) + 1;
  localparam int FrameWidth = (PacketFrames > 0) ? $clog2(PacketFrames + 1) : 1;

  typedef enum logic [2:0] {
    StIdle,          // waits for a descriptor
    StStreamHeader,  // words 0..11 of the stream header packet
    StStreamCrc,
    StHeader,        // words 0..4 of the data packet's header
    StPayload,
    StCrc
  } state_e;

  state_e                state_q, state_d;
  logic [3:0]            index_q, index_d;  // word of a header
  logic [7:0]            streams_q;         // begun since reset, less one
  logic [31:0]           number;            // of the stream
  logic [31:0]           sequence_q;        // of the next packet
  logic [FrameWidth-1:0] frames_q;          // of the packet
  logic [CountWidth-1:0] words_q;           // payload words still to come

  // One word of output: chosen when its source has it and the output register can take it.
  logic        room, available, take, is_crc;
  logic [31:0] word, stream_header, crc;

  assign room = !m_axis_tvalid_o || m_axis_tready_i;
  assign take = room && available;

  nrc_stream_header #(
    .CodeWidth     (CodeWidth),
    .Mapping       (Mapping),
    .PacketFrames  (PacketFrames),
    .Profile       (Profile),
    .Predictor     (Predictor),
    .RateMillihertz(RateMillihertz),
    .Flags         (Flags)
  ) u_stream_header (
    .last_channel_i,
    .table_id_i,
    .stream_number_i(number),
    .sequence_i     (sequence_q),
    .index_i        (index_q),
    .word_o         (stream_header)
  );

  logic        key, last, stream_begin, is_event;
  logic        event_q;
  logic        of_events;      // the packet is one of events
  logic [2:0]  step;
  logic [2:0]  header_index;
  logic [23:0] words;
  logic [31:0] header, payload;

  // Of a descriptor's entries the first one serves the first two words of the header, the last one
  // the last two.
  assign key          = descriptor_i[16];
  assign last         = descriptor_i[17];
  assign stream_begin = descriptor_i[18];
  assign step         = descriptor_i[21:19];
  assign is_event     = Events != 0 && descriptor_i[22];
  assign words        = 24'(descriptor_i[CountWidth-1:0]);
  assign of_events    = Events != 0 && event_q;
  assign header_index = index_q[2:0];
  assign payload      = {word_i[7:0], word_i[15:8], word_i[23:16], word_i[31:24]};

  always_comb begin
    case (header_index)
      3'd0:    header = {5'd0, step, 2'd0, last, key,
                       is_event ? 4'(nrc_pkg::TypeEvents) : 4'(DataType), 16'(nrc_pkg::Sync)};
      3'd1:    header = sequence_q;
      3'd2:    header = descriptor_i;
      3'd3:    header = {words[7:0], 24'(frames_q)};
      default: header = {number[15:0], words[23:8]};
    endcase
  end

  always_comb begin
    available = 1'b0;
    is_crc    = 1'b0;
    word      = stream_header;
    case (state_q)
      StIdle: ;
      StStreamHeader: available = 1'b1;
      StHeader: begin
        available = descriptor_valid_i;
        word      = header;
      end
      StPayload: begin
        available = of_events ? event_valid_i : word_valid_i;
        word      = of_events ? event_i : payload;
      end
      default: begin
        available = 1'b1;
        is_crc    = 1'b1;
      end
    endcase
  end

  assign busy_o           = m_axis_tvalid_o || (state_q != StIdle);
  assign word_ready_o     = room && (state_q == StPayload) && !of_events;
  assign event_ready_o    = room && (state_q == StPayload) && of_events;
  assign descriptor_pop_o = room && descriptor_valid_i && (state_q == StHeader) &&
                            (index_q != 4'd0) && (index_q != 4'd3);

  always_comb begin
    state_d = state_q;
    index_d = index_q;
    if (take) index_d = index_q + 4'd1;
    case (state_q)
      StIdle: begin
        if (descriptor_valid_i) begin
          if (key) state_d = StStreamHeader;
          else     state_d = StHeader;
        end
      end
      StStreamHeader: if (take && index_q == 4'd11) state_d = StStreamCrc;
      StStreamCrc: begin
        if (take) begin
          state_d = StHeader;
          index_d = 4'd0;
        end
      end
      StHeader: begin
        if (take && index_q == 4'd4) begin
          if (frames_q == '0 && !of_events) state_d = StCrc;  // only the stream's end
          else                                state_d = StPayload;
        end
      end
      StPayload: if (take && words_q == CountWidth'(1)) state_d = StCrc;
      default: begin
        if (take) begin
          state_d = StIdle;
          index_d = 4'd0;
        end
      end
    endcase
  end

  always_comb begin
    number = stream_number_i;
    for (int b = 0; b < 8; b++) number[15-b] = stream_number_i[15-b] ^ streams_q[b];
  end

  logic begins;  // a stream
  assign begins = (state_q == StIdle) && descriptor_valid_i && stream_begin;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q       <= StIdle;
      index_q       <= '0;
      streams_q     <= '1;
      event_q       <= 1'b0;
      m_axis_tvalid_o <= 1'b0;
      m_axis_tlast_o  <= 1'b0;
      packets_o     <= '0;
    end else begin
      // A packet in 20 frames leaves it idle most of the time.
      if (take || (state_q == StIdle && descriptor_valid_i)) begin
        state_q <= state_d;
        index_q <= index_d;
      end
      if (begins) streams_q <= streams_q + 1'b1;
      if (state_q == StHeader && index_q == 4'd1) event_q <= is_event;
      if (room) begin
        m_axis_tvalid_o <= available;
        m_axis_tlast_o  <= is_crc;
      end
      if (take && state_q == StCrc && !of_events) packets_o <= packets_o + 32'd1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) m_axis_tdata_o <= is_crc ? crc : word;
    if (begins)              sequence_q <= '0;
    else if (take && is_crc) sequence_q <= sequence_q + 32'd1;
    if (state_q == StHeader && index_q == 4'd1) frames_q <= descriptor_i[FrameWidth-1:0];
    if (state_q == StHeader)  words_q <= descriptor_i[CountWidth-1:0];
    else if (take)            words_q <= words_q - 1'b1;
  end

  logic packet_begin;
  assign packet_begin = (index_q == 4'd0) && (state_q == StStreamHeader || state_q == StHeader);

  nrc_crc32 u_crc32 (
    .clk_i,
    .init_i (packet_begin),
    .valid_i(take && !is_crc),
    .word_i (word),
    .crc_o  (crc)
  );

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(BufferWords >= 4 &&
               (Profile == nrc_pkg::ProfileHuffman || Profile == nrc_pkg::ProfileRange),
               "nrc_packet_emitter: BufferWords is 4 or more, Profile 0 or 1")

  `NRC_AWAKE(clk_i, rst_ni)

  // AXI4-Stream: what is offered stays until it is taken.
  logic        offered_q;
  logic [32:0] offer_q;
  always @(posedge clk_i) begin
    offered_q <= checking_q && m_axis_tvalid_o && !m_axis_tready_i;
    offer_q   <= {m_axis_tlast_o, m_axis_tdata_o};
    if (checking_q && offered_q) begin
      assert (m_axis_tvalid_o && offer_q == {m_axis_tlast_o, m_axis_tdata_o});
    end
  end
`endif

endmodule
