// SPDX-License-Identifier: Apache-2.0
//
// Stage interval: the part of 0..65535 that belongs to a code, or to the group of codes that share
// its high bits, under the distribution of the innovation (docs/bitstream.md, section 10). Golden
// model: nrc::IntervalModel.
//
// The interval begins at the cumulative frequency of the code's lower edge, of the lowest code at
// EscapeFrequency, and ends at that of the upper edge, of the highest code at TopFrequency. Its
// length is the code's frequency; one that is below MinFrequency makes the code an escape.
//
// From an index of 16 * (PlainOctave + 1) on, codes of more than PlainWidth bits are taken in
// groups of
// 2^plain_o, whose edges are even. Narrower codes have no groups, nor the logic for them.
//
// Stages:
//   0     edges of a group
//   1..6  cumulative frequencies of both edges (nrc_cumulative)
//   7     outermost codes; difference
// Latency 7 clocks, one code per clock; in the shallow pipeline that of nrc_cumulative, 2.

`timescale 1ns / 1ps

module nrc_interval #(
  parameter int CodeWidth      = -1,  // 4..16
  parameter int LoadableTables = -1,
  parameter int Pipeline       = -1,
  localparam int ValueWidth = CodeWidth + nrc_pkg::FracBits,
  localparam int IndexWidth = 9,
  localparam int TableBits  = $clog2(nrc_pkg::Deviates)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  // Table port of nrc_cumulative; unused without LoadableTables.
  input  logic                  table_we_i,
  input  logic [TableBits-1:0]  table_addr_i,
  input  logic [15:0]           table_wdata_i,

  input  logic                  valid_i,
  input  logic [CodeWidth-1:0]  code_i,
  input  logic [ValueWidth-1:0] low_i,         // these four from nrc_linearizer
  input  logic [ValueWidth-1:0] high_i,
  input  logic                  lowest_i,
  input  logic                  highest_i,
  input  logic [ValueWidth-1:0] pred_value_i,  // from nrc_predictor
  input  logic [IndexWidth-1:0] index_i,       // from nrc_dispersion

  output logic                  valid_o,
  output logic [15:0]           low_o,         // cumulative frequency below the code
  output logic [15:0]           frequency_o,
  output logic                  escape_o,      // frequency_o is below MinFrequency
  output logic [3:0]            plain_o        // low bits of the code that follow plain
);

  localparam bit IsDeep            = Pipeline == nrc_latency_pkg::PipelineDeep;
  localparam int CumulativeLatency = IsDeep ? nrc_latency_pkg::CumulativeLatency
                                            : nrc_latency_pkg::ShallowCumulativeLatency;
  localparam int AddressClock      = IsDeep ? 4 : 1;  // of nrc_cumulative
  localparam int Latency           = IsDeep ? nrc_latency_pkg::IntervalLatency
                                            : nrc_latency_pkg::ShallowIntervalLatency;

  logic [Latency-1:0] valid_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[Latency-2:0], valid_i};
  end

  assign valid_o = valid_q[Latency-1];

  // Stage 0: the edges of a group.
  logic [ValueWidth-1:0] low_edge, high_edge;
  logic                  at_lowest, at_highest;

  if (CodeWidth > nrc_pkg::PlainWidth) begin : gen_groups
    localparam int OctaveBits = IndexWidth - nrc_pkg::ScaleMantissaBits;
    localparam int MaxPlain   = CodeWidth - nrc_pkg::PlainOctave;  // of the largest index
    localparam logic [OctaveBits-1:0] PlainOctave = OctaveBits'(nrc_pkg::PlainOctave);

    logic [OctaveBits-1:0] octave;
    logic [3:0]            plain;
    logic [CodeWidth-1:0]  mask;         // ones where the code has plain bits
    logic [CodeWidth-1:0]  first, last;  // of the group

    assign octave = index_i[IndexWidth-1:nrc_pkg::ScaleMantissaBits];
    assign plain  = (octave > PlainOctave) ? 4'(octave - PlainOctave) : 4'd0;

    always_comb begin
      mask = '0;
      for (int n = 0; n < MaxPlain; n++) mask[n] = octave > PlainOctave + OctaveBits'(n);
    end

    // Half a code below the first one and above the last one.
    assign first      = code_i & ~mask;
    assign last       = code_i | mask;
    assign low_edge   = !mask[0] ? low_i
                        : {first - CodeWidth'(1), 1'b1, {(nrc_pkg::FracBits-1){1'b0}}};
    assign high_edge  = !mask[0] ? high_i : {last, 1'b1, {(nrc_pkg::FracBits-1){1'b0}}};
    assign at_lowest  = lowest_i || first == {1'b1, {(CodeWidth-1){1'b0}}};
    assign at_highest = highest_i || last == {1'b0, {(CodeWidth-1){1'b1}}};

    nrc_delay #(.Width(4), .Depth(Latency)) u_plain_delay (
      .clk_i, .d_i(plain), .q_o(plain_o)
    );
  end else begin : gen_no_groups
    logic unused_code;
    assign unused_code = ^code_i;
    assign low_edge    = low_i;
    assign high_edge   = high_i;
    assign at_lowest   = lowest_i;
    assign at_highest  = highest_i;
    assign plain_o     = '0;
  end

  // Stages 1 to 6.
  logic [15:0] low_cumulative, high_cumulative;
  logic        lowest, highest;

  nrc_cumulative #(
    .CodeWidth     (CodeWidth),
    .LoadableTables(LoadableTables),
    .Pipeline      (Pipeline)
  ) u_low (
    .clk_i,
    .rst_ni,
    .table_we_i,
    .table_addr_i,
    .table_wdata_i,
    .read_i      (valid_q[AddressClock-1]),
    .edge_i      (low_edge),
    .pred_value_i,
    .index_i,
    .cumulative_o(low_cumulative)
  );
  nrc_cumulative #(
    .CodeWidth     (CodeWidth),
    .LoadableTables(LoadableTables),
    .Pipeline      (Pipeline)
  ) u_high (
    .clk_i,
    .rst_ni,
    .table_we_i,
    .table_addr_i,
    .table_wdata_i,
    .read_i      (valid_q[AddressClock-1]),
    .edge_i      (high_edge),
    .pred_value_i,
    .index_i,
    .cumulative_o(high_cumulative)
  );
  nrc_delay #(.Width(2), .Depth(CumulativeLatency)) u_outermost_delay (
    .clk_i, .d_i({at_lowest, at_highest}), .q_o({lowest, highest})
  );

  // Stage 7.
  logic [15:0] from, to, frequency;

  assign from      = lowest  ? 16'(nrc_pkg::EscapeFrequency) : low_cumulative;
  assign to        = highest ? 16'(nrc_pkg::TopFrequency)    : high_cumulative;
  assign frequency = to - from;

  nrc_delay #(.Width(33), .Depth(Latency - CumulativeLatency)) u_interval (
    .clk_i,
    .d_i({from, frequency, frequency < 16'(nrc_pkg::MinFrequency)}),
    .q_o({low_o, frequency_o, escape_o})
  );

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 4 && CodeWidth <= 16 && (Pipeline == 0 || Pipeline == 1),
               "nrc_interval: CodeWidth is 4 to 16, Pipeline 0 or 1")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q && valid_q[CumulativeLatency-1]) begin
      assert (from <= to);
      assert (32'(from) >= nrc_pkg::EscapeFrequency);
    end
  end
`endif

endmodule
