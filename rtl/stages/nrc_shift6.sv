// SPDX-License-Identifier: Apache-2.0
//
// Stage shift6: maps int16 samples to codes and finds the samples that do not survive it
// (docs/bitstream.md, section 1). Golden model: nrc::Shift6.
//
// Mapping `code`: the sample is the code; it is off the grid when it does not fit CodeWidth bits
// (the code is then its low bits).
//
// Mapping `shift6`: code = sample >> 6 and, with u = code + 512, back:
//
//   trunc(u * 65535 / 1023 - 32768) = 64 * code + round_towards_zero(63 * u / 1023)
//
// because 65535 = 64 * 1023 + 63. The sample is on the grid when its low six bits are that last
// term: floor(63 u / 1023) where the code is not negative, else the ceiling. The ones' complement
// turns u into 1023 - u and the ceiling into the floor, so that negative samples are inverted and
// then treated like the others. There is no division: with u = 16 k + r
//
//   63 u / 1023 = k + (21 r - 5 k) / 341
//
// and the fraction lies between -1 and 1, so that the floor is k, less one if 21 r < 5 k, which is
// if r < ceil(5 k / 21).
//
// Latency: 1 clock to the code; off_grid_o pulses 1 clock after it. In the shallow pipeline 0 to
// the code.

`timescale 1ns / 1ps

module nrc_shift6 #(
  parameter int Mapping   = -1,
  parameter int CodeWidth = -1,
  parameter int Pipeline  = -1
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 valid_i,
  input  logic [15:0]          sample_i,

  output logic                 valid_o,
  output logic [CodeWidth-1:0] code_o,

  output logic                 off_grid_o
);

  localparam int Registered = (Pipeline == nrc_latency_pkg::PipelineDeep)
                              ? nrc_latency_pkg::Shift6Latency
                              : nrc_latency_pkg::ShallowShift6Latency;

  logic [CodeWidth-1:0] code;
  logic                 off_grid_s1;  // stage 1, of the code at the output

  // Stage 1: the code.
  if (Registered != 0) begin : gen_valid
    logic valid_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) valid_q <= 1'b0;
      else         valid_q <= valid_i;
    end
    assign valid_o = valid_q;
  end else begin : gen_valid_at_once
    assign valid_o = valid_i;
  end

  nrc_delay #(.Width(CodeWidth), .Depth(Registered)) u_stage1 (
    .clk_i, .d_i(code), .q_o(code_o)
  );

  if (Mapping == nrc_pkg::MappingShift6) begin : gen_shift6
    logic [15:0] folded;         // {k, r, low}
    logic [3:0]  least;          // ceil(5 k / 21)
    logic        below, below_s1;
    logic [5:0]  k_s1, low_s1;

    assign folded = {1'b1, sample_i[14:0] ^ {15{sample_i[15]}}};

    always_comb begin
      least = '0;
      for (int k = 32; k < 64; k++) begin
        if (folded[14:10] == 5'(k)) least = 4'((5 * k + 20) / 21);
      end
    end

    assign code  = CodeWidth'($signed(sample_i[15:6]));
    assign below = folded[9:6] < least;

    nrc_delay #(.Width(13), .Depth(Registered)) u_grid (
      .clk_i, .d_i({folded[15:10], below, folded[5:0]}), .q_o({k_s1, below_s1, low_s1})
    );

    assign off_grid_s1 = low_s1 != k_s1 - 6'(below_s1);
  end else begin : gen_code
    assign code = sample_i[CodeWidth-1:0];

    nrc_delay #(.Width(1), .Depth(Registered)) u_fits (
      .clk_i,
      .d_i(!((&sample_i[15:CodeWidth-1]) || !(|sample_i[15:CodeWidth-1]))),
      .q_o(off_grid_s1)
    );
  end

  // Stage 2: the verdict.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) off_grid_o <= 1'b0;
    else         off_grid_o <= valid_o && off_grid_s1;
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 2 && CodeWidth <= 16 &&
               (Mapping == nrc_pkg::MappingCode ||
                (Mapping == nrc_pkg::MappingShift6 && CodeWidth == 10)) &&
               (Pipeline == 0 || Pipeline == 1),
               "nrc_shift6: Mapping is 0 and CodeWidth 2 to 16, or 1 and 10; Pipeline is 0 or 1")
`endif

endmodule
