// SPDX-License-Identifier: Apache-2.0
//
// How widely a channel's innovations are currently distributed: a slow exponential moving average
// of their magnitude, the scale, and a short memory of large ones, the burst (docs/bitstream.md,
// section 10). Golden model: nrc::Dispersion. Works in parallel with nrc_predictor on the same
// samples, in the encoder and in the decoder.
//
//   index = 16 * octave + mantissa + burst, the logarithm of the scale in 1/16 octaves from 1/16
//           code on, raised by the burst
//   m     = min(|e|, 2^(CodeWidth+2) - 1) << 4
//   burst = min(burst + 8, 15) if m >= 7 * scale, min(burst + 4, 15) if 2 * m >= 7 * scale,
//           else max(burst - 1, 0); the scale is the one before the update
//   scale = scale + ((m - scale) >> (8 - boost))
//
// With reset_i scale and burst count as InitialScale and 0: they are not read, so they need not
// have been written.
//
// With Queue, the state waits in a queue until innovation_valid_i, as in nrc_predictor.
//
// Stages (U = UpdateDelay; see nrc_latency_pkg):
//   0  valid_i; state RAM read               7 + U  innovation_*_i
//   1  state or its reset value              8 + U  min(|e|), 7 * scale, bursts to choose from
//   5  scale shifted by 8 and 4              9 + U  new scale and burst; state RAM write
//   6  shifted by 2 and 1; index_o
//
// In the shallow pipeline valid_i comes as late as it may, a clock before the prediction, so that no
// state has to wait:
//   0  valid_i; state RAM read
//   1  index_o; innovation_*_i (UpdateDelay is 0); state RAM write

