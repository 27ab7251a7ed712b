// SPDX-License-Identifier: Apache-2.0
//
// Stage neighbour: corrects a prediction by what the channels before were mispredicted by
// (docs/bitstream.md, section 10). Golden model: nrc::Neighbour. Sits between nrc_predictor and
// nrc_interval. The predictor's own update uses p and e, nrc_dispersion's uses e'.
//
//   n[0]    = clamp(e of the channel before, in the same frame), CodeWidth + 6 bits; 0 for channel 0
//   n[1]    = that of the channel before it
//   n[2]    = their running mean: n[2] + ((n[0] - n[2]) >> 3)
//   p'      = clamp(p + ((gain[0] * n[0] + gain[1] * n[1] + gain[2] * n[2]) >> 8))
//   e'      = value - p'
//   gain[i] = clamp(gain[i] + sign(n[i]) * sign(e') * 2^(boost >> 1)), unless |e'| is within half a code
//
// The n are kept in registers until the next channel comes, however long that takes. Channel 0
// clears them on its way in, so nothing passes from one frame to the next, whatever the length of
// the first.
//
// With reset_i the gains count as 0 and stay 0: they are not read, so they need not have been
// written.
//
// Stages:
//   0  valid_i, p, value; gain RAM read       3  p': pred_*_o; e'
//   1  innovation_i; gains, n; products       4  innovation_*_o, innovation_boost_i; new gains
//   2  p + correction, clamped                5  gain RAM write
// Latency NeighbourLatency (3) clocks to p', one more to e'; one sample per clock. A channel may
// come again 6 clocks later, sooner than the predictor allows.

