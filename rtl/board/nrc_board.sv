// SPDX-License-Identifier: Apache-2.0
//
// What all boards have in common: synthetic channels, the encoder, and a serial line to the host
// (docs/boards.md). Host: `nrc board`.
//
//   nrc_board_source -> nrc_encoder -> nrc_board_output -> nrc_uart_transmitter -> tx_o
//                             ^    \-> nrc_decoder -> compared with a second source (Loopback)
//   rx_i -> nrc_uart_receiver -> nrc_board_commands
//
// The source produces a sample in every clock, as an implant does, one packet at a time. Two
// packets may be on their way to the host; the next one begins when one of them has left. The
// encoder therefore works at its full rate, and waits between packets for the slower line.
//
// With RateControl the source does not wait: a frame begins every FrameClocks clocks, 19,531 times
// a second, and the encoder rounds what the line cannot take.
//
// A stream begins with the command that enables it and closes with the current frame, or
// the next one, when it is disabled. Each stream begins with the same samples.

`timescale 1ns / 1ps

module nrc_board #(
  parameter int ClockHz        = -1,
  parameter int Channels       = -1,
  parameter int Profile        = -1,
  parameter int PacketFrames   = -1,
  parameter int BufferWords    = -1,
  parameter int LoadableTables = -1,
  parameter int RateControl    = -1,  // as of nrc_encoder
  parameter int Events         = -1,
  parameter int Classes        = -1,
  parameter int Loopback       = -1   // 1: with a decoder, of the Huffman profile
) (
  input  logic       clk_i,
  input  logic       rst_ni,

  input  logic       rx_i,
  output logic       tx_o,

  output logic       alive_o,    // toggles about twice a second
  output logic       running_o,  // a stream is open
  output logic       error_o     // since reset: something was dropped, altered or decoded wrong
);

  localparam int FrameWidth = (PacketFrames > 1) ? $clog2(PacketFrames) : 1;
  localparam int AliveBits  = $clog2(ClockHz) - 1;
  localparam int Baud       = 2_000_000;  // as `nrc board` sets the host's port
  localparam int FrameClocks = ClockHz / 19_531;
  // Rounded packets are short.
  localparam int Waiting     = (RateControl != 0) ? 64 : 8;

  logic        rx_valid, tx_valid, tx_ready;
  logic [7:0]  rx_data, tx_data;
  logic        table_we, enable, key_request, status_request;
  logic [15:0] table_addr, table_wdata;
  logic [31:0] table_id;
  logic [2:0]  max_step, first_step, min_step;
  logic [5:0]  event_threshold;
  logic        events_only, class_we;
  logic [15:0] class_addr;
  logic [1:0]  class_wdata;

  nrc_uart_receiver #(
    .ClockHz(ClockHz),
    .Baud   (Baud)
  ) u_receiver (
    .clk_i,
    .rst_ni,
    .rx_i,
    .valid_o(rx_valid),
    .data_o (rx_data)
  );

  nrc_board_commands u_commands (
    .clk_i,
    .rst_ni,
    .valid_i      (rx_valid),
    .data_i       (rx_data),
    .table_we_o   (table_we),
    .table_addr_o (table_addr),
    .table_wdata_o(table_wdata),
    .table_id_o   (table_id),
    .enable_o     (enable),
    .key_request_o(key_request),
    .status_o     (status_request),
    .max_step_o   (max_step),
    .first_step_o (first_step),
    .min_step_o   (min_step),
    .event_threshold_o(event_threshold),
    .events_only_o(events_only),
    .class_we_o   (class_we),
    .class_addr_o (class_addr),
    .class_wdata_o(class_wdata)
  );

  logic [AliveBits-1:0] alive_q;   // clocks
  logic [7:0]           number_q;  // of the first stream
  logic                 used_q;    // it is

  // Samples: a frame begins when the packet it belongs to may.
  logic                  run_q;          // frames are sent, up to the one that closes the stream
  logic                  open_q;         // a stream is open in the encoder
  logic                  in_frame_q;
  logic [FrameWidth-1:0] frame_q;        // in its packet
  logic [7:0]            started_q;      // packets, modulo 256
  logic [7:0]            finished, under_way;
  logic                  restart, gate, take;
  logic                  source_valid, sample_valid, sample_ready, sample_last;
  logic [15:0]           sample;
  logic [31:0]           packets, dropped, framing_errors, off_grid;

  nrc_board_source #(
    .Channels(Channels)
  ) u_source (
    .clk_i,
    .rst_ni,
    .restart_i    (restart),
    .m_axis_tvalid(source_valid),
    .m_axis_tready(sample_ready && gate),
    .m_axis_tdata (sample),
    .m_axis_tlast (sample_last)
  );

  // The host enables the first stream at no certain time.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      used_q <= 1'b0;
    else if (restart) used_q <= 1'b1;
  end
  always_ff @(posedge clk_i) if (!used_q) number_q <= alive_q[7:0];

  assign finished     = packets[7:0] + dropped[7:0];
  assign under_way    = started_q - finished;
  assign restart      = enable && !run_q;

  // Whether a frame may begin.
  logic may_begin;

  if (RateControl != 0) begin : gen_real_time
    localparam int TimerWidth = $clog2(FrameClocks);
    logic [TimerWidth-1:0] timer_q;
    logic                  due_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        timer_q <= '0;
        due_q   <= 1'b0;
      end else begin
        timer_q <= (timer_q == '0) ? TimerWidth'(FrameClocks - 1) : timer_q - 1'b1;
        due_q   <= (timer_q == '0) || (due_q && !(take && !in_frame_q));
      end
    end

    assign may_begin = due_q;
  end else begin : gen_no_real_time
    assign may_begin = frame_q != '0 || under_way < 8'd2 || under_way[7] || !enable;
  end

  assign gate         = in_frame_q || (run_q && may_begin);
  assign sample_valid = source_valid && gate;
  assign take         = sample_valid && sample_ready;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      run_q      <= 1'b0;
      open_q     <= 1'b0;
      in_frame_q <= 1'b0;
      frame_q    <= '0;
      started_q  <= '0;
    end else begin
      if (restart) begin
        run_q   <= 1'b1;
        frame_q <= '0;
      end else if (take) begin
        in_frame_q <= !sample_last;
        // As the encoder does, enable is looked at when a frame begins and when it ends.
        if (!in_frame_q && enable) open_q <= 1'b1;
        // Packets that follow a drop may be short, and more than were counted here: it catches up.
        if (!in_frame_q && frame_q == '0 && (open_q || enable)) begin
          started_q <= started_q + {6'd0, under_way[7], !under_way[7]};
        end
        if (sample_last) begin
          frame_q <= (frame_q == FrameWidth'(PacketFrames - 1)) ? '0 : frame_q + 1'b1;
          if (!enable) begin
            run_q  <= 1'b0;
            open_q <= 1'b0;
          end
        end
      end
    end
  end

  logic        packet_valid, packet_ready, packet_last;
  logic [31:0] packet_word;
  logic [nrc_status_pkg::StatusWidth-1:0] status;
  logic        unused_overflow, unused_sample_packed;
  logic [2:0]  step, largest_step;
  logic [31:0] unused_waiting, unused_fill, unused_events_lost;

  nrc_encoder #(
    .Channels      (Channels),
    .CodeWidth     (10),
    .Profile       (Profile),
    .RateControl   (RateControl),
    .Events        (Events),
    .Classes       (Classes),
    .PacketFifoDepth(Waiting),
    .Mapping       (nrc_pkg::MappingCode),
    .PacketFrames  (PacketFrames),
    .BufferWords   (BufferWords),
    .LoadableTables(LoadableTables)
  ) u_encoder (
    .clk_i,
    .rst_ni,
    .enable_i        (enable),
    .flush_i         (1'b0),
    .key_request_i   (key_request),
    .stream_number_i (32'(number_q)),
    .channels_i      (17'd0),
    .max_step_i      (max_step),
    .min_step_i      (min_step),
    .first_step_i    (first_step),
    .link_words_i    (24'd0),
    .event_threshold_i(event_threshold),
    .events_only_i   (events_only),
    .class_we_i      (class_we),
    .class_addr_i    (class_addr),
    .class_wdata_i   (class_wdata),
    .s_axis_tvalid   (sample_valid),
    .s_axis_tready   (sample_ready),
    .s_axis_tdata    (sample),
    .s_axis_tlast    (sample_last),
    .m_axis_tvalid   (packet_valid),
    .m_axis_tready   (packet_ready),
    .m_axis_tdata    (packet_word),
    .m_axis_tlast    (packet_last),
    .table_we_i      (table_we),
    .table_addr_i    (table_addr),
    .table_wdata_i   (table_wdata),
    .table_id_i      (table_id),
    .status_o        (status),
    .packets_o       (packets),
    .dropped_o       (dropped),
    .framing_errors_o(framing_errors),
    .off_grid_o      (off_grid),
    .overflow_o      (unused_overflow),
    .sample_packed_o (unused_sample_packed),
    .step_o          (step),
    .largest_step_o  (largest_step),
    .waiting_o       (unused_waiting),
    .fill_o          (unused_fill),
    .events_lost_o   (unused_events_lost)
  );

  // The packets go to the host, and to the decoder if there is one.
  logic        output_ready, output_idle, decoder_ready;
  logic [31:0] decoded, decode_errors;

  assign packet_ready = output_ready && decoder_ready;

  if (Loopback != 0) begin : gen_loopback
    nrc_board_loopback #(
      .Channels    (Channels),
      .PacketFrames(PacketFrames),
      .BufferWords (BufferWords)
    ) u_loopback (
      .clk_i,
      .rst_ni,
      .restart_i    (restart),
      .s_axis_tvalid(packet_valid && output_ready),
      .s_axis_tready(decoder_ready),
      .s_axis_tdata (packet_word),
      .s_axis_tlast (packet_last),
      .samples_o    (decoded),
      .errors_o     (decode_errors)
    );
  end else begin : gen_no_loopback
    assign decoder_ready = 1'b1;
    assign decoded       = '0;
    assign decode_errors = '0;
  end

  // Facts of the board, and whether all that was started has left.
  logic        idle, all_left;
  logic [1:0]  state, unused_faults;
  logic [31:0] facts;

  // In real time packets that follow a drop are shorter than those that are counted here.
  assign state    = status[nrc_status_pkg::StatusState+:2];
  assign unused_faults = {status[nrc_status_pkg::StatusNoTables],
                          status[nrc_status_pkg::StatusNoRoom]};
  assign all_left = (RateControl != 0) ? (state == 2'(nrc_status_pkg::StateIdle) ||
                                          state == 2'(nrc_status_pkg::StateClosed))
                                       : under_way == '0;
  assign idle     = !run_q && all_left && !packet_valid && output_idle;
  assign facts = {16'(Channels - 1), 1'b0, largest_step, 1'b0, step, Classes != 0, Events != 0,
                  RateControl != 0, Profile == nrc_pkg::ProfileRange, Loopback != 0,
                  LoadableTables != 0, run_q, idle};

  nrc_board_output #(
    .StatusWords(7)
  ) u_output (
    .clk_i,
    .rst_ni,
    .status_request_i(status_request),
    .status_i        ({decode_errors, decoded, off_grid, framing_errors, dropped, packets, facts}),
    .s_axis_tvalid   (packet_valid && decoder_ready),
    .s_axis_tready   (output_ready),
    .s_axis_tdata    (packet_word),
    .s_axis_tlast    (packet_last),
    .byte_valid_o    (tx_valid),
    .byte_ready_i    (tx_ready),
    .byte_o          (tx_data),
    .idle_o          (output_idle)
  );

  nrc_uart_transmitter #(
    .ClockHz(ClockHz),
    .Baud   (Baud)
  ) u_transmitter (
    .clk_i,
    .rst_ni,
    .valid_i(tx_valid),
    .ready_o(tx_ready),
    .data_i (tx_data),
    .tx_o
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      alive_q <= '0;
      error_o <= 1'b0;
    end else begin
      alive_q <= alive_q + 1'b1;
      if (|{dropped, framing_errors, off_grid, decode_errors}) error_o <= 1'b1;
    end
  end

  assign alive_o   = alive_q[AliveBits-1];
  assign running_o = run_q;

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(ClockHz >= 1 && (Loopback == 0 || Loopback == 1),
               "nrc_board: ClockHz is 1 or more, Loopback 0 or 1")
`endif

endmodule
