// SPDX-License-Identifier: Apache-2.0
//
// The decoder of the Huffman or the range profile: packets of the nrc bitstream in, samples of
// interleaved channels out (docs/bitstream.md). Golden model: nrc::Receiver; the inverse of
// nrc_encoder.
//
//   s_axis -> packet_parser -> packet_buffer ------+
//                  |                               v
//             packet_order -> sample_scheduler -> decode_path -> sample_output -> m_axis
//                                                 or range_decode_path
//
// A packet is held in the packet buffer until its CRC is known to be correct. The channels'
// predictions and tables come from their own past, a frame ago, so they are ready before the bits
// are examined. From the scheduler on the pipeline of the Huffman profile is rigid; that of the
// range profile holds the scheduler up while a code takes longer. docs/rtl.md describes what is
// decoded and reported.
//
// The tables are compiled in; there is no table port.
//
// Latency: 18 clocks from a sample's start to m_axis; a packet's first sample starts 2 clocks
// after its CRC word if nothing else waits. One sample per clock, with fewer channels than
// LoopLatency + DecoderUpdateDelay = 18 one frame per 18 clocks. Range profile: 18 clocks to a
// packet's first sample, 19 for a frame of few channels; a sample takes a clock if its code is among
// those about the prediction (nrc_range_decoder).

