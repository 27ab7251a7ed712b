// SPDX-License-Identifier: Apache-2.0
//
// The encoder with its registers, without a bus: nrc_encoder, nrc_encoder_registers, and what lies
// between them: counters, the check of loaded tables, and the lock of what must stay as it is while
// a stream is open. With SelfTest nrc_self_test is around the encoder. docs/registers.md describes
// the registers.
//
// Parameters, samples and packets are those of nrc_encoder.

`timescale 1ns / 1ps

module nrc_encoder_control #(
  parameter int Channels        = -1,
  parameter int VariableChannels = -1,
  parameter int ChannelMap      = -1,
  parameter int CodeWidth       = -1,
  parameter int Profile         = -1,
  parameter int RateControl     = -1,
  parameter int Events          = -1,
  parameter int EventWords      = -1,
  parameter int Classes         = -1,
  parameter int Narrow          = -1,
  parameter int Taps            = -1,
  parameter int Neighbour       = -1,
  parameter int Mapping         = -1,
  parameter int PacketFrames    = -1,
  parameter int KeyInterval     = -1,
  parameter int RateMillihertz  = -1,
  parameter int BufferWords     = -1,
  parameter int PacketFifoDepth = -1,
  parameter int LoadableTables  = -1,
  parameter int Pipeline        = -1,
  parameter int SelfTest        = -1
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  // A bus: nrc_axil_port or nrc_apb_port.
  input  logic        write_i,
  input  logic [5:0]  write_word_i,
  input  logic [31:0] write_data_i,
  output logic        write_error_o,
  input  logic [5:0]  read_word_i,
  output logic [31:0] read_data_o,
  output logic        read_error_o,

  output logic        irq_o,

  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,
  input  logic [15:0] s_axis_tdata,
  input  logic        s_axis_tlast,

  output logic        m_axis_tvalid,
  input  logic        m_axis_tready,
  output logic [31:0] m_axis_tdata,
  output logic        m_axis_tlast
);

  `include "nrc_assert.svh"

  if (ChannelMap != 0 && ChannelMap != 1) begin : gen_map
    `NRC_REFUSE(nrc_encoder_control_ChannelMap_give_0_or_1,
                "nrc_encoder_control: ChannelMap is %0d; give 0 or 1", ChannelMap)
  end
  if (ChannelMap != 0 && VariableChannels == 0) begin : gen_map_channels
    `NRC_REFUSE(nrc_encoder_control_ChannelMap_with_VariableChannels_0_give_0,
                "nrc_encoder_control: ChannelMap is %0d; with VariableChannels 0 give 0", ChannelMap)
  end

  localparam int TableWords = (Profile == nrc_pkg::ProfileRange)
                              ? nrc_range_tables_pkg::TableWords
                              : nrc_tables_pkg::NumTables << nrc_tables_pkg::SymbolBits;
  localparam logic [31:0] BuiltIn = (Profile == nrc_pkg::ProfileRange)
                                    ? nrc_range_tables_pkg::TableId : nrc_tables_pkg::TableId;

  logic        enable, flush, key_request, snapshot, events_only;
  logic [31:0] stream_number, table_id;
  logic [16:0] channels_in_use;
  logic        map_written;
  logic [15:0] map_place, map_channel;
  logic [2:0]  max_step, min_step, first_step, step, largest_step;
  logic [23:0] link_words;
  logic [5:0]  event_threshold;
  logic        class_written, table_written, refused;
  logic [15:0] class_channel, table_addr, table_wdata;
  logic [1:0]  class_value;
  logic [31:0] table_crc, crc, table_seen;
  logic [31:0] packets, dropped, framing_errors, off_grid, events_lost, fill, waiting;
  logic        overflow, sample_packed;
  logic        no_tables, unlocked;
  logic        test_start, testing, tested_q, tested, test_passed, test_timed_out;
  logic [7:0]  test_packets;
  logic [31:0] test_expected, test_crc;
  logic [1:0]  state, state_q;

  logic [nrc_status_pkg::StatusWidth-1:0] status;

  // Loaded tables are used when the CRC of their words is the one that firmware expects.
  logic loading_q, tables_q;

  nrc_crc32 u_crc (
    .clk_i,
    .init_i (table_written && table_addr == '0),
    .valid_i(table_written),
    .word_i ({table_addr, table_wdata}),
    .crc_o  (crc)
  );

  assign table_seen = loading_q ? crc : '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      loading_q <= 1'b0;
      tables_q  <= 1'b0;
    end else begin
      if (table_written && table_addr == '0) loading_q <= 1'b1;
      tables_q <= (LoadableTables == 0) ||
                  (loading_q && !table_written && crc == table_crc);
    end
  end

  assign state     = status[nrc_status_pkg::StatusState +: 2];
  assign no_tables = (enable && !tables_q) || status[nrc_status_pkg::StatusNoTables];
  assign unlocked  = !enable && !testing && (state == 2'(nrc_status_pkg::StateIdle) ||
                                 state == 2'(nrc_status_pkg::StateClosed));

  // Channels.
  logic [16:0] channels;
  logic        mapped_valid, mapped_ready, mapped_last;
  logic [15:0] mapped_data;

  assign channels = (channels_in_use == '0) ? 17'(Channels) : channels_in_use;

  if (ChannelMap != 0) begin : gen_channel_map
    nrc_channel_map #(.Channels(Channels)) u_channel_map (
      .clk_i,
      .rst_ni,
      .table_we_i     (map_written && 32'(map_channel) < Channels),
      .table_place_i  (map_place),
      .table_channel_i(map_channel),
      .count_i        (channels),
      .s_axis_tvalid,
      .s_axis_tready,
      .s_axis_tdata,
      .s_axis_tlast,
      .m_axis_tvalid  (mapped_valid),
      .m_axis_tready  (mapped_ready),
      .m_axis_tdata   (mapped_data),
      .m_axis_tlast   (mapped_last)
    );
  end else begin : gen_no_channel_map
    assign mapped_valid  = s_axis_tvalid;
    assign s_axis_tready = mapped_ready;
    assign mapped_data   = s_axis_tdata;
    assign mapped_last   = s_axis_tlast;

    logic unused_map;
    assign unused_map = ^{map_written, map_place, map_channel};
  end

  // What the encoder gets: during a test not what comes from outside.
  logic        enable_in, flush_in, key_request_in, events_only_in;
  logic [31:0] stream_number_in;
  logic [2:0]  max_step_in;
  logic [23:0] link_words_in;
  logic [5:0]  event_threshold_in;
  logic        sample_valid, sample_ready, sample_last, packet_valid, packet_ready, packet_last;
  logic [15:0] sample;
  logic [31:0] packet_word;

  if (SelfTest != 0) begin : gen_self_test
    // Every word that waits leaves in a clock of its own, and packets have some 30 more than the buffer holds.
    localparam int Patience = 2048 + BufferWords + 32 * PacketFifoDepth + 2 * EventWords;

    nrc_self_test #(
      .Channels    (Channels),
      .CodeWidth   (CodeWidth),
      .Mapping     (Mapping),
      .PacketFrames(PacketFrames),
      .Patience    (Patience)
    ) u_self_test (
      .clk_i,
      .rst_ni,
      .start_i          (test_start),
      .packets_i        (test_packets),
      .expected_i       (test_expected),
      .running_o        (testing),
      .done_o           (tested),
      .passed_o         (test_passed),
      .timed_out_o      (test_timed_out),
      .crc_o            (test_crc),
      .enable_i         (enable && tables_q),
      .enable_o         (enable_in),
      .flush_i          (flush),
      .flush_o          (flush_in),
      .key_request_i    (key_request),
      .key_request_o    (key_request_in),
      .stream_number_i  (stream_number),
      .stream_number_o  (stream_number_in),
      .max_step_i       (max_step),
      .max_step_o       (max_step_in),
      .link_words_i     (link_words),
      .link_words_o     (link_words_in),
      .event_threshold_i(event_threshold),
      .event_threshold_o(event_threshold_in),
      .events_only_i    (events_only),
      .events_only_o    (events_only_in),
      .status_i         (status),
      .s_axis_tvalid    (mapped_valid),
      .s_axis_tready    (mapped_ready),
      .s_axis_tdata     (mapped_data),
      .s_axis_tlast     (mapped_last),
      .sample_valid_o   (sample_valid),
      .sample_ready_i   (sample_ready),
      .sample_o         (sample),
      .sample_last_o    (sample_last),
      .packet_valid_i   (packet_valid),
      .packet_ready_o   (packet_ready),
      .packet_word_i    (packet_word),
      .packet_last_i    (packet_last),
      .m_axis_tvalid,
      .m_axis_tready,
      .m_axis_tdata,
      .m_axis_tlast
    );
  end else begin : gen_no_self_test
    assign testing            = 1'b0;
    assign tested             = 1'b0;
    assign test_passed        = 1'b0;
    assign test_timed_out     = 1'b0;
    assign test_crc           = '0;
    assign enable_in          = enable && tables_q;
    assign flush_in           = flush;
    assign key_request_in     = key_request;
    assign stream_number_in   = stream_number;
    assign max_step_in        = max_step;
    assign link_words_in      = link_words;
    assign event_threshold_in = event_threshold;
    assign events_only_in     = events_only;
    assign sample_valid       = mapped_valid;
    assign mapped_ready       = sample_ready;
    assign sample             = mapped_data;
    assign sample_last        = mapped_last;
    assign m_axis_tvalid      = packet_valid;
    assign packet_ready       = m_axis_tready;
    assign m_axis_tdata       = packet_word;
    assign m_axis_tlast       = packet_last;

    logic unused_test;
    assign unused_test = ^{test_start, test_packets, test_expected};
  end

  nrc_encoder #(
    .Channels       (Channels),
    .VariableChannels(VariableChannels),
    .CodeWidth      (CodeWidth),
    .Profile        (Profile),
    .RateControl    (RateControl),
    .Events         (Events),
    .EventWords     (EventWords),
    .Classes        (Classes),
    .Narrow         (Narrow),
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
  ) u_encoder (
    .clk_i,
    .rst_ni,
    .enable_i         (enable_in),
    .flush_i          (flush_in),
    .key_request_i    (key_request_in),
    .stream_number_i  (stream_number_in),
    .channels_i       (testing ? 17'(Channels) : channels),
    .max_step_i       (max_step_in),
    .min_step_i       (min_step),
    .first_step_i     (first_step),
    .link_words_i     (link_words_in),
    .class_we_i       (class_written && 32'(class_channel) < 32'(Channels)),
    .class_addr_i     (class_channel),
    .class_wdata_i    (class_value),
    .event_threshold_i(event_threshold_in),
    .events_only_i    (events_only_in),
    .s_axis_tvalid    (sample_valid),
    .s_axis_tready    (sample_ready),
    .s_axis_tdata     (sample),
    .s_axis_tlast     (sample_last),
    .m_axis_tvalid    (packet_valid),
    .m_axis_tready    (packet_ready),
    .m_axis_tdata     (packet_word),
    .m_axis_tlast     (packet_last),
    .table_we_i       (table_written),
    .table_addr_i     (table_addr),
    .table_wdata_i    (table_wdata),
    .table_id_i       (table_id),
    .status_o         (status),
    .packets_o        (packets),
    .dropped_o        (dropped),
    .framing_errors_o (framing_errors),
    .off_grid_o       (off_grid),
    .overflow_o       (overflow),
    .sample_packed_o  (sample_packed),
    .step_o           (step),
    .largest_step_o   (largest_step),
    .waiting_o        (waiting),
    .fill_o           (fill),
    .events_lost_o    (events_lost)
  );

  // Counters of this module, a clock after what they count.
  logic        taken_q, frame_q, left_q;
  logic [47:0] samples_at, coded_at, words_at;
  logic [31:0] frames_at;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      taken_q <= 1'b0;
      frame_q <= 1'b0;
      left_q  <= 1'b0;
    end else begin
      taken_q <= s_axis_tvalid && s_axis_tready;
      frame_q <= s_axis_tvalid && s_axis_tready && s_axis_tlast;
      left_q  <= m_axis_tvalid && m_axis_tready;
    end
  end

  nrc_pulse_counter #(.Width(48)) u_samples (
    .clk_i, .rst_ni, .count_i(taken_q), .snapshot_i(snapshot), .copy_o(samples_at)
  );
  nrc_pulse_counter #(.Width(48)) u_coded (
    .clk_i, .rst_ni, .count_i(sample_packed), .snapshot_i(snapshot), .copy_o(coded_at)
  );
  nrc_pulse_counter #(.Width(48)) u_words (
    .clk_i, .rst_ni, .count_i(left_q), .snapshot_i(snapshot), .copy_o(words_at)
  );
  nrc_pulse_counter #(.Width(32)) u_frames (
    .clk_i, .rst_ni, .count_i(frame_q), .snapshot_i(snapshot), .copy_o(frames_at)
  );

  // Counters of the encoder.
  localparam int Counters = 5;
  logic [32*Counters-1:0] counters, counters_at;

  assign counters = {events_lost, off_grid, framing_errors, dropped, packets};

  for (genvar i = 0; i < Counters; i++) begin : gen_counter
    nrc_counter_copy u_copy (
      .clk_i,
      .rst_ni,
      .counter_i (counters[32*i +: 32]),
      .snapshot_i(snapshot),
      .copy_o    (counters_at[32*i +: 32])
    );
  end

  logic [24:0] peak_q, peak_at_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      peak_q    <= '0;
      peak_at_q <= '0;
    end else begin
      if (snapshot || fill[24:0] > peak_q) peak_q <= fill[24:0];
      if (snapshot) peak_at_q <= peak_q;
    end
  end

  logic unused_fill;  // at most 2^24
  assign unused_fill = ^{fill[31:25], waiting[31:25]};

  // What sets interrupts. Events are lost some hundred at a time at most.
  logic       off_grid_q, framing_error_q;
  logic [9:0] events_lost_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q         <= 2'(nrc_status_pkg::StateIdle);
      tested_q        <= 1'b0;
      off_grid_q      <= 1'b0;
      framing_error_q <= 1'b0;
      events_lost_q   <= '0;
    end else begin
      state_q         <= state;
      tested_q        <= tested;
      off_grid_q      <= off_grid[0];
      framing_error_q <= framing_errors[0];
      events_lost_q   <= events_lost[9:0];
    end
  end

  nrc_encoder_registers u_registers (
    .clk_i,
    .rst_ni,
    .write_i,
    .write_word_i,
    .write_data_i,
    .write_error_o,
    .read_word_i,
    .read_data_o,
    .read_error_o,
    .unlocked_i               (unlocked),
    .refused_o                (refused),
    .version_bitstream_i      (8'(nrc_pkg::Version)),
    .channels_count_i         (17'(Channels)),
    .code_width_i             (5'(CodeWidth)),
    .code_mapping_i           (Mapping != 0),
    .options_profile_i        (Profile != 0),
    .options_narrow_i         (Narrow != 0),
    .options_taps_i           (Taps != 0),
    .options_neighbour_i      (Neighbour != 0),
    .options_rate_control_i   (RateControl != 0),
    .options_events_i         (Events != 0),
    .options_classes_i        (Classes != 0),
    .options_loadable_tables_i(LoadableTables != 0),
    .options_pipeline_i       (Pipeline != 0),
    .options_self_test_i      (SelfTest != 0),
    .options_variable_channels_i(VariableChannels != 0),
    .options_channel_map_i    (ChannelMap != 0),
    .packets_frames_i         (16'(PacketFrames)),
    .packets_key_interval_i   (16'(KeyInterval)),
    .rate_millihertz_i        (32'(RateMillihertz)),
    .buffer_words_i           (25'(BufferWords)),
    .queue_packets_i          (17'(PacketFifoDepth)),
    .event_buffer_words_i     (25'(EventWords)),
    .table_size_words_i       ((LoadableTables != 0) ? 17'(TableWords) : 17'd0),
    .table_built_in_id_i      (BuiltIn),
    .channels_in_use_count_o  (channels_in_use),
    .channel_map_channel_o    (map_channel),
    .channel_map_place_o      (map_place),
    .channel_map_written_o    (map_written),
    .control_enable_o         (enable),
    .command_flush_o          (flush),
    .command_key_request_o    (key_request),
    .command_snapshot_o       (snapshot),
    .status_state_i           (state),
    .status_no_room_i         (status[nrc_status_pkg::StatusNoRoom]),
    .status_no_tables_i       (no_tables),
    .status_tables_i          (tables_q),
    .status_busy_i            (state == 2'(nrc_status_pkg::StateOpen) ||
                                state == 2'(nrc_status_pkg::StateClosing)),
    .status_locked_i          (!unlocked),
    .status_no_channels_i     (status[nrc_status_pkg::StatusNoChannels]),
    .mode_events_only_o       (events_only),
    .stream_number_value_o    (stream_number),
    .rate_limits_max_step_o   (max_step),
    .rate_limits_first_step_o (first_step),
    .rate_limits_min_step_o   (min_step),
    .link_words_o             (link_words),
    .steps_now_i              (step),
    .steps_largest_i          (largest_step),
    .fill_words_i             (fill[24:0]),
    .waiting_words_i          (waiting[24:0]),
    .event_threshold_value_o  (event_threshold),
    .channel_class_channel_o  (class_channel),
    .channel_class_value_o    (class_value),
    .channel_class_written_o  (class_written),
    .table_word_value_o       (table_wdata),
    .table_word_address_o     (table_addr),
    .table_word_written_o     (table_written),
    .table_id_value_o         (table_id),
    .table_crc_value_o        (table_crc),
    .table_seen_value_i       (table_seen),
    .self_test_start_o        (test_start),
    .self_test_packets_o      (test_packets),
    .self_test_expected_value_o(test_expected),
    .self_test_status_running_i(testing),
    .self_test_status_done_i  (tested),
    .self_test_status_passed_i(test_passed),
    .self_test_status_timed_out_i(test_timed_out),
    .self_test_crc_value_i    (test_crc),
    .interrupt_closed_i       (state == 2'(nrc_status_pkg::StateClosed) && state_q != state && !testing),
    .interrupt_overflow_i     (overflow),
    .interrupt_framing_error_i(framing_errors[0] != framing_error_q),
    .interrupt_off_grid_i     (off_grid[0] != off_grid_q),
    .interrupt_events_lost_i  (events_lost[9:0] != events_lost_q),
    .interrupt_no_tables_i    (no_tables),
    .interrupt_rounded_i      (step != '0),
    .interrupt_refused_i      (refused),
    .interrupt_self_test_i    (tested && !tested_q),
    .interrupt_no_channels_i  (status[nrc_status_pkg::StatusNoChannels]),
    .samples_low_value_i      (samples_at[31:0]),
    .samples_high_value_i     (samples_at[47:32]),
    .coded_low_value_i        (coded_at[31:0]),
    .coded_high_value_i       (coded_at[47:32]),
    .words_low_value_i        (words_at[31:0]),
    .words_high_value_i       (words_at[47:32]),
    .frames_taken_value_i     (frames_at),
    .packets_sent_value_i     (counters_at[32*0 +: 32]),
    .packets_dropped_value_i  (counters_at[32*1 +: 32]),
    .framing_errors_value_i   (counters_at[32*2 +: 32]),
    .off_grid_value_i         (counters_at[32*3 +: 32]),
    .events_lost_value_i      (counters_at[32*4 +: 32]),
    .fill_peak_words_i        (peak_at_q),
    .interrupt_o              (irq_o)
  );

  `include "nrc_assert.svh"

  if (SelfTest != 0 && SelfTest != 1) begin : gen_refused
    `NRC_REFUSE(nrc_encoder_control_SelfTest_give_0_or_1,
                "nrc_encoder_control: SelfTest is %0d; give 0 or 1", SelfTest)
  end

endmodule
