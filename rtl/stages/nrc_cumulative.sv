// SPDX-License-Identifier: Apache-2.0
//
// Cumulative frequency at an edge between codes under the distribution of the innovation
// (docs/bitstream.md, section 10). Golden model: nrc::IntervalModel. Half of nrc_interval.
//
//   z = clamp(((edge - p) * M[j]) >> (octave + 5), -1024, 1023)     octave, j: parts of index_i
//   C = T[z] for z >= 0, 65551 - T[-1 - z] for z < 0
//
// The difference d has CodeWidth + 7 bits, more than a 16 x 16 DSP block takes from CodeWidth = 10
// on. It is split into its 16 high bits and the LowBits = L below them, d = dh * 2^L + dl, and with
// c = min(L, 5), because floors nest,
//
//   (d * M) >> 5 = (dh * M * 2^(L-c) + ((dl * M) >> c)) >> (5 - c)     exactly.
//
// With L = 1 the second product is a gate. -1 - z is ~z, so z's magnitude addresses T for both
// signs, and the limits are address 1023 of both; 65551 - T is ~T + 16 in 16 bits.
//
// Stages:
//   0  edge_i, pred_value_i, index_i         4  rest of the shift, limits: address
//   1  difference; M[j]                      5  T
//   2  products                              6  mirrored: cumulative_o
//   3  sum; shift by multiples of 4
// Latency 6 clocks, one edge per clock. T is a ROM (nrc_cumulative_rom, generated with the table
// set) or, with LoadableTables, a RAM that is written through the table port while no code is under
// way.
//
// The shallow pipeline multiplies magnitudes, since the sign bits of small numbers would make half
// of the multiplier switch. For a negative d, with x = ~d = |d| - 1,
//
//   ~((d * M) >> s) = (|d| * M - 1) >> s = (x * M + M - 1) >> s
//
// is the address at once. Stages:
//   1  |d|, less one if d is negative; M[j]
//   2  product, shift, limit; T; and after it without a register, mirrored: cumulative_o
// Latency 2 clocks.

