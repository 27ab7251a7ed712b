// SPDX-License-Identifier: Apache-2.0
//
// The encoder: samples of interleaved channels in, packets of the nrc bitstream out
// (docs/bitstream.md). Golden model: nrc::Encoder.
//
//   s_axis -> framer -> shift6 -+-> huffman_path -------+-> packetizer -> m_axis
//                               +-> range_path ---------+
//                               +-> narrow_range_path --+
//
// Profile chooses one of the first two paths; with Narrow the range profile takes the third. With
// Events the Huffman path finds spikes as well, which the packetizer sends in packets of their own.
//
// Samples arrive channel by channel, 0 .. Channels-1, with s_axis_tlast at the last one of a
// frame. Everything up to the bit packer is one rigid pipeline: a sample enters in any clock,
// nothing stalls, and a link that cannot keep up costs whole packets at the packetizer, never
// single samples. docs/rtl.md has the rules of framing, key packets and drops.
//
// Latency, clocks from a sample's handshake: 1 framer, 1 shift6, 18 huffman_path or 24 range_path =
// 20 or 26 until its last bit is packed; 1 more with Taps, 3 more with Neighbour. With Pipeline =
// 1, 0 framer, 5 huffman_path or 9 range_path = 5 or 9; with Narrow 4 or 8. One sample per clock;
// with fewer channels than nrc_latency_pkg::loop_latency() one frame in that many clocks.

