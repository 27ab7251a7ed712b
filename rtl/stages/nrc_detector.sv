// SPDX-License-Identifier: Apache-2.0
//
// Finds spikes: codes that lie far from their channel's level, in relation to its scale
// (docs/bitstream.md, section 17). Golden model: nrc::Detector. Works beside the predictor, whose
// level and scale it needs, so that it takes no time of its own.
//
//   a code crosses if 64 |deviation| > threshold * max(scale, MinEventScale)
//
// From the crossing on, in the first Window frames, the code that is furthest from the level is the
// peak; Rest frames after the peak the next crossing may come. State of a channel, in a RAM: age,
// the frames since the crossing (0: none); at, those from the crossing to the peak; the peak.
//
// Stages, counted from the innovation:
//   0  valid_i, channel_i, deviation_i, scale_i; state RAM read
//   1  |deviation|, amplitude; threshold * scale
//   2  comparisons
//   3  event_*_o; state RAM write

`timescale 1ns / 1ps

module nrc_detector #(
  parameter int Channels  = -1,
  parameter int CodeWidth = -1,
  parameter int Window    = -1,  // 2 .. MaxEventWindow
  parameter int Rest      = -1,  // 1 .. MaxEventRest
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1,
  localparam int ScaleWidth   = CodeWidth + nrc_pkg::FracBits
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic [nrc_pkg::EventThresholdBits-1:0] threshold_i,  // 1/4 scale; 0: finds nothing

  input  logic                    valid_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    reset_i,      // first frame of a key packet
  input  logic [2:0]              boost_i,      // of nrc_pace
  input  logic [ScaleWidth:0]     deviation_i,  // signed, 1/64 code
  input  logic [ScaleWidth-1:0]   scale_i,      // before the code, 1/1024 code

  output logic                    valid_o,          // DetectorLatency after valid_i
  output logic                    event_valid_o,
  output logic [ChannelWidth-1:0] event_channel_o,
  output logic [CodeWidth-1:0]    event_amplitude_o,  // signed, codes
  output logic [3:0]              event_ago_o         // frames since the peak
);

  localparam int FracBits     = nrc_pkg::FracBits;
  localparam int AgeWidth     = nrc_pkg::EventAgeBits;
  localparam int AtWidth      = 4;
  localparam int StateWidth   = AgeWidth + AtWidth + CodeWidth;
  localparam int ProductWidth = ScaleWidth + nrc_pkg::EventThresholdBits;
  localparam int CompareWidth = ScaleWidth + 1 + FracBits;  // of 64 |deviation|
  localparam int CommonWidth  = (CompareWidth > ProductWidth) ? CompareWidth : ProductWidth;

  localparam logic [ScaleWidth-1:0] MinScale = ScaleWidth'(nrc_pkg::MinEventScale);

  logic [3:1]            valid_q;
  logic [StateWidth-1:0] state_s1, state_s3_q;
  logic [ChannelWidth-1:0] channel_s1_q, channel_s2_q, channel_s3_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[2:1], valid_i};
  end

  always_ff @(posedge clk_i) begin
    channel_s1_q <= channel_i;
    channel_s2_q <= channel_s1_q;
    channel_s3_q <= channel_s2_q;
  end

  nrc_ram_1r1w #(.Width(StateWidth), .Depth(Channels)) u_state (
    .clk_i,
    .rst_ni,
    .we_i   (valid_q[3]),
    .waddr_i(channel_s3_q),
    .wdata_i(state_s3_q),
    .re_i   (valid_i && !reset_i),
    .raddr_i(channel_i),
    .rdata_o(state_s1)
  );

  // Stage 1. The deviation rounded to a code; half a code above the highest code is that one.
  localparam int RoundedWidth = CodeWidth + 2;

  logic [ScaleWidth:0]     magnitude;
  logic [RoundedWidth-1:0] rounded;
  logic [ScaleWidth-1:0]   scale;
  logic                    outside;
  logic [ScaleWidth:0]     magnitude_s1_q;
  logic [CodeWidth-1:0]    amplitude_s1_q;
  logic [ProductWidth-1:0] product_s1_q;
  logic                    reset_s1_q, listens_s1_q;

  assign magnitude = deviation_i[ScaleWidth] ? -deviation_i : deviation_i;
  assign rounded   = {deviation_i[ScaleWidth], deviation_i[ScaleWidth:FracBits]} +
                     RoundedWidth'(deviation_i[FracBits-1]);
  assign outside   = rounded[RoundedWidth-1:CodeWidth-1] != '0 &&
                     !(&rounded[RoundedWidth-1:CodeWidth-1]);

  assign scale     = (scale_i < MinScale) ? MinScale : scale_i;

  always_ff @(posedge clk_i) begin
    magnitude_s1_q <= magnitude;
    amplitude_s1_q <= outside ? {rounded[RoundedWidth-1],
                                 {(CodeWidth - 1){!rounded[RoundedWidth-1]}}}
                              : rounded[CodeWidth-1:0];
    product_s1_q   <= ProductWidth'(threshold_i) *
                      ProductWidth'(scale);
    reset_s1_q     <= reset_i;
    listens_s1_q   <= boost_i <= 3'(nrc_pkg::MaxEventBoost) && threshold_i != '0;
  end

  // Stage 2.
  logic [AgeWidth-1:0]  age_s1, age_s2_q;
  logic [AtWidth-1:0]   at_s1, at_s2_q;
  logic [CodeWidth-1:0] peak_s1, peak_s2_q, amplitude_s2_q;
  logic [CodeWidth-1:0] peak_size, amplitude_size;
  logic                 crosses_s2_q, higher_s2_q, reset_s2_q;

  assign {age_s1, at_s1, peak_s1} = state_s1;
  assign peak_size      = peak_s1[CodeWidth-1] ? -peak_s1 : peak_s1;
  assign amplitude_size = amplitude_s1_q[CodeWidth-1] ? -amplitude_s1_q : amplitude_s1_q;

  always_ff @(posedge clk_i) begin
    age_s2_q       <= age_s1;
    at_s2_q        <= at_s1;
    peak_s2_q      <= peak_s1;
    amplitude_s2_q <= amplitude_s1_q;
    reset_s2_q     <= reset_s1_q;
    higher_s2_q    <= amplitude_size > peak_size;
    crosses_s2_q   <= listens_s1_q && (CommonWidth'({magnitude_s1_q, {FracBits{1'b0}}}) >
                                       CommonWidth'(product_s1_q));
  end

  // Stage 3.
  logic                 searching, better, complete;
  logic [AgeWidth-1:0]  age_next, age_d;
  logic [AtWidth-1:0]   at_d;
  logic [CodeWidth-1:0] peak_d;

  assign searching = age_s2_q != '0 && age_s2_q < AgeWidth'(Window);
  assign better    = searching && higher_s2_q;
  assign age_next  = age_s2_q + 1'b1;
  assign complete  = !reset_s2_q && searching && age_next == AgeWidth'(Window);

  always_comb begin
    at_d   = better ? age_s2_q[AtWidth-1:0] : at_s2_q;
    peak_d = better ? amplitude_s2_q : peak_s2_q;
    age_d  = (age_next == AgeWidth'(at_d) + AgeWidth'(Rest)) ? '0 : age_next;
    if (reset_s2_q) begin
      age_d = '0;
    end else if (age_s2_q == '0) begin
      age_d  = AgeWidth'(crosses_s2_q);
      at_d   = '0;
      peak_d = amplitude_s2_q;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) event_valid_o <= 1'b0;
    else         event_valid_o <= valid_q[2] && complete;
  end

  always_ff @(posedge clk_i) begin
    state_s3_q  <= {age_d, at_d, peak_d};
    event_ago_o <= 4'(Window - 1) - at_d;
  end

  assign valid_o           = valid_q[3];
  assign event_channel_o   = channel_s3_q;
  assign event_amplitude_o = state_s3_q[CodeWidth-1:0];

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 1 && CodeWidth >= 2 && CodeWidth <= 16 && Window >= 2 &&
               Window <= nrc_pkg::MaxEventWindow && Rest >= 1 && Rest <= nrc_pkg::MaxEventRest,
               "nrc_detector: a parameter is missing or out of its range")
`endif

endmodule
