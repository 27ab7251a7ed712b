// SPDX-License-Identifier: Apache-2.0
//
// Predicts where the next code of a channel lies and how wide its distribution is, and keeps the
// channel's narrow state of the range profile (docs/bitstream.md, section 16). Golden model:
// nrc::NarrowRange. Replaces nrc_predictor and nrc_dispersion in an encoder whose energy is mostly
// that of its state memory.
//
//   p = 8 last - rest * deviation                  1/16 code; last in 1/2 code, rest in 1/16
//   index = steady + 2 burst                       1/8 octave
//   e = 8 value - p,  m = min(|e|, limit)
//   burst = burst + 2, + 1 or - 1 as m is from 8, from 4 or below 4 times the octave's first scale
//   deviation = 7/8 (deviation + (value - last) / 2), rounded, within limits; last = value
//   in frames that nrc_pace calls slow, the slow part moves too:
//   rest  = rest - sign(deviation) * sign(e) * 2^boost, within limits
//   scale = scale + ((32 m - scale) >> (9 - boost, or 7))
//   steady = 8 log2(scale), of 32 at least
//
// The state is split by how often it is used: one memory has last, deviation and burst, which are
// read and written for each code; a second one has steady and the first bits of rest, which are
// read for each code, but written in slow frames only; a third one has scale and the other bits of
// rest, which are used in slow frames only. As in nrc_narrow, the memories may be latches, and with
// many channels the third one consists of rows of a single-port memory. With reset_i the state
// counts as reset: it is not read, so it need not have been written.
//
// Stages:
//   0  valid_i; memories read
//   1  pred_value_o, index_o, value_i; the memory of all codes is written
//   2  slow part: its memories are written
//   5  rows written, or 6: see nrc_row_memory
// Latency 1 clock. The pipeline is the shallow one.