`timescale 1ns / 1ps

module nrc_neighbour #(
  parameter int Channels  = -1,
  parameter int CodeWidth = -1,  // 4..16
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1,
  localparam int ValueWidth   = CodeWidth + nrc_pkg::FracBits
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // With nrc_predictor's pred_valid_o. Channels come in turn and begin with 0.
  input  logic                    valid_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    reset_i,
  input  logic [ValueWidth-1:0]   pred_value_i,          // p, signed
  input  logic [ValueWidth-1:0]   value_i,               // signed

  // From nrc_predictor, one clock later.
  input  logic [ValueWidth:0]     innovation_i,          // e, signed

  // NeighbourLatency clocks after valid_i.
  output logic                    pred_valid_o,
  output logic [ValueWidth-1:0]   pred_value_o,          // p', signed

  // One clock later, for nrc_dispersion; the boost of the frame comes with it.
  input  logic [2:0]              innovation_boost_i,
  output logic                    innovation_valid_o,
  output logic [ChannelWidth-1:0] innovation_channel_o,
  output logic                    innovation_reset_o,
  output logic [ValueWidth:0]     innovation_value_o     // e', signed
);

  localparam int PredStage       = nrc_latency_pkg::NeighbourLatency;
  localparam int InnovationStage = PredStage + nrc_latency_pkg::InnovationLatency;
  localparam int WriteStage      = InnovationStage + 1;
  localparam int Inputs          = nrc_pkg::NeighbourInputs;
  localparam int MeanShift       = nrc_pkg::NeighbourMeanShift;
  localparam int GainBits        = nrc_pkg::GainBits;

  // Control: bit s is the sample in stage s.
  logic [WriteStage:1]     valid_q;
  logic                    reset_s1_q;
  logic [ChannelWidth-1:0] write_channel_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[WriteStage-1:1], valid_i};
  end

  always_ff @(posedge clk_i) begin
    reset_s1_q      <= reset_i;
    write_channel_q <= innovation_channel_o;
  end

  nrc_delay #(.Width(ChannelWidth + 1), .Depth(InnovationStage)) u_tag_delay (
    .clk_i,
    .d_i({channel_i, reset_i}),
    .q_o({innovation_channel_o, innovation_reset_o})
  );

  // Stage 1: the gains, input 0 in the low bits as in all vectors below.
  logic [Inputs*GainBits-1:0] gain_s1_read, gain_s1;
  logic [Inputs*GainBits-1:0] new_gain;  // stage WriteStage

  nrc_ram_1r1w #(.Width(Inputs * GainBits), .Depth(Channels)) u_gain (
    .clk_i,
    .rst_ni,
    .we_i   (valid_q[WriteStage]),
    .waddr_i(write_channel_q),
    .wdata_i(new_gain),
    .re_i   (valid_i && !reset_i),
    .raddr_i(channel_i),
    .rdata_o(gain_s1_read)
  );

  assign gain_s1 = reset_s1_q ? '0 : gain_s1_read;

  // Stage 1: n, which the samples before leave in their own stage 1 or earlier.
  logic                         innovation_fits;
  logic [ValueWidth-1:0]        innovation_limited;
  // verilator lint_off UNUSEDSIGNAL
  logic [ValueWidth:0]          from_mean;  // its fraction is cut off
  // verilator lint_on UNUSEDSIGNAL
  logic [ValueWidth-1:0]        mean, mean_step, previous;
  logic [Inputs*ValueWidth-1:0] n_s1_q;

  assign innovation_fits    = innovation_i[ValueWidth] == innovation_i[ValueWidth-1];
  assign innovation_limited = innovation_fits
                              ? innovation_i[ValueWidth-1:0]
                              : {innovation_i[ValueWidth],
                                 {(ValueWidth-1){!innovation_i[ValueWidth]}}};

  assign previous  = n_s1_q[ValueWidth-1:0];
  assign mean      = n_s1_q[2*ValueWidth+:ValueWidth];
  assign from_mean = {innovation_limited[ValueWidth-1], innovation_limited} -
                     {mean[ValueWidth-1], mean};
  assign mean_step = {{(MeanShift-1){from_mean[ValueWidth]}}, from_mean[ValueWidth:MeanShift]};

  always_ff @(posedge clk_i) begin
    if (valid_i && channel_i == '0) n_s1_q <= '0;
    else if (valid_q[1]) begin
      n_s1_q <= {mean + mean_step, previous, innovation_limited};
    end
  end

  // Stages 2 and 3: p'.
  logic [ValueWidth-1:0] pred_value_s2;

  nrc_delay #(.Width(ValueWidth), .Depth(2)) u_pred_delay (
    .clk_i, .d_i(pred_value_i), .q_o(pred_value_s2)
  );

  nrc_correct #(
    .CodeWidth (CodeWidth),
    .Count     (Inputs),
    .WeightBits(GainBits),
    .InputBits (ValueWidth),
    .Shift     (nrc_pkg::GainFrac)
  ) u_correct (
    .clk_i,
    .weight_i    (gain_s1),
    .input_i     (n_s1_q),
    .pred_value_i(pred_value_s2),
    .pred_value_o
  );

  assign pred_valid_o = valid_q[PredStage];

  // Stage 4: e'.
  logic [ValueWidth-1:0] value_s3;
  logic [ValueWidth:0]   innovation_s4_q;

  nrc_delay #(.Width(ValueWidth), .Depth(PredStage)) u_value_delay (
    .clk_i, .d_i(value_i), .q_o(value_s3)
  );

  always_ff @(posedge clk_i) begin
    innovation_s4_q <= {value_s3[ValueWidth-1], value_s3} -
                       {pred_value_o[ValueWidth-1], pred_value_o};
  end

  assign innovation_valid_o = valid_q[InnovationStage];
  assign innovation_value_o = innovation_s4_q;

  // Stage 5: the new gains. With reset no input counts.
  logic [Inputs*GainBits-1:0] gain_s4;
  logic [Inputs-1:0]          negative_s1, nonzero_s1, negative_s4, nonzero_s4;

  for (genvar i = 0; i < Inputs; i++) begin : gen_sign
    assign negative_s1[i] = n_s1_q[(i+1)*ValueWidth-1];
    assign nonzero_s1[i]  = (|n_s1_q[i*ValueWidth+:ValueWidth]) && !reset_s1_q;
  end

  nrc_delay #(.Width(Inputs * (GainBits + 2)), .Depth(InnovationStage - 1)) u_gain_delay (
    .clk_i,
    .d_i({gain_s1, negative_s1, nonzero_s1}),
    .q_o({gain_s4, negative_s4, nonzero_s4})
  );

  nrc_learn #(
    .Count     (Inputs),
    .WeightBits(GainBits),
    .ValueWidth(ValueWidth)
  ) u_learn (
    .clk_i,
    .weight_i   (gain_s4),
    .negative_i (negative_s4),
    .nonzero_i  (nonzero_s4),
    .remaining_i(innovation_s4_q),
    .boost_i    (innovation_boost_i),
    .weight_o   (new_gain)
  );

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  // The limits of a gain are those of its bits.
  `NRC_REQUIRE(Channels >= 1 && CodeWidth >= 4 && CodeWidth <= 16 && PredStage == 3 &&
               Inputs == 3 && nrc_pkg::GainMax == (1 << (GainBits - 1)) - 1 &&
               nrc_pkg::GainMin == -nrc_pkg::GainMax - 1,
               "nrc_neighbour: Channels is 1 or more, CodeWidth 4 to 16")

  // The channels of a frame come in turn, or n would be another channel's.
  logic                    seen_q;  // a channel, since reset
  logic [ChannelWidth-1:0] channel_before_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      seen_q <= 1'b0;
    end else if (valid_i) begin
      seen_q           <= 1'b1;
      channel_before_q <= channel_i;
    end
  end

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q && valid_i) begin
      assert (channel_i == '0 || (seen_q && channel_i == channel_before_q + ChannelWidth'(1)));
    end
  end
`endif

endmodule
