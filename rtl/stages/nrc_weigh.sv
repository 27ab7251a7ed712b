// SPDX-License-Identifier: Apache-2.0
//
// The predictor's arithmetic: level + ((weight * d) >> WeightFrac), rounded down, with
// d = last - level (docs/bitstream.md, section 3). Its operands are output with the sum,
// for the update.
//
// The sum has ValueWidth + 2 bits, which hold |level| + 1.25 |d|: the weight is at most 1.25.
//
// Deep pipeline, for multipliers of 16 x 16 bits. d has CodeWidth + 7 bits, at CodeWidth = 10 one
// more than they take. It is split into its 16 high bits and the LowBits = L below them,
// d = dh * 2^L + dl, and because floors nest,
//
//   (weight * d) >> 10 = (weight * dh + ((weight * dl) >> L)) >> (10 - L)     exactly.
//
// With L = 1 the second product is a gate. Operands are extended by hand to the product's width.
// Latency 4 clocks: d, the products, their sum, + level.
//
// Shallow pipeline, for multipliers made of gates, whose power depends on what switches in them.
// Weights are nearer to one than to zero, so the difference to one, which has fewer bits, is
// multiplied: with rest = 2^10 - weight
//
//   level + ((weight * d) >> 10) = last + ((-rest * d) >> 10)
//
// Sign and magnitude, because the sign bits of small two's complement numbers would make half of
// the multiplier switch, and every operand directly from a register, because a late operand makes
// everything switch again. With s for the sign of -rest * d and x ^ s for x or, if that is
// negative, its ones' complement -x - 1,
//
//   last + ((-rest * d) >> 10) = ((|rest| * |d| + ((last << 10) ^ s)) >> 10) ^ s
//
// because floor(-y / 1024) = ~floor((y - 1) / 1024). |d| is the ones' complement of a negative d
// plus one; the one is a row of the sum. Latency 1 clock: the operands are registered, the sum is
// not.

