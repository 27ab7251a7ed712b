// SPDX-License-Identifier: Apache-2.0
//
// Predicts the next code of a channel, selects its Huffman table and keeps the channel's narrow
// state (docs/bitstream.md, section 16). Golden model: nrc::Narrow. Takes the place of
// nrc_predictor and nrc_context in an encoder whose energy is mostly that of its state memory.
//
//   q = last - rest * deviation                        rounded; rest in 1/16
//   r = code - q
//   deviation = 7/8 (deviation + code - last), rounded, within limits; last = code
//   in frames that nrc_pace calls slow, the slow part moves too:
//   rest  = rest - sign(deviation) * sign(r) * 2^boost, within limits
//   scale = scale + (((min(|r|, limit) << 8) - scale) >> (8 - boost, or 6))
//   class = that of the new scale
//
// Three memories, by how often they are used: last and deviation are read and written for each
// code; class and the first bits of rest are read for each code, but written in slow frames only;
// the others rest in all other frames. The memories have a read and a write in the same clock and
// no more than a word a clock, so that in silicon latches can be what they are made of. With many
// channels the slow part is in rows of a memory of one port (nrc_row_memory), which is a macro then;
// with few the registers of the rows would take more than the latches.
// With reset_i the state counts as reset: it is not read, so it need not have been written.
//
// Stages:
//   0  valid_i; memories read
//   1  q, r; new state; fast memories written
//   2  valid_o: nrc_select gives the table
//   5  rows written, or 6: see nrc_row_memory; without rows the slow part is written in 1 as well
// Latency 2 clocks. The pipeline is the shallow one.

