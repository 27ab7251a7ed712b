// SPDX-License-Identifier: Apache-2.0
//
// Built-in self test of an encoder. It sits between nrc_encoder and its surroundings, feeds the
// encoder a pattern of samples and compares the CRC-32 of the resulting packets with the expected
// one (docs/rtl.md, "Self test"). Golden model of the pattern: nrc::SelfTest; `nrc self-test`
// computes the CRC.
//
// start_i starts a test if no stream is open and enable_i is low. While the test runs, samples from
// outside wait, and no packet leaves. The test
//   aligns  the framer: one sample with tlast, which is discarded, ends a frame that was cut short,
//   clears  the traces of a dropped packet, with a stream of two frames,
//   sends   packets_i packets as a stream of their own, and
//   waits   until the encoder has closed that stream. The CRC covers all its words.
// The streams of a test have the number 0. Streams before and after a test have the numbers that
// they would have without it: stream_number_o cancels the encoder's own count of streams.
//
// If the encoder takes no sample, or does not close a stream, for Patience clocks, the test ends
// with timed_out_o. The encoder's state is then unknown, and the test holds it until a reset.
//
// Pattern: a pseudo-random number of 32 bits for each sample (xorshift). Its low bits, scaled by an
// amplitude that depends on channel and frame, are added to a level. The level differs from channel
// to channel, rises by one code a frame, and jumps when frame + channel is a multiple of 32, so
// that all bits of a channel's state change. One sample in 512 on average has its highest bit
// inverted. Codes of all lengths occur, and packets are about as large as those of a recording.
//
// Stages of the pattern, both computed ahead of the encoder:
//   1  code
//   2  sample
// Latency between the outside and the encoder: none. With no test running, samples and packets pass
// through multiplexers only.

