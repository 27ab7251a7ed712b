// SPDX-License-Identifier: Apache-2.0
//
// Stage taps: corrects a prediction by what the channel's last two codes were mispredicted by
// (docs/bitstream.md, section 10). Golden model: nrc::Taps. Sits between nrc_predictor and
// nrc_neighbour or, without that, nrc_interval. The predictor's own update uses p and e.
//
//   p'        = clamp(p + ((weight[0] * past[0] + weight[1] * past[1]) >> 2))
//   e'        = value - p'
//   weight[i] = clamp(weight[i] + sign(past[i]) * sign(r) * 2^(boost >> 1)), unless r is within half a
//               code; r is what all corrections leave, e' or that of nrc_neighbour
//   past      = {past[0], e rounded to a code, CodeWidth bits}
//
// With reset_i the state counts as 0 and stays 0: it is not read, so it need not have been written.
//
// Stages (U = UpdateDelay):
//   0  valid_i; state RAM read              4      innovation_*_o
//   1  state; products                      4 + U  remaining_*_i; new weights
//   2  p, value; p + correction, clamped    5 + U  state RAM write
//   3  p': pred_*_o; e; e'
// One sample per clock. The prediction comes TapsLead (2) clocks after valid_i, so that the
// correction waits for it; p' is TapsLatency (1) clock later. A channel may come again 6 + U clocks
// later.

