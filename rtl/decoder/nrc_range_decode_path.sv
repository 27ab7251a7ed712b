// SPDX-License-Identifier: Apache-2.0
//
// The stages of the range profile's decoder from a sample that starts to the sample itself, joined:
// predictor with pace, dispersion, range_decoder with window, linearizer, code_to_sample
// (docs/bitstream.md, sections 1, 3, 10 and 11). Golden model: the range half of
// nrc::PayloadDecoder, without stages taps and neighbour.
//
// A code comes when nrc_range_decoder has it, so predictor and dispersion have queues for what waits
// for it. All queues have room for what may be under way: samples that have started and whose state
// is not written yet. hold_o says that there are as many, or as many as channels: then the next
// sample's channel has its state. In the first packet after a change of the number of channels the
// lower of both numbers is the limit.
//
// Latency, clocks from a sample's start if nothing waits: 6 predictor, 7 range_decoder, 2
// code_to_sample = 15, for a packet's first sample one more. The same channel may start again
// RangeDecoderLoopLatency = 19 clocks later.

`timescale 1ns / 1ps

module nrc_range_decode_path #(
  parameter int Channels         = -1,
  parameter int VariableChannels = -1,  // 0: last_channel_i never changes
  parameter int CodeWidth        = -1,
  parameter int Mapping          = -1,
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // From nrc_sample_scheduler.
  output logic                    hold_o,          // no sample may start
  input  logic                    waiting_i,       // last_channel_i is known
  input  logic [ChannelWidth-1:0] last_channel_i,  // of the packet: the number of channels, less one
  input  logic                    start_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    reset_i,
  input  logic                    raw_i,
  input  logic                    packet_begin_i,
  input  logic                    packet_end_i,

  // Packet buffer; see nrc_bit_window.
  input  logic                    word_valid_i,
  input  logic [31:0]             word_i,
  input  logic                    word_last_i,
  output logic                    word_ready_o,

  output logic                    valid_o,
  output logic [15:0]             sample_o,

  output logic                    damaged_o,       // what comes out may be wrong
  input  logic                    drain_i          // throws away all words, and forgets the damage
);

  localparam int Room       = nrc_latency_pkg::RangeDecoderRoom;
  localparam int Limit      = (Channels < Room) ? Channels : Room;
  localparam int CountWidth = $clog2(Room + 1);
  localparam int ValueWidth = CodeWidth + nrc_pkg::FracBits;
  localparam int IndexWidth = 9;
  localparam int Predict    = nrc_latency_pkg::PredictLatency;
  localparam int Linearize  = nrc_latency_pkg::LinearizerLatency;
  localparam int MapLatency = nrc_latency_pkg::CodeToSampleLatency;

  logic                    pred_valid;
  logic [ValueWidth-1:0]   pred_value, value;
  logic [CodeWidth-1:0]    unused_pred_code, code;
  logic [ValueWidth:0]     unused_deviation, unused_start_deviation;
  logic                    value_valid;
  logic                    innovation_valid, innovation_reset;
  logic [ChannelWidth-1:0] innovation_channel;
  logic [2:0]              innovation_boost;
  logic [ValueWidth:0]     innovation_value;

  nrc_predictor #(
    .Channels     (Channels),
    .CodeWidth    (CodeWidth),
    .UpdateDelay  (0),
    .ValueFraction(2),
    .Queue        (Room),
    .Pipeline     (nrc_latency_pkg::PipelineDeep)
  ) u_predictor (
    .clk_i,
    .rst_ni,
    .valid_i             (start_i),
    .channel_i           (channel_i),
    .reset_i             (reset_i),
    .pred_valid_o        (pred_valid),
    .pred_value_o        (pred_value),
    .pred_code_o         (unused_pred_code),
    .start_deviation_o   (unused_start_deviation),
    .value_valid_i       (value_valid),
    .value_i             (value),
    .innovation_valid_o  (innovation_valid),
    .innovation_channel_o(innovation_channel),
    .innovation_reset_o  (innovation_reset),
    .innovation_boost_o  (innovation_boost),
    .innovation_value_o  (innovation_value),
    .deviation_o         (unused_deviation)
  );

  logic [IndexWidth-1:0] index;

  nrc_dispersion #(
    .Channels   (Channels),
    .CodeWidth  (CodeWidth),
    .UpdateDelay(0),
    .Pipeline   (nrc_latency_pkg::PipelineDeep),
    .Queue      (Room)
  ) u_dispersion (
    .clk_i,
    .rst_ni,
    .valid_i             (start_i),
    .channel_i           (channel_i),
    .reset_i             (reset_i),
    .index_o             (index),
    .innovation_valid_i  (innovation_valid),
    .innovation_channel_i(innovation_channel),
    .innovation_reset_i  (innovation_reset),
    .innovation_boost_i  (innovation_boost),
    .innovation_value_i  (innovation_value)
  );

  // Samples under way. The dispersion's state is written 2 clocks after its innovation.
  logic [1:0]            written_q;
  logic [CountWidth-1:0] count_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      written_q <= '0;
      count_q   <= '0;
    end else begin
      written_q <= {written_q[0], innovation_valid};
      count_q   <= count_q + CountWidth'(start_i) - CountWidth'(written_q[1]);
    end
  end

  // The limit comes a clock late: the first sample after a change may start under the previous one,
  // since no other channel of the new packet is under way yet.
  if (VariableChannels != 0) begin : gen_limit
    logic [ChannelWidth-1:0] before_q, last, lower;
    logic [CountWidth-1:0]   limit_q;

    assign last  = waiting_i ? last_channel_i : before_q;
    assign lower = (last < before_q) ? last : before_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        before_q <= ChannelWidth'(Channels - 1);
        limit_q  <= CountWidth'(Limit);
      end else begin
        if (start_i && packet_end_i) before_q <= last_channel_i;
        limit_q <= (32'(lower) < Room) ? CountWidth'(lower) + 1'b1 : CountWidth'(Room);
      end
    end

    assign hold_o = count_q >= limit_q;
  end else begin : gen_fixed
    // verilator lint_off UNUSEDSIGNAL
    logic unused;
    assign unused = waiting_i && (last_channel_i != '0);
    // verilator lint_on UNUSEDSIGNAL

    assign hold_o = count_q == CountWidth'(Limit);
  end

  logic raw, verbatim, packet_begin, packet_end;

  nrc_delay #(.Width(4), .Depth(Predict)) u_side_delay (
    .clk_i,
    .d_i({raw_i, reset_i, packet_begin_i, packet_end_i}),
    .q_o({raw, verbatim, packet_begin, packet_end})
  );

  logic        code_valid, code_raw;
  logic [15:0] raw_sample;

  nrc_range_decoder #(
    .CodeWidth(CodeWidth),
    .Room     (Room)
  ) u_range_decoder (
    .clk_i,
    .rst_ni,
    .word_valid_i,
    .word_i,
    .word_last_i,
    .word_ready_o,
    .valid_i       (pred_valid),
    .pred_value_i  (pred_value),
    .index_i       (index),
    .raw_i         (raw),
    .verbatim_i    (verbatim),
    .packet_begin_i(packet_begin),
    .packet_end_i  (packet_end),
    .valid_o       (code_valid),
    .code_o        (code),
    .raw_o         (code_raw),
    .raw_sample_o  (raw_sample),
    .damaged_o,
    .drain_i
  );

  logic [ValueWidth-1:0] unused_low, unused_high;
  logic                  unused_lowest, unused_highest;

  nrc_linearizer #(
    .CodeWidth     (CodeWidth),
    .LoadableTables(0)
  ) u_linearizer (
    .clk_i,
    .rst_ni,
    .low_we_i     (1'b0),
    .width_we_i   (1'b0),
    .table_addr_i ({CodeWidth{1'b0}}),
    .table_wdata_i(16'd0),
    .read_i       (1'b0),
    .code_i       (code),
    .low_o        (unused_low),
    .high_o       (unused_high),
    .value_o      (value),
    .lowest_o     (unused_lowest),
    .highest_o    (unused_highest)
  );

  nrc_code_to_sample #(
    .Mapping  (Mapping),
    .CodeWidth(CodeWidth)
  ) u_code_to_sample (
    .clk_i,
    .code_i      (code),
    .raw_i       (code_raw),
    .raw_sample_i(raw_sample),
    .sample_o
  );

  logic [Linearize-1:0]  value_valid_q;
  logic [MapLatency-1:0] code_valid_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      value_valid_q <= '0;
      code_valid_q  <= '0;
    end else begin
      value_valid_q <= {value_valid_q[Linearize-2:0], code_valid};
      code_valid_q  <= {code_valid_q[MapLatency-2:0], code_valid};
    end
  end

  assign value_valid = value_valid_q[Linearize-1];
  assign valid_o     = code_valid_q[MapLatency-1];

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 1, "nrc_range_decode_path: Channels is 1 or more")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q) assert (!(start_i && hold_o));
  end
`endif

endmodule