`timescale 1ns / 1ps

module nrc_self_test #(
  parameter int Channels     = -1,
  parameter int CodeWidth    = -1,
  parameter int Mapping      = -1,
  parameter int PacketFrames = -1,
  parameter int Patience     = -1   // clocks
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        start_i,      // pulse
  input  logic [7:0]  packets_i,    // of the test, 0: 256; stable while it runs
  input  logic [31:0] expected_i,   // CRC; stable while it runs
  output logic        running_o,    // also after a timeout, until a reset
  output logic        done_o,       // since the last start
  output logic        passed_o,
  output logic        timed_out_o,
  output logic [31:0] crc_o,        // 0 before the first packet

  // Inputs of the encoder that the test takes over.
  input  logic        enable_i,
  output logic        enable_o,
  input  logic        flush_i,
  output logic        flush_o,
  input  logic        key_request_i,
  output logic        key_request_o,
  input  logic [31:0] stream_number_i,
  output logic [31:0] stream_number_o,
  input  logic [2:0]  max_step_i,
  output logic [2:0]  max_step_o,
  input  logic [23:0] link_words_i,
  output logic [23:0] link_words_o,
  input  logic [nrc_pkg::EventThresholdBits-1:0] event_threshold_i,
  output logic [nrc_pkg::EventThresholdBits-1:0] event_threshold_o,
  input  logic        events_only_i,
  output logic        events_only_o,

  input  logic [nrc_status_pkg::StatusWidth-1:0] status_i,  // of the encoder

  // Samples.
  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,
  input  logic [15:0] s_axis_tdata,
  input  logic        s_axis_tlast,
  output logic        sample_valid_o,
  input  logic        sample_ready_i,
  output logic [15:0] sample_o,
  output logic        sample_last_o,

  // Packets.
  input  logic        packet_valid_i,
  output logic        packet_ready_o,
  input  logic [31:0] packet_word_i,
  input  logic        packet_last_i,
  output logic        m_axis_tvalid,
  input  logic        m_axis_tready,
  output logic [31:0] m_axis_tdata,
  output logic        m_axis_tlast
);

  localparam int ChannelWidth  = (Channels > 1) ? $clog2(Channels) : 1;
  localparam int FrameWidth    = (PacketFrames > 1) ? $clog2(PacketFrames) : 1;
  localparam int PatienceWidth = $clog2(Patience + 1);
  localparam int LastAmplitude = nrc_pkg::SelfTestAmplitudes - 1;
  localparam int HeaderLast    = 21;  // bit of a packet's first word: the last of its stream

  typedef enum logic [2:0] {
    StIdle,
    StAlign,
    StSend,   // samples go into the encoder
    StWait,   // packets come out of it
    StStuck
  } state_e;

  state_e state_q;
  logic   main_q;  // the second stream runs, whose CRC counts
  logic   quiet, take, stream_end;

  assign running_o = state_q != StIdle;
  assign quiet     = status_i[nrc_status_pkg::StatusState +: 2] == 2'(nrc_status_pkg::StateIdle) ||
                     status_i[nrc_status_pkg::StatusState +: 2] == 2'(nrc_status_pkg::StateClosed);

  logic unused_status;
  assign unused_status = ^status_i[nrc_status_pkg::StatusWidth-1:2];

  // The pattern, two samples ahead of the encoder.
  logic                    restart, advance, ahead_q, valid_q;
  logic [31:0]             random_q, random_1, random_2, random_d;
  logic [2:0]              amplitude_q, base_q;    // the channel's, and channel 0's
  logic [4:0]              phase_q, first_phase_q, phase_d;  // (frame + channel) mod 32
  logic [15:0]             level_q, ramp_q, ramp_d;  // the channel's, and channel 0's
  logic [ChannelWidth-1:0] channel_q;
  logic [FrameWidth-1:0]   frame_q;
  logic [7:0]              packets_q;              // not yet begun
  logic                    second_q, sent_q;       // second frame of two; stream complete
  logic [15:0]             jump;
  logic                    frame_end, last_frame;
  logic signed [4:0]       noise;
  logic [CodeWidth-1:0]    sum, code, code_q;
  logic                    code_last_q, code_enable_q;  // frame's last; low: stream's last
  logic [15:0]             sample_q;
  logic                    sample_last_q, enable_q;

  assign random_1 = random_q ^ {random_q[18:0], 13'd0};
  assign random_2 = random_1 ^ {17'd0, random_1[31:17]};
  assign random_d = random_2 ^ {random_2[26:0], 5'd0};

  assign noise = $signed(random_q[4:0]) >>> (3'(LastAmplitude) - amplitude_q);
  assign sum   = CodeWidth'(level_q) + CodeWidth'(noise);
  assign code  = sum ^ {random_q[31:23] == '0, {CodeWidth-1{1'b0}}};

  assign frame_end  = channel_q == ChannelWidth'(Channels - 1);
  assign last_frame = main_q ? packets_q == '0 && frame_q == FrameWidth'(PacketFrames - 1)
                             : second_q;

  assign phase_d    = (frame_end ? first_phase_q : phase_q) + 1'b1;
  assign jump       = (phase_d == '0) ? 16'(nrc_pkg::SelfTestJump) : '0;
  assign ramp_d     = ramp_q + jump + 16'd1;

  assign take       = sample_valid_o && sample_ready_i && running_o;
  assign advance    = state_q == StSend && (!valid_q || sample_ready_i);
  assign stream_end = state_q == StSend && take && sample_last_q && !enable_q;
  assign restart    = state_q == StAlign || state_q == StWait;

  function automatic logic [2:0] next_amplitude(input logic [2:0] amplitude);
    next_amplitude = (amplitude == 3'(LastAmplitude)) ? '0 : amplitude + 1'b1;
  endfunction

  always_ff @(posedge clk_i) begin
    if (restart) begin
      random_q      <= 32'(nrc_pkg::SelfTestSeed);
      base_q        <= '0;
      amplitude_q   <= '0;
      phase_q       <= '0;
      first_phase_q <= '0;
      level_q       <= '0;
      ramp_q        <= '0;
      channel_q     <= '0;
      frame_q       <= '0;
      packets_q     <= packets_i - 1'b1;
      second_q      <= 1'b0;
      sent_q        <= 1'b0;
    end else if (advance && !sent_q) begin
      random_q      <= random_d;
      channel_q     <= channel_q + 1'b1;
      level_q       <= level_q + 16'(nrc_pkg::SelfTestStep) + jump;
      phase_q       <= phase_d;
      amplitude_q   <= next_amplitude(amplitude_q);
      if (frame_end) begin
        channel_q     <= '0;
        level_q       <= ramp_d;
        ramp_q        <= ramp_d;
        first_phase_q <= phase_d;
        amplitude_q   <= (phase_d == '0) ? next_amplitude(base_q) : base_q;
        if (phase_d == '0) base_q <= next_amplitude(base_q);
        second_q      <= 1'b1;
        sent_q        <= last_frame;
        frame_q       <= frame_q + 1'b1;
        if (frame_q == FrameWidth'(PacketFrames - 1)) begin
          frame_q       <= '0;
          packets_q     <= packets_q - 1'b1;
        end
      end
    end
    if (advance) begin
      code_q        <= code;
      code_last_q   <= frame_end;
      code_enable_q <= !(last_frame && frame_end);
      sample_last_q <= code_last_q;
      enable_q      <= code_enable_q;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ahead_q <= 1'b0;
      valid_q <= 1'b0;
    end else if (restart) begin
      ahead_q <= 1'b0;
      valid_q <= 1'b0;
    end else if (advance) begin
      ahead_q <= !sent_q;
      valid_q <= ahead_q;
    end
  end

  // The encoder gets samples in the converter's format; nrc_code_to_sample explains the formula.
  logic [15:0] sample;

  if (Mapping == nrc_pkg::MappingShift6) begin : gen_shift6
    logic [9:0]  u;
    logic [15:0] product;
    // verilator lint_off UNUSEDSIGNAL
    logic [15:0] quotient;  // only the bits above 2^10 count
    // verilator lint_on UNUSEDSIGNAL
    logic [8:0]  folded;

    assign folded   = code_q[8:0] ^ {9{code_q[9]}};
    assign u        = {1'b1, folded};
    assign product  = {u, 6'b0} - {6'b0, u};
    assign quotient = product + {10'b0, product[15:10]} + 16'd1;
    assign sample   = {1'b0, folded, quotient[15:10]} ^ {16{code_q[9]}};
  end else begin : gen_code
    assign sample = 16'($signed(code_q));
  end

  always_ff @(posedge clk_i) if (advance) sample_q <= sample;

  // Sequence of a test.
  logic [PatienceWidth-1:0] patience_q;
  logic                     impatient;
  assign impatient = patience_q == '0;

  always_ff @(posedge clk_i) begin
    if (take || state_q == StIdle) patience_q <= PatienceWidth'(Patience);
    else if (!impatient)           patience_q <= patience_q - 1'b1;
  end

  logic        crc_begin, word_taken, any_q;
  logic [31:0] crc;

  assign crc_begin  = state_q == StWait && quiet && !main_q;
  assign word_taken = packet_valid_i && running_o && main_q && state_q != StStuck;

  nrc_crc32 u_crc (
    .clk_i,
    .init_i (crc_begin),
    .valid_i(word_taken),
    .word_i (packet_word_i),
    .crc_o  (crc)
  );

  assign crc_o = any_q ? crc : '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q     <= StIdle;
      main_q      <= 1'b0;
      any_q       <= 1'b0;
      done_o      <= 1'b0;
      passed_o    <= 1'b0;
      timed_out_o <= 1'b0;
    end else begin
      if (word_taken) any_q <= 1'b1;
      case (state_q)
        StIdle: begin
          if (start_i && quiet && !enable_i) begin
            state_q  <= StAlign;
            main_q   <= 1'b0;
            any_q    <= 1'b0;
            done_o   <= 1'b0;
            passed_o <= 1'b0;
          end
        end
        StAlign: if (take) state_q <= StSend;
        StSend:  if (stream_end) state_q <= StWait;
        StWait: begin
          if (quiet) begin
            state_q  <= main_q ? StIdle : StSend;
            main_q   <= !main_q;
            done_o   <= main_q;
            passed_o <= main_q && any_q && crc == expected_i;
          end
        end
        default: ;
      endcase
      if (impatient && running_o && state_q != StStuck) begin
        state_q     <= StStuck;
        done_o      <= 1'b1;
        timed_out_o <= 1'b1;
        passed_o    <= 1'b0;
      end
    end
  end

  // Inputs of the encoder. StAlign offers one sample that ends a frame, while enable is low.
  assign s_axis_tready  = sample_ready_i && !running_o;
  assign sample_valid_o = running_o ? (state_q == StAlign || (state_q == StSend && valid_q))
                                    : s_axis_tvalid;
  assign sample_o       = !running_o ? s_axis_tdata : valid_q ? sample_q : '0;
  assign sample_last_o  = running_o ? (state_q == StAlign || sample_last_q) : s_axis_tlast;

  assign enable_o          = running_o ? state_q == StSend && valid_q && enable_q : enable_i;
  assign flush_o           = flush_i && !running_o;
  assign key_request_o     = key_request_i && !running_o;
  assign max_step_o        = running_o ? '0 : max_step_i;
  assign link_words_o      = running_o ? '1 : link_words_i;
  assign events_only_o     = events_only_i && !running_o;
  assign event_threshold_o = running_o
      ? nrc_pkg::EventThresholdBits'(nrc_pkg::EventThreshold) : event_threshold_i;

  assign m_axis_tvalid  = packet_valid_i && !running_o;
  assign m_axis_tdata   = packet_word_i;
  assign m_axis_tlast   = packet_last_i;
  assign packet_ready_o = running_o || m_axis_tready;

  // Streams that have left, counted at their last packet: all of them, and those outside tests. The
  // encoder numbers its next stream by the count of all.
  logic       first_q, closing_q;
  logic [7:0] all_q, own_q, differ;
  logic       left;

  assign left = packet_valid_i && packet_ready_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      first_q   <= 1'b1;
      closing_q <= 1'b0;
      all_q     <= '0;
      own_q     <= '0;
    end else if (left) begin
      first_q <= packet_last_i;
      if (first_q) closing_q <= packet_word_i[HeaderLast];
      if (packet_last_i && closing_q) begin
        all_q <= all_q + 1'b1;
        if (!running_o) own_q <= own_q + 1'b1;
      end
    end
  end

  assign differ = running_o ? all_q : all_q ^ own_q;

  logic [15:8] reversed;

  for (genvar b = 0; b < 8; b++) begin : gen_bit
    assign reversed[15-b] = differ[b];
  end
  assign stream_number_o = (running_o ? '0 : stream_number_i) ^ {16'd0, reversed, 8'd0};

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 1 && CodeWidth >= 2 && CodeWidth <= 16 && PacketFrames >= 1 &&
               Patience >= 1 &&
               (Mapping == nrc_pkg::MappingCode ||
                (Mapping == nrc_pkg::MappingShift6 && CodeWidth == 10)),
               "nrc_self_test: a parameter is missing or out of its range")
`endif

endmodule