`timescale 1ns / 1ps

module nrc_narrow #(
  parameter int Channels  = -1,   // a multiple of 4, at least 8
  parameter int CodeWidth = -1,
  parameter int Rows      = (Channels > 512) ? 1 : 0,  // 1: the slow part is in rows
  localparam int ChannelWidth = $clog2(Channels),
  localparam int NumClasses   = nrc_tables_pkg::NumClasses,
  localparam int NumTables    = nrc_tables_pkg::NumTables,
  localparam int TableWidth   = (NumTables > 1) ? $clog2(NumTables) : 1
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    valid_i,
  input  logic [CodeWidth-1:0]    code_i,       // signed
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    reset_i,

  output logic                    valid_o,
  output logic [CodeWidth-1:0]    code_o,
  output logic                    reset_o,
  output logic [CodeWidth-1:0]    pred_code_o,  // q, signed
  output logic [TableWidth-1:0]   table_o,
  output logic [3:0]              raw_bits_o
);

  localparam int DeviationWidth = CodeWidth - nrc_pkg::NarrowSavedBits;
  localparam int RestBits       = nrc_pkg::NarrowRestBits;  // that a prediction uses
  localparam int RestWidth      = nrc_pkg::NarrowRestFrac;
  localparam int RestLow        = RestWidth - RestBits;
  localparam int ScaleFrac      = nrc_pkg::NarrowScaleFrac;
  localparam int ScaleWidth     = DeviationWidth + ScaleFrac;
  localparam int FastWidth      = DeviationWidth + CodeWidth;
  localparam int KeptWidth      = RestBits + 4;  // and the class
  localparam int SlowWidth      = RestLow + ScaleWidth;

  localparam logic [RestWidth-1:0]  RestReset  = RestWidth'(nrc_pkg::NarrowRestReset);
  localparam logic [ScaleWidth-1:0] ScaleReset =
      ScaleWidth'(nrc_tables_pkg::InitialScale >> (nrc_pkg::ScaleFrac - ScaleFrac));

  // Control: bit s is the sample in stage s.
  logic [2:1] valid_q, reset_q;
  logic       slow_s1_q;  // the slow part moves, or is reset
  logic [2:0] boost_s1;
  logic       slow;

  logic [ChannelWidth-1:0] channel_s1_q;
  logic [CodeWidth-1:0]    code_s1_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[1], valid_i};
  end

  always_ff @(posedge clk_i) begin
    reset_q   <= {reset_q[1], reset_i};
    slow_s1_q <= slow || reset_i;
    if (valid_i) begin
      channel_s1_q <= channel_i;
      code_s1_q    <= code_i;
    end
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
  logic [CodeWidth-1:0]      last;
  logic [DeviationWidth-1:0] deviation;
  logic [3:0]                class_s1;
  logic [RestBits-1:0]       rest_high;
  logic [RestLow-1:0]        rest_low;
  logic [ScaleWidth-1:0]     scale;
  logic                      moves;

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
    .we_i   (valid_q[1] && moves),
    .waddr_i(channel_s1_q),
    .wdata_i(kept_new),
    .re_i   (valid_i && !reset_i),
    .raddr_i(channel_i),
    .rdata_o(kept_read)
  );

  if (Rows != 0) begin : gen_rows
    logic                 slow_s2_q;
    logic [1:0]           slot_s2_q;
    logic [SlowWidth-1:0] slow_word_q;

    always_ff @(posedge clk_i) begin
      slow_s2_q <= slow_s1_q;
      if (slow_s1_q) slot_s2_q <= channel_s1_q[1:0];
      if (valid_q[1] && moves) slow_word_q <= slow_new;
    end

    nrc_row_memory #(.Words(Channels), .Width(SlowWidth)) u_slow (
      .clk_i,
      .rst_ni,
      .valid_i(valid_i && (slow || reset_i)),
      .read_i (!reset_i),
      .word_i (channel_i),
      .rdata_o(slow_read),
      .write_i(valid_q[2] && slow_s2_q),
      .slot_i (slot_s2_q),
      .wdata_i(slow_word_q)
    );
  end else begin : gen_words
    nrc_ram_1r1w #(.Width(SlowWidth), .Depth(Channels)) u_slow (
      .clk_i,
      .rst_ni,
      .we_i   (valid_q[1] && moves),
      .waddr_i(channel_s1_q),
      .wdata_i(slow_new),
      .re_i   (valid_i && slow && !reset_i),
      .raddr_i(channel_i),
      .rdata_o(slow_read)
    );
  end

  assign {deviation, last}     = fast_read & {FastWidth{!reset_q[1]}};
  assign {rest_high, class_s1} = kept_read & {KeptWidth{!reset_q[1]}};
  // The operands of the slow part rest in frames in which it does not move.
  assign moves             = slow_s1_q;
  assign {rest_low, scale} = slow_read & {SlowWidth{moves && !reset_q[1]}};

  // The prediction lies between two codes, last and last - deviation: it needs no clamp.
  // In sign and magnitude, because the sign bits of small numbers would make half of multiplier and
  // adder switch: |d| is ~d + 1 for a negative d, and x - y = ~(~x + y).
  localparam int MagnitudeWidth = DeviationWidth - 1;
  localparam int ProductWidth   = MagnitudeWidth + RestBits;
  localparam int SumWidth       = CodeWidth + RestBits;
  logic                      negative;
  logic [MagnitudeWidth-1:0] d;
  logic [ProductWidth-1:0]   product;
  logic [SumWidth-1:0]       start;
  // verilator lint_off UNUSEDSIGNAL
  logic [SumWidth-1:0]       sum;  // its fraction is only rounded
  // verilator lint_on UNUSEDSIGNAL
  logic [CodeWidth-1:0]      q;

  assign negative = deviation[DeviationWidth-1];
  assign d        = deviation[MagnitudeWidth-1:0] ^ {MagnitudeWidth{negative}};
  assign product  = {{RestBits{1'b0}}, d} * {{MagnitudeWidth{1'b0}}, rest_high};
  assign start    = {last, 1'b1, {(RestBits-1){1'b0}}} ^ {SumWidth{!negative}};
  assign sum      = start + {{(SumWidth-ProductWidth){1'b0}}, product} +
                    {{CodeWidth{1'b0}}, rest_high & {RestBits{negative}}};
  assign q        = sum[SumWidth-1:RestBits] ^ {CodeWidth{!negative}};

  // deviation: t is 8 times the sum less the sum, rounded.
  localparam int MovedWidth = CodeWidth + 2;
  logic [MovedWidth-1:0]     moved;
  // verilator lint_off UNUSEDSIGNAL
  logic [MovedWidth+2:0]     t;
  // verilator lint_on UNUSEDSIGNAL
  logic [MovedWidth-1:0]     decayed;
  logic                      decayed_fits;
  logic [DeviationWidth-1:0] deviation_new;

  assign moved = {{(MovedWidth - DeviationWidth){deviation[DeviationWidth-1]}}, deviation} +
                 {{2{code_s1_q[CodeWidth-1]}}, code_s1_q} - {{2{last[CodeWidth-1]}}, last};
  assign t             = {moved, 3'd4} - {{3{moved[MovedWidth-1]}}, moved};
  assign decayed       = t[MovedWidth+2:3];
  assign decayed_fits  = (&decayed[MovedWidth-1:DeviationWidth-1]) ||
                         !(|decayed[MovedWidth-1:DeviationWidth-1]);
  assign deviation_new = decayed_fits ? decayed[DeviationWidth-1:0] :
                         {decayed[MovedWidth-1], {(DeviationWidth-1){!decayed[MovedWidth-1]}}};

  // The slow part.
  logic [CodeWidth:0]        moving, residual;
  logic [CodeWidth-1:0]      magnitude;
  logic [DeviationWidth-1:0] m;
  logic [3:0]                shift;
  logic [ScaleWidth:0]       difference;
  logic [ScaleWidth-1:0]     change, scale_new;
  logic [15:0]               level;  // the new scale in 1/16 code
  logic [RestWidth:0]        rest, step, rest_sum;  // a bit more, which shows an overflow
  logic                      down, still;
  logic [RestWidth-1:0]      rest_new;
  logic [3:0]                class_new;

  assign moving    = {(CodeWidth+1){moves}};
  assign residual  = ({code_s1_q[CodeWidth-1], code_s1_q} & moving) -
                     ({q[CodeWidth-1], q} & moving);
  assign magnitude = (residual[CodeWidth-1:0] ^ {CodeWidth{residual[CodeWidth]}}) +
                     CodeWidth'(residual[CodeWidth]);
  assign m         = magnitude[DeviationWidth-1:0] |
                     {DeviationWidth{|magnitude[CodeWidth-1:DeviationWidth]}};

  assign shift      = (boost_s1 == 3'd0) ? 4'(nrc_pkg::NarrowScaleShift)
                                         : 4'(nrc_pkg::ScaleShift) - {1'b0, boost_s1};
  assign difference = {1'b0, m, {ScaleFrac{1'b0}}} - {1'b0, scale};
  // The sign shifted in.
  assign change     = ScaleWidth'({{8{difference[ScaleWidth]}}, difference} >> shift);
  assign scale_new  = reset_q[1] ? ScaleReset : scale + change;
  assign level      = 16'(scale_new[ScaleWidth-1:ScaleFrac-nrc_pkg::ThresholdFrac]);

  always_comb begin
    class_new = '0;
    for (int k = 1; k < NumClasses; k++) begin
      if (level >= nrc_tables_pkg::ClassBelow[16*(k-1)+:16]) class_new = 4'(k);
    end
  end

  assign rest     = {1'b0, rest_high & {RestBits{moves}}, rest_low};
  assign step     = (RestWidth+1)'(1) << boost_s1;
  assign still    = deviation == '0 || residual == '0;
  assign down     = moves && deviation[DeviationWidth-1] == residual[CodeWidth];
  assign rest_sum = rest + (step ^ {(RestWidth+1){down}}) + (RestWidth+1)'(down);
  assign rest_new = reset_q[1]          ? RestReset :
                    still               ? rest[RestWidth-1:0] :
                    rest_sum[RestWidth] ? {RestWidth{!down}} : rest_sum[RestWidth-1:0];

  assign fast_new = {deviation_new & {DeviationWidth{!reset_q[1]}}, code_s1_q};
  assign kept_new = {rest_new[RestWidth-1:RestLow], class_new};
  assign slow_new = {rest_new[RestLow-1:0], scale_new};

  // Stage 2.
  logic [3:0]            class_s2_q;
  logic [NumClasses-1:0] selected;

  always_ff @(posedge clk_i) begin
    if (valid_q[1]) begin
      code_o      <= code_s1_q;
      pred_code_o <= q;
      class_s2_q  <= class_s1;
    end
  end

  assign valid_o = valid_q[2];
  assign reset_o = reset_q[2];

  always_comb begin
    for (int k = 0; k < NumClasses; k++) selected[k] = class_s2_q == 4'(k);
  end

  nrc_select #(
    .CodeWidth(CodeWidth),
    .Pipeline (nrc_latency_pkg::PipelineShallow)
  ) u_select (
    .clk_i,
    .selected_i (selected),
    .pred_code_i(pred_code_o),
    .table_o,
    .raw_bits_o
  );

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 8 && Channels % 4 == 0 && CodeWidth >= nrc_pkg::MinNarrowWidth &&
               CodeWidth <= 16 && nrc_pkg::ScaleShift == 8 && nrc_pkg::LevelShift == 3,
               "nrc_narrow: a parameter is missing or out of its range")
`endif

endmodule