`timescale 1ns / 1ps

module nrc_encoder #(
  parameter int Channels        = 1024,
  parameter int VariableChannels = 0,         // 1: channels_i says how many, up to Channels
  parameter int CodeWidth       = 10,
  parameter int Profile         = nrc_pkg::ProfileHuffman,
  parameter int RateControl     = 0,         // 1: rounds packets that a slow link cannot take
  parameter int Events          = 0,         // 1: finds spikes and sends them
  parameter int EventWords      = 512,       // events that wait; a power of two
  parameter int Classes         = 0,         // 1: channels have classes, by the class port
  parameter int Narrow          = 0,         // 1: the narrow state, with Pipeline 1 only
  parameter int Taps            = 0,         // 1: stage taps, of the range profile only
  parameter int Neighbour       = 0,         // 1: stage neighbour, of the range profile only
  parameter int Mapping         = nrc_pkg::MappingShift6,
  parameter int PacketFrames    = 20,        // 1.024 ms at 19,531.25 Hz
  parameter int KeyInterval     = 384,       // packets; 0: only the first and on demand
  parameter int RateMillihertz  = 19531250,  // of one channel, for the stream header
  parameter int BufferWords     = 16384,     // 32-bit words of packets that wait; a power of two
  parameter int PacketFifoDepth = 8,         // packets that wait
  parameter int LoadableTables  = 0,         // 1: the table port fills the tables
  parameter int Pipeline        = nrc_latency_pkg::PipelineDeep  // 1: shallow, for silicon
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        enable_i,       // sampled at frame boundaries; low closes the stream
  input  logic        flush_i,        // pulse: closes the stream at once, without a sample
  input  logic        key_request_i,  // pulse: makes the next packet a key packet
  input  logic [31:0] stream_number_i,  // another one after each reset; stable

  // Channels of a frame, 1 to Channels, with Narrow a multiple of 4 from 8 on. Taken over while
  // status_o says idle or closed, and no stream opens with an illegal number. Unused without
  // VariableChannels.
  input  logic [16:0] channels_i,

  // Rate control: numbers of rounding steps (nrc_step_pkg), and what a link takes in the time of a
  // packet in 1/16 words, 0: by the words that wait in the buffer. Unused without RateControl.
  input  logic [2:0]  max_step_i,     // 0: never round
  input  logic [2:0]  min_step_i,     // 0 .. first_step_i; 0: lossless where the link takes it
  input  logic [2:0]  first_step_i,   // 1 .. max_step_i
  input  logic [23:0] link_words_i,

  // Table of the channels' classes (section 18), taken over at the next key packet; unused without
  // Classes. All channels are to be written before the first stream.
  input  logic        class_we_i,
  input  logic [15:0] class_addr_i,
  input  logic [1:0]  class_wdata_i,

  // Events; unused without Events.
  input  logic [nrc_pkg::EventThresholdBits-1:0] event_threshold_i,  // 1/4 scale, 0: none
  input  logic        events_only_i,  // no samples are sent; stable while enabled

  // int16 samples (Mapping shift6) or codes, sign-extended (Mapping code).
  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,
  input  logic [15:0] s_axis_tdata,
  input  logic        s_axis_tlast,   // the frame's last channel

  // Packets; tdata[7:0] is the first byte.
  output logic        m_axis_tvalid,
  input  logic        m_axis_tready,
  output logic [31:0] m_axis_tdata,
  output logic        m_axis_tlast,   // the packet's last word

  // Table port; while status_o says idle or closed. All words in the order of their addresses, and
  // no stream opens before the last one. Huffman profile: the code after a leading one, at table *
  // 2^SymbolBits + symbol. Range profile: nrc_range_path.
  input  logic        table_we_i,
  input  logic [15:0] table_addr_i,
  input  logic [15:0] table_wdata_i,
  input  logic [31:0] table_id_i,     // of the loaded tables; stable while enabled

  output logic [nrc_status_pkg::StatusWidth-1:0] status_o,

  // Status, since reset.
  output logic [31:0] packets_o,         // data packets sent
  output logic [31:0] dropped_o,         // data packets dropped
  output logic [31:0] framing_errors_o,  // frames of the wrong length
  output logic [31:0] off_grid_o,        // samples that no code represents: coded, but altered
  output logic        overflow_o,        // pulse: a packet found no room
  output logic        sample_packed_o,   // pulse: the last bit of a sample is packed
  output logic [2:0]  step_o,            // of the packet that began last
  output logic [2:0]  largest_step_o,
  output logic [31:0] waiting_o,         // words that waited when it began
  output logic [31:0] fill_o,            // words in the packet buffer now
  output logic [31:0] events_lost_o      // events that found no room
);

  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1;

  // What nrc_encoder_checks refuses is replaced where a tool would stumble over it before the check
  // can say what is wrong.
  localparam int MinWidth = (Profile == nrc_pkg::ProfileRange) ? 4 : nrc_pkg::MinCodeWidth;
  localparam int Width    = (CodeWidth >= MinWidth && CodeWidth <= 16) ? CodeWidth : 10;
  localparam int Words    = (BufferWords >= 4) ? BufferWords : 4;
  localparam int Depth    = (PacketFifoDepth >= 1) ? PacketFifoDepth : 1;

  localparam int UseNarrow = (Narrow != 0 && Channels >= 8 && Channels % 4 == 0 &&
                              Width >= nrc_pkg::MinNarrowWidth &&
                              (Profile != nrc_pkg::ProfileRange || Width <= nrc_pkg::PlainWidth) &&
                              Pipeline == nrc_latency_pkg::PipelineShallow) ? 1 : 0;

  localparam int Loop = nrc_latency_pkg::loop_latency(Profile == nrc_pkg::ProfileRange, Pipeline);

  localparam int BriefFrames = nrc_bound_pkg::brief_frames(Profile, Width, Channels, PacketFrames,
                                                           Loop, Words);

  localparam int Predictor = ((Narrow != 0) ? nrc_pkg::PredictorNarrow : 0) |
                             ((Taps != 0) ? nrc_pkg::PredictorTaps : 0) |
                             ((Neighbour != 0) ? nrc_pkg::PredictorNeighbour : 0);

  localparam int SideWidth = nrc_side_pkg::SideWidth;

  localparam int Fill  = $clog2(Words) + 1;
  localparam int Flags =
      ((RateControl != 0) ? nrc_pkg::FlagRounding | nrc_pkg::FlagProportional : 0) |
      ((Events != 0) ? nrc_pkg::FlagEvents : 0) | ((Classes != 0) ? nrc_pkg::FlagClasses : 0);
  // What nrc_encoder_checks refuses otherwise.
  localparam int UseRate = (RateControl != 0 && Profile == nrc_pkg::ProfileHuffman && Narrow == 0 &&
                            Pipeline == nrc_latency_pkg::PipelineDeep && Words >= 64) ? 1 : 0;
  localparam int UseEvents = (Events != 0 && Profile == nrc_pkg::ProfileHuffman && Narrow == 0 &&
                              Pipeline == nrc_latency_pkg::PipelineDeep) ? 1 : 0;
  localparam int UseClasses = (Classes != 0 && Profile == nrc_pkg::ProfileHuffman && Narrow == 0 &&
                               Pipeline == nrc_latency_pkg::PipelineDeep) ? 1 : 0;
  localparam int EventRoom = (EventWords >= 2 * nrc_pkg::MaxPacketEvents)
                             ? EventWords : 2 * nrc_pkg::MaxPacketEvents;

  // Half a millisecond for a peak, and one to the next crossing.
  localparam int Peak = (RateMillihertz / 2000000) + ((RateMillihertz % 2000000 != 0) ? 2 : 1);
  localparam int Gap  = (RateMillihertz / 1000000) + ((RateMillihertz % 1000000 != 0) ? 2 : 1);
  localparam int EventWindow = (RateMillihertz <= 0)           ? nrc_pkg::UsualEventWindow :
                               (Peak > nrc_pkg::MaxEventWindow) ? nrc_pkg::MaxEventWindow : Peak;
  localparam int EventRest   = (RateMillihertz <= 0)         ? nrc_pkg::UsualEventRest :
                               (Gap > nrc_pkg::MaxEventRest) ? nrc_pkg::MaxEventRest : Gap;

  logic                    event_valid, detected_valid;
  logic [ChannelWidth-1:0] event_channel;
  logic [Width-1:0]        event_amplitude;
  logic [3:0]              event_ago;
  logic [SideWidth-1:0]    detected_side;

  logic                    key_needed, brief_needed;
  logic                    flush, flushed, close, open, settled, packets_wait;
  logic                    tables_ready;
  logic                    packet_begin, packet_end;
  logic [Fill-1:0]         fill, packet_words;
  logic [2:0]              code_step, packet_step;

  // Channels in use.
  localparam int FrameWidth = (PacketFrames > 1) ? $clog2(PacketFrames) : 1;

  logic                    channels_good;
  logic [ChannelWidth-1:0] last_channel;
  logic [FrameWidth-1:0]   brief_last;

  if (VariableChannels != 0) begin : gen_variable_channels
    logic                    good_q;
    logic [ChannelWidth-1:0] last_channel_q;
    logic [FrameWidth-1:0]   brief_last_q;
    logic                    resting;
    logic [6:0]              brief;

    // Nothing of a stream is under way, and none begins.
    assign resting = !open && settled && !packets_wait && !packet_begin;
    assign brief   = nrc_bound_pkg::frames_of_brief_clocks(channels_i, Loop);

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) good_q <= 1'b0;
      else if (resting) begin
        good_q <= channels_i != '0 && 32'(channels_i) <= Channels &&
                  (UseNarrow == 0 || (channels_i[1:0] == 2'd0 && channels_i >= 17'd8));
      end
    end

    always_ff @(posedge clk_i) begin
      if (resting) begin
        last_channel_q <= ChannelWidth'(channels_i - 17'd1);
        brief_last_q   <= (BriefFrames == PacketFrames || 32'(brief) >= PacketFrames)
                          ? FrameWidth'(PacketFrames - 1) : FrameWidth'(brief - 7'd1);
      end
    end

    assign channels_good = good_q;
    assign last_channel  = last_channel_q;
    assign brief_last    = brief_last_q;
  end else begin : gen_fixed_channels
    assign channels_good = 1'b1;
    assign last_channel  = ChannelWidth'(Channels - 1);
    assign brief_last    = FrameWidth'(BriefFrames - 1);

    logic unused_channels;
    assign unused_channels = ^channels_i;
  end

  logic                    framer_valid, framer_first, framing_error;
  logic [15:0]             framer_sample;
  logic [ChannelWidth-1:0] framer_channel;
  logic [SideWidth-1:0]    framer_side;

  nrc_framer #(
    .Channels    (Channels),
    .MinChannels ((VariableChannels == 0) ? Channels : (UseNarrow != 0) ? 8 : 1),
    .PacketFrames(PacketFrames),
    .KeyInterval (KeyInterval),
    .LoopLatency (Loop),
    .Pipeline    (Pipeline)
  ) u_framer (
    .clk_i,
    .rst_ni,
    .last_channel_i (last_channel),
    .brief_last_i   (brief_last),
    .enable_i       (enable_i && tables_ready && channels_good),
    .key_request_i,
    .key_needed_i   (key_needed),
    .brief_needed_i (brief_needed),
    .flush_i,
    .s_axis_tvalid_i(s_axis_tvalid),
    .s_axis_tready_o(s_axis_tready),
    .s_axis_tdata_i (s_axis_tdata),
    .s_axis_tlast_i (s_axis_tlast),
    .valid_o        (framer_valid),
    .sample_o       (framer_sample),
    .channel_o      (framer_channel),
    .first_o        (framer_first),
    .side_o         (framer_side),
    .flush_o        (flush),
    .flushed_o      (flushed),
    .close_o        (close),
    .open_o         (open),
    .settled_o      (settled),
    .packet_begin_o (packet_begin),
    .framing_error_o(framing_error)
  );

  // The step of a packet is known with its first sample in the framer's output, and waits for the
  // packet's end in a queue, as the next packet begins before that.
  if (UseRate != 0) begin : gen_rate_control
    logic [Fill-1:0] waiting;
    logic            begun_q, unused_valid;
    // Packets may be under way from the framer to the packetizer in every clock of the pipeline, if
    // each sample ends a frame.
    localparam int StepDepth = 1 << $clog2(nrc_latency_pkg::EncoderLatency + 2);
    logic [$clog2(StepDepth):0] unused_level;

    nrc_rate_control #(
      .BufferWords(Words)
    ) u_rate_control (
      .clk_i,
      .rst_ni,
      .max_step_i,
      .min_step_i,
      .first_step_i,
      .link_words_i,
      .packet_begin_i(packet_begin),
      .fill_i        (fill),
      .packet_end_i  (packet_end),
      .packet_words_i(packet_words),
      .step_o,
      .largest_o     (largest_step_o),
      .waiting_o     (waiting)
    );

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begun_q <= 1'b0;
      else         begun_q <= packet_begin;
    end

    nrc_fifo #(.Width(3), .Depth(StepDepth)) u_steps (
      .clk_i,
      .rst_ni,
      .push_i (begun_q),
      .wdata_i(step_o),
      .valid_o(unused_valid),
      .rdata_o(packet_step),
      .pop_i  (packet_end),
      .level_o(unused_level)
    );

    nrc_delay #(.Width(3), .Depth(nrc_latency_pkg::Shift6Latency + 1)) u_step_delay (
      .clk_i, .d_i(step_o), .q_o(code_step)
    );

    assign waiting_o = 32'(waiting);
  end else begin : gen_no_rate_control
    assign step_o         = '0;
    assign largest_step_o = '0;
    assign waiting_o      = '0;
    assign code_step      = '0;
    assign packet_step    = '0;

    logic unused_rate;
    assign unused_rate = ^{max_step_i, min_step_i, first_step_i, link_words_i, packet_begin, packet_end, fill,
                           packet_words};
  end

  logic                    code_valid, code_first, off_grid;
  logic [Width-1:0]        code;
  logic [ChannelWidth-1:0] code_channel;
  logic [SideWidth-1:0]    code_side;

  nrc_shift6 #(
    .Mapping  (Mapping),
    .CodeWidth(Width),
    .Pipeline (Pipeline)
  ) u_shift6 (
    .clk_i,
    .rst_ni,
    .valid_i   (framer_valid),
    .sample_i  (framer_sample),
    .valid_o   (code_valid),
    .code_o    (code),
    .off_grid_o(off_grid)
  );

  nrc_delay #(
    .Width(ChannelWidth + 1 + SideWidth),
    .Depth((Pipeline == nrc_latency_pkg::PipelineDeep) ? nrc_latency_pkg::Shift6Latency
                                                       : nrc_latency_pkg::ShallowShift6Latency)
  ) u_code_delay (
    .clk_i,
    .d_i({framer_channel, framer_first, framer_side}),
    .q_o({code_channel, code_first, code_side})
  );

  logic                 packed_valid;
  logic [31:0]          packed_word;
  logic [SideWidth-1:0] packed_side;
  logic [31:0]          table_id;

  // Tables.
  localparam int TableWords          = (Profile == nrc_pkg::ProfileRange)
                                       ? nrc_range_tables_pkg::TableWords
                                       : nrc_tables_pkg::NumTables << nrc_tables_pkg::SymbolBits;
  localparam int TableAddrWidth      = $clog2(TableWords);
  localparam logic [31:0] BuiltInId  = (Profile == nrc_pkg::ProfileRange)
                                       ? nrc_range_tables_pkg::TableId : nrc_tables_pkg::TableId;

  if (Profile == nrc_pkg::ProfileRange && UseNarrow != 0) begin : gen_narrow_range
    nrc_narrow_range_path #(
      .Channels (Channels),
      .CodeWidth(Width)
    ) u_path (
      .clk_i,
      .rst_ni,
      .valid_i     (code_valid),
      .code_i      (code),
      .channel_i   (code_channel),
      .first_i     (code_first),
      .side_i      (code_side),
      .flush_i     (flush),
      .word_valid_o(packed_valid),
      .word_o      (packed_word),
      .side_o      (packed_side),
      .sample_packed_o
    );

    logic unused_ports;
    assign unused_ports = ^{code_step, event_threshold_i, class_we_i, class_addr_i, class_wdata_i,
                            table_we_i, table_wdata_i};
  end else if (Profile == nrc_pkg::ProfileRange) begin : gen_range
    nrc_range_path #(
      .Channels      (Channels),
      .CodeWidth     (Width),
      .LoadableTables(LoadableTables),
      .Taps          (Taps),
      .Neighbour     (Neighbour),
      .Pipeline      (Pipeline)
    ) u_path (
      .clk_i,
      .rst_ni,
      .table_we_i,
      .table_addr_i(table_addr_i[TableAddrWidth-1:0]),
      .table_wdata_i,
      .valid_i     (code_valid),
      .code_i      (code),
      .channel_i   (code_channel),
      .first_i     (code_first),
      .side_i      (code_side),
      .flush_i     (flush),
      .word_valid_o(packed_valid),
      .word_o      (packed_word),
      .side_o      (packed_side),
      .sample_packed_o
    );

    logic unused_ports;
    assign unused_ports = ^{code_step, event_threshold_i, class_we_i, class_addr_i, class_wdata_i};
  end else begin : gen_huffman
    nrc_huffman_path #(
      .Channels      (Channels),
      .CodeWidth     (Width),
      .LoadableTables(LoadableTables),
      .Narrow        (UseNarrow),
      .RateControl   (UseRate),
      .Events        (UseEvents),
      .EventWindow   (EventWindow),
      .EventRest     (EventRest),
      .Classes       (UseClasses),
      .Pipeline      (Pipeline)
    ) u_path (
      .clk_i,
      .rst_ni,
      .table_we_i,
      .table_addr_i(table_addr_i[TableAddrWidth-1:0]),
      .table_wdata_i,
      .valid_i     (code_valid),
      .code_i      (code),
      .channel_i   (code_channel),
      .first_i     (code_first),
      .side_i      (code_side),
      .flush_i     (flush),
      .step_i      (code_step),
      .class_we_i,
      .class_addr_i(class_addr_i[ChannelWidth-1:0]),
      .class_wdata_i,
      .event_threshold_i,
      .event_valid_o    (event_valid),
      .event_channel_o  (event_channel),
      .event_amplitude_o(event_amplitude),
      .event_ago_o      (event_ago),
      .detected_valid_o (detected_valid),
      .detected_side_o  (detected_side),
      .word_valid_o(packed_valid),
      .word_o      (packed_word),
      .side_o      (packed_side),
      .sample_packed_o
    );

    logic unused_class_addr;
    assign unused_class_addr = ^class_addr_i;
  end

  if (Profile == nrc_pkg::ProfileRange) begin : gen_no_events
    assign event_valid     = 1'b0;
    assign event_channel   = '0;
    assign event_amplitude = '0;
    assign event_ago       = '0;
    assign detected_valid  = 1'b0;
    assign detected_side   = '0;
  end

  assign table_id = (LoadableTables != 0) ? table_id_i : BuiltInId;

  // Loaded are tables whose words came in the order of their addresses, up to the last.
  if (LoadableTables != 0) begin : gen_loading
    logic [TableAddrWidth-1:0] next_q;  // address of the next word
    logic                      loaded_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        next_q   <= '0;
        loaded_q <= 1'b0;
      end else if (table_we_i) begin
        if (table_addr_i == '0) begin
          next_q   <= TableAddrWidth'(1);
          loaded_q <= 1'b0;
        end else if (table_addr_i[TableAddrWidth-1:0] == next_q && next_q != '0) begin
          next_q   <= (next_q == TableAddrWidth'(TableWords-1)) ? '0 : next_q + 1'b1;
          loaded_q <= next_q == TableAddrWidth'(TableWords-1);
        end
      end
    end

    assign tables_ready = loaded_q;
  end else begin : gen_fixed
    assign tables_ready = 1'b1;
  end

  logic unused_table_port;
  assign unused_table_port = ^{table_addr_i, table_id_i};

  nrc_packetizer #(
    .Channels       (Channels),
    .CodeWidth      (Width),
    .Mapping        (Mapping),
    .PacketFrames   (PacketFrames),
    .Profile        (Profile),
    .Predictor      (Predictor),
    .RateMillihertz (RateMillihertz),
    .Flags          (Flags),
    .BufferWords    (Words),
    .PacketFifoDepth(Depth),
    .Events         (UseEvents),
    .EventWindow    (EventWindow),
    .EventWords     (EventRoom)
  ) u_packetizer (
    .clk_i,
    .rst_ni,
    .last_channel_i (16'(last_channel)),
    .table_id_i     (table_id),
    .stream_number_i,
    .word_valid_i   (packed_valid),
    .word_i         (packed_word),
    .side_i         (packed_side),
    .step_i         (packet_step),
    .flushed_i      (flushed),
    .close_i        (close),
    .flush_i        (flush),
    .events_only_i,
    .event_valid_i    (event_valid),
    .event_channel_i  (event_channel),
    .event_amplitude_i(event_amplitude),
    .event_ago_i      (event_ago),
    .detected_valid_i (detected_valid),
    .detected_side_i  (detected_side),
    .key_needed_o   (key_needed),
    .brief_needed_o (brief_needed),
    .busy_o         (packets_wait),
    .fill_o         (fill),
    .packet_end_o   (packet_end),
    .packet_words_o (packet_words),
    .m_axis_tdata_o (m_axis_tdata),
    .m_axis_tvalid_o(m_axis_tvalid),
    .m_axis_tlast_o (m_axis_tlast),
    .m_axis_tready_i(m_axis_tready),
    .packets_o,
    .dropped_o,
    .overflow_o,
    .events_lost_o
  );

  assign fill_o = 32'(fill);

  // Status.
  logic       begun_q;      // a stream has
  // Registers, so that no input reaches an output.
  logic       no_tables_q, no_channels_q;
  logic [1:0] state;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      begun_q       <= 1'b0;
      no_tables_q   <= 1'b0;
      no_channels_q <= 1'b0;
    end else begin
      begun_q       <= begun_q || open;
      no_tables_q   <= enable_i && !tables_ready;
      no_channels_q <= enable_i && !channels_good;
    end
  end

  always_comb begin
    if (open)                          state = 2'(nrc_status_pkg::StateOpen);
    else if (!settled || packets_wait) state = 2'(nrc_status_pkg::StateClosing);
    else if (begun_q)                  state = 2'(nrc_status_pkg::StateClosed);
    else                               state = 2'(nrc_status_pkg::StateIdle);
  end
  assign status_o[nrc_status_pkg::StatusState +: 2] = state;
  assign status_o[nrc_status_pkg::StatusNoRoom]   = brief_needed;
  assign status_o[nrc_status_pkg::StatusNoTables] = no_tables_q;
  assign status_o[nrc_status_pkg::StatusNoChannels] = no_channels_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      framing_errors_o <= '0;
      off_grid_o       <= '0;
    end else begin
      if (framing_error) framing_errors_o <= framing_errors_o + 32'd1;
      if (off_grid)      off_grid_o       <= off_grid_o + 32'd1;
    end
  end

  nrc_encoder_checks #(
    .Channels       (Channels),
    .VariableChannels(VariableChannels),
    .CodeWidth      (CodeWidth),
    .Profile        (Profile),
    .Narrow         (Narrow),
    .RateControl    (RateControl),
    .Events         (Events),
    .EventWords     (EventWords),
    .Classes        (Classes),
    .Taps           (Taps),
    .Neighbour      (Neighbour),
    .Mapping        (Mapping),
    .PacketFrames   (PacketFrames),
    .KeyInterval    (KeyInterval),
    .RateMillihertz (RateMillihertz),
    .BufferWords    (BufferWords),
    .PacketFifoDepth(PacketFifoDepth),
    .LoadableTables (LoadableTables),
    .Pipeline       (Pipeline)
  ) u_checks ();

endmodule
