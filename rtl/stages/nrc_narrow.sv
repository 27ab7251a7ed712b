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
// last, deviation, class and the first bits of rest are in one memory, which is read and written
// for each code. The others are in a memory of their own, which rests in most frames. With reset_i
// the state counts as reset: it is not read, so it need not have been written.
//
// Stages:
//   0  valid_i; memories read             2  q, r; new state
//   1  the state, or its reset value      3  valid_o: nrc_select gives the table
//                                         6  memories written, or 7: see nrc_row_memory
// Latency 3 clocks. The pipeline is the shallow one.

`timescale 1ns / 1ps

module nrc_narrow #(
  parameter int Channels  = -1,   // a multiple of 4, at least 8
  parameter int CodeWidth = -1,
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
  localparam int FastWidth      = RestBits + 4 + DeviationWidth + CodeWidth;
  localparam int SlowWidth      = RestLow + ScaleWidth;

  localparam logic [RestWidth-1:0]  RestReset  = RestWidth'(nrc_pkg::NarrowRestReset);
  localparam logic [ScaleWidth-1:0] ScaleReset =
      ScaleWidth'(nrc_tables_pkg::InitialScale >> (nrc_pkg::ScaleFrac - ScaleFrac));

  // Control: bit s is the sample in stage s.
  logic [3:1] valid_q, reset_q;
  logic [3:1] slow_q;  // the slow part moves, or is reset
  logic [1:0] slot_s1_q, slot_s2_q, slot_s3_q;
  logic [2:0] boost_s1, boost_s2_q;
  logic       slow;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[2:1], valid_i};
  end

  always_ff @(posedge clk_i) begin
    reset_q    <= {reset_q[2:1], reset_i};
    slow_q     <= {slow_q[2:1], slow || reset_i};
    slot_s1_q  <= channel_i[1:0];
    slot_s2_q  <= slot_s1_q;
    slot_s3_q  <= slot_s2_q;
    boost_s2_q <= boost_s1;
  end

  nrc_pace u_pace (
    .clk_i,
    .frame_begin_i(valid_i && channel_i == '0),
    .reset_i,
    .slow_o       (slow),
    .boost_o      (boost_s1)
  );

  // Stage 1: the state.
  logic [FastWidth-1:0] fast_read, fast_s1, fast_s3;
  logic [SlowWidth-1:0] slow_read, slow_s1, slow_s3_q;
  logic [CodeWidth-1:0] code_s1_q;

  nrc_row_memory #(.Words(Channels), .Width(FastWidth)) u_fast (
    .clk_i,
    .rst_ni,
    .valid_i,
    .read_i (!reset_i),
    .word_i (channel_i),
    .rdata_o(fast_read),
    .write_i(valid_q[3]),
    .slot_i (slot_s3_q),
    .wdata_i(fast_s3)
  );

  nrc_row_memory #(.Words(Channels), .Width(SlowWidth)) u_slow (
    .clk_i,
    .rst_ni,
    .valid_i(valid_i && (slow || reset_i)),
    .read_i (!reset_i),
    .word_i (channel_i),
    .rdata_o(slow_read),
    .write_i(valid_q[3] && slow_q[3]),
    .slot_i (slot_s3_q),
    .wdata_i(slow_s3_q)
  );

  // In a reset frame nothing depends on what the memories hold. The class is that of the scale then,
  // which stage 2 takes.
  assign fast_s1 = fast_read & {FastWidth{!reset_q[1]}};
  assign slow_s1 = slow_read & {SlowWidth{!reset_q[1]}};

  always_ff @(posedge clk_i) if (valid_i) code_s1_q <= code_i;

  // Stage 2.
  logic [CodeWidth-1:0]      code_s2_q, last_q;
  logic [DeviationWidth-1:0] deviation_q;
  logic [3:0]                class_q;
  logic [RestBits-1:0]       rest_high_q;
  logic [RestLow-1:0]        rest_low_q;
  logic [ScaleWidth-1:0]     scale_q;

  always_ff @(posedge clk_i) begin
    if (valid_q[1]) begin
      code_s2_q <= code_s1_q;
      {rest_high_q, class_q, deviation_q, last_q} <= fast_s1;
    end
    if (valid_q[1] && slow_q[1]) {rest_low_q, scale_q} <= slow_s1;
  end

  // The prediction lies between two codes, last and last - deviation: it needs no clamp.
  localparam int ProductWidth = DeviationWidth + RestBits;
  localparam int SumWidth     = CodeWidth + RestBits;
  logic [ProductWidth-1:0] product;
  // verilator lint_off UNUSEDSIGNAL
  logic [SumWidth-1:0]     sum;  // its fraction is only rounded
  // verilator lint_on UNUSEDSIGNAL
  logic [CodeWidth-1:0]    q;

  assign product = {{RestBits{deviation_q[DeviationWidth-1]}}, deviation_q} *
                   {{DeviationWidth{1'b0}}, rest_high_q};
  assign sum     = {last_q, 1'b1, {(RestBits-1){1'b0}}} -
                   {{(SumWidth - ProductWidth){product[ProductWidth-1]}}, product};
  assign q       = sum[SumWidth-1:RestBits];

  // deviation: t is 8 times the sum less the sum, rounded.
  localparam int MovedWidth = CodeWidth + 2;
  logic [MovedWidth-1:0]     moved;
  // verilator lint_off UNUSEDSIGNAL
  logic [MovedWidth+2:0]     t;
  // verilator lint_on UNUSEDSIGNAL
  logic [MovedWidth-1:0]     decayed;
  logic                      decayed_fits;
  logic [DeviationWidth-1:0] deviation_new;

  assign moved = {{(MovedWidth - DeviationWidth){deviation_q[DeviationWidth-1]}}, deviation_q} +
                 {{2{code_s2_q[CodeWidth-1]}}, code_s2_q} - {{2{last_q[CodeWidth-1]}}, last_q};
  assign t             = {moved, 3'd4} - {{3{moved[MovedWidth-1]}}, moved};
  assign decayed       = t[MovedWidth+2:3];
  assign decayed_fits  = (&decayed[MovedWidth-1:DeviationWidth-1]) ||
                         !(|decayed[MovedWidth-1:DeviationWidth-1]);
  assign deviation_new = decayed_fits ? decayed[DeviationWidth-1:0] :
                         {decayed[MovedWidth-1], {(DeviationWidth-1){!decayed[MovedWidth-1]}}};

  // The slow part. Its operands rest in frames in which it does not move.
  logic                      moves;
  logic [CodeWidth:0]        residual;
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

  assign moves     = slow_q[2];
  assign residual  = ({code_s2_q[CodeWidth-1], code_s2_q} - {q[CodeWidth-1], q}) &
                     {(CodeWidth+1){moves}};
  assign magnitude = (residual[CodeWidth-1:0] ^ {CodeWidth{residual[CodeWidth]}}) +
                     CodeWidth'(residual[CodeWidth]);
  assign m         = magnitude[DeviationWidth-1:0] |
                     {DeviationWidth{|magnitude[CodeWidth-1:DeviationWidth]}};

  assign shift      = (boost_s2_q == 3'd0) ? 4'(nrc_pkg::NarrowScaleShift)
                                           : 4'(nrc_pkg::ScaleShift) - {1'b0, boost_s2_q};
  assign difference = {1'b0, m, {ScaleFrac{1'b0}}} - {1'b0, scale_q};
  // The sign shifted in.
  assign change     = ScaleWidth'({{8{difference[ScaleWidth]}}, difference} >> shift);
  assign scale_new  = reset_q[2] ? ScaleReset : scale_q + change;
  assign level      = 16'(scale_new[ScaleWidth-1:ScaleFrac-nrc_pkg::ThresholdFrac]);

  always_comb begin
    class_new = '0;
    for (int k = 1; k < NumClasses; k++) begin
      if (level >= nrc_tables_pkg::ClassBelow[16*(k-1)+:16]) class_new = 4'(k);
    end
  end

  assign rest     = {1'b0, rest_high_q & {RestBits{moves}}, rest_low_q};
  assign step     = (RestWidth+1)'(1) << boost_s2_q;
  assign still    = deviation_q == '0 || residual == '0;
  assign down     = deviation_q[DeviationWidth-1] == residual[CodeWidth];
  assign rest_sum = rest + (step ^ {(RestWidth+1){down}}) + (RestWidth+1)'(down);
  assign rest_new = reset_q[2]          ? RestReset :
                    still               ? rest[RestWidth-1:0] :
                    rest_sum[RestWidth] ? {RestWidth{!down}} : rest_sum[RestWidth-1:0];

  // Stage 3. The new state ends in registers here, so that what gathers rows of it does not glitch.
  logic [3:0]                class_s3_q, class_new_s3_q;
  logic [RestBits-1:0]       rest_s3_q;
  logic [DeviationWidth-1:0] deviation_s3_q;
  logic [NumClasses-1:0]     selected;

  always_ff @(posedge clk_i) begin
    if (valid_q[2]) begin
      code_o         <= code_s2_q;
      pred_code_o    <= q;
      class_s3_q     <= class_q;
      deviation_s3_q <= deviation_new & {DeviationWidth{!reset_q[2]}};
      class_new_s3_q <= moves ? class_new : class_q;
      rest_s3_q      <= moves ? rest_new[RestWidth-1:RestLow] : rest_high_q;
    end
    if (valid_q[2] && moves) slow_s3_q <= {rest_new[RestLow-1:0], scale_new};
  end

  assign fast_s3 = {rest_s3_q, class_new_s3_q, deviation_s3_q, code_o};
  assign valid_o = valid_q[3];
  assign reset_o = reset_q[3];

  always_comb begin
    for (int k = 0; k < NumClasses; k++) selected[k] = class_s3_q == 4'(k);
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
