// SPDX-License-Identifier: Apache-2.0
//
// The decoder with its registers, without a bus: nrc_decoder, nrc_decoder_registers, and what lies
// between them: counters, and the gate at the link. docs/decoder_registers.md describes the registers.
//
// The gate has no register in the way of the words: s_axis_tready depends on registers alone.
// Parameters, packets and samples are those of nrc_decoder.

`timescale 1ns / 1ps

module nrc_decoder_control #(
  parameter int Channels         = -1,
  parameter int VariableChannels = -1,
  parameter int CodeWidth        = -1,
  parameter int Profile          = -1,
  parameter int Mapping          = -1,
  parameter int PacketFrames     = -1,
  parameter int BufferWords      = -1,
  parameter int PacketFifoDepth  = -1
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
  input  logic [31:0] s_axis_tdata,
  input  logic        s_axis_tlast,

  output logic        m_axis_tvalid,
  input  logic        m_axis_tready,
  output logic [15:0] m_axis_tdata,
  output logic        m_axis_tlast,
  output logic [32:0] m_axis_tuser
);

  localparam bit IsRange    = Profile == nrc_pkg::ProfileRange;
  // 2^QuietWidth clocks are more than a packet's way to its next sample. In the range profile the decoder may search
  // all codes first, if the payload is wrong.
  localparam int QuietWidth = IsRange ? 14 : 7;

  logic        enable, discard, snapshot;
  logic        ready, synchronised, mismatch;
  logic [16:0] channels;
  logic [31:0] packets, damaged, lost, skipped;

  // The gate. Where a packet goes is decided before its first word, and holds to its last one.
  logic in_packet_q, decoding_q, decoding, discarding, word, discarded;

  assign decoding      = in_packet_q ? decoding_q : enable;
  assign discarding    = in_packet_q ? !decoding_q : (!enable && discard);
  assign s_axis_tready = decoding ? ready : discarding;
  assign word          = s_axis_tvalid && decoding && ready;
  assign discarded     = s_axis_tvalid && discarding;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      in_packet_q <= 1'b0;
      decoding_q  <= 1'b0;
    end else if (word || discarded) begin
      in_packet_q <= !s_axis_tlast;
      decoding_q  <= decoding;
    end
  end

  nrc_decoder #(
    .Channels        (Channels),
    .VariableChannels(VariableChannels),
    .CodeWidth       (CodeWidth),
    .Profile         (Profile),
    .Mapping         (Mapping),
    .PacketFrames    (PacketFrames),
    .BufferWords     (BufferWords),
    .PacketFifoDepth (PacketFifoDepth)
  ) u_decoder (
    .clk_i,
    .rst_ni,
    .s_axis_tvalid (s_axis_tvalid && decoding),
    .s_axis_tready (ready),
    .s_axis_tdata,
    .s_axis_tlast,
    .m_axis_tvalid,
    .m_axis_tready,
    .m_axis_tdata,
    .m_axis_tlast,
    .m_axis_tuser,
    .packets_o     (packets),
    .damaged_o     (damaged),
    .lost_o        (lost),
    .skipped_o     (skipped),
    .mismatch_o    (mismatch),
    .synchronised_o(synchronised),
    .channels_o    (channels)
  );

  // Counters of this module, a clock after what they count.
  logic        word_q, discarded_q, sample_q, frame_q, suspect_q;
  logic [31:0] frame_number_q;
  logic [47:0] words_at, discarded_at, samples_at;
  logic [31:0] frames_at, suspect_at;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      word_q         <= 1'b0;
      discarded_q    <= 1'b0;
      sample_q       <= 1'b0;
      frame_q        <= 1'b0;
      suspect_q      <= 1'b0;
      frame_number_q <= '0;
    end else begin
      word_q      <= word;
      discarded_q <= discarded;
      sample_q    <= m_axis_tvalid && m_axis_tready;
      frame_q     <= m_axis_tvalid && m_axis_tready && m_axis_tlast;
      suspect_q   <= m_axis_tvalid && m_axis_tready && m_axis_tuser[32];
      if (m_axis_tvalid && m_axis_tready && m_axis_tlast) frame_number_q <= m_axis_tuser[31:0];
    end
  end

  nrc_pulse_counter #(.Width(48)) u_words (
    .clk_i, .rst_ni, .count_i(word_q), .snapshot_i(snapshot), .copy_o(words_at)
  );
  nrc_pulse_counter #(.Width(48)) u_discarded (
    .clk_i, .rst_ni, .count_i(discarded_q), .snapshot_i(snapshot), .copy_o(discarded_at)
  );
  nrc_pulse_counter #(.Width(48)) u_samples (
    .clk_i, .rst_ni, .count_i(sample_q), .snapshot_i(snapshot), .copy_o(samples_at)
  );
  nrc_pulse_counter #(.Width(32)) u_frames (
    .clk_i, .rst_ni, .count_i(frame_q), .snapshot_i(snapshot), .copy_o(frames_at)
  );
  nrc_pulse_counter #(.Width(32)) u_suspect (
    .clk_i, .rst_ni, .count_i(suspect_q), .snapshot_i(snapshot), .copy_o(suspect_at)
  );

  // Counters of the decoder.
  localparam int Counters = 4;
  logic [32*Counters-1:0] counters, counters_q, counters_at;
  logic [Counters-1:0]    changed;

  assign counters = {skipped, lost, damaged, packets};

  for (genvar i = 0; i < Counters; i++) begin : gen_counter
    nrc_counter_copy u_copy (
      .clk_i,
      .rst_ni,
      .counter_i (counters[32*i +: 32]),
      .snapshot_i(snapshot),
      .copy_o    (counters_at[32*i +: 32])
    );

    assign changed[i] = counters[32*i +: 32] != counters_q[32*i +: 32];
  end

  logic unused_changed;  // packets are no interrupt
  assign unused_changed = changed[0];

  // What sets interrupts.
  logic                  synchronised_q, busy, busy_q;
  logic [QuietWidth-1:0] quiet_q;  // clocks until it is idle

  assign busy = quiet_q != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      counters_q     <= '0;
      synchronised_q <= 1'b0;
      busy_q         <= 1'b0;
      quiet_q        <= '0;
    end else begin
      counters_q     <= counters;
      synchronised_q <= synchronised;
      busy_q         <= busy;
      if (word || m_axis_tvalid) quiet_q <= '1;
      else if (busy)             quiet_q <= quiet_q - 1'b1;
    end
  end

  nrc_decoder_registers u_registers (
    .clk_i,
    .rst_ni,
    .write_i,
    .write_word_i,
    .write_data_i,
    .write_error_o,
    .read_word_i,
    .read_data_o,
    .read_error_o,
    .version_bitstream_i       (8'(nrc_pkg::Version)),
    .channels_count_i          (17'(Channels)),
    .code_width_i              (5'(CodeWidth)),
    .code_mapping_i            (Mapping != 0),
    .options_profile_i         (IsRange),
    .options_variable_channels_i(VariableChannels != 0),
    .channels_in_use_count_i   (channels),
    .packets_frames_i          (16'(PacketFrames)),
    .buffer_words_i            (25'(BufferWords)),
    .queue_packets_i           (17'(PacketFifoDepth)),
    .table_built_in_id_i       (IsRange ? nrc_range_tables_pkg::TableId : nrc_tables_pkg::TableId),
    .control_enable_o          (enable),
    .control_discard_o         (discard),
    .command_snapshot_o        (snapshot),
    .status_synchronised_i     (synchronised),
    .status_mismatch_i         (mismatch),
    .status_busy_i             (busy),
    .status_in_packet_i        (in_packet_q),
    .frame_value_i             (frame_number_q),
    .interrupt_synchronised_i  (synchronised && !synchronised_q),
    .interrupt_unsynchronised_i(!synchronised && synchronised_q),
    .interrupt_damaged_i       (changed[1]),
    .interrupt_lost_i          (changed[2]),
    .interrupt_skipped_i       (changed[3]),
    .interrupt_mismatch_i      (mismatch),
    .interrupt_suspect_i       (suspect_q),
    .interrupt_idle_i          (!busy && busy_q),
    .words_low_value_i         (words_at[31:0]),
    .words_high_value_i        (words_at[47:32]),
    .discarded_low_value_i     (discarded_at[31:0]),
    .discarded_high_value_i    (discarded_at[47:32]),
    .samples_low_value_i       (samples_at[31:0]),
    .samples_high_value_i      (samples_at[47:32]),
    .frames_given_value_i      (frames_at),
    .packets_decoded_value_i   (counters_at[32*0 +: 32]),
    .packets_damaged_value_i   (counters_at[32*1 +: 32]),
    .packets_lost_value_i      (counters_at[32*2 +: 32]),
    .packets_skipped_value_i   (counters_at[32*3 +: 32]),
    .suspect_value_i           (suspect_at),
    .interrupt_o               (irq_o)
  );

endmodule
