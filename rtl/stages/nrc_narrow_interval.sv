// SPDX-License-Identifier: Apache-2.0
//
// Stage narrow_interval: the value of a code, and the part of 0 .. 8191 that it has in the
// distribution of the innovation, in the units of the narrow state (docs/bitstream.md, section 16).
// Golden model: nrc::NarrowInterval. Replaces nrc_linearizer and nrc_interval, for codes of up to
// 10 bits, which have no plain bits.
//
//   low, high  edges of the code in 1/16 code; value = (low + high + 8) >> 4 in 1/2 code
//   z = clamp((4 (edge - p) M[j]) >> octave, -1024, 1023)          octave, j: parts of index_i
//   C = T[z] >> 3 for z >= 0, (65551 - T[-1 - z]) >> 3 for z < 0
//
// The multiplier takes magnitudes, because the sign bits of small numbers would make half of it
// switch. For a negative d, with x = ~d = |d| - 1,
//
//   -1 - ((4 d M) >> octave) = (4 |d| M - 1) >> octave = (4 (x M + M - 1) + 3) >> octave
//
// is the address of T without a further step. The top bit of M is always one.
//
// Stages:
//   0  code_i; edges read
//   1  value_o; pred_value_i, index_i; |d| of both edges, less one if d is negative
//   2  products, shift, limit; T read
//   3  mirroring, outermost codes, difference: low_o, frequency_o
// Latency 3 clocks from the code, 2 from the prediction; one code per clock.