`timescale 1ns / 1ps

module nrc_cumulative #(
  parameter int CodeWidth      = -1,  // 4..16
  parameter int LoadableTables = -1,
  parameter int Pipeline       = -1,
  localparam int ValueWidth = CodeWidth + nrc_pkg::FracBits,
  localparam int IndexWidth = 9,
  localparam int AddrBits   = $clog2(nrc_pkg::Deviates)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,        // of the assertions alone

  // Table port; unused without LoadableTables.
  input  logic                  table_we_i,
  input  logic [AddrBits-1:0]   table_addr_i,  // the deviate
  input  logic [15:0]           table_wdata_i,
  input  logic                  read_i,        // there is an edge whose address of T is ready

  input  logic [ValueWidth-1:0] edge_i,        // signed
  input  logic [ValueWidth-1:0] pred_value_i,  // p, signed
  input  logic [IndexWidth-1:0] index_i,       // of nrc_dispersion

  output logic [15:0]           cumulative_o   // 16..65535
);

  localparam int MantissaBits   = nrc_pkg::ScaleMantissaBits;
  localparam int OctaveBits     = IndexWidth - MantissaBits;
  localparam int FactorBits     = 10;                           // of M
  localparam int BaseShift      = 5;                            // of octave 0
  localparam int DWidth         = ValueWidth + 1;

  logic [MantissaBits-1:0] mantissa;
  logic [OctaveBits-1:0]   octave;
  logic [FactorBits-1:0]   factor_d;
  logic [DWidth-1:0]       d;

  assign mantissa = index_i[MantissaBits-1:0];
  assign octave   = index_i[IndexWidth-1:MantissaBits];
  assign d        = {edge_i[ValueWidth-1], edge_i} - {pred_value_i[ValueWidth-1], pred_value_i};

  nrc_reciprocal u_reciprocal (.mantissa_i(mantissa), .factor_o(factor_d));

  // The address of T, and whether z is negative.
  logic [AddrBits-1:0] addr;
  logic                at_negative;

  if (Pipeline == nrc_latency_pkg::PipelineDeep) begin : gen_deep
    localparam int LowBits        = (DWidth > 16) ? DWidth - 16 : 0;
    localparam int HighBits       = DWidth - LowBits;
    localparam int Cut            = (LowBits < BaseShift) ? LowBits : BaseShift;
    localparam int HighWidth      = HighBits + FactorBits;       // of the high product
    localparam int LowWidth       = FactorBits + LowBits - Cut;  // of the low product
    localparam int SumWidth       = HighWidth + LowBits - Cut;
    localparam int ScaledWidth    = SumWidth - (BaseShift - Cut);

    // Stage 1.
    logic [DWidth-1:0]     d_q;
    logic [FactorBits-1:0] factor_q;
    logic [OctaveBits-1:0] s1_octave_q;

    always_ff @(posedge clk_i) begin
      d_q         <= d;
      factor_q    <= factor_d;
      s1_octave_q <= octave;
    end

    // Stage 2: the high product. Operands are extended by hand to its width.
    logic signed [HighWidth-1:0] factor;
    logic signed [HighWidth-1:0] high;
    logic signed [HighWidth-1:0] high_product_q;
    logic [OctaveBits-1:0]       s2_octave_q;

    assign factor = {{(HighWidth-FactorBits){1'b0}}, factor_q};
    assign high   = {{(HighWidth-HighBits){d_q[DWidth-1]}}, d_q[DWidth-1:LowBits]};

    always_ff @(posedge clk_i) begin
      high_product_q <= factor * high;
      s2_octave_q    <= s1_octave_q;
    end

    // Stage 2: the low product, without its Cut low bits.
    logic [LowWidth-1:0] low_product_q;

    if (LowBits == 0) begin : gen_no_low
      assign low_product_q = '0;
    end else if (LowBits == 1) begin : gen_low_bit
      always_ff @(posedge clk_i) low_product_q <= d_q[0] ? {1'b0, factor_q[FactorBits-1:1]} : '0;
    end else begin : gen_low_bits
      // verilator lint_off UNUSEDSIGNAL
      logic [FactorBits+LowBits-1:0] low_product;
      // verilator lint_on UNUSEDSIGNAL

      assign low_product = {{LowBits{1'b0}}, factor_q} * {{FactorBits{1'b0}}, d_q[LowBits-1:0]};

      always_ff @(posedge clk_i) low_product_q <= low_product[FactorBits+LowBits-1:Cut];
    end

    // Stage 3: the sum, shifted by BaseShift and the octave's multiple of 4.
    // verilator lint_off UNUSEDSIGNAL
    logic [SumWidth-1:0]    sum;
    // verilator lint_on UNUSEDSIGNAL
    logic [ScaledWidth-1:0] scaled;
    logic [ScaledWidth-1:0] s3_scaled_q;
    logic [1:0]             s3_shift_q;

    assign sum    = (SumWidth'(high_product_q) << (LowBits - Cut)) + SumWidth'(low_product_q);
    assign scaled = sum[SumWidth-1:BaseShift-Cut];

    always_ff @(posedge clk_i) begin
      s3_scaled_q <= ScaledWidth'($signed(scaled) >>> {s2_octave_q[OctaveBits-1:2], 2'b00});
      s3_shift_q  <= s2_octave_q[1:0];
    end

    // Stage 4. Bits from AddrBits up that differ from the sign: beyond the limits.
    logic [ScaledWidth-1:0] z;
    logic                   negative;
    logic                   beyond;
    logic [AddrBits-1:0]    addr_q;
    logic                   s4_negative_q;

    assign z        = ScaledWidth'($signed(s3_scaled_q) >>> s3_shift_q);
    assign negative = s3_scaled_q[ScaledWidth-1];
    assign beyond   = |(z[ScaledWidth-1:AddrBits] ^ {(ScaledWidth-AddrBits){negative}});

    always_ff @(posedge clk_i) begin
      addr_q        <= (z[AddrBits-1:0] ^ {AddrBits{negative}}) | {AddrBits{beyond}};
      s4_negative_q <= negative;
    end

    assign addr        = addr_q;
    assign at_negative = s4_negative_q;
  end else begin : gen_shallow
    localparam int MagnitudeBits = ValueWidth;
    localparam int ProductBits   = MagnitudeBits + FactorBits;

    // Stage 1: |d|, less one if d is negative. The operands come from registers: late ones would
    // make the multiplier switch more than once.
    logic                     negative_q;
    logic [MagnitudeBits-1:0] magnitude_q;
    logic [FactorBits-1:0]    factor_q;
    logic [OctaveBits-1:0]    octave_q;

    always_ff @(posedge clk_i) begin
      negative_q  <= d[DWidth-1];
      magnitude_q <= d[MagnitudeBits-1:0] ^ {MagnitudeBits{d[DWidth-1]}};
      factor_q    <= factor_d;
      octave_q    <= octave;
    end

    logic [FactorBits-1:0]    rest;
    logic [ProductBits-1:0]   product;
    // verilator lint_off UNUSEDSIGNAL
    logic [ProductBits-1:0]   less_one;
    // verilator lint_on UNUSEDSIGNAL
    logic [ProductBits-BaseShift-1:0] scaled;

    assign product  = {{FactorBits{1'b0}}, magnitude_q} * {{MagnitudeBits{1'b0}}, factor_q};
    assign rest     = (factor_q - FactorBits'(1)) & {FactorBits{negative_q}};
    assign less_one = product + {{MagnitudeBits{1'b0}}, rest};
    assign scaled   = less_one[ProductBits-1:BaseShift] >> octave_q;

    assign addr        = scaled[AddrBits-1:0] |
                         {AddrBits{|scaled[ProductBits-BaseShift-1:AddrBits]}};
    assign at_negative = negative_q;
  end

  // Stage 5, 2 in the shallow pipeline.
  logic [15:0] s5_half;
  logic        s5_negative_q;

  if (LoadableTables != 0) begin : gen_ram
    nrc_ram_1rw #(
      .Words(nrc_pkg::Deviates),
      .Width(16)
    ) u_half (
      .clk_i,
      .rst_ni,
      .en_i   (table_we_i || read_i),
      .we_i   (table_we_i),
      .addr_i (table_we_i ? table_addr_i : addr),
      .wdata_i(table_wdata_i),
      .rdata_o(s5_half)
    );
  end else begin : gen_rom
    nrc_cumulative_rom u_half (
      .clk_i,
      .addr_i(addr),
      .data_o(s5_half)
    );
    logic unused;
    assign unused = ^{rst_ni, table_we_i, table_addr_i, table_wdata_i, read_i};
  end

  always_ff @(posedge clk_i) s5_negative_q <= at_negative;

  // Stage 6.
  localparam logic [15:0] Mirror =
      16'(nrc_pkg::TopFrequency + nrc_pkg::EscapeFrequency - 65535);

  logic [15:0] cumulative;
  assign cumulative = (s5_half ^ {16{s5_negative_q}}) + (Mirror & {16{s5_negative_q}});

  nrc_delay #(
    .Width(16),
    .Depth((Pipeline == nrc_latency_pkg::PipelineDeep) ? 1 : 0)
  ) u_cumulative (
    .clk_i, .d_i(cumulative), .q_o(cumulative_o)
  );

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 4 && CodeWidth <= 16 && (Pipeline == 0 || Pipeline == 1) &&
               (LoadableTables == 0 || LoadableTables == 1),
               "nrc_cumulative: CodeWidth is 4 to 16, Pipeline and LoadableTables 0 or 1")
`endif

endmodule
