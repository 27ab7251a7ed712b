// SPDX-License-Identifier: Apache-2.0
//
// The predictor's multiplication: (weight * d) >> WeightFrac, rounded down (docs/bitstream.md,
// section 3).
//
// d has CodeWidth + 7 bits, at CodeWidth = 10 one more than a 16 x 16 DSP block takes. It is split
// into its 16 high bits and the LowBits = L below them, d = dh * 2^L + dl, and because floors nest,
//
//   (weight * d) >> 10 = (weight * dh + ((weight * dl) >> L)) >> (10 - L)     exactly.
//
// With L = 1 the second product is a gate. Operands are extended by hand to the product's width.
//
// The result has DWidth + 1 bits, which hold 1.25 |d|: the weight is at most 1.25.
//
// Latency: 2 clocks; stage 1 the products, stage 2 their sum.

module nrc_weigh #(
  parameter int DWidth = 17,
  localparam int WeightWidth = nrc_pkg::WeightBits
) (
  input  logic                   clk_i,
  input  logic [WeightWidth-1:0] weight_i,  // signed
  input  logic [DWidth-1:0]      d_i,       // signed
  output logic [DWidth:0]        product_o  // signed
);

  localparam int LowBits  = (DWidth > 16) ? DWidth - 16 : 0;
  localparam int HighBits = DWidth - LowBits;
  localparam int SumWidth = WeightWidth + HighBits;
  localparam int Shift    = nrc_pkg::WeightFrac - LowBits;

  // Stage 1: the high product.
  logic signed [SumWidth-1:0] factor;
  logic signed [SumWidth-1:0] high;
  logic signed [SumWidth-1:0] high_product_q;

  assign factor = {{HighBits{weight_i[WeightWidth-1]}}, weight_i};
  assign high   = {{WeightWidth{d_i[DWidth-1]}}, d_i[DWidth-1:LowBits]};

  always_ff @(posedge clk_i) high_product_q <= factor * high;

  // Stage 1: the low product, without its low bits.
  logic [WeightWidth-1:0] low_product_q;

  if (LowBits == 0) begin : gen_no_low
    assign low_product_q = '0;
  end else if (LowBits == 1) begin : gen_low_bit
    always_ff @(posedge clk_i) begin
      low_product_q <= d_i[0] ? {weight_i[WeightWidth-1], weight_i[WeightWidth-1:1]} : '0;
    end
  end else begin : gen_low_bits
    logic signed [WeightWidth+LowBits-1:0] low_factor;
    logic signed [WeightWidth+LowBits-1:0] low;
    // verilator lint_off UNUSEDSIGNAL
    logic signed [WeightWidth+LowBits-1:0] low_product;
    // verilator lint_on UNUSEDSIGNAL

    assign low_factor  = {{LowBits{weight_i[WeightWidth-1]}}, weight_i};
    assign low         = {{WeightWidth{1'b0}}, d_i[LowBits-1:0]};
    assign low_product = low_factor * low;

    always_ff @(posedge clk_i) low_product_q <= low_product[WeightWidth+LowBits-1:LowBits];
  end

  // Stage 2. The sum's bits above the result repeat its sign.
  // verilator lint_off UNUSEDSIGNAL
  logic [SumWidth-1:0] sum;
  // verilator lint_on UNUSEDSIGNAL

  assign sum = high_product_q + {{HighBits{low_product_q[WeightWidth-1]}}, low_product_q};

  always_ff @(posedge clk_i) product_o <= sum[Shift+:DWidth+1];

endmodule