`timescale 1ns / 1ps

module nrc_taps #(
  parameter int Channels    = -1,
  parameter int CodeWidth   = -1,  // 4..16
  parameter int UpdateDelay = -1,  // clocks from innovation_*_o to remaining_*_i
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1,
  localparam int ValueWidth   = CodeWidth + nrc_pkg::FracBits
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // TapsLead clocks before nrc_predictor's pred_valid_o.
  input  logic                    valid_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    reset_i,

  // With nrc_predictor's pred_valid_o.
  input  logic [ValueWidth-1:0]   pred_value_i,   // p, signed
  input  logic [ValueWidth-1:0]   value_i,        // signed

  // From nrc_predictor, one clock later.
  input  logic [ValueWidth:0]     innovation_i,   // e, signed

  // With innovation_i.
  output logic                    pred_valid_o,
  output logic [ValueWidth-1:0]   pred_value_o,   // p', signed

  // One clock later.
  output logic                    innovation_valid_o,
  output logic [ChannelWidth-1:0] innovation_channel_o,
  output logic                    innovation_reset_o,
  output logic [ValueWidth:0]     innovation_value_o,     // e', signed

  // UpdateDelay clocks later: r, and the boost of its frame.
  input  logic [ValueWidth:0]     remaining_value_i,      // signed
  input  logic [2:0]              remaining_boost_i
);

  localparam int Lead            = nrc_latency_pkg::TapsLead;
  localparam int PredStage       = Lead + nrc_latency_pkg::TapsLatency;
  localparam int InnovationStage = PredStage + nrc_latency_pkg::InnovationLatency;
  localparam int UpdateStage     = InnovationStage + UpdateDelay;
  localparam int WriteStage      = UpdateStage + 1;
  localparam int FracBits        = nrc_pkg::FracBits;
  localparam int Count           = nrc_pkg::Taps;
  localparam int WeightBits      = nrc_pkg::TapBits;
  localparam int StateWidth      = Count * (WeightBits + CodeWidth);

  // Control: bit s is the sample in stage s.
  logic [WriteStage:1]     valid_q;
  logic                    reset_s1_q, reset_update;
  logic [ChannelWidth-1:0] update_channel, write_channel_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[WriteStage-1:1], valid_i};
  end

  always_ff @(posedge clk_i) begin
    reset_s1_q      <= reset_i;
    write_channel_q <= update_channel;
  end

  nrc_delay #(.Width(ChannelWidth + 1), .Depth(InnovationStage)) u_tag_delay (
    .clk_i,
    .d_i({channel_i, reset_i}),
    .q_o({innovation_channel_o, innovation_reset_o})
  );
  nrc_delay #(.Width(ChannelWidth + 1), .Depth(UpdateDelay)) u_update_tag_delay (
    .clk_i,
    .d_i({innovation_channel_o, innovation_reset_o}),
    .q_o({update_channel, reset_update})
  );

  // Stage 1: the state. Weight and past innovation 0 in the low bits of each.
  logic [StateWidth-1:0]       state_s1_read, state_update;
  logic [Count*WeightBits-1:0] weight_s1, weight_update, new_weight;
  logic [Count*CodeWidth-1:0]  past_s1, past_update, new_past_q;

  nrc_ram_1r1w #(.Width(StateWidth), .Depth(Channels)) u_state (
    .clk_i,
    .rst_ni,
    .we_i   (valid_q[WriteStage]),
    .waddr_i(write_channel_q),
    .wdata_i({new_weight, new_past_q}),
    .re_i   (valid_i && !reset_i),
    .raddr_i(channel_i),
    .rdata_o(state_s1_read)
  );

  assign {weight_s1, past_s1} = reset_s1_q ? '0 : state_s1_read;

  nrc_delay #(.Width(StateWidth), .Depth(UpdateStage - 1)) u_state_delay (
    .clk_i, .d_i({weight_s1, past_s1}), .q_o(state_update)
  );

  assign {weight_update, past_update} = state_update;

  // Stages 2 and 3: p'.
  logic [ValueWidth-1:0] value_s3_q;

  nrc_correct #(
    .CodeWidth (CodeWidth),
    .Count     (Count),
    .WeightBits(WeightBits),
    .InputBits (CodeWidth),
    .Shift     (nrc_pkg::TapFrac - FracBits)
  ) u_correct (
    .clk_i,
    .weight_i    (weight_s1),
    .input_i     (past_s1),
    .pred_value_i,
    .pred_value_o
  );

  always_ff @(posedge clk_i) value_s3_q <= value_i;

  assign pred_valid_o = valid_q[PredStage];

  // Stage 4: e'; e rounded to a code. The sum cannot overflow: |e| is below 2^ValueWidth - 64.
  // verilator lint_off UNUSEDSIGNAL
  logic [ValueWidth:0]  rounded;  // its fraction is cut off
  // verilator lint_on UNUSEDSIGNAL
  logic                 fits;
  logic [CodeWidth-1:0] past_s4_q, latest_update;
  logic [ValueWidth:0]  innovation_s4_q;

  assign rounded = innovation_i + (ValueWidth+1)'(1 << (FracBits - 1));
  assign fits    = rounded[ValueWidth] == rounded[ValueWidth-1];

  always_ff @(posedge clk_i) begin
    innovation_s4_q <= {value_s3_q[ValueWidth-1], value_s3_q} -
                       {pred_value_o[ValueWidth-1], pred_value_o};
    past_s4_q       <= fits ? rounded[ValueWidth-1:FracBits]
                            : {rounded[ValueWidth], {(CodeWidth-1){!rounded[ValueWidth]}}};
  end

  assign innovation_valid_o = valid_q[InnovationStage];
  assign innovation_value_o = innovation_s4_q;

  nrc_delay #(.Width(CodeWidth), .Depth(UpdateDelay)) u_past_delay (
    .clk_i, .d_i(past_s4_q), .q_o(latest_update)
  );

  // Stage WriteStage: the new state.
  logic [Count-1:0] negative, nonzero;

  for (genvar i = 0; i < Count; i++) begin : gen_sign
    assign negative[i] = past_update[(i+1)*CodeWidth-1];
    assign nonzero[i]  = |past_update[i*CodeWidth+:CodeWidth];
  end

  nrc_learn #(
    .Count     (Count),
    .WeightBits(WeightBits),
    .ValueWidth(ValueWidth)
  ) u_learn (
    .clk_i,
    .weight_i   (weight_update),
    .negative_i (negative),
    .nonzero_i  (nonzero),
    .remaining_i(remaining_value_i),
    .boost_i    (remaining_boost_i),
    .weight_o   (new_weight)
  );

  // A channel that is reset has past innovations of 0 and so no new weights either.
  always_ff @(posedge clk_i) begin
    new_past_q <= reset_update ? '0 : {past_update[0+:CodeWidth], latest_update};
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  // The limits of a weight are those of its bits.
  `NRC_REQUIRE(Channels >= 1 && CodeWidth >= 4 && CodeWidth <= 16 && UpdateDelay >= 0 &&
               PredStage == 3 && Count == 2 && nrc_pkg::TapMax == (1 << (WeightBits - 1)) - 1 &&
               nrc_pkg::TapMin == -nrc_pkg::TapMax - 1,
               "nrc_taps: Channels is 1 or more, CodeWidth 4 to 16, UpdateDelay 0 or more")
`endif

endmodule