`timescale 1ns / 1ps

module nrc_dispersion #(
  parameter int Channels     = -1,
  parameter int CodeWidth    = -1,  // 4..16
  parameter int UpdateDelay  = -1,
  parameter int Pipeline     = -1,
  parameter int Queue        = -1,  // samples that may wait, a power of two; 0: no queue
  parameter int InitialScale = nrc_range_tables_pkg::InitialScale,
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1,
  localparam int ValueWidth   = CodeWidth + nrc_pkg::FracBits,
  localparam int IndexWidth   = 9  // 16 * 15 + 15 + 15 at CodeWidth = 16
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // As given to nrc_predictor; in the shallow pipeline ShallowPredictLatency - 1 clocks later.
  input  logic                    valid_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    reset_i,

  // With the predictor's pred_valid_o.
  output logic [IndexWidth-1:0]   index_o,

  // From nrc_predictor.
  input  logic                    innovation_valid_i,
  input  logic [ChannelWidth-1:0] innovation_channel_i,
  input  logic                    innovation_reset_i,
  input  logic [2:0]              innovation_boost_i,
  input  logic [ValueWidth:0]     innovation_value_i   // e, signed
);

  localparam int ScaleWidth  = ValueWidth;
  localparam int BurstWidth  = $clog2(nrc_pkg::BurstMax + 1);
  localparam int StateWidth  = ScaleWidth + BurstWidth;
  localparam bit IsDeep      = Pipeline == nrc_latency_pkg::PipelineDeep;
  localparam int Registered  = IsDeep ? 1 : 0;  // what only the deep pipeline registers
  localparam int IndexStage  = IsDeep ? nrc_latency_pkg::PredictLatency - 2 : 1;
  localparam int UpdateStage = IsDeep ? nrc_latency_pkg::PredictLatency +
                                        nrc_latency_pkg::InnovationLatency + UpdateDelay : 1;
  localparam logic [ScaleWidth-1:0] ScaleReset = ScaleWidth'(InitialScale);

  // Stage 1. The state waits for the index and then for the innovation.
  logic                  reset_s1_q;
  logic [StateWidth-1:0] state_s1_read;
  logic [StateWidth-1:0] state_s1;
  logic [StateWidth-1:0] state_index;   // stage IndexStage
  logic [StateWidth-1:0] state_update;  // stage UpdateStage

  always_ff @(posedge clk_i) reset_s1_q <= reset_i;

  assign state_s1 = reset_s1_q ? {ScaleReset, {BurstWidth{1'b0}}} : state_s1_read;

  nrc_delay #(.Width(StateWidth), .Depth(IndexStage - 1)) u_index_delay (
    .clk_i, .d_i(state_s1), .q_o(state_index)
  );

  if (Queue != 0) begin : gen_queue
    logic                   started_q, queue_valid;
    logic [$clog2(Queue):0] queue_level;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) started_q <= 1'b0;
      else         started_q <= valid_i;
    end

    nrc_fifo #(.Width(StateWidth), .Depth(Queue)) u_queue (
      .clk_i,
      .rst_ni,
      .push_i (started_q),
      .wdata_i(state_s1),
      .valid_o(queue_valid),
      .rdata_o(state_update),
      .pop_i  (innovation_valid_i),
      .level_o(queue_level)
    );

    // verilator lint_off UNUSEDSIGNAL
    logic unused;
    assign unused = ^{queue_valid, queue_level};
    // verilator lint_on UNUSEDSIGNAL
  end else begin : gen_delay
    nrc_delay #(.Width(StateWidth), .Depth(UpdateStage - IndexStage)) u_update_delay (
      .clk_i, .d_i(state_index), .q_o(state_update)
    );
  end

  // Stages 5 and 6: binary search for the octave, from 2^6 = MinScale on. A scale below MinScale
  // ends without its bit 6 and counts as MinScale.
  logic                  from_8, from_4, from_2, from_1;
  logic [21:0]           scale;
  logic [13:0]           by_8;
  logic [9:0]            by_4, by_4_s6;
  logic [7:0]            by_2;
  // verilator lint_off UNUSEDSIGNAL
  logic [6:0]            by_1;      // bits below the mantissa
  // verilator lint_on UNUSEDSIGNAL
  logic [1:0]            octave_s6;
  logic [BurstWidth-1:0] burst_s6;
  logic [IndexWidth-1:0] index;
  logic [3:0]            mantissa;

  assign scale    = 22'(state_index[BurstWidth+:ScaleWidth]);
  assign from_8   = |scale[21:14];
  assign by_8     = from_8 ? scale[21:8] : scale[13:0];
  assign from_4   = |by_8[13:10];
  assign by_4     = from_4 ? by_8[13:4] : by_8[9:0];
  assign from_2   = |by_4_s6[9:8];
  assign by_2     = from_2 ? by_4_s6[9:2] : by_4_s6[7:0];
  assign from_1   = by_2[7];
  assign by_1     = from_1 ? by_2[7:1] : by_2[6:0];
  assign mantissa = by_1[5:2] & {4{by_1[6]}};

  assign index    = {1'b0, octave_s6, from_2, from_1, mantissa} +
                    {{(IndexWidth-BurstWidth){1'b0}}, burst_s6};

  nrc_delay #(.Width(12 + BurstWidth), .Depth(Registered)) u_octave (
    .clk_i,
    .d_i({by_4, from_8, from_4, state_index[BurstWidth-1:0]}),
    .q_o({by_4_s6, octave_s6, burst_s6})
  );

  nrc_delay #(.Width(IndexWidth), .Depth(Registered)) u_index (
    .clk_i, .d_i(index), .q_o(index_o)
  );

  // Stage UpdateStage: min(|e|, 2^(CodeWidth+2) - 1), and what needs no innovation.
  localparam int MagnitudeWidth = CodeWidth + 2;
  localparam int SevenWidth     = ScaleWidth + 3;
  localparam logic [BurstWidth:0] BurstMax = (BurstWidth+1)'(nrc_pkg::BurstMax);

  logic [ScaleWidth-1:0]     scale_update;
  logic [BurstWidth-1:0]     burst_update;
  logic [BurstWidth:0]       raised_once, raised_twice;
  logic [ValueWidth-1:0]     magnitude;
  logic [MagnitudeWidth-1:0] limited;
  logic [SevenWidth-1:0]     seven;
  logic [BurstWidth-1:0]     once, twice, lowered;

  // The same in the next stage.
  logic [MagnitudeWidth-1:0] magnitude_next;
  logic [ScaleWidth-1:0]     scale_next;
  logic [SevenWidth-1:0]     seven_next;
  logic [BurstWidth-1:0]     once_next, twice_next, lowered_next;
  logic [3:0]                shift_next;
  logic                      reset_next;
  logic [ChannelWidth-1:0]   channel_next;

  assign {scale_update, burst_update} = state_update;

  assign raised_once  = {1'b0, burst_update} + (BurstWidth+1)'(nrc_pkg::BurstStep);
  assign raised_twice = {1'b0, burst_update} + (BurstWidth+1)'(2 * nrc_pkg::BurstStep);
  assign magnitude    = (innovation_value_i[ValueWidth-1:0] ^
                         {ValueWidth{innovation_value_i[ValueWidth]}}) +
                        ValueWidth'(innovation_value_i[ValueWidth]);

  assign limited = magnitude[MagnitudeWidth-1:0] |
                   {MagnitudeWidth{|magnitude[ValueWidth-1:MagnitudeWidth]}};
  assign seven   = {scale_update, 3'b000} - {3'b000, scale_update};
  assign once    = (raised_once > BurstMax)  ? BurstMax[BurstWidth-1:0]
                                             : raised_once[BurstWidth-1:0];
  assign twice   = (raised_twice > BurstMax) ? BurstMax[BurstWidth-1:0]
                                             : raised_twice[BurstWidth-1:0];
  assign lowered = (burst_update == '0) ? '0 : burst_update - BurstWidth'(1);

  nrc_delay #(
    .Width(MagnitudeWidth + ScaleWidth + SevenWidth + 3 * BurstWidth + 4 + 1 + ChannelWidth),
    .Depth(Registered)
  ) u_update (
    .clk_i,
    .d_i({limited, scale_update, seven, once, twice, lowered,
          4'(nrc_pkg::ScaleShift) - {1'b0, innovation_boost_i}, innovation_reset_i,
          innovation_channel_i}),
    .q_o({magnitude_next, scale_next, seven_next, once_next, twice_next, lowered_next,
          shift_next, reset_next, channel_next})
  );

  // Next stage: the new state. The scale moves towards a value in its range, so it stays there.
  logic [ScaleWidth-1:0]   target;       // m
  logic [ScaleWidth:0]     difference;
  // verilator lint_off UNUSEDSIGNAL
  logic [ScaleWidth:0]     step;         // its sign
  // verilator lint_on UNUSEDSIGNAL
  logic                    over_once, over_twice;
  logic [ScaleWidth-1:0]   new_scale;
  logic [BurstWidth-1:0]   new_burst;
  logic [StateWidth-1:0]   new_state, state_write;
  logic                    write;
  logic [ChannelWidth-1:0] write_channel;

  assign target     = {magnitude_next, {(ScaleWidth-MagnitudeWidth){1'b0}}};
  assign difference = {1'b0, target} - {1'b0, scale_next};
  assign over_twice = {3'b000, target} >= seven_next;
  assign over_once  = {2'b00, target, 1'b0} >= seven_next;
  assign step       = (ScaleWidth+1)'($signed(difference) >>> shift_next);
  assign new_scale  = scale_next + step[ScaleWidth-1:0];
  assign new_burst  = over_twice ? twice_next : over_once ? once_next : lowered_next;
  assign new_state  = reset_next ? {ScaleReset, {BurstWidth{1'b0}}} : {new_scale, new_burst};

  nrc_delay #(.Width(StateWidth + ChannelWidth), .Depth(Registered)) u_write (
    .clk_i, .d_i({new_state, channel_next}), .q_o({state_write, write_channel})
  );

  if (IsDeep) begin : gen_write
    logic update_valid_q, write_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        update_valid_q <= 1'b0;
        write_q        <= 1'b0;
      end else begin
        update_valid_q <= innovation_valid_i;
        write_q        <= update_valid_q;
      end
    end
    assign write = write_q;
  end else begin : gen_write_at_once
    assign write = innovation_valid_i;
  end

  nrc_ram_1r1w #(.Width(StateWidth), .Depth(Channels)) u_state (
    .clk_i,
    .rst_ni,
    .we_i   (write),
    .waddr_i(write_channel),
    .wdata_i(state_write),
    .re_i   (valid_i && !reset_i),
    .raddr_i(channel_i),
    .rdata_o(state_s1_read)
  );

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 1 && CodeWidth >= 4 && CodeWidth <= 16 && UpdateDelay >= 0 &&
               InitialScale >= 0 && InitialScale < (1 << ScaleWidth) && nrc_pkg::MinScale == 64 &&
               (IsDeep || (Pipeline == 1 && UpdateDelay == 0)) &&
               (Queue == 0 || (Queue > 0 && IsDeep && UpdateDelay == 0)) &&
               nrc_pkg::ScaleMantissaBits == 4,
               "nrc_dispersion: a parameter is missing or out of its range")
`endif

endmodule
