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
// The n are kept in registers until the next channel comes, however long that takes. Channel 0 clears
// them on its way in, so nothing passes from one frame to the next, whatever the length of the first.
//
// With reset_i the gains count as 0 and stay 0: they are not read, so they need not have been written.
//
// Stages:
//   0  valid_i, p, value; gain RAM read       3  p': pred_*_o; e'
//   1  innovation_i; gains, n; products       4  innovation_*_o, innovation_boost_i; new gains
//   2  p + correction, clamped                5  gain RAM write
// Latency NeighbourLatency (3) clocks to p', one more to e'; one sample per clock. A channel may
// come again 6 clocks later, sooner than the predictor allows.

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
  // verilator lint_off UNUSEDSIGNAL
  input  logic [2:0]              innovation_boost_i,    // every other one counts
  // verilator lint_on UNUSEDSIGNAL
  output logic                    innovation_valid_o,
  output logic [ChannelWidth-1:0] innovation_channel_o,
  output logic                    innovation_reset_o,
  output logic [ValueWidth:0]     innovation_value_o     // e', signed
);

  localparam int PredStage       = nrc_latency_pkg::NeighbourLatency;
  localparam int InnovationStage = PredStage + nrc_latency_pkg::InnovationLatency;
  localparam int WriteStage      = InnovationStage + 1;
  localparam int FracBits        = nrc_pkg::FracBits;
  localparam int Inputs          = nrc_pkg::NeighbourInputs;
  localparam int MeanShift       = nrc_pkg::NeighbourMeanShift;
  localparam int GainBits        = nrc_pkg::GainBits;
  localparam int GainFrac        = nrc_pkg::GainFrac;

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
  logic [Inputs*GainBits-1:0] new_gain_q;  // stage WriteStage

  nrc_ram_1r1w #(.Width(Inputs * GainBits), .Depth(Channels)) u_gain (
    .clk_i,
    .we_i   (valid_q[WriteStage]),
    .waddr_i(write_channel_q),
    .wdata_i(new_gain_q),
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

  // Stage 2: the products. Operands are extended by hand to their width. At CodeWidth = 10 they fit
  // one 16 x 16 DSP block each.
  localparam int ProductWidth = GainBits + ValueWidth;
  localparam int SumWidth     = ProductWidth + 2;

  logic [Inputs*ProductWidth-1:0] product_s2;

  for (genvar i = 0; i < Inputs; i++) begin : gen_product
    logic [GainBits-1:0]            gain;
    logic [ValueWidth-1:0]          input_n;
    logic signed [ProductWidth-1:0] factor, n, product_q;

    assign gain    = gain_s1[i*GainBits+:GainBits];
    assign input_n = n_s1_q[i*ValueWidth+:ValueWidth];
    assign factor  = {{ValueWidth{gain[GainBits-1]}}, gain};
    assign n       = {{GainBits{input_n[ValueWidth-1]}}, input_n};

    always_ff @(posedge clk_i) product_q <= factor * n;

    assign product_s2[i*ProductWidth+:ProductWidth] = product_q;
  end

  // Stage 3: p'. Each product has a magnitude up to 2^(ProductWidth-2), and p one up to
  // 2^(ValueWidth-1). The largest value has all integer bits set but the sign, and no fraction, so
  // everything that has them is clamped to it.
  localparam int RawWidth = SumWidth - GainFrac + 1;

  // verilator lint_off UNUSEDSIGNAL
  logic [SumWidth-1:0]   sum_s2;  // its fraction is cut off
  // verilator lint_on UNUSEDSIGNAL
  logic [ValueWidth-1:0] pred_value_s2;
  logic [RawWidth-1:0]   raw_s2;
  logic                  too_low_s2, too_high_s2;
  logic [ValueWidth-1:0] pred_value_s3_q;

  nrc_delay #(.Width(ValueWidth), .Depth(2)) u_pred_delay (
    .clk_i, .d_i(pred_value_i), .q_o(pred_value_s2)
  );

  always_comb begin
    sum_s2 = '0;
    for (int i = 0; i < Inputs; i++) begin
      sum_s2 = sum_s2 + {{2{product_s2[(i+1)*ProductWidth-1]}}, product_s2[i*ProductWidth+:ProductWidth]};
    end
  end

  assign raw_s2      = {sum_s2[SumWidth-1], sum_s2[SumWidth-1:GainFrac]} +
                       {{(RawWidth-ValueWidth){pred_value_s2[ValueWidth-1]}}, pred_value_s2};
  assign too_low_s2  = raw_s2[RawWidth-1] && !(&raw_s2[RawWidth-2:ValueWidth-1]);
  assign too_high_s2 = !raw_s2[RawWidth-1] && ((|raw_s2[RawWidth-2:ValueWidth-1]) ||
                                               (&raw_s2[ValueWidth-2:FracBits]));

  always_ff @(posedge clk_i) begin
    pred_value_s3_q <= too_low_s2  ? {1'b1, {(ValueWidth-1){1'b0}}} :
                       too_high_s2 ? {1'b0, {(CodeWidth-1){1'b1}}, {FracBits{1'b0}}} :
                                     raw_s2[ValueWidth-1:0];
  end

  assign pred_valid_o = valid_q[PredStage];
  assign pred_value_o = pred_value_s3_q;

  // Stage 4: e'.
  logic [ValueWidth-1:0] value_s3;
  logic [ValueWidth:0]   innovation_s4_q;

  nrc_delay #(.Width(ValueWidth), .Depth(PredStage)) u_value_delay (
    .clk_i, .d_i(value_i), .q_o(value_s3)
  );

  always_ff @(posedge clk_i) begin
    innovation_s4_q <= {value_s3[ValueWidth-1], value_s3} -
                       {pred_value_s3_q[ValueWidth-1], pred_value_s3_q};
  end

  assign innovation_valid_o = valid_q[InnovationStage];
  assign innovation_value_o = innovation_s4_q;

  // Stage 5: the new gains.
  logic [Inputs*GainBits-1:0] gain_s4;
  logic [Inputs-1:0]          n_negative_s1, n_nonzero_s1, n_negative_s4, n_nonzero_s4;
  logic                       quiet;  // e' is within half a code
  logic [3:0]                 step;

  for (genvar i = 0; i < Inputs; i++) begin : gen_sign
    assign n_negative_s1[i] = n_s1_q[(i+1)*ValueWidth-1];
    assign n_nonzero_s1[i]  = |n_s1_q[i*ValueWidth+:ValueWidth];
  end

  nrc_delay #(.Width(Inputs * (GainBits + 2)), .Depth(InnovationStage - 1)) u_gain_delay (
    .clk_i,
    .d_i({gain_s1, n_negative_s1, n_nonzero_s1}),
    .q_o({gain_s4, n_negative_s4, n_nonzero_s4})
  );

  assign quiet = (&innovation_s4_q[ValueWidth:nrc_pkg::QuietShift]) ||
                 !(|innovation_s4_q[ValueWidth:nrc_pkg::QuietShift]);
  assign step  = 4'd1 << innovation_boost_i[2:1];

  for (genvar i = 0; i < Inputs; i++) begin : gen_gain
    logic [GainBits-1:0] gain;
    logic [GainBits:0]   moved;
    logic                down, stays, fits;

    assign gain  = gain_s4[i*GainBits+:GainBits];
    assign down  = n_negative_s4[i] != innovation_s4_q[ValueWidth];
    assign stays = innovation_reset_o || !n_nonzero_s4[i] || quiet;
    assign moved = {gain[GainBits-1], gain} + ({{(GainBits-3){1'b0}}, step} ^ {(GainBits+1){down}}) +
                   {{GainBits{1'b0}}, down};
    assign fits  = moved[GainBits] == moved[GainBits-1];

    always_ff @(posedge clk_i) begin
      new_gain_q[i*GainBits+:GainBits] <= stays ? gain :
                                          fits  ? moved[GainBits-1:0] :
                                                  {moved[GainBits], {(GainBits-1){!moved[GainBits]}}};
    end
  end

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
      assert (channel_i == '0 || (seen_q && channel_i == channel_before_q + ChannelWidth'(1)));
    end
  end
`endif

endmodule
