// SPDX-License-Identifier: Apache-2.0
//
// Stage window: the cumulative frequencies of the codes about a prediction, or of the groups of
// codes that share their high bits (docs/bitstream.md, section 10), all at once. Golden model:
// nrc::IntervalModel::find. They depend on a channel's earlier frames alone, so that a range decoder
// has them before it has the bits of the code. Part of nrc_range_decoder.
//
// A window has Edges edges, of Edges - 1 codes: the predicted one in the middle, unless it is near
// the end of the code range, within which the window stays. If the code is not in it (other_i), the
// next window on one side follows it (up_i) or goes before it.
//
// Edges is a power of two. The edge below code c is in place c mod Edges, wherever the window
// begins, so that no edge has to be moved to its place, and each place has a small memory of its
// own for trained edges. `last_o` marks the place of the window's last edge; the code of each other
// place ends at the edge of the place after it, of the last place at that of place 0.
//
// The lowest code begins at EscapeFrequency, and the highest one ends at TopFrequency.
//
// A code's frequency says how far a range that was multiplied by it is to be shifted, but for one
// place. Here there is time to find that, in the loop of nrc_range_decoder there is none.
//
// Stages:
//   0  where the window begins; differences of its edges to the prediction
//   1  products with the reciprocal, shifted and limited: addresses
//   2  half of the distribution; mirrored: cumulative_o; zeros above each frequency: shift_o
// Latency 3 clocks, one window per clock.