`timescale 1ns / 1ps

module nrc_decoder #(
  parameter int Channels         = 1024,
  parameter int VariableChannels = 0,      // 1: streams may have fewer channels, as their headers say
  parameter int CodeWidth        = 10,
  parameter int Profile          = nrc_pkg::ProfileHuffman,
  parameter int Mapping          = nrc_pkg::MappingShift6,
  parameter int PacketFrames     = 20,     // the most that a packet may have
  parameter int BufferWords      = 16384,  // 32-bit words of packets that wait; a power of two
  parameter int PacketFifoDepth  = 8       // packets that wait; a power of two
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  // Packets; tdata[7:0] is the first byte.
  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,
  input  logic [31:0] s_axis_tdata,
  // A packet's last word; or always low, if the link does not know.
  input  logic        s_axis_tlast,

  // int16 samples (Mapping shift6) or codes, sign-extended (Mapping code); channels in turn.
  output logic        m_axis_tvalid,
  input  logic        m_axis_tready,
  output logic [15:0] m_axis_tdata,
  output logic        m_axis_tlast,      // the frame's last channel
  output logic [32:0] m_axis_tuser,      // bit 32: may be wrong; bits 31..0: number of the frame

  // Status, since reset.
  output logic [31:0] packets_o,         // data packets decoded
  output logic [31:0] damaged_o,         // packets that are damaged or cut, runs of other words
  output logic [31:0] lost_o,            // packets missing, by their sequence numbers
  output logic [31:0] skipped_o,         // whole packets whose samples were not given
  output logic        mismatch_o,        // the stream header is of a stream for another decoder
  output logic        synchronised_o,    // the state of all channels is known
  output logic [16:0] channels_o         // of the stream that arrives, if mismatch_o is low
);

  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1;
  localparam bit IsRange      = Profile == nrc_pkg::ProfileRange;
  localparam int Room         = 64;  // samples under way or waiting at the output

  // More than a sample's way takes while damaged_o of the path is high. In the range profile those
  // that are under way leave one by one, and one of them may have to wait for plain bits.
  localparam int DrainClocks  = IsRange ? 64 + nrc_latency_pkg::RangeDecoderRoom : 32;

  // What nrc_decoder_checks refuses is replaced where a tool would stumble over it before the check
  // can say what is wrong.
  localparam int Words = (BufferWords >= 8) ? BufferWords : 8;
  localparam int Depth = (PacketFifoDepth >= 2) ? PacketFifoDepth : 2;
  localparam int Coded = IsRange ? nrc_pkg::ProfileRange : nrc_pkg::ProfileHuffman;

  // Of a payload. A code may take more than the 16 bits of a sample in a raw packet.
  localparam int CodeBits = nrc_bound_pkg::max_code_bits(Coded, CodeWidth);
  localparam int EndBits  = nrc_bound_pkg::end_bits(Coded);
  localparam int Bound    = (Channels * PacketFrames * CodeBits + EndBits + 31) / 32;
  localparam int MinWords = nrc_pkg::StreamHeaderBytes / 4;
  localparam int MaxWords = (Bound > Words)    ? Words :
                            (Bound < MinWords) ? MinWords : Bound;

  // Receiving.
  logic        write, wlast, full;
  logic [31:0] wdata;
  logic        packet, damaged_packet, key, last, match, queue_ready;
  logic [3:0]  packet_type;
  logic [15:0] frames, stream;
  logic [15:0] header_last_channel, stream_last_channel;
  logic [31:0] sequence_number, first_frame, stream_number;

  nrc_packet_parser #(
    .Channels        (Channels),
    .VariableChannels(VariableChannels),
    .CodeWidth       (CodeWidth),
    .Profile         (Coded),
    .Mapping         (Mapping),
    .PacketFrames    (PacketFrames),
    .MaxWords        (MaxWords)
  ) u_parser (
    .clk_i,
    .rst_ni,
    .s_axis_tvalid_i(s_axis_tvalid),
    .s_axis_tready_o(s_axis_tready),
    .s_axis_tdata_i (s_axis_tdata),
    .s_axis_tlast_i (s_axis_tlast),
    .write_o        (write),
    .wdata_o        (wdata),
    .wlast_o        (wlast),
    .full_i         (full),
    .ready_i        (queue_ready),
    .packet_o       (packet),
    .type_o         (packet_type),
    .key_o          (key),
    .last_o         (last),
    .sequence_o     (sequence_number),
    .frames_o       (frames),
    .first_frame_o  (first_frame),
    .stream_o       (stream),
    .number_o       (stream_number),
    .match_o        (match),
    .last_channel_o (header_last_channel),
    .damaged_o      (damaged_packet)
  );

  logic        decode, skipped, damaged, drain;
  logic [31:0] lost;

  nrc_packet_order #(.Profile(Coded)) u_order (
    .clk_i,
    .rst_ni,
    .packet_i     (packet),
    .type_i       (packet_type),
    .key_i        (key),
    .last_i       (last),
    .sequence_i   (sequence_number),
    .frames_i     (frames),
    .first_frame_i(first_frame),
    .stream_i     (stream),
    .number_i     (stream_number),
    .match_i      (match),
    .last_channel_i((VariableChannels != 0) ? header_last_channel : 16'd0),
    .damaged_i    (damaged || drain),
    .decode_o     (decode),
    .skipped_o    (skipped),
    .lost_o       (lost),
    .mismatch_o,
    .last_channel_o(stream_last_channel),
    .synchronised_o
  );


  logic        word_valid, word_last, word_ready;
  logic [31:0] word;
  logic [$clog2(Words):0] unused_level;

  nrc_packet_buffer #(
    .Words   (Words),
    .Width   (33),
    .DualPort(1)
  ) u_buffer (
    .clk_i,
    .rst_ni,
    .write_i (write),
    .wdata_i ({wlast, wdata}),
    .commit_i(decode),
    .rewind_i(damaged_packet || (packet && !decode)),
    .full_o  (full),
    .level_o (unused_level),
    .valid_o (word_valid),
    .rdata_o ({word_last, word}),
    .ready_i (word_ready)
  );

  // Packets that wait, with VariableChannels each with its number of channels.
  localparam int LevelWidth = $clog2(Depth) + 1;
  localparam int QueueWidth = 50 + ((VariableChannels != 0) ? ChannelWidth : 0);

  logic                  waiting_valid, waiting_pop, waiting_key, waiting_raw;
  logic [15:0]           waiting_frames;
  logic [31:0]           waiting_first_frame;
  logic [LevelWidth-1:0] waiting_level;
  logic [QueueWidth-1:0] queued;
  logic [ChannelWidth-1:0] last_channel, waiting_last_channel;  // arriving, waiting

  nrc_fifo #(
    .Width(QueueWidth),
    .Depth(Depth)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .push_i (decode),
    .wdata_i(QueueWidth'({last_channel, key, packet_type == 4'(nrc_pkg::TypeRaw), frames, first_frame})),
    .valid_o(waiting_valid),
    .rdata_o(queued),
    .pop_i  (waiting_pop),
    .level_o(waiting_level)
  );

  assign {waiting_key, waiting_raw, waiting_frames, waiting_first_frame} = queued[49:0];

  if (VariableChannels != 0) begin : gen_variable
    assign last_channel         = ChannelWidth'(stream_last_channel);
    assign waiting_last_channel = queued[50+:ChannelWidth];
    assign channels_o           = {1'b0, stream_last_channel} + 17'd1;
  end else begin : gen_fixed
    // verilator lint_off UNUSEDSIGNAL
    logic unused;
    assign unused = ^{stream_last_channel, header_last_channel};
    // verilator lint_on UNUSEDSIGNAL

    assign last_channel         = ChannelWidth'(Channels - 1);
    assign waiting_last_channel = last_channel;
    assign channels_o           = 17'(Channels);
  end

  assign queue_ready = (waiting_level != LevelWidth'(Depth));

  // Samples on their way.
  logic                    start, start_reset, start_raw, packet_begin, frame_end, packet_end;
  logic                    hold;
  logic [ChannelWidth-1:0] channel;

  nrc_sample_scheduler #(
    .Channels   (Channels),
    .LoopLatency(IsRange ? 1 : nrc_latency_pkg::DecoderLoopLatency),
    .Room       (Room),
    .DrainClocks(DrainClocks)
  ) u_scheduler (
    .clk_i,
    .rst_ni,
    .packet_valid_i (waiting_valid),
    .packet_frames_i(waiting_frames),
    .packet_key_i   (waiting_key),
    .packet_raw_i   (waiting_raw),
    .packet_last_channel_i(waiting_last_channel),
    .packet_pop_o   (waiting_pop),
    .valid_o        (start),
    .channel_o      (channel),
    .reset_o        (start_reset),
    .raw_o          (start_raw),
    .packet_begin_o (packet_begin),
    .frame_end_o    (frame_end),
    .packet_end_o   (packet_end),
    .hold_i         (hold),
    .sample_out_i   (m_axis_tvalid && m_axis_tready),
    .damaged_i      (damaged),
    .word_valid_i   (word_valid),
    .drain_o        (drain)
  );

  logic        arrived, arrived_first, arrived_frame_end, arrived_packet_end;
  logic [15:0] sample;

  if (IsRange) begin : gen_range
    nrc_range_decode_path #(
      .Channels        (Channels),
      .VariableChannels(VariableChannels),
      .CodeWidth       ((CodeWidth >= 4) ? CodeWidth : 4),
      .Mapping         (Mapping)
    ) u_path (
      .clk_i,
      .rst_ni,
      .hold_o        (hold),
      .waiting_i     (waiting_valid),
      .last_channel_i(waiting_last_channel),
      .start_i       (start),
      .channel_i     (channel),
      .reset_i       (start_reset),
      .raw_i         (start_raw),
      .packet_begin_i(packet_begin),
      .packet_end_i  (packet_end),
      .word_valid_i  (word_valid),
      .word_i        (word),
      .word_last_i   (word_last),
      .word_ready_o  (word_ready),
      .valid_o       (arrived),
      .sample_o      (sample),
      .damaged_o     (damaged),
      .drain_i       (drain)
    );

    // Samples arrive in order, each in its own time.
    localparam int SideDepth = nrc_latency_pkg::RangeDecoderRoom;

    logic                     unused_valid;
    logic [$clog2(SideDepth):0] unused_side_level;

    nrc_fifo #(
      .Width(3),
      .Depth(SideDepth)
    ) u_side (
      .clk_i,
      .rst_ni,
      .push_i (start),
      .wdata_i({packet_begin, frame_end, packet_end}),
      .valid_o(unused_valid),
      .rdata_o({arrived_first, arrived_frame_end, arrived_packet_end}),
      .pop_i  (arrived),
      .level_o(unused_side_level)
    );
  end else begin : gen_huffman
    localparam int PathLatency = nrc_latency_pkg::DecodePathLatency;

    assign hold = 1'b0;

    nrc_decode_path #(
      .Channels (Channels),
      .CodeWidth(CodeWidth),
      .Mapping  (Mapping)
    ) u_path (
      .clk_i,
      .rst_ni,
      .start_i     (start),
      .channel_i   (channel),
      .reset_i     (start_reset),
      .raw_i       (start_raw),
      .packet_end_i(packet_end),
      .word_valid_i(word_valid),
      .word_i      (word),
      .word_last_i (word_last),
      .word_ready_o(word_ready),
      .valid_o     (arrived),
      .sample_o    (sample),
      .damaged_o   (damaged),
      .drain_i     (drain)
    );

    nrc_delay #(.Width(3), .Depth(PathLatency)) u_side_delay (
      .clk_i,
      .d_i({packet_begin, frame_end, packet_end}),
      .q_o({arrived_first, arrived_frame_end, arrived_packet_end})
    );
  end

  nrc_sample_output #(
    .Room(Room)
  ) u_output (
    .clk_i,
    .rst_ni,
    .packet_begin_i (start && packet_begin),
    .first_frame_i  (waiting_first_frame),
    .valid_i        (arrived),
    .sample_i       (sample),
    .first_i        (arrived_first),
    .frame_end_i    (arrived_frame_end),
    .damaged_i      (damaged),
    .m_axis_tvalid_o(m_axis_tvalid),
    .m_axis_tready_i(m_axis_tready),
    .m_axis_tdata_o (m_axis_tdata),
    .m_axis_tlast_o (m_axis_tlast),
    .m_axis_tuser_o (m_axis_tuser)
  );

  // Status.
  logic arrived_packet, drained_packet;

  assign arrived_packet = arrived && arrived_packet_end;
  assign drained_packet = drain && waiting_pop;  // waited when another was found to be damaged

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      packets_o <= '0;
      damaged_o <= '0;
      lost_o    <= '0;
      skipped_o <= '0;
    end else begin
      packets_o <= packets_o + 32'(arrived_packet && !damaged);
      damaged_o <= damaged_o + 32'(arrived_packet && damaged) + 32'(damaged_packet);
      lost_o    <= lost_o + lost;
      skipped_o <= skipped_o + 32'(skipped) + 32'(drained_packet);
    end
  end

  nrc_decoder_checks #(
    .Channels        (Channels),
    .VariableChannels(VariableChannels),
    .CodeWidth       (CodeWidth),
    .Profile         (Profile),
    .Mapping         (Mapping),
    .PacketFrames    (PacketFrames),
    .BufferWords     (BufferWords),
    .PacketFifoDepth (PacketFifoDepth)
  ) u_checks ();

endmodule
