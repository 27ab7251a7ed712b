// SPDX-License-Identifier: Apache-2.0
//
// Stage narrow_coder: range coder with the widths of the narrow state. It turns the intervals of
// codes into the bits of a binary fraction (docs/bitstream.md, section 16). Golden model:
// nrc::NarrowEncoder. The outputs are those of nrc_range.
//
// An interval ends where the next one begins. If it begins at frequency f and has length n,
//
//   begin = (range f) >> 13
//   range = ((range (f + n)) >> 13) - begin = (range n + (range f) mod 2^13) >> 13
//
// The range is then shifted to 8192 .. 16383, and low by as many bits. The product with f takes the
// range as Booth digits that are held in registers, because operands that arrive late would make it
// switch more than once. The product with n is a plain multiplier: n is small for most codes, and
// its zero bits keep rows of the multiplier from switching.
//
// Codes have no plain bits here. Escapes, verbatim codes, the final bit and flush_i are as in
// nrc_range.
//
// Stages:
//   1  inputs registered
//   2  products; range; shift
//   3  low; word with the final bit
// Latency 3 clocks, one code per clock.

`timescale 1ns / 1ps

module nrc_narrow_coder #(
  parameter int CodeWidth = -1,  // 8..16
  localparam int FrequencyBits = nrc_pkg::NarrowFrequencyBits
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,

  input  logic                     valid_i,
  input  logic [FrequencyBits-1:0] low_i,        // cumulative frequency below the code
  input  logic [FrequencyBits-1:0] frequency_i,  // 0: an escape
  input  logic                     verbatim_i,   // only after verbatim codes or at a packet's start
  input  logic [CodeWidth-1:0]     code_i,       // for an escape and a verbatim code
  input  logic                     packet_end_i,
  input  logic                     flush_i,      // pulse: the payload ends

  output logic                     valid_o,
  output logic [29:0]              bits_o,       // right-aligned; carry in bit length_o, then zeros
  output logic [4:0]               length_o      // 0..29
);

  localparam int RangeBits    = nrc_pkg::NarrowRangeBits;
  localparam int RestBits     = CodeWidth - nrc_pkg::NarrowEscapeBits;  // of an escape, below low
  localparam int EscapeLength = RestBits + RangeBits - 1;
  localparam int StepBits     = 29;
  localparam int ShiftBits    = $clog2(RangeBits);
  localparam logic [RangeBits-1:0] RangeReset = {RangeBits{1'b1}};
  localparam logic [RangeBits-1:0] HalfRange  = {1'b1, {(RangeBits-1){1'b0}}};

  // Bit n belongs to stage n. A flush enters after the loops.
  logic [3:1] valid_q;
  logic [2:1] packet_end_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[2] || flush_i, valid_q[1], valid_i};
  end

  always_ff @(posedge clk_i) packet_end_q <= {packet_end_q[1], packet_end_i};

  // 1.
  logic [FrequencyBits-1:0] low_s1_q, frequency_s1_q;
  logic [CodeWidth-1:0]     code_s1_q;
  logic                     direct, direct_s1_q, verbatim_s1_q;  // direct: escape or verbatim

  assign direct = frequency_i == '0 || verbatim_i;

  always_ff @(posedge clk_i) begin
    low_s1_q       <= low_i;
    frequency_s1_q <= frequency_i;
    direct_s1_q    <= direct;
    verbatim_s1_q  <= verbatim_i;
    if (direct) code_s1_q <= code_i;
  end

  // 2: range.
  localparam int ProductBits = FrequencyBits + RangeBits;
  localparam int DigitBits   = 3 * (RangeBits / 2 + 1);
  logic [RangeBits-1:0]   range_q, range_new, range_next;
  logic [DigitBits-1:0]   digits;
  logic [DigitBits-4:0]   digits_q;
  logic                   range_move;
  logic [ProductBits-1:0] begin_product, product;
  // verilator lint_off UNUSEDSIGNAL
  logic [ProductBits-1:0] total;  // its low bits are not used
  // verilator lint_on UNUSEDSIGNAL
  logic [RangeBits-1:0]   length, length_still;
  logic [ShiftBits-1:0]   shift;

  // The highest digit is one, as is the range's highest bit.
  nrc_digits #(.Width(RangeBits)) u_digits (.number_i(range_new), .digits_o(digits));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)         digits_q <= {{(DigitBits-6){1'b0}}, 3'b101};  // of RangeReset
    else if (range_move) digits_q <= digits[DigitBits-4:0];
  end

  nrc_product #(.AWidth(FrequencyBits), .BWidth(RangeBits)) u_begin (
    .a_i(low_s1_q), .digits_i({3'b001, digits_q}), .product_o(begin_product)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)         range_q <= RangeReset;
    else if (range_move) range_q <= range_new;
  end

  assign product = {{FrequencyBits{1'b0}}, range_q} * {{RangeBits{1'b0}}, frequency_s1_q};

  assign total  = product + {{RangeBits{1'b0}}, begin_product[FrequencyBits-1:0]};
  assign length = total[ProductBits-1:FrequencyBits];

  // Without this, the shifter would switch with every ripple of the carry.
  nrc_still #(.Width(RangeBits)) u_still (.clk_i, .d_i(length), .q_o(length_still));

  always_comb begin
    shift = '0;
    for (int k = 0; k < RangeBits; k++) begin
      if (length_still[k]) shift = ShiftBits'(RangeBits - 1 - k);
    end
  end

  assign range_next = length_still << shift;
  assign range_move = valid_q[1] || flush_i;
  assign range_new  = (!valid_q[1] || packet_end_q[1]) ? RangeReset :
                      direct_s1_q                      ? HalfRange  : range_next;

  logic [RangeBits-1:0] addend_q;
  logic [ShiftBits-1:0] shift_q;
  logic                 direct_s2_q, verbatim_s2_q;
  logic [RestBits-1:0]  rest_q;

  always_ff @(posedge clk_i) begin
    addend_q      <= direct_s1_q
                     ? RangeBits'(code_s1_q[CodeWidth-1-:nrc_pkg::NarrowEscapeBits])
                     : begin_product[ProductBits-1:FrequencyBits];
    shift_q       <= shift;
    direct_s2_q   <= direct_s1_q;
    verbatim_s2_q <= verbatim_s1_q;
    if (direct_s1_q) rest_q <= code_s1_q[RestBits-1:0];
  end

  // 3: low. The final bit depends on it as well, before it is cleared for the next packet.
  logic [RangeBits-1:0] low_q, low_next;
  logic [RangeBits:0]   ripple, sum;
  logic [2*RangeBits:0] moved;  // sum, shifted

  assign ripple = {1'b0, low_q} + {1'b0, addend_q};

  // As above, for the shifter of low.
  nrc_still #(.Width(RangeBits + 1)) u_still_sum (.clk_i, .d_i(ripple), .q_o(sum));

  assign moved    = {{RangeBits{1'b0}}, sum} << shift_q;
  assign low_next = direct_s2_q ? {rest_q[0], {(RangeBits-1){1'b0}}} : moved[RangeBits-1:0];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)         low_q <= '0;
    else if (valid_q[2]) low_q <= packet_end_q[2] ? '0 : low_next;
    else if (flush_i)    low_q <= '0;
  end

  // The word, and the final bit: (low + 8191) >> 13.
  // Bit 0 stays in low.
  // verilator lint_off UNUSEDSIGNAL
  logic [RestBits+RangeBits:0] escaped;
  logic [RestBits+1:0]         verbatim;
  // verilator lint_on UNUSEDSIGNAL
  logic [RangeBits-1:0]        low_end;
  logic                        tail, ends;
  logic [StepBits-1:0]         word_bits;
  logic [4:0]                  word_length;
  logic [1:0]                  final_bits;

  assign escaped     = {sum, rest_q};
  assign verbatim    = {sum[RangeBits-1], sum[0], rest_q};
  assign low_end     = flush_i ? low_q : low_next;
  assign tail        = |low_end[RangeBits-2:0];
  assign ends        = packet_end_q[2] || flush_i;
  assign final_bits  = {low_end[RangeBits-1] && tail, low_end[RangeBits-1] ^ tail};
  assign word_bits   = flush_i       ? '0 :
                       verbatim_s2_q ? StepBits'(verbatim[RestBits+1:1]) :
                       direct_s2_q   ? StepBits'(escaped[RestBits+RangeBits:1])
                                     : StepBits'(moved[2*RangeBits:RangeBits]);
  assign word_length = flush_i       ? 5'd0 :
                       verbatim_s2_q ? 5'(CodeWidth) :
                       direct_s2_q   ? 5'(EscapeLength) : 5'(shift_q);

  always_ff @(posedge clk_i) begin
    bits_o   <= ends ? ({word_bits, 1'b0} + {28'd0, final_bits}) : {1'b0, word_bits};
    length_o <= word_length + {4'd0, ends};
  end

  assign valid_o = valid_q[3];

  logic unused_digit;
  assign unused_digit = ^digits[DigitBits-1-:3];

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= nrc_pkg::MinNarrowWidth && CodeWidth <= 16 && RangeBits % 2 == 0 &&
               nrc_pkg::NarrowEscapeBits == 1,
               "nrc_narrow_coder: CodeWidth is 8 to 16")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q && valid_i && !direct) begin
      assert (32'(low_i) >= 2);
      assert (32'(low_i) + 32'(frequency_i) < (1 << FrequencyBits));
    end
    if (checking_q && flush_i) assert (valid_q == '0 && !valid_i);
    // A frequency other than 0 leaves a range other than 0.
    if (checking_q && valid_q[1] && !direct_s1_q) assert (length_still != '0);
    // The code's interval ends inside the one before: at most one carry leaves low.
    if (checking_q && valid_o) assert ((bits_o >> length_o) <= 30'd1);
  end
`endif

endmodule