`timescale 1ns / 1ps

module nrc_weigh #(
  parameter int ValueWidth = -1,
  parameter int Pipeline   = -1,
  localparam int WeightWidth = nrc_pkg::WeightBits
) (
  input  logic                   clk_i,
  input  logic [WeightWidth-1:0] weight_i,     // signed
  input  logic [ValueWidth-1:0]  level_i,      // signed
  input  logic [ValueWidth-1:0]  last_i,       // signed

  output logic [ValueWidth+1:0]  sum_o,        // signed
  output logic [WeightWidth-1:0] weight_o,
  output logic [ValueWidth-1:0]  level_o,
  output logic                   d_negative_o,
  output logic                   d_nonzero_o,

  output logic [ValueWidth:0]    d_o           // signed, in the clock of the operands
);

  localparam int Frac   = nrc_pkg::WeightFrac;
  localparam int DWidth = ValueWidth + 1;

  logic [DWidth-1:0] d;

  assign d   = {last_i[ValueWidth-1], last_i} - {level_i[ValueWidth-1], level_i};
  assign d_o = d;

  if (Pipeline == nrc_latency_pkg::PipelineDeep) begin : gen_deep
    localparam int LowBits  = (DWidth > 16) ? DWidth - 16 : 0;
    localparam int HighBits = DWidth - LowBits;
    localparam int SumWidth = WeightWidth + HighBits;
    localparam int Shift    = Frac - LowBits;

    // Stage 1: d.
    logic [DWidth-1:0]      d_q;
    logic [WeightWidth-1:0] weight_q;
    logic [ValueWidth-1:0]  level_q;

    always_ff @(posedge clk_i) begin
      d_q      <= d;
      weight_q <= weight_i;
      level_q  <= level_i;
    end

    // Stage 2: the high product.
    logic signed [SumWidth-1:0] factor;
    logic signed [SumWidth-1:0] high;
    logic signed [SumWidth-1:0] high_product_q;

    assign factor = {{HighBits{weight_q[WeightWidth-1]}}, weight_q};
    assign high   = {{WeightWidth{d_q[DWidth-1]}}, d_q[DWidth-1:LowBits]};

    always_ff @(posedge clk_i) high_product_q <= factor * high;

    // Stage 2: the low product, without its low bits.
    logic [WeightWidth-1:0] low_product_q;

    if (LowBits == 0) begin : gen_no_low
      assign low_product_q = '0;
    end else if (LowBits == 1) begin : gen_low_bit
      always_ff @(posedge clk_i) begin
        low_product_q <= d_q[0] ? {weight_q[WeightWidth-1], weight_q[WeightWidth-1:1]} : '0;
      end
    end else begin : gen_low_bits
      logic signed [WeightWidth+LowBits-1:0] low_factor;
      logic signed [WeightWidth+LowBits-1:0] low;
      // verilator lint_off UNUSEDSIGNAL
      logic signed [WeightWidth+LowBits-1:0] low_product;
      // verilator lint_on UNUSEDSIGNAL

      assign low_factor  = {{LowBits{weight_q[WeightWidth-1]}}, weight_q};
      assign low         = {{WeightWidth{1'b0}}, d_q[LowBits-1:0]};
      assign low_product = low_factor * low;

      always_ff @(posedge clk_i) low_product_q <= low_product[WeightWidth+LowBits-1:LowBits];
    end

    // Stage 3. The sum's bits above the result repeat its sign.
    // verilator lint_off UNUSEDSIGNAL
    logic [SumWidth-1:0] sum;
    // verilator lint_on UNUSEDSIGNAL
    logic [DWidth:0]     weighted_q;

    assign sum = high_product_q + {{HighBits{low_product_q[WeightWidth-1]}}, low_product_q};

    always_ff @(posedge clk_i) weighted_q <= sum[Shift+:DWidth+1];

    // Stage 4.
    logic [ValueWidth-1:0] level_s3;

    nrc_delay #(.Width(ValueWidth), .Depth(2)) u_level_delay (
      .clk_i, .d_i(level_q), .q_o(level_s3)
    );

    always_ff @(posedge clk_i) begin
      sum_o   <= weighted_q + {{2{level_s3[ValueWidth-1]}}, level_s3};
      level_o <= level_s3;
    end

    nrc_delay #(.Width(WeightWidth + 2), .Depth(3)) u_weight_delay (
      .clk_i,
      .d_i({weight_q, d_q[DWidth-1], d_q != '0}),
      .q_o({weight_o, d_negative_o, d_nonzero_o})
    );
  end else begin : gen_shallow
    localparam int SumWidth = ValueWidth + 2 + Frac;
    localparam logic [WeightWidth-1:0] One = WeightWidth'(1 << Frac);

    // rest is -256 to 1536.
    logic [WeightWidth-1:0] rest;
    logic                   rest_negative, d_negative;
    logic                   rest_negative_q, d_negative_q, d_nonzero_q, negative;
    logic [WeightWidth-2:0] rest_q;       // |rest|
    logic [ValueWidth-1:0]  magnitude_q;  // |d|, or less one
    logic [ValueWidth-1:0]  last_q;       // last ^ s
    logic [ValueWidth-1:0]  level_q;

    assign rest          = One - weight_i;
    assign rest_negative = rest[WeightWidth-1];
    assign d_negative    = d[DWidth-1];

    always_ff @(posedge clk_i) begin
      rest_negative_q <= rest_negative;
      d_negative_q    <= d_negative;
      d_nonzero_q     <= last_i != level_i;
      rest_q          <= (rest[WeightWidth-2:0] ^ {(WeightWidth-1){rest_negative}}) +
                         (WeightWidth-1)'(rest_negative);
      magnitude_q     <= d[ValueWidth-1:0] ^ {ValueWidth{d_negative}};
      last_q          <= last_i ^ {ValueWidth{rest_negative == d_negative}};
      level_q         <= level_i;
    end

    logic [WeightWidth-2:0] plus_one;  // |rest| for a negative d
    logic [SumWidth-1:0]    product, last, sum;

    assign negative = rest_negative_q == d_negative_q;
    assign plus_one = rest_q & {(WeightWidth-1){d_negative_q}};
    assign product  = SumWidth'(magnitude_q) * SumWidth'(rest_q);
    assign last     = {{2{last_q[ValueWidth-1]}}, last_q, {Frac{negative}}};
    assign sum      = product + SumWidth'(plus_one) + last;
    assign sum_o    = sum[SumWidth-1:Frac] ^ {(DWidth+1){negative}};

    assign weight_o     = rest_negative_q ? One + {1'b0, rest_q} : One - {1'b0, rest_q};
    assign level_o      = level_q;
    assign d_negative_o = d_negative_q;
    assign d_nonzero_o  = d_nonzero_q;

    // verilator lint_off UNUSEDSIGNAL
    logic unused;
    assign unused = ^sum[Frac-1:0];
    // verilator lint_on UNUSEDSIGNAL
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(ValueWidth >= 8 && ValueWidth <= 22 && (Pipeline == 0 || Pipeline == 1),
               "nrc_weigh: ValueWidth is 8 to 22, Pipeline 0 or 1")
`endif

endmodule
