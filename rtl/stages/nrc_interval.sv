// SPDX-License-Identifier: Apache-2.0
//
// Stage interval: the part of 0..65535 that belongs to a code under the distribution of the innovation
// (docs/bitstream.md, section 10). Golden model: nrc::IntervalModel.
//
// The interval begins at the cumulative frequency of the code's lower edge, of the lowest code at
// EscapeFrequency, and ends at that of the upper edge, of the highest code at TopFrequency. Its
// length is the code's frequency; one that is below MinFrequency makes the code an escape.
//
// Stages:
//   1..6  cumulative frequencies of both edges (nrc_cumulative)
//   7     outermost codes; difference
// Latency 7 clocks, one code per clock.

module nrc_interval #(
  parameter int CodeWidth   = -1,  // 4..16
  localparam int ValueWidth = CodeWidth + nrc_pkg::FracBits,
  localparam int IndexWidth = 9
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic                  valid_i,
  input  logic [ValueWidth-1:0] low_i,         // these four from nrc_linearizer
  input  logic [ValueWidth-1:0] high_i,
  input  logic                  lowest_i,
  input  logic                  highest_i,
  input  logic [ValueWidth-1:0] pred_value_i,  // from nrc_predictor
  input  logic [IndexWidth-1:0] index_i,       // from nrc_dispersion

  output logic                  valid_o,
  output logic [15:0]           low_o,         // cumulative frequency below the code
  output logic [15:0]           frequency_o,
  output logic                  escape_o       // frequency_o is below MinFrequency
);

  localparam int CumulativeLatency = nrc_latency_pkg::CumulativeLatency;
  localparam int Latency           = nrc_latency_pkg::IntervalLatency;

  logic [Latency-1:0] valid_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[Latency-2:0], valid_i};
  end

  assign valid_o = valid_q[Latency-1];

  // Stages 1 to 6.
  logic [15:0] low_cumulative, high_cumulative;
  logic        lowest, highest;

  nrc_cumulative #(.CodeWidth(CodeWidth)) u_low (
    .clk_i, .edge_i(low_i), .pred_value_i, .index_i, .cumulative_o(low_cumulative)
  );
  nrc_cumulative #(.CodeWidth(CodeWidth)) u_high (
    .clk_i, .edge_i(high_i), .pred_value_i, .index_i, .cumulative_o(high_cumulative)
  );
  nrc_delay #(.Width(2), .Depth(CumulativeLatency)) u_outermost_delay (
    .clk_i, .d_i({lowest_i, highest_i}), .q_o({lowest, highest})
  );

  // Stage 7.
  logic [15:0] from, to, frequency;

  assign from      = lowest  ? 16'(nrc_pkg::EscapeFrequency) : low_cumulative;
  assign to        = highest ? 16'(nrc_pkg::TopFrequency)    : high_cumulative;
  assign frequency = to - from;

  always_ff @(posedge clk_i) begin
    low_o       <= from;
    frequency_o <= frequency;
    escape_o    <= frequency < 16'(nrc_pkg::MinFrequency);
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 4 && CodeWidth <= 16,
               "nrc_interval: CodeWidth is 4 to 16")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (awake_q && valid_q[Latency-2]) begin
      assert (from <= to);
      assert (32'(from) >= nrc_pkg::EscapeFrequency);
    end
  end
`endif

endmodule