`timescale 1ns / 1ps

module nrc_window #(
  parameter int CodeWidth     = -1,  // 4..16
  parameter int EdgeCodeWidth = nrc_range_tables_pkg::EdgeCodeWidth,  // CodeWidth; 0: even codes
  localparam int PlaceBits  = (CodeWidth < 5) ? CodeWidth : 5,
  localparam int Edges      = 1 << PlaceBits,
  localparam int ValueWidth = CodeWidth + nrc_pkg::FracBits,
  localparam int IndexWidth = 9
) (
  input  logic                  clk_i,

  input  logic [ValueWidth-1:0] pred_value_i,  // from nrc_predictor, signed
  input  logic [IndexWidth-1:0] index_i,       // from nrc_dispersion
  input  logic                  other_i,       // not the window about the prediction
  input  logic                  up_i,          // the one after it,
  input  logic [CodeWidth-1:0]  begin_i,       // which is the one that begins here

  output logic [3:0]            next_plain_o,  // low bits of a group's code, in the clock of index_i

  output logic [16*Edges-1:0]   cumulative_o,  // at each place
  output logic [4*Edges-1:0]    shift_o,       // of the code of each place but that of the last edge
  output logic [Edges-1:0]      last_o,        // place of the last edge
  output logic [CodeWidth-1:0]  begin_o,       // first code or group, signed
  output logic [3:0]            plain_o,       // low bits of a group's code
  output logic                  highest_o      // the window ends with the highest code
);

  localparam int MantissaBits = nrc_pkg::ScaleMantissaBits;
  localparam int OctaveBits   = IndexWidth - MantissaBits;
  localparam int FracBits     = nrc_pkg::FracBits;
  localparam int FactorBits   = 10;
  localparam int BaseShift    = 5;
  localparam int FineBits     = 3;  // of the octave, which shift the reciprocal
  localparam int CoarseBits   = OctaveBits - FineBits;  // which shift products
  localparam int FineRoom     = (1 << FineBits) - 1;
  localparam int WideFactor   = FactorBits + FineRoom;
  localparam int AddrBits     = $clog2(nrc_pkg::Deviates);
  localparam int DWidth       = ValueWidth + 1;
  localparam int WideWidth    = CodeWidth + 2;  // of codes outside the range

  logic [OctaveBits-1:0] octave;
  logic [FactorBits-1:0] factor;
  logic [3:0]            plain;

  assign octave = index_i[IndexWidth-1:MantissaBits];

  nrc_reciprocal u_reciprocal (.mantissa_i(index_i[MantissaBits-1:0]), .factor_o(factor));

  if (CodeWidth > nrc_pkg::PlainWidth) begin : gen_plain
    localparam logic [OctaveBits-1:0] PlainOctave = OctaveBits'(nrc_pkg::PlainOctave);
    assign plain = (octave > PlainOctave) ? 4'(octave - PlainOctave) : 4'd0;
  end else begin : gen_no_plain
    assign plain = '0;
  end

  assign next_plain_o = plain;

  // Stage 0: the first code, or group.
  localparam logic [WideWidth-1:0] Half = WideWidth'(Edges / 2 - 1);
  localparam logic [WideWidth-1:0] Move = WideWidth'(Edges - 1);

  logic [CodeWidth-1:0] predicted;
  logic [WideWidth-1:0] group, from, lowest, highest;  // signed; highest: of a window's beginning
  logic                 too_low, too_high;
  logic [CodeWidth-1:0] first, row, next_row;
  logic [Edges-1:0]     of_next_row;    // places before that of the first code

  assign predicted = pred_value_i[ValueWidth-1:FracBits] + CodeWidth'(pred_value_i[FracBits-1]);
  assign group     = WideWidth'($signed({{2{predicted[CodeWidth-1]}}, predicted}) >>> plain);
  assign lowest    = WideWidth'($signed({3'b111, {(CodeWidth-1){1'b0}}}) >>> plain);
  assign highest   = ({3'b001, {(CodeWidth-1){1'b0}}} >> plain) - Move;
  assign from      = !other_i ? group - Half :
                     up_i     ? {{2{begin_i[CodeWidth-1]}}, begin_i} + Move :
                                {{2{begin_i[CodeWidth-1]}}, begin_i} - Move;
  assign too_low   = $signed(from) < $signed(lowest);
  assign too_high  = $signed(from) > $signed(highest);
  assign first     = too_low  ? lowest[CodeWidth-1:0] :
                     too_high ? highest[CodeWidth-1:0] : from[CodeWidth-1:0];
  assign row       = first & ~CodeWidth'(Edges - 1);
  assign next_row  = row + CodeWidth'(Edges);
  assign of_next_row = ~({Edges{1'b1}} << first[PlaceBits-1:0]);

  logic [CodeWidth-1:0]  s1_first_q, s2_first_q;
  logic [3:0]            s1_plain_q, s2_plain_q;
  logic                  s1_lowest_q, s1_highest_q, s2_lowest_q, s2_highest_q;
  logic [CoarseBits-1:0] s1_coarse_q;
  logic [WideFactor-1:0] s1_factor_q;

  always_ff @(posedge clk_i) begin
    s1_first_q   <= first;
    s1_plain_q   <= plain;
    s1_lowest_q  <= first == lowest[CodeWidth-1:0];
    s1_highest_q <= first == highest[CodeWidth-1:0];
    // The octave's low bits shift the factor, once, rather than each place's product.
    s1_coarse_q  <= octave[OctaveBits-1:FineBits];
    s1_factor_q  <= {factor, {FineRoom{1'b0}}} >> octave[FineBits-1:0];
    s2_first_q   <= s1_first_q;
    s2_plain_q   <= s1_plain_q;
    s2_lowest_q  <= s1_lowest_q;
    s2_highest_q <= s1_highest_q;
    begin_o      <= s2_first_q;
    plain_o      <= s2_plain_q;
    highest_o    <= s2_highest_q;
  end

  localparam logic [15:0] Mirror =
      16'(nrc_pkg::TopFrequency + nrc_pkg::EscapeFrequency - 65535);

  for (genvar n = 0; n < Edges; n++) begin : gen_place
    // Stage 0: difference.
    logic [CodeWidth-1:0]  code;
    logic [ValueWidth-1:0] low;   // edge below it
    logic [DWidth-1:0]     d_q;

    assign code = (of_next_row[n] ? next_row : row) | CodeWidth'(n);

    if (EdgeCodeWidth == 0) begin : gen_even
      // 64 code - 32 has the bits of code - 1 and a half.
      localparam logic [FracBits-1:0] Middle = {1'b1, {(FracBits-1){1'b0}}};
      logic [CodeWidth-1:0] code_below;
      assign code_below = (code << plain) - CodeWidth'(1);
      assign low        = {code_below, Middle};
    end else begin : gen_trained
      // verilator lint_off UNUSEDSIGNAL
      logic [15:0] word;  // codes of fewer than 10 bits leave the top of it
      // verilator lint_on UNUSEDSIGNAL
      nrc_window_rom #(.Place(n)) u_edges (.row_i(5'(code >> PlaceBits)), .data_o(word));
      assign low = word[ValueWidth-1:0];
    end

    always_ff @(posedge clk_i) begin
      d_q <= {low[ValueWidth-1], low} - {pred_value_i[ValueWidth-1], pred_value_i};
    end

    // Stage 1: deviate. As in nrc_cumulative, whose sum of two products this need not be.
    localparam int ProductWidth = DWidth + WideFactor;
    localparam int ScaledWidth  = ProductWidth - BaseShift - FineRoom;

    logic signed [ProductWidth-1:0] wide_d, wide_factor;
    // verilator lint_off UNUSEDSIGNAL
    logic signed [ProductWidth-1:0] product;  // its low bits are shifted out
    // verilator lint_on UNUSEDSIGNAL
    logic [ScaledWidth-1:0]         z;
    logic                           negative, beyond, s2_negative_q;
    logic [AddrBits-1:0]            addr;
    logic [15:0]                    half;

    assign wide_d      = {{WideFactor{d_q[DWidth-1]}}, d_q};
    assign wide_factor = {{DWidth{1'b0}}, s1_factor_q};
    assign product     = wide_d * wide_factor;
    assign z           = ScaledWidth'($signed(product[ProductWidth-1:BaseShift+FineRoom]) >>>
                                      {s1_coarse_q, {FineBits{1'b0}}});
    assign negative    = d_q[DWidth-1];
    assign beyond      = |(z[ScaledWidth-1:AddrBits] ^ {(ScaledWidth-AddrBits){negative}});
    assign addr        = (z[AddrBits-1:0] ^ {AddrBits{negative}}) | {AddrBits{beyond}};

    nrc_cumulative_rom u_half (.clk_i, .addr_i(addr), .data_o(half));

    always_ff @(posedge clk_i) s2_negative_q <= negative;

    // Stage 2.
    logic [15:0] mirrored, cumulative;
    logic        first_edge, last_edge;

    assign mirrored   = (half ^ {16{s2_negative_q}}) + (Mirror & {16{s2_negative_q}});
    assign first_edge = s2_first_q[PlaceBits-1:0] == PlaceBits'(n);
    assign last_edge  = s2_first_q[PlaceBits-1:0] == PlaceBits'(n + 1);

    assign cumulative = (first_edge && s2_lowest_q) ? 16'(nrc_pkg::EscapeFrequency) :
                        (last_edge && s2_highest_q) ? 16'(nrc_pkg::TopFrequency)    : mirrored;

    always_ff @(posedge clk_i) begin
      cumulative_o[16*n+:16] <= cumulative;
      last_o[n]              <= last_edge;
    end
  end

  for (genvar n = 0; n < Edges; n++) begin : gen_shift
    localparam int Next = (n + 1) % Edges;
    logic [15:0] frequency;
    logic [7:0]  of_8;
    logic [3:0]  of_4;
    logic [1:0]  of_2;
    logic        zero_8, zero_4, zero_2;

    assign frequency = gen_place[Next].cumulative - gen_place[n].cumulative;
    assign zero_8    = (frequency[15:8] == '0);
    assign of_8      = zero_8 ? frequency[7:0] : frequency[15:8];
    assign zero_4    = (of_8[7:4] == '0);
    assign of_4      = zero_4 ? of_8[3:0] : of_8[7:4];
    assign zero_2    = (of_4[3:2] == '0);
    assign of_2      = zero_2 ? of_4[1:0] : of_4[3:2];

    always_ff @(posedge clk_i) shift_o[4*n+:4] <= {zero_8, zero_4, zero_2, !of_2[1]};
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 4 && CodeWidth <= 16 &&
               (EdgeCodeWidth == 0 || (EdgeCodeWidth == CodeWidth && CodeWidth <= 10)),
               "nrc_window: CodeWidth is 4 to 16, with edges that of their tables and up to 10")
`endif

endmodule