`timescale 1ns / 1ps

module nrc_narrow_interval #(
  parameter int CodeWidth     = -1,  // 8..10
  parameter int EdgeCodeWidth = nrc_range_tables_pkg::EdgeCodeWidth,  // CodeWidth; 0: even codes
  localparam int ValueWidth     = CodeWidth + nrc_pkg::NarrowValueFrac,
  localparam int PlaceWidth     = CodeWidth + nrc_pkg::NarrowEdgeFrac,
  localparam int IndexWidth     = 8,
  localparam int FrequencyBits  = nrc_pkg::NarrowFrequencyBits
) (
  input  logic                     clk_i,

  input  logic [CodeWidth-1:0]     code_i,        // signed
  output logic [ValueWidth-1:0]    value_o,       // signed, a clock later

  input  logic [PlaceWidth-1:0]    pred_value_i,  // p, signed, a clock after the code
  input  logic [IndexWidth-1:0]    index_i,

  output logic [FrequencyBits-1:0] low_o,         // cumulative frequency below the code
  output logic [FrequencyBits-1:0] frequency_o    // 0: an escape
);

  localparam int FracBits = nrc_pkg::FracBits;
  localparam int Cut      = FracBits - nrc_pkg::NarrowEdgeFrac;  // low bits of an edge

  // Stage 1: edges and value.
  logic [CodeWidth-1:0]  code_q;
  logic                  lowest, highest;
  logic [PlaceWidth-1:0] low, high;

  always_ff @(posedge clk_i) code_q <= code_i;

  assign lowest  = code_q[CodeWidth-1] && !(|code_q[CodeWidth-2:0]);
  assign highest = !code_q[CodeWidth-1] && (&code_q[CodeWidth-2:0]);

  if (EdgeCodeWidth == 0) begin : gen_even
    // 16 code - 8 has the bits of code - 1 and a half.
    localparam int HalfBits = nrc_pkg::NarrowEdgeFrac;
    localparam logic [HalfBits-1:0] Half = {1'b1, {(HalfBits-1){1'b0}}};

    assign low     = {code_q - CodeWidth'(1), Half};
    assign high    = {code_q, Half};
    assign value_o = {code_q, 1'b0};
  end else begin : gen_edges
    localparam int Round = 8;
    localparam int Shift = nrc_pkg::NarrowEdgeFrac - nrc_pkg::NarrowValueFrac + 1;

    // verilator lint_off UNUSEDSIGNAL
    logic [23:0]                    word;  // its top bits are not used for fewer than 10 bits
    logic [CodeWidth+FracBits-1:0]  upper;
    logic [PlaceWidth:0]            rounded;
    // verilator lint_on UNUSEDSIGNAL

    nrc_edge_rom u_edges (
      .clk_i,
      .addr_i(code_i),
      .data_o(word)
    );

    assign upper   = word[8+:CodeWidth+FracBits] + (CodeWidth+FracBits)'(word[7:0]);
    assign low     = word[8+Cut+:PlaceWidth];
    assign high    = upper[CodeWidth+FracBits-1:Cut];
    assign rounded = {low[PlaceWidth-1], low} + {high[PlaceWidth-1], high} +
                     (PlaceWidth+1)'(Round);
    // The outer edge of an outermost code has no meaning.
    assign value_o = (lowest || highest) ? {code_q, 1'b0} : rounded[Shift+:ValueWidth];
  end

  // Stage 2: the addresses of T.
  localparam int MantissaBits = nrc_pkg::NarrowMantissaBits;
  localparam int OctaveBits   = IndexWidth - MantissaBits;
  localparam int FactorBits   = nrc_pkg::NarrowReciprocalBits;
  localparam int ProductBits  = PlaceWidth + FactorBits;
  localparam int AddrBits     = $clog2(nrc_pkg::Deviates);
  localparam int ScaledBits   = ProductBits + 2;

  logic [OctaveBits-1:0] octave_q;
  logic [FactorBits-1:0] factor_d, factor_q;
  logic [3:2]            lowest_q, highest_q;  // bit s is the code in stage s

  always_comb begin
    factor_d = '0;
    for (int j = 0; j < (1 << MantissaBits); j++) begin
      if (index_i[MantissaBits-1:0] == MantissaBits'(j)) begin
        factor_d = FactorBits'((2 * (16 << FactorBits) / (17 + 2 * j) + 1) / 2);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    factor_q  <= factor_d;
    octave_q  <= index_i[IndexWidth-1:MantissaBits];
    lowest_q  <= {lowest_q[2], lowest};
    highest_q <= {highest_q[2], highest};
  end

  // The same for the lower and the upper edge.
  logic [2*PlaceWidth-1:0]    edges;
  logic [2*FrequencyBits-1:0] cumulative;

  assign edges = {high, low};

  for (genvar k = 0; k < 2; k++) begin : gen_edge
    logic [PlaceWidth:0]    d;
    logic                   negative_q, negative_s3_q;
    logic [PlaceWidth-1:0]  magnitude_q;
    logic [FactorBits-1:0]  rest;
    logic [ProductBits-1:0] product;
    logic [ScaledBits-1:0]  scaled;
    logic [AddrBits-1:0]    addr;
    // verilator lint_off UNUSEDSIGNAL
    logic [15:0]            half;  // its low bits are not used
    // verilator lint_on UNUSEDSIGNAL

    assign d = {edges[PlaceWidth*k+PlaceWidth-1], edges[PlaceWidth*k+:PlaceWidth]} -
               {pred_value_i[PlaceWidth-1], pred_value_i};

    always_ff @(posedge clk_i) begin
      negative_q    <= d[PlaceWidth];
      negative_s3_q <= negative_q;
      magnitude_q   <= d[PlaceWidth-1:0] ^ {PlaceWidth{d[PlaceWidth]}};
    end

    assign rest    = (factor_q - FactorBits'(1)) & {FactorBits{negative_q}};
    assign product = {1'b0, magnitude_q, {(FactorBits-1){1'b0}}} +
                     {{FactorBits{1'b0}}, magnitude_q} *
                     {{(PlaceWidth+1){1'b0}}, factor_q[FactorBits-2:0]} +
                     {{PlaceWidth{1'b0}}, rest};
    assign scaled  = {product, {2{negative_q}}} >> octave_q;
    assign addr    = scaled[AddrBits-1:0] | {AddrBits{|scaled[ScaledBits-1:AddrBits]}};

    nrc_cumulative_rom u_half (
      .clk_i,
      .addr_i(addr),
      .data_o(half)
    );

    assign cumulative[FrequencyBits*k+:FrequencyBits] =
        (half[15-:FrequencyBits] ^ {FrequencyBits{negative_s3_q}}) +
        FrequencyBits'({negative_s3_q, 1'b0});
  end

  // Stage 3.
  localparam int Dropped = 16 - FrequencyBits;
  logic [FrequencyBits-1:0] to;

  assign low_o       = lowest_q[3] ? FrequencyBits'(nrc_pkg::EscapeFrequency >> Dropped)
                                   : cumulative[FrequencyBits-1:0];
  assign to          = highest_q[3] ? {FrequencyBits{1'b1}}
                                    : cumulative[2*FrequencyBits-1:FrequencyBits];
  assign frequency_o = to - low_o;

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= nrc_pkg::MinNarrowWidth && CodeWidth <= nrc_pkg::PlainWidth &&
               (EdgeCodeWidth == 0 || EdgeCodeWidth == CodeWidth) && FactorBits == 5 &&
               nrc_pkg::EscapeFrequency >> Dropped == 2,
               "nrc_narrow_interval: CodeWidth is 8 to 10, with edges that of their tables")
`endif

endmodule