`timescale 1ns / 1ps

module nrc_narrow_range #(
  parameter int Channels  = -1,   // a multiple of 4, at least 8
  parameter int CodeWidth = -1,
  parameter int Rows      = (Channels > 512) ? 1 : 0,  // 1: the slow part is in rows
  localparam int ChannelWidth = $clog2(Channels),
  localparam int ValueWidth   = CodeWidth + nrc_pkg::NarrowValueFrac,
  localparam int PlaceWidth   = CodeWidth + nrc_pkg::NarrowEdgeFrac,
  localparam int IndexWidth   = 8
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    valid_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    reset_i,

  output logic                    valid_o,
  output logic [PlaceWidth-1:0]   pred_value_o,  // p, signed
  output logic [IndexWidth-1:0]   index_o,
  input  logic [ValueWidth-1:0]   value_i        // signed, of the same code, in the same clock
);

  localparam int DeviationWidth = CodeWidth - nrc_pkg::NarrowRangeSavedBits;
  localparam int BurstWidth     = $clog2(nrc_pkg::NarrowBurstMax + 1);
  localparam int RestBits       = nrc_pkg::NarrowRestBits;  // that a prediction uses
  localparam int RestWidth      = nrc_pkg::NarrowRestFrac;
  localparam int RestLow        = RestWidth - RestBits;
  localparam int MantissaBits   = nrc_pkg::NarrowMantissaBits;
  localparam int MagnitudeWidth = DeviationWidth + nrc_pkg::NarrowEdgeFrac;
  localparam int ScaleLow       = nrc_pkg::NarrowRangeScaleFrac - nrc_pkg::NarrowEdgeFrac;
  localparam int ScaleWidth     = MagnitudeWidth + ScaleLow;
  localparam int OctaveBits     = $clog2(ScaleWidth - ScaleLow);
  localparam int SteadyWidth    = OctaveBits + MantissaBits;
  localparam int FastWidth      = BurstWidth + DeviationWidth + ValueWidth;
  localparam int KeptWidth      = RestBits + SteadyWidth;
  localparam int SlowWidth      = RestLow + ScaleWidth;

  localparam logic [RestWidth-1:0]  RestReset  = RestWidth'(nrc_pkg::NarrowRestReset);
  localparam logic [ScaleWidth-1:0] ScaleReset = ScaleWidth'(
      nrc_range_tables_pkg::InitialScale >> (nrc_pkg::ScaleFrac - nrc_pkg::NarrowRangeScaleFrac));

  // Control: bit s is the sample in stage s.
  logic [2:1] valid_q, reset_q, slow_q;  // slow: the slow part moves, or is reset
  logic [2:0] boost_s1, boost_s2_q;
  logic       slow;

  logic [ChannelWidth-1:0] channel_s1_q, channel_s2_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[1], valid_i};
  end

  always_ff @(posedge clk_i) begin
    reset_q <= {reset_q[1], reset_i};
    slow_q  <= {slow_q[1], slow || reset_i};
    if (valid_i) channel_s1_q <= channel_i;
  end

  nrc_pace u_pace (
    .clk_i,
    .frame_begin_i(valid_i && channel_i == '0),
    .reset_i,
    .slow_o       (slow),
    .boost_o      (boost_s1)
  );

  // Stage 1: the state. In a reset frame nothing depends on what the memories hold.
  logic [FastWidth-1:0]      fast_read, fast_new;
  logic [KeptWidth-1:0]      kept_read, kept_new;
  logic [SlowWidth-1:0]      slow_read, slow_new;
  logic [ValueWidth-1:0]     last;
  logic [DeviationWidth-1:0] deviation;
  logic [BurstWidth-1:0]     burst;
  logic [SteadyWidth-1:0]    steady;
  logic [RestBits-1:0]       rest_high;
  logic                      move;  // stage 2

  nrc_ram_1r1w #(.Width(FastWidth), .Depth(Channels)) u_fast (
    .clk_i,
    .rst_ni,
    .we_i   (valid_q[1]),
    .waddr_i(channel_s1_q),
    .wdata_i(fast_new),
    .re_i   (valid_i && !reset_i),
    .raddr_i(channel_i),
    .rdata_o(fast_read)
  );

  nrc_ram_1r1w #(.Width(KeptWidth), .Depth(Channels)) u_kept (
    .clk_i,
    .rst_ni,
    .we_i   (move),
    .waddr_i(channel_s2_q),
    .wdata_i(kept_new),
    .re_i   (valid_i && !reset_i),
    .raddr_i(channel_i),
    .rdata_o(kept_read)
  );

  if (Rows != 0) begin : gen_rows
    nrc_row_memory #(.Words(Channels), .Width(SlowWidth)) u_slow (
      .clk_i,
      .rst_ni,
      .valid_i(valid_i && (slow || reset_i)),
      .read_i (!reset_i),
      .word_i (channel_i),
      .rdata_o(slow_read),
      .write_i(move),
      .slot_i (channel_s2_q[1:0]),
      .wdata_i(slow_new)
    );
  end else begin : gen_words
    nrc_ram_1r1w #(.Width(SlowWidth), .Depth(Channels)) u_slow (
      .clk_i,
      .rst_ni,
      .we_i   (move),
      .waddr_i(channel_s2_q),
      .wdata_i(slow_new),
      .re_i   (valid_i && slow && !reset_i),
      .raddr_i(channel_i),
      .rdata_o(slow_read)
    );
  end

  assign {burst, deviation, last} = fast_read & {FastWidth{!reset_q[1]}};
  assign {rest_high, steady}      = kept_read & {KeptWidth{!reset_q[1]}};

  // The prediction lies between two values, or between one and the level: it needs no clamp. In
  // sign and magnitude, because the sign bits of small numbers would make half of multiplier and
  // adder switch: |d| is ~d + 1 for a negative d, and x - y = ~(~x + y).
  localparam int RowWidth     = DeviationWidth - 1;
  localparam int ProductWidth = RowWidth + RestBits;
  localparam int ValueShift   = nrc_pkg::NarrowEdgeFrac - nrc_pkg::NarrowValueFrac;
  logic                    negative;
  logic [RowWidth-1:0]     d;
  logic [ProductWidth-1:0] product;
  logic [PlaceWidth-1:0]   start, sum;

  assign negative     = deviation[DeviationWidth-1];
  assign d            = deviation[RowWidth-1:0] ^ {RowWidth{negative}};
  assign product      = {{RestBits{1'b0}}, d} * {{RowWidth{1'b0}}, rest_high};
  assign start        = {last, {ValueShift{1'b0}}} ^ {PlaceWidth{!negative}};
  assign sum          = start + {{(PlaceWidth-ProductWidth){1'b0}}, product} +
                        {{(PlaceWidth-RestBits){1'b0}}, rest_high & {RestBits{negative}}};
  assign pred_value_o = sum ^ {PlaceWidth{!negative}};
  assign valid_o      = valid_q[1];
  assign index_o      = IndexWidth'(steady) +
                        IndexWidth'({burst, {nrc_pkg::NarrowBurstShift{1'b0}}});

  // The innovation.
  logic [PlaceWidth:0]       e;
  logic [PlaceWidth-1:0]     magnitude;
  logic [MagnitudeWidth-1:0] m;

  assign e         = {value_i[ValueWidth-1], value_i, {ValueShift{1'b0}}} -
                     {pred_value_o[PlaceWidth-1], pred_value_o};
  assign magnitude = (e[PlaceWidth-1:0] ^ {PlaceWidth{e[PlaceWidth]}}) + PlaceWidth'(e[PlaceWidth]);
  assign m         = magnitude[MagnitudeWidth-1:0] |
                     {MagnitudeWidth{|magnitude[PlaceWidth-1:MagnitudeWidth]}};

  // burst.
  logic [MagnitudeWidth-1:0] excess;
  logic [BurstWidth:0]       raised;
  logic [BurstWidth-1:0]     burst_new;

  assign excess = (m >> nrc_pkg::NarrowBurstOctave) >> steady[SteadyWidth-1:MantissaBits];
  assign raised = {1'b0, burst} +
                  ((|excess[MagnitudeWidth-1:1]) ? (BurstWidth+1)'(2) : (BurstWidth+1)'(1));

  always_comb begin
    burst_new = raised[BurstWidth-1:0] | {BurstWidth{raised[BurstWidth]}};
    if (excess == '0) burst_new = (burst == '0) ? '0 : burst - BurstWidth'(1);
  end

  // deviation: t = 8 moved - moved, with the rounding; moved is in 1/2 code.
  localparam int MovedWidth = ValueWidth + 2;
  localparam int Half       = 1 << nrc_pkg::NarrowValueFrac << (nrc_pkg::LevelShift - 1);
  localparam int Decimals   = nrc_pkg::LevelShift + nrc_pkg::NarrowValueFrac;
  localparam int WholeWidth = MovedWidth + nrc_pkg::LevelShift - Decimals;
  logic [MovedWidth-1:0]     moved;
  // verilator lint_off UNUSEDSIGNAL
  logic [MovedWidth+2:0]     t;
  // verilator lint_on UNUSEDSIGNAL
  logic [WholeWidth-1:0]     decayed;
  logic                      decayed_fits;
  logic [DeviationWidth-1:0] deviation_new;

  assign moved = {{(MovedWidth - DeviationWidth - 1){deviation[DeviationWidth-1]}}, deviation,
                  1'b0} +
                 {{2{value_i[ValueWidth-1]}}, value_i} - {{2{last[ValueWidth-1]}}, last};
  assign t             = {moved, 3'd0} + (MovedWidth+3)'(Half) - {{3{moved[MovedWidth-1]}}, moved};
  assign decayed       = t[MovedWidth+2:Decimals];
  assign decayed_fits  = (&decayed[WholeWidth-1:DeviationWidth-1]) ||
                         !(|decayed[WholeWidth-1:DeviationWidth-1]);
  assign deviation_new = decayed_fits ? decayed[DeviationWidth-1:0] :
                         {decayed[WholeWidth-1], {(DeviationWidth-1){!decayed[WholeWidth-1]}}};

  assign fast_new = {burst_new & {BurstWidth{!reset_q[1]}},
                     deviation_new & {DeviationWidth{!reset_q[1]}}, value_i};

  // Stage 2: the slow part. Its input registers load only in frames in which it moves.
  logic [MagnitudeWidth-1:0] m_s2_q;
  logic [SlowWidth-1:0]      slow_s2_q;
  logic [RestBits-1:0]       rest_high_s2_q;
  logic                      still_s2_q, down_s2_q;

  always_ff @(posedge clk_i) begin
    if (slow_q[1] && valid_q[1]) begin
      m_s2_q         <= m;
      slow_s2_q      <= slow_read;
      rest_high_s2_q <= rest_high;
      still_s2_q     <= deviation == '0 || e == '0;
      down_s2_q      <= deviation[DeviationWidth-1] == e[PlaceWidth];
      channel_s2_q   <= channel_s1_q;
      boost_s2_q     <= boost_s1;
    end
  end

  assign move = valid_q[2] && slow_q[2];

  logic [ScaleWidth-1:0] scale, change, scale_new;
  logic [ScaleWidth:0]   difference;
  logic [3:0]            shift;
  logic [RestLow-1:0]    rest_low;
  logic [RestWidth:0]    rest, step, rest_sum;  // with one more bit, for overflow
  logic [RestWidth-1:0]  rest_new;

  assign {rest_low, scale} = slow_s2_q;

  assign shift      = (boost_s2_q == 3'd0) ? 4'(nrc_pkg::NarrowRangeScaleShift)
                                           : 4'(nrc_pkg::NarrowRangeFastShift) - {1'b0, boost_s2_q};
  assign difference = {1'b0, m_s2_q, {ScaleLow{1'b0}}} - {1'b0, scale};
  // An arithmetic shift.
  assign change     = ScaleWidth'({{9{difference[ScaleWidth]}}, difference} >> shift);
  assign scale_new  = reset_q[2] ? ScaleReset : scale + change;

  assign rest     = {1'b0, rest_high_s2_q, rest_low};
  assign step     = (RestWidth+1)'(1) << boost_s2_q;
  assign rest_sum = rest + (step ^ {(RestWidth+1){down_s2_q}}) + (RestWidth+1)'(down_s2_q);
  assign rest_new = reset_q[2]          ? RestReset :
                    still_s2_q          ? rest[RestWidth-1:0] :
                    rest_sum[RestWidth] ? {RestWidth{!down_s2_q}} : rest_sum[RestWidth-1:0];

  // steady. A scale below the smallest one has no leading bit here, and counts as that one.
  logic [OctaveBits-1:0]   octave_new;
  logic [MantissaBits-1:0] mantissa_new;

  always_comb begin
    octave_new   = '0;
    mantissa_new = '0;
    for (int k = ScaleLow; k < ScaleWidth; k++) begin
      if (scale_new[k]) begin
        octave_new   = OctaveBits'(k - ScaleLow);
        mantissa_new = scale_new[k-1-:MantissaBits];
      end
    end
  end

  assign kept_new = {rest_new[RestWidth-1:RestLow], octave_new, mantissa_new};
  assign slow_new = {rest_new[RestLow-1:0], scale_new};

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 8 && Channels % 4 == 0 && CodeWidth >= nrc_pkg::MinNarrowWidth &&
               CodeWidth <= 16 && nrc_pkg::LevelShift == 3 && nrc_pkg::NarrowValueFrac == 1 &&
               ScaleLow > MantissaBits && nrc_pkg::NarrowBurstMax == (1 << BurstWidth) - 1,
               "nrc_narrow_range: a parameter is missing or out of its range")
`endif

endmodule
