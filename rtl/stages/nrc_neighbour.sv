// SPDX-License-Identifier: Apache-2.0
//
// Stage neighbour: corrects a prediction by the previous channel's misprediction
// (docs/bitstream.md, section 10). Golden model: nrc::Neighbour. Sits between nrc_predictor and
// nrc_interval. The predictor's own update uses p and e, nrc_dispersion's uses e'.
//
//   n    = clamp(e of the channel before, in the same frame), CodeWidth + 6 bits; 0 for channel 0
//   p'   = clamp(p + ((gain * n) >> 10))
//   e'   = value - p'
//   gain = clamp(gain + sign(n) * sign(e'))
//
// n is kept in a register until the next channel comes, however long that takes. Channel 0 clears
// it on its way in, so nothing passes from one frame to the next, whatever the length of the first.
//
// With reset_i the gain counts as 0 and stays 0: it is not read, so it need not have been written.
//
// Stages:
//   0  valid_i, p, value; gain RAM read       3  p': pred_*_o; e'
//   1  innovation_i; gain, n; product         4  innovation_*_o; new gain
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

  // One clock later, for nrc_dispersion.
  output logic                    innovation_valid_o,
  output logic [ChannelWidth-1:0] innovation_channel_o,
  output logic                    innovation_reset_o,
  output logic [ValueWidth:0]     innovation_value_o     // e', signed
);

  localparam int PredStage       = nrc_latency_pkg::NeighbourLatency;
  localparam int InnovationStage = PredStage + nrc_latency_pkg::InnovationLatency;
  localparam int WriteStage      = InnovationStage + 1;
  localparam int FracBits        = nrc_pkg::FracBits;
  localparam int GainBits        = nrc_pkg::GainBits;
  localparam int GainFrac        = nrc_pkg::GainFrac;

  localparam logic [GainBits-1:0] GainMin = GainBits'(nrc_pkg::GainMin);
  localparam logic [GainBits-1:0] GainMax = GainBits'(nrc_pkg::GainMax);

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

  // Stage 1: the gain.
  logic [GainBits-1:0] gain_s1_read, gain_s1;
  logic [GainBits-1:0] new_gain_q;  // stage WriteStage

  nrc_ram_1r1w #(.Width(GainBits), .Depth(Channels)) u_gain (
    .clk_i,
    .we_i   (valid_q[WriteStage]),
    .waddr_i(write_channel_q),
    .wdata_i(new_gain_q),
    .re_i   (valid_i && !reset_i),
    .raddr_i(channel_i),
    .rdata_o(gain_s1_read)
  );

  assign gain_s1 = reset_s1_q ? '0 : gain_s1_read;

  // Stage 1: n, which the sample before leaves in its own stage 1 or earlier.
  logic                  innovation_fits;
  logic [ValueWidth-1:0] innovation_limited;
  logic [ValueWidth-1:0] n_s1_q;

  assign innovation_fits    = innovation_i[ValueWidth] == innovation_i[ValueWidth-1];
  assign innovation_limited = innovation_fits
                              ? innovation_i[ValueWidth-1:0]
                              : {innovation_i[ValueWidth],
                                 {(ValueWidth-1){!innovation_i[ValueWidth]}}};

  always_ff @(posedge clk_i) begin
    if (valid_i && channel_i == '0) n_s1_q <= '0;
    else if (valid_q[1])            n_s1_q <= innovation_limited;
  end

  // Stage 2: the product. Operands are extended by hand to its width. At CodeWidth = 10 they fit
  // one 16 x 16 DSP block.
  localparam int ProductWidth = GainBits + ValueWidth;

  logic signed [ProductWidth-1:0] factor, n;
  // verilator lint_off UNUSEDSIGNAL
  logic signed [ProductWidth-1:0] product_s2_q;  // its fraction is cut off
  // verilator lint_on UNUSEDSIGNAL
  logic [ValueWidth:0]            correction_s2;

  assign factor = {{ValueWidth{gain_s1[GainBits-1]}}, gain_s1};
  assign n      = {{GainBits{n_s1_q[ValueWidth-1]}}, n_s1_q};

  always_ff @(posedge clk_i) product_s2_q <= factor * n;

  assign correction_s2 = product_s2_q[ProductWidth-1:GainFrac];

  // Stage 3: p'. Neither summand has a magnitude above 2^(ValueWidth-1), and p is below it, so the
  // sum has one bit more than p. The largest value has all integer bits set but the sign, and no
  // fraction, so everything that has them is clamped to it.
  logic [ValueWidth-1:0] pred_value_s2;
  logic [ValueWidth:0]   raw_s2;
  logic                  too_low_s2, too_high_s2;
  logic [ValueWidth-1:0] pred_value_s3_q;

  nrc_delay #(.Width(ValueWidth), .Depth(2)) u_pred_delay (
    .clk_i, .d_i(pred_value_i), .q_o(pred_value_s2)
  );

  assign raw_s2      = correction_s2 + {pred_value_s2[ValueWidth-1], pred_value_s2};
  assign too_low_s2  = raw_s2[ValueWidth] && !raw_s2[ValueWidth-1];
  assign too_high_s2 = !raw_s2[ValueWidth] && (raw_s2[ValueWidth-1] ||
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

  // Stage 5: the new gain.
  logic [GainBits-1:0] gain_s4;
  logic                n_negative_s4, n_nonzero_s4;
  logic                gain_down, gain_stays;

  nrc_delay #(.Width(GainBits + 2), .Depth(InnovationStage - 1)) u_gain_delay (
    .clk_i,
    .d_i({gain_s1, n_s1_q[ValueWidth-1], |n_s1_q}),
    .q_o({gain_s4, n_negative_s4, n_nonzero_s4})
  );

  assign gain_down  = n_negative_s4 != innovation_s4_q[ValueWidth];
  assign gain_stays = innovation_reset_o || !n_nonzero_s4 || !(|innovation_s4_q) ||
                      (gain_down ? gain_s4 == GainMin : gain_s4 == GainMax);

  always_ff @(posedge clk_i) begin
    new_gain_q <= gain_stays ? gain_s4 : gain_s4 + {{(GainBits-1){gain_down}}, 1'b1};
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 1 && CodeWidth >= 4 && CodeWidth <= 16 && PredStage == 3 &&
               GainBits == GainFrac + 1,
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
